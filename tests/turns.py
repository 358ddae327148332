"""Two transactions that meet: the second begins while the first is still open, and goes on when the first is over."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from sqlalchemy import text

from mediation.storage.engine import Database

_PATIENCE = 60
_WAITING = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


class Second:
    """Work that another does meanwhile, in a thread of its own.

    `begin`, called within the first transaction, comes back when the work waits for that one, or has ended without waiting.
    On SQLite it comes back at once: there the work cannot begin before the first transaction is over.
    """

    def __init__(self, database: Database, work: Callable[[], Any]) -> None:
        self._database, self._work = database, work
        self._pool = ThreadPoolExecutor(1)
        self._begun: Future[Any] | None = None

    def begin(self, *_given: Any) -> None:
        """Begin, if it has not begun yet."""
        if self._begun is not None:
            return
        self._begun = self._pool.submit(self._work)
        if self._database.on_sqlite:
            return
        until = time.monotonic() + _PATIENCE
        with self._database.writer.connect() as connection:
            while not self._begun.done() and not connection.execute(_WAITING).scalar_one():
                connection.rollback()
                assert time.monotonic() < until
                time.sleep(0.01)

    def result(self) -> Any:
        """What it came to, when the first transaction is over; raises what it raised."""
        assert self._begun is not None
        try:
            return self._begun.result(_PATIENCE)
        finally:
            self._pool.shutdown()
