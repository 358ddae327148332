"""Webhooks added, given a new secret, resumed and removed by the administrator of the system; each is an event of the instance's chain."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from mediation.audit import trail
from mediation.audit.trail import INSTANCE
from mediation.clock import local_day
from mediation.errors import Faults, NotFound
from mediation.ids import new_public_id
from mediation.language import _
from mediation.sites.sending import Hooks
from mediation.units import queries as units
from mediation.units.models import Unit
from mediation.webhooks import delivery, queries
from mediation.webhooks.addresses import read_target
from mediation.webhooks.kinds import check_kinds
from mediation.webhooks.models import Webhook, WebhookDelivery
from mediation.webhooks.signing import new_secret

MOST = 50
MOST_HOURS: Final = 168
KEPT_HOURS: Final = 24
"""How long the former secret goes on signing, if nothing else is said."""


@dataclass(frozen=True, slots=True)
class WebhookLine:
    """A webhook as it may be shown: never its secret. `waiting`, `parked`, `sent`: messages in that state."""

    id: str
    address: str
    kinds: list[str]
    unit: str
    unit_name: str
    added_at: datetime
    added_by: str
    former_until: datetime | None
    stopped_at: datetime | None
    stopped_why: str
    waiting: int
    parked: int
    sent: int


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One message: ids, codes and moments. `subject`: id of the case, or of the item of the register. `address`: whom it goes to."""

    id: str
    webhook: str
    address: str
    type: str
    subject: str
    state: str
    why: str
    attempts: int
    repeats: int
    recorded_at: datetime
    next_at: datetime | None
    sent_at: datetime | None


def add(
    session: Session,
    *,
    address: str,
    kinds: Sequence[str],
    unit: str,
    settings: Hooks,
    known: Collection[str],
    now: datetime,
    by: str,
) -> tuple[Webhook, str]:
    """Add an address and return it with its secret, which is told only now.

    `unit`: code of the unit whose cases, and those of the units below, it is told of. Raises InputInvalid with all that is
    wrong, a second one of the same address, kinds and unit too.
    """
    faults = Faults()
    read_target(address, settings.inside, faults)
    kinds = list(dict.fromkeys(kinds))
    check_kinds(kinds, known, faults)
    of = _unit(session, unit, now, faults)
    trail.take_turn(session)  # of two who add the same the second is told
    present = queries.kept(session)
    if len(present) >= MOST:
        faults.add(_("最多登记 {most} 个地址").format(most=MOST), "address")
    if any((hook.address, hook.kinds, at.code) == (address, kinds, unit) for hook, at in present):
        faults.add(_("这个地址已经登记过同样的事件和单位"), "address")
    faults.refuse()
    assert of is not None
    assert of.id is not None
    secret = new_secret()
    hook = Webhook(
        public_id=new_public_id(),
        address=address,
        kinds=kinds,
        unit_id=of.id,
        secret=secret,
        added_at=now,
        added_by=by,
    )
    session.add(hook)
    facts = {"webhook": hook.public_id, "kinds": kinds, "unit": of.code}
    _record(session, "webhook.added", by, now, facts, {"address": address})
    return hook, secret


def rotate(session: Session, public_id: str, hours: int, now: datetime, *, by: str) -> str:
    """Give it a new secret, told only now; the one before goes on signing beside it for so many hours. Raises NotFound, InputInvalid."""
    faults = Faults()
    if not 0 <= hours <= MOST_HOURS:
        faults.add(_("应当是 0 到 {most} 小时").format(most=MOST_HOURS), "hours")
    faults.refuse()
    trail.take_turn(session)
    hook = found(session, public_id)
    hook.former_secret, hook.former_until = hook.secret, now + timedelta(hours=hours)
    if not hours:
        hook.former_secret, hook.former_until = None, None
    secret = new_secret()
    hook.secret = secret
    session.add(hook)
    _record(session, "webhook.rotated", by, now, {"webhook": public_id, "hours": hours})
    return secret


