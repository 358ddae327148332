"""Which fields of which tables hold what persons said, are called and can be found by; found by the tables themselves.

A new table with an encrypted column and a reference to the case, or to one of its rows, is erased without a word here.
One without such a reference must be named below, or a test fails.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, LargeBinary, or_, update
from sqlalchemy import Table as SqlTable
from sqlmodel import Session

from mediation.cases.erasure import queries
from mediation.cases.models import Dispute, Party
from mediation.language import _
from mediation.storage.encrypted import Encrypted, EncryptedBytes
from mediation.storage.engine import Table

NOT_OF_ONE_CASE: Mapping[str, str] = {
    "person": "people who work here",
    "account": "their logins",
    "absence": "why somebody who works here is away",
    "case_series": "a title for many cases: erased with the last of them",
    "event_detail": "erased by the trail itself, which records that",
    "supervision_week": "what a unit says of its own week",
    "idempotency_key": "answers to programs: those that name the case are deleted",
    "export_request": "why somebody who works here wants a list",
    "webhook": "addresses and secrets of other programs",
}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_SHORTEST = 2
"""Characters of the shortest name that is taken out of texts: one character stands for too much."""


def erased_word() -> str:
    """What stands where something was erased."""
    return _("（已删除）")


def encrypted_columns(table: SqlTable) -> list[Column[Any]]:
    """The encrypted columns of a table."""
    return [column for column in table.columns if isinstance(column.type, Encrypted)]


def look_up_columns(table: SqlTable) -> list[Column[Any]]:
    """The keyed hashes by which a person is found."""
    return [
        column
        for column in table.columns
        if isinstance(column.type, LargeBinary) and column.name.endswith("_key")
    ]


def of_case(table: SqlTable, case_id: int) -> ColumnElement[bool] | None:
    """Which rows of a table are the case's: by a reference to it or to one of its rows; None if there is no such."""
    if table.name == "dispute":
        return table.c.id == case_id
    direct = _references(table, "dispute")
    if direct:
        return or_(*(column == case_id for column in direct))
    through = []
    for key in table.foreign_keys:
        other = key.column.table
        own = _references(other, "dispute")
        if own:
            condition = or_(*(column == case_id for column in own))
            through.append(key.parent.in_(queries.keys_among(other, condition)))
    return or_(*through) if through else None


def erase_whole(session: Session, case: Dispute) -> None:
    """Every encrypted field and every look-up key of every row of the case."""
    assert case.id is not None
    for table in Table.metadata.sorted_tables:
        condition = of_case(table, case.id)
        if condition is not None and table.name not in NOT_OF_ONE_CASE:
            _wipe(session, table, condition)


def erase_party(session: Session, case: Dispute, party: Party, names: Iterable[str]) -> None:
    """The party's own rows as a whole, all snapshots of papers, and the names wherever else they stand in the case.

    What it gave goes in main cases too, where it came along without being a party's: nobody there could ask for that.
    """
    assert case.id is not None
    assert party.id is not None
    wanted = sorted({name for name in names if len(name) >= _SHORTEST}, key=len, reverse=True)
    for table in Table.metadata.sorted_tables:
        condition = of_case(table, case.id)
        if condition is None or table.name in NOT_OF_ONE_CASE:
            continue
        own = _of_party(table, party)
        if own is not None:
            _wipe(session, table, condition & own)
        if encrypted_columns(table):
            _change(session, table, condition, lambda value: _without(value, wanted))
    _drop_strikes(session, case.id, party.id)
    evidence = Table.metadata.tables["evidence"]
    _wipe(session, evidence, evidence.c.id.in_(queries.pieces_of_giver(party.id)))


def wiped(value: Any) -> Any:
    """A value of the same shape that tells nothing: pages and papers that read it go on working."""
    if isinstance(value, str):
        return "" if not value or _DAY.match(value) else erased_word()
    if isinstance(value, dict):
        return {key: wiped(one) for key, one in value.items()}
    if isinstance(value, list):
        return []
    return value if value is None or isinstance(value, bool) else 0


def wipe_column(session: Session, table: SqlTable, condition: ColumnElement[bool]) -> None:
    """Every encrypted field of some rows, for what is named in NOT_OF_ONE_CASE."""
    _wipe(session, table, condition)


def _of_party(table: SqlTable, party: Party) -> ColumnElement[bool] | None:
    """Which of the case's rows are the party's; of papers all, since each names every party."""
    if table.name == "party":
        return table.c.id == party.id
    if table.name == "document":
        return table.c.id.is_not(None)
    if table.name == "visit":
        return table.c.party == party.ordinal
    found = _references(table, "party")
    return or_(*(column == party.id for column in found)) if found else None


def _drop_strikes(session: Session, case_id: int, party_id: int) -> None:
    """What corrections changed of the party goes; that of others stays, for their former names are known by it."""
    table = Table.metadata.tables["correction"]
    for key, struck in queries.rows(session, table, [table.c.struck], table.c.case_id == case_id):
        left = [one for one in struck or () if (one["table"], one["id"]) != ("party", party_id)]
        if left != (struck or []):
            session.connection().execute(update(table).where(table.c.id == key).values(struck=left))


def _references(table: SqlTable, to: str) -> list[Column[Any]]:
    return [key.parent for key in table.foreign_keys if key.column.table.name == to]


def _wipe(session: Session, table: SqlTable, condition: ColumnElement[bool]) -> None:
    keys = look_up_columns(table)
    if keys:
        values: dict[str, Any] = {column.name: None if column.nullable else b"" for column in keys}
        session.connection().execute(update(table).where(condition).values(values))
    _change(session, table, condition, wiped)


def _change(
    session: Session, table: SqlTable, condition: ColumnElement[bool], change: Callable[[Any], Any]
) -> None:
    """Write the encrypted fields of some rows anew, where the change makes a difference."""
    columns = encrypted_columns(table)
    if not columns:
        return
    wiping = change is wiped
    names = [column.name for column in table.primary_key]
    for row in queries.rows(session, table, columns, condition):
        changed = _changed(columns, row[len(names) :], change, wiping=wiping)
        if changed:
            here = [table.c[name] == value for name, value in zip(names, row, strict=False)]
            session.connection().execute(update(table).where(*here).values(changed))


def _changed(
    columns: Sequence[Column[Any]], values: Sequence[Any], change: Callable[[Any], Any], *, wiping: bool
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for column, value in zip(columns, values, strict=True):
        if value is None:
            continue
        if isinstance(column.type, EncryptedBytes):
            if wiping:
                found[column.name] = None if column.nullable else b""
        elif wiping and column.nullable:
            found[column.name] = None
        elif (after := change(value)) != value:
            found[column.name] = after
    return found


def _without(value: Any, names: Sequence[str]) -> Any:
    if isinstance(value, str):
        for name in names:
            value = value.replace(name, erased_word())
        return value
    if isinstance(value, dict):
        return {key: _without(one, names) for key, one in value.items()}
    if isinstance(value, list):
        return [_without(one, names) for one in value]
    return value
