"""Duty hours are those of workdays, make-up workdays included; nothing falls at night or on a rest day."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediation.clock import local_day, local_moment, parse_hours
from mediation.deadlines.duty_hours import DutyHours
from mediation.deadlines.year_files import read_calendar

_DUTY = DutyHours(parse_hours(("08:30-12:00", "14:00-17:30")), read_calendar())
_MOMENTS = st.builds(
    local_moment, st.dates(date(2025, 2, 1), date(2026, 11, 1)), st.integers(0, 23), st.integers(0, 59)
)


def at(day: str, hour: int, minute: int = 0) -> datetime:
    return local_moment(date.fromisoformat(day), hour, minute)


@pytest.mark.parametrize(
    ("moment", "following", "before"),
    [
        (at("2026-03-02", 9), at("2026-03-02", 9), at("2026-03-02", 8, 30)),
        (
            at("2026-03-02", 8, 30),
            at("2026-03-02", 8, 30),
            at("2026-02-28", 16, 30),
        ),  # a Saturday that is worked
        (at("2026-03-02", 12), at("2026-03-02", 14), at("2026-03-02", 11)),
        (at("2026-03-02", 23), at("2026-03-03", 8, 30), at("2026-03-02", 16, 30)),
        (at("2026-03-07", 10), at("2026-03-09", 8, 30), at("2026-03-06", 16, 30)),
        (at("2026-02-14", 10), at("2026-02-14", 10), at("2026-02-14", 9)),  # a Saturday that is worked
        (at("2026-02-16", 10), at("2026-02-24", 8, 30), at("2026-02-14", 16, 30)),
    ],
)
def test_duty_is_next_and_last_where_offices_work(moment, following, before) -> None:
    assert (_DUTY.next_from(moment), _DUTY.last_before(moment)) == (following, before)


@given(_MOMENTS)
def test_what_is_moved_lies_in_duty_hours_and_on_the_right_side(moment) -> None:
    following, before = _DUTY.next_from(moment), _DUTY.last_before(moment)
    assert following is not None
    assert before is not None
    assert _DUTY.is_on(following)
    assert _DUTY.is_on(before)
    assert before < moment <= following
    assert _DUTY.is_on(moment) == (following == moment)
    gap = moment + timedelta(minutes=1)
    while gap < following:
        assert not _DUTY.is_on(gap)
        gap += timedelta(minutes=29)


def test_duty_is_over_when_its_last_minute_is() -> None:
    moments = (
        at("2026-03-02", 8, 30),
        at("2026-03-02", 11, 59),
        at("2026-03-02", 12),
        at("2026-03-02", 17, 30),
    )
    assert [_DUTY.is_on(moment) for moment in moments] == [True, True, False, False]


def test_hours_up_to_midnight_belong_to_their_day() -> None:
    duty = DutyHours(parse_hours(("00:00-24:00",)), read_calendar())
    assert duty.is_on(at("2026-03-06", 23, 59))
    assert not duty.is_on(at("2026-03-07", 0))
    assert local_day(duty.opening(date(2026, 3, 6))) == date(2026, 3, 6)


@pytest.mark.parametrize(
    "said", [(), ("8:30-12:00",), ("12:00-08:30",), ("08:30-12:00", "11:00-17:00"), ("00:00-24:30",)]
)
def test_hours_written_wrongly_are_refused(said) -> None:
    with pytest.raises(ValueError, match=r"[一-鿿]"):
        parse_hours(said)
