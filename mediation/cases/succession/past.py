"""The hand-overs that were: a list for who may give them back, and each with what has moved and what is yet to be seen to."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from mediation.audit import queries as trail
from mediation.cases import queries as case_queries
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.cases.recusals.queries import kept_cases
from mediation.cases.succession import queries
from mediation.cases.succession.fitting import kept_by
from mediation.cases.succession.handing_over import clashes
from mediation.cases.succession.in_hand import KINDS, InHand, kinds_of
from mediation.cases.succession.reach import is_near, may_hand_over_for, refuse_stranger
from mediation.cases.succession.said import CaseTo
from mediation.cases.task_models import Handover
from mediation.errors import NotFound
from mediation.language import _
from mediation.people import queries as people
from mediation.people.models import Person

BACK = "back"
_MOST, _LOOKED_AT = 50, 1_000


@dataclass(frozen=True, slots=True)
class Past:
    """One hand-over. `given_back`: something of it was later. `due`: whose leave it was for is to be back by now.

    `counts`: without the cases that the reader is kept from.
    """

    id: str
    giver: str
    giver_name: str
    to_name: str
    by_name: str
    reason: str
    until: date | None
    moment: datetime
    counts: Mapping[str, int]
    given_back: bool
    due: bool


@dataclass(frozen=True, slots=True)
class CaseMoved:
    """One case of it. Without sight of it there is only its number."""

    id: str
    number: str
    seen: bool
    title: str
    to_name: str
    kinds: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PastPage:
    """One hand-over, whole. `told`: what is yet to be seen to, in sentences."""

    line: Past
    cases: tuple[CaseMoved, ...]
    told: tuple[str, ...]


def past(hall: Hall) -> list[Past]:
    """Of those for whom the actor may hand over, the newest first, without what only gave back."""
    reach: dict[int, bool] = {}
    found: list[Past] = []
    kept = _kept(hall)
    for row in queries.handovers(hall.session, _LOOKED_AT):
        if row.from_id not in reach:
            reach[row.from_id] = may_hand_over_for(hall, row.from_id)
        if reach[row.from_id]:
            found.append(_line(hall, row, kept))
        if len(found) == _MOST:
            break
    return found


def past_page(hall: Hall, public_id: str) -> PastPage:
    """One hand-over. Raises as giving it back does: NotFound, NotPermitted."""
    row = queries.handover(hall.session, public_id)
    # Who gave back is who had stood in; whose work it is stands on the other side.
    whose = None if row is None else queries.person_of(hall.session, _side(row))
    if row is None or whose is None or not is_near(hall, whose):
        raise NotFound(_("没有编号为 {id} 的移交").format(id=public_id))
    refuse_stranger(hall, whose)
    giver = queries.person_of(hall.session, row.from_id)
    kept = _kept(hall)
    cases: list[CaseMoved] = []
    told: list[str] = []
    for moved_id, moved in row.moved["cases"].items():
        case = queries.case_named(hall.session, moved_id)
        if case is None or moved_id in kept:
            continue
        to = people.person(hall.session, moved["to"])
        cases.append(_moved(hall, case, to, moved))
        if case.open:
            told += _left_to_do(hall, case, giver, to, moved)
    line = _line(hall, row, kept)
    if row.reason != BACK and not line.given_back:
        told += _still_led(hall, row, giver, kept)
    return PastPage(line, tuple(cases), tuple(told))


def _kept(hall: Hall) -> frozenset[str]:
    """The public ids of the cases that the reader is kept from."""
    return queries.names_of(hall.session, kept_cases(hall.session, hall.actor.person_id))


def _side(row: Handover) -> int:
    return row.to_id if row.reason == BACK else row.from_id


def _line(hall: Hall, row: Handover, kept: Collection[str]) -> Past:
    giver = queries.person_of(hall.session, row.from_id)
    mine = {name: moved for name, moved in row.moved["cases"].items() if name not in kept}
    given_back = any(
        not mine.keys().isdisjoint(back.moved["cases"]) for back in queries.backs(hall.session, row)
    )
    return Past(
        id=row.public_id,
        giver=giver.code,
        giver_name=giver.name,
        to_name=queries.person_of(hall.session, row.to_id).name,
        by_name=queries.person_of(hall.session, row.by_id).name,
        reason=row.reason,
        until=row.until,
        moment=row.handed_over_at,
        counts=_counted(mine.values()),
        given_back=given_back,
        due=row.until is not None and row.until <= hall.today and not given_back,
    )


def _counted(cases: Collection[Mapping[str, Any]]) -> dict[str, int]:
    counts = Counter({"cases": len(cases), **dict.fromkeys(KINDS, 0)})
    for moved in cases:
        counts.update(kinds_of(moved))
    return dict(counts)


def _moved(hall: Hall, case: Dispute, to: Person, moved: Mapping[str, object]) -> CaseMoved:
    is_seen = case_queries.may_see(hall.session, hall.actor, case)
    return CaseMoved(
        id=case.public_id,
        number=case.number or case.temporary_number,
        seen=is_seen,
        title=str(case.title) if is_seen else "",
        to_name=to.name,
        kinds=kinds_of(moved),
    )


def _left_to_do(
    hall: Hall, case: Dispute, giver: Person, to: Person, moved: Mapping[str, object]
) -> Iterator[str]:
    """Papers that still wait for who had the case before, and appointments at which the successor has to be elsewhere."""
    if moved["roles"]:
        own = InHand(case)
        own.roles = [row for row in queries.mediating(hall.session, to.id or 0) if row.case_id == case.id]
        yield from kept_by(hall, own, giver, CaseTo(consented=True))[1]
    kept = [row for row in queries.appointments(hall.session, to.id or 0) if row.case_id == case.id]
    yield from clashes(hall, case.number or case.temporary_number, kept, to)


def _still_led(hall: Hall, row: Handover, giver: Person, kept: Collection[str]) -> Iterator[str]:
    """What the giver led before the hand-over, and leads yet."""
    for case in queries.led(hall.session, giver.id or 0):
        if case.public_id not in kept and _led_at(hall, case, giver, row.handed_over_at):
            number = case.number or case.temporary_number
            yield _("{name} 仍是 {number} 的包案领导").format(name=giver.name, number=number)


def _led_at(hall: Hall, case: Dispute, leader: Person, moment: datetime) -> bool:
    """Was its present leader the one at that moment already, and ever since?"""
    since: datetime | None = None
    for event in trail.events_of(hall.session, case.public_id):
        if "leader" in event.facts:
            since = (since or event.recorded_at) if event.facts["leader"] == leader.code else None
    return since is not None and since <= moment
