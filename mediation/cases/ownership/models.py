"""What units say about whose a dispute is, and how it was ruled, as rows. What a person said is encrypted."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field

from mediation.storage.encrypted import Encrypted
from mediation.storage.engine import Table


class OwnershipArgument(Table, table=True):
    """One word in the question whose a dispute is. `kind`: asks (交办), declines (退单).

    Those without `settled_at` belong to the question that is open now: it is settled when a unit has acknowledged or kept the
    dispute, and when the dispute ends.
    """

    __tablename__ = "ownership_argument"
    __table_args__ = (UniqueConstraint("case_id", "ordinal"),)

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="dispute.id", index=True)
    ordinal: int
    kind: str
    unit_id: int = Field(foreign_key="unit.id", description="who says it")
    target_id: int | None = Field(default=None, foreign_key="unit.id", description="who is asked to take it")
    line: str | None = Field(default=None, description="code of the line cited")
    list_version: int | None = None
    list_sha256: str | None = None
    reason: Any = Field(default=None, sa_column=Column(Encrypted("ownership_argument.reason")))
    said_by: str = Field(description="person:post")
    said_at: datetime
    settled_at: datetime | None = None


class Ruling(Table, table=True):
    """裁定: which unit has the dispute, by the lowest common superior of those that disagreed, with its minutes.

    `minutes`: heard (who spoke for which unit), arguments, reason. `acknowledged_at`: when the unit named took the dispute.
    """

    __tablename__ = "ruling"
    __table_args__ = (UniqueConstraint("case_id", "ordinal"),)

    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(unique=True, description="of the minutes")
    case_id: int = Field(foreign_key="dispute.id", index=True)
    ordinal: int
    arbiter_id: int = Field(foreign_key="unit.id")
    units: Any = Field(
        sa_column=Column(JSON, nullable=False), description="code of each unit → the lines it cited"
    )
    line: str | None = Field(default=None, description="code of the line that the ruling cites")
    list_version: int | None = None
    list_sha256: str | None = None
    category: str
    governance_category: str = Field(index=True)
    place_id: int = Field(foreign_key="unit.id")
    chosen_id: int = Field(foreign_key="unit.id")
    interpretation: Any = Field(default=None, sa_column=Column(Encrypted("ruling.interpretation")))
    minutes: Any = Field(sa_column=Column(Encrypted("ruling.minutes"), nullable=False))
    ruled_by: str = Field(description="person:post")
    ruled_at: datetime
    acknowledged_at: datetime | None = None
