"""Whole stories, from the first word to the archive, with every paper; each is told on both stores."""

from datetime import timedelta

import pytest

from mediation.cases import queries
from mediation.documents.verify import Verdict
from mediation.errors import NotPermitted, TransitionRefused
from tests.town import Town, drawing, party, pay, silent

VISIT = {"party": 1, "method": "phone", "performance": "done", "satisfaction": 5, "situation": "满意"}


def papers(town: Town, ref: str) -> dict[str, str]:
    """Form and subject of each paper → its state."""
    return {f"{row.form} {row.subject}".strip(): row.state for row in town.of(ref, queries.documents)}


def title(town: Town, form: str) -> str:
    return town.instance.office.form(form).title


def ending(town: Town, ref: str) -> tuple[str, str]:
    """Where the story stands; on the way the trail must verify, and nothing may be owed."""
    report = town.instance.verify_trail()
    assert report.problems == []
    assert town.rows("SELECT count(*) FROM outbox WHERE kind = 'issue_paper' AND handed_on_at IS NULL") == [
        (0,)
    ]
    case = town.case(ref)
    return case.state, case.outcome


def bound(town: Town, ref: str, who: str = "jiawin") -> None:
    """The papers that the volume wants beside those that acts owe."""
    town.instance.issue(who, ref, "acceptance_register")
    for row in town.of(ref, queries.parties):
        town.instance.issue(who, ref, "rights_notice", f"party-{row.ordinal}")


def signed_and_sealed(town: Town, ref: str, paper: str, *slots: str, sealed: bool = True) -> None:
    """Another paper than the agreement signed by everybody on the tablet, and sealed."""
    for at, slot in enumerate(slots):
        words = {"slot": slot, "identity_check": "known_in_person", "agrees": True, "drawing": drawing(at)}
        town.act("jiamed", ref, "sign_paper", paper=paper, **words)
    if sealed:
        town.act("jiamed", ref, "seal_paper", paper=paper)


def valid(town: Town, who: str, ref: str, form: str) -> bool:
    pdf, _id = town.instance.paper(who, ref, form)
    return town.instance.verify(pdf).verdict is Verdict.VALID


@pytest.mark.slow
def test_agreement_signed_on_a_tablet_performed_visited_and_put_away(town):
    ref = town.bring("agreed")
    assert town.do("jiamed", ref, "conclude_written").papers == [title(town, "agreement")]
    for at, slot in enumerate(("party-01", "party-02", "mediator-01", "recorder")):
        town.sign(ref, slot, drawing=drawing(at))
    town.act("jiamed", ref, "seal")
    assert valid(town, "jiamed", ref, "agreement")
    town.clock.advance(timedelta(days=5))
    town.act("jiamed", ref, "record_performance", clause=1, performed_on="2026-03-06", proof="收条")
    town.act("jiamed", ref, "close")
    town.act("jiawin", ref, "visit", **VISIT)
    bound(town, ref)
    town.instance.issue("jiawin", ref, "mediation_record", "session-1")
    town.instance.issue("jiawin", ref, "return_visit")
    with pytest.raises(TransitionRefused) as refused:
        town.act("jiaarc", ref, "archive")
    assert [reason.guard for reason in refused.value.reasons] == ["volume_complete"]
    signed_and_sealed(town, ref, "acceptance_register", "party-01", "party-02", "registrar")
    signed_and_sealed(town, ref, "rights_notice:party-1", "party-01", sealed=False)
    signed_and_sealed(town, ref, "rights_notice:party-2", "party-02", sealed=False)
    signed_and_sealed(
        town, ref, "mediation_record:session-1", "party-01", "party-02", "mediator-01", "recorder"
    )
    assert valid(town, "jiamed", ref, "mediation_record")
    town.act("jiaarc", ref, "archive")
    assert ending(town, ref) == ("archived", "agreed_written")
    assert papers(town, ref) == {
        "agreement agreement-1": "complete",
        "acceptance_register": "complete",
        "rights_notice party-1": "complete",
        "rights_notice party-2": "complete",
        "mediation_record session-1": "complete",
        "return_visit visit-1": "frozen",
    }


