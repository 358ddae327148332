"""Where notices are written and handed over: what acts have left in the outbox, to each reader, by each channel, once.

A row is read, its letters are composed with no lock held, and the deliveries are entered in one transaction that crosses
the row off. What stays on this machine is done by then. What leaves it is taken up under a lease, sent outside any
transaction, and recorded: who is killed in between leaves a lease that runs out, and the message is sent once more, under
the same id, and counted as a repeat. So is one that the other side took and never answered; unanswered again, it has failed.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol

from pydantic import ValidationError
from sqlmodel import Session

from mediation.cases import erasure
from mediation.cases import queries as case_queries
from mediation.cases.correspondence import (
    Draft,
    StandIns,
    TrayLetter,
    TrayRow,
    drafts,
    letters,
    lost,
    message_of,
    no_deputies,
    tray,
)
from mediation.cases.hall import Hall
from mediation.cases.office import Office
from mediation.cases.recusals.queries import kept_from
from mediation.documents.render import set_page
from mediation.errors import (
    CaseChanged,
    MediationError,
    NotFound,
    SendingFailed,
    SendingRefused,
    StorageError,
    on_record,
)
from mediation.notices import delivery, queries
from mediation.notices.channels import Channel, Receipt, Tools, open_channels
from mediation.notices.channels.calling import UNANSWERED
from mediation.notices.models import Delivery, OutboxRow
from mediation.notices.readers import NOBODY
from mediation.paper_room import retried
from mediation.sites.sending import Sending

_log = logging.getLogger("mediation.notices")
ActorRef = str | int
_BATCH = 50
_HANDS = 8
_MOST_DUE = 1000
_GRACE = timedelta(seconds=5)
"""Whoever enters deliveries sends them at once: they are left to it for so long."""
MOST_COUNTED = 100


class Sessions(Protocol):
    """What the room needs of the database; its owner decides when something is written."""

    def reading(self) -> AbstractContextManager[Session]: ...
    def writing(self) -> AbstractContextManager[Session]: ...


@dataclass
class Posted:
    """What a round of the room came to: rows of the outbox written to their readers, and deliveries by how they ended."""

    rows: int = 0
    sent: int = 0
    put_off: int = 0
    failed: int = 0
    skipped: int = 0
    repeats: int = 0

    def count(self, state: str) -> None:
        """One more delivery that ended so."""
        name = "put_off" if state == "waiting" else state
        setattr(self, name, getattr(self, name) + 1)

    def add(self, other: "Posted") -> None:
        """What another round came to, too."""
        for name, many in vars(other).items():
            setattr(self, name, getattr(self, name) + many)


@dataclass
class _Written:
    """A row of the outbox with its deliveries, entered as a whole or not at all."""

    row_id: int
    deliveries: list[Delivery] = field(default_factory=list)


class PostRoom:
    """The outbox, the channels and the trays of one instance. `stand_ins` tells who is away and who deputizes."""

    def __init__(
        self,
        sessions: Sessions,
        tools: Tools,
        system: Callable[[Session, str], Hall],
        hall: Callable[..., Hall],
        stand_ins: StandIns = no_deputies,
    ) -> None:
        self._sessions = sessions
        self._tools = tools
        self._system = system
        self._hall = hall
        self._stand_ins = stand_ins

    @on_record()
    def deliver(self, outbox_id: int) -> Posted:
        """Write and send one row of the outbox, and what of it is due again. Whoever calls it twice sends nothing twice."""
        posted = Posted()
        self._write([outbox_id], posted)
        with self._sessions.reading() as session:
            due = queries.due_deliveries(session, self._tools.clock.now(), _MOST_DUE, outbox_id)
        self._send_all(due, posted)
        return posted

    @on_record()
    def deliver_waiting(self, most: int = 1000) -> Posted:
        """The same for everything that waits: at most so many rows of the outbox, then all deliveries that are due."""
        posted = Posted()
        last = 0
        while posted.rows < most:
            with self._sessions.reading() as session:
                rows = queries.waiting_rows(session, min(_BATCH, most - posted.rows), last)
                found = [row.id for row in rows if row.id is not None]
            if not found:
                break
            last = found[-1]
            self._write(found, posted)
        with self._sessions.reading() as session:
            due = queries.due_deliveries(session, self._tools.clock.now(), _MOST_DUE)
        self._send_all(due, posted)
        return posted

    def left_lying(self, now: datetime, most: int) -> list[int]:
        """Keys of deliveries that somebody has to take up: whose sender was killed, or whose next try has come."""
        with self._sessions.reading() as session:
            return queries.left_lying(session, now, _GRACE, most)

    def retry(self, message_id: str) -> Posted:
        """Try a failed delivery again, from its first attempt; one that could not be written is written anew.

        Raises NotFound if there is none of that id that has failed.
        """
        now = self._tools.clock.now()
        with self._sessions.writing() as session:
            found = queries.delivery_by_message(session, message_id)
            if found is None or found.state != "failed" or found.id is None:
                raise NotFound
            if found.body is None and found.sha256 is None:
                delivery.hand_back(session, found.outbox_id)
                if found.reader == NOBODY:
                    found.state, found.why = "skipped", "written_anew"
                    session.add(found)
            else:
                delivery.try_again(session, found.id, now)
            outbox_id = found.outbox_id
        return self.deliver(outbox_id)

    def retry_all(self) -> Posted:
        """The same for all that have failed, as after an outage that was longer than all tries; the newest first, so many at a time."""
        with self._sessions.reading() as session:
            failed = [row.public_id for row in queries.undelivered(session, ("failed",))]
        posted = Posted()
        for message_id in failed:
            with suppress(NotFound):  # somebody else has tried it meanwhile
                posted.add(self.retry(message_id))
        return posted

    def undelivered(self) -> list[dict[str, Any]]:
        """What has failed and what still waits, for whoever runs the machine: ids, codes, titles of notices, and moments."""
        with self._sessions.reading() as session:
            notices = self._system(session, "notices").office.notices
            return [
                {
                    "id": row.public_id,
                    "notice": row.notice,
                    "title": notices[row.notice].title if row.notice in notices else row.notice,
                    "channel": row.channel,
                    "state": row.state,
                    "why": row.why,
                    "attempts": row.attempts,
                    "repeats": row.repeats,
                    "next_at": row.next_at,
                }
                for row in queries.undelivered(session, ("failed", "waiting"))
            ]

    # — trays —

    def trayed(
        self, actor: ActorRef, *, unread: bool = False, before: str = "", most: int = 50
    ) -> list[TrayRow]:
        """The actor's own notices, newest first; `before`: the id of the last row of the page before."""
        with self._sessions.reading() as session:
            return tray.listed(self._hall(session, actor), unread=unread, before=before, most=most)

    def count_unread(self, person_id: int) -> int:
        """How many notices somebody has not read, at most 100: for a mark on every page."""
        with self._sessions.reading() as session:
            return queries.count_unread(session, person_id, MOST_COUNTED, but=kept_from(person_id))

    def open_letter(self, actor: ActorRef, message_id: str) -> TrayLetter:
        """One of the actor's own notices, whole; it is not marked as read. Raises NotFound for anybody else's."""
        with self._sessions.reading() as session:
            return tray.opened(self._hall(session, actor), message_id, self._tools.store)

    def mark_read(self, actor: ActorRef, message_id: str) -> None:
        """The actor has read it; the first time counts. Raises NotFound for anybody else's."""
        with self._sessions.writing() as session:
            key = tray.key_of(self._hall(session, actor), message_id)
            delivery.mark_read(session, key, self._tools.clock.now())

    @on_record()
    def slip(self, actor: ActorRef, message_id: str) -> bytes:
        """A party's slip as a PDF, for whoever may see the case; a letter to a party is printed as one."""
        with self._sessions.reading() as session:
            found = tray.slip_of(self._hall(session, actor), message_id, self._tools.store)
        if isinstance(found, bytes):
            return found
        pdf: bytes = self._tools.press.run(set_page, found, self._tools.site)
        return pdf

    # — writing —

    def _write(self, row_ids: Sequence[int], posted: Posted) -> None:
        """Compose what the rows ask for, and enter it. What of the rows somebody else has entered meanwhile is dropped."""
        for one in retried(partial(self._enter_written, row_ids)):
            posted.rows += 1
            for row in one.deliveries:
                _tell(row.public_id, row.notice, row.channel, row.state, row.why)
                if row.state != "waiting":
                    posted.count(row.state)

    def _enter_written(self, row_ids: Sequence[int]) -> list[_Written]:
        """Raises CaseChanged if a case was erased since it was read: its letters would bring back what is gone."""
        with self._sessions.reading() as session:
            mark = erasure.mark(session)
            hall = self._system(session, "notices")
            office = hall.office
            channels = open_channels(office.sending, self._tools)
            outward = any(channel.outward for channel in channels.values())
            asked = [(row, self._drafted(hall, row, outward=outward)) for row in _rows(session, row_ids)]
        written = [self._written(office, channels, row, found) for row, found in asked]
        self._put_in_file(channels["file"], [row for one in written for row in one.deliveries])
        now = self._tools.clock.now()
        with self._sessions.writing() as session:
            entered = [one for one in written if delivery.hand_on(session, one.row_id, now)]
            if erasure.mark(session) != mark:
                raise CaseChanged
            for one in entered:
                _enter(session, one)
        return entered

    def _drafted(self, hall: Hall, row: OutboxRow, *, outward: bool) -> list[Draft] | str:
        """The drafts, or the code of why there are none."""
        notice = hall.office.notices.get(str(row.payload.get("notice")))
        if notice is None:
            return "unknown_notice"
        try:
            if _is_erased(hall, row):
                return "erased"
            return drafts(hall, notice, row, self._stand_ins, outward=outward) or "nobody"
        except StorageError:
            raise
        except (MediationError, ValidationError):
            return "unreadable"

    def _written(
        self, office: Office, channels: Mapping[str, Channel], row: OutboxRow, found: list[Draft] | str
    ) -> _Written:
        now = self._tools.clock.now()
        if isinstance(found, str):
            return _Written(row.id or 0, [lost(row, found, now)])
        notice = office.notices[str(row.payload["notice"])]
        return _Written(row.id or 0, letters(row, notice, found, channels, office.sending, now))

    def _put_in_file(self, channel: Channel, rows: Sequence[Delivery]) -> None:
        """Put the letters into the store, several at a time: each waits for the disk, and the disk serves many at once."""
        waiting = [row for row in rows if row.channel == channel.code and row.state == "waiting"]
        if not waiting:
            return
        with ThreadPoolExecutor(_HANDS) as hands:
            receipts = list(hands.map(lambda row: channel.send(str(row.address), message_of(row)), waiting))
        for row, receipt in zip(waiting, receipts, strict=True):
            row.sha256, row.body = receipt.sha256, None
            row.state, row.sent_at, row.attempts = "sent", self._tools.clock.now(), 1

    # — sending —

    def _send_all(self, due: Sequence[int], posted: Posted) -> None:
        if not due:
            return
        with self._sessions.reading() as session:
            sending = self._system(session, "notices").office.sending
        channels = open_channels(sending, self._tools)
        for delivery_id in due:
            self._send(delivery_id, sending, channels, posted)

    def _send(
        self, delivery_id: int, sending: Sending, channels: Mapping[str, Channel], posted: Posted
    ) -> None:
        """Take it up, send it, and say what became of it: three steps, and no transaction is open in the second."""
        with self._sessions.writing() as session:
            until = delivery.take(session, delivery_id, self._tools.clock.now())
            row = queries.delivery(session, delivery_id)
        if until is None:
            return
        posted.repeats += bool(row.repeats)
        channel = channels.get(row.channel)
        receipt, again, why = None, False, "channel_off" if channel is None else "erased"
        if row.attempts > sending.attempts:  # each time, whoever took it up was killed
            why = "attempts_used_up"
        elif channel is not None and row.body is not None:
            receipt, again, why = _attempt(channel, row)
        with self._sessions.writing() as session:
            now = self._tools.clock.now()
            if receipt is not None:
                state, why = "sent", ""
                delivery.sent(session, delivery_id, until, receipt, now)
            elif not again or row.attempts >= sending.attempts or _is_out_twice(row, why):
                state = "failed"
                delivery.failed(session, delivery_id, until, why)
            else:
                state = "waiting"
                next_at = now + delivery.wait_after(row.attempts)
                delivery.put_off(session, delivery_id, until, why, next_at)
        _tell(row.public_id, row.notice, row.channel, state, why)
        posted.count(state)


