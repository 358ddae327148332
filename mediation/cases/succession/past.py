"""The hand-overs that were: a list for who may give them back, and each with what has moved and what is yet to be seen to."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from mediation.cases import queries as case_queries
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.cases.recusals.queries import kept_cases
from mediation.cases.succession import queries
from mediation.cases.succession.fitting import kept_by
from mediation.cases.succession.handing_over import clashes
from mediation.cases.succession.in_hand import InHand, kinds_of
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
    """One hand-over. `given_back`: something of it was later. `due`: whose leave it was for is to be back by now."""

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
    for row in queries.handovers(hall.session, _LOOKED_AT):
        if row.from_id not in reach:
            reach[row.from_id] = may_hand_over_for(hall, row.from_id)
        if reach[row.from_id]:
            found.append(_line(hall, row))
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
    kept = kept_cases(hall.session, hall.actor.person_id)
    cases: list[CaseMoved] = []
    told: list[str] = []
    for moved_id, moved in row.moved["cases"].items():
        case = queries.case_named(hall.session, moved_id)
        if case is None or case.id in kept:
            continue
        to = people.person(hall.session, moved["to"])
        cases.append(_moved(hall, case, to, moved))
        if case.open:
            told += _left_to_do(hall, case, giver, to, moved)
    return PastPage(_line(hall, row), tuple(cases), (*told, *_still_led(hall, row, giver, kept)))


def _side(row: Handover) -> int:
    return row.to_id if row.reason == BACK else row.from_id


def _line(hall: Hall, row: Handover) -> Past:
    giver = queries.person_of(hall.session, row.from_id)
    mine = row.moved["cases"].keys()
    given_back = any(not mine.isdisjoint(back.moved["cases"]) for back in queries.backs(hall.session, row))
    return Past(
        id=row.public_id,
        giver=giver.code,
        giver_name=giver.name,
        to_name=queries.person_of(hall.session, row.to_id).name,
        by_name=queries.person_of(hall.session, row.by_id).name,
        reason=row.reason,
        until=row.until,
        moment=row.handed_over_at,
        counts=row.moved["counts"],
        given_back=given_back,
        due=row.until is not None and row.until <= hall.today and not given_back,
    )


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


def _still_led(hall: Hall, row: Handover, giver: Person, kept: Collection[int]) -> Iterator[str]:
    if row.reason == BACK:
        return
    for case in queries.led(hall.session, giver.id or 0):
        if case.id not in kept:
            number = case.number or case.temporary_number
            yield _("{name} 仍是 {number} 的包案领导").format(name=giver.name, number=number)
