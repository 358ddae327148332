"""The tests' own databases: fresh for each test, on both stores."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import inspect, make_url, text

from mediation.storage.engine import Database
from tests.postgresql import Server, ServerNotStarted, _new_folder, _server_in


@pytest.mark.parametrize("turn", ["first", "second"])
def test_database_is_fresh_each_time(database: Database, turn: str) -> None:
    with database.writing() as session:
        session.connection().execute(text("CREATE TABLE left_over (what TEXT)"))
        assert session.connection().execute(text("SELECT count(*) FROM left_over")).scalar_one() == 0
        session.connection().execute(text("INSERT INTO left_over VALUES (:turn)"), {"turn": turn})


def test_database_is_on_the_store_that_the_test_is_named_after(
    database: Database, request: pytest.FixtureRequest
) -> None:
    assert f"[{database.writer.dialect.name}]" in request.node.name


def test_database_has_the_migrated_tables(database: Database) -> None:
    with database.reading() as session:
        assert inspect(session.connection()).has_table("alembic_version")


def test_empty_store_has_no_table(empty_store: str, keyring) -> None:
    opened = Database(empty_store, keyring)
    with opened.reading() as session:
        assert inspect(session.connection()).get_table_names() == []
    opened.close()


def test_database_dropped_with_someone_still_connected(postgresql_server: Server, keyring) -> None:
    url = postgresql_server.create_database()
    opened = Database(url, keyring)
    with opened.reading() as session:
        session.connection()
    postgresql_server.drop_database(url)
    opened.close()
    other = postgresql_server.create_database()
    assert make_url(other).database != make_url(url).database
    postgresql_server.drop_database(other)


def test_server_that_cannot_start_says_why() -> None:
    folder, data = _new_folder(), _new_folder()
    (data / "something").touch()
    with pytest.raises(ServerNotStarted, match="exists but is not empty"), _server_in(folder, data):
        pass
    shutil.rmtree(folder)
    shutil.rmtree(data)


def test_server_ends_with_the_process_that_began_it_even_when_killed() -> None:
    begin = (
        "from tests.postgresql import running_server\n"
        "with running_server() as server:\n"
        "    print(server.create_database(), flush=True)\n"
        "    input()\n"
    )
    surroundings = os.environ | {
        "MEDIATION_TEST_POSTGRESQL_URL": "",
        "PYTHONPATH": str(Path(__file__).parent.parent),
    }
    with subprocess.Popen(
        [sys.executable, "-c", begin], stdin=-1, stdout=-1, text=True, env=surroundings
    ) as process:
        assert process.stdout is not None
        url = make_url(process.stdout.readline().strip())
        process.kill()
    socket = Path(str(url.query["host"]))
    for _ in range(1200):
        if not socket.exists():
            break
        time.sleep(0.05)
    assert not socket.exists()
