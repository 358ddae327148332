"""Tokens by which an administrator of the system uses the API: for webhooks, and for nothing else. Only the keyed hash is kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from mediation.accounts import queries
from mediation.accounts.entering import note
from mediation.accounts.models import Account, AccountToken
from mediation.audit import trail
from mediation.crypto import Keyring
from mediation.errors import Faults, NotFound
from mediation.ids import new_token
from mediation.language import _

SCOPE = "webhooks"
KIND = "system"
MOST_DAYS = 366
_MOST_LABEL = 100


@dataclass(frozen=True, slots=True)
class AccountTokenLine:
    """A token as it may be shown, never the token itself."""

    account: str
    label: str
    issued_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    id: int = 0


def issue(
    session: Session,
    keyring: Keyring,
    account: Account,
    label: str,
    days: int,
    now: datetime,
    *,
    by: str,
    must_say: bool = False,
) -> str:
    """Make a token that acts as the account for so many days, and return it: it is shown only now.

    `must_say`: a label is wanted. Raises InputInvalid.
    """
    faults = Faults()
    if must_say and not label:
        faults.add(_("请写明给谁、做什么用"), "label")
    if account.kind != KIND or account.disabled_at is not None:
        faults.add(_("只有系统管理员的账号才能有这种令牌，停用的不能"), "name")
    if len(label) > _MOST_LABEL or not label.isprintable():
        faults.add(_("标签最多 {most} 个字，不能有控制字符").format(most=_MOST_LABEL), "label")
    if not 1 <= days <= MOST_DAYS:
        faults.add(_("有效天数应当是 1 到 {most}").format(most=MOST_DAYS), "days")
    faults.refuse()
    token = new_token()
    session.add(
        AccountToken(
            token_hash=_hash(keyring, token),
            account_id=account.id or 0,
            label=label,
            issued_at=now,
            expires_at=now + timedelta(days=days),
        )
    )
    note(session, "token.issued", by, now, {"account": account.public_id, "days": days, "scopes": [SCOPE]})
    return token


def account_of(session: Session, keyring: Keyring, token: str, now: datetime) -> Account | None:
    """The account that a token in force acts as; None if it is unknown, expired, revoked, or the account is closed."""
    found = queries.account_token(session, _hash(keyring, token))
    if found is None:
        return None
    row, account = found
    if row.revoked_at is not None or now >= row.expires_at or account.disabled_at is not None:
        return None
    return account if account.kind == KIND else None


def revoke(session: Session, keyring: Keyring, named: str, now: datetime, *, by: str) -> int:
    """End a token, named by itself or by its label, at once; how many were in force. Raises NotFound if none was."""
    trail.take_turn(session)
    itself = _hash(keyring, named)
    ended = [
        (row, account)
        for row, account in queries.account_tokens(session)
        if (row.token_hash == itself or (named and row.label == named))
        and row.revoked_at is None
        and now < row.expires_at
    ]
    if not ended:
        raise NotFound(_("没有这样的有效令牌：请写令牌本身，或它的标签"))
    for row, account in ended:
        row.revoked_at = now
        session.add(row)
        note(session, "token.revoked", by, now, {"account": account.public_id})
    return len(ended)


def end(session: Session, row_id: int, now: datetime, *, by: str) -> None:
    """End the token of a line at once. Raises NotFound if it is not in force."""
    trail.take_turn(session)
    for row, account in queries.account_tokens(session):
        if row.id == row_id and row.revoked_at is None and now < row.expires_at:
            row.revoked_at = now
            session.add(row)
            note(session, "token.revoked", by, now, {"account": account.public_id})
            return
    raise NotFound(_("没有这个令牌，或者它已经失效"))


def lines(session: Session) -> list[AccountTokenLine]:
    """All that were ever issued, oldest first."""
    return [
        AccountTokenLine(account.name, row.label, row.issued_at, row.expires_at, row.revoked_at, row.id or 0)
        for row, account in queries.account_tokens(session)
    ]


def _hash(keyring: Keyring, token: str) -> bytes:
    # A lone surrogate has no UTF-8; such a text is no token of ours, and must not be an exception either.
    return keyring.look_up("account token", token.encode("utf-8", "backslashreplace").decode())
