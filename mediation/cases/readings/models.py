"""Readings as rows: no personal data, so that an erasure leaves them."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from mediation.storage.engine import Table


class Reading(Table, table=True):
    """Somebody opened something; again within the same few minutes is the same row.

    `what`: case, `paper FORM`, or `export NAME`. `case_id`: the case's row; 0 for an export of many. `slot`: which few minutes.
    """

    __tablename__ = "reading"
    __table_args__ = (
        UniqueConstraint("person_id", "slot", "case_id", "what"),
        Index("ix_reading_case_id", "case_id", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    post_id: int = Field(foreign_key="post.id")
    case_id: int = 0
    what: str
    slot: int
    at: datetime
