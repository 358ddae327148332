"""部分达成协议: some claims are settled, the rest is terminated."""

from datetime import date

import pytest

from mediation.cases import queries
from mediation.errors import InputInvalid, TransitionRefused
from mediation.people.queries import person
from mediation.units.models import CommitteeMember
from tests.cases.aftercare.words import REST, papers, signed


def test_partial_agreement_ends_the_rest_once_it_is_in_force(town):
    ref = signed(town, town.bring("agreed", claims=["修好排水沟", "赔偿粮食"]), settles=[1], rest=REST)
    case = town.case(ref)
    assert (case.state, case.outcome) == ("performing", "agreed_written")
    [agreement] = town.of(ref, queries.agreements)
    assert (agreement.state, agreement.settles) == ("in_force", [1])
    [notice] = town.of(ref, queries.notices)
    assert (notice.kind, notice.claims, notice.routes) == ("termination", [2], ["court"])
    assert ("termination_notice", "", "complete") in papers(town, ref)
    [paper] = [one for one in town.of(ref, queries.documents) if one.form == "termination_notice"]
    assert paper.snapshot["notice"]["claims"] == ["赔偿粮食"]
    assert paper.snapshot["notice"]["binding"] == case.number
    [paper] = [one for one in town.of(ref, queries.documents) if one.form == "agreement"]
    assert (paper.snapshot["agreement"]["settles"], paper.snapshot["agreement"]["rest"]) == (
        ["修好排水沟"],
        ["赔偿粮食"],
    )
    town.act("jiamed", ref, "record_performance", clause=1, performed_on="2026-03-02")
    with pytest.raises(TransitionRefused, match="还有当事人没有收到通知"):
        town.act("jiamed", ref, "close")
    town.act("jiamed", ref, "tell_notice", parties=[1, 2])
    town.act("jiamed", ref, "close")
    assert town.case(ref).state == "closed"


def test_notice_for_the_rest_is_made_whoever_of_the_committee_puts_its_seal_on_the_agreement(sqlite_town):
    """A member of the committee with a post elsewhere neither holds the case nor mediates it."""
    town, ref = sqlite_town, sqlite_town.bring("agreed", claims=["修好排水沟", "赔偿粮食"])
    with town.instance.database.writing() as session:
        case = queries.case_for_system(session, queries.case_id_of(session, ref))
        member = person(session, "twin")
        session.add(
            CommitteeMember(
                committee_id=case.committee_id,
                person_id=member.id,
                role="member",
                valid_from=date(2025, 1, 1),
            )
        )
        town.note_people(session)
    town.do("jiamed", ref, "conclude_written", settles=[1], rest=REST)
    for slot in ("party-01", "party-02", "mediator-01", "recorder"):
        town.sign(ref, slot)
    done = town.do("twin:registrar", ref, "seal")
    assert (done.warnings, done.papers) == ([], ["终止调解通知书"])
    assert ("termination_notice", "", "complete") in papers(town, ref)


def test_partial_agreement_settles_some_claims_and_not_all(sqlite_town):
    ref = sqlite_town.bring("agreed", claims=["修好排水沟", "赔偿粮食"])
    before = sqlite_town.dump()
    for settles, why in (([1, 2], "各项请求都已解决"), ([3], "没有第3项请求")):
        with pytest.raises(TransitionRefused, match=why):
            sqlite_town.act("jiamed", ref, "conclude_written", settles=settles, rest=REST)
    with pytest.raises(TransitionRefused, match="没有写明告知当事人的其他途径"):
        sqlite_town.act("jiamed", ref, "conclude_written", settles=[1], rest={"reason": "no_agreement"})
    with pytest.raises(InputInvalid, match="其余请求事项怎样处理"):
        sqlite_town.act("jiamed", ref, "conclude_written", settles=[1])
    assert sqlite_town.dump() == before
