"""我的一天: what is agreed for today and tomorrow, what waits, whose cases, whom to visit. And the calendar of a unit."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from mediation.cases import page, task_page, transition
from mediation.cases import queries as case_queries
from mediation.cases.appointments.arranging import USUAL
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.cases.side_models import Appointment
from mediation.cases.tasks.queries import ASKED
from mediation.cases.window import queries as at_window
from mediation.cases.window.desk import BEFORE_MEDIATION
from mediation.cases.workspace import queries
from mediation.clock import local_day, local_moment
from mediation.errors import NotPermitted, TransitionNotAllowed
from mediation.people import queries as people

_AT_DESKS = ("registrar", "dispatcher")


@dataclass(frozen=True, slots=True)
class DiaryLine:
    """One appointment as a calendar shows it. `ends_at` is reckoned with an hour where nobody said when it ends."""

    id: int
    day: date
    starts_at: datetime
    ends_at: datetime
    kind: str
    person: str
    place: str
    case: str
    number: str
    title: str
    kept: bool
    own: bool
    ordinal: int = 1
    cancelled: bool = False
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """An agreement that is not settled yet."""

    case: str
    number: str
    title: str
    drafted_on: date


@dataclass(frozen=True, slots=True)
class Day:
    """One glance at a day's work. `unassigned`: of the unit's, what the actor may assign, to oneself too. `of_unit`: what waits on
    the unit before anybody mediates, where nobody else would see it: the unit has no window and no dispatcher.
    """

    today: list[DiaryLine]
    tomorrow: list[DiaryLine]
    tasks: list[task_page.TaskRow]
    cases: list[page.Row]
    unassigned: list[page.Row]
    of_unit: list[page.Row]
    visits: list[page.Row]
    drafts: list[Draft]


def my_day(hall: Hall) -> Day:
    """What somebody who mediates or records has before them today."""
    session, today = hall.session, hall.today
    agreed = diary(hall, today, today + timedelta(days=1), own=True)
    own = queries.own_cases(session, hall.actor)
    unassigned = [case for case in queries.unassigned(session, hall.actor) if _may_assign(hall, case)]
    return Day(
        today=[line for line in agreed if line.day == today],
        tomorrow=[line for line in agreed if line.day != today],
        tasks=task_page.my_tasks(hall, kinds=ASKED),
        cases=page.rows(hall, own),
        unassigned=page.rows(hall, unassigned),
        of_unit=page.rows(hall, _of_unit(hall, {case.id for case in (*own, *unassigned)})),
        visits=page.rows(hall, queries.to_visit(session, hall.actor)),
        drafts=[
            Draft(case.public_id, case.number or case.temporary_number, str(case.title), draft.concluded_on)
            for draft, case in queries.drafts(session, hall.actor)
        ],
    )


def diary(hall: Hall, first: date, last: date, *, own: bool = False) -> list[DiaryLine]:
    """The appointments from a day to another, both included: the actor's own, and unless `own` the unit's cases' too."""
    rows = queries.appointments(hall.session, hall.actor, *_moments(first, last), own=own)
    return [_line(hall, row, case) for row, case in rows]


def outgoing(hall: Hall, first: date, last: date, *, own: bool) -> list[DiaryLine]:
    """The same for a calendar that leaves this house, cancelled ones too: without title and person, and with rooms only.

    Whom one visits lives where one goes: a visit has no place here, nor has what names a party in its place.
    """
    span = _moments(first, last)
    rows = queries.appointments(hall.session, hall.actor, *span, own=own, cancelled=True)
    names = queries.party_names(hall.session, (row.case_id for row, _case in rows))
    found = []
    for row, case in rows:
        line = _line(hall, row, case)
        named = any(name and name in line.place for name in names.get(row.case_id, ()))
        place = "" if row.kind == "visit" or named else line.place
        found.append(
            replace(line, place=place, title="", person="", changed_at=row.changed_at or case.received_at)
        )
    return found


def _of_unit(hall: Hall, besides: Collection[int | None]) -> list[Dispute]:
    session, actor = hall.session, hall.actor
    if any(people.posts_at(session, [actor.unit_id], hall.today, kind) for kind in _AT_DESKS):
        return []
    waiting = at_window.turns(session, actor, queries.MOST)
    return [case for case in waiting if case.phase in BEFORE_MEDIATION and case.id not in besides]


def _may_assign(hall: Hall, case: Dispute) -> bool:
    try:
        transition.look(hall, case, "assign")
    except (TransitionNotAllowed, NotPermitted):
        return False
    return True


def _moments(first: date, last: date) -> tuple[datetime, datetime]:
    return local_moment(first, 0), local_moment(last + timedelta(days=1), 0)


def _line(hall: Hall, row: Appointment, case: Dispute) -> DiaryLine:
    return DiaryLine(
        id=row.id or 0,
        day=local_day(row.starts_at),
        starts_at=row.starts_at,
        ends_at=row.ends_at or row.starts_at + USUAL,
        kind=row.kind,
        person=case_queries.person(hall.session, row.person_id).name,
        place=str(row.place),
        case=case.public_id,
        number=case.number or case.temporary_number,
        title=str(case.title),
        kept=row.state == "kept",
        own=row.person_id in hall.actor.hands,
        ordinal=row.ordinal,
        cancelled=row.state == "cancelled",
        changed_at=row.changed_at,
    )
