"""Webhooks of one instance: what acts have left for them in the outbox is entered once, and sent until it is taken or given up.

A row is crossed off and its message entered in one transaction. A message is taken up under a lease, sent outside any
transaction, and recorded: who is killed in between leaves a lease that runs out, and it goes out again under the same id.
"""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlmodel import Session

from mediation.cases.office import Office
from mediation.clock import Clock, time_elsewhere
from mediation.errors import Faults, NotFound, NotPermitted, on_record
from mediation.ids import new_public_id
from mediation.language import _
from mediation.resources import program_version
from mediation.sites.sending import Hooks
from mediation.supervision.machine import ACTS
from mediation.webhooks import delivery, hearing, keeping, queries
from mediation.webhooks.addresses import read_target
from mediation.webhooks.calling import GONE, Answered, call
from mediation.webhooks.keeping import MessageLine, WebhookLine, message_line
from mediation.webhooks.kinds import TEST, known_kinds
from mediation.webhooks.models import Webhook, WebhookDelivery
from mediation.webhooks.signing import signed_headers

_log = logging.getLogger("mediation.webhooks")
_BATCH = 500
KEPT = timedelta(days=30)
"""How long a message that has arrived is kept, for whoever asks."""
BY_SYSTEM = "system:webhooks"


class Sessions(Protocol):
    """What the room needs of the database; its owner decides when something is written."""

    def reading(self) -> AbstractContextManager[Session]: ...
    def writing(self) -> AbstractContextManager[Session]: ...


@dataclass
class Called:
    """What a round came to: rows of the outbox entered, and messages by how they ended."""

    rows: int = 0
    sent: int = 0
    put_off: int = 0
    parked: int = 0
    repeats: int = 0


def _never() -> bool:
    return False


