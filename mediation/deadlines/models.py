"""Deadlines as rows: one clock each, with what it rests on."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, UniqueConstraint, text
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
        Index(
            "ix_deadline_remind",
            "remind_at",
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
    remind_at: datetime | None = Field(
        default=None, description="when somebody is reminded next; none: to be planned; year 9999: no more"
    )


class Reminder(Table, table=True):
    """One reminder before a clock's end, sent once. `sent_at` is empty where a later one took its place after an outage.

    A clock that is put off reminds anew: `due_at` is the end that the reminder was about.
    """

    __tablename__ = "reminder"
    __table_args__ = (UniqueConstraint("deadline_id", "due_at", "point"),)

    id: int | None = Field(default=None, primary_key=True)
    deadline_id: int = Field(foreign_key="deadline.id")
    case_id: int = Field(foreign_key="dispute.id", index=True)
    point: str = Field(description="50%, last_working_day, 3 working_days …")
    planned_at: datetime
    due_at: datetime
    sent_at: datetime | None = None


class Recount(Table, table=True):
    """All clocks have been counted by this calendar: when, how many were looked at, moved, or settled where they were."""

    __tablename__ = "recount"

    id: int | None = Field(default=None, primary_key=True)
    calendar_version: str
    counted_at: datetime
    seen: int
    moved: int
    settled: int
