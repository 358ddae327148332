"""Supervision as rows: steps taken, clocks watched, items of the register with their entries and clocks, weeks, numbers."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, UniqueConstraint, text
from sqlmodel import Field

from mediation.storage.encrypted import Encrypted
from mediation.storage.engine import Table

_WAITING = text("next_at IS NOT NULL")
_RUNNING = text("state = 'running'")


class SupervisionStep(Table, table=True):
    """A step of the ladder that was taken, or passed over: once for a case and a cause, whoever looks and however often.

    `cause`: clock:<deadline's key>, declines, dissatisfied, repeats.
    """

    __tablename__ = "supervision_step"
    __table_args__ = (
        UniqueConstraint("case_id", "cause", "step"),
        Index("ix_supervision_step_unit", "unit_id", "step", "due_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(unique=True)
    case_id: int = Field(foreign_key="dispute.id")
    cause: str
    clock: str = Field(description="name of the clock; of other causes their kind")
    step: str
    state: str = Field(description="taken, passed (a higher one was due when somebody looked)")
    unit_id: int = Field(foreign_key="unit.id", description="the unit whose turn it was")
    supervisor_id: int | None = Field(default=None, foreign_key="unit.id")
    due_at: datetime
    taken_at: datetime
    item_id: int | None = Field(default=None, foreign_key="supervision_item.id")


class LadderWatch(Table, table=True):
    """A clock that the ladder keeps an eye on, and when it looks again; never again once `next_at` is empty."""

    __tablename__ = "ladder_watch"
    __table_args__ = (
        Index("ix_ladder_watch_next", "next_at", sqlite_where=_WAITING, postgresql_where=_WAITING),
    )

    deadline_id: int = Field(sa_column=Column(Integer, ForeignKey("deadline.id"), primary_key=True))
    case_id: int = Field(foreign_key="dispute.id")
    next_at: datetime | None = None
    rules: str = Field(description="hash of the ladder by which next_at was reckoned")


class SupervisionMark(Table, table=True):
    """How far the trail has been looked through for what makes cases climb."""

    __tablename__ = "supervision_mark"

    name: str = Field(primary_key=True)
    last_id: int = Field(sa_column=Column(BigInteger, nullable=False))


class SupervisionItem(Table, table=True):
    """督办台账: one item. Its chain in the audit trail is its public id; `version` grows with every act.

    `state`: entered 立项, limited 限期, mending 整改, accountability 追责, struck_off 销号, withdrawn 撤销.
    """

    __tablename__ = "supervision_item"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(unique=True)
    version: int = 1
    kind: str = Field(description="supervision, warning, transfer")
    colour: str | None = Field(default=None, description="of a warning: red, yellow, blue")
    state: str
    origin: str = Field(description="key of the step that opened it, or hand")
    way: str = Field(description="regular, irregular, open, unannounced; automatic: the ladder")
    case_id: int | None = Field(default=None, foreign_key="dispute.id", index=True)
    unit_id: int = Field(foreign_key="unit.id", index=True, description="the responsible unit")
    person_id: int | None = Field(default=None, foreign_key="person.id")
    supervisor_id: int = Field(foreign_key="unit.id", index=True)
    number: str | None = Field(default=None, unique=True)
    subject: Any = Field(sa_column=Column(Encrypted("supervision_item.subject"), nullable=False))
    problem: Any = Field(sa_column=Column(Encrypted("supervision_item.problem"), nullable=False))
    opened_at: datetime
    due_at: datetime | None = Field(default=None, description="until when it is to be mended or answered")
    ended_at: datetime | None = None


class SupervisionEntry(Table, table=True):
    """What was said or done in one act on an item. The trail holds a commitment to it; its salt lies within the body."""

    __tablename__ = "supervision_entry"
    __table_args__ = (UniqueConstraint("item_id", "ordinal"),)

    id: int | None = Field(default=None, primary_key=True)
    item_id: int = Field(foreign_key="supervision_item.id")
    ordinal: int = Field(description="of the event in the item's chain")
    act: str
    at: datetime
    person_id: int | None = Field(default=None, foreign_key="person.id")
    unit_id: int | None = Field(default=None, foreign_key="unit.id")
    body: Any = Field(sa_column=Column(Encrypted("supervision_entry.body"), nullable=False))


class SupervisionClock(Table, table=True):
    """A clock of an item: explanation, mending, answer. `state`: running, met, missed, cancelled."""

    __tablename__ = "supervision_clock"
    __table_args__ = (
        Index("ix_supervision_clock_due", "due_at", sqlite_where=_RUNNING, postgresql_where=_RUNNING),
    )

    id: int | None = Field(default=None, primary_key=True)
    item_id: int = Field(foreign_key="supervision_item.id", index=True)
    name: str
    rule: str
    article: str = ""
    started_at: datetime
    due_at: datetime
    calendar_version: str
    provisional: bool = False
    state: str = "running"
    ended_at: datetime | None = None
    steps: Any = Field(sa_column=Column(JSON, nullable=False), description="how it was counted, in sentences")


class SupervisionReach(Table, table=True):
    """Which units see an item: the responsible one and its supervisor (`own`), and all above them."""

    __tablename__ = "supervision_reach"

    unit_id: int = Field(sa_column=Column(Integer, ForeignKey("unit.id"), primary_key=True))
    item_id: int = Field(
        sa_column=Column(Integer, ForeignKey("supervision_item.id"), primary_key=True, index=True)
    )
    own: bool = False


class SupervisionWeek(Table, table=True):
    """A unit's week: its four papers hang on it. Once for a unit and a Monday."""

    __tablename__ = "supervision_week"
    __table_args__ = (UniqueConstraint("unit_id", "monday"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(unique=True)
    unit_id: int = Field(foreign_key="unit.id")
    monday: date
    begun_at: datetime
    focus: Any = Field(
        default=None,
        sa_column=Column(Encrypted("supervision_week.focus")),
        description="what the week is about, if somebody said so",
    )


class SupervisionNumber(Table, table=True):
    """One number of a supervising unit's gapless sequence of a year: of letters, of transfer letters."""

    __tablename__ = "supervision_number"
    __table_args__ = (UniqueConstraint("unit_id", "kind", "year", "ordinal"),)

    id: int | None = Field(default=None, primary_key=True)
    unit_id: int = Field(foreign_key="unit.id")
    kind: str = Field(description="letter, transfer")
    year: int
    ordinal: int
    text: str = Field(index=True)
    item_id: int = Field(foreign_key="supervision_item.id")
    given_at: datetime