class WebhookRoom:
    """The webhooks of one instance. `office`: the site as it works now; `keep_up` reads it anew if it has changed."""

    def __init__(
        self,
        sessions: Sessions,
        clock: Clock,
        office: Callable[[], Office],
        keep_up: Callable[[Session], object],
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._office = office
        self._keep_up = keep_up

    # — hearing —

    def hear(self, session: Session, events: Sequence[Mapping[str, Any]]) -> None:
        """Leave what a transaction has recorded for the webhooks that it fits, in the same transaction."""
        if self._office().webhooks.enabled:
            hearing.hear(session, events, self._clock.now())

    # — keeping —

    @property
    def enabled(self) -> bool:
        """Whether the site has switched webhooks on."""
        with self._sessions.reading() as session:
            return self._settings(session).enabled

    def kinds(self) -> dict[str, str]:
        """Kinds of event that may be asked for → what people call them."""
        engines = self._office().engines
        titles = {name: act.title for name, act in ACTS.items()}
        return known_kinds([engine.definition for engine in engines.values()], titles)

    def lines(self) -> list[WebhookLine]:
        """All webhooks, oldest first, without their secrets."""
        with self._sessions.reading() as session:
            return keeping.lines(session, self._clock.now())

    def messages(
        self, states: Sequence[str] = ("parked", "waiting"), most: int = queries.MOST_ROWS, webhook: str = ""
    ) -> list[MessageLine]:
        """Messages in these states, the newest first; of one webhook or of all. Raises NotFound for an unknown one."""
        with self._sessions.reading() as session:
            key = keeping.found(session, webhook).id if webhook else None
            found = queries.in_states(session, states, min(most, queries.MOST_ROWS), webhook_id=key)
            return [message_line(row, hook, address) for row, hook, address in found]

    def add(
        self,
        address: str,
        kinds: Sequence[str],
        unit: str,
        *,
        by: str,
        remember: Callable[[Session, str], None] | None = None,
    ) -> tuple[str, str]:
        """Add an address; its id, and its secret, which is told only now. Raises NotPermitted while they are off, InputInvalid.

        `remember` is called with the secret in the same transaction.
        """
        with self._sessions.writing() as session:
            settings = self._switched_on(session)
            hook, secret = keeping.add(
                session,
                address=address.strip(),
                kinds=kinds,
                unit=unit.strip(),
                settings=settings,
                known=self.kinds(),
                now=self._clock.now(),
                by=by,
            )
            if remember is not None:
                remember(session, secret)
            return hook.public_id, secret

    def rotate(
        self,
        webhook: str,
        hours: int = keeping.KEPT_HOURS,
        *,
        by: str,
        remember: Callable[[Session, str], None] | None = None,
    ) -> str:
        """A new secret, told only now; the former signs beside it for so many hours. Raises NotFound, InputInvalid.

        `remember` is called with it in the same transaction.
        """
        with self._sessions.writing() as session:
            secret = keeping.rotate(session, webhook, hours, self._clock.now(), by=by)
            if remember is not None:
                remember(session, secret)
        return secret

    def remove(self, webhook: str, *, by: str) -> None:
        """Tell it nothing more. Raises NotFound."""
        with self._sessions.writing() as session:
            keeping.remove(session, webhook, self._clock.now(), by=by)

    def resume(self, webhook: str, *, by: str) -> None:
        """Tell a stopped one again. Raises NotFound if it is not stopped."""
        with self._sessions.writing() as session:
            keeping.resume(session, webhook, self._clock.now(), by=by)

    def again(self, message: str | None) -> int:
        """Let a parked message, or all of them, be sent again from the first attempt; how many. Raises NotFound if it is not parked."""
        with self._sessions.writing() as session:
            row = queries.message(session, message) if message is not None else None
            if message is not None and (row is None or row.state != "parked"):
                raise NotFound(_("没有编号为 {id} 的停发推送").format(id=message))
            return delivery.send_again(session, self._clock.now(), key=row.id if row is not None else None)

    def test(self, webhook: str) -> Answered:
        """Call it now with a message of its own kind, which is kept nowhere. Raises NotPermitted while they are off, NotFound."""
        now = self._clock.now()
        with self._sessions.reading() as session:
            settings = self._switched_on(session)
            hook = keeping.found(session, webhook)
        stamp = now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        payload = {"type": TEST, "timestamp": stamp, "data": {"webhook": hook.public_id}}
        return self._call(hook, new_public_id(), payload, settings)

    # — sending —

    def anything_to_send(self, now: datetime) -> bool:
        """Whether a message is due that has been entered already."""
        if not self._office().webhooks.enabled:
            return False
        with self._sessions.reading() as session:
            return bool(queries.due(session, now, 1))

    @on_record()
    def deliver(self, outbox_id: int) -> Called:
        """Enter one row of the outbox, and send it. Whoever calls it twice enters nothing twice."""
        called = Called()
        now = self._clock.now()
        with self._sessions.writing() as session:
            entered = delivery.enter(session, outbox_id, now)
            settings = self._settings(session)
            is_due = entered is not None and entered.state == "waiting" and entered.next_at <= now
        called.rows += entered is not None
        if entered is not None and is_due and settings.enabled and not self._is_stopped(entered):
            self._send(entered.id or 0, settings, called)
        return called

    @on_record()
    def send_due(self, stop: Callable[[], bool] = _never) -> Called:
        """Send what is due again, until there is none or `stop` says so. An address that fails is left alone for this round."""
        called = Called()
        with self._sessions.reading() as session:
            settings = self._settings(session)
            due = queries.due(session, self._clock.now(), _BATCH) if settings.enabled else []
        failing: set[int] = set()
        for key, hook in due:
            if stop():
                break
            if hook not in failing and not self._send(key, settings, called):
                failing.add(hook)
        return called

    def forget_sent(self) -> int:
        """Let go of what arrived longer ago than it is kept; how many messages."""
        with self._sessions.writing() as session:
            return queries.forget_sent(session, self._clock.now() - KEPT)

    @on_record()
    def deliver_waiting(self) -> Called:
        """Enter what waits in the outbox, then send all that is due: where no jobs are done."""
        rows = 0
        with self._sessions.reading() as session:
            waiting = queries.rows_to_enter(session, _BATCH)
        for row in waiting:
            with self._sessions.writing() as session:
                rows += delivery.enter(session, row, self._clock.now()) is not None
        called = self.send_due()
        called.rows = rows
        return called

    def _is_stopped(self, row: WebhookDelivery) -> bool:
        with self._sessions.reading() as session:
            return queries.webhook_of_key(session, row.webhook_id).stopped_at is not None

    def _send(self, key: int, settings: Hooks, called: Called) -> bool:
        """Take it up, send it, say what became of it: three steps, and no transaction is open in the second. False if it failed."""
        with self._sessions.writing() as session:
            until = delivery.take(session, key, self._clock.now())
            row = queries.message_of_key(session, key)
            hook = queries.webhook_of_key(session, row.webhook_id)
        if until is None:
            return True
        called.repeats += bool(row.repeats)
        if row.attempts > settings.attempts:  # each time, whoever took it up was killed
            answered = Answered("killed")
        else:
            answered = self._call(hook, row.public_id, row.payload, settings)
        with self._sessions.writing() as session:
            if answered.why == GONE:  # first, as who removes it does: so nobody waits in a ring
                keeping.stop(session, row.webhook_id, GONE, self._clock.now(), by=BY_SYSTEM)
            self._note(session, row, until, answered, settings, called)
        return not answered.why

    def _note(
        self,
        session: Session,
        row: WebhookDelivery,
        until: datetime,
        answered: Answered,
        settings: Hooks,
        called: Called,
    ) -> None:
        now, key = self._clock.now(), row.id or 0
        if not answered.why:
            state = "sent"
            called.sent += delivery.end(session, key, until, state=state, why="", sent_at=now)
        elif answered.why == GONE or row.attempts >= settings.attempts:
            state = "parked"
            called.parked += delivery.end(session, key, until, state=state, why=answered.why)
        else:
            state = "waiting"
            next_at = now + delivery.wait_after(row.attempts, row.public_id, answered.pause)
            called.put_off += delivery.end(session, key, until, why=answered.why, next_at=next_at)
        _log.info("webhook %s %s %s %s", row.public_id, row.payload["type"], state, answered.why or "-")

    def _call(self, hook: Webhook, message: str, payload: Any, settings: Hooks) -> Answered:
        faults = Faults()
        target = read_target(str(hook.address), settings.inside, faults)
        if target is None or faults.problems:
            return Answered("not_allowed")
        there = time_elsewhere(self._clock)  # the receiver compares it with its own
        body = json.dumps(payload, sort_keys=True, separators=(",", ":")).encode()
        secrets = keeping.secrets_of(hook, self._clock.now())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"mediation/{program_version()}",
            **signed_headers(secrets, message, int(there.timestamp()), body),
        }
        return call(target, body, headers, settings.inside, settings.seconds, there)

    def _settings(self, session: Session) -> Hooks:
        self._keep_up(session)
        return self._office().webhooks

    def _switched_on(self, session: Session) -> Hooks:
        settings = self._settings(session)
        if not settings.enabled:
            raise NotPermitted(
                _("部署单位没有开通推送：请在 site.yaml 里写 webhooks: {enabled: true}，再 site apply")
            )
        return settings
