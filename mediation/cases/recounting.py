"""When a calendar has come: every clock that was counted without it is counted again, listed, and told in its case's trail.

A clock that does not move is only settled: it is provisional no more. What has run out already stays as it was: its
effect has been carried out. Each clock is counted by itself; one that an act is changing at the same moment is left for
the next round.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mediation.cases import queries, transition, worklists
from mediation.cases.clock_titles import clock_title
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.cases.tasks import queries as task_queries
from mediation.deadlines import queries as deadline_queries
from mediation.deadlines import timers
from mediation.deadlines.models import Deadline, Recount
from mediation.errors import CaseChanged
from mediation.storage.engine import savepoint

ACT = "deadline.recounted"
_BATCH = 500


@dataclass(frozen=True)
class Moved:
    """A clock that ends at another moment than before; `provisional`: a year that it reaches into has not come yet."""

    case: str
    deadline: str
    title: str
    was: datetime
    due_at: datetime
    provisional: bool
    resting: bool = False


@dataclass
class Recounted:
    """How many clocks were looked at, which moved, how many were settled where they were, how many are left for later."""

    calendar_version: str
    seen: int = 0
    moved: list[Moved] = field(default_factory=list)
    settled: int = 0
    left: int = 0


def is_due(hall: Hall) -> bool:
    """Whether the calendar is another than all clocks were last counted by."""
    last = deadline_queries.last_recount(hall.session)
    return last is None or last.calendar_version != hall.office.calendar.whole_version


def recount_some(hall: Hall, found: Recounted, after: int) -> int | None:
    """The next few, by id from `after`; where to go on, or None at the end."""
    rows = deadline_queries.alive(hall.session, after, _BATCH)
    for row in rows:
        found.seen += 1
        if row.provisional or hall.office.calendar.is_stale(row.calendar_version):
            _recount(hall, row, found)
    return rows[-1].id if len(rows) == _BATCH else None


def finish(hall: Hall, found: Recounted) -> None:
    """Note that all are counted by this calendar, if there are any and none was left."""
    if found.seen > 0 and found.left == 0:
        hall.session.add(
            Recount(
                calendar_version=found.calendar_version,
                counted_at=hall.now,
                seen=found.seen,
                moved=len(found.moved),
                settled=found.settled,
            )
        )


def _recount(hall: Hall, row: Deadline, found: Recounted) -> None:
    try:
        with savepoint(hall.session):
            again = timers.recount(hall.session, row, now=hall.now, calendar=hall.office.calendar)
            if again is row:
                return
            if again.due_at == row.due_at:
                found.settled += 1
                return
            case = queries.case_for_system(hall.session, row.case_id)
            _follow(hall, case, row, again)
    except CaseChanged:
        found.left += 1
        return
    number = case.number or case.temporary_number
    resting = row.state == "paused"
    title = clock_title(row, transition.engine_of(hall, case))
    found.moved.append(Moved(number, row.name, title, row.due_at, again.due_at, again.provisional, resting))


def _follow(hall: Hall, case: Dispute, was: Deadline, now: Deadline) -> None:
    """The case, its task and its worklists wait for the same moment as the clock; the trail tells it."""
    kind, _colon, ordinal = was.name.partition(":")
    changes: dict[str, Any] = {}
    assert case.id is not None
    if kind == "state" and case.due_at == was.due_at:
        changes["due_at"] = now.due_at
    task = _task(hall, case.id, kind, ordinal)
    if task is not None and task.due_at == was.due_at:
        task.due_at = now.due_at
        hall.session.add(task)
        hall.session.flush()
    record = {
        "deadline": was.name,
        "was": was.due_at.isoformat(),
        "due_at": now.due_at.isoformat(),
        "calendar": now.calendar_version,
        "provisional": now.provisional,
    }
    transition.touch(hall, case, ACT, record, changes=changes)
    if changes:
        worklists.follow_due(hall, case)


def _task(hall: Hall, case_id: int, kind: str, ordinal: str) -> Any:
    if kind == "task":
        return task_queries.task(hall.session, case_id, int(ordinal))
    return task_queries.turn(hall.session, case_id) if kind == "state" else None
