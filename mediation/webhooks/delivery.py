"""The rows of messages as they change: entered, taken up by one, sent or put off, parked, sent again. Each is one compare-and-swap."""

import hashlib
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import case as either
from sqlalchemy import update
from sqlmodel import Session, col

from mediation.notices import delivery as notices
from mediation.webhooks.models import WebhookDelivery
from mediation.webhooks.queries import kept_keys, may_be_taken, next_try, row_to_enter, webhook_of_key

LEASE: Final = timedelta(seconds=40)
"""How long a message is one sender's: longer than any call may take, so whoever outlives it has been killed."""


def enter(session: Session, row_id: int, now: datetime) -> WebhookDelivery | None:
    """Cross a row of the outbox off and enter its message, under the row's id; None if somebody else has.

    While earlier messages to the same address wait for their next try, this one waits with them.
    """
    row = row_to_enter(session, row_id)
    if row is None or not notices.hand_on(session, row_id, now):
        return None
    hook = webhook_of_key(session, int(row.payload["webhook"]), hold=True)
    entered = WebhookDelivery(
        public_id=row.public_id,
        webhook_id=hook.id or 0,
        payload=row.payload["message"],
        state="waiting" if hook.removed_at is None else "dropped",
        why="" if hook.removed_at is None else "removed",
        next_at=max(now, next_try(session, hook.id or 0) or now),
        recorded_at=row.recorded_at,
    )
    session.add(entered)
    session.flush()
    return entered


def take(session: Session, key: int, now: datetime) -> datetime | None:
    """Take a message up; until when it is ours, None if it is somebody else's or no longer waits.

    A lease that has run out without a word means that it may be out: this time is counted as a repeat.
    """
    until = now + LEASE
    interrupted = col(WebhookDelivery.lease_until).is_not(None)
    statement = (
        update(WebhookDelivery)
        .where(col(WebhookDelivery.id) == key, may_be_taken(now))
        .values(
            lease_until=until,
            attempts=WebhookDelivery.attempts + 1,
            repeats=WebhookDelivery.repeats + either((interrupted, 1), else_=0),
        )
    )
    return until if _rows(session, statement) == 1 else None


def end(session: Session, key: int, until: datetime, **values: Any) -> bool:
    """Say what became of it. False if the lease was lost meanwhile: whoever has it now will say."""
    statement = update(WebhookDelivery).where(
        col(WebhookDelivery.id) == key,
        col(WebhookDelivery.state) == "waiting",
        col(WebhookDelivery.lease_until) == until,
    )
    return _rows(session, statement.values(lease_until=None, **values)) == 1


def send_again(session: Session, now: datetime, *, key: int | None = None) -> int:
    """Let a parked message, or all of them, wait again, from the first attempt; how many. Those of removed webhooks stay."""
    statement = update(WebhookDelivery).where(
        col(WebhookDelivery.state) == "parked",
        col(WebhookDelivery.webhook_id).in_(kept_keys()),
    )
    if key is not None:
        statement = statement.where(col(WebhookDelivery.id) == key)
    return _rows(
        session, statement.values(state="waiting", why="", attempts=0, next_at=now, lease_until=None)
    )


def drop(session: Session, webhook_id: int) -> None:
    """What waits or is parked for a webhook is sent no more."""
    statement = update(WebhookDelivery).where(
        col(WebhookDelivery.webhook_id) == webhook_id,
        col(WebhookDelivery.state).in_(("waiting", "parked")),
    )
    session.connection().execute(statement.values(state="dropped", why="removed", lease_until=None))


def wait_after(attempts: int, message_id: str, asked: int) -> timedelta:
    """How long after so many attempts: 1, 4, 16, 64, 256 minutes, six hours at most; or as long as the other side asks, if longer.

    Up to a tenth is added, by the message's id, so that what failed together does not come back together.
    """
    wait = max(notices.wait_after(attempts), timedelta(seconds=asked))
    tenth = hashlib.sha256(f"{message_id} {attempts}".encode()).digest()[0] / 2550
    return wait + wait * tenth


def _rows(session: Session, statement: Any) -> int:
    return int(session.connection().execute(statement).rowcount)
