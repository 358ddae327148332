"""Reads for routing: decisions of a case, and who could mediate it. A case is found within scope before any of them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, func, or_
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from mediation.cases.models import CaseMediator, Dispute, Party
from mediation.cases.recusals.models import Recusal
from mediation.cases.routing.models import RoutingDecision
from mediation.cases.side_models import CaseLink
from mediation.people.models import Person, Post
from mediation.storage.engine import rows_of
from mediation.units.models import Committee, CommitteeMember, Unit
from mediation.units.tree import is_within

_OF_CASE = (
    select(RoutingDecision)
    .where(col(RoutingDecision.case_id) == bindparam("case_id"))
    .order_by(col(RoutingDecision.id))
)
_LAST = (
    select(RoutingDecision)
    .where(col(RoutingDecision.case_id) == bindparam("case_id"))
    .order_by(col(RoutingDecision.id).desc())
    .limit(1)
)
_REPEATS = columns(func.count()).where(
    col(CaseLink.case_id) == bindparam("case_id"), col(CaseLink.kind) == "repeat"
)
_LOAD = (
    columns(func.count())
    .select_from(CaseMediator)
    .join(Dispute, col(Dispute.id) == CaseMediator.case_id)
    .where(
        col(CaseMediator.person_id) == Person.id,
        col(CaseMediator.ended_at).is_(None),
        col(CaseMediator.role) != "recorder",
        col(Dispute.open).is_(True),
    )
    .correlate(Person)
    .scalar_subquery()
)
_SAME = (
    columns(col(Party.id_key))
    .where(col(Party.case_id) == bindparam("case_id"), col(Party.id_key).is_not(None))
    .scalar_subquery()
)
_CONFLICT = (
    columns(func.min(CaseMediator.conflict))
    .where(
        col(CaseMediator.person_id) == Person.id,
        col(CaseMediator.conflict).is_not(None),
        or_(
            col(CaseMediator.case_id) == bindparam("case_id"),
            col(CaseMediator.case_id).in_(columns(col(Party.case_id)).where(col(Party.id_key).in_(_SAME))),
        ),
    )
    .correlate(Person)
    .scalar_subquery()
)
_KEPT_OFF = (
    columns(func.min(Recusal.kind))
    .where(
        col(Recusal.person_id) == Person.id,
        col(Recusal.lifted_at).is_(None),
        or_(
            col(Recusal.case_id) == bindparam("case_id"),
            col(Recusal.case_id).in_(columns(col(Party.case_id)).where(col(Party.id_key).in_(_SAME))),
        ),
    )
    .correlate(Person)
    .scalar_subquery()
)
_OBJECTED = (
    columns(col(CaseMediator.objected_by))
    .where(col(CaseMediator.person_id) == Person.id, col(CaseMediator.case_id) == bindparam("case_id"))
    .order_by(
        col(CaseMediator.id).desc()
    )  # what was objected to before that one was chosen after all is past
    .limit(1)
    .correlate(Person)
    .scalar_subquery()
)
_MEDIATORS: Any = (
    columns(
        col(Person.id).label("person_id"),
        col(Person.code).label("person_code"),
        col(Person.name),
        col(Person.languages),
        col(Person.expertise),
        col(Post.code).label("post_code"),
        col(Post.kind),
        col(Post.title),
        col(Post.unit_id),
        col(Post.valid_from),
        col(Post.valid_to),
        col(CommitteeMember.valid_from).label("seat_from"),
        col(CommitteeMember.valid_to).label("seat_to"),
        col(Committee.term_from),
        col(Committee.term_to),
        col(Unit.code).label("unit_code"),
        _LOAD.label("open_cases"),
        func.coalesce(_KEPT_OFF, _CONFLICT).label("conflict"),
        _OBJECTED.label("objected_by"),
    )
    .select_from(CommitteeMember)
    .join(Committee, col(Committee.id) == CommitteeMember.committee_id)
    .join(Person, col(Person.id) == CommitteeMember.person_id)
    .join(Post, col(Post.person_id) == Person.id)
    .join(Unit, col(Unit.id) == Post.unit_id)
    .where(
        or_(
            col(Committee.unit_id).in_(bindparam("units", expanding=True)), col(Committee.kind) == "industry"
        ),
        col(Committee.kind) != "studio",  # its people are on the roster of a committee
        col(Post.kind).in_(bindparam("kinds", expanding=True)),
        col(Person.status) == "active",
    )
    .order_by(col(Person.code), col(Post.code))
)


@dataclass(frozen=True, slots=True)
class Seated:
    """A post by which somebody on a committee's roster may mediate, and the person's open cases.

    `conflict`: the recusal or the conflict of interest that was declared in this case, or in another that shares a party
    with it.
    `objected_by`: ordinal of a party of this case that does not accept this person.
    """

    person_id: int
    code: str
    name: str
    post_code: str
    title: str
    unit_id: int
    unit_code: str
    languages: tuple[str, ...]
    expertise: tuple[str, ...]
    open_cases: int
    conflict: str | None
    objected_by: int | None


def decisions(session: Session, case_id: int) -> list[RoutingDecision]:
    """What was decided in the case, oldest first."""
    return rows_of(session, _OF_CASE, case_id=case_id)


def last_decision(session: Session, case_id: int) -> RoutingDecision | None:
    return next(iter(rows_of(session, _LAST, case_id=case_id)), None)


def repeats(session: Session, case_id: int) -> int:
    """How many other disputes the case is said to repeat."""
    return int(rows_of(session, _REPEATS, case_id=case_id)[0][0] or 0)


def mediators(
    session: Session, case_id: int, unit_ids: Collection[int], kinds: Collection[str], day: date
) -> list[Seated]:
    """Whoever is in office today on the roster of a committee at one of the units, or of an industry committee.

    One for each post whose kind is among `kinds`.
    """
    values = {"case_id": case_id, "units": list(unit_ids), "kinds": sorted(kinds)}
    found: dict[tuple[int, str], Seated] = {}
    for row in session.connection().execute(_MEDIATORS, values):
        terms = (
            (row.valid_from, row.valid_to),
            (row.seat_from, row.seat_to),
            (row.term_from, row.term_to),
        )
        if all(is_within(day, first, last) for first, last in terms):
            found[row.person_id, row.post_code] = Seated(
                person_id=row.person_id,
                code=row.person_code,
                name=row.name,
                post_code=row.post_code,
                title=row.title,
                unit_id=row.unit_id,
                unit_code=row.unit_code,
                languages=tuple(row.languages or ()),
                expertise=tuple(row.expertise or ()),
                open_cases=row.open_cases,
                conflict=row.conflict,
                objected_by=row.objected_by,
            )
    return list(found.values())
