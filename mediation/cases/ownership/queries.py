"""Reads of the question whose a dispute is: what was said, and how it was ruled."""

from typing import Any

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from mediation.cases.ownership.models import OwnershipArgument, Ruling
from mediation.storage.engine import rows_of

_CASE: Any = bindparam("case_id")
_ARGUMENTS = (
    select(OwnershipArgument)
    .where(col(OwnershipArgument.case_id) == _CASE)
    .order_by(col(OwnershipArgument.ordinal))
)
_OPEN = _ARGUMENTS.where(col(OwnershipArgument.settled_at).is_(None))
_RULINGS = select(Ruling).where(col(Ruling.case_id) == _CASE).order_by(col(Ruling.ordinal))
_OF_MATTER = (
    select(Ruling)
    .where(
        col(Ruling.governance_category) == bindparam("governance"),
        col(Ruling.category) == bindparam("category"),
    )
    .order_by(col(Ruling.id).desc())
)


def arguments(session: Session, case_id: int) -> list[OwnershipArgument]:
    """All that was ever said on whose the dispute is, in order."""
    return rows_of(session, _ARGUMENTS, case_id=case_id)


def open_arguments(session: Session, case_id: int) -> list[OwnershipArgument]:
    """What was said since a unit last took or kept the dispute, in order."""
    return rows_of(session, _OPEN, case_id=case_id)


def units_at_odds(session: Session, case_id: int) -> set[int]:
    """The units that have said something in the question that is open."""
    return {row.unit_id for row in open_arguments(session, case_id)}


def rulings(session: Session, case_id: int) -> list[Ruling]:
    """The rulings on a dispute, in order."""
    return rows_of(session, _RULINGS, case_id=case_id)


def binding(session: Session, case_id: int) -> Ruling | None:
    """The ruling that the unit named has not acknowledged yet."""
    return next((row for row in rulings(session, case_id) if row.acknowledged_at is None), None)


def rulings_on(session: Session, category: str, governance: str) -> list[Ruling]:
    """The rulings on disputes of these categories, newest first. Unscoped: a ruling is a rule, its minutes stay encrypted."""
    return rows_of(session, _OF_MATTER, category=category, governance=governance)


def all_rulings(session: Session) -> list[Ruling]:
    """Every ruling, oldest first. Unscoped: for who keeps the site's rules."""
    return list(session.exec(select(Ruling).order_by(col(Ruling.id))))
