"""One database, opened: sessions for reading and for writing, on SQLite or PostgreSQL."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, MetaData, create_engine, event, make_url
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, NotSupportedError, ProgrammingError
from sqlmodel import Session, SQLModel

from mediation.crypto import Keyring
from mediation.errors import InputInvalid, Overtaken, Problem, StorageError, on_record
from mediation.language import _
from mediation.storage.encrypted import give_keyring

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
_BUSY_MS = 10_000
_VIEW = "view"
_UNIQUE_VIOLATION, _DEADLOCK = "23505", "40P01"  # of PostgreSQL
RECORDED = "recorded"
"""Within a write transaction: what it has recorded so far, for `Database.before_commit`."""


class Table(SQLModel):
    """The root of all table classes, so that constraints get the same names on every store."""

    metadata = MetaData(naming_convention=NAMING)


class Database:
    """An open database. `writing()` is one transaction and commits at its end; `reading()` never writes.

    SQLite: two engines on the one file; a write transaction begins IMMEDIATE, so that check-then-write is safe.
    """

    def __init__(self, url: str, keyring: Keyring) -> None:
        self.url = url
        self.keyring = keyring
        self.before_commit: Callable[[Session, list[Any]], None] | None = None
        """Is given what a write transaction has recorded, if it has, and may write more in it."""
        self.on_sqlite = make_url(url).get_backend_name() == "sqlite"
        if self.on_sqlite:
            self.writer = _sqlite_engine(url, writes=True)
            self.reader = _sqlite_engine(url, writes=False)
        else:
            self.writer = self.reader = create_engine(
                url, pool_size=10, max_overflow=30, pool_pre_ping=True, hide_parameters=True
            )
        for engine in (self.writer, self.reader):
            give_keyring(engine.dialect, keyring)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One write transaction: committed when the block ends well, rolled back whole otherwise.

        What `_` says within is for the record and Chinese; an error that leaves is in the reader's language.
        """
        with (
            on_record(),
            _storage_errors(),
            Session(self.writer, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session
            recorded = session.info.get(RECORDED)
            if recorded and self.before_commit is not None:
                self.before_commit(session, recorded)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One read transaction with one view of the data: what `rows_of` finds once in it stays so."""
        with _storage_errors(), Session(self.reader, autoflush=False) as session:
            session.info[_VIEW] = {}
            if not self.on_sqlite:
                session.connection(
                    execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
                )
            yield session

    def forget_deleted(self) -> None:
        """Let what was deleted leave the files as far as can be: SQLite's log is emptied; PostgreSQL vacuums by itself."""
        if self.on_sqlite:
            with _storage_errors(), self.writer.connect() as connection:
                dbapi = connection.connection.driver_connection
                assert dbapi is not None  # an open connection has one
                dbapi.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Give up all connections."""
        self.writer.dispose()
        self.reader.dispose()


def rows_of(session: Session, statement: Any, **values: Any) -> list[Any]:
    """The rows of a statement that was built beforehand; within one read transaction they are asked for once."""
    view: dict[Any, list[Any]] | None = session.info.get(_VIEW)
    if view is None:
        return list(session.exec(statement, params=values))
    key = (statement, *values.items())
    if key not in view:
        view[key] = list(session.exec(statement, params=values))
    return list(view[key])


@contextmanager
def savepoint(session: Session) -> Iterator[None]:
    """A part of a write transaction that is undone by itself if it fails, and kept with the whole otherwise."""
    recorded: list[Any] = session.info.setdefault(RECORDED, [])
    before = len(recorded)
    try:
        with session.begin_nested():
            yield
    except BaseException:
        del recorded[before:]
        raise


def _sqlite_engine(url: str, *, writes: bool) -> Engine:
    path = make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = create_engine(url, hide_parameters=True, pool_size=40, max_overflow=10)

    @event.listens_for(engine, "connect")
    def _prepare(dbapi: Any, _record: Any) -> None:
        dbapi.isolation_level = None  # we say BEGIN ourselves
        for pragma in (
            "foreign_keys=ON",
            "journal_mode=WAL",
            "synchronous=FULL",
            f"busy_timeout={_BUSY_MS}",
            "trusted_schema=OFF",
            "temp_store=MEMORY",
            "secure_delete=ON",
            *(() if writes else ("query_only=ON",)),
        ):
            dbapi.execute(f"PRAGMA {pragma}")

    # Not as an event of the engine: with one, every statement would look for events of its own.
    begin = "BEGIN IMMEDIATE" if writes else "BEGIN"
    engine.dialect.do_begin = lambda dbapi: dbapi.execute(begin)  # type: ignore[assignment]
    return engine


@contextmanager
def _storage_errors() -> Iterator[None]:
    """Turn a failing store into a sentence; violated constraints and wrong statements stay what they are: bugs.

    But on PostgreSQL another transaction can take a unique key, or a lock that is waited for, after this one has looked.
    """
    try:
        yield
    except (IntegrityError, ProgrammingError, NotSupportedError) as error:
        if getattr(error.orig, "sqlstate", None) == _UNIQUE_VIOLATION:
            raise Overtaken from error
        raise
    except (DataError, UnicodeEncodeError) as error:
        raise InputInvalid([Problem(_("有数据库不能保存的字符"))]) from error
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == _DEADLOCK:
            raise Overtaken from error
        raise StorageError(
            _("数据库没有响应或不能读写:{cause}").format(cause=cause_in_store(error))
        ) from error


_CAUSES = {
    "unable to open": "打不开数据库文件,请检查路径和权限",
    "readonly": "数据库文件或它的文件夹是只读的",
    "locked": "别的程序正占用数据库,请稍后再试",
    "is full": "磁盘已满",
    "disk I/O error": "磁盘读写出错,可能已满",
    "not a database": "数据库文件已损坏,或不是本程序的数据库;请从备份恢复",
    "malformed": "数据库文件已损坏;请从备份恢复",
}


def cause_in_store(error: DBAPIError) -> str:
    """Why the store failed, in words; its own words for what is rare."""
    original = error.orig
    if not isinstance(original, sqlite3.Error):
        return type(original).__name__
    return next((_(cause) for sign, cause in _CAUSES.items() if sign in str(original)), str(original))
