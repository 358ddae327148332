"""The clocks of items: started, met, missed, cancelled, each once. They stand apart from those of cases.

A case's clock belongs to a case in every reader and on the hot path of every act; an item may concern a unit or a matter
without any case. Each change is one UPDATE that names the state it expects: of two at once one hears True.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, update

from mediation.cases.hall import Hall
from mediation.deadlines.calendar import Due, Span, parse_span, spoken_day
from mediation.deadlines.timers import said_recounted
from mediation.sites.supervision import TimeSaid
from mediation.supervision import queries
from mediation.supervision.ladder import span_of
from mediation.supervision.models import SupervisionClock, SupervisionItem

_ROWS = SupervisionClock.metadata.tables["supervision_clock"]
_NEW: dict[str, Any] = {"state": bindparam("new_state"), "ended_at": bindparam("new_ended_at")}
_END = (
    update(_ROWS)
    .where(
        _ROWS.c.item_id == bindparam("of_item"),
        _ROWS.c.name == bindparam("of_name"),
        _ROWS.c.state == "running",
    )
    .values(_NEW)
)
_MISS = (
    update(_ROWS)
    .where(_ROWS.c.id == bindparam("which"), _ROWS.c.state == "running", _ROWS.c.due_at <= bindparam("now"))
    .values(_NEW)
)


def start(hall: Hall, item: SupervisionItem, name: str, time: TimeSaid, article: str = "") -> datetime:
    """Start a clock of an item now; when it ends."""
    span = span_of(time)
    return _start(hall, item, name, span, article, hall.office.calendar.due(hall.now, span))


def start_until(hall: Hall, item: SupervisionItem, name: str, day: date, article: str = "") -> datetime:
    """Start a clock that ends with a day, workday or not."""
    span = Span((day - hall.today).days, "days")
    return _start(hall, item, name, span, article, hall.office.calendar.due(hall.now, span, roll=False))


def meet(hall: Hall, item: SupervisionItem, name: str) -> None:
    """What the clock asked for has been done."""
    _end(hall, item, name, "met")


def cancel(hall: Hall, item: SupervisionItem, name: str) -> None:
    """The clock has lost its object."""
    _end(hall, item, name, "cancelled")


def cancel_all(hall: Hall, item: SupervisionItem) -> None:
    """Nobody has to wait for anything any more."""
    for clock in queries.clocks(hall.session, item.id or 0):
        cancel(hall, item, clock.name)


def miss(hall: Hall, clock_id: int) -> bool:
    """Claim a clock whose moment has come; exactly one caller hears True."""
    values = {"which": clock_id, "now": hall.now, "new_state": "missed", "new_ended_at": hall.now}
    return hall.session.connection().execute(_MISS, values).rowcount == 1


def recount(hall: Hall, clock: SupervisionClock) -> bool:
    """Count a running clock again by a calendar announced meanwhile; whether that changed anything of it."""
    due = hall.office.calendar.due(clock.started_at, parse_span(clock.rule))
    now = (due.moment, due.provisional, due.calendar_version)
    if now == (clock.due_at, clock.provisional, clock.calendar_version):
        return False
    queries.hold_clock(hall.session, clock)
    if clock.state != "running":  # it has ended meanwhile
        return False
    told = said_recounted(spoken_day(hall.today), clock.due_at if clock.due_at != due.moment else None)
    clock.due_at, clock.provisional = due.moment, due.provisional
    clock.calendar_version, clock.steps = due.calendar_version, [*clock.steps, told, *due.steps]
    hall.session.add(clock)
    return True


def _start(hall: Hall, item: SupervisionItem, name: str, span: Span, article: str, due: Due) -> datetime:
    assert item.id is not None
    cancel(hall, item, name)
    hall.session.add(
        SupervisionClock(
            item_id=item.id,
            name=name,
            rule=str(span),
            article=article,
            started_at=hall.now,
            due_at=due.moment,
            calendar_version=due.calendar_version,
            provisional=due.provisional,
            steps=list(due.steps),
        )
    )
    return due.moment


def _end(hall: Hall, item: SupervisionItem, name: str, state: str) -> None:
    hall.session.flush()
    values = {"of_item": item.id, "of_name": name, "new_state": state, "new_ended_at": hall.now}
    hall.session.connection().execute(_END, values)
