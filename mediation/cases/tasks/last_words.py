"""Who said no to an approval: by the last word of each signer over all its rounds, whichever of them counts now.

Who takes a round back has asked for nothing; but what was said in it was said.
"""

from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.cases.task_models import ApprovalRound, Task
from mediation.cases.tasks import queries
from mediation.cases.tasks.book import Assignee
from mediation.cases.tasks.rounds import counting, signer_now


def who_rejected(hall: Hall, case: Dispute, approval: str) -> list[Assignee]:
    """Those whose last word was no, unless the others overruled it by the round's rule; each once, as they sign today.

    Of units that have become one, the no of either counts.
    """
    assert case.id is not None
    no: dict[tuple[int, int | None], Assignee] = {}
    for found in queries.rounds(hall.session, case.id):
        if found.approval != approval:
            continue
        said = [(signer_now(hall, task), task.outcome) for task in counting(hall, found)]
        for signer, outcome in said:
            if outcome == "agreed":
                no.pop(signer.key, None)
        no |= {signer.key: signer for signer, outcome in said if outcome == "rejected"}
        if found.state == "agreed":
            no = {}
    return list(no.values())


def speaks_for_who_rejected(hall: Hall, case: Dispute, found: ApprovalRound, task: Task) -> bool:
    """Whether a task of a running round is of somebody who said no, or has come to its signer from one who is not there any more."""
    no = {one.key: one for one in who_rejected(hall, case, found.approval)}
    now = {one.ordinal: signer_now(hall, one).key for one in counting(hall, found)}
    if now[task.ordinal] in no:
        return True
    gone = [one.person for key, one in no.items() if key not in now.values()]
    return bool(gone) and queries.came_from(hall.session, case, task, gone)
