"""Lights by share of the time and by working days; a clock of hours goes by its share."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediation.clock import local_moment
from mediation.deadlines.calendar import Span
from mediation.deadlines.lights import light, moment_before
from mediation.deadlines.year_files import read_calendar

CALENDAR = read_calendar()
MONDAY = local_moment(date(2026, 3, 2), 9)
DUE = CALENDAR.due(MONDAY, Span(10, "working_days")).moment  # Monday 16 March, 24:00


def shown(now, due=DUE, since=MONDAY, share=25, days=1):
    return light(now, due, since, CALENDAR, share=share, working_days=days)


def test_light_turns_with_the_share_of_time_left():
    turn = DUE - (DUE - MONDAY) / 4
    assert [shown(turn - timedelta(seconds=1)), shown(turn)] == ["green", "yellow"]
    assert [shown(DUE - timedelta(seconds=1)), shown(DUE)] == ["yellow", "red"]


def test_light_turns_with_the_working_days_left():
    turn = local_moment(date(2026, 3, 13))  # a Friday, the last but one of the working days
    assert [shown(turn - timedelta(seconds=1), share=0, days=2), shown(turn, share=0, days=2)] == [
        "green",
        "yellow",
    ]


def test_clock_of_hours_goes_by_its_share():
    due = MONDAY + timedelta(hours=8)
    assert [shown(MONDAY, due), shown(due - timedelta(hours=2), due)] == ["green", "yellow"]


def test_without_a_beginning_the_working_days_decide():
    assert [shown(DUE - timedelta(days=5), since=None), shown(DUE - timedelta(hours=5), since=None)] == [
        "green",
        "yellow",
    ]


@given(
    st.dates(date(2026, 1, 5), date(2026, 12, 1)),
    st.integers(1, 12),
    st.sampled_from(["working_days", "days"]),
)
def test_what_is_left_from_the_moment_before_is_the_span(day, count, measure):
    """Counted again day by day: the workdays (or days) from that moment to the end are exactly the span."""
    due = CALENDAR.due(day, Span(30, "working_days")).moment
    moment = moment_before(due, Span(count, measure), CALENDAR)
    days, at = 0, moment
    while at < due:
        days += measure == "days" or CALENDAR.is_workday((at + timedelta(hours=12)).date())
        at += timedelta(days=1)
    assert days == count


def test_moment_before_counts_no_months():
    with pytest.raises(ValueError, match="hours, days or working days"):
        moment_before(DUE, Span(1, "months"), CALENDAR)


@pytest.mark.parametrize("measure", ["hours", "minutes"])
def test_moment_before_of_hours_is_so_long_before(measure):
    assert moment_before(DUE, Span(3, measure), CALENDAR) == DUE - timedelta(**{measure: 3})


def test_clock_that_begins_with_its_last_working_day_goes_by_its_share():
    turn = moment_before(DUE, Span(1, "working_days"), CALENDAR)
    assert [shown(turn, since=turn), shown(turn, since=turn - timedelta(seconds=1))] == ["green", "yellow"]
