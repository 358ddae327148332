"""The book of what is open: a task is opened with its clock, and closed with it. Turns are kept in turns.py.

A task of a round whose place has not come waits and has no clock; a copy is for reading and has none either.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from mediation.cases import queries
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.cases.outgoing import post_outbox
from mediation.cases.scope.queries import ANSWERED
from mediation.cases.task_models import ApprovalRound, Task
from mediation.cases.tasks.queries import round_of
from mediation.clock import local_day, local_moment
from mediation.deadlines import timers
from mediation.deadlines.calendar import Span, spoken_due
from mediation.language import _
from mediation.workflow.definition import Definition, Limit

CLOCK = "task:{ordinal}"


@dataclass(frozen=True, slots=True)
class Assignee:
    """Who is to do something: a unit, or one person in a post at it."""

    unit_id: int
    unit: str
    person_id: int | None = None
    person: str | None = None

    @property
    def code(self) -> str:
        """As the trail names it: `unit`, or `unit/person`."""
        return self.unit if self.person is None else f"{self.unit}/{self.person}"

    @property
    def key(self) -> tuple[int, int | None]:
        return (self.unit_id, self.person_id) if self.person_id is None else (0, self.person_id)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: its kind and words, and by when: a day, or else the definition's limit."""

    kind: str
    title: str
    question: object = None
    due_on: date | None = None
    limit: Limit | None = None


def open_task(
    hall: Hall,
    case: Dispute,
    to: Assignee,
    asked: Asked,
    *,
    round_id: int | None = None,
    place: int | None = None,
    waiting: bool = False,
) -> Task:
    """Ask somebody for something, and tell them. A waiting one is told when its place comes."""
    assert case.id is not None
    task = Task(
        case_id=case.id,
        ordinal=queries.tasks_so_far(hall.session, case.id) + 1,
        kind=asked.kind,
        title=asked.title,
        state=case.state,
        unit_id=to.unit_id,
        person_id=to.person_id,
        asked_by_id=hall.actor.person_id,
        asked_by_unit_id=hall.actor.unit_id,
        round_id=round_id,
        place=place,
        waiting=waiting,
        opened_at=hall.now,
        question=asked.question,
    )
    hall.session.add(task)
    hall.session.flush()
    if waiting:
        task.due_at = local_moment(asked.due_on) if asked.due_on is not None else None
    else:
        start(hall, case, task, asked.due_on, asked.limit)
    return task


def carry_over(
    hall: Hall,
    case: Dispute,
    before: Task,
    by: Assignee,
    found: ApprovalRound,
    *,
    place: int | None,
    question: object,
) -> Task:
    """An answer given in the round before counts in this one: a task that nobody has to do, closed with the same opinion."""
    assert case.id is not None
    kept = Task(
        case_id=case.id,
        ordinal=queries.tasks_so_far(hall.session, case.id) + 1,
        kind=before.kind,
        title=before.title,
        state=case.state,
        unit_id=by.unit_id,
        person_id=by.person_id,
        asked_by_id=found.asked_by_id,
        asked_by_unit_id=found.asked_by_unit_id,
        round_id=found.id,
        place=place,
        opened_at=hall.now,
        closed_at=hall.now,
        outcome=before.outcome,
        question=question,
        opinion=before.opinion,
    )
    hall.session.add(kept)
    hall.session.flush()
    return kept


def start(hall: Hall, case: Dispute, task: Task, due_on: date | None, limit: Limit | None) -> None:
    """The task's time has come: its clock starts, its assignee is told. One that waited keeps the day it was asked for."""
    assert case.id is not None
    if task.waiting and task.due_at is not None:
        due_on = local_day(task.due_at)
    task.waiting, task.due_at = False, None
    span, article, roll = _time_for(hall, due_on, limit)
    if span is not None:
        clock = timers.start(
            hall.session,
            case_id=case.id,
            name=clock_of(task),
            span=span,
            article=article,
            start_fact=task.title,
            now=hall.now,
            calendar=hall.office.calendar,
            on_miss=limit.on_miss if limit is not None and limit.on_miss else "remind_assignee",
            roll=roll,
        )
        task.due_at = clock.due_at
    hall.session.add(task)
    tell_assignee(hall, case, task, "task_asked")


def close_task(hall: Hall, task: Task, outcome: str) -> None:
    """The task is over: its clock is met if somebody dealt with it, cancelled otherwise."""
    task.closed_at = hall.now
    task.outcome = outcome
    task.waiting = False
    hall.session.add(task)
    if outcome in ANSWERED:
        timers.meet_named(hall.session, task.case_id, clock_of(task), hall.now)
    else:
        timers.cancel_named(hall.session, task.case_id, clock_of(task), hall.now)


def give_to(hall: Hall, case: Dispute, task: Task, to: Assignee) -> None:
    """Somebody else's from now on; the clock runs on."""
    task.unit_id, task.person_id = to.unit_id, to.person_id
    hall.session.add(task)
    if not task.waiting:
        tell_assignee(hall, case, task, "task_asked")


def lend(hall: Hall, case: Dispute, task: Task, to: Assignee) -> None:
    """Somebody else gives an opinion first; the actor gets the task back."""
    task.delegated_by_id, task.delegated_by_unit_id = hall.actor.person_id, hall.actor.unit_id
    give_to(hall, case, task, to)


def give_back(hall: Hall, case: Dispute, task: Task) -> None:
    """The lender has the task again."""
    assert task.delegated_by_unit_id is not None
    task.unit_id, task.person_id = task.delegated_by_unit_id, task.delegated_by_id
    task.delegated_by_id = task.delegated_by_unit_id = None
    hall.session.add(task)
    tell_assignee(hall, case, task, "task_back")


