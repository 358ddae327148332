"""What follows from words about ownership: the clock that runs through all hops, whose turn it is, and the end of the question."""

from typing import Any

from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.cases.outgoing import post_outbox
from mediation.cases.ownership import queries
from mediation.cases.ownership.standing import knows_declining, somebody_at, superior_of
from mediation.deadlines import timers
from mediation.language import _
from mediation.units.tree import Node

CLOCK = "ownership"
SECOND = "ownership_above"
"""Clock of the second limit: when that has run out too, another superior has the question."""
Changes = dict[str, Any]


def start_clock(hall: Hall, case: Dispute) -> None:
    """From the first time that a unit declines until one has the dispute, however often it changes hands meanwhile."""
    _start(hall, case, CLOCK, _("首次退单"), "tell_superior_contested")


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
    for name in (CLOCK, SECOND):
        timers.meet_named(hall.session, case.id, name, hall.now)
    for row in queries.rulings(hall.session, case.id):
        if row.acknowledged_at is None:
            row.acknowledged_at = hall.now
            hall.session.add(row)


def drop(hall: Hall, case: Dispute, changes: Changes) -> None:
    """The dispute has ended before a unit took it."""
    assert case.id is not None
    if knows_declining(hall.office.engine(case.workflow, case.workflow_version).definition):
        _close(hall, case, changes)
        for name in (CLOCK, SECOND):
            timers.cancel_named(hall.session, case.id, name, hall.now)


def tell_superior(hall: Hall, case: Dispute) -> None:
    """Units have disagreed for too long: the leader of their superior is told, and a second limit of that length begins."""
    _start(hall, case, SECOND, _("归属争议期限届满"), "climb_contested")
    found = hall.tree.unit(case.arbiter_id) if case.arbiter_id is not None else _superior(hall, case)
    unit = found or hall.tree.unit(case.holder_id)
    post_outbox(hall, case, "notice", {"notice": "ownership_overdue", "unit": unit.code})


def climb(hall: Hall, case: Dispute, changes: Changes) -> None:
    """The second limit has run out too: who has not ruled in time gives the question to the next superior who can.

    While the units still ask each other, and at the top, nobody is passed over: the limit begins anew, or the topmost is told
    once more.
    """
    if case.arbiter_id is None:
        if _is_open(hall, case):
            _start(hall, case, SECOND, _("归属仍有争议"), "climb_contested")
        return
    above = _above(hall, case, case.arbiter_id)
    if above is None:
        code = hall.tree.unit(case.arbiter_id).code
        post_outbox(hall, case, "notice", {"notice": "ownership_overdue", "unit": code})
        return
    changes["arbiter_id"] = above.id
    post_outbox(hall, case, "notice", {"notice": "ownership_contested", "unit": above.code})
    _start(hall, case, SECOND, _("转由上一级裁定"), "climb_contested")


def _start(hall: Hall, case: Dispute, name: str, start_fact: str, on_miss: str) -> None:
    assert case.id is not None
    timing = hall.office.rules.ownership
    timers.start(
        hall.session,
        case_id=case.id,
        name=name,
        span=timing.span,
        article=timing.article,
        start_fact=start_fact,
        now=hall.now,
        calendar=hall.office.calendar,
        on_miss=on_miss,
    )


def _above(hall: Hall, case: Dispute, arbiter: int) -> Node | None:
    """The nearest unit above one, where somebody can rule."""
    definition = hall.office.engine(case.workflow, case.workflow_version).definition
    posts = definition.triggers["rule"].by.posts if "rule" in definition.triggers else ()
    return next((node for node in hall.tree.ancestors(arbiter) if somebody_at(hall, node.id, posts)), None)


def _is_open(hall: Hall, case: Dispute) -> bool:
    """Whether no unit has the dispute yet and none has been ordered to take it."""
    assert case.id is not None
    ruled = queries.binding(hall.session, case.id)
    return bool(queries.open_arguments(hall.session, case.id)) and ruled is None


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
