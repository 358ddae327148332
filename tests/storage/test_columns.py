"""The columns that lists are read by are those of the tables: their names, their types, what comes out of them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import TableClause, insert, select
from sqlmodel.sql.sqltypes import UTCDateTime

import mediation.app  # noqa: F401  all table classes
from mediation.storage import columns
from mediation.storage.encrypted import Encrypted
from mediation.storage.engine import Database, Table

TABLES = {name: one for name, one in vars(columns).items() if isinstance(one, TableClause)}
KINDS = {"AutoString": "String", "UTCDateTime": "Moment"}


def test_tables_are_those_that_lists_need() -> None:
    assert len(TABLES) == 13
    assert {one.name.upper() for one in TABLES.values()} == set(TABLES)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_columns_are_those_of_the_table(name: str) -> None:
    whole = Table.metadata.tables[TABLES[name].name]
    for one in TABLES[name].c:
        kind = type(whole.c[one.name].type).__name__
        assert type(one.type).__name__ == KINDS.get(kind, kind), one.name
        if isinstance(one.type, Encrypted):
            assert one.type.where == whole.c[one.name].type.where


def test_moments_come_out_as_the_table_class_has_them(database: Database) -> None:
    own, theirs = columns.Moment(timezone=True), UTCDateTime()
    dialect = database.writer.dialect
    east = datetime(2026, 3, 2, 9, 0, tzinfo=timezone(timedelta(hours=8)))
    for moment in (east, east.astimezone(UTC), None):
        assert own.process_bind_param(moment, dialect) == theirs.process_bind_param(moment, dialect)
    for stored in (datetime(2026, 3, 2, 1, 0), east, None):  # noqa: DTZ001  as SQLite gives it
        assert own.process_result_value(stored, dialect) == theirs.process_result_value(stored, dialect)
    whole = Table.metadata.tables["configuration"]
    row = {"kind": "k", "name": "n", "version": 1, "sha256": "0", "content": "{}", "recorded_at": east}
    with database.writing() as session:
        session.connection().execute(insert(whole), {**row, "in_force_from": east})
    light = columns.CONFIGURATION
    with database.reading() as session:
        asked = select(light.c.in_force_from, light.c.content).where(light.c.in_force_from <= east)
        assert session.connection().execute(asked).all() == [(datetime(2026, 3, 2, 1, 0, tzinfo=UTC), "{}")]
