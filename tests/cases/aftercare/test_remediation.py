"""再次调解: an agreement that was not performed is talked about anew, if all parties want that."""

import pytest

from mediation.cases import queries
from mediation.errors import InputInvalid, TransitionRefused
from tests.cases.aftercare.words import REASON, REST, breached, papers, signed
from tests.cases.desk import agreed_orally
from tests.town import pay


def test_remediation_renews_an_agreement_that_was_not_performed(town):
    ref = breached(town, signed(town, town.bring("agreed")))
    before = town.dump()
    with pytest.raises(TransitionRefused, match=r"被申请人（2）没有同意再次调解"):
        town.act("jiamed", ref, "remediate", asked_by=[1], **REASON)
    assert town.dump() == before
    town.act("jiamed", ref, "remediate", asked_by=[1, 2], **REASON)
    case = town.case(ref)
    assert (case.state, case.remediated, case.outcome) == ("preparing", 1, "agreed_written")
    assert town.clocks(ref)["mediation_limit"] == "running"
    assert town.clocks(ref)["confirmation"] in {"running", "missed"}
    town.act("jiamed", ref, "record_session", **town.session("to_continue"))
    town.act("jiamed", ref, "draft_agreement", facts="雨", matters="沟", clauses=[pay(due_on="2026-06-01")])
    with pytest.raises(TransitionRefused, match="不是达成一致"):
        town.act("jiamed", ref, "conclude_written")
    town.act("jiamed", ref, "record_session", **town.session("agreed"))
    signed(town, ref)
    first, second = town.of(ref, queries.agreements)
    assert (first.state, second.state, second.kind, second.supplements) == (
        "replaced",
        "in_force",
        "renewed",
        1,
    )
    assert second.number == f"{town.case(ref).number}-2"
    clocks = town.clocks(ref)
    assert (clocks["confirmation"], clocks["performance:2-1"], clocks["confirmation:2"]) == (
        "cancelled",
        "running",
        "running",
    )
    assert papers(town, ref)[-1] == ("agreement", "agreement-2", "complete")
    assert ("agreement", "agreement-1", "complete") in papers(town, ref)
    assert town.case(ref).state == "performing"


def test_remediation_without_a_breach_is_refused(sqlite_town):
    ref = signed(sqlite_town, sqlite_town.bring("agreed"))
    with pytest.raises(TransitionRefused, match="没有未履行的记录"):
        sqlite_town.act("jiamed", ref, "remediate", asked_by=[1, 2], **REASON)


@pytest.mark.parametrize(
    ("first", "second", "lost"),
    [
        ([1], [2], "1"),
        (None, [2], "1"),
        (None, [1], "2"),
        ([1], [1], ""),
        ([2], [1, 2], ""),
        (None, None, ""),
    ],
)
def test_renewed_agreement_leaves_out_nothing_that_the_one_before_settles(sqlite_town, first, second, lost):
    """It takes the place of the whole one before, which would bind nobody any more where the talks came to nothing."""
    town = sqlite_town
    claims = ["修沟", "赔粮", "道歉"] if second == [1, 2] else ["修沟", "赔粮"]
    ref = town.bring("agreed", claims=claims)
    breached(town, signed(town, ref, **({"settles": first, "rest": REST} if first else {})))
    town.act("jiamed", ref, "remediate", asked_by=[1, 2], **REASON)
    town.act("jiamed", ref, "record_session", **town.session("agreed"))
    town.step(ref, "draft_agreement", clauses=[pay(due_on="2026-06-01")])
    words = {"settles": second, "rest": REST} if second else {}
    if lost:
        before = town.dump()
        why = f"取代第1号协议，那份协议解决的第{lost}项请求也要写进新协议"
        with pytest.raises(InputInvalid, match=why):
            town.act("jiamed", ref, "conclude_written", **words)
        with pytest.raises(InputInvalid, match=why):
            town.step(ref, "draft_agreement", clauses=[pay(due_on="2026-06-01")], settles=second)
        assert town.dump() == before
        words = {}
    signed(town, ref, **words)
    assert [row.state for row in town.of(ref, queries.agreements)] == ["replaced", "in_force"]


def test_claim_that_the_former_agreement_settles_is_not_lost_by_other_words(sqlite_town):
    """What it settles is known by the words of then: where they are gone, they are written back before only some are settled."""
    town = sqlite_town
    ref = town.bring("agreed", claims=["修沟", "赔粮"])
    breached(town, signed(town, ref))
    town.act("jiamed", ref, "remediate", asked_by=[1, 2], **REASON)
    town.act("jiamed", ref, "amend", claims=["修沟", "赔粮食"])
    town.act("jiamed", ref, "record_session", **town.session("agreed"))
    clauses = [pay(due_on="2026-06-01")]
    with pytest.raises(InputInvalid, match="第1号协议解决的请求（赔粮）不在现在登记的请求里"):
        town.step(ref, "draft_agreement", clauses=clauses, settles=[1])
    town.act("jiamed", ref, "amend", claims=["修沟", "赔粮", "道歉"])
    town.step(ref, "draft_agreement", clauses=clauses, settles=[1, 2])
    signed(town, ref, rest=REST)
    assert [row.state for row in town.of(ref, queries.agreements)] == ["replaced", "in_force"]


