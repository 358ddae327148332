"""The only place that reads the time. Moments are aware and in UTC; days are the days of the site's time zone."""

from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

SITE_ZONE = ZoneInfo("Asia/Shanghai")


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


def local_day(moment: datetime) -> date:
    """The day in the site's time zone on which the moment falls."""
    return moment.astimezone(SITE_ZONE).date()


def local_moment(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """The moment (UTC) of an hour of a day in the site's time zone."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SITE_ZONE).astimezone(UTC)