def remove(session: Session, public_id: str, now: datetime, *, by: str) -> None:
    """Tell it nothing more; what waits for it is dropped. Raises NotFound."""
    trail.take_turn(session)
    hook = found(session, public_id)
    hook.removed_at, hook.former_secret, hook.former_until = now, None, None
    hook.secret = ""
    session.add(hook)
    session.flush()  # from here on no message is entered for it any more
    delivery.drop(session, hook.id or 0)
    _record(session, "webhook.removed", by, now, {"webhook": public_id})


def resume(session: Session, public_id: str, now: datetime, *, by: str) -> None:
    """Tell a stopped one again, beginning with what waits for it. Raises NotFound if it is not stopped."""
    trail.take_turn(session)
    hook = found(session, public_id)
    if hook.stopped_at is None:
        raise NotFound(_("这个地址没有停下"))
    hook.stopped_at, hook.stopped_why = None, ""
    session.add(hook)
    _record(session, "webhook.resumed", by, now, {"webhook": public_id})


def stop(session: Session, key: int, why: str, now: datetime, *, by: str) -> None:
    """Tell it nothing until somebody resumes it; what happens meanwhile it is never told."""
    trail.take_turn(session)
    hook = queries.webhook_of_key(session, key)
    if hook.stopped_at is None and hook.removed_at is None:
        hook.stopped_at, hook.stopped_why = now, why
        session.add(hook)
        _record(session, "webhook.stopped", by, now, {"webhook": hook.public_id, "why": why})


def stop_all(session: Session, why: str, now: datetime, *, by: str) -> int:
    """Stop all that are not; how many."""
    trail.take_turn(session)
    hooks = queries.listening(session)
    for hook in hooks:
        stop(session, hook.id or 0, why, now, by=by)
    return len(hooks)


def found(session: Session, public_id: str) -> Webhook:
    """The webhook of an id. Raises NotFound."""
    hook = queries.webhook(session, public_id)
    if hook is None:
        raise NotFound(_("没有编号为 {id} 的推送地址").format(id=public_id))
    return hook


def secrets_of(hook: Webhook, now: datetime) -> list[str]:
    """The secrets in force: the present one, and the one before while it is kept."""
    former = hook.former_secret if hook.former_until is not None and now < hook.former_until else None
    return [str(hook.secret), *([str(former)] if former else [])]


def lines(session: Session, now: datetime) -> list[WebhookLine]:
    """All webhooks, oldest first."""
    counts = queries.counts(session)
    return [_line(hook, unit, counts.get(hook.id or 0, {}), now) for hook, unit in queries.kept(session)]


def message_line(row: WebhookDelivery, webhook: str, address: str) -> MessageLine:
    """A message as it may be shown."""
    data = row.payload["data"]
    return MessageLine(
        id=row.public_id,
        webhook=webhook,
        address=address,
        type=str(row.payload["type"]),
        subject=str(data.get("case") or data.get("item")),
        state=row.state,
        why=row.why,
        attempts=row.attempts,
        repeats=row.repeats,
        recorded_at=row.recorded_at,
        next_at=row.next_at if row.state == "waiting" else None,
        sent_at=row.sent_at,
    )


def _line(hook: Webhook, unit: Unit, counts: dict[str, int], now: datetime) -> WebhookLine:
    until = hook.former_until if hook.former_until is not None and now < hook.former_until else None
    return WebhookLine(
        id=hook.public_id,
        address=str(hook.address),
        kinds=list(hook.kinds),
        unit=unit.code,
        unit_name=unit.name,
        added_at=hook.added_at,
        added_by=hook.added_by,
        former_until=until,
        stopped_at=hook.stopped_at,
        stopped_why=hook.stopped_why,
        waiting=counts.get("waiting", 0),
        parked=counts.get("parked", 0),
        sent=counts.get("sent", 0),
    )


def _unit(session: Session, code: str, now: datetime, faults: Faults) -> Unit | None:
    of = queries.unit_by_code(session, code)
    if of is None or of.id is None or of.id not in units.load_tree(session, local_day(now)):
        faults.add(_("没有代码为 {code} 的单位，或当日已不存续").format(code=code), "unit")
        return None
    return of


def _record(
    session: Session,
    act: str,
    by: str,
    now: datetime,
    facts: Mapping[str, object],
    details: Mapping[str, object] | None = None,
) -> None:
    trail.append(session, chain=INSTANCE, act=act, actor=by, recorded_at=now, facts=facts, details=details)
