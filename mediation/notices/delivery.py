"""The rows of deliveries as they change: taken up by one, sent or failed, tried again. Each is one compare-and-swap."""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import case as either
from sqlalchemy import or_, update
from sqlmodel import Session, col

from mediation.notices.channels.calling import BUDGET, UNANSWERED
from mediation.notices.channels.interface import Receipt
from mediation.notices.models import Delivery, OutboxRow
from mediation.notices.queries import FAR, may_be_taken

LEASE: Final = timedelta(seconds=BUDGET + 5)
"""How long a delivery is one sender's. No sending takes as long, so whoever outlives the lease has been killed."""
_FIRST_WAIT: Final = timedelta(minutes=1)
_LONGEST_WAIT: Final = timedelta(hours=6)


def hand_on(session: Session, row_id: int, now: datetime) -> bool:
    """Cross a row of the outbox off; False if somebody else has."""
    statement = (
        update(OutboxRow)
        .where(col(OutboxRow.id) == row_id, col(OutboxRow.handed_on_at).is_(None))
        .values(handed_on_at=now)
    )
    return _rows(session, statement) == 1


def hand_back(session: Session, row_id: int) -> None:
    """Let a row of the outbox be written anew."""
    session.connection().execute(
        update(OutboxRow).where(col(OutboxRow.id) == row_id).values(handed_on_at=None)
    )


def take(session: Session, delivery_id: int, now: datetime) -> datetime | None:
    """Take a delivery up; until when it is ours, None if it is somebody else's or no longer waits.

    A lease that has run out without a word means that the message may be out, and so does one that the other side took and
    never answered: this time is counted as a repeat.
    """
    until = now + LEASE
    may_be_out = or_(col(Delivery.lease_until).is_not(None), col(Delivery.why) == UNANSWERED)
    statement = (
        update(Delivery)
        .where(col(Delivery.id) == delivery_id, may_be_taken(now))
        .values(
            lease_until=until,
            attempts=Delivery.attempts + 1,
            repeats=Delivery.repeats + either((may_be_out, 1), else_=0),
        )
    )
    return until if _rows(session, statement) == 1 else None


def sent(session: Session, delivery_id: int, until: datetime, receipt: Receipt, now: datetime) -> bool:
    """It is out. False if the lease was lost meanwhile: whoever has it now will say what became of it."""
    values: dict[str, Any] = {"state": "sent", "why": "", "sent_at": now, "reference": receipt.reference}
    if receipt.sha256 is not None:
        values |= {"sha256": receipt.sha256, "body": None}
    return _end(session, delivery_id, until, values)


def put_off(session: Session, delivery_id: int, until: datetime, why: str, next_at: datetime) -> bool:
    """It did not go out, and is tried again."""
    return _end(session, delivery_id, until, {"why": why, "next_at": next_at})


def failed(session: Session, delivery_id: int, until: datetime, why: str) -> bool:
    """It did not go out, and is not tried again unless somebody asks for it."""
    return _end(session, delivery_id, until, {"state": "failed", "why": why})


def try_again(session: Session, delivery_id: int, now: datetime) -> bool:
    """A failed one waits again, from its first attempt; False if it has not failed. One that may be out is counted as a repeat."""
    statement = (
        update(Delivery)
        .where(col(Delivery.id) == delivery_id, col(Delivery.state) == "failed")
        .values(
            state="waiting",
            why="",
            attempts=0,
            repeats=Delivery.repeats + either((col(Delivery.why) == UNANSWERED, 1), else_=0),
            next_at=now,
            lease_until=None,
        )
    )
    return _rows(session, statement) == 1


def mark_read(session: Session, delivery_id: int, now: datetime) -> None:
    """The first time that its reader opened it."""
    statement = (
        update(Delivery)
        .where(col(Delivery.id) == delivery_id, col(Delivery.read_at).is_(None))
        .values(read_at=now)
    )
    session.connection().execute(statement)


def wait_after(attempts: int) -> timedelta:
    """How long after so many attempts: 1, 4, 16, 64, 256 minutes, six hours at most."""
    return min(_FIRST_WAIT * int(4 ** max(attempts - 1, 0)), _LONGEST_WAIT)


def _end(session: Session, delivery_id: int, until: datetime, values: dict[str, Any]) -> bool:
    statement = (
        update(Delivery)
        .where(
            col(Delivery.id) == delivery_id,
            col(Delivery.state) == "waiting",
            col(Delivery.lease_until) == until,
        )
        .values(lease_until=None, **values)
    )
    return _rows(session, statement) == 1


def _rows(session: Session, statement: Any) -> int:
    return int(session.connection().execute(statement).rowcount)


assert _LONGEST_WAIT < FAR  # what waits its turn must not look like the work of a wrong clock
