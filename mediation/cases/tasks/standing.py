"""Tasks and approvals as plain facts for the guards."""

from collections.abc import Mapping, Sequence
from typing import cast

from mediation.cases import looked_at
from mediation.cases import queries as case_queries
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.cases.task_models import ApprovalRound, Task
from mediation.cases.tasks import queries
from mediation.people.actor import Actor
from mediation.people.models import Person
from mediation.workflow.definition import Definition
from mediation.workflow.facts import ApprovalFacts, RoundState, TaskFacts, TaskKind

_ABOUT_APPROVALS = frozenset(
    {"", "ask_approval", "approve", "reject", "add_signer", "remove_signer", "take_back", "resubmit"}
)
_ABOUT_STEPS_BACK = frozenset({"", "reject"})
_DECIDED = frozenset({"agreed", "rejected"})


def is_mine(task: Task, actor: Actor) -> bool:
    """Whether it is the actor's own, or that of somebody away whose deputy the actor is, or the actor's unit's where it is no one person's."""
    if task.person_id is not None:
        return task.person_id in actor.hands
    return task.unit_id == actor.unit_id


def in_place_of(hall: Hall, task: Task) -> dict[str, str]:
    """For the trail: whose task the actor does as deputy; nothing if it is the actor's own, or the unit's."""
    absent = who_is_away(hall, task)
    return {} if absent is None else {"in_place_of": absent.code}


def who_is_away(hall: Hall, task: Task) -> Person | None:
    """Whose task it is, if it is the actor's only as deputy."""
    if task.person_id is None or task.person_id not in hall.actor.deputizes_for:
        return None
    return case_queries.person(hall.session, task.person_id)


def only_mine(hall: Hall, case: Dispute, *kinds: str) -> int | None:
    """The ordinal of the one task of these kinds that waits on the actor; none if there is none, or more than one."""
    found = all_mine(hall, case, *kinds)
    return found[0] if len(found) == 1 else None


def all_mine(hall: Hall, case: Dispute, *kinds: str) -> list[int]:
    """The ordinals of the tasks of these kinds that wait on the actor."""
    assert case.id is not None
    return [
        task.ordinal
        for task in case_queries.open_tasks(hall.session, case.id)
        if task.kind in kinds and not task.waiting and is_mine(task, hall.actor)
    ]


def in_turn(hall: Hall, case: Dispute) -> tuple[str, ...]:
    """Who has to sign before the actor: whose turn it is in the rounds in which the actor's has not come."""
    assert case.id is not None
    tasks = case_queries.open_tasks(hall.session, case.id)
    rounds = {task.round_id for task in tasks if task.waiting and is_mine(task, hall.actor)}
    return tuple(_whose(hall, task) for task in tasks if task.round_id in rounds and not task.waiting)


def task_facts(hall: Hall, task: Task | None) -> TaskFacts | None:
    """One task as its actor sees it."""
    if task is None:
        return None
    found = queries.round_of(hall.session, task)
    me = hall.actor.person_id
    return TaskFacts(
        ordinal=task.ordinal,
        kind=cast("TaskKind", task.kind),
        open=task.closed_at is None,
        waiting=task.waiting,
        turn_of=_turn_of(hall, task) if task.waiting else (),
        mine=is_mine(task, hall.actor),
        asked_by_me=me in {task.asked_by_id, task.delegated_by_id},
        delegated=task.delegated_by_id is not None,
        approval=found.approval if found else "",
        round=cast("RoundState", found.state) if found else "none",
    )


def approval_facts(
    hall: Hall, case: Dispute, definition: Definition, trigger: str
) -> Mapping[str, ApprovalFacts]:
    """How each approval stands that was ever asked for; read only for acts that look at approvals."""
    if not definition.approvals or not _looks_at_approvals(definition, trigger):
        return {}
    assert case.id is not None
    return {
        name: _approval(hall, case, found)
        for name, found in rounds_that_count(queries.rounds(hall.session, case.id)).items()
    }


def visited(hall: Hall, case: Dispute, definition: Definition, trigger: str) -> tuple[str, ...]:
    """The states that the case has been in; read only for acts that go back."""
    if trigger not in _ABOUT_STEPS_BACK or not any(edge.back_to for edge in definition.edges):
        return ()
    return queries.states_been_in(hall.session, case)


def rounds_that_count(rounds: Sequence[ApprovalRound]) -> dict[str, ApprovalRound]:
    """Approval → its latest round; where that was taken back, the last one that had been decided before, if there is one.

    Who takes a round back has asked for nothing: what was decided stands again, a rejection too.
    """
    decided = {found.approval: found for found in rounds if found.state in _DECIDED}
    latest = {found.approval: found for found in rounds}
    return {
        name: decided.get(name, found) if found.state == "taken_back" else found
        for name, found in latest.items()
    }


def changed(hall: Hall, case: Dispute, found: ApprovalRound) -> tuple[str, ...]:
    """The facts that have changed since the round was asked for."""
    return looked_at.changed_since(hall, case, found.looked_at["asked"])


def _turn_of(hall: Hall, task: Task) -> tuple[str, ...]:
    """Whose turn it is in the round of a task that waits."""
    tasks = queries.tasks_of_round(hall.session, task.round_id or 0)
    return tuple(_whose(hall, one) for one in tasks if one.closed_at is None and not one.waiting)


def _whose(hall: Hall, task: Task) -> str:
    if task.person_id is not None:
        return str(case_queries.person(hall.session, task.person_id).name)
    return case_queries.unit(hall.session, task.unit_id).name


def _approval(hall: Hall, case: Dispute, found: ApprovalRound) -> ApprovalFacts:
    binds = found.state in {"open", "agreed", "rejected"}
    return ApprovalFacts(
        state=cast("RoundState", found.state),
        changed=changed(hall, case, found) if binds else (),
        asked_by_me=found.asked_by_id == hall.actor.person_id,
        mine=any(
            task.closed_at is None and not task.waiting and is_mine(task, hall.actor)
            for task in queries.tasks_of_round(hall.session, found.id or 0)
        ),
    )


def _looks_at_approvals(definition: Definition, trigger: str) -> bool:
    return trigger in _ABOUT_APPROVALS or any(
        edge.trigger == trigger and (edge.approvals or edge.approvals_if_asked) for edge in definition.edges
    )
