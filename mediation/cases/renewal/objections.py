"""What running cases have against a renewal of the site: nobody would answer for them any more."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from mediation.cases.renewal import queries
from mediation.errors import Problem
from mediation.language import _
from mediation.people import queries as people
from mediation.units import queries as units
from mediation.units.tree import is_within

_MOST_NAMED = 10


@dataclass(frozen=True)
class Before:
    """How units and posts stood before the site's files were applied."""

    ended: Collection[int]
    kinds_held: Mapping[int, frozenset[str]]


def take_stock(session: Session, day: date) -> Before:
    """Which units had ended before the day, and which kinds of post each person holds on it."""
    ended = frozenset(row.id or 0 for row in queries.ended_units(session, day))
    return Before(ended, _kinds_held(session, day))


def objections(session: Session, before: Before, day: date) -> list[Problem]:
    """Every unit that ends without a successor while it has running cases, every mediator who leaves some behind."""
    return [*_abandoned_by_units(session, before, day), *_abandoned_by_people(session, before, day)]


def abandoned(session: Session, day: date) -> list[Problem]:
    """Units that have ended with running cases and without a successor, whenever that was."""
    return list(_abandoned_by_units(session, Before(frozenset(), {}), day))


def _abandoned_by_units(session: Session, before: Before, day: date) -> Iterator[Problem]:
    ended = {
        row.id: row
        for row in queries.ended_units(session, day)
        if row.id is not None and row.id not in before.ended and row.successor_id is None
    }
    held = queries.open_cases_held(session, ended.keys())
    for unit, row in ended.items():
        if unit in held:
            message = _("单位 {name} 还有在办的纠纷（{cases}）；请写明并入的单位，或先交办给别的单位")
            text = message.format(name=row.name, cases=_listed(held[unit]))
            yield Problem(text, "units.csv", None, row.code)


def _abandoned_by_people(session: Session, before: Before, day: date) -> Iterator[Problem]:
    held = _kinds_held(session, day)
    kinds = people.post_kinds(session)
    left: dict[str, tuple[str, list[str]]] = {}
    for mediator, person, post, case in queries.mediating(session):
        needed = kinds.counts_as(post.kind)
        had, has = (stock.get(mediator.person_id, frozenset()) for stock in (before.kinds_held, held))
        if not had.isdisjoint(needed) and has.isdisjoint(needed):
            numbers = left.setdefault(person.code, (person.name, []))[1]
            numbers.append(case.number or case.temporary_number)
    for code, (name, numbers) in left.items():
        message = _("{name} 还在调解 {cases}；请先移交给别的调解员，再让其离任")
        yield Problem(message.format(name=name, cases=_listed(numbers)), "people.csv", None, code)


def _kinds_held(session: Session, day: date) -> dict[int, frozenset[str]]:
    """Person → the kinds of post that the posts held on the day count as."""
    kinds = people.post_kinds(session)
    active = {row.id for row in people.people(session) if row.status == "active"}
    standing = {row.id for row in units.units(session) if is_within(day, row.valid_from, row.valid_to)}
    found: dict[int, frozenset[str]] = {}
    for post in people.all_posts(session):
        holds = is_within(day, post.valid_from, post.valid_to)
        if holds and post.person_id in active and post.unit_id in standing:
            found[post.person_id] = found.get(post.person_id, frozenset()) | kinds.counts_as(post.kind)
    return found


def _listed(numbers: list[str]) -> str:
    more = _("等 {count} 件").format(count=len(numbers)) if len(numbers) > _MOST_NAMED else ""
    return "、".join(numbers[:_MOST_NAMED]) + more
