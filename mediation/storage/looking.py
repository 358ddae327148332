"""A look into a database: one connection, one view of the data, nothing written and no table classes loaded."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import Connection

from mediation.crypto import Keyring
from mediation.storage.connecting import sqlite_engine, storage_errors
from mediation.storage.encrypted import give_keyring


class View(Protocol):
    """What a read needs: a session is one, a look too."""

    @property
    def info(self) -> dict[Any, Any]:
        """What is remembered for as long as the view lasts."""

    def connection(self) -> Connection:
        """The connection of its transaction."""


def rows_seen(view: View, statement: Any, **values: Any) -> Sequence[Any]:
    """The rows of plain columns that a statement finds; a session of ours remembers how it is sent."""
    quick = getattr(view, "rows", None)
    return view.connection().execute(statement, values).all() if quick is None else quick(statement, values)


@dataclass(frozen=True)
class Look:
    """One read transaction."""

    opened: Connection
    info: dict[Any, Any] = field(default_factory=dict)

    def connection(self) -> Connection:
        return self.opened


@contextmanager
def looking(url: str, keyring: Keyring) -> Iterator[Look]:
    """A look into a database of SQLite. Raises StorageError in words."""
    engine = sqlite_engine(url, writes=False)
    give_keyring(engine.dialect, keyring)
    try:
        with storage_errors(), engine.connect() as connection:
            yield Look(connection)
    finally:
        engine.dispose()
