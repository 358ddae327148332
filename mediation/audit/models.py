"""The audit trail as rows: append-only events in chains, the salted details beside them, and the heads over all."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field

from mediation.storage.encrypted import Encrypted
from mediation.storage.engine import Table


class AuditEvent(Table, table=True):
    """One act. `chain` is the public id of a case, of an item of the register or of a week, or `instance`; `ordinal` counts from 1 within it.

    `hash` covers every other column but id and the previous event's hash. No personal data in clear: `commitments` maps a
    detail's name to the SHA-256 of its salt and value.
    """

    __tablename__ = "audit_event"
    __table_args__ = (UniqueConstraint("chain", "ordinal"),)

    id: int | None = Field(default=None, primary_key=True)
    chain: str
    ordinal: int
    recorded_at: datetime
    occurred_at: datetime
    actor: str = Field(description="person code:post code, or system")
    unit: str = Field(default="", description="code of the unit that the actor acts for")
    act: str = Field(description="the trigger, or what was done: document.frozen, site.applied …")
    from_state: str | None = None
    to_state: str | None = None
    version: int | None = Field(default=None, description="the case's version after the act")
    facts: Any = Field(
        sa_column=Column(JSON, nullable=False), description="codes, ids and hashes, never personal data"
    )
    commitments: Any = Field(sa_column=Column(JSON, nullable=False))
    previous: str
    hash: str = Field(index=True)


class EventDetail(Table, table=True):
    """The values and salts behind an event's commitments; erasure deletes them, and the chain still verifies."""

    __tablename__ = "event_detail"

    event_id: int = Field(primary_key=True, foreign_key="audit_event.id")
    details: Any = Field(sa_column=Column(Encrypted("event_detail.details"), nullable=False))


class TrailHead(Table, table=True):
    """A head over the ends of all chains, numbered and signed: export it, and a later rewrite is found."""

    __tablename__ = "trail_head"

    number: int = Field(primary_key=True)
    made_at: datetime
    last_event_id: int = Field(description="it covers the events up to this id")
    chains: int
    events: int
    root: str
    previous: str
    hash: str
    signature: str


class Erasure(Table, table=True):
    """What was erased, by which two persons, and why; applied again on every restore."""

    __tablename__ = "erasure"

    id: int | None = Field(default=None, primary_key=True)
    chain: str
    ordinal: int
    erased_at: datetime
    by_two: Any = Field(sa_column=Column(JSON, nullable=False))
    reason: str


class CaseErasure(Table, table=True):
    """One decision to erase a case, or one party of it: what a restore must not bring back. Ids and codes only."""

    __tablename__ = "case_erasure"
    __table_args__ = (UniqueConstraint("public_id"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str
    chain: str = Field(index=True, description="the case's public id")
    party: int | None = Field(default=None, description="ordinal of the party; none: the whole case")
    reason: str = Field(description="code of the list of reasons in cases/erasure.py")
    requested_by: str
    confirmed_by: str
    erased_at: datetime
