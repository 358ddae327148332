"""The town, for the tests of the hall; and a town where three agreements lie printed, to be signed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from mediation.documents.table_store import open_store
from tests.town import Founded, Town, party, postgresql_founded, sqlite_founded, sqlite_town, town

__all__ = ["postgresql_founded", "sqlite_founded", "sqlite_town", "town"]

POWERS = {"kind": "agent", "name": "代甲", "powers": ["sign_agreement"], "valid_to": "2026-03-02"}
NO_POWERS = {"kind": "agent", "name": "代乙", "powers": ["apply"]}


@dataclass
class Signing:
    """A town with three cases in signing, one for each way of signing, their papers printed."""

    town: Town
    tablet: str
    ink: str
    mixed: str


@pytest.fixture(scope="session")
def printed(
    sqlite_founded: Founded, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Founded, list[str]]]:
    with sqlite_founded.copied(tmp_path_factory.mktemp("printed")) as own:
        refs = []
        for medium in ("tablet", "ink", "mixed"):
            ref = own.bring("agreed", parties=[party(agents=[POWERS, NO_POWERS]), party("respondent", 2)])
            own.act("jiamed", ref, "conclude_written", medium=medium)
            refs.append(ref)
        assert own.instance.make_owed_papers() == []
        own.instance.database.close()
        yield replace(sqlite_founded, settings=own.instance.settings), refs


@pytest.fixture
def signing(printed: tuple[Founded, list[str]], tmp_path: Path) -> Iterator[Signing]:
    founded, refs = printed
    with founded.copied(tmp_path) as own:
        own.instance.store = open_store(
            own.instance.database, own.instance.settings.store, own.instance.keyring, own.instance.clock
        )
        yield Signing(own, *refs)
