"""The secret address by which a calendar programme fetches a person's appointments without a login; only its hash is kept."""

from datetime import datetime, timedelta

from sqlmodel import Session

from mediation.accounts import entering, queries
from mediation.accounts.models import Account, CalendarAddress
from mediation.crypto import Keyring
from mediation.errors import NotPermitted
from mediation.ids import new_token
from mediation.language import _

USED_EVERY = timedelta(hours=1)


def make_address(
    session: Session, keyring: Keyring, account: Account, now: datetime, *, whole_unit: bool = False
) -> str:
    """A new secret for the account, in place of any before it; it is told only now.

    `whole_unit`: the appointments of the unit's cases too, as far as the person sees them. Raises NotPermitted for an
    administrator, who sees no case.
    """
    if account.kind != "staff":
        raise NotPermitted(_("管理员看不到纠纷，没有日程"))
    secret = new_token()
    row = queries.calendar_of(session, account.id or 0) or CalendarAddress(
        account_id=account.id or 0, made_at=now
    )
    row.secret_hash = _hash(keyring, secret)
    row.whole_unit, row.made_at, row.ended_at, row.used_at = whole_unit, now, None, None
    session.add(row)
    session.flush()
    entering.note(session, "account.calendar_made", account.name, now, {"account": account.public_id})
    return secret


def end_address(session: Session, account: Account, now: datetime, *, by: str) -> bool:
    """Nothing is found at the account's address any more; False if it had none."""
    row = queries.calendar_of(session, account.id or 0)
    if row is None or row.secret_hash is None:
        return False
    row.secret_hash, row.ended_at = None, now
    session.add(row)
    entering.note(session, "account.calendar_ended", by, now, {"account": account.public_id})
    return True


def address_of(session: Session, account: Account) -> CalendarAddress | None:
    """The account's address in force; None if there is none."""
    row = queries.calendar_of(session, account.id or 0)
    return row if row is not None and row.secret_hash is not None else None


def find_address(session: Session, keyring: Keyring, secret: str) -> tuple[CalendarAddress, Account] | None:
    """Whose calendar the secret opens; None if it is unknown or ended, or the account is closed."""
    found = queries.calendar_by_hash(session, _hash(keyring, secret))
    return found if found is not None and found[1].disabled_at is None else None


def wants_noting(row: CalendarAddress, now: datetime) -> bool:
    """Is it time to write down that it was used? Once an hour at most: programmes ask often."""
    return row.used_at is None or now - row.used_at >= USED_EVERY


def _hash(keyring: Keyring, secret: str) -> bytes:
    # A lone surrogate has no UTF-8; such a text is no secret of ours, and must not be an exception either.
    return keyring.look_up("calendar address", secret.encode("utf-8", "backslashreplace").decode())
