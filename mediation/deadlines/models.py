"""Deadlines as rows: one clock each, with what it rests on."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, text
from sqlmodel import Field

from mediation.storage.engine import Table


class Deadline(Table, table=True):
    """A date by which something must be done. It explains itself: rule, article, start, calendar, pauses.

    `state`: running, paused (`due_at` is then the end that it had), met, missed (its effect has been carried out) or
    cancelled.
    """

    __tablename__ = "deadline"
    __table_args__ = (
        Index(
            "ix_deadline_due",
            "due_at",
            sqlite_where=text("state = 'running'"),
            postgresql_where=text("state = 'running'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="dispute.id", index=True)
    name: str = Field(
        description="state:<state> for a state's own, or mediation_limit, confirmation, performance:<n> …"
    )
    rule: str = Field(description="30 days, 5 working_days, 1 months …")
    article: str
    start_fact: str
    started_at: datetime
    due_at: datetime
    calendar_version: str
    provisional: bool = False
    state: str = "running"
    ended_at: datetime | None = None
    on_miss: str | None = Field(default=None, description="effect carried out once when it is missed")
    history: Any = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False), description="pauses, extensions"
    )
