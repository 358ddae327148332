"""Appending to the audit trail. An event is written in the same transaction as the act that it records.

Canonical form (docs/audit-trail.md has it with an example): JSON in UTF-8, keys sorted by code point, no white space, no
escapes but those that JSON demands, no fractions; moments as `2026-03-02T08:00:00.000000Z`. What is hashed begins with
a line that says what it is:

    event       SHA-256 of "mediation event 1", a line feed, and the canonical object of every column but id and hash
    commitment  SHA-256 of "mediation detail 1", a line feed, and the canonical object of name, salt and value

`previous` is the hash of the event before in the chain, empty for the first.
"""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from mediation.audit.models import AuditEvent, Erasure, EventDetail
from mediation.audit.queries import ChainEnd, event_ids, last_event
from mediation.errors import CaseChanged, NotFound
from mediation.storage import turns
from mediation.storage.engine import RECORDED, add_row, change_rows

INSTANCE = "instance"
"""The chain of what happens to the instance itself: configuration, accounts, tokens, exports."""
ERASED = "details.erased"
_SALT = 16
_EVENT_KIND = "mediation event 1"
_DETAIL_KIND = "mediation detail 1"
_EVENTS = AuditEvent.metadata.tables["audit_event"]
_DETAILS = EventDetail.metadata.tables["event_detail"]
_INSERT_EVENT = insert(_EVENTS).returning(_EVENTS.c.id)
_INSERT_DETAIL = insert(_DETAILS).inline()
_INSERT_ERASURE = insert(Erasure.metadata.tables["erasure"])


def append(
    session: Session,
    *,
    chain: str,
    act: str,
    actor: str,
    recorded_at: datetime,
    occurred_at: datetime | None = None,
    unit: str = "",
    from_state: str | None = None,
    to_state: str | None = None,
    version: int | None = None,
    facts: Mapping[str, Any] | None = None,
    details: Mapping[str, Any] | None = None,
    last: ChainEnd | None = None,
) -> ChainEnd:
    """Append an event to a chain and return where the chain ends now (its `ordinal` and `hash`).

    `facts` are codes, ids and hashes in clear; `details` may be personal data: only salted commitments to them enter the
    chain, their values lie encrypted beside it. `occurred_at` is what is claimed, `recorded_at` the clock's: if the clock has
    gone back, the time of the event before is kept and the fact `clock_back` set. `last` spares the read of the chain's
    end. Raises CaseChanged if another transaction appended first; ValueError for fractions or keys that are not text.
    """
    if chain == INSTANCE:
        take_turn(session)
    end = last or last_event(session, chain)
    kept = dict(facts or {})
    recorded = recorded_at.astimezone(UTC)
    if end is not None and recorded < end.recorded_at:
        recorded = end.recorded_at
        kept["clock_back"] = True
    salted = {
        name: {"salt": os.urandom(_SALT).hex(), "value": value} for name, value in (details or {}).items()
    }
    row: dict[str, Any] = {
        "chain": chain,
        "ordinal": end.ordinal + 1 if end else 1,
        "recorded_at": recorded,
        "occurred_at": (occurred_at or recorded_at).astimezone(UTC),
        "actor": actor,
        "unit": unit,
        "act": act,
        "from_state": from_state,
        "to_state": to_state,
        "version": version,
        "facts": kept,
        "commitments": {name: commitment(name, one["salt"], one["value"]) for name, one in salted.items()},
        "previous": end.hash if end else "",
    }
    row["hash"] = event_hash(row)
    _write(session, row, salted)
    session.info.setdefault(RECORDED, []).append(row)
    return ChainEnd(chain, row["ordinal"], row["hash"], recorded)


def take_turn(session: Session) -> None:
    """Be the only one, to the end of the transaction, who appends to the instance's chain; what is read now still holds then.

    Other chains have a row of their own that whoever appends has written or holds. Lock such rows before.
    """
    turns.take(session, INSTANCE)


def erase(
    session: Session,
    *,
    chain: str,
    ordinals: Sequence[int],
    by_two: tuple[str, str],
    reason: str,
    now: datetime,
    unit: str = "",
) -> ChainEnd:
    """Delete the details of some events for good, and record that as an event of its own; the chain still verifies.

    `by_two` are the two persons (codes) who decided it, `reason` a code. Whether a duty to keep still stands is judged by
    the caller. Raises ValueError if it is one person twice, NotFound if an event is not in the chain.
    """
    if by_two[0] == by_two[1]:
        raise ValueError("an erasure is decided by two persons")
    wanted = sorted(set(ordinals))
    ids = event_ids(session, chain, wanted)
    if len(ids) != len(wanted):
        raise NotFound
    connection = session.connection()
    connection.execute(delete(_DETAILS).where(_DETAILS.c.event_id.in_(ids.values())))
    for ordinal in wanted:
        row = {"chain": chain, "ordinal": ordinal, "erased_at": now, "by_two": list(by_two), "reason": reason}
        connection.execute(_INSERT_ERASURE, row)
    facts = {"ordinals": wanted, "by": list(by_two), "reason": reason}
    return append(session, chain=chain, act=ERASED, actor=by_two[0], unit=unit, recorded_at=now, facts=facts)


def event_hash(columns: Mapping[str, Any]) -> str:
    """The hash of an event from its columns (all but id and hash), as lower-case hexadecimal."""
    return sealed_hash(_EVENT_KIND, {name: columns[name] for name in HASHED_COLUMNS})


def commitment(name: str, salt: str, value: Any) -> str:
    """What binds an event to a detail without telling it."""
    return sealed_hash(_DETAIL_KIND, {"name": name, "salt": salt, "value": value})


def sealed_hash(kind: str, content: Mapping[str, Any]) -> str:
    """SHA-256 over a line that says what is hashed and the canonical form of the content."""
    return hashlib.sha256(f"{kind}\n".encode() + canonical(content)).hexdigest()


def canonical(value: Any) -> bytes:
    """The one spelling of a value. Raises ValueError for fractions, keys that are not text, lone surrogates, naive times."""
    plain = json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return plain.encode()


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a moment without its zone has no canonical form")
        return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise ValueError("the keys of an event's facts and details are text")
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        return [_plain(one) for one in value]
    raise ValueError(f"{type(value).__name__} has no canonical form: give codes, whole numbers or text")


HASHED_COLUMNS = tuple(column.name for column in _EVENTS.columns if column.name not in {"id", "hash"})


def _write(session: Session, row: dict[str, Any], salted: dict[str, Any]) -> None:
    try:
        key = add_row(session, _INSERT_EVENT, **row)
    except IntegrityError as error:
        if _is_clash(error):
            raise CaseChanged from error
        raise
    if salted:
        change_rows(session, _INSERT_DETAIL, event_id=key, details=salted)


def _is_clash(error: IntegrityError) -> bool:
    """Whether the place in the chain is taken: the unique key on PostgreSQL, the guarding trigger or it on SQLite."""
    name = getattr(error.orig, "sqlite_errorname", None) or getattr(error.orig, "sqlstate", None)
    return name in {"SQLITE_CONSTRAINT_TRIGGER", "SQLITE_CONSTRAINT_UNIQUE", "23505"}
