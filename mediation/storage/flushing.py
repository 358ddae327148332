"""New and changed objects written by statements that were built once for each class, without the unit of work.

That asks at each flush what depends on what; here nothing does, for the classes know no relationships: changes are sent
first, then what is new, in the order in which it was added (docs/decisions/0020).
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Integer, Table, bindparam, insert, inspect, update
from sqlalchemy.orm import Mapper
from sqlalchemy.orm.attributes import instance_state, set_committed_value
from sqlalchemy.orm.base import LoaderCallableStatus
from sqlalchemy.orm.exc import StaleDataError

MOST = 8
"""Objects at once: more are better sent together, which the mapper does."""


class Writer(Protocol):
    """Sends statements that are kept by who built them."""

    def change(self, statement: Any, values: Mapping[str, Any]) -> int: ...

    def added(self, statement: Any, values: Mapping[str, Any]) -> Any: ...


class _Way(NamedTuple):
    """How objects of a class are written: columns by attribute but the key, and which of them the store fills if nothing is said."""

    table: Table
    key: str
    columns: Mapping[str, Any]
    filled: frozenset[str]
    entering: Any


class _Write(NamedTuple):
    """One object's statement, none if it has changed in nothing; and the attribute that learns the key of a new one."""

    one: Any
    statement: Any
    values: Mapping[str, Any]
    learns: str | None = None


def planned(changed: list[Any], new: list[Any]) -> list[_Write] | None:
    """What is to be sent for these objects, in order; None if they are to go the mapper's way."""
    if len(changed) + len(new) > MOST:
        return None
    writes = []
    for ask, objects in ((_altering, sorted(changed, key=_place)), (_entering, new)):
        for one in objects:
            way = _way(inspect(type(one)))
            write = None if way is None else ask(way, one)
            if write is None:
                return None
            writes.append(write)
    return writes


def _place(one: Any) -> tuple[str, Any]:
    """Changes go in one order always: two transactions that change the same rows must not wait for each other."""
    key = instance_state(one).key
    return type(one).__name__, key[1] if key else ()


def send(writer: Writer, writes: list[_Write]) -> None:
    """Send them; new objects learn their keys. Raises what the store raises, and StaleDataError if a changed row is gone."""
    for one, statement, values, key in writes:
        if statement is None:
            continue
        if key is not None:
            set_committed_value(one, key, writer.added(statement, values))
        elif writer.change(statement, values) != 1:
            raise StaleDataError(f"{type(one).__name__}: the row that was to be changed is not there")


def _altering(way: _Way, one: Any) -> _Write | None:
    state = instance_state(one)
    known = state.dict
    if way.key not in known:  # forgotten with the rest
        return None
    changed = {}
    for name, before in state.committed_state.items():
        column = way.columns.get(name)
        if column is None or name not in known:
            return None
        if isinstance(before, LoaderCallableStatus) or not column.type.compare_values(before, known[name]):
            changed[column.name] = known[name]
    if not changed:
        return _Write(one, None, {})
    values = {f"new_{name}": value for name, value in changed.items()}
    statement = _updating(way.table, tuple(sorted(changed)))
    return _Write(one, statement, {"of_key": known[way.key], **values})


def _entering(way: _Way, one: Any) -> _Write | None:
    known = instance_state(one).dict
    if known.get(way.key) is not None or not known.keys() >= way.columns.keys():
        return None
    if any(known[name] is None for name in way.filled):
        return None
    return _Write(
        one, way.entering, {column.name: known[name] for name, column in way.columns.items()}, way.key
    )


@cache
def _way(mapper: Mapper[Any]) -> _Way | None:
    """None of a class that is more than the columns of one table, or whose key is not one number that the store gives."""
    table = mapper.local_table
    if not isinstance(table, Table) or mapper.inherits is not None or mapper.version_id_col is not None:
        return None
    if [*mapper.column_attrs] != [*mapper.attrs] or len(table.primary_key) != 1:
        return None
    key = table.autoincrement_column
    if key is None or not isinstance(key.type, Integer):
        return None
    columns = {
        mapper.get_property_by_column(column).key: column for column in table.columns if column is not key
    }
    return _Way(
        table,
        mapper.get_property_by_column(key).key,
        columns,
        frozenset(
            name
            for name, column in columns.items()
            if column.default is not None or column.server_default is not None
        ),
        insert(table).returning(key),
    )


@cache
def _updating(table: Table, columns: tuple[str, ...]) -> Any:
    key = table.autoincrement_column
    assert key is not None
    return (
        update(table)
        .where(key == bindparam("of_key", type_=key.type))
        .values({name: bindparam(f"new_{name}") for name in columns})
    )
