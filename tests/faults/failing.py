"""Calls that fail: the n-th statement or commit of a database, the n-th call of the file system, the answer of a commit.

The failure is raised where the driver or the system would raise it, so that everything above is the program as it is:
in the dialect of an engine (statements, commits), in the interpreter's audit hook (open, rename, remove, mkdir), in fsync.
"""

import errno
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mediation.storage.engine import Database

FILE_EVENTS = frozenset({"open", "os.rename", "os.remove", "os.mkdir"})
COMMIT = "commit"
_STATEMENTS = ("do_execute", "do_executemany", "do_execute_no_params")
_Armed = Callable[[str, tuple[Any, ...]], None]
_armed: list[_Armed] = []


class Faults:
    """Counts the calls of one database and of one folder, and makes one of them fail when it is told to."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._folder = str(folder.resolve())
        self._failing: int | None = None
        self._commit: int | None = None
        self._lost: int | None = None
        self._counting = False
        self.calls = 0
        self.commits = 0
        self.failed = ""
        """The call that was made to fail; empty if none was reached."""
        for engine in {database.writer, database.reader}:
            self._watch(engine.dialect)
        if not _armed:
            sys.addaudithook(_hear)

    @contextmanager
    def failing(
        self, call: int | None = None, commit: int | None = None, answer: int | None = None
    ) -> Iterator[None]:
        """Count from here on: the call of this number fails, or this commit, or it is done and its answer lost."""
        self._failing, self._commit, self._lost = call, commit, answer
        self.calls, self.commits, self.failed = 0, 0, ""
        self._counting, true_sync = True, os.fsync
        _armed.append(self._hear)

        def sync(handle: Any) -> None:
            self._call("fsync", _no_space)
            true_sync(handle)

        os.fsync = sync
        try:
            yield
        finally:
            self._counting, os.fsync = False, true_sync
            _armed.remove(self._hear)

    def _watch(self, dialect: Any) -> None:
        def broken(text: str) -> Callable[[], BaseException]:
            return lambda: dialect.loaded_dbapi.OperationalError(text)

        for name in _STATEMENTS:
            setattr(dialect, name, self._before(getattr(dialect, name), broken("disk I/O error")))
        begin, commit = dialect.do_begin, dialect.do_commit

        def do_begin(connection: Any) -> None:
            self._call("BEGIN", broken("disk I/O error"))
            begin(connection)

        def do_commit(connection: Any) -> None:
            self.commits += self._counting
            self._call(COMMIT, broken("database or disk is full"))
            self._fail_if(self.commits == self._commit, COMMIT, broken("database or disk is full"))
            commit(connection)
            self._fail_if(self.commits == self._lost, "answer of a commit", broken("the connection was lost"))

        dialect.do_begin, dialect.do_commit = do_begin, do_commit

    def _before(self, work: Callable[..., Any], error: Callable[[], BaseException]) -> Callable[..., Any]:
        def called(cursor: Any, statement: str, *words: Any) -> Any:
            self._call(" ".join(str(statement).split())[:80], error)
            return work(cursor, statement, *words)

        return called

    def _hear(self, event: str, words: tuple[Any, ...]) -> None:
        if event in FILE_EVENTS and isinstance(words[0], str | bytes | os.PathLike):
            path = os.fsdecode(words[0])
            if path.startswith(self._folder):
                self._call(f"{event} {path.removeprefix(self._folder)[:40]}", _no_space)

    def _call(self, what: str, error: Callable[[], BaseException]) -> None:
        if not self._counting:
            return
        self.calls += 1
        self._fail_if(self.calls == self._failing, what, error)

    def _fail_if(self, is_told: bool, what: str, error: Callable[[], BaseException]) -> None:
        if self._counting and is_told:
            self.failed = what
            raise error()


def _no_space() -> OSError:
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _hear(event: str, words: tuple[Any, ...]) -> None:
    """An audit hook stays for the life of the process; it asks whoever counts at the moment, mostly nobody."""
    for armed in _armed:
        armed(event, words)
