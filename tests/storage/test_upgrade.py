"""Upgrades happen whole or not at all, one at a time, and a database of another version is told so in words."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from mediation.errors import DatabaseOutdated, StorageError
from mediation.storage.engine import Database
from mediation.storage.upgrade import (
    MIGRATIONS,
    check_database,
    database_version,
    known_versions,
    upgrade_database,
)
from mediation.storage.versions import OLDEST

_HEAD = known_versions()[-1]
_NEXT = f"{int(_HEAD) + 1:04}"
_NEW = f'revision = "{_NEXT}"\ndown_revision = "{_HEAD}"\nimport sqlalchemy as sa\nfrom alembic import op\n\ndef upgrade():\n'
_EVENT = (
    "INSERT INTO audit_event (chain, ordinal, recorded_at, occurred_at, actor, unit, act, facts, commitments, "
    "previous, hash) VALUES ('a', 1, '2026-03-02 01:00:00.000000', '2026-03-02 01:00:00.000000', 'zhang:1', "
    "'', 'register', '{}', '{}', '', '" + "0" * 64 + "')"
)


@pytest.fixture
def empty(empty_store: str, keyring):
    database = Database(empty_store, keyring)
    yield database
    database.close()


def _with_next(folder: Path, body: str) -> Path:
    """The migrations and one more, of which only the body differs."""
    copied = folder / "migrations"
    shutil.copytree(MIGRATIONS, copied, ignore=shutil.ignore_patterns("__pycache__"))
    (copied / "versions" / f"{_NEXT}_next.py").write_text(_NEW + body)
    return copied


def _tables(database: Database) -> set[str]:
    with database.reading() as session:
        return set(inspect(session.connection()).get_table_names())


def _version(database: Database) -> str | None:
    with database.reading() as session:
        return database_version(session)


def test_new_database_is_brought_to_the_newest_version(empty: Database) -> None:
    assert upgrade_database(empty) == (None, _HEAD)
    assert _version(empty) == _HEAD
    assert {"audit_event", "dispute", "document", "deadline"} <= _tables(empty)
    check_database(empty)


def test_second_upgrade_changes_nothing(empty: Database) -> None:
    upgrade_database(empty)
    with empty.writing() as session:
        session.connection().execute(text(_EVENT))
    assert upgrade_database(empty) == (_HEAD, _HEAD)
    with empty.reading() as session:
        assert session.connection().execute(text("SELECT count(*) FROM audit_event")).scalar_one() == 1


def test_upgrade_goes_on_from_an_older_version(empty: Database, tmp_path: Path) -> None:
    upgrade_database(empty)
    later = _with_next(
        tmp_path, "    op.create_table('extra', sa.Column('id', sa.Integer(), primary_key=True))\n"
    )
    assert upgrade_database(empty, later) == (_HEAD, _NEXT)
    assert "extra" in _tables(empty)


@pytest.mark.parametrize("version", [None, _HEAD])
def test_failing_migration_leaves_everything_as_it_was(
    empty: Database, tmp_path: Path, version: str | None
) -> None:
    if version is not None:
        upgrade_database(empty)
    before = _tables(empty)
    later = _with_next(
        tmp_path,
        "    op.create_table('extra', sa.Column('id', sa.Integer(), primary_key=True))\n"
        "    op.add_column('person', sa.Column('nickname', sa.String()))\n"
        "    op.execute('INSERT INTO no_such_table VALUES (1)')\n",
    )
    with pytest.raises(StorageError, match="no_such_table"):
        upgrade_database(empty, later)
    assert (_tables(empty), _version(empty)) == (before, version)
    assert upgrade_database(empty) == (version, _HEAD)


def test_migration_that_loses_a_reference_is_refused_on_sqlite(
    empty_sqlite_store: str, keyring, tmp_path: Path
) -> None:
    database = Database(empty_sqlite_store, keyring)
    upgrade_database(database)
    with database.writing() as session:
        session.connection().execute(text(_EVENT))
        session.connection().execute(text("INSERT INTO event_detail VALUES (1, x'00')"))
    later = _with_next(
        tmp_path,
        "    op.execute('DROP TRIGGER audit_event_no_delete')\n    op.execute('DELETE FROM audit_event')\n",
    )
    with pytest.raises(StorageError, match="event_detail"):
        upgrade_database(database, later)
    assert _version(database) == _HEAD
    with database.writing() as session:
        assert session.connection().execute(text("SELECT count(*) FROM audit_event")).scalar_one() == 1
        assert session.connection().execute(text("PRAGMA foreign_keys")).scalar_one() == 1
    database.close()


def test_triggers_and_rows_survive_a_table_built_anew(empty: Database, tmp_path: Path) -> None:
    """Batch mode on SQLite copies the table and drops its triggers without a word."""
    upgrade_database(empty)
    with empty.writing() as session:
        session.connection().execute(text(_EVENT))
        ids = session.connection().execute(text("SELECT id FROM audit_event")).scalars().all()
        insert = text("INSERT INTO event_detail (event_id, details) VALUES (:id, :details)")
        session.connection().execute(insert, {"id": ids[0], "details": b"sealed"})
    later = _with_next(
        tmp_path,
        "    for table in ('audit_event', 'event_detail', 'trail_head'):\n"
        "        with op.batch_alter_table(table, recreate='always' if op.get_bind().dialect.name == 'sqlite' "
        "else 'auto') as batch:\n"
        "            batch.add_column(sa.Column('remark', sa.String()))\n",
    )
    upgrade_database(empty, later)
    with empty.reading() as session:
        counts = [
            session.connection().execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608 — constants
            for table in ("audit_event", "event_detail")
        ]
    assert counts == [1, 1]
    for change in (
        "UPDATE audit_event SET remark = 'x'",
        "DELETE FROM audit_event",
        "UPDATE event_detail SET remark = 'x'",
    ):
        with pytest.raises(IntegrityError, match="append-only"), empty.writing() as session:
            session.connection().execute(text(change))


def test_two_upgrades_at_once_make_one_database(empty_store: str) -> None:
    program = (
        "import sys; from mediation.crypto import Keyring; from mediation.storage.engine import Database; "
        "from mediation.storage.upgrade import upgrade_database; "
        "print(upgrade_database(Database(sys.argv[1], Keyring('0000000a', {'0000000a': bytes(32)}))))"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", program, empty_store],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=MIGRATIONS.parents[2],
        )
        for _process in range(2)
    ]
    said = [process.communicate(timeout=60) for process in running]
    assert sorted(out.strip() for out, _err in said) == [f"('{_HEAD}', '{_HEAD}')", f"(None, '{_HEAD}')"], (
        said
    )


def test_database_of_a_newer_program_is_refused_and_left_alone(empty: Database, tmp_path: Path) -> None:
    upgrade_database(empty, _with_next(tmp_path, "    pass\n"))
    for act in (upgrade_database, check_database):
        with pytest.raises(DatabaseOutdated, match=f"更新版本的程序建立（{_NEXT}）.*{_HEAD}"):
            act(empty)
    assert _version(empty) == _NEXT


def test_database_of_an_older_program_is_told_to_upgrade(empty: Database) -> None:
    upgrade_database(empty)
    with empty.writing() as session:
        session.connection().execute(text("UPDATE alembic_version SET version_num = '0001'"))
    with pytest.raises(DatabaseOutdated, match=r"旧版本（0001）.*mediation database upgrade"):
        check_database(empty)


def test_store_that_is_too_old_is_refused_before_anything(empty: Database) -> None:
    store, oldest = OLDEST["sqlite" if empty.on_sqlite else "postgresql"]
    upgrade_database(empty)
    check_database(empty)  # an engine learns of its store's version as it first connects
    for engine in (empty.writer, empty.reader):
        engine.dialect.server_version_info = (oldest[0], oldest[1] - 1)
    for act in (upgrade_database, check_database):
        with pytest.raises(
            DatabaseOutdated, match=rf"{store} 的版本是 \d+\.\d+，程序需要 {oldest[0]}\.{oldest[1]} 或"
        ):
            act(empty)
    for engine in (empty.writer, empty.reader):
        engine.dialect.server_version_info = oldest
    check_database(empty)


def test_oldest_stores_are_those_that_the_page_of_running_names() -> None:
    page = (MIGRATIONS.parents[2] / "docs" / "running.md").read_text("utf-8")
    named = {
        store: tuple(map(int, re.findall(rf"{store} \((\d+)\.(\d+) or later; nothing starts", page)[0]))
        for store, _oldest in OLDEST.values()
    }
    assert named == dict(OLDEST.values())


def test_database_without_tables_is_told_to_be_made(empty: Database) -> None:
    with pytest.raises(DatabaseOutdated, match="还没有建立"):
        check_database(empty)
    if not empty.on_sqlite:
        assert _version(empty) is None


def test_check_makes_no_file(tmp_path: Path, keyring) -> None:
    path = tmp_path / "data" / "mediation.db"
    database = Database(f"sqlite:///{path}", keyring)
    with pytest.raises(DatabaseOutdated, match=r"mediation\.db 还没有建立"):
        check_database(database)
    assert not path.exists()
    database.close()


def test_database_that_is_not_ours_is_left_alone(empty: Database) -> None:
    with empty.writing() as session:
        session.connection().execute(text("CREATE TABLE person (id INTEGER)"))
    with pytest.raises(StorageError, match="没有成功"):
        upgrade_database(empty)
    assert _tables(empty) == {"person"}


def test_file_is_for_its_owner_alone(tmp_path: Path, keyring) -> None:
    path = tmp_path / "data" / "mediation.db"
    database = Database(f"sqlite:///{path}", keyring)
    upgrade_database(database)
    with database.writing() as session:
        session.connection().execute(text(_EVENT))
        modes = {file.name: oct(file.stat().st_mode & 0o777) for file in path.parent.iterdir()}
    assert modes == {"mediation.db": "0o600", "mediation.db-shm": "0o600", "mediation.db-wal": "0o600"}
    assert oct(path.parent.stat().st_mode & 0o777) == "0o700"
    database.close()


def test_file_that_others_could_read_is_closed_to_them(tmp_path: Path, keyring) -> None:
    path = tmp_path / "mediation.db"
    path.touch(mode=0o644)
    database = Database(f"sqlite:///{path}", keyring)
    upgrade_database(database)
    assert oct(path.stat().st_mode & 0o777) == "0o600"
    database.close()


def test_alembic_is_loaded_only_for_an_upgrade(sqlite_store: str) -> None:
    program = (
        "import sys; from mediation.crypto import Keyring; from mediation.storage.engine import Database; "
        "from mediation.storage.upgrade import check_database; "
        "check_database(Database(sys.argv[1], Keyring('0000000a', {'0000000a': bytes(32)}))); "
        "print('alembic' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, sqlite_store],
        capture_output=True,
        text=True,
        check=True,
        cwd=MIGRATIONS.parents[2],
    )
    assert done.stdout == "False\n"
