"""Reads for the task engine and for who watches over it. Unscoped; ids, codes and counts only."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, inspect, or_, select, text, update
from sqlalchemy.exc import NoSuchTableError
from sqlmodel import Session, col

from mediation.cases.models import StateCount
from mediation.deadlines.models import Deadline
from mediation.notices.models import OutboxRow
from mediation.units.models import Unit

_TABLE = "workflow_status"
_SCHEMA = "dbos"
_READ = frozenset(
    {
        "workflow_uuid",
        "name",
        "status",
        "queue_name",
        "executor_id",
        "recovery_attempts",
        "created_at",
        "completed_at",
    }
)
"""What `jobs` reads of the engine's table."""

_NEXT = (
    select(col(OutboxRow.id))
    .where(
        col(OutboxRow.handed_on_at).is_(None),
        col(OutboxRow.queued_at).is_(None),
        col(OutboxRow.kind).in_(bindparam("kinds", expanding=True)),
        # What lies there from the future was written before the clock was put back.
        or_(col(OutboxRow.recorded_at) <= bindparam("until"), col(OutboxRow.recorded_at) > bindparam("now")),
    )
    .order_by(col(OutboxRow.id))
    .limit(bindparam("most"))
)
_CLAIMED = _NEXT.with_for_update(skip_locked=True)
_STUCK = (
    select(col(OutboxRow.id), col(OutboxRow.public_id))
    .where(
        col(OutboxRow.handed_on_at).is_(None),
        or_(col(OutboxRow.queued_at) <= bindparam("until"), col(OutboxRow.queued_at) > bindparam("now")),
        col(OutboxRow.id) > bindparam("after"),
    )
    .order_by(col(OutboxRow.id))
    .limit(bindparam("most"))
)
_OVERDUE = (
    select(func.count())
    .select_from(Deadline)
    .where(col(Deadline.state) == "running", col(Deadline.due_at) <= bindparam("until"))
)


def anything_to_queue(session: Session, kinds: Sequence[str], now: datetime, until: datetime) -> bool:
    """Whether `claim` would find anything; writes nothing."""
    values = {"kinds": list(kinds), "now": now, "until": until, "most": 1}
    return session.connection().execute(_NEXT, values).first() is not None


def claim(
    session: Session, kinds: Sequence[str], now: datetime, until: datetime, most: int
) -> list[tuple[str, str]]:
    """(public id, kind) of rows that nobody has given to the engine and that were written until then; they count as given."""
    values = {"kinds": list(kinds), "now": now, "until": until, "most": most}
    ids = session.connection().execute(_CLAIMED, values).scalars().all()
    if not ids:
        return []
    given = (
        update(OutboxRow)
        .where(col(OutboxRow.id).in_(ids), col(OutboxRow.queued_at).is_(None))
        .values(queued_at=now)
        .returning(col(OutboxRow.public_id), col(OutboxRow.kind))
    )
    return [(row[0], row[1]) for row in session.connection().execute(given)]


def stuck(session: Session, now: datetime, until: datetime, after: int, most: int) -> list[tuple[int, str]]:
    """(id, public id) of rows given to the engine until then and still not carried out, by id from `after`."""
    values = {"now": now, "until": until, "after": after, "most": most}
    return [(row[0] or 0, row[1]) for row in session.connection().execute(_STUCK, values)]


def take_back(session: Session, public_ids: Sequence[str]) -> None:
    """Let the relay hand these rows on again."""
    statement = update(OutboxRow).where(
        col(OutboxRow.public_id).in_(public_ids), col(OutboxRow.handed_on_at).is_(None)
    )
    session.connection().execute(statement.values(queued_at=None))


def outbox_row(session: Session, public_id: str) -> OutboxRow | None:
    """One row of the outbox by its public id."""
    found = select(OutboxRow).where(col(OutboxRow.public_id) == public_id)
    return session.execute(found).scalars().one_or_none()


def waiting(session: Session) -> tuple[int, int, datetime | None]:
    """Rows not yet carried out, those of them that the engine has, and when the oldest was written."""
    counted = select(
        func.count(), func.count(col(OutboxRow.queued_at)), func.min(col(OutboxRow.recorded_at))
    ).where(col(OutboxRow.handed_on_at).is_(None))
    total, queued, oldest = session.connection().execute(counted).one()
    return total, queued, oldest


def overdue(session: Session, until: datetime) -> int:
    """Running clocks that ended before then and that nobody has run out yet."""
    return session.connection().execute(_OVERDUE, {"until": until}).scalar_one()


def open_cases(session: Session) -> dict[tuple[str, str], int]:
    """(definition, state) → open cases: what the units at the top of the tree count."""
    top = select(col(Unit.id)).where(col(Unit.parent_id).is_(None))
    counted = (
        select(col(StateCount.workflow), col(StateCount.state), func.sum(col(StateCount.cases)))
        .where(col(StateCount.unit_id).in_(top))
        .group_by(col(StateCount.workflow), col(StateCount.state))
    )
    return {(row[0], row[1]): int(row[2] or 0) for row in session.connection().execute(counted)}


def has_engine_tables(session: Session) -> bool:
    """Whether a task engine has ever run on this database."""
    return inspect(session.connection()).has_table(_TABLE, schema=_schema(session))


def jobs_by_state(session: Session) -> dict[str, int]:
    """State of the engine → number of jobs that it still knows."""
    if not has_engine_tables(session):
        return {}
    rows = session.connection().execute(
        text(f"SELECT status, count(*) FROM {_table(session)} GROUP BY status")  # noqa: S608 — constants
    )
    return {str(row[0]): int(row[1]) for row in rows}


def jobs(session: Session, states: Sequence[str], most: int) -> list[dict[str, Any]]:
    """Jobs in these states, the newest first; none while the engine still makes its tables. Moments are milliseconds since 1970."""
    if _READ - _columns(session):
        return []
    statement = text(
        "SELECT workflow_uuid AS id, name, status AS state, queue_name AS queue, executor_id AS process, "  # noqa: S608 — constants
        f"recovery_attempts AS attempts, created_at, completed_at FROM {_table(session)} "
        "WHERE status IN :states ORDER BY created_at DESC, workflow_uuid LIMIT :most"
    ).bindparams(bindparam("states", expanding=True))
    rows = session.connection().execute(statement, {"states": list(states), "most": most})
    return [dict(row._mapping) for row in rows]  # noqa: SLF001 — a row's public face


def _schema(session: Session) -> str | None:
    return None if session.connection().dialect.name == "sqlite" else _SCHEMA


def _columns(session: Session) -> frozenset[str]:
    """The columns of the engine's table, which it makes over several steps; none while there is no table."""
    try:
        found = inspect(session.connection()).get_columns(_TABLE, schema=_schema(session))
    except NoSuchTableError:
        return frozenset()
    return frozenset(column["name"] for column in found)


def _table(session: Session) -> str:
    schema = _schema(session)
    return _TABLE if schema is None else f"{schema}.{_TABLE}"
