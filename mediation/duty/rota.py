"""Who is there at a moment, by the rules of a rota. Pure: calendar and rules come in, nothing is read.

Shifts follow one another from the day on which the rota begins, one on each day of duty; a day without duty uses up none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from mediation.clock import SITE_ZONE, local_day
from mediation.deadlines.calendar import Calendar, Span
from mediation.language import _, joined

Mode = Literal["resident", "rotating", "on_call"]
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPOKEN = ("一", "二", "三", "四", "五", "六", "日")


@dataclass(frozen=True, slots=True)
class Hours:
    """From when to when on a day; `until` is the first moment that is no duty."""

    since: time
    until: time

    def cover(self, moment: datetime) -> bool:
        """Whether a moment lies in them."""
        return self.since <= moment.astimezone(SITE_ZONE).time() < self.until

    def __str__(self) -> str:
        return f"{self.since:%H:%M}-{self.until:%H:%M}"


@dataclass(frozen=True, slots=True)
class Days:
    """Days of duty: these weekdays but for holidays, or every workday of the calendar, make-up workdays included, if none are named."""

    weekdays: tuple[str, ...] = ()

    def hold(self, day: date, calendar: Calendar) -> bool:
        """Whether there is duty on a day."""
        if not self.weekdays:
            return calendar.is_workday(day)
        return WEEKDAYS[day.weekday()] in self.weekdays and not calendar.is_holiday(day)

    def __str__(self) -> str:
        if not self.weekdays:
            return _("工作日")
        days = joined(_(_SPOKEN[WEEKDAYS.index(one)]) for one in self.weekdays)
        return _("周{days}").format(days=days)


@dataclass(frozen=True, slots=True)
class Presence:
    """入驻: a unit at a centre. `resident` 常驻, `rotating` 轮驻 on its days, `on_call` 随叫随驻 within `answer` of a call."""

    unit: str
    at: str
    mode: Mode
    days: Days
    hours: Hours
    answer: Span | None = None
    article: str = ""

    def is_there(self, moment: datetime, calendar: Calendar) -> bool:
        """Whether somebody of the unit sits at the centre."""
        if self.mode == "on_call":
            return False
        return self.days.hold(local_day(moment), calendar) and self.hours.cover(moment)

    def next_time(self, moment: datetime, calendar: Calendar) -> datetime | None:
        """When the unit is there again; None for one on call, and for one that is not there within a month."""
        if self.mode == "on_call" or self.is_there(moment, calendar):
            return None if self.mode == "on_call" else moment
        for ahead in range(32):
            day = local_day(moment) + timedelta(days=ahead)
            begins = datetime.combine(day, self.hours.since, SITE_ZONE)
            if begins > moment and self.days.hold(day, calendar):
                return begins
        return None


@dataclass(frozen=True, slots=True)
class Desk:
    """坐班轮班: a desk and the shifts of people (by code) who keep it in turn."""

    key: str
    title: str
    unit: str
    begins: date
    days: Days
    hours: Hours
    shifts: tuple[tuple[str, ...], ...]

    def on(self, day: date, calendar: Calendar) -> tuple[str, ...]:
        """Who has the desk on a day; nobody before the rota begins and on days without duty."""
        if day < self.begins or not self.days.hold(day, calendar):
            return ()
        return self.shifts[self._turn(day, calendar) % len(self.shifts)]

    def on_at(self, moment: datetime, calendar: Calendar) -> tuple[str, ...]:
        """Who has the desk at a moment."""
        return self.on(local_day(moment), calendar) if self.hours.cover(moment) else ()

    def plan(self, first: date, days: int, calendar: Calendar) -> Iterator[tuple[date, tuple[str, ...]]]:
        """The days of duty from a day on, and who has them."""
        turn = self._turn(max(first, self.begins), calendar)
        for ahead in range(days):
            day = first + timedelta(days=ahead)
            if day >= self.begins and self.days.hold(day, calendar):
                yield day, self.shifts[turn % len(self.shifts)]
                turn += 1

    def _turn(self, day: date, calendar: Calendar) -> int:
        """How many days of duty there were before a day."""
        gone = (day - self.begins).days
        return sum(self.days.hold(self.begins + timedelta(days=one), calendar) for one in range(gone))


@dataclass(frozen=True, slots=True)
class Expert:
    """三官一师、法律顾问: somebody whom these units and all below them may ask, and how soon an answer comes."""

    person: str
    kind: str
    units: tuple[str, ...]
    answer: Span | None = None
    article: str = ""


@dataclass(frozen=True, slots=True)
class Duty:
    """A site's duty rules."""

    presences: tuple[Presence, ...] = ()
    desks: tuple[Desk, ...] = ()
    experts: tuple[Expert, ...] = ()

    def presence(self, unit: str, centres: Sequence[str]) -> Presence | None:
        """How a unit is present at the first of these centres that has it."""
        for centre in centres:
            for one in self.presences:
                if one.unit == unit and one.at == centre:
                    return one
        return None

    def people_at(self, moment: datetime, calendar: Calendar) -> frozenset[str]:
        """Codes of the people who have a desk at the moment."""
        return frozenset(one for desk in self.desks for one in desk.on_at(moment, calendar))

    def experts_for(self, units: Sequence[str], kind: str | None = None) -> list[Expert]:
        """Whom a unit may ask: those of the unit itself first, then those of the units above. `units`: upwards."""
        near = {code: place for place, code in enumerate(units)}
        fitting = [
            (min(near[unit] for unit in one.units if unit in near), one.person, one)
            for one in self.experts
            if (kind is None or one.kind == kind) and any(unit in near for unit in one.units)
        ]
        return [one for _place, _person, one in sorted(fitting, key=lambda found: found[:2])]

    def expert(self, person: str, units: Sequence[str]) -> Expert | None:
        """A person as one whom a unit may ask, by the nearest line of the roster that says how soon an answer comes. `units`: upwards."""
        lines = (one for one in self.experts_for(units) if one.person == person)
        return next((one for one in lines if one.answer is not None), None)
