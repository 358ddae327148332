"""The outbox: what is to be sent or done after a commit, as rows of the same transaction; and who was sent what of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, UniqueConstraint, text
from sqlmodel import Field

from mediation.storage.encrypted import Encrypted
from mediation.storage.engine import Table

_WAITING = text("state = 'waiting'")
_FAILED = text("state = 'failed'")
_IN_TRAY = text("channel = 'file' AND state = 'sent'")


class OutboxRow(Table, table=True):
    """One thing to hand on after the commit. `payload` holds ids only, never personal data.

    `queued_at`: given to the task engine; `handed_on_at`: carried out.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_waiting",
            "id",
            sqlite_where=text("handed_on_at IS NULL"),
            postgresql_where=text("handed_on_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(unique=True)
    case_id: int | None = Field(default=None, index=True)
    kind: str
    payload: Any = Field(sa_column=Column(JSON, nullable=False))
    recorded_at: datetime
    queued_at: datetime | None = None
    handed_on_at: datetime | None = None


class Delivery(Table, table=True):
    """One notice for one reader by one channel. `public_id` is the message's id: the same however often it is sent.

    `state`: waiting, sent, failed (`why`), skipped (`why`). `attempts`: times taken up. `repeats`: times taken up although
    it may have gone out already, because who had it ended before saying so, or the other side took it and never answered. `lease_until`: until when it is somebody's.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("outbox_id", "reader", "channel"),
        Index("ix_delivery_waiting", "next_at", sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("ix_delivery_failed", "id", sqlite_where=_FAILED, postgresql_where=_FAILED),
        Index("ix_delivery_in_tray", "person_id", "id", sqlite_where=_IN_TRAY, postgresql_where=_IN_TRAY),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(unique=True)
    outbox_id: int = Field(foreign_key="outbox.id")
    case_id: int | None = Field(default=None, foreign_key="dispute.id", index=True)
    notice: str = Field(description="the name of its folder")
    urgency: str
    reader: str = Field(description="person:<code>, party:<ordinal>, unit:<code>, nobody")
    person_id: int | None = Field(default=None, foreign_key="person.id")
    party_id: int | None = Field(default=None, foreign_key="party.id", index=True)
    channel: str
    address: Any = Field(default=None, sa_column=Column(Encrypted("delivery.address")))
    subject: Any = Field(default=None, sa_column=Column(Encrypted("delivery.subject")))
    body: Any = Field(
        default=None,
        sa_column=Column(Encrypted("delivery.body")),
        description="none once it lies in the store",
    )
    sha256: str | None = Field(default=None, description="of what lies in the store: the letter, the slip")
    reference: str = Field(default="", description="what the other side calls it")
    state: str = "waiting"
    why: str = ""
    attempts: int = 0
    repeats: int = 0
    next_at: datetime
    lease_until: datetime | None = None
    recorded_at: datetime
    sent_at: datetime | None = None
    read_at: datetime | None = None
