"""To whom a row of the outbox goes: people in office today by their kinds of post, parties, units."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlmodel import Session

from mediation.cases import queries
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute, Party, PartyAgent
from mediation.cases.parties import acts_by_law
from mediation.cases.recusals import queries as recusals
from mediation.errors import NotFound, NotPermitted
from mediation.notices.folders import Notice
from mediation.notices.readers import Reader
from mediation.people import queries as people
from mediation.people.models import Person, Post
from mediation.units import queries as unit_queries
from mediation.units.tree import is_within

StandIns = Callable[[Session, Sequence[int], date], Mapping[int, Sequence[int]]]
"""Who of these people is away on the day → the deputies, all by their keys; whoever is there is not in it."""


@dataclass(frozen=True, slots=True)
class Addressed:
    """What a row names, read: the case if it has one, and the payload."""

    case: Dispute | None
    payload: Mapping[str, Any]

    @property
    def case_id(self) -> int | None:
        return self.case.id if self.case is not None else None


def readers_of(hall: Hall, notice: Notice, row: Addressed, stand_ins: StandIns) -> list[Reader]:
    """Everybody that the notice goes to, each once; nobody gives an empty list."""
    for to in notice.sheet.to:
        found = _WAYS[to](hall, notice, row)
        if found:
            staff = [one for one in found if not one.is_party]
            staff = _with_deputies(hall, row, staff, stand_ins, beside=not notice.sheet.alone)
            return [*(one for one in found if one.is_party), *staff]
    return []


def units_of(readers: Iterable[Reader]) -> list[Reader]:
    """The units of those of the staff who see the case: a mailbox, a group chat may be reached beside each of them."""
    units = {one.unit: one for one in readers if one.kind == "person" and one.unit and one.sees}
    return [
        Reader(
            f"unit:{code}", "unit", one.unit_name, code, one.unit_name, withheld=one.withheld, sees=one.sees
        )
        for code, one in sorted(units.items())
    ]


def private_words(hall: Hall, case_id: int, own: int | None = None) -> tuple[str, ...]:
    """What the parties of a case are called and reached by; but for the party `own`, who may read it."""
    agents = queries.agents(hall.session, case_id)
    words: list[Any] = []
    allowed: set[str] = set()
    for party in queries.everybody(hall.session, case_id):
        said = [party.name, party.id_number, party.phone, party.address]
        for agent in agents:
            if agent.party_id == party.id:
                said += [agent.name, agent.details.get("id_number"), agent.details.get("phone")]
        if party.ordinal == own:
            allowed = {str(one) for one in said if one}
        else:
            words += said
    return tuple({str(one) for one in words if one} - allowed)


def _party(hall: Hall, _notice: Notice, row: Addressed) -> list[Reader]:
    wanted = row.payload.get("party")
    return [one for one in _parties(hall, _notice, row) if one.key == f"party:{wanted}"]


def _parties(hall: Hall, _notice: Notice, row: Addressed) -> list[Reader]:
    if row.case_id is None:
        return []
    agents = queries.agents(hall.session, row.case_id)
    return [
        Reader(
            key=f"party:{party.ordinal}",
            kind="party",
            name=str(party.name),
            phone=_phone(party, agents, hall.today),
            party_id=party.id,
            withheld=private_words(hall, row.case_id, party.ordinal),
        )
        for party in queries.parties(hall.session, row.case_id)
    ]


def _phone(party: Party, agents: Sequence[PartyAgent], day: date) -> str:
    """The party's own number; of a minor or a body the one of who stands for it, if that has one."""
    stands_for = [
        str(agent.details.get("phone") or "")
        for agent in agents
        if agent.party_id == party.id
        and acts_by_law(party.kind, agent.kind)
        and (agent.valid_to is None or day <= agent.valid_to)
    ]
    first = next((phone for phone in stands_for if phone), "")
    return first if first and (party.minor or party.kind != "natural") else str(party.phone or "")


def _person(hall: Hall, _notice: Notice, row: Addressed) -> list[Reader]:
    code = str(row.payload.get("person") or "")
    try:
        found = people.person(hall.session, code) if code else None
    except NotFound:
        found = None
    return _of_person(hall, row, found) if found is not None else []


def _owner(hall: Hall, notice: Notice, row: Addressed) -> list[Reader]:
    """Whose turn it is, if the state's owner is one or some persons."""
    case = row.case
    if case is None:
        return []
    owner = hall.office.engine(case.workflow, case.workflow_version).state(case.state).owner
    relation = owner.relation if owner is not None else ""
    if relation == "first_receiver":
        return _at_post(hall, row, queries.post(hall.session, case.first_receiver_id))
    return _mediators(hall, notice, row) if relation == "mediator" else []


