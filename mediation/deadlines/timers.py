"""The clocks of a case: started, met, missed, cancelled, extended; each of these happens exactly once.

Every change is one UPDATE that names what it expects to find (id, state 'running', and the due moment where that moves):
of two at once, one hits the row and the other is told False. What a missed clock brings about (`on_miss`) is carried
out by the caller, in the same transaction as `miss`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlalchemy.engine import CursorResult
from sqlmodel import Session

from mediation.clock import local_day
from mediation.deadlines.calendar import Calendar, Due, Span, parse_span, spoken_day, spoken_due
from mediation.deadlines.models import Deadline
from mediation.errors import CaseChanged
from mediation.language import _
from mediation.storage.engine import Table

_ROWS = Table.metadata.tables["deadline"]
_INSERT = insert(_ROWS)
_IS_RUNNING = (_ROWS.c.id == bindparam("which")) & (_ROWS.c.state == "running")
_END = (
    update(_ROWS).where(_IS_RUNNING).values(state=bindparam("new_state"), ended_at=bindparam("new_ended_at"))
)
_MISS = _END.where(_ROWS.c.due_at <= bindparam("now"))
_END_NAMED = (
    update(_ROWS)
    .where(
        _ROWS.c.case_id == bindparam("of_case"),
        _ROWS.c.name == bindparam("of_name"),
        _ROWS.c.state == "running",
    )
    .values(state=bindparam("new_state"), ended_at=bindparam("new_ended_at"))
)
_MOVE = (
    update(_ROWS)
    .where(_IS_RUNNING, _ROWS.c.due_at == bindparam("old_due_at"))
    .values(
        due_at=bindparam("new_due_at"),
        provisional=bindparam("new_provisional"),
        calendar_version=bindparam("new_version"),
        history=bindparam("new_history"),
    )
)


def start(
    session: Session,
    *,
    case_id: int,
    name: str,
    span: Span,
    article: str,
    start_fact: str,
    now: datetime,
    calendar: Calendar,
    on_miss: str | None = None,
    roll: bool = True,
) -> Deadline:
    """Start a clock at `now` and return its row. `start_fact` is the fact it runs from, in words: 受理, 签收 ….

    `roll`: a last day without work moves to the next workday, as for every clock that the law sets.
    """
    due = calendar.due(now, span, roll=roll)
    values: dict[str, Any] = {
        "case_id": case_id,
        "name": name,
        "rule": str(span),
        "article": article,
        "start_fact": start_fact,
        "started_at": now,
        "due_at": due.moment,
        "calendar_version": due.calendar_version,
        "provisional": due.provisional,
        "state": "running",
        "ended_at": None,
        "on_miss": on_miss,
        "history": [{"kind": "counted", "roll": roll, "steps": list(due.steps)}],
    }
    key = session.connection().execute(_INSERT, values).inserted_primary_key
    assert key is not None  # an insert of one row has a key
    return Deadline(id=key[0], **values)


def meet(session: Session, deadline_id: int, now: datetime) -> bool:
    """What was due has been done. False if the clock no longer runs."""
    return _end(session, deadline_id, "met", now)


def cancel(session: Session, deadline_id: int, now: datetime) -> bool:
    """The clock has lost its object. False if it no longer runs."""
    return _end(session, deadline_id, "cancelled", now)


def miss(session: Session, deadline_id: int, now: datetime) -> bool:
    """Claim a clock whose moment has come; exactly one caller hears True, and carries out its `on_miss`."""
    values = {"which": deadline_id, "new_state": "missed", "new_ended_at": now, "now": now}
    return _rows(session, _MISS, values) == 1


def meet_named(session: Session, case_id: int, name: str, now: datetime) -> int:
    """Meet the running clocks of that name of a case; how many there were."""
    return _end_named(session, case_id, name, "met", now)


def cancel_named(session: Session, case_id: int, name: str, now: datetime) -> int:
    """Cancel the running clocks of that name of a case; how many there were."""
    return _end_named(session, case_id, name, "cancelled", now)


def extend(
    session: Session,
    deadline: Deadline,
    *,
    days: int,
    evidence: str,
    now: datetime,
    calendar: Calendar,
) -> Deadline:
    """Put the end off by days, counted on from the last day allowed so far; workdays if the rule counts workdays.

    `evidence` is a code or id of what it rests on (an extension's id, a paper's number), never personal data. Returns the row
    as it is now. Raises CaseChanged if the clock has ended or been moved meanwhile.
    """
    workdays = parse_span(deadline.rule).measure == "working_days"
    more = Span(days, "working_days" if workdays else "days")
    roll = bool(deadline.history[0].get("roll", True))
    due = calendar.later(deadline.due_at, more, roll=roll)
    entry = {
        "kind": "extended",
        "at": now.isoformat(),
        "span": str(more),
        "evidence": evidence,
        "steps": list(due.steps),
    }
    return _move(session, deadline, due, entry, provisional=due.provisional or deadline.provisional)


def recount(session: Session, deadline: Deadline, *, now: datetime, calendar: Calendar) -> Deadline:
    """Count a running clock again by a calendar that has been announced meanwhile, extensions included.

    Returns the row as it is now; the same row if nothing has changed. Raises CaseChanged as `extend` does.
    """
    first, *later = deadline.history
    roll = bool(first.get("roll", True))
    due = calendar.due(deadline.started_at, parse_span(deadline.rule), roll=roll)
    steps, unsure = list(due.steps), due.provisional
    for entry in later:
        if entry["kind"] == "extended":
            due = calendar.later(due.moment, parse_span(entry["span"]), roll=roll)
            steps += due.steps
            unsure = unsure or due.provisional
    if (due.moment, unsure) == (deadline.due_at, deadline.provisional):
        return deadline
    entry = {"kind": "recounted", "at": now.isoformat(), "steps": steps}
    return _move(session, deadline, due, entry, provisional=unsure)


def explain(deadline: Deadline) -> list[str]:
    """What the clock rests on, a sentence each: rule and article, start, counting, extensions, calendar, state."""
    told = [
        _("期限:{span}").format(span=parse_span(deadline.rule).spoken)
        + (_("(依据:{article})").format(article=deadline.article) if deadline.article else ""),
        _("自{fact}之日起({day})").format(
            fact=deadline.start_fact, day=spoken_day(local_day(deadline.started_at))
        ),
    ]
    for entry in deadline.history:
        told += _explained(entry)
    told.append(_("现截止于{moment}").format(moment=spoken_due(deadline.due_at)))
    told.append(_("所用日历:{version}").format(version=deadline.calendar_version))
    if deadline.provisional:
        told.append(_("放假安排公布后将重新计算"))
    told.append(_state(deadline))
    return told


def _end(session: Session, deadline_id: int, state: str, now: datetime) -> bool:
    return _rows(session, _END, {"which": deadline_id, "new_state": state, "new_ended_at": now}) == 1


def _end_named(session: Session, case_id: int, name: str, state: str, now: datetime) -> int:
    return _rows(
        session,
        _END_NAMED,
        {"of_case": case_id, "of_name": name, "new_state": state, "new_ended_at": now},
    )


def _move(
    session: Session, deadline: Deadline, due: Due, entry: Mapping[str, Any], *, provisional: bool
) -> Deadline:
    history = [*deadline.history, dict(entry)]
    values = {
        "which": deadline.id,
        "old_due_at": deadline.due_at,
        "new_due_at": due.moment,
        "new_provisional": provisional,
        "new_version": due.calendar_version,
        "new_history": history,
    }
    if _rows(session, _MOVE, values) != 1:
        raise CaseChanged
    return Deadline(
        **deadline.model_dump(exclude={"due_at", "provisional", "calendar_version", "history"}),
        due_at=due.moment,
        provisional=provisional,
        calendar_version=due.calendar_version,
        history=history,
    )


def _rows(session: Session, statement: Any, values: Mapping[str, Any]) -> int:
    result: CursorResult[Any] = session.connection().execute(statement, values)
    return result.rowcount


def _explained(entry: Mapping[str, Any]) -> list[str]:
    if entry["kind"] == "counted":
        return list(entry["steps"])
    day = spoken_day(local_day(datetime.fromisoformat(entry["at"])))
    if entry["kind"] == "extended":
        head = _("{day}延长{span}(凭据:{evidence})").format(
            day=day, span=parse_span(entry["span"]).spoken, evidence=entry["evidence"]
        )
    else:
        head = _("{day}按新公布的放假安排重新计算").format(day=day)
    return [head, *entry["steps"]]


def _state(deadline: Deadline) -> str:
    words = {
        "running": _("正在计时"),
        "met": _("已按期办理"),
        "missed": _("已逾期"),
        "cancelled": _("已取消"),
    }
    return words[deadline.state]
