"""Recusals read: those of a person as a condition for every scoped read, those of a case for who hands it out."""

from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from mediation.cases.lines.queries import kept_from
from mediation.cases.models import CaseMediator
from mediation.cases.recusals.models import Recusal
from mediation.cases.task_models import Task
from mediation.people.models import Person
from mediation.storage.engine import rows_of

_STANDING = select(Recusal.person_id, Recusal.kind).where(
    Recusal.case_id == bindparam("case_id"), col(Recusal.lifted_at).is_(None)
)
__all__ = ["kept_from"]
"""Defined with the scope of lists; known here to whoever reads the rest of recusals."""


def kept_cases(session: Session, person_id: int) -> set[int]:
    """The cases that a person is kept from, at once."""
    return set(session.connection().execute(kept_from(person_id)).scalars())


def is_kept_from(session: Session, person_id: int, case_id: int) -> bool:
    """Is the person kept from the case?"""
    return person_id in standing(session, case_id)


def of_case(session: Session, case_id: int) -> Sequence[tuple[Recusal, Person]]:
    """All of a case, lifted ones too, oldest first."""
    rows = (
        select(Recusal, Person)
        .join(Person, col(Person.id) == Recusal.person_id)
        .where(Recusal.case_id == case_id)
        .order_by(col(Recusal.id))
    )
    return session.exec(rows).all()


def standing(session: Session, case_id: int) -> dict[int, str]:
    """Person id → kind, of those who are kept from the case now."""
    return dict(rows_of(session, _STANDING, case_id=case_id))


def named(session: Session, names: Collection[str]) -> list[Person]:
    """The people who work here under one of these names."""
    asked = {f"name_{place}": name for place, name in enumerate(sorted(names))}
    return rows_of(session, _of_names(len(asked)), **asked)


@lru_cache(maxsize=64)
def _of_names(many: int) -> Any:
    names: list[Any] = [bindparam(f"name_{place}") for place in range(many)]
    return (
        select(Person).where(col(Person.name).in_(names), Person.status == "active").order_by(col(Person.id))
    )


def is_at_work(session: Session, case_id: int, person_id: int) -> bool:
    """Does the person mediate or record the case, or have a task of it in hand?"""
    on_case = select(CaseMediator.id).where(
        CaseMediator.case_id == case_id,
        CaseMediator.person_id == person_id,
        col(CaseMediator.ended_at).is_(None),
    )
    tasks = select(Task.id).where(
        Task.case_id == case_id,
        Task.person_id == person_id,
        col(Task.closed_at).is_(None),
        Task.kind != "copy",  # to be read, not done
    )
    return (
        session.exec(on_case.limit(1)).first() is not None or session.exec(tasks.limit(1)).first() is not None
    )
