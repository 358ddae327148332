"""Accounts, sessions and counts, read from the database."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, update
from sqlmodel import Session, col, select

from mediation.accounts.models import Account, AccountToken, AttemptCount, CalendarAddress, LoginSession
from mediation.people.models import Person

_ENTERED = (
    select(LoginSession, Account)
    .where(col(LoginSession.token_hash) == bindparam("token_hash"))
    .where(col(LoginSession.account_id) == Account.id)
)


def account_named(session: Session, name: str, *, hold: bool = False) -> Account | None:
    """The account of a login name. `hold`: nobody else tries it until this is written."""
    found = select(Account).where(col(Account.name) == name)
    return session.exec(found.with_for_update() if hold else found).one_or_none()


def account_of_person(session: Session, person_id: int) -> Account | None:
    """The account of a person."""
    return session.exec(select(Account).where(col(Account.person_id) == person_id)).one_or_none()


def account_of_subject(session: Session, subject: str, *, hold: bool = False) -> Account | None:
    """The account that an identity provider knows by this subject. `hold`: as for `account_named`."""
    found = select(Account).where(col(Account.oidc_subject) == subject)
    return session.exec(found.with_for_update() if hold else found).one_or_none()


def account_of_id(session: Session, public_id: str, *, hold: bool = False) -> Account | None:
    """The account of a public id. `hold`: as for `account_named`."""
    found = select(Account).where(col(Account.public_id) == public_id)
    return session.exec(found.with_for_update() if hold else found).one_or_none()


def names_of(session: Session, public_ids: Collection[str]) -> dict[str, str]:
    """Public id → login name."""
    rows = select(Account.public_id, Account.name).where(col(Account.public_id).in_(public_ids))
    return dict(session.exec(rows).all())


def listed(
    session: Session, search: str = "", after: str = "", most: int | None = None
) -> list[tuple[Account, str | None, int]]:
    """Accounts by name, with whose they are and how many sessions are open; `most` of them at most, beginning after a name.

    `search`: a part of the login name, in any case, or of the person's name.
    """
    is_open = (col(LoginSession.account_id) == Account.id) & col(LoginSession.ended_at).is_(None)
    statement = (
        select(Account, Person.name, func.count(col(LoginSession.id)))
        .outerjoin(Person, col(Person.id) == Account.person_id)
        .outerjoin(LoginSession, is_open)
        .where(col(Account.name) > after)
        .group_by(col(Account.id), col(Person.name))
        .order_by(col(Account.name))
        .limit(most)
    )
    if search:
        named = col(Account.name).contains(search.lower(), autoescape=True)
        statement = statement.where(named | col(Person.name).contains(search, autoescape=True))
    return [(account, name, count) for account, name, count in session.exec(statement)]


def holders(session: Session) -> set[int]:
    """The people who have an account."""
    return {one for one in session.exec(select(Account.person_id)) if one is not None}


def entered(
    session: Session, token_hash: bytes, *, hold: bool = False
) -> tuple[LoginSession, Account] | None:
    """The session of a token's hash with its account, whatever has become of either. `hold`: nobody else tries it meanwhile."""
    statement = _ENTERED.with_for_update() if hold else _ENTERED
    found = session.exec(statement, params={"token_hash": token_hash}).one_or_none()
    return (found[0], found[1]) if found else None


def account_token(session: Session, token_hash: bytes) -> tuple[AccountToken, Account] | None:
    """The token of a hash with its account, whatever has become of either."""
    statement = (
        select(AccountToken, Account)
        .where(col(AccountToken.token_hash) == token_hash)
        .where(col(AccountToken.account_id) == Account.id)
    )
    found = session.exec(statement).one_or_none()
    return (found[0], found[1]) if found else None


def account_tokens(session: Session) -> list[tuple[AccountToken, Account]]:
    """All tokens with their accounts, oldest first."""
    statement = (
        select(AccountToken, Account)
        .where(col(AccountToken.account_id) == Account.id)
        .order_by(col(AccountToken.id))
    )
    return [(row, account) for row, account in session.exec(statement)]


def open_sessions(session: Session, account_id: int) -> list[LoginSession]:
    """The sessions of an account that have not ended, newest first."""
    statement = (
        select(LoginSession)
        .where(col(LoginSession.account_id) == account_id)
        .where(col(LoginSession.ended_at).is_(None))
        .order_by(col(LoginSession.id).desc())
    )
    return list(session.exec(statement))


def end_sessions(session: Session, account_id: int, now: datetime, *, but: int | None = None) -> int:
    """End all open sessions of an account, but perhaps one; how many there were."""
    statement = (
        update(LoginSession)
        .where(col(LoginSession.account_id) == account_id)
        .where(col(LoginSession.ended_at).is_(None))
        .values(ended_at=now)
    )
    if but is not None:
        statement = statement.where(col(LoginSession.id) != but)
    return int(session.connection().execute(statement).rowcount)


def calendar_of(session: Session, account_id: int) -> CalendarAddress | None:
    """The row of an account's calendar address, in force or not."""
    statement = select(CalendarAddress).where(col(CalendarAddress.account_id) == account_id)
    return session.exec(statement).one_or_none()


def calendar_by_hash(session: Session, secret_hash: bytes) -> tuple[CalendarAddress, Account] | None:
    """The calendar address of a secret's hash with its account."""
    statement = (
        select(CalendarAddress, Account)
        .where(col(CalendarAddress.secret_hash) == secret_hash)
        .where(col(CalendarAddress.account_id) == Account.id)
    )
    found = session.exec(statement).one_or_none()
    return (found[0], found[1]) if found else None


def attempts(session: Session, what: str, who_hash: bytes, window: int) -> AttemptCount | None:
    """The count of one window."""
    statement = (
        select(AttemptCount)
        .where(col(AttemptCount.what) == what)
        .where(col(AttemptCount.who_hash) == who_hash)
        .where(col(AttemptCount.window) == window)
    )
    return session.exec(statement).one_or_none()


def count_up(session: Session, what: str, who_hash: bytes, window: int) -> int:
    """Add one to the count of a window that is there; how many there are now."""
    statement = (
        update(AttemptCount)
        .where(col(AttemptCount.what) == what)
        .where(col(AttemptCount.who_hash) == who_hash)
        .where(col(AttemptCount.window) == window)
        .values(count=AttemptCount.count + 1)
        .returning(col(AttemptCount.count))
    )
    return int(session.connection().execute(statement).scalar_one())


def forget_attempts(session: Session, what: str, before_window: int) -> Any:
    """Delete the counts of windows that are over."""
    statement = (
        delete(AttemptCount)
        .where(col(AttemptCount.what) == what)
        .where(col(AttemptCount.window) < before_window)
    )
    return session.connection().execute(statement).rowcount
