"""When a calendar has come: the clocks of items that were counted without it are counted again, listed with those of cases, told in
the item's own chain and to the unit that answers.
"""

from datetime import datetime

from mediation.cases.hall import Hall
from mediation.cases.recounting import Moved, Recounted
from mediation.deadlines.calendar import parse_span
from mediation.errors import CaseChanged
from mediation.language import _
from mediation.storage.engine import savepoint
from mediation.supervision import clocks, queries
from mediation.supervision.entries import Heard, record, tell
from mediation.supervision.machine import CLOCKS
from mediation.supervision.models import SupervisionClock

ACT = "clock_recounted"
_BATCH = 500


def recount_items(hall: Hall, found: Recounted) -> None:
    """Count again what the calendar concerns, and add to what a recount of the cases' clocks has found."""
    after: int | None = 0
    while after is not None:
        rows = queries.running_clocks(hall.session, after, _BATCH)
        for clock in rows:
            found.seen += 1
            if _is_concerned(hall, clock):
                _recount(hall, clock, found)
        after = rows[-1].id if len(rows) == _BATCH else None


def _is_concerned(hall: Hall, clock: SupervisionClock) -> bool:
    """Whether a calendar has come that it was counted without. One that ends with a day which somebody named looked at none."""
    calendar, span = hall.office.calendar, parse_span(clock.rule)
    if clock.provisional or not calendar.is_stale(clock.calendar_version):
        return clock.provisional
    # A named day is kept as a span in days as well; what has been put off to a workday was counted.
    return span.measure == "working_days" or (
        span.measure == "days" and calendar.due(clock.started_at, span, roll=False).moment != clock.due_at
    )


def _recount(hall: Hall, clock: SupervisionClock, found: Recounted) -> None:
    was = clock.due_at
    try:
        with savepoint(hall.session):
            if not clocks.recount(hall, clock):
                return
            if clock.due_at == was:
                found.settled += 1
                return
            number = _follow(hall, clock, was)
    except CaseChanged:
        found.left += 1
        return
    title = _(CLOCKS.get(clock.name, clock.name))
    found.moved.append(Moved(number, clock.name, title, was, clock.due_at, clock.provisional))


def _follow(hall: Hall, clock: SupervisionClock, was: datetime) -> str:
    """The item waits for the same moment as its clock, unless somebody has set a new limit meanwhile; its number."""
    item = queries.item(hall.session, clock.item_id, hold=True)
    codes = {"clock": clock.name, "was": was.isoformat(), "due_at": clock.due_at.isoformat()}
    heard = Heard(record={**codes, "calendar": clock.calendar_version, "provisional": clock.provisional})
    if clock.name != "explanation" and item.due_at == was:
        heard.changes["due_at"] = clock.due_at
    done = record(hall, item, ACT, item.state, codes, heard)
    tell(hall, item, ACT, due=clock.due_at, clock=clock.name)
    return done.number or done.item
