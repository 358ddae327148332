"""A session that finds rows by the connection itself and makes objects of them without the mapper's work for each query.

What it tells is what SQLModel's own session tells: the same objects, one for each row within a session. The mapper
prepares anew for every query how each column of its rows is to be read, which takes longer than the query; here it is
known once for each class. What is asked in another way than by a plain select of one class, or of columns, goes the
mapper's way (docs/decisions/0020).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import CompoundSelect, Connection, Engine, Integer, Select, bindparam, inspect, select
from sqlalchemy.engine import IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.orm import Mapper, SessionTransaction
from sqlalchemy.orm.attributes import instance_state, set_committed_value
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import AutoString, Session
from sqlmodel.sql.expression import SelectOfScalar

from mediation.storage import flushing
from mediation.storage.encrypted import Encrypted
from mediation.storage.prepared import Prepared

_Read = Callable[[Sequence[Any]], Any]
_NOTHING: Mapping[str, Any] = {}
_ONE_COLUMN = SimpleResultMetaData(("found",))
_OWN_WAY = frozenset({"yield_per", "stream_results", "identity_token"})
"""Options of a statement that only the mapper understands."""


class _Shape(NamedTuple):
    """How objects of a class are made of rows: the attribute of each column, and which columns are the key."""

    entity: type[Any]
    new: Callable[[], Any]
    attributes: tuple[str, ...]
    key: tuple[int, ...]


class QuickSession(Session):
    """SQLModel's session; plain selects and `get` are quicker, and those that were built beforehand (`rows`) most of all."""

    def __init__(self, engine: Engine, prepared: Prepared | None = None, **more: Any) -> None:
        super().__init__(engine, **more)
        self._prepared = prepared or Prepared(engine.dialect)
        self._linked: tuple[SessionTransaction, Connection] | None = None

    def connection(self, bind_arguments: Any = None, execution_options: Any = None) -> Connection:
        """As the session's `connection`; that of the transaction it is in is at hand."""
        begun = self.get_nested_transaction() or self.get_transaction()
        if self._linked is not None and self._linked[0] is begun and begun.is_active:
            return self._linked[1]
        found = super().connection(bind_arguments, execution_options)
        begun = self.get_nested_transaction() or self.get_transaction()
        self._linked = None if begun is None else (begun, found)
        return found

    def rows(self, statement: Any, values: Mapping[str, Any]) -> list[Any]:
        """What a select tells that is kept by who built it: objects, values, or tuples of values."""
        noted = self._prepared.noted.get(statement)
        if noted is None:
            anew = bool(statement.get_execution_options().get("populate_existing"))
            noted = self._prepared.noted[statement] = (*_read_as(statement, _NOTHING), anew)
        plain, shape, anew = noted
        if not plain:
            return list(super().exec(statement, params=values))
        if self.autoflush:
            self.flush()
        found, read = self._prepared.stored(self.connection(), statement, values)
        if shape is not None:
            return self._objects(shape, found, read, anew=anew)
        if isinstance(statement, SelectOfScalar):
            return [row[0] if read is None else read(row)[0] for row in found]
        return found if read is None else [read(row) for row in found]

    def flush(self, objects: Any = None) -> None:
        """As the session's `flush`; a few new or changed objects are written by statements at hand.

        Raises what the store raises; the transaction, or the savepoint around it, is then to be undone by the caller.
        """
        writes = None
        if objects is None and not self.deleted:
            changed, new = list(self.dirty), list(self.new)
            if not changed and not new:
                return
            writes = flushing.planned(changed, new)
        if writes is None:
            super().flush() if objects is None else super().flush(objects)
            return
        flushing.send(self, writes)
        self._register_persistent({instance_state(one.one) for one in writes})

    def exec(
        self,
        statement: Any,
        *,
        params: Any = None,
        execution_options: Mapping[str, Any] = _NOTHING,
        **more: Any,
    ) -> Any:
        """As the session's `exec`. Raises what the store raises."""
        known, shape = (False, None) if more else _read_as(statement, execution_options)
        if not known:
            return super().exec(statement, params=params, execution_options=execution_options, **more)
        if self.autoflush:
            self.flush()
        found = self.connection().execute(statement, params or {}, execution_options=execution_options)
        if shape is not None:
            anew = bool({**statement.get_execution_options(), **execution_options}.get("populate_existing"))
            objects = self._objects(shape, found.fetchall(), None, anew=anew)
            return IteratorResult(_ONE_COLUMN, iter(objects), _source_supports_scalars=True).scalars()
        return found.scalars() if isinstance(statement, SelectOfScalar) else found

    def change(self, statement: Any, values: Mapping[str, Any]) -> int:
        """Carry out an insert of one row, or an update or a delete (how many rows?), that is kept by who built it."""
        return self._prepared.change(self.connection(), statement, values)

    def change_each(self, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
        """Carry out an insert, an update or a delete that is kept by who built it, for each of these rows."""
        self._prepared.change_each(self.connection(), statement, rows)

    def added(self, statement: Any, values: Mapping[str, Any]) -> Any:
        """Carry out an insert of one row that returns one value, and tell it."""
        return self._prepared.rows(self.connection(), statement, values)[0][0]

    def get(self, entity: Any, ident: Any, *, populate_existing: bool | None = None, **more: Any) -> Any:
        """As the session's `get`. Raises what the store raises."""
        shape = None if more or isinstance(ident, dict) else _shape(inspect(entity))
        if shape is None:
            return super().get(entity, ident, populate_existing=populate_existing, **more)
        values = ident if isinstance(ident, tuple) else (ident,)
        if not populate_existing:
            known = self.identity_map.get((entity, values, None))
            if known is not None and not instance_state(known).expired:
                return known
        if self.autoflush:
            self.flush()
        named = {f"key_{place}": value for place, value in enumerate(values)}
        found, read = self._prepared.stored(self.connection(), _by_key(entity), named)
        return next(iter(self._objects(shape, found, read, anew=bool(populate_existing))), None)

    def _objects(
        self, shape: _Shape, rows: Iterable[Sequence[Any]], read: _Read | None, *, anew: bool
    ) -> list[Any]:
        """One object for each row: the one that the session has already, untouched unless it is read anew, or a new one."""
        found = []
        for row in rows:
            key = (shape.entity, tuple([row[place] for place in shape.key]), None)
            known = self.identity_map.get(key)
            if known is None:
                found.append(self._made(shape, key, row if read is None else read(row)))
                continue
            found.append(known)
            forgotten = instance_state(known).expired_attributes
            if anew or forgotten:
                told = row if read is None else read(row)
                for name, value in zip(shape.attributes, told, strict=True):
                    if anew or name in forgotten:
                        set_committed_value(known, name, value)
        return found

    def _made(self, shape: _Shape, key: Any, row: Sequence[Any]) -> Any:
        made = shape.new()
        state = instance_state(made)
        state.dict.update(zip(shape.attributes, row, strict=True))
        state.key, state.session_id = key, self.hash_key
        self.identity_map.add(state)
        return made


def _read_as(statement: Any, given: Mapping[str, Any]) -> tuple[bool, _Shape | None]:
    """Whether the statement can go the quick way; and the shape of its objects, None if it asks for values only."""
    if isinstance(statement, CompoundSelect):
        return True, None
    if not isinstance(statement, Select) or statement._with_options:  # noqa: SLF001 — nothing public tells it
        return False, None
    if not (_OWN_WAY.isdisjoint(statement.get_execution_options()) and _OWN_WAY.isdisjoint(given)):
        return False, None
    parts = statement._raw_columns  # noqa: SLF001 — `column_descriptions` is dearer than the query
    objects = [part for part in parts if part.is_selectable and not isinstance(part, FunctionElement)]
    if (
        not objects
    ):  # to tell a class's own columns apart a result compares them, and ciphertexts let no one do that
        return not any(isinstance(getattr(part, "type", None), Encrypted) for part in parts), None
    shape = _shape(objects[0]._annotations.get("parententity")) if len(parts) == 1 else None  # noqa: SLF001
    return shape is not None, shape


@cache
def _shape(mapper: Any) -> _Shape | None:
    """How a class is read; None of what is none, of an alias, or of a class that is more than the columns of one table."""
    if not isinstance(mapper, Mapper):
        return None
    plain = [*mapper.column_attrs] == [*mapper.attrs] and all(
        not attribute.deferred and attribute.columns == [attribute.expression]
        for attribute in mapper.column_attrs
    )
    if not plain or mapper.polymorphic_on is not None or mapper.inherits is not None:
        return None
    columns = list(select(mapper.class_).selected_columns)
    attributes = tuple(mapper.get_property_by_column(mapper.local_table.c[one.name]).key for one in columns)
    places = {one.name: place for place, one in enumerate(columns)}
    key = tuple(places[one.name] for one in mapper.primary_key)
    if any(
        not isinstance(one.type, Integer | AutoString) for one in mapper.primary_key
    ):  # stored in another form
        return None
    return _Shape(mapper.class_, mapper.class_manager.new_instance, attributes, key)


@cache
def _by_key(entity: type[Any]) -> Any:
    keys = inspect(entity).primary_key
    return select(entity).where(
        *(one == bindparam(f"key_{place}", type_=one.type) for place, one in enumerate(keys))
    )