def _is_erased(hall: Hall, row: OutboxRow) -> bool:
    if row.case_id is None:
        return False
    return erasure.has_been_erased(hall.session, case_queries.case_for_system(hall.session, row.case_id))


def _is_out_twice(row: Delivery, why: str) -> bool:
    """Whether the other side may have it from before and, unanswered again, from now: it gets it no third time by itself."""
    return why == UNANSWERED and row.repeats > 0


def _attempt(channel: Channel, row: Delivery) -> tuple[Receipt | None, bool, str]:
    """The receipt; or whether it may be tried again, and the code of why there is none."""
    try:
        return channel.send(str(row.address), message_of(row)), False, ""
    except SendingFailed as error:
        return None, not isinstance(error, SendingRefused), error.why
    except StorageError:
        return None, True, "unreachable"


def _rows(session: Session, row_ids: Sequence[int]) -> list[OutboxRow]:
    found = [queries.row_to_write(session, row_id) for row_id in row_ids]
    return [row for row in found if row is not None]


def _enter(session: Session, written: _Written) -> None:
    """Add the deliveries; of a row written anew, those that could not be written before are put right, the others stand."""
    present = queries.of_row(session, written.row_id)
    kept = []
    for row in written.deliveries:
        before = present.get((row.reader, row.channel))
        if before is None:
            session.add(row)
            kept.append(row)
        elif before.state == "failed" and before.body is None and before.sha256 is None:
            for name in (
                "address",
                "subject",
                "body",
                "sha256",
                "state",
                "why",
                "attempts",
                "next_at",
                "sent_at",
            ):
                setattr(before, name, getattr(row, name))
            session.add(before)
            kept.append(row)
    written.deliveries = kept


def _tell(message_id: str, notice: str, channel: str, state: str, why: str) -> None:
    """One line of the log: ids and codes, never a name, an address or a text."""
    _log.info("notice %s %s %s %s %s", message_id, notice, channel, state, why or "-")
