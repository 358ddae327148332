"""Addresses of other systems, and what each was told, as rows."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, text
from sqlmodel import Field

from mediation.storage.encrypted import Encrypted
from mediation.storage.engine import Table

_WAITING, _PARKED = text("state = 'waiting'"), text("state = 'parked'")


class Webhook(Table, table=True):
    """One address that is told of events. `kinds`: which, as `case.accept` or `case.*`; `unit_id`: of which unit and below.

    The former secret signs beside the present one until `former_until`. `stopped_why`: gone (the other side wants no more),
    restored (this instance is a restored copy).
    """

    __tablename__ = "webhook"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(unique=True)
    address: Any = Field(sa_column=Column(Encrypted("webhook.address"), nullable=False))
    kinds: Any = Field(sa_column=Column(JSON, nullable=False))
    unit_id: int = Field(foreign_key="unit.id")
    secret: Any = Field(sa_column=Column(Encrypted("webhook.secret"), nullable=False))
    former_secret: Any = Field(default=None, sa_column=Column(Encrypted("webhook.former_secret")))
    former_until: datetime | None = None
    added_at: datetime
    added_by: str
    stopped_at: datetime | None = None
    stopped_why: str = ""
    removed_at: datetime | None = None


class WebhookDelivery(Table, table=True):
    """One event for one address. `public_id` is that of its row of the outbox: the message's id, however often it is sent.

    `payload` holds ids and codes only. `state`: waiting, sent, parked (`why`), dropped (`why`). `repeats`: times taken up although
    it may have gone out already.
    """

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        Index("ix_webhook_delivery_waiting", "next_at", sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("ix_webhook_delivery_parked", "id", sqlite_where=_PARKED, postgresql_where=_PARKED),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(unique=True)
    webhook_id: int = Field(foreign_key="webhook.id", index=True)
    payload: Any = Field(sa_column=Column(JSON, nullable=False))
    state: str = "waiting"
    why: str = ""
    attempts: int = 0
    repeats: int = 0
    next_at: datetime
    lease_until: datetime | None = None
    recorded_at: datetime
    sent_at: datetime | None = None
