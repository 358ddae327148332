"""Brings a database to the tables that this program needs, and says when it is older or newer.

Migrations lie in storage/migrations/versions as `NNNN_what.py`; NNNN is the revision. An upgrade is one transaction:
it happens whole or not at all. Two at once wait for one another.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlmodel import Session

from mediation.errors import StorageError, cause_of
from mediation.language import _
from mediation.storage.connecting import cause_in_store
from mediation.storage.engine import Database
from mediation.storage.versions import (
    MIGRATIONS,
    known_versions,
    refuse_missing_file,
    refuse_old_store,
    refuse_other_version,
    refuse_unknown,
    stored_version,
)

__all__ = ["MIGRATIONS", "known_versions"]
"""Defined where no table classes are needed; known here to whoever reads the rest as well."""

ENGINE_SCHEMA = "dbos"
ENGINE_TABLES = frozenset(
    {
        "dbos_migrations",
        "application_versions",
        "notifications",
        "operation_outputs",
        "queues",
        "streams",
        "workflow_events",
        "workflow_events_history",
        "workflow_input",
        "workflow_output",
        "workflow_schedules",
        "workflow_status",
    }
)
"""Made and brought up to date by the task engine itself: in a schema of its own on PostgreSQL, beside ours on SQLite."""
_UPGRADE_LOCK = 0x6D65_6469  # any number, the same for every process of every instance


def upgrade_database(database: Database, migrations: Path = MIGRATIONS) -> tuple[str | None, str]:
    """Bring the database to the newest version; (from, to), where from is None for a new database.

    Raises DatabaseOutdated if a newer program made it or the store is too old, StorageError if a migration fails: then nothing has changed.
    """
    head = known_versions(migrations)[-1]
    create_file(database)
    try:
        with upgrading(database) as connection:
            before = stored_version(connection)
            refuse_unknown(before, migrations)
            run_migrations(connection, migrations)
            return before, head
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or error
        if database.on_sqlite and isinstance(error, DBAPIError):
            cause = cause_in_store(error)
        raise StorageError(
            _("数据库升级没有成功，已保持升级前的状态：{cause}").format(cause=cause)
        ) from error


def check_database(database: Database) -> None:
    """Raise DatabaseOutdated, with what to do, unless the database has the version of this program."""
    refuse_missing_file(database.url)
    with database.reading() as session:
        refuse_other_version(session.connection())


def database_version(session: Session) -> str | None:
    """The version that the database has now; None if it has no tables yet."""
    return stored_version(session.connection())


def run_migrations(connection: Connection, migrations: Path = MIGRATIONS, to: str = "head") -> None:
    """Run the migrations up to a version within the transaction given."""
    from alembic import command  # noqa: PLC0415 — heavy, and needed only here
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, to)


@contextmanager
def upgrading(database: Database) -> Iterator[Connection]:
    """One transaction that no other upgrade runs beside; committed when the block ends well.

    Raises DatabaseOutdated if the store itself is too old.
    """
    with database.writer.connect() as connection:
        refuse_old_store(connection)
        if not database.on_sqlite:
            with connection.begin():
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADE_LOCK})
                yield connection
            return
        # A table built anew would take the rows that refer to it along; the pragma has no effect inside a transaction.
        dbapi = connection.connection.driver_connection
        assert dbapi is not None  # an open connection has one
        dbapi.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                yield connection
                _check_references(connection)
        finally:
            dbapi.execute("PRAGMA foreign_keys=ON")


def _check_references(connection: Connection) -> None:
    broken = connection.execute(text("PRAGMA foreign_key_check")).first()
    if broken is not None:
        raise StorageError(_("升级后 {table} 表有对不上的记录，已保持升级前的状态。").format(table=broken[0]))


def database_file(database: Database) -> Path | None:
    """The file of a database on SQLite; None on PostgreSQL."""
    path = make_url(database.url).database if database.on_sqlite else None
    return Path(path) if path and path != ":memory:" else None


def create_file(database: Database) -> None:
    """The database file, for its owner alone, before SQLite makes it readable to all."""
    path = database_file(database)
    if path is None:
        return
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        message = _("数据库文件 {path} 打不开：{cause}").format(path=path, cause=cause_of(error))
        raise StorageError(message) from error
    with suppress(PermissionError):
        path.chmod(0o600)
