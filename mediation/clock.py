"""The only place that reads the time. Moments are aware and in UTC; days are the days of the site's time zone."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from mediation.language import _

SITE_ZONE = ZoneInfo("Asia/Shanghai")
ORDINARY_HOURS = ("08:30-17:30",)
_HOURS = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])")
_MIDNIGHT = 24 * 60


class Clock(Protocol):
    """Tells the present moment."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


class SystemClock:
    """The computer's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class SetClock:
    """A clock that stands where it is put: for demos, simulations and tests."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment.astimezone(UTC)

    def now(self) -> datetime:
        return self._moment

    def put(self, moment: datetime) -> None:
        """Move to the moment (aware), forwards or backwards."""
        self._moment = moment.astimezone(UTC)

    def advance(self, by: timedelta) -> None:
        """Move forwards by a span."""
        self._moment += by


class SampleClock:
    """A clock that goes on from a moment of the past, as fast as the computer's: for samples played there."""

    def __init__(self, begin: datetime) -> None:
        self._behind = datetime.now(UTC) - begin.astimezone(UTC)

    def now(self) -> datetime:
        return datetime.now(UTC) - self._behind


def time_elsewhere(clock: Clock) -> datetime:
    """What time other machines have now, which know nothing of a sample's: for what they compare, or what we compare of theirs."""
    return SystemClock().now() if isinstance(clock, SampleClock) else clock.now()


def phone_time(clock: Clock) -> datetime:
    """What phones show now."""
    return time_elsewhere(clock)


def local_day(moment: datetime) -> date:
    """The day in the site's time zone on which the moment falls."""
    return moment.astimezone(SITE_ZONE).date()


def local_moment(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """The moment (UTC) of an hour of a day in the site's time zone."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SITE_ZONE).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Hours:
    """From a minute of the day up to another, which is not in them."""

    first: int
    last: int


def parse_hours(said: Sequence[str]) -> tuple[Hours, ...]:
    """Hours of a day written as `08:30-12:00`, in order and apart from each other; ValueError says what is wrong, in words."""
    found: list[Hours] = []
    for text in said:
        parts = _HOURS.fullmatch(text)
        if parts is None:
            raise ValueError(_("{text} 写法不对，应写作 08:30-12:00").format(text=text[:40]))
        begin, end = (60 * int(parts[at]) + int(parts[at + 1]) for at in (1, 3))
        if not begin < end <= _MIDNIGHT:
            raise ValueError(_("{text} 的结束时间应晚于开始时间，且不晚于 24:00").format(text=text))
        if found and begin < found[-1].last:
            raise ValueError(_("{text} 与前一段重叠，或者没有按先后写").format(text=text))
        found.append(Hours(begin, end))
    if not found:
        raise ValueError(_("至少要写一段时间"))
    return tuple(found)
