"""值班时间: when offices can be reached. Pure. Whoever is reminded is reminded within them, never at night or on a rest day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from mediation.clock import Hours, local_day, local_moment
from mediation.deadlines.calendar import Calendar

_ONE_DAY = timedelta(days=1)
_ONE_HOUR = timedelta(hours=1)
_FARTHEST = 62
"""Days that are looked through for a workday: longer than any holiday."""


@dataclass(frozen=True, slots=True)
class DutyHours:
    """The hours of each workday of a calendar."""

    spans: tuple[Hours, ...]
    calendar: Calendar

    def is_on(self, moment: datetime) -> bool:
        """Whether offices can be reached at the moment."""
        return any(begin <= moment < end for begin, end in self._of_day(local_day(moment)))

    def next_from(self, moment: datetime) -> datetime | None:
        """The moment itself within duty hours, else when they begin next."""
        day = local_day(moment)
        for ahead in range(_FARTHEST):
            for begin, end in self._of_day(day + ahead * _ONE_DAY):
                if moment < end:
                    return max(begin, moment)
        return None

    def last_before(self, moment: datetime) -> datetime | None:
        """When the last hour of duty before the moment begins."""
        day = local_day(moment)
        for back in range(_FARTHEST):
            for begin, end in reversed(list(self._of_day(day - back * _ONE_DAY))):
                if begin < moment:
                    return max(begin, min(end, moment) - _ONE_HOUR)
        return None

    def opening(self, day: date) -> datetime:
        """When the hours of a day begin, were it a workday."""
        return _at(day, self.spans[0].first)

    def _of_day(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        if self.calendar.is_workday(day):
            for span in self.spans:
                yield _at(day, span.first), _at(day, span.last)


def _at(day: date, minute: int) -> datetime:
    if minute == 24 * 60:
        return local_moment(day + _ONE_DAY)
    return local_moment(day, minute // 60, minute % 60)
