"""What people are shown of duty."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class PresentLine:
    """A unit at a centre: how, on which days, whether it is there now, when next, and how soon it answers a call.

    One that is on call is never there and never away: it comes when it is called.
    """

    unit: str
    unit_name: str
    at: str
    at_name: str
    mode: str
    on_call: bool
    days: str
    there: bool
    following: datetime | None
    answer: str


@dataclass(frozen=True, slots=True)
class DeskLine:
    """A desk and who keeps it on the day; `away`: those of them who are on leave."""

    key: str
    title: str
    unit: str
    hours: str
    people: tuple[str, ...]
    away: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExpertLine:
    """Somebody who may be asked, and how soon an answer comes."""

    person: str
    name: str
    kind: str
    units: tuple[str, ...]
    answer: str
    away: bool


@dataclass(frozen=True, slots=True)
class AbsenceLine:
    """One absence. `stood_in_for`: whose deputy the person was to be on some of these days, and cannot be now."""

    id: str
    person: str
    name: str
    deputy: str | None
    kind: str
    since: date
    until: date
    stood_in_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DutyPage:
    """Duty at a moment, at one unit and all above and below it."""

    unit: str
    moment: datetime
    present: tuple[PresentLine, ...]
    desks: tuple[DeskLine, ...]
    experts: tuple[ExpertLine, ...]
    absences: tuple[AbsenceLine, ...]
