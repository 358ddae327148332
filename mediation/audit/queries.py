"""Reads of the audit trail. Chains hold no personal data, so none of these is scoped: who may ask is judged above.

The streams hold a few thousand rows at a time, however long the trail is.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import LargeBinary, String, bindparam, cast, func, select, tuple_, type_coerce
from sqlmodel import Session, col

from mediation.audit.models import AuditEvent, TrailHead
from mediation.storage.engine import Table, rows_of

_STREAM = 1000
_BATCH = 500
Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True)
class ChainEnd:
    """The last event of a chain: what the next one links to."""

    chain: str
    ordinal: int
    hash: str
    recorded_at: datetime


_EVENTS = Table.metadata.tables["audit_event"].c
_DETAILS = Table.metadata.tables["event_detail"].c
_HEADS = Table.metadata.tables["trail_head"].c
_LAST = (
    select(_EVENTS.ordinal, _EVENTS.hash, _EVENTS.recorded_at)
    .where(_EVENTS.chain == bindparam("chain"))
    .order_by(_EVENTS.ordinal.desc())
    .limit(1)
)

_LAST_ID = select(func.coalesce(func.max(_EVENTS.id), 0))
_NEWEST_HEAD = select(TrailHead).order_by(col(TrailHead.number).desc()).limit(1)


def last_event(session: Session, chain: str) -> ChainEnd | None:
    """Where a chain ends now; None if it has no event."""
    found = rows_of(session, _LAST, chain=chain)
    return ChainEnd(chain, *found[0]) if found else None


def events_of(session: Session, chain: str) -> Sequence[AuditEvent]:
    """The events of one chain in order."""
    found = session.execute(
        select(AuditEvent).where(col(AuditEvent.chain) == chain).order_by(col(AuditEvent.ordinal))
    )
    return found.scalars().all()


def is_clock_back(event: AuditEvent) -> bool:
    """Was it recorded while the computer's clock had gone back? Its time is then that of the event before."""
    return bool(event.facts.get("clock_back"))


def details_of(session: Session, event_id: int) -> dict[str, Any]:
    """The values behind an event's commitments, by name; empty when there are none or they have been erased."""
    found = session.execute(select(_DETAILS.details).where(_DETAILS.event_id == event_id)).scalar()
    return {name: kept["value"] for name, kept in (found or {}).items()}


def details_of_chain(session: Session, chain: str) -> dict[int, dict[str, Any]]:
    """The same of every event of a chain that has any, by the event's id."""
    found = session.execute(
        select(_DETAILS.event_id, _DETAILS.details)
        .join(Table.metadata.tables["audit_event"], _EVENTS.id == _DETAILS.event_id)
        .where(_EVENTS.chain == chain)
    )
    return {row[0]: {name: kept["value"] for name, kept in row[1].items()} for row in found}


def event_ids(session: Session, chain: str, ordinals: Iterable[int]) -> dict[int, int]:
    """Ordinal → id of some events of a chain."""
    found = session.execute(
        select(_EVENTS.ordinal, _EVENTS.id).where(_EVENTS.chain == chain, _EVENTS.ordinal.in_(list(ordinals)))
    )
    return {row[0]: row[1] for row in found}


def last_moment(session: Session) -> datetime | None:
    """When the newest event of all chains was recorded."""
    newest = select(col(AuditEvent.recorded_at)).order_by(col(AuditEvent.id).desc()).limit(1)
    found: datetime | None = session.connection().execute(newest).scalar()
    return found


def last_event_id(session: Session) -> int:
    """The id of the newest event of all chains; 0 if there is none."""
    return int(rows_of(session, _LAST_ID)[0][0])


def chain_ends(session: Session, up_to: int) -> Iterator[tuple[str, int, str]]:
    """(chain, ordinal, hash) of the last event of each chain among the ids up to one, in order of the chains' bytes."""
    last = (
        select(_EVENTS.chain, func.max(_EVENTS.ordinal).label("ordinal"))
        .where(_EVENTS.id <= up_to)
        .group_by(_EVENTS.chain)
        .subquery()
    )
    statement = (
        select(_EVENTS.chain, _EVENTS.ordinal, _EVENTS.hash)
        .join(last, (last.c.chain == _EVENTS.chain) & (last.c.ordinal == _EVENTS.ordinal))
        .order_by(_by_bytes(session, _EVENTS.chain))
    )
    for row in _stream(session, statement):
        yield row[0], row[1], row[2]


def head_of(session: Session, number: int | None = None) -> TrailHead | None:
    """The head of that number, or the newest."""
    if number is None:
        return next(iter(rows_of(session, _NEWEST_HEAD)), None)
    return session.execute(select(TrailHead).where(col(TrailHead.number) == number)).scalars().first()


def stored_heads(session: Session) -> Iterator[dict[str, Any]]:
    """Every head's columns as they are stored, by number."""
    made_at = type_coerce(_HEADS.made_at, String).label("made_at") if _on_sqlite(session) else _HEADS.made_at
    plain = [column for column in _HEADS.values() if column.name != "made_at"]
    for row in _stream(session, select(*plain, made_at).order_by(_HEADS.number)):
        yield dict(row._mapping)  # noqa: SLF001 — SQLAlchemy's documented name


