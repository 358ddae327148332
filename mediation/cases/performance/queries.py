"""Reads of instalments, of what was recorded of performance, and of what a court was asked and ruled; of one case."""

from sqlalchemy import bindparam, func
from sqlmodel import Session, col, select

from mediation.cases.models import Agreement
from mediation.cases.performance.models import CourtConfirmation, Instalment, PerformanceEntry
from mediation.storage.engine import rows_of

_DISMISSED = (
    select(CourtConfirmation.id)
    .join(Agreement, col(Agreement.id) == col(CourtConfirmation.agreement_id))
    .where(
        col(CourtConfirmation.case_id) == bindparam("case_id"),
        col(CourtConfirmation.result) == "dismissed",
        col(Agreement.state) == "in_force",
    )
)


def instalments(session: Session, clause_id: int) -> list[Instalment]:
    """The instalments of a clause in order; none where the clause is one itself."""
    rows = select(Instalment).where(Instalment.clause_id == clause_id)
    return list(session.exec(rows.order_by(col(Instalment.ordinal))))


def instalments_of_case(session: Session, case_id: int) -> dict[int, list[Instalment]]:
    """Clause → its instalments in order, for all clauses of a case that have any."""
    found: dict[int, list[Instalment]] = {}
    rows = select(Instalment).where(Instalment.case_id == case_id).order_by(col(Instalment.ordinal))
    for row in session.exec(rows):
        found.setdefault(row.clause_id, []).append(row)
    return found


def entries(session: Session, clause_id: int) -> list[PerformanceEntry]:
    """What was recorded of a clause, in order."""
    rows = select(PerformanceEntry).where(PerformanceEntry.clause_id == clause_id)
    return list(session.exec(rows.order_by(col(PerformanceEntry.ordinal))))


def entries_of_case(session: Session, case_id: int) -> list[PerformanceEntry]:
    """All lines of a case's ledger, in order."""
    rows = select(PerformanceEntry).where(PerformanceEntry.case_id == case_id)
    return list(session.exec(rows.order_by(col(PerformanceEntry.ordinal))))


def entries_so_far(session: Session, case_id: int) -> int:
    """How many lines a case's ledger has."""
    rows = select(func.count()).where(col(PerformanceEntry.case_id) == case_id)
    return session.exec(rows).one()


def confirmations(session: Session, case_id: int) -> list[CourtConfirmation]:
    """What a court was asked and ruled of a case, in order."""
    rows = select(CourtConfirmation).where(CourtConfirmation.case_id == case_id)
    return list(session.exec(rows.order_by(col(CourtConfirmation.ordinal))))


def confirmation_of(session: Session, agreement_id: int) -> CourtConfirmation | None:
    """The last application to confirm an agreement."""
    rows = select(CourtConfirmation).where(CourtConfirmation.agreement_id == agreement_id)
    return session.exec(rows.order_by(col(CourtConfirmation.ordinal).desc())).first()


def is_dismissed(session: Session, case_id: int) -> bool:
    """Whether a court has dismissed the application to confirm an agreement that binds now."""
    return bool(rows_of(session, _DISMISSED, case_id=case_id))
