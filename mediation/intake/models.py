"""Applications from the open page, kept apart from the cases until somebody takes them in."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, text
from sqlmodel import Field

from mediation.storage.encrypted import Encrypted
from mediation.storage.engine import Table

_WAITING = text("state = 'waiting'")


class Application(Table, table=True):
    """What somebody has asked for on the open page. `state`: waiting, taken (then it has a case) or aside (with a reason)."""

    __tablename__ = "application"
    __table_args__ = (
        Index("ix_application_waiting", "place_id", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(unique=True)
    place_id: int = Field(foreign_key="unit.id")
    case_id: int | None = Field(default=None, foreign_key="dispute.id", index=True)
    code_hash: bytes = Field(unique=True)
    phone_key: bytes | None = None
    said: Any = Field(sa_column=Column(Encrypted("application.said"), nullable=False))
    state: str = "waiting"
    received_at: datetime
    decided_at: datetime | None = None
    post_id: int | None = Field(default=None, foreign_key="post.id")
    reason: str | None = None