@pytest.mark.parametrize("amended", [False, True])
def test_agreement_of_before_claims_were_kept_settles_those_that_there_were(sqlite_town, amended):
    town = sqlite_town
    ref = town.bring("agreed", claims=["修沟", "赔粮"])
    breached(town, signed(town, ref))
    with town.instance.database.writing() as session:
        [row] = queries.agreements(session, town.case(ref).id)
        row.text = {key: value for key, value in row.text.items() if key != "claims"}
        session.add(row)
    town.act("jiamed", ref, "remediate", asked_by=[1, 2], **REASON)
    if amended:
        town.act("jiamed", ref, "amend", claims=["修沟", "赔粮", "道歉"])
    town.act("jiamed", ref, "record_session", **town.session("agreed"))
    clauses = [pay(due_on="2026-06-01")]
    if not amended:
        with pytest.raises(InputInvalid, match="解决的第2项请求也要写进新协议"):
            town.step(ref, "draft_agreement", clauses=clauses, settles=[1])
        return
    town.step(ref, "draft_agreement", clauses=clauses, settles=[1, 2])
    signed(town, ref, rest=REST)
    assert [row.state for row in town.of(ref, queries.agreements)] == ["replaced", "in_force"]


def test_remediation_that_fails_leaves_the_agreement_in_force(town):
    two = [pay(), pay(due_on="2026-09-01")]
    ref = town.bring("mediating")
    town.step(ref, "record_session")
    town.step(ref, "draft_agreement", clauses=two)
    breached(town, signed(town, ref))
    town.act("jiamed", ref, "remediate", asked_by=[1, 2], **REASON)
    town.act("jiamed", ref, "record_session", **town.session("failed"))
    town.do("jiamed", ref, "terminate", reason="no_agreement", routes=["court"])
    case = town.case(ref)
    assert (case.state, case.outcome, case.end_reason) == ("ended", "agreed_written", "no_agreement")
    [agreement] = town.of(ref, queries.agreements)
    assert agreement.state == "in_force"
    assert ("agreement", "agreement-1", "complete") in papers(town, ref)
    [paper] = [one for one in town.of(ref, queries.documents) if one.form == "termination_notice"]
    assert paper.snapshot["notice"]["binding"] == case.number
    town.act("jiamed", ref, "tell_notice", parties=[1, 2])
    with pytest.raises(TransitionRefused, match="协议第2条还没有履行结果"):
        town.act("jiamed", ref, "close")
    town.act("jiamed", ref, "follow_up")
    town.act("jiamed", ref, "record_performance", clause=2, performed_on="2026-04-10")
    town.act("jiamed", ref, "close")
    assert (town.case(ref).state, town.case(ref).outcome) == ("closed", "agreed_written")


def test_oral_agreement_that_was_not_kept_is_talked_about_anew_in_the_ordinary_way(town):
    ref = town.register("grid", workflow="simple")
    agreed_orally(town, ref)
    town.act(
        "grid", ref, "record_breach", clause=1, noticed_on="2026-03-02", account="没付", routes=["court"]
    )
    town.act("grid", ref, "remediate", asked_by=[1, 2], **REASON)
    case = town.case(ref)
    assert (case.workflow, case.state, case.remediated, case.outcome) == (
        "ordinary",
        "preparing",
        1,
        "agreed_oral",
    )
    assert (town.clocks(ref)["mediation_limit"], town.clocks(ref)["state:preparing"]) == (
        "running",
        "running",
    )
    assert [state for state, _unit in town.tasks(ref)] == ["preparing"]


def test_notice_for_the_rest_and_one_of_a_failed_second_talk_are_two_papers(sqlite_town):
    ref = signed(sqlite_town, sqlite_town.bring("agreed", claims=["修沟", "赔粮"]), settles=[1], rest=REST)
    breached(sqlite_town, ref)
    sqlite_town.act("jiamed", ref, "remediate", asked_by=[1, 2], **REASON)
    sqlite_town.do("jiamed", ref, "refuse", party=2, routes=["court"])
    found = [one for one in papers(sqlite_town, ref) if one[0] == "termination_notice"]
    assert found == [("termination_notice", "", "complete"), ("termination_notice", "notice-2", "complete")]
    with pytest.raises(TransitionRefused, match="还有当事人没有收到通知"):
        sqlite_town.act("jiamed", ref, "close")
