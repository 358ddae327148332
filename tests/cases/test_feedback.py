"""Return visits, and putting away."""

from dataclasses import replace

import pytest

from mediation.cases import queries
from mediation.errors import InputInvalid, TransitionNotAllowed, TransitionRefused
from tests.town import Town

VISIT = {"party": 1, "method": "phone", "performance": "done", "satisfaction": 5, "situation": "满意"}


def closed(town: Town) -> str:
    ref = town.bring("triaged")
    town.act("jiawin", ref, "withdraw", reason="和解", asked_by=[1])
    town.act("jiawin", ref, "close")
    return ref


def test_visit_is_recorded_with_whom_how_and_what(town):
    ref = closed(town)
    town.act("jiawin", ref, "visit", **VISIT, remaining_risk="无")
    [visit] = town.of(ref, queries.visits)
    assert (visit.ordinal, visit.party, visit.method, visit.performance, visit.satisfaction) == (
        1,
        1,
        "phone",
        "done",
        5,
    )
    assert visit.record == {"situation": "满意", "remaining_risk": "无"}
    assert (town.case(ref).state, town.last(ref).facts["satisfaction"]) == ("closed", 5)


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"party": 4}, "party"),
        ({"method": "dream"}, "method"),
        ({"performance": "well"}, "performance"),
        ({"satisfaction": 6}, "satisfaction"),
        ({"visited_at": "2027-01-01T10:00"}, "visited_at"),
    ],
)
def test_visit_that_makes_no_sense_is_refused(town, changes, key):
    ref = closed(town)
    before = town.dump()
    with pytest.raises(InputInvalid) as refused:
        town.act("jiawin", ref, "visit", **{**VISIT, **changes})
    assert [problem.key for problem in refused.value.problems] == [key]
    assert town.dump() == before


def test_mediator_does_not_visit_where_the_site_wants_another(town):
    town.instance.office = replace(
        town.instance.office, rules=replace(town.instance.office.rules, visit_by_another=True)
    )
    ref = town.bring("mediating")
    town.step(ref, "terminate")
    town.act("jiamed", ref, "tell_notice", parties=[1, 2])
    town.instance.make_owed_papers()
    town.step(ref, "close")
    with pytest.raises(InputInvalid, match="本案调解员以外的人回访"):
        town.act("jiamed", ref, "visit", **VISIT)
    town.act("jiawin", ref, "visit", **VISIT)


def test_archive_stops_everything(town):
    ref = closed(town)
    town.act("jiaarc", ref, "archive")
    case = town.case(ref)
    assert (case.state, case.phase, case.open, case.due_at) == ("archived", "feedback", False, None)
    assert case.archived_at == town.clock.now()
    assert set(town.clocks(ref).values()) == {"met"}
    assert (town.tasks(ref), town.worklists(ref), town.counts()) == ([], set(), {})
    before = town.dump()
    for trigger in ("visit", "archive", "amend", "close"):
        with pytest.raises(TransitionNotAllowed):
            town.act("jiawin", ref, trigger, **(VISIT if trigger == "visit" else {}))
    assert town.dump() == before


def test_archive_of_an_agreed_case_wants_its_visit_and_its_papers(town):
    ref = town.register("grid", workflow="simple")
    town.act("grid", ref, "take")
    town.act("grid", ref, "record_session", **town.session("agreed"))
    clause = {"obligor": 2, "obligee": 1, "act": "apologise", "what": "当面赔礼道歉", "at_once": True}
    town.act("grid", ref, "draft_agreement", facts="口角。", matters="道歉。", clauses=[clause])
    town.act("grid", ref, "conclude_oral")
    town.act("grid", ref, "record_performance", clause=1, performed_on="2026-03-02")
    town.instance.make_owed_papers()
    town.act("jiawin", ref, "seal_paper", paper="oral_agreement")
    town.act("grid", ref, "close")
    with pytest.raises(TransitionRefused) as refused:
        town.act("grid", ref, "archive")
    assert [reason.guard for reason in refused.value.reasons] == ["visited_if_agreed"]
    town.act("grid", ref, "visit", **VISIT)
    town.act("grid", ref, "archive")
    assert (town.case(ref).state, town.clocks(ref)["confirmation"]) == ("archived", "cancelled")
