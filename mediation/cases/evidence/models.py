"""Pieces of evidence as rows. They belong to a case and are erased with it; their files lie in the store of papers."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, UniqueConstraint
from sqlmodel import Field

from mediation.storage.encrypted import Encrypted
from mediation.storage.engine import Table


class Evidence(Table, table=True):
    """One piece. `party_id` gave it, or somebody else, `given_by`. `sheets`: pages or copies of what was handed in.

    `sha256`, `size`: of the file as it is kept; `handed_sha256`: of what was handed in, which differs only if something was
    hung on behind it. `is_original`: the original itself was left here. `checked`: a copy was compared with its original.
    `merged_from_id`: the piece of the merged case that this one is, which came with it.
    """

    __tablename__ = "evidence"
    __table_args__ = (UniqueConstraint("case_id", "ordinal"),)

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="dispute.id")
    ordinal: int
    kind: str
    name: Any = Field(sa_column=Column(Encrypted("evidence.name"), nullable=False))
    party_id: int | None = Field(default=None, foreign_key="party.id")
    given_by: Any = Field(default=None, sa_column=Column(Encrypted("evidence.given_by")))
    given_on: date
    shows: Any = Field(sa_column=Column(Encrypted("evidence.shows"), nullable=False))
    is_original: bool
    checked: bool
    sheets: int | None = None
    media_type: str
    extension: str
    sha256: str
    handed_sha256: str
    size: int
    file_name: Any = Field(sa_column=Column(Encrypted("evidence.file_name"), nullable=False))
    entered_by_id: int = Field(foreign_key="post.id")
    entered_at: datetime
    returned_on: date | None = None
    returned_to: Any = Field(default=None, sa_column=Column(Encrypted("evidence.returned_to")))
    returned_by_id: int | None = Field(default=None, foreign_key="post.id")
    withdrawn_at: datetime | None = None
    withdraw_reason: Any = Field(default=None, sa_column=Column(Encrypted("evidence.withdraw_reason")))
    withdrawn_by_id: int | None = Field(default=None, foreign_key="post.id")
    merged_from_id: int | None = Field(default=None, foreign_key="evidence.id")
