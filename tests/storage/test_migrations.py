"""The migrations build what the table classes say, on both stores, and the trail's triggers stand after them."""

import importlib
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import IntegrityError

import mediation
from mediation.storage.engine import Database, Table
from mediation.storage.upgrade import MIGRATIONS, known_versions, upgrade_database

_EVENT = (
    "INSERT INTO audit_event (id, chain, ordinal, recorded_at, occurred_at, actor, unit, act, facts, commitments, "
    "previous, hash) VALUES (:id, 'a', :id, '2026-03-02 01:00:00.000000', '2026-03-02 01:00:00.000000', 'zhang:1', "
    "'', 'register', '{}', '{}', '', :hash)"
)
_DETAIL = "INSERT INTO event_detail (event_id, details) VALUES (1, :details)"
_HEAD = (
    "INSERT INTO trail_head (number, made_at, last_event_id, chains, events, root, previous, hash, signature) "
    "VALUES (1, '2026-03-02 01:00:00.000000', 1, 1, 1, '', '', '', '')"
)


def load_every_table() -> None:
    package = Path(mediation.__file__).parent
    for module in sorted(package.rglob("*models.py")):
        importlib.import_module(".".join(("mediation", *module.relative_to(package).with_suffix("").parts)))


def _differences(connection: Connection) -> list[object]:
    """What the stored schema lacks or has too much: tables, columns, types, nullability, indexes, unique keys, references."""
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True}
    )
    return list(compare_metadata(context, Table.metadata))


@pytest.fixture
def migrated(empty_store: str, keyring):
    """A database that nothing but the migrations made."""
    database = Database(empty_store, keyring)
    upgrade_database(database)
    yield database
    database.close()


@pytest.fixture
def kept(migrated: Database) -> Database:
    """With one event, its details and one head in it."""
    with migrated.writing() as session:
        session.connection().execute(text(_EVENT), {"id": 1, "hash": "0" * 64})
        session.connection().execute(text(_DETAIL), {"details": b"sealed"})
        session.connection().execute(text(_HEAD))
    return migrated


def test_migrations_agree_with_the_tables(migrated: Database) -> None:
    load_every_table()
    with migrated.reading() as session:
        assert _differences(session.connection()) == []


def test_comparison_sees_a_missing_column(migrated: Database) -> None:
    load_every_table()
    with migrated.writing() as session:
        session.connection().execute(text("ALTER TABLE task DROP COLUMN title"))
    with migrated.reading() as session:
        found = _differences(session.connection())
    assert [(one[0], one[2], one[3].name) for one in found] == [("add_column", "task", "title")]


def test_names_of_constraints_are_the_same_as_in_the_tables(migrated: Database) -> None:
    load_every_table()
    with migrated.reading() as session:
        found = inspect(session.connection())
        for table in Table.metadata.sorted_tables:
            stored = {key["name"] for key in found.get_foreign_keys(table.name)}
            stored |= {key["name"] for key in found.get_unique_constraints(table.name)}
            stored.add(found.get_pk_constraint(table.name)["name"])
            unread = {  # SQLite's inspector does not read the name of a reference that a later ALTER TABLE added
                f"fk_{table.name}_{key['constrained_columns'][0]}_{key['referred_table']}"
                for key in found.get_foreign_keys(table.name)
                if key["name"] is None
            }
            stored = (stored - {None}) | unread
            named = {
                str(constraint.name)
                for constraint in table.constraints
                if type(constraint).__name__ != "CheckConstraint"
            }
            assert stored == named, table.name


def test_search_pieces_have_no_hidden_row_number(empty_sqlite_store: str, keyring) -> None:
    database = Database(empty_sqlite_store, keyring)
    upgrade_database(database)
    with database.reading() as session:
        for table in ("search_piece", "piece_count"):
            query = text("SELECT sql FROM sqlite_schema WHERE name = :name")
            assert session.connection().execute(query, {"name": table}).scalar_one().split()[-2:] == [
                "WITHOUT",
                "ROWID",
            ]
    database.close()


def test_versions_are_one_line_that_alembic_knows() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)
    assert [script.revision for script in scripts.walk_revisions()][::-1] == known_versions()
    assert [scripts.get_current_head()] == known_versions()[-1:]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_event SET act = 'accept'",
        "UPDATE audit_event SET id = 7",
        "DELETE FROM audit_event",
        "UPDATE trail_head SET root = 'x'",
        "DELETE FROM trail_head",
        "UPDATE event_detail SET details = details",
    ],
)
def test_trail_refuses_a_change(kept: Database, change: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"), kept.writing() as session:
        session.connection().execute(text(change))


def test_trail_refuses_to_be_emptied_on_postgresql(empty_postgresql_store: str, keyring) -> None:
    database = Database(empty_postgresql_store, keyring)
    upgrade_database(database)
    for table in ("audit_event CASCADE", "trail_head", "event_detail"):
        with pytest.raises(IntegrityError, match="append-only"), database.writing() as session:
            session.connection().execute(text(f"TRUNCATE {table}"))
    database.close()


@pytest.mark.parametrize("insert", [_EVENT, _HEAD, _DETAIL])
def test_trail_refuses_insert_or_replace_on_sqlite(empty_sqlite_store: str, keyring, insert: str) -> None:
    database = Database(empty_sqlite_store, keyring)
    upgrade_database(database)
    values = {"id": 1, "hash": "0" * 64, "details": b"sealed"}
    with database.writing() as session:
        for first in (_EVENT, _HEAD, _DETAIL):
            session.connection().execute(text(first), values)
    replacing = insert.replace("INSERT", "INSERT OR REPLACE")
    with pytest.raises(IntegrityError, match="append-only"), database.writing() as session:
        session.connection().execute(text(replacing), values)
    database.close()


def test_details_can_be_erased(kept: Database) -> None:
    with kept.writing() as session:
        assert session.connection().execute(text("DELETE FROM event_detail")).rowcount == 1


def test_event_whose_ordinal_or_hash_is_impossible_is_refused(migrated: Database) -> None:
    for values in ({"id": 0, "hash": "0" * 64}, {"id": 1, "hash": "short"}):
        with pytest.raises(IntegrityError, match="ck_audit_event"), migrated.writing() as session:
            session.connection().execute(text(_EVENT), values)
