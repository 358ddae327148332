"""The round of supervision: waited for by the hour, one failing case keeps no other waiting, nothing is lost behind it."""

from dataclasses import replace
from datetime import date

import pytest

from mediation import supervising
from mediation.cases import queries as cases
from mediation.clock import local_moment
from mediation.deadlines.year_files import read_calendar
from mediation.errors import InputInvalid, Problem
from mediation.supervision import climbing
from tests.supervision.desk import day, opened, papers, steps, with_rules
from tests.town import postgresql_founded, sqlite_founded, sqlite_town, town

__all__ = ["postgresql_founded", "sqlite_founded", "sqlite_town", "town"]

ANNOUNCED = """year: 2027
source: 示例通知
provisional: false
holidays:
  元旦: [2027-01-01]
workdays: [2027-01-02]
"""
HOURLY = [
    {"key": "urging", "title": "催办", "when": {"at_end": True}},
    {"key": "soon", "title": "两小时", "when": {"overdue": {"hours": 2}}},
]


@pytest.fixture
def hourly(town):
    with_rules(town, ladder=HOURLY)
    town.instance.run_deadlines()
    return town


def work(town, moment=None):
    """What the sweep of the jobs does at a moment: whether anything was due, and that nothing is afterwards."""
    if moment is not None:
        town.clock.put(moment)
    due = town.instance.day_work.anything_due(town.clock.now())
    town.instance.day_work.run_out_due(lambda: False)
    assert not town.instance.day_work.anything_due(town.clock.now())
    return due


def test_step_that_counts_in_hours_comes_with_its_hour_and_not_with_the_next_day(hourly):
    town = hourly
    ref = town.register()
    work(town, day(3, 4))
    assert [row[1] for row in steps(town, ref)] == ["urging"]
    assert not town.instance.day_work.anything_due(day(3, 4, 1))
    assert work(town, day(3, 4, 2))
    assert steps(town, ref) == [
        ("state:registered", "soon", "taken"),
        ("state:registered", "urging", "taken"),
    ]


def test_step_before_the_end_is_waited_for(hourly):
    town = hourly
    with_rules(town, ladder=[{"key": "early", "title": "早", "when": {"before": {"hours": 3}}}, *HOURLY])
    ref = town.register()
    town.instance.run_deadlines()
    town.clock.put(day(3, 3, 20))
    work(town)  # its reminder, if any
    assert steps(town, ref) == []
    assert work(town, day(3, 3, 21))
    assert [row[1] for row in steps(town, ref)] == ["early"]


def test_decline_a_clock_of_an_item_and_a_weeks_paper_are_waited_for(town):
    week = {"units": ["su", "gone"], "reminder": {"title": "提醒", "day": 1, "at": "14:00"}}
    with_rules(
        town, ladder=[*HOURLY, {"key": "yellow", "title": "黄牌", "when": {"dissatisfied": 1}}], week=week
    )
    town.instance.run_deadlines()
    assert not town.instance.supervision.is_waited_for(town.clock.now())
    assert town.instance.supervision.is_waited_for(day(3, 2, 14)) is False  # the clock has not come so far
    town.clock.put(day(3, 2, 14))
    assert town.instance.supervision.is_waited_for(town.clock.now())
    found = town.instance.supervision.round()
    assert (found.weeks, [one.partition("：")[0] for one in found.left]) == (["su"], ["gone"])
    assert [form for form, _state in papers(town)] == ["weekly_reminder"]
    assert not town.instance.supervision.is_waited_for(town.clock.now())
    item = opened(town, due_on="2026-03-06")
    assert town.instance.supervision.is_waited_for(day(3, 7))
    town.clock.put(day(3, 7))
    assert len(town.instance.supervision.round().ran_out) == 1
    assert item


def test_more_cases_than_a_batch_are_all_looked_at_in_one_round(town, monkeypatch):
    monkeypatch.setattr(supervising, "_BATCH", 2)
    with_rules(town, ladder=HOURLY)
    refs = [town.register() for _case in range(5)]
    town.clock.put(day(3, 4, 3))
    assert len(town.instance.run_deadlines().supervised.steps) == 5
    assert {tuple(row[1] for row in steps(town, ref)) for ref in refs} == {("soon", "urging")}


@pytest.mark.parametrize("error", [InputInvalid([Problem("不行")]), LookupError("甲某1")])
def test_case_that_fails_is_told_keeps_no_other_waiting_and_comes_again(town, monkeypatch, caplog, error):
    """A clock and a cause of one case fail; those of another are carried out, and the trail is not passed over."""
    with_rules(town, ladder=[*HOURLY, {"key": "yellow", "title": "黄牌", "when": {"repeats": 1}}])
    town.instance.run_deadlines()
    bad, good, other = (town.register() for _case in range(3))
    for ref in (bad, good):
        town.act("jiawin", ref, "link", to=other, kind="repeat", why="同一处排水沟")
    town.clock.put(day(3, 4))
    take, case_id = climbing._take, town.case(bad).id

    def failing(hall, case, *more):
        if case.id == case_id:
            raise error
        return take(hall, case, *more)

    monkeypatch.setattr(climbing, "_take", failing)
    found = town.instance.run_deadlines()
    assert [
        (one.cause, one.step)
        for one in found.supervised.steps
        if one.case == town.case(good).temporary_number
    ] == [
        ("state:registered", "urging"),
        ("repeats", "yellow"),
    ]
    assert steps(town, bad) == []
    left = [one for one in found.left if town.case(bad).temporary_number in one]
    assert len(left) == 2
    assert "甲某1" not in "".join(left) + caplog.text
    assert caplog.text.count(type(error).__name__) == 2
    monkeypatch.undo()
    assert town.instance.supervision.is_waited_for(town.clock.now())
    town.instance.run_deadlines()
    assert [row[1] for row in steps(town, bad)] == ["yellow", "urging"]
    assert town.instance.verify_trail().problems == []


def test_clock_that_a_recount_moves_earlier_is_looked_at_by_its_new_end(town, tmp_path):
    early = {"key": "early", "title": "早督", "when": {"before": {"working_days": 20}}}
    with_rules(town, clocks=["state"], ladder=[early, *HOURLY])
    town.clock.put(local_moment(date(2026, 12, 28), 9))
    town.instance.run_deadlines()
    ref = town.bring("preparing")
    town.instance.run_deadlines()
    clock = next(row for row in reversed(town.of(ref, cases.deadlines)) if row.name == "state:preparing")
    assert [row[1] for row in steps(town, ref)] == ["early"]
    (tmp_path / "2027.yaml").write_text(ANNOUNCED, encoding="utf-8")
    town.instance.office = replace(town.instance.office, calendar=read_calendar(tmp_path))
    town.instance.run_deadlines()
    moved = next(row for row in reversed(town.of(ref, cases.deadlines)) if row.id == clock.id)
    assert moved.due_at < clock.due_at
    town.clock.put(moved.due_at)
    assert town.instance.run_deadlines().supervised.steps[0].step == "urging"
