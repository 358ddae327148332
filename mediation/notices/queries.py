"""Reads of the outbox and of deliveries. A case's deliveries are read by whoever may see the case; a tray by its owner."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, or_
from sqlmodel import Session, col, func, select

from mediation.notices.models import Delivery, OutboxRow
from mediation.storage.engine import rows_of

KIND = "notice"
MOST_ROWS = 200
FAR = timedelta(days=1)
"""What is put off for longer than this was put off by a clock that was wrong."""
NEAR = timedelta(minutes=5)
"""So is a lease that is to last longer than this."""
_OF_ROW = select(Delivery).where(col(Delivery.outbox_id) == bindparam("outbox_id"))


def waiting_rows(session: Session, most: int, after: int = 0) -> list[OutboxRow]:
    """Rows of the outbox that nobody has been written to about yet, oldest first."""
    rows = (
        select(OutboxRow)
        .where(col(OutboxRow.handed_on_at).is_(None), OutboxRow.kind == KIND, col(OutboxRow.id) > after)
        .order_by(col(OutboxRow.id))
        .limit(most)
    )
    return list(session.exec(rows))


def outbox_row(session: Session, row_id: int) -> OutboxRow | None:
    """One row of the outbox."""
    return session.get(OutboxRow, row_id)


def row_to_write(session: Session, row_id: int) -> OutboxRow | None:
    """The row, if it is a notice that nobody has been written to about yet."""
    found = session.get(OutboxRow, row_id)
    return found if found is not None and found.kind == KIND and found.handed_on_at is None else None


def may_be_taken(now: datetime) -> ColumnElement[bool]:
    """Which waiting deliveries anybody may take up now. Times far ahead are the work of a clock that ran ahead."""
    due = or_(col(Delivery.next_at) <= now, col(Delivery.next_at) > now + FAR)
    free = or_(
        col(Delivery.lease_until).is_(None),
        col(Delivery.lease_until) <= now,
        col(Delivery.lease_until) > now + NEAR,
    )
    return (col(Delivery.state) == "waiting") & due & free


def due_deliveries(session: Session, now: datetime, most: int, outbox_id: int | None = None) -> list[int]:
    """Keys of the deliveries to be taken up now, urgent ones first; of one row of the outbox, or of all."""
    rows = select(Delivery.id).where(may_be_taken(now))
    if outbox_id is not None:
        rows = rows.where(Delivery.outbox_id == outbox_id)
    urgent_first = rows.order_by(col(Delivery.urgency) != "urgent", col(Delivery.id)).limit(most)
    return [key for key in session.exec(urgent_first) if key is not None]


def left_lying(session: Session, now: datetime, grace: timedelta, most: int) -> list[int]:
    """Keys of deliveries that wait although they could go out: a lease that ran out with its sender, a time that has come.

    `grace`: for so long what was entered just now is left to who entered it.
    """
    ran_out = col(Delivery.lease_until) <= now
    come = col(Delivery.lease_until).is_(None) & (col(Delivery.next_at) <= now - grace)
    waiting = col(Delivery.state) == "waiting"
    rows = select(Delivery.id).where(waiting, or_(ran_out, come)).order_by(col(Delivery.id)).limit(most)
    return [key for key in session.exec(rows) if key is not None]


def delivery(session: Session, delivery_id: int) -> Delivery:
    """One delivery by its key."""
    found = session.get(Delivery, delivery_id)
    assert found is not None  # a delivery is never deleted
    return found


def delivery_by_message(session: Session, message_id: str) -> Delivery | None:
    """One delivery by its message's id."""
    return session.exec(select(Delivery).where(Delivery.public_id == message_id)).one_or_none()


def of_row(session: Session, outbox_id: int) -> dict[tuple[str, str], Delivery]:
    """(reader, channel) → the delivery of a row of the outbox."""
    rows = rows_of(session, _OF_ROW, outbox_id=outbox_id)
    return {(row.reader, row.channel): row for row in rows}


def tray(
    session: Session,
    person_id: int,
    *,
    unread: bool,
    before: int | None,
    most: int,
    but: Select[Any] | None = None,
) -> list[Delivery]:
    """What one person has been sent inside, newest first. `but`: not what is about these cases."""
    rows = select(Delivery).where(
        Delivery.person_id == person_id, Delivery.channel == "file", Delivery.state == "sent"
    )
    if unread:
        rows = rows.where(col(Delivery.read_at).is_(None))
    if before is not None:
        rows = rows.where(col(Delivery.id) < before)
    if but is not None:
        rows = rows.where(_not_about(but))
    return list(session.exec(rows.order_by(col(Delivery.id).desc()).limit(min(most, MOST_ROWS))))


def count_unread(session: Session, person_id: int, most: int, *, but: Select[Any] | None = None) -> int:
    """How many of a tray have not been read; counted no further than `most`."""
    return session.connection().execute(_unread(person_id, most, but)).scalar() or 0


@lru_cache(maxsize=1024)
def _unread(person_id: int, most: int, but: Select[Any] | None) -> Select[Any]:
    """The statement of who looks at page after page."""
    found = (
        select(Delivery.id)
        .where(
            Delivery.person_id == person_id,
            Delivery.channel == "file",
            Delivery.state == "sent",
            col(Delivery.read_at).is_(None),
        )
        .limit(most)
    )
    if but is not None:
        found = found.where(_not_about(but))
    return select(func.count()).select_from(found.subquery())


def _not_about(cases: Select[Any]) -> ColumnElement[bool]:
    return or_(col(Delivery.case_id).is_(None), col(Delivery.case_id).not_in(cases))


def of_case(session: Session, case_id: int) -> list[Delivery]:
    """What was sent about a case, in order."""
    return list(session.exec(select(Delivery).where(Delivery.case_id == case_id).order_by(col(Delivery.id))))


def undelivered(session: Session, states: Sequence[str], most: int = MOST_ROWS) -> list[Delivery]:
    """What has not gone out, oldest first, without scope: its callers tell ids and codes only."""
    rows = select(Delivery).where(col(Delivery.state).in_(list(states)))
    return list(session.exec(rows.order_by(col(Delivery.id)).limit(most)))


def count_undelivered(session: Session) -> dict[tuple[str, str], int]:
    """(channel, state) → how many deliveries wait, and how many did not arrive."""
    found: dict[tuple[str, str], int] = {}
    for state in ("waiting", "failed"):
        # Written out, not bound: only so can the stores tell that the partial index fits.
        is_so = col(Delivery.state) == bindparam(state, state, literal_execute=True)
        rows = select(Delivery.channel, func.count()).where(is_so).group_by(col(Delivery.channel))
        found |= {(channel, state): count for channel, count in session.exec(rows)}
    return found


def counts(session: Session) -> dict[tuple[str, str], int]:
    """(channel, state) → how many deliveries."""
    rows = select(Delivery.channel, Delivery.state, func.count()).group_by(
        col(Delivery.channel), col(Delivery.state)
    )
    return {(channel, state): count for channel, state, count in session.exec(rows)}
