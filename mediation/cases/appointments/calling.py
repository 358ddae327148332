"""Which units are called to a conference that is arranged once more: on a new day, or one unit more to the day that stands."""

from collections.abc import Collection

from mediation.audit import queries as trail
from mediation.cases import conference
from mediation.cases import queries as case_queries
from mediation.cases.appointments import queries
from mediation.cases.appointments.said import Arrange
from mediation.cases.facts import actor_facts
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.cases.side_models import Appointment
from mediation.errors import Problem
from mediation.language import _
from mediation.units.tree import Node
from mediation.workflow.engine import may

_CALLS, _RECORDS = "call_conference", "record_conference"


def may_be_called(open_here: Collection[str]) -> bool:
    """Can units be called beside the act that calls the first ones? Where minutes can be kept, and that act is over."""
    return _RECORDS in open_here and _CALLS not in open_here


def to_call(hall: Hall, case: Dispute, said: Arrange, problems: list[Problem]) -> list[Node]:
    """The units named; without any, those that were called last, unless a conference has been held since."""
    engine = hall.office.engine(case.workflow, case.workflow_version)
    open_here = engine.triggers_from(case.state)
    is_open = may_be_called(open_here) and _CALLS in engine.definition.triggers
    if not said.units:
        return _called_last(hall, case) if said.kind == "conference" and is_open else []
    if said.kind != "conference":
        problems.append(Problem(_("只有会商才请单位参加"), key="units"))
    elif not is_open and _CALLS in open_here:
        message = _("请单位参加第一次会商，请办理“{act}”")
        problems.append(Problem(message.format(act=_(engine.title(_CALLS))), key="units"))
    elif not is_open:
        problems.append(Problem(_("这一步不能请单位参加会商"), key="units"))
    elif not may(actor_facts(hall, case), engine.definition.triggers[_CALLS].by):
        message = _("请单位参加会商，由可以办理“{act}”的人办理")
        problems.append(Problem(message.format(act=_(engine.title(_CALLS))), key="units"))
    return conference.units_of(hall, case, said.units, "units", problems)


def standing(hall: Hall, case: Dispute, said: Arrange) -> Appointment | None:
    """The conference that is planned for that very time, to which more units are called."""
    if said.kind != "conference" or not said.units:
        return None
    assert case.id is not None
    rows = case_queries.planned(hall.session, case.id, said.kind)
    return next((row for row in rows if row.starts_at == said.starts_at), None)


def _called_last(hall: Hall, case: Dispute) -> list[Node]:
    """Those of the conference that was arranged, or cancelled, last; nobody if one has been held since."""
    assert case.id is not None
    rows = [row for row in queries.appointments(hall.session, case.id) if row.kind == "conference"]
    for event in reversed(trail.events_of(hall.session, case.public_id)):
        if event.act == _RECORDS:
            break
        for row in rows:
            units = conference.called(hall, case, row) if conference.is_about(event, row) else []
            if units:
                return [node for node in map(hall.tree.by_code, units) if node.id != case.holder_id]
    return []
