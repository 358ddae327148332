"""The end of mediating, of the case, of its clocks."""

from mediation.cases import queries
from mediation.cases.aftercare import partial, pauses
from mediation.cases.aftercare import queries as aftercare
from mediation.cases.appointments import arranging as appointments
from mediation.cases.effects.agreements import owe
from mediation.cases.effects.registry import Changes, effect
from mediation.cases.hall import Hall, Heard
from mediation.cases.models import Dispute
from mediation.cases.ownership import settling
from mediation.deadlines import queries as deadline_queries
from mediation.deadlines import timers


@effect("outcome")
def _end(hall: Hall, case: Dispute, heard: Heard, changes: Changes, argument: str) -> None:
    """Mediation is over without an agreement. One that is in force from before goes on binding: its outcome stays."""
    assert case.id is not None
    changes["end_reason"] = heard.act.get("reason_code") or argument
    if not aftercare.agreements_in_force(hall.session, case.id):
        changes.update(outcome=argument, ended_at=hall.now)
    appointments.cancel_all(hall, case, ("session", "conference"))
    settling.drop(hall, case, changes)
    if case.suspended_at is not None:
        pauses.finish(hall, case, None)
        changes["suspended_at"] = None


@effect()
def _end_rest(hall: Hall, case: Dispute, _heard: Heard, _changes: Changes, _argument: str) -> None:
    """Mediation of the claims that a partial agreement leaves open ends with a notice of its own (Art. 26)."""
    assert case.id is not None
    agreement = queries.latest_agreement(hall.session, case.id)
    if agreement is not None and partial.end_rest(hall, case, agreement):
        hall.session.flush()
        owe(hall, case, "termination_notice")


@effect()
def _close_case(hall: Hall, case: Dispute, _heard: Heard, changes: Changes, _argument: str) -> None:
    appointments.cancel_all(hall, case, ("session", "conference"))
    changes["closed_at"] = hall.now
    if case.ended_at is None:
        changes["ended_at"] = hall.now


@effect()
def _archive_case(hall: Hall, case: Dispute, _heard: Heard, changes: Changes, _argument: str) -> None:
    """Every clock stops: nobody has to wait for anything any more. The state's own is met by leaving it."""
    assert case.id is not None
    changes.update(archived_at=hall.now, open=False, due_at=None)
    appointments.cancel_all(hall, case)
    for row in deadline_queries.deadlines_of(hall.session, case.id):
        if not row.name.startswith("state:"):
            timers.cancel(hall.session, row.id or 0, hall.now)
