"""One database, opened: sessions for reading and for writing, on SQLite or PostgreSQL."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from sqlalchemy import MetaData, create_engine, make_url
from sqlmodel import Session, SQLModel

from mediation.crypto import Keyring
from mediation.errors import on_record
from mediation.storage.connecting import sqlite_engine, storage_errors
from mediation.storage.encrypted import give_keyring
from mediation.storage.prepared import Prepared
from mediation.storage.session import QuickSession

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
_VIEW = "view"
RECORDED = "recorded"
"""Within a write transaction: what it has recorded so far, for `Database.before_commit`."""


class Table(SQLModel):
    """The root of all table classes, so that constraints get the same names on every store.

    A row is not judged when it is made or changed: SQLModel judges none either, but asks for each value how it would
    (docs/decisions/0020).
    """

    metadata = MetaData(naming_convention=NAMING)

    def __init__(self, **said: Any) -> None:
        """Each field as said, else as its default; what is no field is passed over."""
        known = self.__dict__
        for name, field in _fields(type(self)).items():
            if name in said:
                known[name] = said[name]
            elif not field.is_required():
                known[name] = field.get_default(call_default_factory=True)

    def __setattr__(self, name: str, value: Any) -> None:
        if not hasattr(type(self), name) and not name.startswith("_"):
            raise ValueError(f"{type(self).__name__} has no field {name}")
        object.__setattr__(self, name, value)  # the attribute itself notes the change


@cache
def _fields(table: type[Table]) -> Mapping[str, Any]:
    return dict(table.model_fields)


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
            self.writer = sqlite_engine(url, writes=True)
            self.reader = sqlite_engine(url, writes=False)
        else:
            self.writer = self.reader = create_engine(
                url, pool_size=10, max_overflow=30, pool_pre_ping=True, hide_parameters=True
            )
        for engine in (self.writer, self.reader):
            give_keyring(engine.dialect, keyring)
        self._prepared = {engine: Prepared(engine.dialect) for engine in (self.writer, self.reader)}

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One write transaction: committed when the block ends well, rolled back whole otherwise.

        What `_` says within is for the record and Chinese; an error that leaves is in the reader's language.
        """
        with (
            on_record(),
            storage_errors(),
            QuickSession(self.writer, self._prepared[self.writer], expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session
            recorded = session.info.get(RECORDED)
            if recorded and self.before_commit is not None:
                self.before_commit(session, recorded)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One read transaction with one view of the data: what `rows_of` finds once in it stays so."""
        with (
            storage_errors(),
            QuickSession(self.reader, self._prepared[self.reader], autoflush=False) as session,
        ):
            session.info[_VIEW] = {}
            if not self.on_sqlite:
                session.connection(
                    execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
                )
            yield session

    def forget_deleted(self) -> None:
        """Let what was deleted leave the files as far as can be: SQLite's log is emptied; PostgreSQL vacuums by itself."""
        if self.on_sqlite:
            with storage_errors(), self.writer.connect() as connection:
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
        return _quick(session).rows(statement, values)
    key = (statement, *values.items())
    if key not in view:
        view[key] = _quick(session).rows(statement, values)
    return list(view[key])


def change_rows(session: Session, statement: Any, **values: Any) -> int:
    """Carry out an insert of one row, or an update or a delete (how many rows?), that was built beforehand."""
    return _quick(session).change(statement, values)


def change_each(session: Session, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Carry out an insert, an update or a delete that was built beforehand, for each of these rows, which name the same values."""
    if rows:
        _quick(session).change_each(statement, rows)


def add_row(session: Session, statement: Any, **values: Any) -> int:
    """Carry out an insert of one row that was built beforehand and returns the row's key."""
    key: int = _quick(session).added(statement, values)
    return key


def _quick(session: Session) -> QuickSession:
    assert isinstance(session, QuickSession)  # a database opens no other
    return session


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
