"""Reads of the clocks of cases. What an actor may see of a case is judged where the case is read."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from mediation.deadlines.models import Deadline

_DUE = (
    select(Deadline)
    .where(col(Deadline.state) == "running", col(Deadline.due_at) <= bindparam("now"))
    .order_by(col(Deadline.due_at), col(Deadline.id))
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
    return session.execute(_DUE, {"now": now, "limit": limit}).scalars().all()


def deadlines_of(session: Session, case_id: int) -> Sequence[Deadline]:
    """All clocks of a case, ended ones too, in order of their starting."""
    return session.execute(_OF_CASE, {"case_id": case_id}).scalars().all()


def running(session: Session, case_id: int, name: str) -> Deadline | None:
    """The running clock of that name; the last begun, should there be several."""
    return session.execute(_RUNNING, {"case_id": case_id, "name": name}).scalars().first()


def paused(session: Session, case_id: int) -> Sequence[Deadline]:
    """The clocks of a case that rest."""
    found = session.execute(
        select(Deadline)
        .where(col(Deadline.case_id) == case_id, col(Deadline.state) == "paused")
        .order_by(col(Deadline.id))
        .execution_options(populate_existing=True)
    )
    return found.scalars().all()


def begun(session: Session, case_ids: Sequence[int]) -> dict[tuple[int | None, datetime | None], datetime]:
    """(case, due moment) → since when the clock of a state runs: for a list of cases at once."""
    if not case_ids:
        return {}
    found = session.execute(
        select(col(Deadline.case_id), col(Deadline.due_at), col(Deadline.started_at)).where(
            col(Deadline.case_id).in_(case_ids),
            col(Deadline.state) == "running",
            col(Deadline.name).startswith("state:"),
        )
    )
    return {(row[0], row[1]): row[2] for row in found}


def next_due(session: Session, case_id: int) -> datetime | None:
    """When the first running clock of a case ends: what a worklist sorts by."""
    found = session.execute(
        select(col(Deadline.due_at))
        .where(col(Deadline.case_id) == case_id, col(Deadline.state) == "running")
        .order_by(col(Deadline.due_at))
        .limit(1)
    )
    return found.scalars().first()


def provisional(session: Session, after: int = 0, limit: int = 500) -> Sequence[Deadline]:
    """Running clocks counted by a calendar not yet announced, by id from `after`: to be counted again."""
    found = session.execute(
        select(Deadline)
        .where(
            col(Deadline.state) == "running", col(Deadline.provisional).is_(True), col(Deadline.id) > after
        )
        .order_by(col(Deadline.id))
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    return found.scalars().all()
