"""When somebody is reminded before a clock's end. Pure: points from the configuration, moments within duty hours.

A point is written `50%` (of the time from start to end), `last_working_day` (its opening hour), or a span before the end
(`3 working_days`, `2 hours`). One that falls outside duty hours moves to the next of them, but not up to the end: then it
moves back to the last duty hour before the end. What would fall before the clock's start is left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType

from mediation.deadlines.calendar import last_day, months_later, parse_span
from mediation.deadlines.duty_hours import DutyHours
from mediation.language import _

LAST_WORKING_DAY = "last_working_day"
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""Stands as a clock's next reminder when none is left."""
SHIPPED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "default": (LAST_WORKING_DAY,),
        "mediation_limit": ("50%", "5 working_days", LAST_WORKING_DAY),
        "confirmation": ("50%", "5 working_days", LAST_WORKING_DAY),
        "performance": ("3 working_days", LAST_WORKING_DAY),
        "enforcement": ("6 months", "1 months", "5 working_days"),
    }
)
_ONE_DAY = timedelta(days=1)
_PERCENT = 100


def spoken_point(point: str) -> str:
    """When a reminder comes, in words: 期限过半, 最后一个工作日, 到期前3个工作日."""
    if point == LAST_WORKING_DAY:
        return _("最后一个工作日")
    if point == "50%":
        return _("期限过半")
    if point.endswith("%"):
        return _("期限过了{percent}").format(percent=point)
    return _("到期前{span}").format(span=parse_span(point).spoken)


@dataclass(frozen=True, slots=True)
class Planned:
    """One reminder: at which point, and at which moment that is."""

    at: datetime
    point: str


@dataclass(frozen=True)
class Reminding:
    """A site's points by kind of clock, and its duty hours."""

    duty: DutyHours
    points: Mapping[str, tuple[str, ...]]

    def points_for(self, name: str, own: Sequence[str] | None = None) -> tuple[str, ...]:
        """The points of a clock: those of its whole name, else its own, else those of its kind, else the default.

        `own`: what the definition says of this clock. The kind is what stands before the colon: `performance:2` → performance.
        """
        kind = name.partition(":")[0]
        for found in (self.points.get(name), own, self.points.get(kind)):
            if found is not None:
                return tuple(found)
        return self.points.get("default", ())

    def plan(self, points: Sequence[str], started_at: datetime, due_at: datetime) -> list[Planned]:
        """The reminders of a clock in order; of several at one moment the one written first."""
        found: dict[datetime, Planned] = {}
        for point in points:
            at = self._shifted(self._wanted(point, started_at, due_at), due_at)
            if at is not None and started_at < at < due_at:
                found.setdefault(at, Planned(at, point))
        return [found[at] for at in sorted(found)]

    def _wanted(self, point: str, started_at: datetime, due_at: datetime) -> datetime:
        if point.endswith("%"):
            return started_at + (due_at - started_at) * int(point[:-1]) / _PERCENT
        last = last_day(due_at)
        if point == LAST_WORKING_DAY:
            return self._opening_back(last, 0)
        span = parse_span(point)
        if span.measure in {"hours", "minutes"}:
            return due_at - timedelta(**{span.measure: span.count})
        if span.measure == "working_days":
            return self._opening_back(last, span.count)
        day = months_later(last, -span.count) if span.measure == "months" else last - span.count * _ONE_DAY
        return self.duty.opening(day)

    def _opening_back(self, last: date, workdays: int) -> datetime:
        """The opening hour of the last workday up to a day, or of one so many workdays before it."""
        day = last
        left = workdays
        while True:
            if self.duty.calendar.is_workday(day):
                if left == 0:
                    return self.duty.opening(day)
                left -= 1
            day -= _ONE_DAY

    def _shifted(self, wanted: datetime, due_at: datetime) -> datetime | None:
        at = self.duty.next_from(wanted)
        return at if at is not None and at < due_at else self.duty.last_before(due_at)
