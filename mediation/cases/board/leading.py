"""What a leader sees to: what is overdue where, the cases in charge, and what waits for a yes or a no.

No title and no name of a party is among it: a telephone is looked at by others too.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mediation.cases import lights, page
from mediation.cases.board import queries
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.cases.task_models import Task
from mediation.cases.tasks import queries as task_queries
from mediation.cases.tasks import rounds, standing, turns
from mediation.language import _

MOST = 50


@dataclass(frozen=True, slots=True)
class OverdueUnit:
    """A unit with what is overdue in it and below it."""

    code: str
    name: str
    cases: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class InCharge:
    """A case that the leader is in charge of, without the words of its parties."""

    id: str
    number: str
    category: str
    holder: str
    state: str
    due_at: datetime | None
    light: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """An approval that waits on the actor. `blocked`: facts have changed since it was asked, so that it cannot be given.

    `in_place_of`: who is on leave and whose it is; empty for one's own. `later`: when the present step would end then, of an
    approval that puts it off.
    """

    case: str
    number: str
    version: int
    category: str
    holder: str
    task: int
    title: str
    question: Any
    asked_by: str
    asked_at: datetime
    due_at: datetime | None
    light: str
    limit_at: datetime | None
    blocked: bool
    in_place_of: str = ""
    later: datetime | None = None


@dataclass(frozen=True, slots=True)
class LeaderPage:
    """One screen of a leader. `overdue` is of all units together, `units` tells where, the worst first."""

    overdue: int
    oldest: datetime | None
    units: tuple[OverdueUnit, ...]
    in_charge: tuple[InCharge, ...]
    approvals: tuple[Wanted, ...]


def leader_page(hall: Hall) -> LeaderPage:
    """The page of the actor."""
    session, actor, tree = hall.session, hall.actor, hall.tree
    below = tree.children(actor.unit_id)
    found = queries.late_by_unit(session, actor, [actor.unit_id, *(node.id for node in below)], hall.now)
    overdue, oldest = found.get(actor.unit_id, (0, None))
    units = [OverdueUnit(node.code, node.name, *found[node.id]) for node in below if node.id in found]
    # A case that concerns two units counts for both: what is left over does not tell whether any is the actor's own.
    own = queries.late_here(session, actor, actor.unit_id, [node.id for node in below], hall.now)
    if own[0]:
        here = tree.unit(actor.unit_id)
        units.append(OverdueUnit(here.code, _("{unit}本级").format(unit=here.name), *own))
    units.sort(key=lambda unit: (-unit.cases, unit.oldest or hall.now))
    charged = queries.in_my_charge(session, actor, most=MOST)
    return LeaderPage(
        overdue=overdue,
        oldest=oldest,
        units=tuple(units),
        in_charge=tuple(
            _in_charge(hall, case, row) for case, row in zip(charged, page.rows(hall, charged), strict=True)
        ),
        approvals=tuple(_wanted(hall)),
    )


def _in_charge(hall: Hall, case: Dispute, row: page.Row) -> InCharge:
    return InCharge(
        id=row.id,
        number=row.number,
        category=_category(hall, case),
        holder=row.holder,
        state=row.state_title,
        due_at=row.due_at,
        light=row.light,
    )


def _wanted(hall: Hall) -> list[Wanted]:
    rows = task_queries.my_tasks(hall.session, hall.actor, MOST, kinds=("approval",))
    names = queries.names(hall.session, [task.asked_by_id for task, _case in rows])
    return [_asked(hall, task, case, names.get(task.asked_by_id or 0, "")) for task, case in rows]


def _asked(hall: Hall, task: Task, case: Dispute, asked_by: str) -> Wanted:
    found = task_queries.round_of(hall.session, task)
    definition = hall.office.engine(case.workflow, case.workflow_version).definition
    rule = definition.approvals.get(found.approval) if found is not None else None
    absent = standing.who_is_away(hall, task)
    came = rounds.came_to(hall, found, task, "agreed") if found is not None else ""
    days = rounds.days_to_put_off(found, came) if found is not None else None
    return Wanted(
        case=case.public_id,
        number=case.number or case.temporary_number,
        version=case.version,
        category=_category(hall, case),
        holder=hall.tree.unit(case.holder_id).name,
        task=task.ordinal,
        title=rule.title if rule is not None else task.title,
        question=task.question,
        asked_by=asked_by,
        asked_at=task.opened_at,
        due_at=task.due_at,
        light=lights.shown(hall, task.due_at, task.opened_at),
        limit_at=case.due_at,
        blocked=found is not None and bool(standing.changed(hall, case, found)),
        in_place_of=absent.name if absent is not None else "",
        later=turns.later_end(hall, case, days) if days is not None else None,
    )


def _category(hall: Hall, case: Dispute) -> str:
    return hall.office.codes.title("governance_categories", case.governance_category)
