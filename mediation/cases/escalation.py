"""上报, 退回: up the chain and once back. Same case, same file, same number; the old holder stays as co-handler."""

from mediation.cases.hall import Hall, Heard
from mediation.cases.inputs import Escalate, WithReason
from mediation.cases.models import Dispute
from mediation.units.tree import Node


def level_above(hall: Hall, case: Dispute) -> Node | None:
    """The unit on the next level of the chain above the holder; None at the top."""
    return hall.tree.above(case.holder_id, hall.office.chain)


def escalate(hall: Hall, case: Dispute, said: Escalate) -> Heard:
    """Ask the next level to take the case; the holder holds it until that level has acknowledged."""
    target = level_above(hall, case)
    return Heard(
        act={"reason": said.reason},
        record={"to": target.code, "level": target.level} if target else {},
        details={"reason": said.reason},
    )


def send_back(hall: Hall, case: Dispute, said: WithReason) -> Heard:
    """The unit that was asked sends the case back, once, with its reason."""
    return Heard(
        act={"reason": said.reason}, record={"from": hall.actor.unit_code}, details={"reason": said.reason}
    )
