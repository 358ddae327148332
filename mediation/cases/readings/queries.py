"""Readings read: for the audit administrator without scope, for a case's leader those of the case."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete
from sqlalchemy import select as columns
from sqlmodel import Session, col, func, select

from mediation.cases.models import Dispute
from mediation.cases.readings.models import Reading
from mediation.people.models import Person, Post
from mediation.units.models import Unit

_OLDEST = 5000
_LINES: Any = (
    columns(
        col(Reading.id),
        col(Reading.at),
        col(Reading.what),
        col(Person.code),
        col(Person.name),
        col(Post.title),
        col(Unit.name).label("unit"),
        col(Dispute.public_id).label("chain"),
    )
    .join(Person, col(Person.id) == Reading.person_id)
    .join(Post, col(Post.id) == Reading.post_id)
    .join(Unit, col(Unit.id) == Post.unit_id)
    .outerjoin(Dispute, col(Dispute.id) == Reading.case_id)
    .order_by(col(Reading.id).desc())
)


def browse(
    session: Session, *, person: str = "", chain: str = "", before: int | None = None, most: int = 100
) -> Sequence[Row[Any]]:
    """The newest readings, of one person (code) or case (public id) if named; `before` goes on by id."""
    rows = _LINES.limit(most)
    if person:
        rows = rows.where(col(Person.code) == person)
    if chain:
        rows = rows.where(col(Dispute.public_id) == chain)
    if before is not None:
        rows = rows.where(col(Reading.id) < before)
    return session.connection().execute(rows).all()


def of_case(session: Session, case_id: int, most: int = 50) -> Sequence[Row[Any]]:
    """Who opened one case, the newest first."""
    return session.connection().execute(_LINES.where(Reading.case_id == case_id).limit(most)).all()


def hold_person(session: Session, person_id: int) -> None:
    """Let nothing else be noted of the person until the transaction ends; rows that refer to the person may be written."""
    held = select(Person.id).where(Person.id == person_id)
    session.exec(held.with_for_update(key_share=True)).one()


def count_since(session: Session, person_id: int, slot: int) -> int:
    """How many rows a person has since a slot."""
    rows = select(func.count()).where(Reading.person_id == person_id, col(Reading.slot) >= slot)
    return session.exec(rows).one()


def busiest(session: Session, slot: int, most: int = 5) -> Sequence[Any]:
    """Whoever has opened the most since a slot: code, name, count."""
    counted = func.count().label("count")
    rows = (
        columns(col(Person.code), col(Person.name), counted)
        .join(Reading, col(Reading.person_id) == Person.id)
        .where(col(Reading.slot) >= slot)
        .group_by(col(Person.code), col(Person.name))
        .order_by(counted.desc(), col(Person.code))
        .limit(most)
    )
    return session.connection().execute(rows).all()


def forget(session: Session, before: datetime) -> int:
    """Delete readings older than a moment, the oldest few thousand at a time; how many."""
    oldest = select(Reading.id, Reading.at).order_by(col(Reading.id)).limit(_OLDEST).subquery()
    due = select(oldest.c.id).where(oldest.c.at < before)
    return int(session.connection().execute(delete(Reading).where(col(Reading.id).in_(due))).rowcount)
