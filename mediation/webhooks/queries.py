"""Reads of webhooks and of what they were told, and of whom an event concerns. Unscoped: ids and codes only."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, delete, or_
from sqlalchemy import select as columns
from sqlmodel import Session, col, func, select

from mediation.cases.models import CaseReach, Dispute
from mediation.notices.models import OutboxRow
from mediation.notices.queries import FAR, NEAR
from mediation.supervision.models import SupervisionItem
from mediation.units.models import Unit
from mediation.webhooks.models import Webhook, WebhookDelivery

KIND = "webhook"
"""The kind of their rows of the outbox."""
MOST_ROWS = 200


class Listener(NamedTuple):
    """What must be known of a webhook to see whether an event fits it: neither its address nor its secret is opened."""

    id: int
    kinds: list[str]
    unit_id: int


def listeners(session: Session) -> list[Listener]:
    """The webhooks that are told of what happens now, as far as it takes to see what fits."""
    found = (
        columns(col(Webhook.id), col(Webhook.kinds), col(Webhook.unit_id))
        .where(col(Webhook.removed_at).is_(None), col(Webhook.stopped_at).is_(None))
        .order_by(col(Webhook.id))
    )
    return [Listener(row[0] or 0, list(row[1]), row[2]) for row in session.execute(found)]


def listening(session: Session) -> list[Webhook]:
    """The same, whole."""
    found = select(Webhook).where(col(Webhook.removed_at).is_(None), col(Webhook.stopped_at).is_(None))
    return list(session.exec(found.order_by(col(Webhook.id))))


def kept(session: Session) -> list[tuple[Webhook, Unit]]:
    """The webhooks that have not been removed, with their units, oldest first."""
    found = (
        select(Webhook, Unit)
        .where(col(Webhook.unit_id) == Unit.id, col(Webhook.removed_at).is_(None))
        .order_by(col(Webhook.id))
    )
    return [(hook, unit) for hook, unit in session.exec(found)]


def webhook(session: Session, public_id: str) -> Webhook | None:
    """One that has not been removed."""
    found = select(Webhook).where(Webhook.public_id == public_id, col(Webhook.removed_at).is_(None))
    return session.exec(found).one_or_none()


def kept_keys() -> Select[Any]:
    """The keys of those that have not been removed."""
    return columns(col(Webhook.id)).where(col(Webhook.removed_at).is_(None))


def webhook_of_key(session: Session, key: int, *, hold: bool = False) -> Webhook:
    """One by its key, removed or not. `hold`: it is not removed until this is written."""
    found = session.get(Webhook, key, with_for_update={"read": True} if hold else None)
    assert found is not None  # a webhook is never deleted
    return found


def counts(session: Session) -> dict[int, dict[str, int]]:
    """Key of a webhook → state → how many messages."""
    rows = select(WebhookDelivery.webhook_id, WebhookDelivery.state, func.count()).group_by(
        col(WebhookDelivery.webhook_id), col(WebhookDelivery.state)
    )
    found: dict[int, dict[str, int]] = {}
    for key, state, count in session.exec(rows):
        found.setdefault(key, {})[state] = count
    return found


def undelivered(session: Session) -> dict[str, int]:
    """How many messages wait, and how many are parked."""
    rows = (
        select(WebhookDelivery.state, func.count())
        .where(col(WebhookDelivery.state).in_(("waiting", "parked")))
        .group_by(col(WebhookDelivery.state))
    )
    return {"waiting": 0, "parked": 0, **{row[0]: row[1] for row in session.exec(rows)}}


def forget_sent(session: Session, before: datetime) -> int:
    """Delete the messages that arrived before then; how many."""
    statement = delete(WebhookDelivery).where(
        col(WebhookDelivery.state) == "sent", col(WebhookDelivery.sent_at) < before
    )
    return int(session.connection().execute(statement).rowcount)


def unit_by_code(session: Session, code: str) -> Unit | None:
    """The unit of a code, on any day."""
    return session.exec(select(Unit).where(Unit.code == code)).one_or_none()


# — whom an event concerns —


def cases_of(session: Session, chains: Collection[str]) -> dict[str, int]:
    """Chain → key of the case that it is of; chains of anything else are left out."""
    found = select(Dispute.public_id, Dispute.id).where(col(Dispute.public_id).in_(chains))
    return {chain: key for chain, key in session.exec(found) if key is not None}


def reached(session: Session, cases: Collection[int], units: Collection[int]) -> set[tuple[int, int]]:
    """(case, unit): which of the units see which of the cases, because they or a unit below have to do with it."""
    found = select(CaseReach.case_id, CaseReach.unit_id).where(
        col(CaseReach.case_id).in_(cases), col(CaseReach.unit_id).in_(units)
    )
    return {(case, unit) for case, unit in session.exec(found)}


def items_of(session: Session, chains: Collection[str]) -> dict[str, tuple[int, int]]:
    """Chain → (responsible unit, supervisor) of the item of the register that it is of."""
    found = select(SupervisionItem.public_id, SupervisionItem.unit_id, SupervisionItem.supervisor_id).where(
        col(SupervisionItem.public_id).in_(chains)
    )
    return {chain: (unit, supervisor) for chain, unit, supervisor in session.exec(found)}


# — what is to be sent —


def row_to_enter(session: Session, row_id: int) -> OutboxRow | None:
    """The row of the outbox, if it is a webhook's and has not been entered yet."""
    found = session.get(OutboxRow, row_id)
    return found if found is not None and found.kind == KIND and found.handed_on_at is None else None


