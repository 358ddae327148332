"""Pieces of evidence read, within a case that was found within the actor's scope."""

from collections.abc import Collection, Sequence

from sqlmodel import Session, col, select

from mediation.cases.evidence.models import Evidence


def of_case(session: Session, case_id: int) -> Sequence[Evidence]:
    """All pieces of a case in their order, withdrawn ones too."""
    return session.exec(
        select(Evidence).where(Evidence.case_id == case_id).order_by(col(Evidence.ordinal))
    ).all()


def piece(session: Session, case_id: int, ordinal: int) -> Evidence | None:
    """One piece."""
    return session.exec(
        select(Evidence).where(Evidence.case_id == case_id, Evidence.ordinal == ordinal)
    ).first()


def of_merged(session: Session, main_id: int, pieces: Collection[int]) -> Sequence[Evidence]:
    """What pieces of a merged case have become in the main one."""
    wanted = col(Evidence.merged_from_id).in_(pieces)
    return session.exec(select(Evidence).where(Evidence.case_id == main_id, wanted)).all()


def by_ids(session: Session, pieces: Collection[int]) -> Sequence[Evidence]:
    """Pieces by their keys, of other cases."""
    return session.exec(select(Evidence).where(col(Evidence.id).in_(pieces))).all() if pieces else ()
