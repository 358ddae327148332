"""The light of a clock: green, yellow when little of its time is left, red when it is over. Pure."""

from datetime import datetime, timedelta
from typing import Literal

from mediation.clock import local_moment
from mediation.deadlines.calendar import Calendar, Span, last_day

Light = Literal["green", "yellow", "red"]
_ONE_DAY = timedelta(days=1)


def light(
    now: datetime,
    due_at: datetime,
    started_at: datetime | None,
    calendar: Calendar,
    *,
    share: int,
    working_days: int,
) -> Light:
    """The light of a clock at a moment. Yellow: at most `share` per cent of its time, or so many working days, are left.

    A clock that begins within its last working days, as one of hours does, goes by its share alone.
    """
    if due_at <= now:
        return "red"
    if started_at is not None and (due_at - now) * 100 <= (due_at - started_at) * share:
        return "yellow"
    if working_days:
        turn = moment_before(due_at, Span(working_days, "working_days"), calendar)
        if turn <= now and (started_at is None or started_at < turn):
            return "yellow"
    return "green"


def moment_before(due_at: datetime, span: Span, calendar: Calendar) -> datetime:
    """The moment from which no more than a span is left: of days, the beginning of the first of the last ones allowed."""
    if span.measure in {"hours", "minutes"}:
        return due_at - timedelta(**{span.measure: span.count})
    day, left = last_day(due_at), span.count
    if span.measure == "days":
        return local_moment(day - max(0, left - 1) * _ONE_DAY)
    if span.measure != "working_days":
        raise ValueError("a time before an end is counted in hours, days or working days")
    while True:
        left -= calendar.is_workday(day)
        if left <= 0:
            return local_moment(day)
        day -= _ONE_DAY
