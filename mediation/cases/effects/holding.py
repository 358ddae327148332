"""Who has the dispute: taken over, sent back, climbed; whose it is said to be."""

from mediation.cases import assignment, joint, numbering, queries
from mediation.cases.appointments import arranging as appointments
from mediation.cases.effects.registry import Changes, effect
from mediation.cases.escalation import level_above
from mediation.cases.hall import Hall, Heard
from mediation.cases.models import CoHandler, Dispute
from mediation.cases.ownership import settling
from mediation.language import _


@effect()
def _take_hold(hall: Hall, case: Dispute, _heard: Heard, changes: Changes, _argument: str) -> None:
    """The unit that was asked becomes the holder; the one before stays as co-handler, its mediators' turn is over.

    Whoever leads neither the new holder nor a unit above is in charge (包案) of it no more.
    """
    assert case.id is not None
    assert case.target_id is not None
    former = case.holder_id
    present = {row.unit_id: row for row in queries.co_handlers(hall.session, case.id)}
    if former not in present and former != case.target_id:
        hall.session.add(CoHandler(case_id=case.id, unit_id=former, why="former_holder", since=hall.now))
    if case.target_id in present:
        hall.session.delete(present[case.target_id])
    assignment.release_mediators(hall, case)
    appointments.cancel_all(hall, case, ("session",))
    changes.update(holder_id=case.target_id, target_id=None, sent_back=0)
    leader = case.leader_id
    if leader is not None and not joint.may_be_in_charge(hall, case, leader, case.target_id):
        changes["leader_id"] = None
        message = _("{name}不是本单位或者上级单位的负责人，不再包案；需要包案的，请另定")
        hall.came_of_it.append(message.format(name=queries.person(hall.session, leader).name))
    if case.accepted_at is not None:
        changes.update(numbering.renumbered(hall, case, case.target_id))


@effect()
def _return_to_sender(_hall: Hall, case: Dispute, _heard: Heard, changes: Changes, _argument: str) -> None:
    """The holder keeps the case: nobody else had taken it."""
    changes.update(target_id=None, sent_back=case.sent_back + 1)


@effect()
def _climb(hall: Hall, case: Dispute, _heard: Heard, changes: Changes, _argument: str) -> None:
    """Ask the unit on the next level of the chain to take the case. Nobody meets for it here meanwhile; all are told."""
    above = level_above(hall, case)
    assert above is not None  # the guard below_the_top stands before this effect in every definition
    sent_back = queries.times_sent_back(hall.session, case, above.code)
    changes.update(target_id=above.id, sender_id=case.holder_id, sent_back=sent_back)
    appointments.cancel_all(hall, case, ("session", "conference"))


@effect()
def _start_ownership_clock(
    hall: Hall, case: Dispute, _heard: Heard, _changes: Changes, _argument: str
) -> None:
    settling.start_clock(hall, case)


@effect()
def _return_declined(_hall: Hall, _case: Dispute, _heard: Heard, changes: Changes, _argument: str) -> None:
    """The holder has to say anew who is to take the case."""
    changes["target_id"] = None


@effect()
def _contest(hall: Hall, case: Dispute, _heard: Heard, changes: Changes, _argument: str) -> None:
    settling.contest(hall, case, changes)


@effect()
def _order_to_take(hall: Hall, case: Dispute, heard: Heard, changes: Changes, _argument: str) -> None:
    settling.order(hall, case, str(heard.record["to"]), changes)


@effect()
def _settle_ownership(hall: Hall, case: Dispute, _heard: Heard, changes: Changes, _argument: str) -> None:
    settling.settle(hall, case, changes)


@effect()
def _tell_superior_contested(
    hall: Hall, case: Dispute, _heard: Heard, _changes: Changes, _argument: str
) -> None:
    settling.tell_superior(hall, case)


@effect()
def _climb_contested(hall: Hall, case: Dispute, _heard: Heard, changes: Changes, _argument: str) -> None:
    settling.climb(hall, case, changes)


@effect()
def _release_first_receiver(
    hall: Hall, case: Dispute, _heard: Heard, changes: Changes, _argument: str
) -> None:
    if case.first_receiver_released_at is None:
        changes["first_receiver_released_at"] = hall.now
