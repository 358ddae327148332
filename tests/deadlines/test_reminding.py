"""Reminders come before the end, in duty hours, at the points that the configuration says."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediation.clock import local_day, local_moment, parse_hours
from mediation.deadlines.calendar import Span
from mediation.deadlines.duty_hours import DutyHours
from mediation.deadlines.reminding import SHIPPED, Reminding, spoken_point
from mediation.deadlines.year_files import read_calendar

_CALENDAR = read_calendar()
_REMINDING = Reminding(DutyHours(parse_hours(("08:30-17:30",)), _CALENDAR), SHIPPED)
_START = local_moment(date(2026, 3, 2), 9)
_POINTS = st.sampled_from(
    ["10%", "50%", "90%", "last_working_day", "1 days", "3 working_days", "2 hours", "30 minutes", "1 months"]
)


def plan(points, span, start=_START):
    count, measure = span.split()
    due = _CALENDAR.due(start, Span(int(count), measure)).moment
    return [(one.at, one.point) for one in _REMINDING.plan(points, start, due)]


@pytest.mark.parametrize(
    ("points", "span", "expected"),
    [
        (["last_working_day"], "30 days", [(local_moment(date(2026, 4, 1), 8, 30), "last_working_day")]),
        (["3 working_days"], "30 days", [(local_moment(date(2026, 3, 27), 8, 30), "3 working_days")]),
        (["5 days"], "30 days", [(local_moment(date(2026, 3, 27), 8, 30), "5 days")]),
        # half the time falls into the night of the 17th
        (["50%"], "30 days", [(local_moment(date(2026, 3, 17), 16, 30), "50%")]),
        # 20 days end on a Sunday and roll to Monday; two days before is a Saturday
        (["2 days"], "20 days", [(local_moment(date(2026, 3, 23), 8, 30), "2 days")]),
        (["20 days"], "5 days", []),  # before the start
        (["2 hours"], "8 hours", [(local_moment(date(2026, 3, 2), 15), "2 hours")]),
        (["30 minutes"], "8 hours", [(local_moment(date(2026, 3, 2), 16, 30), "30 minutes")]),
        (["1 months"], "45 days", [(local_moment(date(2026, 3, 16), 8, 30), "1 months")]),
        (["8 hours"], "8 hours", []),  # at the start itself
        ([], "30 days", []),
    ],
)
def test_reminders_are_planned_at_their_points(points, span, expected) -> None:
    assert plan(points, span) == expected


def test_reminder_that_would_fall_after_the_end_comes_in_the_last_hour_of_duty() -> None:
    due = local_moment(date(2026, 3, 7), 10)  # Saturday morning
    [one] = _REMINDING.plan(["2 hours"], _START, due)
    assert one.at == local_moment(date(2026, 3, 6), 16, 30)


def test_points_are_looked_up_from_the_whole_name_to_the_default() -> None:
    found = Reminding(
        _REMINDING.duty, {"default": ("1 days",), "state": ("2 days",), "state:ended": ("3 days",)}
    )
    assert found.points_for("state:ended", ["4 days"]) == ("3 days",)
    assert found.points_for("state:closed", ["4 days"]) == ("4 days",)
    assert found.points_for("state:closed", []) == ()
    assert found.points_for("state:closed") == ("2 days",)
    assert found.points_for("state:over:again") == ("2 days",)
    assert found.points_for("anything") == ("1 days",)
    assert Reminding(_REMINDING.duty, {}).points_for("anything") == ()


@given(
    st.dates(date(2025, 1, 2), date(2026, 11, 30)),
    st.integers(0, 23),
    st.integers(1, 60),
    st.sampled_from(["days", "working_days", "hours"]),
    st.lists(_POINTS, max_size=5),
)
def test_every_reminder_lies_between_start_and_end_in_duty_hours(day, hour, count, measure, points) -> None:
    start = local_moment(day, hour)
    due = _CALENDAR.due(start, Span(count, measure)).moment
    found = _REMINDING.plan(points, start, due)
    assert [one.at for one in found] == sorted({one.at for one in found})
    for one in found:
        assert start < one.at < due
        assert _CALENDAR.is_workday(local_day(one.at))
        assert _REMINDING.duty.is_on(one.at)
        assert not _REMINDING.duty.is_on(one.at + timedelta(hours=9))


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        ("50%", "期限过半"),
        ("80%", "期限过了80%"),
        ("last_working_day", "最后一个工作日"),
        ("5 working_days", "到期前5个工作日"),
        ("6 months", "到期前6个月"),
    ],
)
def test_point_is_spoken(point, expected):
    assert spoken_point(point) == expected


def test_reminder_that_would_fall_on_the_end_itself_comes_in_the_last_hour_of_duty_before() -> None:
    due = local_moment(date(2026, 3, 6), 8, 30)  # Friday, as duty begins
    [one] = _REMINDING.plan(["2 hours"], _START, due)
    assert one.at == local_moment(date(2026, 3, 5), 16, 30)


def test_reminders_of_several_points_come_in_order_of_time() -> None:
    assert [point for _at, point in plan(["last_working_day", "5 days"], "30 days")] == [
        "5 days",
        "last_working_day",
    ]
