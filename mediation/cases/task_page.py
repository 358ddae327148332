"""What waits on somebody, and a case's tasks and approvals, for their readers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mediation.cases import lights, queries
from mediation.cases.erasure.queries import erasures_of
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.cases.task_models import ApprovalRound, Task
from mediation.cases.tasks import queries as task_queries
from mediation.cases.tasks import rounds, standing
from mediation.language import _
from mediation.workflow.definition import Definition
from mediation.workflow.vocabulary import STANDARD


@dataclass(frozen=True)
class TaskAct:
    """An act by which a task is dealt with, as the case's definition calls it."""

    trigger: str
    title: str


@dataclass(frozen=True)
class TaskRow:
    """One task that waits on the actor. `lent`: it goes back to its lender when it is answered.

    `question`: with which words it was asked. `acts`: what it is dealt with by. `in_place_of`: who is on leave and whose it
    is; empty for one's own.
    """

    case: str
    number: str
    case_title: str
    task: int
    kind: str
    title: str
    asked_by: str
    due_at: datetime | None
    light: str
    urged: int
    lent: bool
    in_place_of: str = ""
    question: Any = None
    acts: tuple[TaskAct, ...] = ()


def my_tasks(hall: Hall, most: int = 50, kinds: Sequence[str] = ()) -> list[TaskRow]:
    """What waits on the actor, person or unit, most urgent first; copies come last. `kinds`: of these kinds only."""
    found = task_queries.my_tasks(hall.session, hall.actor, most, kinds)
    return [
        TaskRow(
            case=case.public_id,
            number=case.number or case.temporary_number,
            case_title=case.title,
            task=task.ordinal,
            kind=task.kind,
            title=task.title,
            asked_by=_asker(hall, task),
            due_at=task.due_at,
            light=lights.shown(hall, task.due_at, task.opened_at),
            urged=task.urged,
            lent=task.delegated_by_id is not None,
            in_place_of=_absent(hall, task),
            question=task.question,
            acts=_acts(_definition(hall, case), task),
        )
        for task, case in found
    ]


def case_tasks(hall: Hall, case: Dispute) -> list[dict[str, Any]]:
    """All tasks of a case but turns that are over, in order."""
    assert case.id is not None
    definition = _definition(hall, case)
    rounds_by_id = {one.id: one.ordinal for one in task_queries.rounds(hall.session, case.id)}
    return [
        {
            "task": task.ordinal,
            "kind": task.kind,
            "title": task.title,
            "unit": queries.unit(hall.session, task.unit_id).name,
            "person": _person(hall, task.person_id),
            "asked_by": _asker(hall, task),
            "lent_by": _person(hall, task.delegated_by_id),
            "question": task.question,
            "opinions": list(task.opinion or []),
            "waiting": task.waiting,
            "opened_at": task.opened_at,
            "due_at": task.due_at,
            "closed_at": task.closed_at,
            "outcome": task.outcome,
            "urged": task.urged,
            "mine": _is_to_do(case, task) and not task.waiting and standing.is_mine(task, hall.actor),
            "acts": _acts(definition, task) if _is_to_do(case, task) else (),
            "round": rounds_by_id.get(task.round_id),
            "place": task.place,
            "in_place_of": _absent(hall, task) if task.closed_at is None else "",
        }
        for task in task_queries.tasks(hall.session, case.id)
        if task.kind != "turn" or task.closed_at is None
    ]


def _is_to_do(case: Dispute, task: Task) -> bool:
    """A copy that nobody had read when its case was archived is no to-do any more."""
    return task.closed_at is None and case.open


def case_approvals(hall: Hall, case: Dispute) -> list[dict[str, Any]]:
    """Each round of approval, oldest first, with its count; of the latest of its kind also which facts have changed since."""
    assert case.id is not None
    asked = task_queries.rounds(hall.session, case.id)
    latest = {found.id for found in standing.rounds_that_count(asked).values()}
    definition = _definition(hall, case)
    return [
        {
            "approval": found.approval,
            "title": definition.approvals[found.approval].title
            if found.approval in definition.approvals
            else found.approval,
            "round": found.ordinal,
            "rule": found.rule,
            **_count(hall, found),
            "state": found.state,
            "asked_by": _person(hall, found.asked_by_id),
            "opened_at": found.opened_at,
            "closed_at": found.closed_at,
            "changed": _changed(hall, case, found) if found.id in latest else [],
        }
        for found in asked
    ]


def _count(hall: Hall, found: ApprovalRound) -> dict[str, int]:
    """How many sign, how many have agreed, and how many have to."""
    words = rounds.words(hall, found, rounds.counting(hall, found))
    total = len(words)
    return {
        "signers": total,
        "agreed": words.count("agreed"),
        "needed": {"any": 1, "vote": total // 2 + 1}.get(found.rule, total),
    }


def _definition(hall: Hall, case: Dispute) -> Definition:
    return hall.office.engine(case.workflow, case.workflow_version).definition


def _acts(definition: Definition, task: Task) -> tuple[TaskAct, ...]:
    """What a task is dealt with by: a lent one is answered and goes back, whatever it is."""
    if task.kind == "approval" and task.delegated_by_id is None:
        verbs: tuple[str, ...] = ("approve", "reject")
    else:
        verbs = {"turn": (), "copy": ("mark_read",)}.get(task.kind, ("answer",))
    return tuple(TaskAct(one, definition.triggers[one].title) for one in verbs if one in definition.triggers)


def _changed(hall: Hall, case: Dispute, found: ApprovalRound) -> list[str]:
    """Of a case whose data were erased nobody can tell any more."""
    if found.state not in {"open", "agreed", "rejected"} or erasures_of(hall.session, case.public_id):
        return []
    return [_(STANDARD.facts.get(fact, fact)) for fact in standing.changed(hall, case, found)]


def _asker(hall: Hall, task: Task) -> str:
    """Who asked for the task; nobody for a turn."""
    return _person(hall, task.asked_by_id)


def _absent(hall: Hall, task: Task) -> str:
    """Who is on leave and whose task it is; nobody for one's own."""
    found = standing.who_is_away(hall, task)
    return found.name if found is not None else ""


def _person(hall: Hall, person_id: int | None) -> str:
    return queries.person(hall.session, person_id).name if person_id is not None else ""
