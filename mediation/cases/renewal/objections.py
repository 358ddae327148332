"""What running cases have against a renewal of the site: nobody would answer for them any more."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from mediation.cases import queries as case_queries
from mediation.cases.models import Dispute
from mediation.cases.office import Office
from mediation.cases.renewal import departures, queries
from mediation.cases.renewal.departures import Leaver, Staff
from mediation.cases.task_models import Task
from mediation.cases.tasks import queries as task_queries
from mediation.cases.tasks.assignees import who_may, who_may_take_turn
from mediation.errors import Problem
from mediation.language import _, joined
from mediation.people import queries as people
from mediation.units import queries as units
from mediation.units.models import Unit

_MOST_NAMED = 10


@dataclass(frozen=True)
class Before:
    """How units and posts stood before the site's files were applied."""

    ended: Collection[int]
    staff: Staff


def take_stock(session: Session, day: date) -> Before:
    """Which units had ended before the day, and which posts each person held on it."""
    ended = frozenset(row.id or 0 for row in queries.ended_units(session, day))
    return Before(ended, departures.staff_on(session, day))


def objections(session: Session, before: Before, day: date, office: Office | None) -> list[Problem]:
    """Every unit that ends without a successor while it has running cases or something to do in others', everybody who leaves
    something behind.

    Without an office, which could not be opened, what the definitions say of tasks is left out.
    """
    after = departures.staff_on(session, day)
    leaving = sorted(departures.leaving(session, before.staff, after, office), key=lambda one: one.person)
    return [
        *_abandoned_by_units(session, before.ended, day),
        *(Problem(one.sentence(), "people.csv", None, one.person) for one in leaving),
    ]


def foreseen(session: Session, before: Before, day: date) -> list[Problem]:
    """Everybody whose last day the files have put in the future, or made earlier, and who has something in hand now."""
    after = departures.staff_on(session, day)
    return [
        Problem(one.sentence(), "people.csv", None, one.person)
        for one in departures.leaving_later(session, before.staff, after)
    ]


def abandoned(session: Session, day: date, left: Sequence[Leaver], office: Office) -> list[Problem]:
    """Units that have ended with running cases or something to do, and without a successor, or have nobody left who could do it; and
    who holds no post and has something in hand.

    `left`: those people, as departures.left_behind finds them.
    """
    return [
        *_abandoned_by_units(session, frozenset(), day),
        *_without_people(session, day, office),
        *(Problem(one.sentence(), "people.csv", None, one.person) for one in left),
    ]


def off_rosters(session: Session, day: date) -> list[Problem]:
    """Mediators of running cases who are in office on the day, and by then members of no committee that may mediate there, nor appointed by one."""
    mediating = queries.open_mediations(session)
    staff = departures.staff_on(session, day)
    seats = units.rosters_of(session, {row.person_id for row, _case in mediating}, day)
    tree = units.load_tree(session, day)
    found: dict[int, list[str]] = {}
    for row, case in mediating:
        place = tree.standing(case.holder_id)
        may = any(
            person == row.person_id and tree.may_mediate_at(place.id, seat.unit, seat.kind)
            for person, seat in seats
            if place is not None
        )
        if row.person_id in staff and place is not None and not may:
            found.setdefault(row.person_id, []).append(case.number or case.temporary_number)
    told = []
    for person_id, numbers in found.items():
        who = case_queries.person(session, person_id)
        message = _(
            "{name} 正在调解 {cases}，从 {day} 起不在有权调解的调委会名单上；请写进名单（委员或者受聘），或者更换调解员"
        )
        text = message.format(name=who.name, cases=_listed(numbers), day=day)
        told.append(Problem(text, "committees.yaml", None, who.code))
    return told


def _abandoned_by_units(session: Session, before: Collection[int], day: date) -> Iterator[Problem]:
    ended = {
        row.id: row
        for row in queries.ended_units(session, day)
        if row.id is not None and row.id not in before and row.successor_id is None
    }
    held = queries.open_cases_held(session, ended.keys())
    for unit, row in ended.items():
        if unit in held:
            message = _("单位 {name} 还有在办的纠纷（{cases}）；请写明并入的单位，或先交办给别的单位")
            text = message.format(name=row.name, cases=_listed(held[unit]))
            yield Problem(text, "units.csv", None, row.code)
    yield from _left_to_do(session, ended, held)


