"""The people of the site and their posts. Names and posts of staff are public in their place; their phones are not."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field

from mediation.storage.encrypted import Encrypted
from mediation.storage.engine import Table


class Person(Table, table=True):
    """Someone who works here. `code` is what `--as` takes."""

    __tablename__ = "person"

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    name: str
    sex: str = ""
    ethnicity: str = ""
    phone: str | None = Field(default=None, sa_column=Column(Encrypted("person.phone")))
    languages: Any = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    expertise: Any = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    status: str = "active"


class Post(Table, table=True):
    """A person's appointment at a unit: kind, title and term. One person may hold many."""

    __tablename__ = "post"
    __table_args__ = (UniqueConstraint("person_id", "code"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    code: str = Field(description="within the person: what comes after the colon in --as")
    kind: str = Field(description="a kind of post that definitions know")
    title: str
    unit_id: int = Field(foreign_key="unit.id", index=True)
    full_time: bool = False
    duties: Any = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    valid_from: date
    valid_to: date | None = None


class ContactDuty(Table, table=True):
    """A contact post's cover of a unit below its own: 联村, 联组, 联片, 联户."""

    __tablename__ = "contact_duty"
    __table_args__ = (UniqueConstraint("post_id", "unit_id"),)

    id: int | None = Field(default=None, primary_key=True)
    post_id: int = Field(foreign_key="post.id", index=True)
    unit_id: int = Field(foreign_key="unit.id", index=True)
    kind: str
    valid_from: date
    valid_to: date | None = None


class AccessToken(Table, table=True):
    """A token for the API: acts as one post. Only its hash is kept."""

    __tablename__ = "access_token"

    id: int | None = Field(default=None, primary_key=True)
    token_hash: bytes = Field(unique=True)
    post_id: int = Field(foreign_key="post.id")
    label: str
    issued_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    scopes: str | None = None
    """Names with spaces between; None: everything, as tokens could before there were scopes."""
    public_id: str | None = Field(default=None, index=True, unique=True)
    used_at: datetime | None = None
