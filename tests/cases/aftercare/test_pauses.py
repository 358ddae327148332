"""中止 and 恢复: the clock of the law stands still while an appraisal is made, or while all parties want it."""

from datetime import date, timedelta

import pytest

from mediation.cases import queries
from mediation.cases.aftercare import queries as aftercare
from mediation.deadlines.calendar import last_day
from mediation.errors import InputInvalid, TransitionRefused
from tests.cases.aftercare.words import papers, pause


def test_suspension_stops_the_clock_of_the_law_until_it_is_resumed(town):
    ref = town.bring("mediating")
    pause(town, ref)
    case = town.case(ref)
    assert (case.state, case.phase, case.suspended_at) == ("suspended", "mediation", town.clock.now())
    assert town.clocks(ref)["mediation_limit"] == "paused"
    clocks = {row.name: row for row in town.of(ref, queries.deadlines)}
    assert last_day(clocks["state:suspended"].due_at) == date(2026, 3, 20)
    assert [act for act in town.acts(ref) if act in {"suspend", "document.frozen"}] == [
        "suspend",
        "document.frozen",
    ]
    [row] = town.of(ref, aftercare.suspensions)
    assert (row.kind, row.asked_by, row.ended_at) == ("appraisal", [1], None)
    assert ("suspension_notice", "suspension-1", "complete") in papers(town, ref)
    town.clock.advance(timedelta(days=10))
    town.act("jiamed", ref, "resume", result="鉴定意见已出具")
    case = town.case(ref)
    assert (case.state, case.suspended_at) == ("mediating", None)
    clocks = {row.name: row for row in town.of(ref, queries.deadlines)}
    assert clocks["mediation_limit"].state == "running"
    assert last_day(clocks["mediation_limit"].due_at) == date(
        2026, 4, 13
    )  # ten days later, and the 11th is a Saturday
    [row] = town.of(ref, aftercare.suspensions)
    assert (row.result, row.ended_at) == ("鉴定意见已出具", town.clock.now())
    assert town.last(ref).facts["suspension"] == 1


def test_suspension_before_the_first_talk_resumes_to_its_preparation(sqlite_town):
    ref = sqlite_town.bring("preparing")
    pause(sqlite_town, ref, kind="consent", asked_by=[1, 2])
    sqlite_town.act("jiamed", ref, "resume", result="恢复")
    assert sqlite_town.case(ref).state == "preparing"


def test_suspension_by_will_needs_everybody_and_a_day_to_come(town):
    ref = town.bring("mediating")
    before = town.dump()
    with pytest.raises(TransitionRefused, match=r"申请人（1）没有同意中止"):
        pause(town, ref, kind="consent", asked_by=[2])
    with pytest.raises(InputInvalid, match="预计恢复的日期"):
        pause(town, ref, expected_on="2026-03-02")
    assert town.dump() == before


def test_longer_suspension_is_a_second_row_and_a_second_notice(sqlite_town):
    ref = sqlite_town.bring("mediating")
    pause(sqlite_town, ref)
    pause(sqlite_town, ref, expected_on="2026-04-30")
    rows = sqlite_town.of(ref, aftercare.suspensions)
    assert [(row.ordinal, row.ended_at is None) for row in rows] == [(1, False), (2, True)]
    assert [one for one in papers(sqlite_town, ref) if one[0] == "suspension_notice"] == [
        ("suspension_notice", "suspension-1", "complete"),
        ("suspension_notice", "suspension-2", "complete"),
    ]
    clocks = [row for row in sqlite_town.of(ref, queries.deadlines) if row.name == "mediation_limit"]
    assert [row.state for row in clocks] == ["paused"]
    [told] = sqlite_town.instance.clocks.explain("jiamed", ref, "mediation_limit")
    assert [line for line in told.why if "凭据" in line] == [
        "2026年3月2日起中止计算（凭据：第1次中止调解）",
        "2026年3月2日起继续中止（凭据：第2次中止调解）",
    ]
    sqlite_town.clock.advance(timedelta(days=10))
    sqlite_town.act("jiamed", ref, "resume", result="鉴定意见已出具")
    [resumed] = [row for row in sqlite_town.of(ref, queries.deadlines) if row.name == "mediation_limit"]
    assert resumed.state == "running"
    assert last_day(resumed.due_at) == date(2026, 4, 13)  # ten days later, and the 11th is a Saturday


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        ("refuse", {"party": 2, "routes": ["court"]}),
        ("terminate", {"reason": "no_agreement", "routes": ["court"]}),
        ("withdraw", {"reason": "算了", "asked_by": [1], "routes": ["court"]}),
    ],
)
def test_suspended_mediation_can_be_ended(sqlite_town, verb, words):
    ref = sqlite_town.bring("mediating")
    pause(sqlite_town, ref)
    sqlite_town.act("jiamed", ref, verb, **words)
    case = sqlite_town.case(ref)
    assert (case.state, case.suspended_at) == ("ended", None)
    assert sqlite_town.clocks(ref)["mediation_limit"] == "met"
    assert [row.ended_at for row in sqlite_town.of(ref, aftercare.suspensions)] == [sqlite_town.clock.now()]