def _left_to_do(
    session: Session, ended: Mapping[int, Unit], held: Mapping[int, list[str]]
) -> Iterator[Problem]:
    """What waits on such units in cases that others hold: nobody could answer it any more."""
    to_do = _by_unit(queries.open_tasks_of_units(session, ended.keys()))
    for unit, row in ended.items():
        others = _named(to_do.get(unit, {}), besides=held.get(unit, ()))
        if others:
            message = _(
                "单位 {name} 在别的单位的纠纷里还有要办的（{cases}）；请写明并入的单位，或先办完、转办，或请交办人撤回"
            )
            text = message.format(name=row.name, cases=_listed(others))
            yield Problem(text, "units.csv", None, row.code)


def _without_people(session: Session, day: date, office: Office) -> Iterator[Problem]:
    """Units that stand and with whose running cases, or with what waits on them in those of others, nobody there can go on."""
    ended = {row.id for row in queries.ended_units(session, day)}
    kinds = people.kinds_at_units(session, day)
    stuck = [
        (task, case)
        for task, case in queries.open_tasks_of_units(session)
        if task.unit_id not in ended
        and not _can_do(kinds.get(task.unit_id, frozenset()), _who_may(session, task, case, office))
    ]
    held: dict[int, list[str]] = {}
    for task, case in stuck:
        if task.kind == "turn" and task.unit_id == case.holder_id:
            held.setdefault(task.unit_id, []).append(case.number or case.temporary_number)
    to_do = _by_unit(stuck)
    for row in units.units(session):
        assert row.id is not None
        if row.id in held:
            message = _("单位 {name} 没有在任的人能办手里的纠纷（{cases}）；请配备人员，或写明并入的单位")
            text = message.format(name=row.name, cases=_listed(held[row.id]))
            yield Problem(text, "units.csv", None, row.code)
        others = _named(to_do.get(row.id, {}), besides=held.get(row.id, ()))
        if others:
            message = _("单位 {name} 没有在任的人能办等着它办的（{cases}）；请配备人员，或写明并入的单位")
            text = message.format(name=row.name, cases=_listed(others))
            yield Problem(text, "units.csv", None, row.code)


def _who_may(session: Session, task: Task, case: Dispute, office: Office) -> Collection[str] | None:
    """The kinds of post that may do what waits on a unit; None where anybody there may see to it."""
    definition = office.engine(case.workflow, case.workflow_version).definition
    if task.delegated_by_unit_id is not None:
        return who_may(definition, "opinion").posts
    if task.kind != "turn":
        asked = task_queries.round_of(session, task)
        return who_may(definition, task.kind, asked.approval if asked else None).posts
    owner = definition.states[case.state].owner
    if owner is None or owner.relation == "mediator":
        return None
    return who_may_take_turn(definition, case.state, owner.relation).posts


def _can_do(there: Collection[str], may: Collection[str] | None) -> bool:
    return bool(there) if may is None else not set(there).isdisjoint(may)


def _by_unit(found: Iterable[tuple[Task, Dispute]]) -> Mapping[int, Mapping[str, list[str]]]:
    """Unit → the number of the case → what is to be done in it."""
    by_unit: dict[int, dict[str, list[str]]] = {}
    for task, case in found:
        number = case.number or case.temporary_number
        titles = by_unit.setdefault(task.unit_id, {}).setdefault(number, [])
        if task.title not in titles:
            titles.append(task.title)
    return by_unit


def _named(to_do: Mapping[str, list[str]], besides: Collection[str]) -> list[str]:
    return [
        _("{number}（{kinds}）").format(number=number, kinds=joined(map(_, titles)))
        for number, titles in to_do.items()
        if number not in besides
    ]


def _listed(numbers: list[str]) -> str:
    more = _("等 {count} 件").format(count=len(numbers)) if len(numbers) > _MOST_NAMED else ""
    return joined(numbers[:_MOST_NAMED]) + more
