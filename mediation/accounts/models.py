"""Accounts and their sessions. A secret is kept as its hash, or in an encrypted column where it must be used again."""

from datetime import datetime

from sqlalchemy import Column, UniqueConstraint
from sqlmodel import Field

from mediation.storage.encrypted import Encrypted
from mediation.storage.engine import Table


class Account(Table, table=True):
    """A login. `kind`: staff works in a person's posts; system, security and audit see no case, and hold no post.

    `totp_step` is the last time step whose code was used: no code works twice.
    """

    __tablename__ = "account"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(unique=True)
    name: str = Field(unique=True, description="what is typed at the login, in lower case")
    kind: str
    person_id: int | None = Field(default=None, foreign_key="person.id", unique=True)
    password_hash: str
    must_change: bool = True
    failures: int = 0
    locked_until: datetime | None = None
    totp_secret: str | None = Field(default=None, sa_column=Column(Encrypted("account.totp_secret")))
    totp_since: datetime | None = None
    totp_step: int | None = None
    oidc_subject: str | None = Field(default=None, unique=True)
    created_at: datetime
    changed_at: datetime
    disabled_at: datetime | None = None


class LoginSession(Table, table=True):
    """One browser that has come in. `stage`: code and change let it do nothing but give the code, or change the password."""

    __tablename__ = "login_session"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(unique=True)
    token_hash: bytes = Field(unique=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    post_id: int | None = Field(default=None, foreign_key="post.id")
    stage: str
    language: str = "zh"
    begun_at: datetime
    seen_at: datetime
    ended_at: datetime | None = None


class CalendarAddress(Table, table=True):
    """The secret address of an account's calendar: one row an account, without a hash once it has ended."""

    __tablename__ = "calendar_address"

    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id", unique=True)
    secret_hash: bytes | None = Field(default=None, unique=True)
    whole_unit: bool = False
    made_at: datetime
    ended_at: datetime | None = None
    used_at: datetime | None = None


class AccountToken(Table, table=True):
    """A token for the API that acts as an administrator's account, which holds no post. Only its hash is kept."""

    __tablename__ = "account_token"

    id: int | None = Field(default=None, primary_key=True)
    token_hash: bytes = Field(unique=True)
    account_id: int = Field(foreign_key="account.id")
    label: str
    issued_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None


class AttemptCount(Table, table=True):
    """How often something was tried by somebody within one window of time. `who_hash` is keyed: no address is kept."""

    __tablename__ = "attempt_count"
    __table_args__ = (UniqueConstraint("what", "who_hash", "window"),)

    id: int | None = Field(default=None, primary_key=True)
    what: str
    who_hash: bytes
    window: int
    count: int
