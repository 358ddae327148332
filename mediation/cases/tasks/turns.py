"""Whose turn it is: entering a state opens one task and one clock, leaving it closes them.

What else is open goes on if its kind, or its approval, lives in the new state; else it lapses, and its clock stops.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, insert, update

from mediation.cases import queries, worklists
from mediation.cases.aftercare import queries as aftercare
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.cases.office import Timing
from mediation.cases.task_models import Task
from mediation.cases.tasks import book
from mediation.cases.tasks import queries as task_queries
from mediation.deadlines import queries as deadline_queries
from mediation.deadlines import timers
from mediation.deadlines.calendar import Span, parse_span
from mediation.deadlines.models import Deadline
from mediation.language import _
from mediation.storage.engine import change_rows
from mediation.workflow.definition import State
from mediation.workflow.engine import Engine

_TASK = Task.metadata.tables["task"]
_CLOSE = (
    update(_TASK)
    .where(_TASK.c.case_id == bindparam("of_case"), _TASK.c.kind == "turn", _TASK.c.closed_at.is_(None))
    .values(closed_at=bindparam("now"), outcome=bindparam("next_state"))
)
_OPEN = (
    insert(_TASK)
    .values(ordinal=task_queries.NEXT.scalar_subquery(), kind="turn", waiting=False, urged=0)
    .inline()
)


@dataclass(frozen=True, slots=True)
class Entered:
    """When the state's clock runs out, and the tasks that lapsed."""

    due_at: datetime | None
    lapsed: tuple[Task, ...] = ()


def enter_state(hall: Hall, case: Dispute, engine: Engine) -> Entered:
    """Close the turn, let lapse what does not live in the new state, open that state's own task and clock."""
    _leave(hall, case)
    lapsed = book.lapse(hall, case, engine.definition)
    state = engine.definition.states[case.state]
    if state.final or state.limit is None:
        return Entered(None, lapsed)
    due = _start_clock(hall, case, state)
    _open_task(hall, case, state, due)
    return Entered(due, lapsed)


def hand_over(hall: Hall, case: Dispute, engine: Engine) -> None:
    """Other mediators are on the case: what is open for the mediator is the new one's."""
    assert case.id is not None
    state = engine.definition.states[case.state]
    for task in queries.open_tasks(hall.session, case.id):
        if task.kind == "turn":
            task.unit_id, task.person_id = _owner(hall, case, state)
            hall.session.add(task)


def later_end(hall: Hall, case: Dispute, days: int) -> datetime | None:
    """When the office's own time for the present step would end, put off by so many days (workdays, where it counts those).

    What has run out is counted on from its last day. None where the step has no clock, or that day would be over too.
    """
    later = _later(hall, case, days)
    return later.due_at if later is not None else None


def put_off(hall: Hall, case: Dispute, days: int) -> datetime | None:
    """Let the present step's own clock end that much later; the law's limits stay. Returns `later_end`, with nothing done if None."""
    assert case.id is not None
    later = _later(hall, case, days)
    if later is None:
        return None
    clock, calendar = later.clock, hall.office.calendar
    if clock.state == "running":
        timers.extend(hall.session, clock, days=days, evidence=_("延期审批"), now=hall.now, calendar=calendar)
    else:
        timers.start(
            hall.session,
            case_id=case.id,
            name=clock.name,
            span=later.span,
            article=clock.article,
            start_fact=clock.start_fact,
            now=clock.due_at - timedelta(microseconds=1),
            calendar=calendar,
            on_miss=clock.on_miss,
        )
    turn = task_queries.turn(hall.session, case.id)
    if turn is not None:
        turn.due_at = later.due_at
        hall.session.add(turn)
    hall.session.flush()
    worklists.put_due(hall.session, case, later.due_at)
    worklists.follow_due(hall, case)
    return later.due_at


@dataclass(frozen=True, slots=True)
class _Later:
    """The clock of the present step, by how much it is put off, and until when."""

    clock: Deadline
    span: Span
    due_at: datetime


def _later(hall: Hall, case: Dispute, days: int) -> _Later | None:
    clock = _step_clock(hall, case)
    if clock is None:
        return None
    workdays = parse_span(clock.rule).measure == "working_days"
    span = Span(days, "working_days" if workdays else "days")
    due = hall.office.calendar.later(clock.due_at, span, roll=bool(clock.history[0].get("roll", True)))
    return _Later(clock, span, due.moment) if due.moment > hall.now else None


def _step_clock(hall: Hall, case: Dispute) -> Deadline | None:
    """The clock of the present stay in the state, running or run out."""
    assert case.id is not None
    own = [
        row
        for row in deadline_queries.deadlines_of(hall.session, case.id)
        if row.name == f"state:{case.state}"
    ]
    return own[-1] if own and own[-1].state in {"running", "missed"} else None


def _leave(hall: Hall, case: Dispute) -> None:
    assert case.id is not None
    hall.session.flush()
    change_rows(hall.session, _CLOSE, of_case=case.id, next_state=case.state, now=hall.now)
    timers.meet_state(hall.session, case.id, hall.now)


def _start_clock(hall: Hall, case: Dispute, state: State) -> datetime:
    assert case.id is not None
    assert state.limit is not None
    timing = (
        _rest(hall, case, state.limit.article)
        or hall.office.rules.state_limits.get(f"{case.workflow}.{case.state}")
        or Timing(book.span_of(state.limit), state.limit.article)
    )
    deadline = timers.start(
        hall.session,
        case_id=case.id,
        name=f"state:{case.state}",
        span=timing.span,
        article=timing.article,
        start_fact=state.title,
        now=hall.now,
        calendar=hall.office.calendar,
        on_miss=_on_miss(hall, case) or state.limit.on_miss,
    )
    return deadline.due_at


def _on_miss(hall: Hall, case: Dispute) -> str | None:
    """What the site has done when the time for the state is over, whatever that time is."""
    own = hall.office.rules.state_limits.get(f"{case.workflow}.{case.state}")
    return own.on_miss if own is not None else None


def _rest(hall: Hall, case: Dispute, article: str) -> Timing | None:
    """While a case rests it waits until the day that was named when the pause began."""
    assert case.id is not None
    pause = aftercare.open_suspension(hall.session, case.id) if case.suspended_at else None
    if pause is None:
        return None
    return Timing(Span(max(1, (pause.expected_on - hall.today).days), "days"), article)


def _open_task(hall: Hall, case: Dispute, state: State, due: datetime) -> None:
    assert case.id is not None
    unit_id, person_id = _owner(hall, case, state)
    values = {
        "of_case": case.id,
        "case_id": case.id,
        "title": state.task or state.title,
        "state": case.state,
        "unit_id": unit_id,
        "person_id": person_id,
        "opened_at": hall.now,
        "due_at": due,
    }
    change_rows(hall.session, _OPEN, **values)


def _owner(hall: Hall, case: Dispute, state: State) -> tuple[int, int | None]:
    """The unit, and if it is one person's turn, the person."""
    assert case.id is not None
    assert state.owner is not None
    relation = state.owner.relation
    if relation == "target" and case.target_id is not None:
        return case.target_id, None
    if relation == "arbiter" and case.arbiter_id is not None:
        return case.arbiter_id, None
    if relation == "mediator":
        on_case = queries.mediators(hall.session, case.id)
        return case.holder_id, on_case[0][1].id if on_case else None
    if relation == "first_receiver" and case.first_receiver_released_at is None:
        return case.holder_id, queries.post(hall.session, case.first_receiver_id).person_id
    return case.holder_id, None
