"""Links by which one party signs one paper, and what a party thought of the mediation, as rows."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column
from sqlmodel import Field

from mediation.storage.encrypted import Encrypted
from mediation.storage.engine import Table


class SigningLink(Table, table=True):
    """A link for one party and one slot of one paper. `post_id`: whose post made it, and signs by it.

    `reader_hash`: of the cookie of the browser in which the party has been identified. `end`: signed, refused, replaced,
    withdrawn or locked.
    """

    __tablename__ = "signing_link"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(unique=True)
    case_id: int = Field(foreign_key="dispute.id", index=True)
    document_id: int = Field(foreign_key="document.id")
    party_id: int = Field(foreign_key="party.id", index=True)
    post_id: int = Field(foreign_key="post.id")
    slot: str
    token_hash: bytes = Field(unique=True)
    reader_hash: bytes | None = None
    failures: int = 0
    made_at: datetime
    expires_at: datetime
    identified_at: datetime | None = None
    ended_at: datetime | None = None
    end: str | None = None


class Rating(Table, table=True):
    """How satisfied a party was, 1 to 5; once a case. It is no return visit (回访)."""

    __tablename__ = "rating"

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="dispute.id", unique=True)
    satisfaction: int
    remark: Any = Field(default=None, sa_column=Column(Encrypted("rating.remark")))
    rated_at: datetime
