"""Reads of leave: who is away on a day, and whose work somebody does meanwhile."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import bindparam
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from mediation.duty.models import Absence
from mediation.duty.standing.queries import deputizes_for
from mediation.people.models import Person
from mediation.storage.engine import rows_of

__all__ = ["deputizes_for"]
"""Defined where no table classes are needed; known here to whoever reads the rest as well."""

_STANDS = (
    (col(Absence.ended_at).is_(None)),
    (col(Absence.first_day) <= bindparam("day")),
    (col(Absence.last_day) >= bindparam("day")),
)
_AWAY = columns(col(Absence.person_id), col(Absence.deputy_id)).where(*_STANDS)

_AWAY_UNTIL = (
    columns(col(Absence.person_id), col(Absence.last_day)).where(*_STANDS).order_by(col(Absence.last_day))
)


def away(session: Session, day: date) -> Mapping[int, tuple[int, ...]]:
    """Everybody who is away on a day → the deputies."""
    found: dict[int, tuple[int, ...]] = {}
    for person, deputy in rows_of(session, _AWAY, day=day):
        found[person] = (*found.get(person, ()), *((deputy,) if deputy is not None else ()))
    return found


def away_until(session: Session, day: date) -> Mapping[int, date]:
    """Everybody who is away on a day → the last day of that leave, of several the latest."""
    return {person: last for person, last in rows_of(session, _AWAY_UNTIL, day=day)}  # noqa: C416  rows are no pairs


def stand_ins(session: Session, people: Sequence[int], day: date) -> Mapping[int, Sequence[int]]:
    """Who of these people is away on the day → the deputies; whoever is there is not in it."""
    return {person: deputies for person, deputies in away(session, day).items() if person in people}


def absence(session: Session, public_id: str, *, hold: bool = False) -> Absence | None:
    """One absence by its id. `hold`: nobody else ends it until this is written."""
    found = select(Absence).where(Absence.public_id == public_id)
    return session.exec(found.with_for_update() if hold else found).one_or_none()


def absences(session: Session, since: date, most: int = 200) -> list[Absence]:
    """Absences that stand and are not over before a day, the next first."""
    found = (
        select(Absence)
        .where(col(Absence.ended_at).is_(None), col(Absence.last_day) >= since)
        .order_by(col(Absence.first_day), col(Absence.id))
        .limit(most)
    )
    return list(session.exec(found))


def stood_in_for(session: Session, absence: Absence) -> tuple[str, ...]:
    """Codes of those whose deputy is away himself, by this absence, while they are."""
    return tuple(dict.fromkeys(person.code for person, _row in without_deputy(session, absence)))


def without_deputy(session: Session, absence: Absence) -> list[tuple[Person, Absence]]:
    """The same with their absences."""
    found = (
        select(Person, Absence)
        .join(Absence, col(Absence.person_id) == col(Person.id))
        .where(
            col(Absence.deputy_id) == absence.person_id,
            col(Absence.ended_at).is_(None),
            col(Absence.first_day) <= absence.last_day,
            col(Absence.last_day) >= absence.first_day,
        )
        .order_by(Person.code, col(Absence.first_day))
    )
    return list(session.exec(found))


def over(session: Session, since: date, before: date) -> list[Absence]:
    """Absences with a deputy that came to their end as planned, with a last day from `since` on and before a day."""
    found = select(Absence).where(
        col(Absence.ended_at).is_(None),
        col(Absence.deputy_id).is_not(None),
        col(Absence.last_day) >= since,
        col(Absence.last_day) < before,
    )
    return list(session.exec(found.order_by(col(Absence.id))))


def overlapping(session: Session, person_id: int, first: date, last: date) -> list[Absence]:
    """Absences of a person that stand and share a day with these."""
    found = select(Absence).where(
        col(Absence.person_id) == person_id,
        col(Absence.ended_at).is_(None),
        col(Absence.first_day) <= last,
        col(Absence.last_day) >= first,
    )
    return list(session.exec(found))
