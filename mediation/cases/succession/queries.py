"""Reads of all that one person has in hand, in every open case. Without scope: for a hand-over, which shows no content."""

from collections.abc import Collection

from sqlalchemy import select as columns
from sqlmodel import Session, col, func, or_, select, union

from mediation.cases.models import Agreement, CaseMediator, Dispute
from mediation.cases.side_models import Appointment
from mediation.cases.task_models import ApprovalRound, Handover, Task
from mediation.documents.models import Document, SignatureSlot
from mediation.people.models import Person, Post


def mediating(session: Session, person_id: int) -> list[CaseMediator]:
    """Where the person mediates or keeps the record now."""
    rows = (
        select(CaseMediator)
        .join(Dispute, col(Dispute.id) == CaseMediator.case_id)
        .where(
            CaseMediator.person_id == person_id,
            col(CaseMediator.ended_at).is_(None),
            col(Dispute.open).is_(True),
        )
    )
    return list(session.exec(rows.order_by(col(CaseMediator.id))))


def tasks(session: Session, person_id: int) -> list[Task]:
    """What is open and is the person's to do, was lent out or was asked for by the person."""
    rows = (
        select(Task)
        .join(Dispute, col(Dispute.id) == Task.case_id)
        .where(
            col(Task.closed_at).is_(None),
            col(Dispute.open).is_(True),
            or_(
                col(Task.person_id) == person_id,
                col(Task.delegated_by_id) == person_id,
                col(Task.asked_by_id) == person_id,
            ),
        )
    )
    return list(session.exec(rows.order_by(col(Task.case_id), col(Task.ordinal))))


def rounds(session: Session, person_id: int) -> list[ApprovalRound]:
    """Approvals that the person asked for and that wait for answers."""
    rows = (
        select(ApprovalRound)
        .join(Dispute, col(Dispute.id) == ApprovalRound.case_id)
        .where(
            ApprovalRound.asked_by_id == person_id,
            ApprovalRound.state == "open",
            col(Dispute.open).is_(True),
        )
    )
    return list(session.exec(rows.order_by(col(ApprovalRound.id))))


def appointments(session: Session, person_id: int) -> list[Appointment]:
    """What the person has arranged to keep."""
    rows = (
        select(Appointment)
        .join(Dispute, col(Dispute.id) == Appointment.case_id)
        .where(
            Appointment.person_id == person_id,
            Appointment.state == "planned",
            col(Dispute.open).is_(True),
        )
    )
    return list(session.exec(rows.order_by(col(Appointment.id))))


def received(session: Session, person_id: int) -> list[Dispute]:
    """Cases for which the person still answers as first receiver."""
    rows = (
        select(Dispute)
        .join(Post, col(Post.id) == Dispute.first_receiver_id)
        .where(
            Post.person_id == person_id,
            col(Dispute.first_receiver_released_at).is_(None),
            col(Dispute.open).is_(True),
        )
    )
    return list(session.exec(rows.order_by(col(Dispute.id))))


def led(session: Session, person_id: int) -> list[Dispute]:
    """Cases of which the person is the leader in charge."""
    rows = select(Dispute).where(Dispute.leader_id == person_id, col(Dispute.open).is_(True))
    return list(session.exec(rows.order_by(col(Dispute.id))))