def rows_to_enter(session: Session, most: int) -> list[int]:
    """Keys of the rows of the outbox that have not been entered yet, oldest first."""
    found = (
        select(OutboxRow.id)
        .where(col(OutboxRow.handed_on_at).is_(None), OutboxRow.kind == KIND)
        .order_by(col(OutboxRow.id))
        .limit(most)
    )
    return [key for key in session.exec(found) if key is not None]


def may_be_taken(now: datetime) -> ColumnElement[bool]:
    """Which waiting messages anybody may take up now. Times far ahead are the work of a clock that ran ahead."""
    due = or_(col(WebhookDelivery.next_at) <= now, col(WebhookDelivery.next_at) > now + FAR)
    lease = col(WebhookDelivery.lease_until)
    free = or_(lease.is_(None), lease <= now, lease > now + NEAR)
    return (col(WebhookDelivery.state) == "waiting") & due & free


def due(session: Session, now: datetime, most: int) -> list[tuple[int, int]]:
    """(message, webhook) by their keys: what is to be taken up now, the longest due first; of stopped webhooks nothing."""
    found = (
        select(WebhookDelivery.id, WebhookDelivery.webhook_id)
        .where(may_be_taken(now), col(WebhookDelivery.webhook_id) == Webhook.id)
        .where(col(Webhook.stopped_at).is_(None))
        .order_by(col(WebhookDelivery.next_at), col(WebhookDelivery.id))
        .limit(most)
    )
    return [(key, hook) for key, hook in session.exec(found) if key is not None]


def next_try(session: Session, webhook_id: int) -> datetime | None:
    """When the next message is due of a webhook whose last calls came to nothing; None if it is well."""
    found = select(func.min(WebhookDelivery.next_at)).where(
        WebhookDelivery.webhook_id == webhook_id,
        WebhookDelivery.state == "waiting",
        col(WebhookDelivery.attempts) > 0,
        col(WebhookDelivery.lease_until).is_(None),
    )
    return session.exec(found).one()


def message(session: Session, message_id: str) -> WebhookDelivery | None:
    """One message by its id."""
    return session.exec(select(WebhookDelivery).where(WebhookDelivery.public_id == message_id)).one_or_none()


def message_of_key(session: Session, key: int) -> WebhookDelivery:
    """One message by its key."""
    found = session.get(WebhookDelivery, key)
    assert found is not None  # a message is never deleted
    return found


def in_states(
    session: Session, states: Iterable[str], most: int, *, webhook_id: int | None = None
) -> list[tuple[WebhookDelivery, str, str]]:
    """Messages in these states with the ids and addresses of their webhooks, the newest first."""
    found = (
        columns(WebhookDelivery, col(Webhook.public_id), col(Webhook.address))
        .where(col(WebhookDelivery.state).in_(list(states)), col(WebhookDelivery.webhook_id) == Webhook.id)
        .order_by(col(WebhookDelivery.id).desc())
        .limit(most)
    )
    if webhook_id is not None:
        found = found.where(col(WebhookDelivery.webhook_id) == webhook_id)
    rows: list[Any] = list(session.execute(found))
    return [(row[0], str(row[1]), str(row[2])) for row in rows]
