"""What may be tried only so often: logins, query codes, applications. Counted in the database, over all processes."""

from datetime import datetime, timedelta

from sqlmodel import Session

from mediation.accounts import queries
from mediation.accounts.models import AttemptCount
from mediation.crypto import Keyring
from mediation.errors import MediationError
from mediation.language import _
from mediation.storage.upsert import insert_missing


class TriedTooOften(MediationError):
    """试的次数太多了，请过一会儿再试。"""


def count(session: Session, keyring: Keyring, what: str, who: str, now: datetime, span: timedelta) -> int:
    """Count one more attempt by whoever it is within the present window, and return how many there are now.

    Of attempts at once, in several processes too, each counts.
    """
    window = int(now.timestamp() // span.total_seconds())
    who_hash = keyring.look_up(f"attempt:{what}", who)
    first = {"what": what, "who_hash": who_hash, "window": window, "count": 0}
    if insert_missing(session, AttemptCount.__table__, [first]):  # type: ignore[attr-defined]
        queries.forget_attempts(session, what, window - 1)
    return queries.count_up(session, what, who_hash, window)


def refuse_too_many(
    session: Session, keyring: Keyring, what: str, who: str, now: datetime, span: timedelta, most: int
) -> None:
    """Raise TriedTooOften if more than `most` attempts were made in the present window; counts nothing."""
    window = int(now.timestamp() // span.total_seconds())
    row = queries.attempts(session, what, keyring.look_up(f"attempt:{what}", who), window)
    if row is not None and row.count >= most:
        if span >= timedelta(days=1):
            raise TriedTooOften(_("今天的次数已经满了，请明天再来，或者直接到窗口、打电话。"))
        minutes = max(1, round(span.total_seconds() / 60))
        raise TriedTooOften(_("试的次数太多了，请 {minutes} 分钟后再试。").format(minutes=minutes))
