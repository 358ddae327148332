"""What follows from words about ownership: the clock that runs through all hops, whose turn it is, and the end of the question."""

from typing import Any

from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.cases.outgoing import post_outbox
from mediation.cases.ownership import queries
from mediation.cases.ownership.standing import knows_declining, superior_of
from mediation.deadlines import timers
from mediation.language import _
from mediation.units.tree import Node

CLOCK = "ownership"
Changes = dict[str, Any]


def start_clock(hall: Hall, case: Dispute) -> None:
    """From the first time that a unit declines until one has the dispute, however often it changes hands meanwhile."""
    assert case.id is not None
    timing = hall.office.rules.ownership
    timers.start(
        hall.session,
        case_id=case.id,
        name=CLOCK,
        span=timing.span,
        article=timing.article,
        start_fact=_("首次退单"),
        now=hall.now,
        calendar=hall.office.calendar,
        on_miss="tell_superior_contested",
    )


def contest(hall: Hall, case: Dispute, changes: Changes) -> None:
    """The lowest common superior has the turn; the holder goes on holding."""
    superior = _superior(hall, case)
    assert superior is not None  # the guard superior_can_rule stands before this effect in every definition
    changes.update(target_id=None, arbiter_id=superior.id)
    post_outbox(hall, case, "notice", {"notice": "ownership_contested", "unit": superior.code})


def order(hall: Hall, case: Dispute, to: str, changes: Changes) -> None:
    """The unit that was ruled on is asked, and has to take the dispute."""
    changes.update(target_id=hall.tree.by_code(to).id, sender_id=case.holder_id, arbiter_id=None)


def settle(hall: Hall, case: Dispute, changes: Changes) -> None:
    """A unit has the dispute: the question is over."""
    assert case.id is not None
    _close(hall, case, changes)
    timers.meet_named(hall.session, case.id, CLOCK, hall.now)
    for row in queries.rulings(hall.session, case.id):
        if row.acknowledged_at is None:
            row.acknowledged_at = hall.now
            hall.session.add(row)


def drop(hall: Hall, case: Dispute, changes: Changes) -> None:
    """The dispute has ended before a unit took it."""
    assert case.id is not None
    if knows_declining(hall.office.engine(case.workflow, case.workflow_version).definition):
        _close(hall, case, changes)
        timers.cancel_named(hall.session, case.id, CLOCK, hall.now)


def tell_superior(hall: Hall, case: Dispute) -> None:
    """Units have disagreed for too long: the leader of their superior is told."""
    found = hall.tree.unit(case.arbiter_id) if case.arbiter_id is not None else _superior(hall, case)
    unit = found or hall.tree.unit(case.holder_id)
    post_outbox(hall, case, "notice", {"notice": "ownership_overdue", "unit": unit.code})


def _close(hall: Hall, case: Dispute, changes: Changes) -> None:
    assert case.id is not None
    if case.arbiter_id is not None:
        changes["arbiter_id"] = None
    for row in queries.open_arguments(hall.session, case.id):
        row.settled_at = hall.now
        hall.session.add(row)


def _superior(hall: Hall, case: Dispute) -> Node | None:
    assert case.id is not None
    definition = hall.office.engine(case.workflow, case.workflow_version).definition
    return superior_of(hall, case, queries.open_arguments(hall.session, case.id), definition)