@pytest.mark.slow
def test_simple_dispute_turns_ordinary_climbs_to_the_top_and_is_settled_there(town):
    ref = town.register("hua", workflow="simple", parties=[silent("applicant", 1), silent("respondent", 2)])
    town.act("hua", ref, "record_consent", parties=[1, 2], electronic=True)
    town.act("hua", ref, "tell_rights", parties=[1, 2], manner="read_aloud")
    town.act("hua", ref, "take")
    town.act("hua", ref, "record_session", **town.session("failed"))
    town.act("hua", ref, "turn_ordinary", reason="当场谈不拢")
    number = town.case(ref).number
    for below, above in (("hua", "jiawin"), ("jiawin", "suwin")):
        town.act(below, ref, "escalate", reason="本级调解不成")
        town.act(above, ref, "acknowledge")
    town.act(
        "sumed", ref, "assign", mediators=[{"person": "sumed"}, {"person": "sumed2", "role": "mediator"}]
    )
    town.act("sumed", ref, "record_session", **town.session("agreed"))
    town.act("sumed", ref, "draft_agreement", facts="雨水倒灌。", matters="由谁修沟。", clauses=[pay()])
    town.do("sumed", ref, "conclude_written")
    for at, slot in enumerate(("party-01", "party-02", "mediator-01", "mediator-02")):
        town.sign(ref, slot, who="sumed", drawing=drawing(at))
    town.act("sumed", ref, "seal")
    case = town.case(ref)
    assert (case.state, case.outcome, case.settled_level) == ("performing", "agreed_written", "sumu")
    assert (number, case.number) == ("〔2026〕示例甲人调字第1号", "〔2026〕示例苏人调字第1号")
    assert town.instance.case("sumed", number).row.id == case.public_id  # the former number still finds it
    assert valid(town, "sumed", ref, "agreement")
    pdf, _id = town.instance.paper("sumed", ref, "agreement")
    assert town.instance.verify(pdf).signers[-1].name == "示例苏木人民调解委员会(印章)"
    assert {town.unit_code(row.unit_id) for row in town.of(ref, queries.co_handlers)} == {"jia-1", "jia"}
    town.clock.advance(timedelta(days=40))
    town.act(
        "sumed", ref, "record_breach", clause=1, noticed_on="2026-04-02", account="没有付", routes=["court"]
    )
    town.act("sumed", ref, "close")
    assert ending(town, ref) == ("closed", "agreed_written")


def test_refused_before_acceptance(town):
    ref = town.bring("received", parties=[party(), silent("respondent", 2)])
    done = town.do("jiawin", ref, "refuse", party=2, routes=["court"])
    assert (done.papers, done.warnings) == ([title(town, "non_acceptance_notice")], [])
    assert valid(town, "jiawin", ref, "non_acceptance_notice")
    town.act("jiawin", ref, "tell_notice", parties=[1, 2])
    town.act("jiawin", ref, "close")
    town.act("jiaarc", ref, "archive")
    assert ending(town, ref) == ("archived", "party_refused")


def test_withdrawn_after_acceptance(town):
    ref = town.bring("mediating")
    town.do(
        "jiamed", ref, "withdraw", reason="已经和解", settled_privately=True, asked_by=[1], routes=["court"]
    )
    assert valid(town, "jiamed", ref, "termination_notice")
    town.act("jiamed", ref, "tell_notice", parties=[1, 2])
    town.act("jiamed", ref, "close")
    bound(town, ref)
    town.act("jiaarc", ref, "archive", paper_volume="嘎查调解室档案柜")
    assert ending(town, ref) == ("archived", "withdrawn")


def test_terminated_when_the_limit_has_run_out(town):
    ref = town.bring("mediating")
    town.clock.advance(timedelta(days=45))
    town.instance.run_deadlines()
    done = town.do("jiamed", ref, "terminate", reason="time_over", routes=["court", "arbitration"])
    assert (done.papers, done.warnings) == ([title(town, "termination_notice")], [])
    assert valid(town, "jiamed", ref, "termination_notice")
    town.act("jiamed", ref, "tell_notice", parties=[1, 2])
    town.act("jiamed", ref, "close")
    assert ending(town, ref) == ("closed", "terminated")


def test_not_accepted(town):
    ref = town.bring("triaged", governance_category="1401")
    done = town.do("jiawin", ref, "decline_acceptance", reason="reserved_by_law", routes=["police"])
    assert (done.papers, done.warnings) == ([title(town, "non_acceptance_notice")], [])
    town.act("jiawin", ref, "tell_notice", parties=[1, 2])
    town.act("jiawin", ref, "close")
    town.act("jiaarc", ref, "archive")
    assert ending(town, ref) == ("archived", "not_accepted")


def test_settled_by_word_of_mouth_on_the_spot(town):
    ref = town.register("grid", workflow="simple")
    town.act("grid", ref, "take")
    town.act("grid", ref, "record_session", **town.session("agreed"))
    town.act(
        "grid", ref, "draft_agreement", facts="羊进了草场。", matters="赔草。", clauses=[pay(at_once=True)]
    )
    done = town.do("grid", ref, "conclude_oral")
    assert done.papers == [title(town, "oral_agreement")]
    assert len(done.warnings) == 1  # the seal is in the hands of the committee's own people
    assert not valid(town, "grid", ref, "oral_agreement")
    with pytest.raises(NotPermitted):
        town.act("grid", ref, "seal_paper", paper="oral_agreement")
    town.act("jiawin", ref, "seal_paper", paper="oral_agreement")
    assert valid(town, "grid", ref, "oral_agreement")
    town.act("grid", ref, "record_performance", clause=1, performed_on="2026-03-02")
    town.act("grid", ref, "close")
    town.act("grid", ref, "visit", **VISIT)
    town.act("grid", ref, "archive")
    assert ending(town, ref) == ("archived", "agreed_oral")
