"""The outbox: what is to be sent or done after a commit, as rows of the same transaction."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field

from mediation.storage.engine import Table


class OutboxRow(Table, table=True):
    """One thing to hand on after the commit. `payload` holds ids only, never personal data."""

    __tablename__ = "outbox"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(unique=True)
    case_id: int | None = Field(default=None, index=True)
    kind: str
    payload: Any = Field(sa_column=Column(JSON, nullable=False))
    recorded_at: datetime
    handed_on_at: datetime | None = None
