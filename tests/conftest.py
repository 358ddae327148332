"""What tests share. A test that asks for `store` or `database` runs twice: on SQLite and on PostgreSQL."""

import gc
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from mediation.clock import SetClock
from mediation.crypto import Keyring
from mediation.storage.engine import Database
from mediation.storage.upgrade import upgrade_database
from tests.databases import Opener
from tests.jobs.nursery import Nursery
from tests.once import Once
from tests.postgresql import Server, folder_in_memory, running_server


def pytest_configure() -> None:
    """Keep the tests' folders in memory, where nobody waits for a disk at each commit; and let no slow machine fail a test."""
    memory = folder_in_memory()
    if memory is not None:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))
    patient = {"deadline": None, "suppress_health_check": (HealthCheck.too_slow,)}
    settings.register_profile("patient", settings.default, **patient)
    settings.load_profile("patient")


def pytest_collection_finish() -> None:
    """What the modules hold stays to the end: looking through it again and again takes a tenth of the whole run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(autouse=True)
def engine_writes_to_no_closed_stream() -> Iterator[None]:
    """The task engine keeps its log's stream for the whole process; that of a test is closed after it."""
    yield
    logging.getLogger("dbos").handlers.clear()


@pytest.fixture(scope="session")
def keyring() -> Keyring:
    """One fixed key, so that what is made from it is the same in every run."""
    return Keyring(current="0000000a", secrets={"0000000a": bytes(range(32))})


@pytest.fixture
def clock() -> SetClock:
    """Monday 2 March 2026, nine in the morning in the site's time zone."""
    return SetClock(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> str:
    """The URL of a fresh database with all migrations in it; nobody is connected to it."""
    return request.getfixturevalue(f"{request.param}_store")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_store(request: pytest.FixtureRequest) -> str:
    """The URL of a fresh database without any table."""
    return request.getfixturevalue(f"empty_{request.param}_store")


@pytest.fixture(scope="session")
def opener(keyring: Keyring) -> Opener:
    return Opener(keyring)


@pytest.fixture
def database(store: str, opener: Opener) -> Iterator[Database]:
    """A fresh migrated database, open."""
    with opener.opened(store) as opened:
        yield opened


@pytest.fixture
def sqlite_store(sqlite_template: Path, tmp_path: Path) -> str:
    """The same on SQLite only."""
    path = tmp_path / "data" / "mediation.db"
    path.parent.mkdir(mode=0o700, exist_ok=True)
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_store(postgresql_server: Server, postgresql_template: str) -> Iterator[str]:
    """The same on PostgreSQL only."""
    url = postgresql_server.create_database(template=postgresql_template)
    yield url
    postgresql_server.drop_database(url)


@pytest.fixture
def empty_sqlite_store(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'data' / 'mediation.db'}"


@pytest.fixture
def empty_postgresql_store(postgresql_server: Server) -> Iterator[str]:
    url = postgresql_server.create_database()
    yield url
    postgresql_server.drop_database(url)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    """One server for each test process. That it does not start is a failure, not a reason to skip."""
    with running_server() as server:
        yield server


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Where processes are born that are to be killed, with all modules loaded."""
    with Nursery() as bearing:
        yield bearing


@pytest.fixture(scope="session")
def once() -> Iterator[Once]:
    """What all folders share that lies in files."""
    with closing(Once()) as kept:
        yield kept


@pytest.fixture(scope="session")
def postgresql_once(postgresql_server: Server) -> Iterator[Once]:
    """What all folders share that lies on the server, which outlives it."""
    with closing(Once()) as kept:
        yield kept


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory, keyring: Keyring) -> Path:
    path = tmp_path_factory.mktemp("template") / "mediation.db"
    _migrate(f"sqlite:///{path}", keyring)
    return path


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: Server, keyring: Keyring) -> Iterator[str]:
    url = postgresql_server.create_database()
    _migrate(url, keyring)
    yield url
    postgresql_server.drop_database(url)


def _migrate(url: str, keyring: Keyring) -> None:
    database = Database(url, keyring)
    upgrade_database(database)
    database.close()  # on SQLite the last connection also empties the write-ahead log into the file