def cases_of_each(session: Session, but: Collection[int] = ()) -> dict[int, int]:
    """Everybody who has something in hand in an open case → in how many. `but`: keys of cases that do not count.

    What there is: a role, a task, an approval asked for, a time arranged, a duty.
    """
    found = union(
        select(CaseMediator.person_id, CaseMediator.case_id).where(col(CaseMediator.ended_at).is_(None)),
        *(
            select(whose, Task.case_id).where(col(Task.closed_at).is_(None))
            for whose in (Task.person_id, Task.delegated_by_id, Task.asked_by_id)
        ),
        select(ApprovalRound.asked_by_id, ApprovalRound.case_id).where(ApprovalRound.state == "open"),
        select(Appointment.person_id, Appointment.case_id).where(Appointment.state == "planned"),
        select(Post.person_id, col(Dispute.id))
        .join(Dispute, col(Dispute.first_receiver_id) == Post.id)
        .where(col(Dispute.first_receiver_released_at).is_(None)),
        select(Dispute.leader_id, Dispute.id),
    ).subquery()
    person, case = found.c
    rows = (
        columns(person, func.count())
        .join(Dispute, col(Dispute.id) == case)
        .where(person.is_not(None), col(Dispute.open).is_(True), case.not_in(but))
        .group_by(person)
    )
    return {key: count for key, count in session.connection().execute(rows)}  # noqa: C416  rows are no pairs


def unsigned(session: Session, case_id: int, person_id: int) -> list[Document]:
    """Papers of a case that wait for the person's own signature."""
    rows = (
        select(Document)
        .join(SignatureSlot, col(SignatureSlot.document_id) == Document.id)
        .where(
            Document.case_id == case_id,
            col(Document.state).in_(("frozen", "signing")),
            SignatureSlot.person_id == person_id,
            SignatureSlot.role != "seal",
            col(SignatureSlot.signed_at).is_(None),
        )
    )
    return list(session.exec(rows.order_by(col(Document.id))))


def former_role(session: Session, case_id: int, person_id: int, role: str) -> CaseMediator | None:
    """How the person last had a role in the case that has ended."""
    rows = select(CaseMediator).where(
        CaseMediator.case_id == case_id,
        CaseMediator.person_id == person_id,
        CaseMediator.role == role,
        col(CaseMediator.ended_at).is_not(None),
    )
    return session.exec(rows.order_by(col(CaseMediator.id).desc())).first()


def signs_besides(session: Session, task: Task, person_id: int) -> bool:
    """Whether the person has, or has lent, another task of the same round."""
    rows = select(Task.id).where(
        Task.round_id == task.round_id,
        Task.id != task.id,
        or_(col(Task.person_id) == person_id, col(Task.delegated_by_id) == person_id),
    )
    return session.exec(rows.limit(1)).first() is not None


def handovers(session: Session, most: int) -> list[Handover]:
    """The newest of those that were no giving back, the newest first."""
    rows = select(Handover).where(Handover.reason != "back")
    return list(session.exec(rows.order_by(col(Handover.id).desc()).limit(most)))


def backs(session: Session, of: Handover) -> list[Handover]:
    """What the successor has given back to who had handed over, since then."""
    rows = select(Handover).where(
        Handover.reason == "back",
        Handover.from_id == of.to_id,
        Handover.to_id == of.from_id,
        col(Handover.id) > of.id,
    )
    return list(session.exec(rows))


def case_named(session: Session, public_id: str) -> Dispute | None:
    """A case that a hand-over names, without scope."""
    return session.exec(select(Dispute).where(Dispute.public_id == public_id)).one_or_none()


def names_of(session: Session, case_ids: Collection[int]) -> frozenset[str]:
    """The public ids of cases, as hand-overs name them."""
    rows = select(Dispute.public_id).where(col(Dispute.id).in_(case_ids))
    return frozenset(session.exec(rows))


def drafts(session: Session, case_ids: Collection[int]) -> int:
    """How many agreements of the cases are drafts yet."""
    rows = select(func.count()).select_from(Agreement)
    return session.exec(rows.where(col(Agreement.case_id).in_(case_ids), Agreement.state == "draft")).one()


def handover(session: Session, public_id: str) -> Handover | None:
    return session.exec(select(Handover).where(Handover.public_id == public_id)).one_or_none()


def person_of(session: Session, person_id: int) -> Person:
    """A person by key; rows refer to it."""
    found = session.get(Person, person_id)
    assert found is not None
    return found
