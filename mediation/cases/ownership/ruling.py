"""裁定: the superior names the unit that has the dispute, and writes down who was heard, and why."""

from dataclasses import replace

from mediation.cases.hall import Hall, Heard
from mediation.cases.models import Dispute
from mediation.cases.outgoing import post_outbox
from mediation.cases.ownership import queries
from mediation.cases.ownership.models import Ruling
from mediation.cases.ownership.said import Rule
from mediation.cases.ownership.standing import matter_of, sides_of, somebody_at
from mediation.errors import Faults, InputInvalid, NotFound, Problem
from mediation.language import _
from mediation.units.tree import Node


def rule(hall: Hall, case: Dispute, said: Rule) -> Heard:
    """裁定: the unit named has to take the dispute; what was ruled goes for such matters from now on."""
    problems: list[Problem] = []
    unit = _unit(hall, said.to, "to", problems)
    for at, one in enumerate(said.heard):
        _unit(hall, one.unit, f"heard[{at}].unit", problems)
    problems += _unheard(hall, case, said)
    if unit is None:
        raise InputInvalid(problems)
    duties = hall.office.responsibilities
    leads = duties.leads(hall.tree, matter_of(case), case.place_id)
    heard = Heard(
        act={
            "target": unit.code,
            "reason": said.reason,
            "line": said.line or "",
            "list": duties.version,
            "line_is_known": said.line is not None and duties.line(said.line) is not None,
            "line_names_it": any(line.code == said.line and node.id == unit.id for line, node in leads),
            "interpreted": said.interpretation is not None,
            "within_reach": _is_within_reach(hall, case, unit),
        },
        drawn={"target": ("to",), "list": ()},
    )
    wrong = Faults()
    wrong.problems = problems
    wrong.refuse(heard)
    number = _number(hall, case)
    row = _row(hall, case, said, unit, number)

    def write() -> None:
        hall.session.add(row)
        for code in dict.fromkeys([unit.code, *(node.code for node in sides_of(hall, case))]):
            post_outbox(hall, case, "notice", {"notice": "ownership_ruled", "unit": code})

    return replace(
        heard,
        record={
            "to": unit.code,
            "number": number,
            "line": said.line or "",
            "list": duties.version,
            "list_sha256": duties.sha256,
        },
        details={
            "reason": said.reason,
            "heard": [one.model_dump() for one in said.heard],
            **({"interpretation": said.interpretation} if said.interpretation else {}),
        },
        write=write,
        told=(_("裁定编号：{number}").format(number=number),),
    )


def _unheard(hall: Hall, case: Dispute, said: Rule) -> list[Problem]:
    """Each unit that has argued must be heard; the one that rules speaks by the ruling. Who stays away is minuted as that."""
    heard = {one.unit for one in said.heard}
    message = _("记录里没有{unit}的意见：各方都要听取；通知了不来说的，写明通知的经过")
    sides = [node for node in sides_of(hall, case) if node.id != case.arbiter_id]
    return [Problem(message.format(unit=node.name), key="heard") for node in sides if node.code not in heard]


def _row(hall: Hall, case: Dispute, said: Rule, unit: Node, number: str) -> Ruling:
    assert case.id is not None
    assert case.arbiter_id is not None
    duties = hall.office.responsibilities
    cited: dict[str, list[str]] = {hall.tree.unit(case.holder_id).code: []}
    for argument in queries.open_arguments(hall.session, case.id):
        lines = cited.setdefault(hall.tree.unit(argument.unit_id).code, [])
        if argument.line and argument.line not in lines:
            lines.append(argument.line)
    return Ruling(
        number=number,
        case_id=case.id,
        ordinal=len(queries.rulings(hall.session, case.id)) + 1,
        arbiter_id=case.arbiter_id,
        units=cited,
        line=said.line,
        list_version=duties.version,
        list_sha256=duties.sha256,
        category=case.category,
        governance_category=case.governance_category,
        place_id=case.place_id,
        chosen_id=unit.id,
        interpretation=said.interpretation,
        minutes={"heard": [one.model_dump() for one in said.heard], "reason": said.reason},
        ruled_by=hall.actor.code,
        ruled_at=hall.now,
    )


def _number(hall: Hall, case: Dispute) -> str:
    """The minutes' number: the dispute's own, and which ruling on it."""
    assert case.id is not None
    return f"{case.temporary_number}-C{len(queries.rulings(hall.session, case.id)) + 1}"


def _is_within_reach(hall: Hall, case: Dispute, unit: Node) -> bool:
    definition = hall.office.engine(case.workflow, case.workflow_version).definition
    takes = definition.triggers["acknowledge"].by.posts if "acknowledge" in definition.triggers else ()
    return (
        case.arbiter_id is not None
        and hall.tree.is_below_or_same(unit.id, case.arbiter_id)
        and somebody_at(hall, unit.id, takes)
    )


def _unit(hall: Hall, code: str, key: str, problems: list[Problem]) -> Node | None:
    try:
        return hall.tree.by_code(code)
    except NotFound as error:
        problems.append(Problem(str(error), key=key))
        return None