def note_opinion(hall: Hall, task: Task, said: str | None, outcome: str) -> None:
    """Add what was said, beside what a delegate said before."""
    entry = {
        "by": hall.actor.person_code,
        "said": said or "",
        "outcome": outcome,
        "at": hall.now.isoformat(),
    }
    task.opinion = [*(task.opinion or []), entry]
    hall.session.add(task)


def lapse(hall: Hall, case: Dispute, definition: Definition) -> tuple[Task, ...]:
    """Close what does not live in the case's state: tasks by their kind, approvals by their own states. Copies stay.

    Whoever has it is told, whoever has lent it, and whoever asked for it, but for who does it; whose place has not come knows of
    nothing. What lapsed, in order.
    """
    assert case.id is not None
    lapsed = []
    for task in queries.open_requests(hall.session, case.id):
        found = round_of(hall.session, task)
        if lives(definition, case.state, task.kind, found.approval if found else None):
            continue
        if not task.waiting:
            if task.person_id is None or task.person_id != hall.actor.person_id:
                tell_assignee(hall, case, task, "task_lapsed")
            if task.delegated_by_id != hall.actor.person_id:
                tell_lender(hall, case, task, "task_lapsed")
        if found is None or found.state == "open":  # once a round
            _tell_whose_request_lapses(hall, case, task, found)
        close_task(hall, task, "lapsed")
        lapsed.append(task)
        if found is not None:
            close_round(hall, found, "lapsed")
    return tuple(sorted(lapsed, key=lambda task: task.ordinal))


def _tell_whose_request_lapses(hall: Hall, case: Dispute, task: Task, found: ApprovalRound | None) -> None:
    asked = task if found is None else found
    if asked.asked_by_id not in {hall.actor.person_id, task.person_id, task.delegated_by_id}:
        tell_asker(hall, case, task, "asked_lapsed", found)


def going_on(hall: Hall, case: Dispute, definition: Definition, state: str) -> list[Task]:
    """What is open, was asked for by somebody, and lives on in a state that the case is about to enter."""
    assert case.id is not None
    found = []
    for task in queries.open_requests(hall.session, case.id):
        asked = round_of(hall.session, task)
        if lives(definition, state, task.kind, asked.approval if asked else None):
            found.append(task)
    return found


def named(hall: Hall, task: Task) -> str:
    """A task in words: its number, what it is, whose, and by which day."""
    who = (
        queries.person(hall.session, task.person_id).name
        if task.person_id is not None
        else queries.unit(hall.session, task.unit_id).name
    )
    title = _(task.title)
    if task.due_at is None:
        return _("第{n}号待办「{title}」（{who}）").format(n=task.ordinal, title=title, who=who)
    message = _("第{n}号待办「{title}」（{who}，{due}到期）")
    return message.format(n=task.ordinal, title=title, who=who, due=spoken_due(task.due_at))


def lives(definition: Definition, state: str, kind: str, approval: str | None) -> bool:
    """Whether a task of the kind, and of the approval if it is one's, may be open in the state."""
    rule = next((rule for name, rule in definition.tasks.items() if name == kind), None)
    if rule is None or state not in rule.states:
        return False
    if approval is None:
        return True
    named = definition.approvals.get(approval)
    return named is not None and state in named.states


def close_round(hall: Hall, found: ApprovalRound, state: str) -> None:
    """A round is over."""
    if found.state == "open":
        found.state, found.closed_at = state, hall.now
        hall.session.add(found)


def tell_assignee(hall: Hall, case: Dispute, task: Task, notice: str) -> None:
    """A notice to whoever has the task."""
    _tell(hall, case, task, notice, task.unit_id, task.person_id)


def tell_lender(hall: Hall, case: Dispute, task: Task, notice: str) -> None:
    """A notice to whoever has lent the task and was to get it back, if it is lent."""
    if task.delegated_by_unit_id is not None:
        _tell(hall, case, task, notice, task.delegated_by_unit_id, task.delegated_by_id)


def tell_asker(
    hall: Hall, case: Dispute, task: Task, notice: str, found: ApprovalRound | None = None
) -> None:
    """A notice to whoever asked for the task, or for the round that it belongs to."""
    asked = task if found is None else found
    if asked.asked_by_unit_id is not None:
        _tell(hall, case, task, notice, asked.asked_by_unit_id, asked.asked_by_id)


def clock_of(task: Task) -> str:
    """The name of the task's clock."""
    return CLOCK.format(ordinal=task.ordinal)


def open_ordinals(tasks: Iterable[Task]) -> list[int]:
    """The ordinals of those that are open."""
    return sorted(task.ordinal for task in tasks if task.closed_at is None)


def span_of(limit: Limit) -> Span:
    """A definition's limit as the calendar's span."""
    for measure in ("minutes", "hours", "days", "working_days", "months"):
        count = getattr(limit, measure)
        if count is not None:
            return Span(count, measure)
    raise AssertionError("a limit has exactly one span")


def _time_for(hall: Hall, due_on: date | None, limit: Limit | None) -> tuple[Span | None, str, bool]:
    """The span, what it rests on, and whether its last day moves on to a workday."""
    if due_on is not None and due_on > hall.today:
        return Span((due_on - hall.today).days, "days"), _("提出时约定的日期"), False
    if limit is not None:
        return span_of(limit), limit.article, True
    return None, "", True


def _tell(hall: Hall, case: Dispute, task: Task, notice: str, unit_id: int, person_id: int | None) -> None:
    payload = {
        "notice": notice,
        "task": task.ordinal,
        "unit": queries.unit(hall.session, unit_id).code,
        "person": queries.person(hall.session, person_id).code if person_id is not None else "",
    }
    post_outbox(hall, case, "notice", payload)
