"""交办, 退单: what units say about whose a dispute is. The holder holds it, and the first receiver answers, all the while."""

from collections.abc import Mapping
from dataclasses import dataclass

from mediation.cases.hall import Hall, Heard
from mediation.cases.inputs import Dispatch
from mediation.cases.models import Dispute
from mediation.cases.outgoing import post_outbox
from mediation.cases.ownership import queries
from mediation.cases.ownership.models import OwnershipArgument
from mediation.cases.ownership.said import Decline
from mediation.cases.ownership.standing import (
    ASKS,
    DECLINES,
    knows_declining,
    matter_of,
    precedent,
    ruled_elsewhere,
    ruling_followed,
)
from mediation.errors import InputInvalid, Problem
from mediation.language import _, joined
from mediation.units.tree import Node


@dataclass(frozen=True)
class Asking:
    """What asking a unit comes to: codes for the guards and the trail, a row to write, the ruling that it follows."""

    act: Mapping[str, object]
    record: Mapping[str, object]
    row: OwnershipArgument | None = None
    ruling: str = ""

    def write(self, hall: Hall) -> None:
        if self.row is not None:
            hall.session.add(self.row)


def refuse_unknown_line(hall: Hall, case: Dispute, line: str | None) -> None:
    """A line that is cited must be in the list, for a case whose definition knows of declining."""
    definition = hall.office.engine(case.workflow, case.workflow_version).definition
    if line is not None and knows_declining(definition) and hall.office.responsibilities.line(line) is None:
        raise InputInvalid([Problem(_("现行责任清单没有第{line}条").format(line=line), key="line")])


def refuse_line_of_another(hall: Hall, case: Dispute, target: Node, said: Dispatch) -> None:
    """Who cites a line that names others says how it is understood, as who rules does."""
    definition = hall.office.engine(case.workflow, case.workflow_version).definition
    line = hall.office.responsibilities.line(said.line or "") if knows_declining(definition) else None
    if line is None or said.opinion or said.overruled_because:
        return
    named = line.units_at(hall.tree, case.place_id)
    if named and not any(hall.tree.is_below_or_same(target.id, node.id) for node in named):
        message = _("责任清单第{line}条写的是{units}，不是{target}：写明怎样理解，或者引用别的条目")
        units = joined(node.name for node in named)
        told = message.format(line=line.code, units=units, target=target.name)
        raise InputInvalid([Problem(told, key="opinion")])


def asking(hall: Hall, case: Dispute, target: Node, said: Dispatch) -> Asking:
    """A unit is asked to take the dispute; whoever asks again has to say why."""
    definition = hall.office.engine(case.workflow, case.workflow_version).definition
    if not knows_declining(definition):
        return Asking({}, {})
    assert case.id is not None
    before = queries.open_arguments(hall.session, case.id)
    insists = any(row.kind == DECLINES and row.unit_id == target.id for row in before)
    act: dict[str, object] = {"reason": said.opinion or "", "insists": insists}
    ruling = ruling_followed(hall, case, target)
    elsewhere = ruled_elsewhere(hall, case, target)
    if elsewhere is not None:
        act |= {"precedent": elsewhere[0].number, "precedent_unit": elsewhere[1].name}
    row = _argument(hall, case, ASKS, case.holder_id, target.id, said.line, said.opinion)
    return Asking(act, {"line": said.line} if said.line else {}, row, ruling)


def decline(hall: Hall, case: Dispute, said: Decline) -> Heard:
    """退单: the unit that was asked says that the dispute is not its own, and by which line of the list."""
    duties = hall.office.responsibilities
    own = (
        duties.line_for(hall.tree, matter_of(case), case.place_id, case.target_id)
        if case.target_id is not None
        else None
    )
    found = precedent(hall, case)
    told: tuple[str, ...] = ()
    if found is not None:
        message = _("同类纠纷已经裁定（{number}）由{unit}办理")
        told = (message.format(number=found[0].number, unit=found[1].name),)

    def write() -> None:
        unit = case.target_id or hall.actor.unit_id
        hall.session.add(_argument(hall, case, DECLINES, unit, None, said.line, said.reason))
        holder = hall.tree.unit(case.holder_id).code
        post_outbox(hall, case, "notice", {"notice": "declined", "unit": holder})

    return Heard(
        act={
            "reason": said.reason,
            "line": said.line,
            "list": duties.version,
            "line_is_known": duties.line(said.line) is not None,
            "own_line": own.code if own else "",
        },
        drawn={"list": ()},
        record={
            "from": hall.actor.unit_code,
            "line": said.line,
            "list": duties.version,
            "list_sha256": duties.sha256,
        },
        details={"reason": said.reason},
        write=write,
        told=told,
    )


def _argument(
    hall: Hall, case: Dispute, kind: str, unit: int, target: int | None, line: str | None, reason: str | None
) -> OwnershipArgument:
    assert case.id is not None
    duties = hall.office.responsibilities
    return OwnershipArgument(
        case_id=case.id,
        ordinal=len(queries.arguments(hall.session, case.id)) + 1,
        kind=kind,
        unit_id=unit,
        target_id=target,
        line=line,
        list_version=duties.version if line else None,
        list_sha256=duties.sha256 if line else None,
        reason=reason,
        said_by=hall.actor.code,
        said_at=hall.now,
    )
