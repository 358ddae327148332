"""Who is at work: one name per process, held by a lock that falls when the process dies, so that others may take over.

SQLite: a lock on a file beside the database; a second engine on it is refused. PostgreSQL: an advisory lock on a
connection of its own; a process that loses it ends at once, since others now take its work.
"""

import fcntl
import hashlib
import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import psycopg
from sqlalchemy import make_url

from mediation.errors import StorageError, cause_of
from mediation.ids import new_public_id
from mediation.language import _

EMBEDDED = "embedded"
GONE = 75
"""Exit code of a process that lost its lock: whoever supervises it starts it again."""
_BEAT = 1.0
_LONGEST_SILENCE = 8.0
# The server notices a host that fell silent only after the process on that host has ended itself.
_KEEPALIVE = (("tcp_keepalives_idle", 10), ("tcp_keepalives_interval", 2), ("tcp_keepalives_count", 3))
_log = logging.getLogger("mediation.jobs")


class Presence(Protocol):
    """One process at work."""

    name: str

    def leave(self) -> None:
        """Give the name back."""


class FilePresence:
    """The only engine on a SQLite database. Raises StorageError if there is one already."""

    name = EMBEDDED

    def __init__(self, database: Path) -> None:
        file = database.with_name(f"{database.name}.lock")
        try:
            self._handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            message = _("锁文件 {file} 打不开：{cause}").format(file=file, cause=cause_of(error))
            raise StorageError(message) from error
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._handle)
            message = _(
                "{database} 的后台任务已由另一个进程办理：SQLite 上只能有一个 mediation serve 在运行；"
                "要用多个进程或多台机器，请改用 PostgreSQL（DATABASE_URL）"
            )
            raise StorageError(message.format(database=database)) from error

    def leave(self) -> None:
        """Give the lock back."""
        os.close(self._handle)


class AdvisoryPresence:
    """One of any number of processes on PostgreSQL."""

    def __init__(self, url: str, gone: Callable[[], None] | None = None) -> None:
        self.name = f"{socket.gethostname()[:40]}-{os.getpid()}-{new_public_id()[:8]}"
        self._gone = gone or _end_at_once
        self._left = threading.Event()
        self._one_at_a_time = threading.Lock()
        self._heard = time.monotonic()
        self._connection = _connect(url)
        if not self._try(self.name):
            raise StorageError(_("任务进程的名字 {name} 已被占用。").format(name=self.name))
        for work in (self._beat, self._watch):
            threading.Thread(target=work, name="mediation-presence", daemon=True).start()

    def leave(self) -> None:
        """Give the lock back."""
        self._left.set()
        with self._one_at_a_time:
            self._connection.close()

    @contextmanager
    def in_place_of(self, name: str) -> Iterator[bool]:
        """Hold another process's name, if that process is dead (the block is then given True)."""
        if not self._try(name):
            yield False
            return
        try:
            yield True
        finally:
            self._ask("SELECT pg_advisory_unlock(%s)", _key(name))

    @contextmanager
    def alone(self, purpose: str) -> Iterator[None]:
        """Hold a lock that only one process has at a time; waits for it."""
        while not self._try(purpose):
            time.sleep(0.2)
        try:
            yield
        finally:
            self._ask("SELECT pg_advisory_unlock(%s)", _key(purpose))

    def _try(self, name: str) -> bool:
        return self._ask("SELECT pg_try_advisory_lock(%s)", _key(name))

    def _ask(self, statement: str, *values: int) -> bool:
        with self._one_at_a_time:
            row = self._connection.execute(statement.encode(), values).fetchone()
        return bool(row and row[0])

    def _beat(self) -> None:
        while not self._left.wait(_BEAT):
            try:
                self._ask("SELECT true")
            except psycopg.Error:
                if not self._left.is_set():
                    self._gone()
                return
            self._heard = time.monotonic()

    def _watch(self) -> None:
        """The beat itself may hang on a network that swallows everything."""
        while not self._left.wait(_BEAT):
            if time.monotonic() - self._heard > _LONGEST_SILENCE:
                self._gone()
                return


def _connect(url: str) -> psycopg.Connection[tuple[bool]]:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    options = " ".join(f"-c {name}={value}" for name, value in _KEEPALIVE)
    try:
        return psycopg.connect(
            plain, autocommit=True, options=options, tcp_user_timeout=5000, connect_timeout=10
        )
    except psycopg.Error as error:
        message = _("数据库没有响应或不能读写：{cause}").format(cause=type(error).__name__)
        raise StorageError(message) from error


def _key(name: str) -> int:
    """A 64-bit number for a name."""
    return int.from_bytes(hashlib.sha256(f"mediation {name}".encode()).digest()[:8], signed=True)


def _end_at_once() -> None:
    _log.critical(
        _("与数据库的锁连接已断开：本进程立即结束，未完成的任务由其他进程接办；请由 systemd 等重新启动它")
    )
    os._exit(GONE)
