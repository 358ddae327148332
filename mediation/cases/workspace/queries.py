"""Reads for a mediator's day: appointments, own cases, visits due, drafts. All within the one scope."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, or_, select

from mediation.cases.models import Agreement, CaseMediator, Dispute, Party
from mediation.cases.scope.queries import visible_to
from mediation.cases.side_models import Appointment
from mediation.people.actor import Actor

MOST = 200


def appointments(
    session: Session,
    actor: Actor,
    since: datetime,
    before: datetime,
    *,
    own: bool,
    cancelled: bool = False,
) -> list[tuple[Appointment, Dispute]]:
    """What begins in this time: the actor's own, and unless `own` that of the unit's cases too; also what was `cancelled`?"""
    mine = col(Appointment.person_id).in_(actor.hands)
    whose = mine if own else or_(mine, col(Dispute.holder_id) == actor.unit_id)
    rows = (
        select(Appointment, Dispute)
        .join(Dispute, col(Dispute.id) == Appointment.case_id)
        .where(
            Appointment.starts_at >= since,
            Appointment.starts_at < before,
            *(() if cancelled else (Appointment.state != "cancelled",)),
            whose,
            visible_to(actor),
        )
        .order_by(col(Appointment.starts_at), col(Appointment.id))
        .limit(MOST)
    )
    return [(found, case) for found, case in session.exec(rows)]


def party_names(session: Session, cases: Iterable[int]) -> dict[int, set[str]]:
    """The names of the parties of each of these cases."""
    rows = select(Party.case_id, Party.name).where(col(Party.case_id).in_(sorted(set(cases))))
    found: dict[int, set[str]] = {}
    for case, name in session.exec(rows):
        found.setdefault(case, set()).add(str(name or ""))
    return found


def own_cases(session: Session, actor: Actor, most: int = MOST) -> list[Dispute]:
    """Open cases that the actor mediates or records, most urgent first; those to be visited are not among them."""
    rows = (
        select(Dispute)
        .where(
            col(Dispute.id).in_(_mediated(actor)),
            col(Dispute.open).is_(True),
            Dispute.phase != "feedback",
            visible_to(actor),
        )
        .order_by(col(Dispute.due_at).is_(None), col(Dispute.due_at), col(Dispute.id))
        .limit(min(most, MOST))
    )
    return list(session.exec(rows))


def unassigned(session: Session, actor: Actor, most: int = MOST) -> list[Dispute]:
    """Open cases that the actor's unit holds in the phase of assignment and on which nobody is yet, most urgent first."""
    taken = select(CaseMediator.case_id).where(col(CaseMediator.ended_at).is_(None))
    rows = (
        select(Dispute)
        .where(
            col(Dispute.open).is_(True),
            Dispute.phase == "assignment",
            Dispute.holder_id == actor.unit_id,
            col(Dispute.id).not_in(taken.where(CaseMediator.case_id == Dispute.id)),
            visible_to(actor),
        )
        .order_by(col(Dispute.due_at).is_(None), col(Dispute.due_at), col(Dispute.id))
        .limit(min(most, MOST))
    )
    return list(session.exec(rows))


def to_visit(session: Session, actor: Actor, most: int = MOST) -> list[Dispute]:
    """Closed cases that are not in the archive yet, of the actor's unit or mediated by the actor, most urgent first."""
    rows = (
        select(Dispute)
        .where(
            col(Dispute.open).is_(True),
            Dispute.phase == "feedback",
            or_(Dispute.holder_id == actor.unit_id, col(Dispute.id).in_(_mediated(actor))),
            visible_to(actor),
        )
        .order_by(col(Dispute.due_at).is_(None), col(Dispute.due_at), col(Dispute.id))
        .limit(min(most, MOST))
    )
    return list(session.exec(rows))


def drafts(session: Session, actor: Actor) -> list[tuple[Agreement, Dispute]]:
    """Agreements of the actor's open cases that are drafts still."""
    rows = (
        select(Agreement, Dispute)
        .join(Dispute, col(Dispute.id) == Agreement.case_id)
        .where(
            Agreement.state == "draft",
            col(Dispute.open).is_(True),
            Dispute.phase == "mediation",
            col(Dispute.id).in_(_mediated(actor)),
            visible_to(actor),
        )
        .order_by(col(Agreement.id).desc())
        .limit(MOST)
    )
    return [(found, case) for found, case in session.exec(rows)]


def _mediated(actor: Actor) -> Any:
    """Ids of the cases that the actor, or somebody whose work the actor does, is on."""
    return select(CaseMediator.case_id).where(
        col(CaseMediator.person_id).in_(actor.hands), col(CaseMediator.ended_at).is_(None)
    )
