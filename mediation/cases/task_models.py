"""What people have to do within a case, as rows: turns, approvals, parts, opinions, promises, copies; and who handed over to whom."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, UniqueConstraint, text
from sqlmodel import Field

from mediation.storage.encrypted import Encrypted
from mediation.storage.engine import Table

_OPEN = text("closed_at IS NULL")
_NO_TURN = text("kind <> 'turn'")
_ASKED = text("closed_at IS NULL AND kind <> 'turn'")
_LENT = text("delegated_by_id IS NOT NULL")


class Task(Table, table=True):
    """What someone has to do. The `turn` is the state's own: opened on entry, closed on leaving; the others are asked for.

    `kind`: turn, approval, part, opinion, promise, instruction, call, copy. `unit_id` answers for it; `person_id` if it is one person's.
    """

    __tablename__ = "task"
    __table_args__ = (
        Index("ix_task_open", "unit_id", "due_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_task_asked", "unit_id", "due_at", sqlite_where=_ASKED, postgresql_where=_ASKED),
        Index("ix_task_person", "person_id", "due_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_task_seen_unit", "unit_id", "case_id", sqlite_where=_NO_TURN, postgresql_where=_NO_TURN),
        Index(
            "ix_task_seen_person", "person_id", "case_id", sqlite_where=_NO_TURN, postgresql_where=_NO_TURN
        ),
        Index("ix_task_lent", "delegated_by_id", "case_id", sqlite_where=_LENT, postgresql_where=_LENT),
        UniqueConstraint("case_id", "ordinal"),
    )

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="dispute.id", index=True)
    ordinal: int = Field(description="how people and acts name a task within its case")
    kind: str
    title: str = Field(description="what is to be done, in the definition's words")
    state: str = Field(description="the case's state when it was opened")
    unit_id: int = Field(foreign_key="unit.id")
    person_id: int | None = Field(default=None, foreign_key="person.id")
    asked_by_id: int | None = Field(
        default=None, foreign_key="person.id", description="none: the definition asks"
    )
    asked_by_unit_id: int | None = Field(default=None, foreign_key="unit.id")
    round_id: int | None = Field(default=None, foreign_key="approval_round.id", index=True)
    place: int | None = Field(default=None, description="place in a round that goes in order, from 1")
    waiting: bool = Field(default=False, description="its turn in the round has not come: no clock yet")
    delegated_by_id: int | None = Field(
        default=None, foreign_key="person.id", description="who lent it and gets it back when it is answered"
    )
    delegated_by_unit_id: int | None = Field(default=None, foreign_key="unit.id")
    urged: int = 0
    opened_at: datetime
    due_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: str | None = Field(
        default=None,
        description="done, not_done, agreed, rejected, taken_back, removed, lapsed, not_needed, read; of a turn the next state",
    )
    question: Any = Field(default=None, sa_column=Column(Encrypted("task.question")))
    opinion: Any = Field(
        default=None,
        sa_column=Column(Encrypted("task.opinion")),
        description="list of: by (person code), said, outcome, at; a delegate's first, the lender's after it",
    )


class ApprovalRound(Table, table=True):
    """One approval (审批、会签) that the definition names, asked of one or several, bound to a hash of each fact looked at.

    `rule`: all, any, in_order, vote. `state`: open, agreed, rejected, taken_back, lapsed.
    `looked_at`: `asked` holds fact → keyed hash as it stood when the round was asked for, `agreed` the same for each signer
    (the task's ordinal) as it stood when that signer agreed, `days` by how many the deadline is to be extended, where that is
    asked. A changed fact reopens the round.
    """

    __tablename__ = "approval_round"
    __table_args__ = (UniqueConstraint("case_id", "ordinal"),)

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="dispute.id", index=True)
    ordinal: int
    approval: str = Field(description="its name in the definition")
    rule: str
    state: str = "open"
    asked_by_id: int = Field(foreign_key="person.id")
    asked_by_unit_id: int = Field(foreign_key="unit.id")
    opened_at: datetime
    closed_at: datetime | None = None
    looked_at: Any = Field(sa_column=Column(JSON, nullable=False))
    replaces_id: int | None = Field(
        default=None,
        foreign_key="approval_round.id",
        description="the round that was rejected or overtaken by changed facts",
    )


class Handover(Table, table=True):
    """A mediator who leaves or is on leave hands over: all cases, drafts, tasks, appointments, promises in one act."""

    __tablename__ = "handover"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(unique=True)
    from_id: int = Field(foreign_key="person.id", index=True)
    to_id: int = Field(
        foreign_key="person.id", description="who takes over what is not given to somebody else"
    )
    by_id: int = Field(foreign_key="person.id")
    reason: str = Field(
        description="left, leave, transferred, conflict, other; back: of what was handed over"
    )
    until: date | None = Field(default=None, description="back on that day, if on leave")
    moved: Any = Field(
        sa_column=Column(JSON, nullable=False), description="kind → count, and cases by public id"
    )
    handed_over_at: datetime
