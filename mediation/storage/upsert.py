"""Insert-or-add and insert-if-missing, the same on SQLite and PostgreSQL."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Table as SqlTable
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from mediation.storage.engine import change_each


def insert_missing(session: Session, table: SqlTable, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert the rows whose keys are not there yet; how many that were."""
    if not rows:
        return 0
    statement = _insert(_dialect(session), table).on_conflict_do_nothing()
    return session.connection().execute(statement, [dict(row) for row in rows]).rowcount


def add_up(session: Session, table: SqlTable, rows: Sequence[Mapping[str, Any]], column: str) -> None:
    """Insert the rows, or add their `column` to the rows that have their primary key."""
    if not rows:
        return
    change_each(session, _adding(_dialect(session), table, column), rows)


@cache
def _adding(dialect: str, table: SqlTable, column: str) -> Any:
    insert = _insert(dialect, table)
    return insert.on_conflict_do_update(
        index_elements=[key.name for key in table.primary_key],
        set_={column: table.c[column] + insert.excluded[column]},
    )


def put_row(session: Session, table: SqlTable, row: Mapping[str, Any]) -> None:
    """Insert the row, or write it over the row that has its primary key."""
    insert = _insert(_dialect(session), table)
    keys = [key.name for key in table.primary_key]
    changed = {name: insert.excluded[name] for name in row if name not in keys}
    statement = insert.on_conflict_do_update(index_elements=keys, set_=changed)
    session.connection().execute(statement, dict(row))


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name


def _insert(dialect: str, table: SqlTable) -> Any:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
