"""会签 of units that have become one: one signer from then on, with one voice in each round that is under way.

What either of them said stays as it was said; how it counts, `tasks.rounds.words` tells.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from mediation.cases.approvals import asker_alone
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.cases.renewal import queries
from mediation.cases.task_models import ApprovalRound, Task
from mediation.cases.tasks import book, rounds


def end_spare(hall: Hall, case: Dispute, merged: Collection[int]) -> list[Task]:
    """Of several tasks of one signer one stays, that of the unit that stands if it has one; none where the no of either is there.

    Called before the tasks pass on: then nobody could tell any more whose they were. Which ones are over.
    """
    assert case.id is not None
    gone = [
        task
        for found in queries.open_rounds(hall.session, case.id)
        for own in rounds.by_signer(hall, found, rounds.counting(hall, found))
        for task in _spare(own, merged)
    ]
    for task in gone:
        book.close_task(hall, task, "removed")
    return gone


def settle(hall: Hall, case: Dispute, gone: Sequence[Task]) -> Mapping[str, Any]:
    """Rounds go on with a signer less, or come to what is decided so. For the trail: approval → whose tasks ended, how it stands.

    A round that would be agreed by the word of who asked for it alone waits for somebody else's.
    """
    assert case.id is not None
    approvals = hall.office.engine(case.workflow, case.workflow_version).definition.approvals
    told: dict[str, Any] = {}
    for found in queries.open_rounds(hall.session, case.id):
        ended = [task.ordinal for task in gone if task.round_id == found.id]
        came = _came_to(hall, case, found)
        if ended or came != "open":
            rounds.go_on(hall, case, found, came, approvals.get(found.approval))
            told[found.approval] = {"removed": sorted(ended), "round": came}
    return told


def _spare(own: Sequence[Task], merged: Collection[int]) -> list[Task]:
    if len(own) == 1:
        return []
    waiting = sorted(
        (task for task in own if task.closed_at is None),
        key=lambda task: (task.unit_id in merged, task.place or 0, task.ordinal),
    )
    return waiting if any(task.outcome == "rejected" for task in own) else waiting[1:]


def _came_to(hall: Hall, case: Dispute, found: ApprovalRound) -> str:
    tasks = rounds.counting(hall, found)
    came = rounds.verdict(found.rule, rounds.words(hall, found, tasks))
    return "open" if came == "agreed" and asker_alone(hall, case, found, tasks, by=None) else came
