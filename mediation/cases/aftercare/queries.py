"""Reads of agreements by what became of them, and of pauses, corrections and voidings; of one case, in order."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import Session, col, func, select

from mediation.cases.models import Agreement, Dispute, Extension
from mediation.cases.side_models import Correction, Suspension, Voiding
from mediation.documents.models import Document
from mediation.storage.engine import rows_of

_CASE: Any = bindparam("case_id")


def _of_case(table: Any, *order: Any) -> Any:
    """The rows of a table that belong to one case."""
    return select(table).where(table.case_id == _CASE).order_by(*order)


_AGREEMENTS = _of_case(Agreement, col(Agreement.ordinal))
_IN_FORCE = _AGREEMENTS.where(col(Agreement.state) == "in_force")
_AGREEMENT = _AGREEMENTS.where(col(Agreement.ordinal) == bindparam("ordinal"))
_AGREEMENT_AT_WORK = _of_case(Agreement, col(Agreement.ordinal).desc()).where(
    col(Agreement.state).in_(("draft", "signing"))
)
_SUSPENSIONS = _of_case(Suspension, col(Suspension.ordinal))
_OPEN_SUSPENSION = _of_case(Suspension, col(Suspension.ordinal).desc()).where(
    col(Suspension.ended_at).is_(None)
)
_CORRECTIONS = _of_case(Correction, col(Correction.ordinal))
_EXTENDED = select(func.coalesce(func.sum(Extension.days), 0)).where(Extension.case_id == _CASE)
_VOIDINGS = _of_case(Voiding, col(Voiding.ordinal))
_PAPER = (
    _of_case(Document, col(Document.id).desc())
    .where(
        col(Document.form) == bindparam("form"),
        col(Document.subject) == bindparam("subject"),
        col(Document.state) != "void",
    )
    .limit(1)
)


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


def extended_days(session: Session, case_id: int) -> int:
    """By how many days all extensions so far have put the time for mediating off."""
    return int(rows_of(session, _EXTENDED, case_id=case_id)[0])


def agreement_at_work(session: Session, case_id: int) -> Agreement | None:
    """The agreement that is being drafted or signed."""
    return next(iter(rows_of(session, _AGREEMENT_AT_WORK, case_id=case_id)), None)


def agreements_in_force(session: Session, case_id: int) -> list[Agreement]:
    """The agreements that bind the parties now: the main or renewed one and its supplements, oldest first."""
    return rows_of(session, _IN_FORCE, case_id=case_id)


def agreement_of(session: Session, case_id: int, ordinal: int) -> Agreement | None:
    """The agreement of this ordinal, void ones too."""
    return next(iter(rows_of(session, _AGREEMENT, case_id=case_id, ordinal=ordinal)), None)


def suspensions(session: Session, case_id: int) -> list[Suspension]:
    return rows_of(session, _SUSPENSIONS, case_id=case_id)


def open_suspension(session: Session, case_id: int) -> Suspension | None:
    """The pause that goes on now."""
    return next(iter(rows_of(session, _OPEN_SUSPENSION, case_id=case_id)), None)


def corrections(session: Session, case_id: int) -> list[Correction]:
    return rows_of(session, _CORRECTIONS, case_id=case_id)


def voidings(session: Session, case_id: int) -> list[Voiding]:
    return rows_of(session, _VOIDINGS, case_id=case_id)


def paper(session: Session, case_id: int, form: str, subject: str) -> Document | None:
    """The newest paper of exactly this form and subject that is not void."""
    found = rows_of(session, _PAPER, case_id=case_id, form=form, subject=subject)
    return next(iter(found), None)


def paper_of_id(session: Session, document_id: int) -> Document:
    """A paper by its key; its case has been found before."""
    found = session.get(Document, document_id)
    assert found is not None  # rows refer to it
    return found
