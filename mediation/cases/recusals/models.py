"""Recusals as rows. They belong to a case and are erased with it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, text
from sqlmodel import Field

from mediation.storage.encrypted import Encrypted
from mediation.storage.engine import Table

_STANDS = text("lifted_at IS NULL")


class Recusal(Table, table=True):
    """A person who is kept from a case. `kind`: party, agent, or a code of the list conflicts. Stands until it is lifted."""

    __tablename__ = "recusal"
    __table_args__ = (
        Index(
            "uq_recusal_standing",
            "person_id",
            "case_id",
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(unique=True)
    case_id: int = Field(foreign_key="dispute.id", index=True)
    person_id: int = Field(foreign_key="person.id")
    kind: str
    reason: Any = Field(default=None, sa_column=Column(Encrypted("recusal.reason")))
    by_id: int = Field(foreign_key="post.id")
    since: datetime
    lifted_at: datetime | None = None
    lifted_by_id: int | None = Field(default=None, foreign_key="post.id")
    lift_reason: Any = Field(default=None, sa_column=Column(Encrypted("recusal.lift_reason")))
