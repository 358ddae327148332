"""Insert-or-add and insert-if-missing, the same on SQLite and PostgreSQL."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table as SqlTable
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session


def insert_missing(session: Session, table: SqlTable, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows whose primary key is not there yet."""
    if not rows:
        return
    statement = _insert(session, table).on_conflict_do_nothing()
    session.connection().execute(statement, [dict(row) for row in rows])


def add_up(session: Session, table: SqlTable, rows: Sequence[Mapping[str, Any]], column: str) -> None:
    """Insert the rows, or add their `column` to the rows that have their primary key."""
    if not rows:
        return
    insert = _insert(session, table)
    keys = [key.name for key in table.primary_key]
    statement = insert.on_conflict_do_update(
        index_elements=keys, set_={column: table.c[column] + insert.excluded[column]}
    )
    session.connection().execute(statement, [dict(row) for row in rows])


def _insert(session: Session, table: SqlTable) -> Any:
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
