"""Who asked for which list, why, and who let it go. The reason is words of people's own, so that it is encrypted."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Column
from sqlmodel import Field

from mediation.storage.encrypted import Encrypted
from mediation.storage.engine import Table


class ExportRequest(Table, table=True):
    """One list of a period that somebody wants as a file. `state`: waiting, approved, declined; alone needs nobody's word.

    `rows`: how many there were when it was asked for; never more are given out.
    """

    __tablename__ = "export_request"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(unique=True)
    kind: str
    person_id: int = Field(foreign_key="person.id", index=True)
    post_id: int = Field(foreign_key="post.id")
    unit_id: int = Field(foreign_key="unit.id")
    first: date
    last: date
    rows: int
    reason: Any = Field(sa_column=Column(Encrypted("export_request.reason"), nullable=False))
    state: str = Field(index=True)
    asked_at: datetime
    decided_at: datetime | None = None
    decided_by: str | None = None
    expires_at: datetime | None = None
    taken: int = 0
