"""Rows of any table as lines that mean the same on every store, and back. Ciphertexts stay what they are.

One line is a JSON array of the columns' values. Kinds: `integer`, `text`, `boolean` as JSON has them; `json` the stored
text; `bytes` base64; `date` 2026-03-02; `moment` 2026-03-02T01:00:00.000000Z.
"""

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import IO, Any

import sqlalchemy as sa
from sqlalchemy import Connection

from mediation.errors import StorageError
from mediation.language import _

_BATCH = 500
_KINDS: Sequence[tuple[type[sa.types.TypeEngine[Any]], str]] = (
    (sa.Boolean, "boolean"),
    (sa.Integer, "integer"),
    (sa.JSON, "json"),
    (sa.LargeBinary, "bytes"),
    (sa.DateTime, "moment"),
    (sa.Date, "date"),
    (sa.String, "text"),
)
_STORED: Mapping[str, sa.types.TypeEngine[Any]] = {
    "boolean": sa.Boolean(),
    "integer": sa.BigInteger(),
    "bytes": sa.LargeBinary(),
    "date": sa.Date(),
    "text": sa.String(),
    "json": sa.String(),
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column's name and the kind of its values."""

    name: str
    kind: str


def columns_of(table: sa.Table) -> list[Column]:
    """The columns of a table as the store tells of it."""
    return [Column(column.name, kind_of(column.type)) for column in table.columns]


def kind_of(stored: sa.types.TypeEngine[Any]) -> str:
    """The kind of a column's values. Raises StorageError for one that a backup does not know."""
    plain = stored.impl_instance if isinstance(stored, sa.types.TypeDecorator) else stored
    for known, kind in _KINDS:
        if isinstance(plain, known):
            return kind
    raise StorageError(_("备份不认识这种列：{kind}").format(kind=repr(stored)))


def readable(table: sa.Table, columns: Sequence[Column], *, on_sqlite: bool) -> list[Any]:
    """What is selected of a table, so that nothing is decrypted and JSON stays the text that was written."""
    return [_readable(table.c[column.name], column.kind, on_sqlite=on_sqlite) for column in columns]


def _readable(column: Any, kind: str, *, on_sqlite: bool) -> Any:
    if kind == "bytes":
        return sa.type_coerce(column, sa.LargeBinary)
    if kind == "json":
        return (sa.type_coerce if on_sqlite else sa.cast)(column, sa.String)
    return column


def line(row: Sequence[Any], columns: Sequence[Column]) -> bytes:
    """One row as one line."""
    values = [
        None if value is None else _WRITTEN.get(column.kind, _as_is)(value)
        for column, value in zip(columns, row, strict=True)
    ]
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def load(connection: Connection, table: str, columns: Sequence[Column], source: IO[bytes]) -> int:
    """Insert the rows of one part; how many."""
    on_sqlite = connection.dialect.name == "sqlite"
    statement = _insert(table, columns, on_sqlite=on_sqlite)
    count = 0
    for batch in _batches(_lines(source)):
        rows = [
            {
                f"b_{column.name}": None if value is None else _READ.get(column.kind, _as_is)(value)
                for column, value in zip(columns, json.loads(one), strict=True)
            }
            for one in batch
        ]
        connection.execute(statement, rows)
        count += len(rows)
    return count


def _insert(table: str, columns: Sequence[Column], *, on_sqlite: bool) -> sa.Insert:
    target = sa.table(table, *(sa.column(column.name) for column in columns))
    values: dict[str, Any] = {}
    for column in columns:
        moment = sa.DateTime(timezone=not on_sqlite)
        bound = sa.bindparam(f"b_{column.name}", type_=_STORED.get(column.kind, moment))
        as_json = column.kind == "json" and not on_sqlite
        values[column.name] = sa.cast(bound, sa.JSON) if as_json else bound
    return sa.insert(target).values(values)


def _lines(source: IO[bytes]) -> Iterator[bytes]:
    rest = b""
    while piece := source.read(1 << 20):
        *whole, rest = (rest + piece).split(b"\n")
        yield from whole
    if rest:
        raise StorageError(_("备份里有一行没有写完。"))


def _batches(lines: Iterator[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    for one in lines:
        batch.append(one)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _as_is(value: Any) -> Any:
    return value


def _spoken_moment(value: datetime) -> str:
    aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return aware.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


_WRITTEN: Mapping[str, Callable[[Any], Any]] = {
    "bytes": lambda value: base64.b64encode(bytes(value)).decode(),
    "moment": _spoken_moment,
    "date": date.isoformat,
    "boolean": bool,
}
_READ: Mapping[str, Callable[[Any], Any]] = {
    "bytes": lambda value: base64.b64decode(value, validate=True),
    "moment": datetime.fromisoformat,
    "date": date.fromisoformat,
}
