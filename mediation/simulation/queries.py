"""What a simulated year is counted from. Unscoped: it reads codes and moments of invented disputes, and no content."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from mediation.audit.models import AuditEvent
from mediation.cases.models import Dispute
from mediation.cases.routing.models import RoutingDecision
from mediation.deadlines.models import Deadline, Reminder
from mediation.notices.models import Delivery, OutboxRow
from mediation.supervision.models import SupervisionClock, SupervisionItem, SupervisionStep
from mediation.units.models import Unit

_FEW = {"yield_per": 500}
_TARGET = select(col(Unit.code)).join(Dispute, col(Dispute.target_id) == Unit.id)


class Course(NamedTuple):
    """Moments of one dispute, and what became of it."""

    received_at: datetime
    ended_at: datetime | None
    closed_at: datetime | None
    outcome: str
    settled_level: str | None
    state: str
    due_at: datetime | None


class Item(NamedTuple):
    """An open item of the register: whose, by whom supervised, how far it is."""

    public_id: str
    state: str
    unit: str
    supervisor: str
    limited_for: datetime | None


_COURSES = select(*(col(getattr(Dispute, name)) for name in Course._fields)).order_by(col(Dispute.id))


def courses(session: Session) -> Iterator[Course]:
    """All disputes, a few at a time."""
    yield from (Course(*row) for row in session.connection().execute(_COURSES, execution_options=_FEW))


def target_of(session: Session, public_id: str) -> str:
    """The code of the unit that is asked to take a dispute."""
    rows = _TARGET.where(col(Dispute.public_id) == public_id)
    return str(session.connection().execute(rows).scalar_one())


def open_items(session: Session) -> list[Item]:
    """Items of the register that somebody has to answer or to strike off, oldest first."""
    unit, supervisor = aliased(Unit), aliased(Unit)
    rows = (
        select(
            col(SupervisionItem.public_id),
            col(SupervisionItem.state),
            col(unit.code),
            col(supervisor.code),
            col(SupervisionItem.due_at),
        )
        .join(unit, col(unit.id) == SupervisionItem.unit_id)
        .join(supervisor, col(supervisor.id) == SupervisionItem.supervisor_id)
        .where(col(SupervisionItem.state).in_(("limited", "mending")))
        .order_by(col(SupervisionItem.id))
    )
    return [Item(*row) for row in session.connection().execute(rows)]


def clocks_missed(session: Session) -> Iterator[tuple[str, str, datetime]]:
    """Case or item, name and end of each clock whose row says that it ran out."""
    of_cases = (
        select(col(Dispute.public_id), col(Deadline.name), col(Deadline.due_at))
        .join(Dispute, col(Dispute.id) == Deadline.case_id)
        .where(col(Deadline.state) == "missed")
    )
    found = session.connection().execute(of_cases, execution_options=_FEW)
    yield from ((case, name, due) for case, name, due in found)


def clocks_told(session: Session) -> Iterator[tuple[str, dict[str, Any], datetime]]:
    """Case, recorded facts and moment of each event of a case's clock that ran out."""
    rows = select(col(AuditEvent.chain), col(AuditEvent.facts), col(AuditEvent.recorded_at)).where(
        col(AuditEvent.act) == "deadline.missed"
    )
    found = session.connection().execute(rows, execution_options=_FEW)
    yield from ((case, facts, at) for case, facts, at in found)


def clocks_overlooked(session: Session, now: datetime) -> int:
    """Clocks, of cases or of items, that still run though their end has passed."""
    return sum(
        session.connection()
        .execute(select(func.count()).where(col(table.state) == "running", col(table.due_at) <= now))
        .scalar_one()
        for table in (Deadline, SupervisionClock)
    )


def item_clocks_missed(session: Session) -> Iterator[tuple[str, str, datetime]]:
    """Item, name and end of each clock of the register whose row says that it ran out."""
    rows = (
        select(col(SupervisionItem.public_id), col(SupervisionClock.name), col(SupervisionClock.due_at))
        .join(SupervisionItem, col(SupervisionItem.id) == SupervisionClock.item_id)
        .where(col(SupervisionClock.state) == "missed")
    )
    yield from ((item, name, due) for item, name, due in session.connection().execute(rows))


def item_clocks_told(session: Session) -> Iterator[tuple[str, str, datetime]]:
    """Item, name and moment of each event of a clock of the register that ran out."""
    rows = select(col(AuditEvent.chain), col(AuditEvent.facts), col(AuditEvent.recorded_at)).where(
        col(AuditEvent.act) == "supervision.clock_missed"
    )
    yield from ((item, facts["clock"], at) for item, facts, at in session.connection().execute(rows))


def acts(session: Session) -> dict[str, int]:
    """How often each act is in the trail."""
    rows = (
        select(col(AuditEvent.act), func.count()).group_by(col(AuditEvent.act)).order_by(col(AuditEvent.act))
    )
    return {str(row[0]): int(row[1]) for row in session.connection().execute(rows)}


def suggestions(session: Session) -> tuple[int, int]:
    """How many decisions on a unit were made beside the rules of routing, and how many of them overruled these."""
    made = select(func.count(), func.sum(cast(col(RoutingDecision.overruled), Integer))).where(
        col(RoutingDecision.chosen_id).is_not(None)
    )
    count, overruled = session.connection().execute(made).one()
    return int(count), int(overruled or 0)


def steps_taken(session: Session) -> dict[str, int]:
    """How often each step of the ladder of supervision was taken."""
    rows = (
        select(col(SupervisionStep.step), func.count())
        .where(col(SupervisionStep.state) == "taken")
        .group_by(col(SupervisionStep.step))
        .order_by(col(SupervisionStep.step))
    )
    return {str(step): int(count) for step, count in session.connection().execute(rows)}


def reminders_sent(session: Session) -> int:
    """How many reminders went out."""
    rows = select(func.count()).where(col(Reminder.sent_at).is_not(None))
    return session.connection().execute(rows).scalar_one()


def notices(session: Session) -> dict[str, int]:
    """Notices asked for, letters written by how they ended, and what is wrong with either.

    `waiting`: asked for and written to nobody yet. `twice`: reader and channel that have one notice more than once.
    """
    connection = session.connection()
    asked = select(func.count()).where(col(OutboxRow.kind) == "notice")
    twice = (
        select(func.count())
        .select_from(Delivery)
        .group_by(col(Delivery.outbox_id), col(Delivery.reader), col(Delivery.channel))
        .having(func.count() > 1)
    )
    by_state = (
        select(col(Delivery.state), func.count()).group_by(col(Delivery.state)).order_by(col(Delivery.state))
    )
    return {
        "asked_for": connection.execute(asked).scalar_one(),
        "waiting": connection.execute(asked.where(col(OutboxRow.handed_on_at).is_(None))).scalar_one(),
        **{f"letters_{row[0]}": int(row[1]) for row in connection.execute(by_state)},
        "repeats": int(connection.execute(select(func.sum(col(Delivery.repeats)))).scalar_one() or 0),
        "twice": len(connection.execute(twice).all()),
    }
