"""Reads of the clocks of cases. What an actor may see of a case is judged where the case is read."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select, tuple_
from sqlmodel import Session, col

from mediation.deadlines.models import Deadline, Recount, Reminder
from mediation.storage.engine import rows_of

_DUE = (
    select(Deadline)
    .where(col(Deadline.state) == "running", col(Deadline.due_at) <= bindparam("now"))
    .order_by(col(Deadline.due_at), col(Deadline.id))
    .limit(bindparam("limit"))
    .execution_options(populate_existing=True)
)
_COLUMNS = (col(Deadline.due_at), col(Deadline.id), col(Deadline.case_id))
_EXPIRED = (
    select(*_COLUMNS)
    .where(col(Deadline.state) == "running", col(Deadline.due_at) <= bindparam("now"))
    .order_by(col(Deadline.due_at), col(Deadline.id))
    .limit(bindparam("limit"))
)
_EXPIRED_AFTER = _EXPIRED.where(
    tuple_(col(Deadline.due_at), col(Deadline.id)) > tuple_(bindparam("after_due"), bindparam("after_id"))
)
_ONE = select(Deadline).where(col(Deadline.id) == bindparam("id")).execution_options(populate_existing=True)
_ALIVE = (
    select(Deadline)
    .where(col(Deadline.state).in_(("running", "paused")), col(Deadline.id) > bindparam("after"))
    .order_by(col(Deadline.id))
    .limit(bindparam("limit"))
    .execution_options(populate_existing=True)
)
_UNPLANNED = (
    select(Deadline)
    .where(
        col(Deadline.state) == "running",
        col(Deadline.remind_at).is_(None),
        col(Deadline.id) > bindparam("after"),
    )
    .order_by(col(Deadline.id))
    .limit(bindparam("limit"))
    .execution_options(populate_existing=True)
)
_POINTS = select(col(Reminder.point)).where(
    col(Reminder.deadline_id) == bindparam("deadline_id"), col(Reminder.due_at) == bindparam("due_at")
)
_TO_REMIND = (
    select(Deadline)
    .where(
        col(Deadline.state) == "running",
        col(Deadline.remind_at) <= bindparam("now"),
        col(Deadline.due_at) > bindparam("now"),
    )
    .order_by(col(Deadline.remind_at), col(Deadline.id))
    .limit(bindparam("limit"))
    .execution_options(populate_existing=True)
)
_OF_CASE = (
    select(Deadline)
    .where(col(Deadline.case_id) == bindparam("case_id"))
    .order_by(col(Deadline.id))
    .execution_options(populate_existing=True)
)
_RUNNING = (
    select(Deadline)
    .where(
        col(Deadline.case_id) == bindparam("case_id"),
        col(Deadline.name) == bindparam("name"),
        col(Deadline.state) == "running",
    )
    .order_by(col(Deadline.id).desc())
    .limit(1)
    .execution_options(populate_existing=True)
)


def due_now(session: Session, now: datetime, limit: int = 100) -> Sequence[Deadline]:
    """Running deadlines whose moment has come, the longest due first. Unscoped: for the job that runs them.

    Whoever carries one out first claims it with `timers.miss`, which lets exactly one through.
    """
    return rows_of(session, _DUE, now=now, limit=limit)


def deadlines_of(session: Session, case_id: int) -> Sequence[Deadline]:
    """All clocks of a case, ended ones too, in order of their starting."""
    return rows_of(session, _OF_CASE, case_id=case_id)


def running(session: Session, case_id: int, name: str) -> Deadline | None:
    """The running clock of that name; the last begun, should there be several."""
    return next(iter(rows_of(session, _RUNNING, case_id=case_id, name=name)), None)


def paused(session: Session, case_id: int) -> Sequence[Deadline]:
    """The clocks of a case that rest."""
    found = session.execute(
        select(Deadline)
        .where(col(Deadline.case_id) == case_id, col(Deadline.state) == "paused")
        .order_by(col(Deadline.id))
        .execution_options(populate_existing=True)
    )
    return found.scalars().all()


def next_due(session: Session, case_id: int) -> datetime | None:
    """When the first running clock of a case ends: what a worklist sorts by."""
    found = session.execute(
        select(col(Deadline.due_at))
        .where(col(Deadline.case_id) == case_id, col(Deadline.state) == "running")
        .order_by(col(Deadline.due_at))
        .limit(1)
    )
    return found.scalars().first()


def deadline(session: Session, deadline_id: int) -> Deadline | None:
    """One clock as it is now."""
    return next(iter(rows_of(session, _ONE, id=deadline_id)), None)


def expired(
    session: Session, now: datetime, after: tuple[datetime, int] | None, limit: int
) -> list[tuple[datetime, int, int]]:
    """(due, id, case) of running clocks whose moment has come, the longest due first, from `after` (due, id) on."""
    statement = _EXPIRED if after is None else _EXPIRED_AFTER
    values: dict[str, object] = {"now": now, "limit": limit}
    if after is not None:
        values |= {"after_due": after[0], "after_id": after[1]}
    return [(due, key, case) for due, key, case in rows_of(session, statement, **values)]


def alive(session: Session, after: int = 0, limit: int = 500) -> Sequence[Deadline]:
    """Clocks that run or rest, by id from `after`. Unscoped: to be counted again when a calendar has come."""
    return rows_of(session, _ALIVE, after=after, limit=limit)


def unplanned(session: Session, after: int = 0, limit: int = 500) -> Sequence[Deadline]:
    """Running clocks whose reminders have not been planned since they started or were moved."""
    return rows_of(session, _UNPLANNED, after=after, limit=limit)


def to_remind(session: Session, now: datetime, limit: int = 500) -> Sequence[Deadline]:
    """Running clocks of which a reminder has come, in its order; what has run out itself is past reminding."""
    return rows_of(session, _TO_REMIND, now=now, limit=limit)


def reminders(session: Session, case_id: int) -> Sequence[Reminder]:
    """The reminders of a case that were sent or passed over."""
    found = select(Reminder).where(col(Reminder.case_id) == case_id).order_by(col(Reminder.id))
    return session.execute(found).scalars().all()


def points_reminded(session: Session, deadline: Deadline) -> set[str]:
    """The points of the clock's present end that were sent or passed over."""
    found = rows_of(session, _POINTS, deadline_id=deadline.id, due_at=deadline.due_at)
    return {point for (point,) in found}


def last_recount(session: Session) -> Recount | None:
    """When all clocks were last counted by one calendar, and which."""
    return session.execute(select(Recount).order_by(col(Recount.id).desc()).limit(1)).scalars().first()
