"""Statements that were built beforehand, and are sent to the driver as they were compiled once.

For each statement that is executed SQLAlchemy makes a context, looks for the compiled text and puts its parameters and
results together by it: for a short one that takes several times as long as the database needs for its rows
(docs/decisions/0020). Here the text, the order of its parameters and what is done to each value are found once.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.dml import UpdateBase

_MOST = 4096
"""Statements known at once; those made for one actor each come and go."""

_UNKNOWN: Any = object()
_Process = Callable[[Any], Any]


class _Text(NamedTuple):
    """A compiled statement: its own values, what is done to given ones, and their order where they have no names."""

    sql: str
    own: Mapping[str, Any]
    given: Mapping[str, _Process | None]
    order: Sequence[str] | None
    types: Sequence[Any]
    reads: dict[tuple[Any, ...], list[tuple[int, _Process]]]
    """By the driver's types of a result: which of its columns are put into another form, and how."""


class Prepared:
    """The compiled statements of one engine."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._texts: dict[Any, _Text | None] = {}
        self.noted: dict[Any, Any] = {}
        """What whoever sends a statement has found out about it."""

    def rows(self, connection: Connection, statement: Any, values: Mapping[str, Any]) -> list[Any]:
        """The rows that a statement finds or returns. Raises what executing it by the connection would."""
        found, read = self.stored(connection, statement, values)
        return found if read is None else [read(row) for row in found]

    def stored(
        self, connection: Connection, statement: Any, values: Mapping[str, Any]
    ) -> tuple[list[Any], Callable[[Sequence[Any]], Any] | None]:
        """The rows as the store keeps them (keys are the same there), and how one is read; None if as it is."""
        text = self._text(connection, statement, values)
        if text is None:
            return list(connection.execute(statement, values)), None
        cursor = self._sent(connection, text, values)
        found: list[Any] = cursor.fetchall()
        return found, self._read(text, cursor.description) if found else None

    def change(self, connection: Connection, statement: Any, values: Mapping[str, Any]) -> int:
        """Carry out an insert of one row, or an update or a delete: how many rows that concerned. Raises as `rows`."""
        text = self._text(connection, statement, values)
        if text is None:
            return connection.execute(statement, values).rowcount
        return int(self._sent(connection, text, values).rowcount)

    def change_each(self, connection: Connection, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
        """Carry out an insert, an update or a delete for each of the rows, which name the same values. Raises as `rows`."""
        text = self._text(connection, statement, rows[0])
        if text is None:
            connection.execute(statement, [dict(row) for row in rows])
            return
        self._send(connection, text, [self._filled(text, row) for row in rows], self._dialect.do_executemany)

    def _text(self, connection: Connection, statement: Any, values: Mapping[str, Any]) -> _Text | None:
        """None for what goes the connection's own way."""
        # Whoever listens to what is executed is told of it.
        if connection._has_events or connection.engine._has_events:  # noqa: SLF001 — nothing public tells it
            return None
        known = self._texts.get(statement, _UNKNOWN)  # asked once: another thread may let all go meanwhile
        return self._learn(statement, values) if known is _UNKNOWN else known

    def _sent(self, connection: Connection, text: _Text, values: Mapping[str, Any]) -> Any:
        return self._send(connection, text, self._filled(text, values), self._dialect.do_execute)

    def _filled(self, text: _Text, values: Mapping[str, Any]) -> Any:
        """The parameters as the driver wants them."""
        known = dict(text.own)
        for name, process in text.given.items():
            known[name] = values[name] if process is None else process(values[name])
        return known if text.order is None else [known[name] for name in text.order]

    def _send(self, connection: Connection, text: _Text, sent: Any, execute: Callable[..., None]) -> Any:
        try:
            cursor = connection.connection.cursor()
            execute(cursor, text.sql, sent)
        except self._dialect.loaded_dbapi.Error as error:
            raise self._told(connection, text, error) from error
        return cursor

    def _learn(self, statement: Any, values: Mapping[str, Any]) -> _Text | None:
        if len(self._texts) >= _MOST:
            self._texts.clear()
            self.noted.clear()
        columns = list(values) if isinstance(statement, UpdateBase) else None
        compiled = statement.compile(dialect=self._dialect, column_keys=columns)
        whole = compiled.construct_expanded_state(dict(values))
        text = None
        if (
            whole.parameters.keys() >= values.keys()
        ):  # what is given does not change the text, as a list would
            # Of values that a list was spread to, and of all others.
            processors: Mapping[str, Any] = {**compiled._bind_processors, **whole.processors}  # noqa: SLF001
            text = _Text(
                sql=whole.statement,
                own={
                    name: processors[name](value) if name in processors else value
                    for name, value in whole.parameters.items()
                    if name not in values
                },
                given={name: processors.get(name) for name in values},
                order=whole.positiontup,
                types=[one.type for one in compiled._result_columns],  # noqa: SLF001 — nothing public tells them in order
                reads={},
            )
        self._texts[statement] = text
        return text

    def _read(self, text: _Text, description: Any) -> Callable[[Sequence[Any]], Any] | None:
        kinds = tuple([one[1] for one in description])
        if kinds not in text.reads:
            made = [
                (place, one._cached_result_processor(self._dialect, kind))  # noqa: SLF001
                for place, (one, kind) in enumerate(zip(text.types, kinds, strict=True))
            ]
            text.reads[kinds] = [(place, process) for place, process in made if process is not None]
        reads = text.reads[kinds]

        def read(row: Sequence[Any]) -> tuple[Any, ...]:
            values = list(row)
            for place, process in reads:
                if values[place] is not None:
                    values[place] = process(values[place])
            return tuple(values)

        return read if reads else None

    def _told(self, connection: Connection, text: _Text, error: Exception) -> BaseException:
        """The driver's error as SQLAlchemy would have it; a connection that is lost goes back to no pool."""
        lost = self._dialect.is_disconnect(error, connection.connection.driver_connection, None)  # type: ignore[arg-type]
        told = DBAPIError.instance(
            text.sql,
            None,
            error,
            self._dialect.loaded_dbapi.Error,
            hide_parameters=True,
            connection_invalidated=lost,
            dialect=self._dialect,
        )
        if lost:
            connection.invalidate(error)
        return told
