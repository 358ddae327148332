"""Who is told when a clock has run out or a case climbs."""

from mediation.cases import queries
from mediation.cases.clauses import named_by
from mediation.cases.effects.registry import Changes, effect
from mediation.cases.escalation import level_above
from mediation.cases.hall import Hall, Heard
from mediation.cases.models import Dispute
from mediation.cases.outgoing import post_outbox
from mediation.cases.tasks import queries as task_queries
from mediation.cases.tasks.book import tell_assignee


@effect()
def _tell_superior(hall: Hall, case: Dispute, _heard: Heard, _changes: Changes, _argument: str) -> None:
    """The leader of the level above is told."""
    above = level_above(hall, case)
    post_outbox(hall, case, "notice", {"notice": "escalated", "unit": above.code if above else ""})


@effect()
def _remind_owner(hall: Hall, case: Dispute, heard: Heard, _changes: Changes, _argument: str) -> None:
    _tell_overdue(hall, case, heard, case.target_id or case.arbiter_id or case.holder_id)


@effect()
def _remind_assignee(hall: Hall, case: Dispute, heard: Heard, _changes: Changes, _argument: str) -> None:
    """A task's own clock ran out (`act` says which): whoever has the task is told."""
    assert case.id is not None
    name = str(heard.act.get("deadline", ""))
    task = task_queries.task(hall.session, case.id, int(name.rpartition(":")[2] or 0))
    if task is not None:
        tell_assignee(hall, case, task, "task_overdue")


@effect()
def _tell_limit_missed(hall: Hall, case: Dispute, heard: Heard, _changes: Changes, _argument: str) -> None:
    """The law's time for mediating is over; a site may let the holder be told so of other limits, which are not that one."""
    if heard.act.get("deadline", "mediation_limit") != "mediation_limit":
        _tell_overdue(hall, case, heard, case.holder_id)
        return
    payload = {"notice": "limit_missed", "unit": _code(hall, case.holder_id)}
    post_outbox(hall, case, "notice", payload | _clock_of(heard))


@effect()
def _urge_performance(hall: Hall, case: Dispute, heard: Heard, _changes: Changes, _argument: str) -> None:
    """The day for a clause, or an instalment of it (`act` says which), has passed without a record."""
    name = str(heard.act.get("deadline", ""))
    payload = {
        "notice": "performance_due",
        "part": name.rpartition(":")[2],
        **named_by(name),
        "unit": _code(hall, case.holder_id),
    }
    post_outbox(hall, case, "notice", payload | _clock_of(heard))


def _tell_overdue(hall: Hall, case: Dispute, heard: Heard, unit_id: int) -> None:
    """A clock ran out (`act` says which, and its end): the unit is told of that one."""
    payload = {"notice": "overdue", "state": case.state, "unit": _code(hall, unit_id)}
    post_outbox(hall, case, "notice", payload | _clock_of(heard))


def _clock_of(heard: Heard) -> dict[str, str]:
    """The clock that ran out, and its end; nothing where the act is of none."""
    name = str(heard.act.get("deadline", ""))
    if not name:
        return {}
    return {"deadline": name, "kind": name.partition(":")[0], "clock_due_at": str(heard.act["due_at"])}


def _code(hall: Hall, unit_id: int) -> str:
    return queries.unit(hall.session, unit_id).code
