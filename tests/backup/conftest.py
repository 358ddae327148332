"""A town with a past on each store, lived once and copied for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.backup.lived import Lived, lived_copy, living
from tests.town import Founded, postgresql_founded, sqlite_founded

__all__ = ["postgresql_founded", "sqlite_founded"]


@pytest.fixture(scope="session")
def sqlite_living(
    sqlite_founded: Founded, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Founded, tuple[str, str]]]:
    with living(sqlite_founded, tmp_path_factory.mktemp("lived")) as found:
        yield found


@pytest.fixture(scope="session")
def postgresql_living(
    postgresql_founded: Founded, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Founded, tuple[str, str]]]:
    with living(postgresql_founded, tmp_path_factory.mktemp("lived")) as found:
        yield found


@pytest.fixture(params=["sqlite", "postgresql"])
def lived(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Lived]:
    """A town with a past, on each store."""
    with lived_copy(*request.getfixturevalue(f"{request.param}_living"), tmp_path) as own:
        yield own


@pytest.fixture
def sqlite_lived(sqlite_living: tuple[Founded, tuple[str, str]], tmp_path: Path) -> Iterator[Lived]:
    """The same on SQLite only."""
    with lived_copy(*sqlite_living, tmp_path) as own:
        yield own


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database on each store, for a restore into tmp_path / "back"."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'back' / 'mediation.db'}"
        return
    yield request.getfixturevalue("empty_postgresql_store")
