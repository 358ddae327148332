"""Databases that tests open one after another through the same engines.

An engine of its own for each test would compile every statement anew: a third of the time that a test of a case takes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event, make_url

from mediation.crypto import Keyring
from mediation.storage.engine import Database


class Opener:
    """Opens databases under one keyring; two that are open at once have engines of their own."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._free: dict[bool, list[Database]] = {True: [], False: []}

    @contextmanager
    def opened(self, url: str) -> Iterator[Database]:
        """The database there, with no connection left to whatever was open before, nor to it afterwards."""
        free = self._free[make_url(url).get_backend_name() == "sqlite"]
        database = free.pop() if free else _movable(url, self._keyring)
        database.url = url
        for engine in (database.writer, database.reader):
            engine.url = make_url(url)
        try:
            yield database
        finally:
            database.close()
            free.append(database)


def _movable(url: str, keyring: Keyring) -> Database:
    """A database whose engines connect to where their URL says now, not to where it said when they were made."""
    database = Database(url, keyring)
    for engine in {database.writer, database.reader}:
        _connect_anew(engine)
    return database


def _connect_anew(engine: Engine) -> None:
    @event.listens_for(engine, "do_connect")
    def _to_present_url(dialect: Any, _record: Any, words: list[Any], named: dict[str, Any]) -> None:
        words[:], present = dialect.create_connect_args(engine.url)
        named.clear()
        named.update(present)
