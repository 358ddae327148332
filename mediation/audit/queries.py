"""Reads of the audit trail. Chains hold no personal data, so none of these is scoped: who may ask is judged above."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from mediation.audit.models import AuditEvent, EventDetail
from mediation.storage.engine import Table


@dataclass(frozen=True, slots=True)
class ChainEnd:
    """The last event of a chain: what the next one links to."""

    chain: str
    ordinal: int
    hash: str
    recorded_at: datetime


_EVENTS = Table.metadata.tables["audit_event"].c
_LAST = (
    select(_EVENTS.ordinal, _EVENTS.hash, _EVENTS.recorded_at)
    .where(_EVENTS.chain == bindparam("chain"))
    .order_by(_EVENTS.ordinal.desc())
    .limit(1)
)


def last_event(session: Session, chain: str) -> ChainEnd | None:
    """Where a chain ends now; None if it has no event."""
    row = session.connection().execute(_LAST, {"chain": chain}).first()
    return None if row is None else ChainEnd(chain, row[0], row[1], row[2])


def events_of(session: Session, chain: str) -> Sequence[AuditEvent]:
    """The events of one chain in order."""
    found = session.execute(
        select(AuditEvent).where(col(AuditEvent.chain) == chain).order_by(col(AuditEvent.ordinal))
    )
    return found.scalars().all()


def details_of(session: Session, event_id: int) -> dict[str, Any]:
    """The values behind an event's commitments, by name; empty when there are none or they have been erased."""
    found = session.execute(select(EventDetail.details).where(col(EventDetail.event_id) == event_id)).scalar()
    return {name: kept["value"] for name, kept in (found or {}).items()}
