"""A database filled from elsewhere, whole or not at all: references are judged at the end, counters go on behind it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, inspect, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from mediation.crypto import Keyring
from mediation.errors import StorageError
from mediation.language import _
from mediation.storage import upgrade
from mediation.storage.connecting import cause_in_store
from mediation.storage.engine import Database

_FOREIGN_KEYS = text(
    "SELECT conrelid::regclass::text, conname FROM pg_constraint "
    "WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
)


def is_empty(url: str, keyring: Keyring) -> bool:
    """Whether there is no table yet, nor any job of the task engine's (it would be done). A file of SQLite is not opened for that: none, or one of no bytes, is empty.

    Raises StorageError.
    """
    if make_url(url).get_backend_name() == "sqlite":
        path = Path(make_url(url).database or "")
        return not path.exists() or not path.stat().st_size
    database = Database(url, keyring)
    try:
        with database.reading() as session:
            found = inspect(session.connection())
            return not found.get_table_names() and not found.get_table_names(schema=upgrade.ENGINE_SCHEMA)
    finally:
        database.close()


def build_database(
    database: Database,
    version: str,
    load: Callable[[Connection], None],
    migrations: Path = upgrade.MIGRATIONS,
) -> None:
    """Make the tables of a version, let `load` fill them, bring them to the newest version: all of it or nothing.

    Raises DatabaseOutdated if the store is too old, StorageError if a table is there already, or the store fails.
    """
    upgrade.create_file(database)
    try:
        with upgrade.upgrading(database) as connection:
            if inspect(connection).get_table_names():
                raise StorageError(_("数据库不是空的，没有改动它。"))
            upgrade.run_migrations(connection, migrations, to=version)
            with _references_deferred(connection):
                load(connection)
            _set_counters(connection)
            upgrade.run_migrations(connection, migrations)
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None) and cause_in_store(error)  # type: ignore[arg-type]  # it has an origin
        raise StorageError(
            _("资料没有写进数据库，已保持原样：{cause}").format(cause=cause or error)
        ) from error


@contextmanager
def _references_deferred(connection: Connection) -> Iterator[None]:
    """Rows may refer to rows that come later; on SQLite the upgrade around it judges them at its end."""
    if connection.dialect.name == "sqlite":
        yield
        return
    found = [(row[0], row[1]) for row in connection.execute(_FOREIGN_KEYS)]
    for table, name in found:
        connection.execute(
            text(f'ALTER TABLE {table} ALTER CONSTRAINT "{name}" DEFERRABLE INITIALLY DEFERRED')
        )
    yield
    connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    for table, name in found:
        connection.execute(text(f'ALTER TABLE {table} ALTER CONSTRAINT "{name}" NOT DEFERRABLE'))


def _set_counters(connection: Connection) -> None:
    """New rows get keys above those that came (SQLite looks at the rows themselves)."""
    if connection.dialect.name == "sqlite":
        return
    inspector = inspect(connection)
    for table in inspector.get_table_names():
        for column in inspector.get_columns(table):
            if "nextval" not in str(column.get("default")):
                continue
            name = column["name"]
            connection.execute(
                text(
                    f"SELECT setval(pg_get_serial_sequence('\"{table}\"', '{name}'), "  # noqa: S608 — our own names
                    f'(SELECT coalesce(max("{name}"), 0) + 1 FROM "{table}"), false)'
                )
            )
