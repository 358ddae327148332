"""Turns: who takes one second sees what the first has written; other turns wait for nobody."""

from sqlalchemy import text

from mediation.storage import turns
from mediation.storage.engine import Database
from tests.turns import Second

_UNIT = text("INSERT INTO unit (code, name, kind, valid_from) VALUES ('a', 'a', '', '2026-01-01')")
_COUNT = text("SELECT count(*) FROM unit")


def counted(database: Database, name: str) -> int:
    with database.writing() as session:
        turns.take(session, name)
        return int(session.connection().execute(_COUNT).scalar_one())


def test_second_sees_what_the_first_has_written(database: Database) -> None:
    second = Second(database, lambda: counted(database, "one"))
    with database.writing() as session:
        turns.take(session, "one")
        turns.take(session, "one")  # one's own turn is no obstacle
        session.connection().execute(_UNIT)
        second.begin()
    assert second.result() == 1


def test_other_turns_wait_for_nobody(postgresql_store: str, keyring) -> None:
    database = Database(postgresql_store, keyring)
    second = Second(database, lambda: counted(database, "other"))
    with database.writing() as session:
        turns.take(session, "one")
        session.connection().execute(_UNIT)
        second.begin()
        assert second.result() == 0
    database.close()