def _mediators(hall: Hall, _notice: Notice, row: Addressed) -> list[Reader]:
    if row.case_id is None:
        return []
    found: dict[str, Reader] = {}
    for role, _person_row, post in queries.mediators(hall.session, row.case_id):
        if role.role != "recorder":
            found |= {one.key: one for one in _at_post(hall, row, post)}
    return list(found.values())


def _leader(hall: Hall, _notice: Notice, row: Addressed) -> list[Reader]:
    if row.case is None or row.case.leader_id is None:
        return []
    return _of_person(hall, row, queries.person(hall.session, row.case.leader_id))


def _unit(hall: Hall, notice: Notice, row: Addressed) -> list[Reader]:
    code = str(row.payload.get("unit") or "")
    try:
        unit = unit_queries.unit(hall.session, code) if code else None
    except NotFound:
        unit = None
    return _of_unit(hall, notice, row, unit.id) if unit is not None and unit.id is not None else []


def _holder(hall: Hall, notice: Notice, row: Addressed) -> list[Reader]:
    return _of_unit(hall, notice, row, row.case.holder_id) if row.case is not None else []


_WAYS: Mapping[str, Callable[[Hall, Notice, Addressed], list[Reader]]] = {
    "party": _party,
    "parties": _parties,
    "person": _person,
    "unit": _unit,
    "owner": _owner,
    "holder": _holder,
    "mediators": _mediators,
    "leader": _leader,
}


def _of_unit(hall: Hall, notice: Notice, row: Addressed, unit_id: int) -> list[Reader]:
    """Those of the unit in the wanted posts, else everybody there, else the same one unit further up."""
    standing = hall.tree.standing(unit_id)
    line = hall.tree.lineage(standing.id) if standing is not None else ()
    for node in line:
        held = people.posts_at(hall.session, [node.id], hall.today)
        kinds = people.post_kinds(hall.session)
        wanted = [post for post in held if kinds.counts_as(post.kind) & _posts(notice, row)]
        found: dict[str, Reader] = {}
        for post in wanted or held:
            found |= {one.key: one for one in _at_post(hall, row, post) if one.key not in found}
        if found:
            return list(found.values())
    return []


def _posts(notice: Notice, row: Addressed) -> set[str]:
    """The kinds of post that the row itself names, as a step of supervision does; else those of the notice."""
    named = row.payload.get("posts")
    return set(named) if isinstance(named, list) and named else set(notice.sheet.posts)


def _at_post(hall: Hall, row: Addressed, post: Post, stands_in_for: int | None = None) -> list[Reader]:
    """The holder of a post, if it is held today. `stands_in_for`: the key of who is away, whose cases a deputy sees."""
    person = queries.person(hall.session, post.person_id)
    if person.status != "active" or not is_within(hall.today, post.valid_from, post.valid_to):
        return []
    reader = _reader(hall, row, person, post, stands_in_for)
    return [reader] if reader is not None else []


def _of_person(hall: Hall, row: Addressed, person: Person, stands_in_for: int | None = None) -> list[Reader]:
    """The person in the post that sees the case, else in any post held today."""
    found: list[Reader] = []
    for post in people.posts_of(hall.session, person.id or 0):
        found += _at_post(hall, row, post, stands_in_for)
    return sorted(found, key=lambda one: not one.sees)[:1]


def _reader(
    hall: Hall, row: Addressed, person: Person, post: Post, stands_in_for: int | None
) -> Reader | None:
    try:
        actor = people.actor(hall.session, person.code, post.code, hall.today)
    except (NotFound, NotPermitted):
        return None
    if stands_in_for is not None:
        actor = replace(actor, deputizes_for=frozenset({stands_in_for}))
    return Reader(
        key=f"person:{person.code}",
        kind="person",
        name=person.name,
        unit=actor.unit_code,
        unit_name=actor.unit_name,
        phone=str(person.phone or ""),
        person_id=person.id,
        sees=row.case is None or queries.may_see(hall.session, actor, row.case),
        kept_off=row.case_id is not None and person.id in recusals.standing(hall.session, row.case_id),
    )


def _with_deputies(
    hall: Hall, row: Addressed, readers: Sequence[Reader], stand_ins: StandIns, *, beside: bool
) -> list[Reader]:
    """Who is away is told inside only, and the deputies are told beside, unless it concerns who is away alone."""
    ids = [one.person_id for one in readers if one.person_id is not None]
    away = stand_ins(hall.session, ids, hall.today) if ids else {}
    found = {
        one.key: replace(one, away=one.person_id is not None and one.person_id in away) for one in readers
    }
    for person_id, deputies in away.items() if beside else ():
        for deputy in deputies:
            for one in _of_person(hall, row, queries.person(hall.session, deputy), person_id):
                found.setdefault(one.key, one)
    return list(found.values())
