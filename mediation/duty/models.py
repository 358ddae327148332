"""Leave: who is away from when to when, and who stands in."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Column
from sqlmodel import Field

from mediation.storage.encrypted import Encrypted
from mediation.storage.engine import Table


class Absence(Table, table=True):
    """请假、外出: somebody is away on these days, both counted, and the deputy acts on what waits on them meanwhile."""

    __tablename__ = "absence"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(unique=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    deputy_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    kind: str = Field(description="leave, sick, business, training, other")
    first_day: date
    last_day: date
    why: Any = Field(default=None, sa_column=Column(Encrypted("absence.why")))
    recorded_by_id: int = Field(foreign_key="person.id")
    recorded_at: datetime
    ended_at: datetime | None = Field(default=None, description="back earlier than planned, or called off")
