"""One database on two stores: transactions are whole, writers take turns, readers never write."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import bindparam, event, make_url, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import select

from mediation.errors import InputInvalid, NotFound, Overtaken, StorageError
from mediation.storage.engine import Database, rows_of
from mediation.units.models import Unit
from tests.turns import Second

_UNIT = "INSERT INTO unit (code, name, kind, valid_from) VALUES (:code, '村', 'area', '2020-01-01')"
_COUNT = "SELECT count(*) FROM unit"


def _add(session, code: str) -> None:
    session.connection().execute(text(_UNIT), {"code": code})


def _count(database: Database) -> int:
    with database.reading() as session:
        return session.connection().execute(text(_COUNT)).scalar_one()


def test_block_that_ends_well_is_kept(database: Database) -> None:
    with database.writing() as session:
        _add(session, "a")
        _add(session, "b")
    assert _count(database) == 2


def test_block_that_fails_leaves_nothing(database: Database) -> None:
    def fails() -> None:
        with database.writing() as session:
            _add(session, "a")
            raise NotFound

    with pytest.raises(NotFound):
        fails()
    assert _count(database) == 0


def test_reader_cannot_write(database: Database) -> None:
    with pytest.raises((StorageError, DBAPIError)), database.reading() as session:
        _add(session, "a")
    assert _count(database) == 0


def test_reader_sees_one_moment_throughout(database: Database) -> None:
    with database.reading() as session:
        counts = [session.connection().execute(text(_COUNT)).scalar_one()]
        with database.writing() as other:
            _add(other, "a")
        counts.append(session.connection().execute(text(_COUNT)).scalar_one())
    assert (counts, _count(database)) == ([0, 0], 1)


def test_reference_to_nothing_is_refused(database: Database) -> None:
    statement = _UNIT.replace("valid_from)", "valid_from, parent_id)").replace("-01')", "-01', 77)")
    with pytest.raises(IntegrityError), database.writing() as session:
        session.connection().execute(text(statement), {"code": "a"})


def test_check_and_write_of_many_lets_one_through_on_sqlite(sqlite_store: str, keyring) -> None:
    """A write transaction begins at once, so that what it read still holds when it writes."""
    database = Database(sqlite_store, keyring)
    together = threading.Barrier(8)

    def first_takes(number: int) -> bool:
        together.wait()
        with database.writing() as session:
            if session.connection().execute(text(_COUNT)).scalar_one():
                return False
            _add(session, str(number))
            return True

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(first_takes, range(8))) == [False] * 7 + [True]
    database.close()


def test_write_transaction_excludes_others_from_its_first_read_on_sqlite(sqlite_store: str, keyring) -> None:
    """What the test before finds only when threads happen to meet."""
    database = Database(sqlite_store, keyring)
    other = sqlite3.connect(make_url(sqlite_store).database, timeout=0, isolation_level=None)
    with database.writing() as session:
        assert session.connection().execute(text(_COUNT)).scalar_one() == 0
        with pytest.raises(sqlite3.OperationalError, match="database is locked"):
            other.execute("BEGIN IMMEDIATE")
    other.execute("BEGIN IMMEDIATE")
    other.close()
    database.close()


def test_sqlite_is_set_to_keep_what_it_acknowledged(sqlite_store: str, keyring) -> None:
    database = Database(sqlite_store, keyring)
    expected = {
        "foreign_keys": 1,
        "journal_mode": "wal",
        "synchronous": 2,
        "busy_timeout": 10_000,
        "secure_delete": 1,
        "trusted_schema": 0,
    }
    for block in (database.writing, database.reading):
        with block() as session:
            found = {
                name: session.connection().execute(text(f"PRAGMA {name}")).scalar_one() for name in expected
            }
        assert found == expected
    database.close()


def test_store_that_does_not_answer_is_told_in_words(tmp_path, keyring) -> None:
    (tmp_path / "mediation.db").mkdir()
    database = Database(f"sqlite:///{tmp_path / 'mediation.db'}", keyring)
    with (
        pytest.raises(StorageError, match="打不开数据库文件，请检查路径和权限"),
        database.reading() as session,
    ):
        session.connection()
    database.close()


@pytest.mark.parametrize(
    ("spoil", "cause"),
    [
        (lambda _data: b"garbage " * 100, "数据库文件已损坏，或不是本程序的数据库；请从备份恢复"),
        (lambda data: data[:5000], "数据库文件已损坏；请从备份恢复"),
        (lambda data: data[:100] + b"\xa5" * (len(data) - 100), "数据库文件已损坏；请从备份恢复"),
    ],
)
def test_file_that_is_spoilt_is_told_in_words(sqlite_store: str, keyring, spoil, cause: str) -> None:
    path = Path(make_url(sqlite_store).database or "")
    path.write_bytes(spoil(path.read_bytes()))
    database = Database(sqlite_store, keyring)
    with pytest.raises(StorageError) as caught, database.reading() as session:
        session.connection().execute(text("SELECT count(*) FROM dispute"))
    assert str(caught.value) == f"数据库没有响应或不能读写：{cause}"
    database.close()


def test_text_that_no_store_keeps_is_refused_in_words(database: Database) -> None:
    with pytest.raises(InputInvalid) as caught, database.reading() as session:
        session.connection().execute(text("SELECT 1 WHERE 'a' = :word"), {"word": "a\udcff"})
    assert [problem.message for problem in caught.value.problems] == ["有数据库不能保存的字符"]


def test_rows_are_asked_for_once_in_a_read_transaction_and_each_time_in_a_write_transaction(
    database: Database,
) -> None:
    statement = select(Unit.code).where(Unit.name == bindparam("name")).order_by(Unit.code)
    asked: list[str] = []

    def note(_c: object, _cursor: object, told: str, *_more: object) -> None:
        asked.append(told)

    with database.writing() as session:
        _add(session, "a")
        assert rows_of(session, statement, name="村") == ["a"]
        _add(session, "b")
        assert rows_of(session, statement, name="村") == ["a", "b"]
    event.listen(database.reader, "after_cursor_execute", note)
    with database.reading() as session:
        found = rows_of(session, statement, name="村")
        found.clear()  # what one asker does with its list is not the next one's concern
        assert rows_of(session, statement, name="村") == ["a", "b"]
        assert rows_of(session, statement, name="组") == []
    assert sum("FROM unit" in told for told in asked) == 2


def test_key_that_another_has_taken_meanwhile_is_told_as_such(postgresql_store: str, keyring) -> None:
    database = Database(postgresql_store, keyring)

    def add() -> None:
        with database.writing() as session:
            _add(session, "a")

    second = Second(database, add)
    with database.writing() as session:
        _add(session, "a")
        second.begin()
    with pytest.raises(Overtaken):
        second.result()
    assert _count(database) == 1
    database.close()


def test_two_who_wait_for_each_other_are_told_apart_from_a_failing_store(
    postgresql_store: str, keyring
) -> None:
    database = Database(postgresql_store, keyring)
    change = text("UPDATE unit SET name = :name WHERE code = :code")
    with database.writing() as session:
        _add(session, "a")
        _add(session, "b")

    def other_way() -> None:
        with database.writing() as session:
            connection = session.connection()
            connection.execute(
                text("SET LOCAL deadlock_timeout = '1h'")
            )  # the first finds out, and gives way
            connection.execute(change, {"code": "b", "name": "second"})
            connection.execute(change, {"code": "a", "name": "second"})

    second = Second(database, other_way)

    def one_way() -> None:
        with database.writing() as session:
            connection = session.connection()
            connection.execute(text("SET LOCAL deadlock_timeout = '10ms'"))
            connection.execute(change, {"code": "a", "name": "first"})
            second.begin()
            connection.execute(change, {"code": "b", "name": "first"})

    with pytest.raises(Overtaken):
        one_way()
    second.result()
    with database.reading() as session:
        assert set(session.exec(select(Unit.name))) == {"second"}
    database.close()