def stored_events(session: Session, chain: str | None = None) -> Iterator[dict[str, Any]]:
    """Every event by chain and ordinal, as it is stored: JSON as text, details (column `details`) as ciphertext.

    Nothing is converted here, so that a damaged row cannot end the stream.
    """
    plain = [column for column in _EVENTS.values() if column.name not in _CONVERTED]
    as_stored: list[Any] = [type_coerce(_EVENTS[name], String).label(name) for name in _CONVERTED]
    if not _on_sqlite(session):  # times have their kind there, and JSON kept as text is what was written
        as_stored = [_EVENTS.recorded_at, _EVENTS.occurred_at]
        as_stored += [cast(_EVENTS[name], String).label(name) for name in ("facts", "commitments")]
    statement = (
        select(
            *plain,
            *as_stored,
            type_coerce(_DETAILS.details, LargeBinary).label("details"),
        )
        .join_from(_EVENTS.id.table, _DETAILS.event_id.table, _DETAILS.event_id == _EVENTS.id, isouter=True)
        .order_by(_by_bytes(session, _EVENTS.chain), _EVENTS.ordinal)
    )
    if chain is not None:
        statement = statement.where(_EVENTS.chain == chain)
    for row in _stream(session, statement):
        yield dict(row._mapping)  # noqa: SLF001 — SQLAlchemy's documented name


@contextmanager
def damaged_text_allowed(session: Session) -> Iterator[None]:
    """Within the block SQLite gives text that is not UTF-8 as lone surrogates instead of ending the read."""
    dbapi = session.connection().connection.driver_connection
    if not _on_sqlite(session) or dbapi is None:
        yield
        return
    usual = dbapi.text_factory
    dbapi.text_factory = lambda raw: raw.decode(errors="surrogateescape")
    try:
        yield
    finally:
        dbapi.text_factory = usual


def details_without_event(session: Session) -> int:
    """How many rows of details belong to no event."""
    statement = select(func.count()).where(_DETAILS.event_id.not_in(select(_EVENTS.id)))
    return int(session.execute(statement).scalar_one())


def hashes_at(
    session: Session, ends: Iterable[tuple[str, int, str]]
) -> Iterator[tuple[tuple[str, int, str], str | None]]:
    """Each given (chain, ordinal, hash) with the hash that the database has there, or None."""
    for batch in batches(ends, _BATCH):
        places = [(chain, ordinal) for chain, ordinal, _hash in batch]
        rows = session.execute(
            select(_EVENTS.chain, _EVENTS.ordinal, _EVENTS.hash).where(
                tuple_(_EVENTS.chain, _EVENTS.ordinal).in_(places)
            )
        )
        found = {(row[0], row[1]): row[2] for row in rows}
        for end in batch:
            yield end, found.get((end[0], end[1]))


def last_versions(session: Session, chains: Sequence[str]) -> dict[str, tuple[int, str | None]]:
    """Chain → version and state after its last event that has a version."""
    last = (
        select(_EVENTS.chain, func.max(_EVENTS.ordinal).label("ordinal"))
        .where(_EVENTS.chain.in_(chains), _EVENTS.version.is_not(None))
        .group_by(_EVENTS.chain)
        .subquery()
    )
    rows = session.execute(
        select(_EVENTS.chain, _EVENTS.version, _EVENTS.to_state).join(
            last, (last.c.chain == _EVENTS.chain) & (last.c.ordinal == _EVENTS.ordinal)
        )
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def batches(entries: Iterable[Entry], size: int) -> Iterator[list[Entry]]:
    """The entries in lists of a size, as they come."""
    source = iter(entries)
    while batch := list(islice(source, size)):
        yield batch


_CONVERTED = ("recorded_at", "occurred_at", "facts", "commitments")


def _on_sqlite(session: Session) -> bool:
    return session.connection().dialect.name == "sqlite"


def _by_bytes(session: Session, column: Any) -> Any:
    """A text column ordered by its bytes, whatever the database's language."""
    return column if _on_sqlite(session) else column.collate("C")


def _stream(session: Session, statement: Any) -> Iterator[Any]:
    with session.connection().execute(statement, execution_options={"yield_per": _STREAM}) as rows:
        yield from rows


def done_since(session: Session, person: str, since: datetime) -> Sequence[AuditEvent]:
    """What a person, by code, has done in any post from a moment on, in order."""
    rows = select(AuditEvent).where(
        col(AuditEvent.recorded_at) >= since, col(AuditEvent.actor).startswith(f"{person}:", autoescape=True)
    )
    return session.execute(rows.order_by(col(AuditEvent.id))).scalars().all()


def browse(
    session: Session,
    *,
    chain: str = "",
    act: str = "",
    actor: str = "",
    before: int | None = None,
    most: int = 50,
) -> list[AuditEvent]:
    """The newest events, of one chain, act or person if named; `before` goes on where a list ended, by id."""
    rows = select(AuditEvent).order_by(col(AuditEvent.id).desc()).limit(most)
    if chain:
        rows = rows.where(col(AuditEvent.chain) == chain)
    if act:
        rows = rows.where(col(AuditEvent.act) == act)
    if actor:
        rows = rows.where(col(AuditEvent.actor).like(actor.replace("%", "").replace("_", "") + "%"))
    if before is not None:
        rows = rows.where(col(AuditEvent.id) < before)
    return list(session.execute(rows).scalars())
