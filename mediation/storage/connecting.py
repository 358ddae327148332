"""Connections to one database, and what goes wrong with them in words. Knows no tables and no sessions."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, NotSupportedError, ProgrammingError

from mediation.errors import InputInvalid, Overtaken, Problem, StorageError
from mediation.language import _

_BUSY_MS = 10_000
_UNIQUE_VIOLATION, _DEADLOCK = "23505", "40P01"  # of PostgreSQL


def sqlite_engine(url: str, *, writes: bool) -> Engine:
    """The engine on a file of SQLite, for reading or for writing."""
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
def storage_errors() -> Iterator[None]:
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
            _("数据库没有响应或不能读写：{cause}").format(cause=cause_in_store(error))
        ) from error


_CAUSES = {
    "unable to open": "打不开数据库文件，请检查路径和权限",
    "readonly": "数据库文件或它的文件夹是只读的",
    "locked": "别的程序正占用数据库，请稍后再试",
    "is full": "磁盘已满",
    "disk I/O error": "磁盘读写出错，可能已满",
    "not a database": "数据库文件已损坏，或不是本程序的数据库；请从备份恢复",
    "malformed": "数据库文件已损坏；请从备份恢复",
}


def cause_in_store(error: DBAPIError) -> str:
    """Why the store failed, in words; its own words for what is rare."""
    original = error.orig
    if not isinstance(original, sqlite3.Error):
        return type(original).__name__
    return next((_(cause) for sign, cause in _CAUSES.items() if sign in str(original)), str(original))
