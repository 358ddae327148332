"""作废: on one of three grounds, and what is owed after it."""

import pytest

from mediation.cases import queries
from mediation.cases.aftercare.papers import find_paper
from mediation.errors import InputInvalid, TransitionRefused
from tests.cases.aftercare.words import REASON, REST, breached, papers, set_aside, signed, slip
from tests.town import Town, pay


def test_agreement_that_a_court_has_set_aside_is_void_and_may_be_talked_about_anew(town):
    ref = signed(town, town.bring("agreed"))
    town.do("jiamed", ref, "void_paper", paper="agreement", **set_aside(town), **REASON)
    [agreement] = town.of(ref, queries.agreements)
    assert (agreement.state, town.clocks(ref)["performance:1"], town.clocks(ref)["confirmation"]) == (
        "void",
        "cancelled",
        "cancelled",
    )
    assert [one for one in papers(town, ref) if one[0] in {"agreement", "voiding_notice"}] == [
        ("agreement", "agreement-1", "void"),
        ("voiding_notice", "voiding-1", "complete"),
    ]
    assert town.last(ref).act == "document.signed"
    with pytest.raises(InputInvalid, match="agreement:agreement-1 已经作废"):
        town.act("jiamed", ref, "correct", paper="agreement:agreement-1", slips=[slip()], reason="笔误")
    town.act("jiamed", ref, "remediate", asked_by=[1, 2], **REASON)
    assert town.case(ref).state == "preparing"


def renewed(town: Town) -> str:
    """A case whose first agreement, of two clauses, was not performed and gave way to a second."""
    ref = town.bring("mediating")
    town.step(ref, "record_session")
    town.step(ref, "draft_agreement", clauses=[pay(), pay(due_on="2026-09-01")])
    breached(town, signed(town, ref))
    town.act("jiamed", ref, "remediate", asked_by=[1, 2], **REASON)
    town.act("jiamed", ref, "record_session", **town.session("agreed"))
    town.step(ref, "draft_agreement", clauses=[pay(due_on="2026-06-01")])
    return signed(town, ref)


def test_of_two_agreements_the_one_to_be_void_is_named(town):
    ref = renewed(town)
    before = town.dump()
    court = set_aside(town)
    named = "agreement:agreement-1（已被新协议取代）、agreement:agreement-2（生效）"
    for words in ({"basis": "new_agreement"}, court):
        with pytest.raises(InputInvalid, match=f"人民调解协议书有2份，请写明是哪一份：{named}"):
            town.act("jiamed", ref, "void_paper", paper="agreement", **words, **REASON)
    with pytest.raises(InputInvalid, match="请写明是哪一份"):
        town.act("jiamed", ref, "correct", paper="agreement", slips=[slip()], reason="笔误")
    assert town.dump() == before
    town.do("jiamed", ref, "void_paper", paper="agreement:agreement-1", basis="new_agreement", **REASON)
    assert [row.state for row in town.of(ref, queries.agreements)] == ["void", "in_force"]


def test_nothing_is_owed_of_an_agreement_that_was_replaced_when_a_court_sets_the_later_one_aside(town):
    ref = renewed(town)
    before = {**set_aside(town)["decision"], "decided_on": "2026-03-01"}
    with pytest.raises(InputInvalid, match="裁判日期早于协议生效"):
        town.act(
            "jiamed",
            ref,
            "void_paper",
            paper="agreement:agreement-2",
            basis="court_decision",
            decision=before,
            **REASON,
        )
    town.do("jiamed", ref, "void_paper", paper="agreement:agreement-2", **set_aside(town), **REASON)
    assert [row.state for row in town.of(ref, queries.agreements)] == ["replaced", "void"]
    town.act("jiamed", ref, "tell_notice", parties=[1, 2])
    town.act("jiamed", ref, "close")
    assert town.case(ref).state == "closed"


def test_the_first_of_two_notices_is_named_by_its_form_alone(sqlite_town):
    town = sqlite_town
    ref = breached(town, signed(town, town.bring("agreed", claims=["修沟", "赔粮"]), settles=[1], rest=REST))
    town.act("jiamed", ref, "remediate", asked_by=[1, 2], **REASON)
    town.act("jiamed", ref, "record_session", **town.session("failed"))
    town.do("jiamed", ref, "terminate", reason="no_agreement", routes=["court"])
    with town.reading() as session:
        hall, case = town.hall(session), town.case(ref)
        found = [find_paper(hall, case, f"termination_notice{more}").subject for more in ("", ":notice-2")]
        shown = [queries.document(session, case.id, "termination_notice", name) for name in ("", "notice-2")]
    assert found == ["", "notice-2"] == [one.subject for one in shown if one]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ({"basis": "not_in_force"}, "这份文书已经生效"),
        ({"basis": "new_agreement"}, "没有各方当事人取代它的"),
    ],
)
def test_agreement_in_force_is_not_voided_otherwise(sqlite_town, words, why):
    ref = signed(sqlite_town, sqlite_town.bring("agreed"))
    before = sqlite_town.dump()
    with pytest.raises(TransitionRefused, match=why):
        sqlite_town.act("jiamed", ref, "void_paper", paper="agreement", **words, **REASON)
    with pytest.raises(InputInvalid, match="decision"):
        sqlite_town.act("jiamed", ref, "void_paper", paper="agreement", basis="court_decision", **REASON)
    assert sqlite_town.dump() == before


def test_paper_that_nobody_has_signed_is_void_and_may_be_printed_again(sqlite_town):
    ref = sqlite_town.bring("mediating")
    sqlite_town.instance.issue("jiamed", ref, "mediation_record")
    sqlite_town.do("jiamed", ref, "void_paper", paper="mediation_record", basis="not_in_force", **REASON)
    sqlite_town.instance.issue("jiamed", ref, "mediation_record")
    assert [one[2] for one in papers(sqlite_town, ref) if one[0] == "mediation_record"] == ["void", "frozen"]


def test_register_of_an_oral_agreement_is_void_and_the_agreement_binds(sqlite_town):
    ref = sqlite_town.bring("mediating")
    sqlite_town.step(ref, "record_session")
    sqlite_town.step(ref, "draft_agreement", clauses=[pay(at_once=True)])
    sqlite_town.act("jiamed", ref, "conclude_oral")
    sqlite_town.instance.issue("jiamed", ref, "oral_agreement")
    sqlite_town.act("jiamed", ref, "void_paper", paper="oral_agreement", basis="not_in_force", **REASON)
    assert [row.state for row in sqlite_town.of(ref, queries.agreements)] == ["in_force"]
    with pytest.raises(InputInvalid):
        sqlite_town.act("jiamed", ref, "void_paper", paper="scan", basis="not_in_force", **REASON)


def test_agreement_in_signing_is_not_voided_beside_its_talks(sqlite_town):
    ref = sqlite_town.bring("agreed")
    sqlite_town.do("jiamed", ref, "conclude_written")
    with pytest.raises(TransitionRefused, match="协议书正在签署"):
        sqlite_town.act("jiamed", ref, "void_paper", paper="agreement", basis="not_in_force", **REASON)
