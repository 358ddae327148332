"""督办台账: items opened by hand or by the ladder, and every act on them; each is one event of the item's own chain.

An item is struck off by the supervising unit's people alone: never by who handles it, nor by anyone with a post there.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

from mediation.cases import queries as cases
from mediation.cases import transition
from mediation.cases.hall import Hall
from mediation.cases.hearing import hear, out_of_turn
from mediation.cases.models import Dispute
from mediation.errors import Faults, InputInvalid, NotFound, Problem
from mediation.ids import new_public_id
from mediation.language import _, joined
from mediation.sites.supervision import StepSaid, TimeSaid
from mediation.supervision import clocks, queries, said, standing
from mediation.supervision.entries import Done, Heard, append, changed, record, refresh_reach, tell
from mediation.supervision.hearing import HEARD, SAID, person_named, refuse_past, understood
from mediation.supervision.letters import first_letter
from mediation.supervision.machine import ACTS, next_state
from mediation.supervision.models import SupervisionItem


@dataclass(frozen=True)
class _Opening:
    """The words of an opening, and what they name."""

    said: said.OpenItem
    unit: int
    supervisor: int
    case: Dispute | None
    person: int | None


def open_by_hand(hall: Hall, words: Any) -> Done:
    """立项 by a supervisor. Raises NotPermitted for whom the unit is not to be supervised by, InputInvalid with all that is wrong."""
    opening = hear(said.OpenItem, words, partial(_hear_opening, hall))
    heard, case = opening.said, opening.case
    item = SupervisionItem(
        public_id=new_public_id(),
        kind=heard.kind,
        colour=heard.colour,
        state="entered",
        origin="hand",
        way=heard.way,
        case_id=case.id if case else None,
        unit_id=opening.unit,
        person_id=opening.person,
        supervisor_id=opening.supervisor,
        subject=heard.subject,
        problem=heard.problem,
        opened_at=hall.now,
    )
    done = _enter(hall, item)
    time, article = _answer_time(hall, heard)
    if heard.due_on is not None or time is not None:
        done = _limited_at_once(hall, item, heard.due_on, time, article)
    if case is not None:  # last, as the ladder does it: numbers before cases, so that nobody waits in a ring
        transition.touch(hall, case, "supervision.opened", {**_codes(hall, item), "item": item.public_id})
    return done


def open_by_ladder(
    hall: Hall, case: Dispute, step: StepSaid, unit: int, person: int | None, why: str
) -> SupervisionItem | None:
    """Open an item for a step of the ladder, or set new limits to the one that is open already; none at the very top."""
    assert case.id is not None
    supervisor = standing.supervisor(hall, unit)
    if supervisor is None:
        return None
    item = queries.open_item_of_case(hall.session, case.id, unit)
    if item is None:
        number = case.number or case.temporary_number
        item = SupervisionItem(
            public_id=new_public_id(),
            kind="supervision",
            state="entered",
            origin=step.key,
            way="automatic",
            case_id=case.id,
            unit_id=unit,
            person_id=person,
            supervisor_id=supervisor,
            subject=_("{number} {step}").format(number=number, step=step.title),
            problem=why,
            opened_at=hall.now,
        )
        _enter(hall, item)
    _raise(hall, item, step, why)
    return item


def do(hall: Hall, ref: str, name: str, words: Any, expected_version: int | None = None) -> Done:
    """One act on one item. Raises NotFound, NotPermitted, TransitionNotAllowed, InputInvalid, TransitionRefused, CaseChanged."""
    if name not in SAID:
        raise NotFound(_("没有名为 {act} 的操作；现有：{known}").format(act=name, known=joined(SAID)))
    item = queries.find_item(hall.session, hall.actor, ref)
    if expected_version is not None and item.version != expected_version:
        raise changed()
    if ACTS[name].side == "supervisor":
        standing.refuse_other_supervisors(hall, item)
    else:
        standing.refuse_other_handlers(hall, item)
    with out_of_turn(SAID[name], words):
        state = next_state(name, item.kind, item.state)
    sentence = understood(hall, item, name, words)
    heard = HEARD[name](hall, item, sentence)
    body = sentence.model_dump(mode="json", exclude_none=True)
    done = record(hall, item, name, state, body, heard)
    tell(hall, item, name)
    return done


def clock_ran_out(hall: Hall, clock_id: int, item_id: int, name: str) -> Done | None:
    """A clock of an item has run out: the supervisor is told, once; what follows is decided by people."""
    if not clocks.miss(hall, clock_id):
        return None
    item = queries.item(hall.session, item_id)
    done = record(hall, item, "clock_missed", item.state, {"clock": name}, Heard(record={"clock": name}))
    tell(hall, item, "clock_missed")
    return done


def _enter(hall: Hall, item: SupervisionItem) -> Done:
    """Write a new item with its first event."""
    hall.session.add(item)
    hall.session.flush()
    refresh_reach(hall, item)
    body = {"subject": item.subject, "problem": item.problem}
    end = append(hall, item, "open", None, body, _codes(hall, item))
    return Done(item.public_id, item.number, "open", None, item.state, item.version, end.ordinal, end.hash)


def _codes(hall: Hall, item: SupervisionItem) -> dict[str, str]:
    return {
        "kind": item.kind,
        "origin": item.origin,
        "unit": hall.tree.unit(item.unit_id).code,
        "supervisor": hall.tree.unit(item.supervisor_id).code,
    }


def _limited_at_once(
    hall: Hall, item: SupervisionItem, due_on: Any, time: TimeSaid | None, article: str
) -> Done:
    """Opened with its limit: the letter goes out with the opening."""
    heard = Heard()
    name = "mending" if item.kind == "supervision" else "answer"
    if due_on is not None:
        due = clocks.start_until(hall, item, name, due_on, article)
    else:
        assert time is not None
        due = clocks.start(hall, item, name, time, article)
    heard.changes["due_at"] = due
    heard.record = {"clock": name, "due_at": due.isoformat(), **first_letter(hall, item, heard)}
    done = record(hall, item, "limit", "limited", {}, heard)
    tell(hall, item, "limit")
    return done


def _raise(hall: Hall, item: SupervisionItem, step: StepSaid, why: str) -> None:
    """A step of the ladder sets the limits: the first one opens, a higher one on the same matter raises the item."""
    heard = Heard(record={"step": step.key})
    if step.explain is not None:
        due = clocks.start(hall, item, "explanation", step.explain, step.article)
        heard.record["explain_by"] = due.isoformat()
    if step.mend is not None:
        due = clocks.start(hall, item, "mending", step.mend, step.article)
        heard.changes["due_at"] = due
        heard.record["due_at"] = due.isoformat()
    heard.record |= first_letter(hall, item, heard)
    state = item.state if item.state == "accountability" else "limited"
    record(hall, item, "limit", state, {"why": why}, heard)
    tell(hall, item, "limit")


def _hear_opening(hall: Hall, heard: said.OpenItem) -> _Opening:
    """What the words name; everything that is wrong with them is told at once, to who may supervise the unit."""
    wrong = Faults()
    unit, supervisor, case, person = 0, 0, None, None
    with wrong.noting():
        unit = _unit(hall, heard.unit)
        supervisor = standing.supervising_unit(hall, unit)
    with wrong.noting():
        case = _case(hall, heard.case)
    with wrong.noting():
        person = person_named(hall, heard.person, "person")
    with wrong.noting():
        _check_opening(hall, heard)
    with wrong.noting():
        refuse_past(hall, due_on=heard.due_on)
    wrong.refuse()
    return _Opening(heard, unit, supervisor, case, person.id if person is not None else None)


def _case(hall: Hall, ref: str | None) -> Dispute | None:
    try:
        return cases.find_case(hall.session, hall.actor, ref) if ref else None
    except NotFound as error:
        raise InputInvalid([Problem(error.message, key="case")]) from error


def _check_opening(hall: Hall, heard: said.OpenItem) -> None:
    problems = []
    if (heard.kind == "warning") != (heard.colour is not None):
        problems.append(Problem(_("预警（kind: warning）要写颜色 colour，其他的不写"), key="colour"))
    elif heard.colour is not None and hall.office.supervision.warning(heard.colour) is None:
        known = joined(one.colour for one in hall.office.supervision.warnings) or _("无")
        problems.append(
            Problem(_("本单位没有这种颜色的预警；现有：{known}").format(known=known), key="colour")
        )
    if problems:
        raise InputInvalid(problems)


def _answer_time(hall: Hall, heard: said.OpenItem) -> tuple[TimeSaid | None, str]:
    rules = hall.office.supervision
    if heard.kind == "transfer":
        return rules.transfer.answer, rules.transfer.article
    warning = rules.warning(heard.colour) if heard.colour is not None else None
    return (None, "") if warning is None else (warning.answer, warning.article)


def _unit(hall: Hall, code: str) -> int:
    try:
        return hall.tree.by_code(code).id
    except NotFound as error:
        raise InputInvalid([Problem(error.message, key="unit")]) from error
