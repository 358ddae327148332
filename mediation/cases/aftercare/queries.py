"""Reads of agreements by what became of them, and of pauses, corrections and voidings; of one case, in order."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from mediation.cases.models import Agreement, Dispute
from mediation.cases.side_models import Correction, Suspension, Voiding
from mediation.documents.models import Document

_AT_WORK = ("draft", "signing")


@dataclass(frozen=True, slots=True)
class Aftermath:
    """A case's pauses, corrections and voidings."""

    suspensions: tuple[Suspension, ...] = ()
    corrections: tuple[Correction, ...] = ()
    voidings: tuple[Voiding, ...] = ()


def aftermath(session: Session, case: Dispute) -> Aftermath:
    """All of them at once; a case that is neither accepted nor ended cannot have any, and nothing is read for it."""
    if case.accepted_at is None and case.outcome == "open":
        return Aftermath()
    assert case.id is not None
    return Aftermath(
        tuple(suspensions(session, case.id)),
        tuple(corrections(session, case.id)),
        tuple(voidings(session, case.id)),
    )


def agreement_at_work(session: Session, case_id: int) -> Agreement | None:
    """The agreement that is being drafted or signed."""
    rows = select(Agreement).where(Agreement.case_id == case_id, col(Agreement.state).in_(_AT_WORK))
    return session.exec(rows.order_by(col(Agreement.ordinal).desc())).first()


def agreements_in_force(session: Session, case_id: int) -> list[Agreement]:
    """The agreements that bind the parties now: the main or renewed one and its supplements, oldest first."""
    rows = select(Agreement).where(Agreement.case_id == case_id, Agreement.state == "in_force")
    return list(session.exec(rows.order_by(col(Agreement.ordinal))))


def agreement_of(session: Session, case_id: int, ordinal: int) -> Agreement | None:
    """The agreement of this ordinal, void ones too."""
    rows = select(Agreement).where(Agreement.case_id == case_id, Agreement.ordinal == ordinal)
    return session.exec(rows).first()


def suspensions(session: Session, case_id: int) -> list[Suspension]:
    rows = select(Suspension).where(Suspension.case_id == case_id)
    return list(session.exec(rows.order_by(col(Suspension.ordinal))))


def open_suspension(session: Session, case_id: int) -> Suspension | None:
    """The pause that goes on now."""
    rows = select(Suspension).where(Suspension.case_id == case_id, col(Suspension.ended_at).is_(None))
    return session.exec(rows.order_by(col(Suspension.ordinal).desc())).first()


def corrections(session: Session, case_id: int) -> list[Correction]:
    rows = select(Correction).where(Correction.case_id == case_id)
    return list(session.exec(rows.order_by(col(Correction.ordinal))))


def voidings(session: Session, case_id: int) -> list[Voiding]:
    rows = select(Voiding).where(Voiding.case_id == case_id)
    return list(session.exec(rows.order_by(col(Voiding.ordinal))))


def paper(session: Session, case_id: int, form: str, subject: str) -> Document | None:
    """The newest paper of exactly this form and subject that is not void."""
    rows = select(Document).where(
        Document.case_id == case_id,
        Document.form == form,
        Document.subject == subject,
        Document.state != "void",
    )
    return session.exec(rows.order_by(col(Document.id).desc())).first()


def paper_of_id(session: Session, document_id: int) -> Document:
    """A paper by its key; its case has been found before."""
    found = session.get(Document, document_id)
    assert found is not None  # rows refer to it
    return found
