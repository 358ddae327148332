"""The clocks of a case: started, met, missed, cancelled, extended, paused; each of these happens exactly once.

Every change is one UPDATE that names what it expects to find (id, state 'running', and the due moment where that moves):
of two at once, one hits the row and the other is told False. What a missed clock brings about (`on_miss`) is carried
out by the caller, in the same transaction as `miss`.

A paused clock keeps the moment at which it would have ended, cannot be missed, and goes on from there when it is resumed:
later by the days of the pause (the day of pausing not counted, the day of resuming counted), workdays if its rule counts
workdays. A last day that had moved to a workday and was yet to come counts as it was before it moved: the days of the law
are no more for a holiday in their midst (Civil Code Art. 203 moves the last day alone).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import bindparam, insert, update
from sqlmodel import Session

from mediation.clock import local_day
from mediation.deadlines.calendar import (
    Calendar,
    Due,
    Span,
    last_day,
    merged_versions,
    parse_span,
    spoken_day,
    spoken_due,
)
from mediation.deadlines.models import Deadline
from mediation.deadlines.recorded import said_again
from mediation.errors import CaseChanged
from mediation.language import _
from mediation.storage.engine import Table, add_row, change_rows

_ROWS = Table.metadata.tables["deadline"]
_INSERT = insert(_ROWS).returning(_ROWS.c.id)
_IS_RUNNING = (_ROWS.c.id == bindparam("which")) & (_ROWS.c.state == "running")
_IS_ALIVE = (_ROWS.c.id == bindparam("which")) & _ROWS.c.state.in_(("running", "paused"))
_NEW_END: dict[str, Any] = {"state": bindparam("new_state"), "ended_at": bindparam("new_ended_at")}
_END = update(_ROWS).where(_IS_ALIVE).values(_NEW_END)
_MISS = update(_ROWS).where(_IS_RUNNING, _ROWS.c.due_at <= bindparam("now")).values(_NEW_END)
_END_NAMED = (
    update(_ROWS)
    .where(
        _ROWS.c.case_id == bindparam("of_case"),
        _ROWS.c.name == bindparam("of_name"),
        _ROWS.c.state.in_(("running", "paused")),
    )
    .values(_NEW_END)
)
_END_STATE = (
    update(_ROWS)
    .where(
        _ROWS.c.case_id == bindparam("of_case"),
        _ROWS.c.name.startswith("state:"),
        _ROWS.c.state == "running",
    )
    .values(_NEW_END)
)
_PAUSE = (
    update(_ROWS)
    .where(_IS_RUNNING, _ROWS.c.due_at == bindparam("old_due_at"), _ROWS.c.due_at > bindparam("now"))
    .values(state="paused", history=bindparam("new_history"))
)
_RESUME = (
    update(_ROWS)
    .where(
        _ROWS.c.id == bindparam("which"),
        _ROWS.c.state == "paused",
        _ROWS.c.due_at == bindparam("old_due_at"),
    )
    .values(
        state="running",
        remind_at=None,
        due_at=bindparam("new_due_at"),
        provisional=bindparam("new_provisional"),
        calendar_version=bindparam("new_version"),
        history=bindparam("new_history"),
    )
)
_MOVE = (
    update(_ROWS)
    .where(
        _ROWS.c.id == bindparam("which"),
        _ROWS.c.state == bindparam("old_state"),
        _ROWS.c.due_at == bindparam("old_due_at"),
    )
    .values(
        remind_at=None,
        due_at=bindparam("new_due_at"),
        provisional=bindparam("new_provisional"),
        calendar_version=bindparam("new_version"),
        history=bindparam("new_history"),
    )
)


_REMIND = (
    update(_ROWS)
    .where(
        _IS_RUNNING,
        _ROWS.c.due_at == bindparam("old_due_at"),
        _ROWS.c.remind_at.is_not_distinct_from(bindparam("old_remind_at")),
    )
    .values(remind_at=bindparam("new_remind_at"))
)


class Started(NamedTuple):
    """A clock that has begun: its key, and when it ends."""

    id: int
    due_at: datetime


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
) -> Started:
    """Start a clock at `now`. `start_fact` is the fact it runs from, in words: 受理, 签收 ….

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
        "remind_at": None,
    }
    return Started(add_row(session, _INSERT, **values), due.moment)


def meet(session: Session, deadline_id: int, now: datetime) -> bool:
    """What was due has been done. False if the clock has ended before."""
    return _end(session, deadline_id, "met", now)


def cancel(session: Session, deadline_id: int, now: datetime) -> bool:
    """The clock has lost its object. False if it has ended before."""
    return _end(session, deadline_id, "cancelled", now)


def miss(session: Session, deadline_id: int, now: datetime) -> bool:
    """Claim a clock whose moment has come; exactly one caller hears True, and carries out its `on_miss`."""
    values = {"which": deadline_id, "new_state": "missed", "new_ended_at": now, "now": now}
    return _rows(session, _MISS, values) == 1


def meet_named(session: Session, case_id: int, name: str, now: datetime) -> int:
    """Meet the clocks of that name of a case that run or rest; how many there were."""
    return _end_named(session, case_id, name, "met", now)


def meet_state(session: Session, case_id: int, now: datetime) -> int:
    """Meet the running clocks of the state that a case leaves; how many there were."""
    return _rows(session, _END_STATE, {"of_case": case_id, "new_state": "met", "new_ended_at": now})


def cancel_named(session: Session, case_id: int, name: str, now: datetime) -> int:
    """Cancel the clocks of that name of a case that run or rest; how many there were."""
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
    version = merged_versions(deadline.calendar_version, due.calendar_version)
    provisional = due.provisional or deadline.provisional
    return _move(session, deadline, due.moment, entry, provisional=provisional, version=version)


def pause(session: Session, deadline: Deadline, *, evidence: str, now: datetime) -> Deadline:
    """Let a running clock rest. `evidence` as for `extend`. Returns the row as it is now.

    Raises CaseChanged if the clock has ended, has been moved meanwhile, or has run out.
    """
    history = [*deadline.history, {"kind": "paused", "at": now.isoformat(), "evidence": evidence}]
    values = {
        "which": deadline.id,
        "old_due_at": deadline.due_at,
        "now": now,
        "new_history": history,
    }
    if _rows(session, _PAUSE, values) != 1:
        raise CaseChanged
    return Deadline(
        **deadline.model_dump(exclude={"state", "history"}),
        state="paused",
        history=history,
    )


def rest_on(session: Session, deadline: Deadline, *, evidence: str, now: datetime) -> Deadline:
    """Note on what a pause that goes on rests from now. Raises CaseChanged as `resume` does."""
    entry = {"kind": "rests_on", "at": now.isoformat(), "evidence": evidence}
    return _move(
        session,
        deadline,
        deadline.due_at,
        entry,
        provisional=deadline.provisional,
        version=deadline.calendar_version,
    )


def resume(session: Session, deadline: Deadline, *, now: datetime, calendar: Calendar) -> Deadline:
    """Let a paused clock go on: its end moves by the time of the pause. Returns the row as it is now.

    Raises CaseChanged if the clock does not rest, or has been moved meanwhile.
    """
    before = _counted(deadline, calendar)[-1]
    if before.moment != deadline.due_at:  # a calendar has come by which it was not counted again
        before = Due(deadline.due_at, deadline.provisional, deadline.calendar_version, ())
    due, span = _after_pause(deadline, before, _paused_at(deadline.history), now, calendar)
    entry = {
        "kind": "resumed",
        "at": now.isoformat(),
        "span": span,
        "steps": list(due.steps) if span else [],
        "unrolled": True,
    }
    history = [*deadline.history, entry]
    provisional = due.provisional or deadline.provisional
    version = merged_versions(deadline.calendar_version, due.calendar_version)
    values = {
        "which": deadline.id,
        "old_due_at": deadline.due_at,
        "new_due_at": due.moment,
        "new_provisional": provisional,
        "new_version": version,
        "new_history": history,
    }
    if _rows(session, _RESUME, values) != 1:
        raise CaseChanged
    return Deadline(
        **deadline.model_dump(
            exclude={"state", "due_at", "provisional", "calendar_version", "history", "remind_at"}
        ),
        state="running",
        due_at=due.moment,
        provisional=provisional,
        calendar_version=version,
        history=history,
    )


def recount(session: Session, deadline: Deadline, *, now: datetime, calendar: Calendar) -> Deadline:
    """Count a clock that runs or rests again by a calendar that has come meanwhile, extensions and pauses included.

    Returns the row as it is now; the same row if nothing has changed. Raises CaseChanged as `extend` does.
    """
    counted = _counted(deadline, calendar)
    due = counted[-1]
    steps = [step for one in counted for step in one.steps]
    unsure = any(one.provisional for one in counted)
    version = merged_versions(*(one.calendar_version for one in counted))
    if (due.moment, unsure, version) == (deadline.due_at, deadline.provisional, deadline.calendar_version):
        return deadline
    moved = due.moment != deadline.due_at
    entry = {
        "kind": "recounted",
        "at": now.isoformat(),
        "was": deadline.due_at.isoformat(),
        "version": version,
        "steps": steps if moved else [],
    }
    return _move(session, deadline, due.moment, entry, provisional=unsure, version=version)


def remind_next(session: Session, deadline: Deadline, at: datetime) -> bool:
    """Say when somebody is reminded next; exactly one caller hears True for one reminder.

    False if the clock has ended, been moved, or its reminder been put on by another meanwhile.
    """
    values = {
        "which": deadline.id,
        "old_due_at": deadline.due_at,
        "old_remind_at": deadline.remind_at,
        "new_remind_at": at,
    }
    return _rows(session, _REMIND, values) == 1


def explain(deadline: Deadline) -> list[str]:
    """What the clock rests on, a sentence each: rule and article, start, counting, extensions, calendar, state."""
    agreed = _is_agreed(deadline)
    told = _agreed(deadline) if agreed else [_rule(deadline), _begun(deadline)]
    for entry in deadline.history[1 if agreed else 0 :]:
        told += _explained(entry)
    if deadline.state == "paused":
        message = _("中止期间不计入期限；中止前截止于{moment}，恢复后顺延")
        told.append(message.format(moment=spoken_due(deadline.due_at)))
    elif agreed or deadline.history[1:]:
        told.append(_("现截止于{moment}").format(moment=spoken_due(deadline.due_at)))
    if deadline.provisional:
        told.append(_("放假安排公布后将重新计算"))
    told.append(_state(deadline))
    return told


def _is_agreed(deadline: Deadline) -> bool:
    """Whether the end is a day that the parties have named in their agreement, and not one that was counted."""
    return deadline.name.startswith("performance:") and not deadline.history[0].get("roll", True)


def _agreed(deadline: Deadline) -> list[str]:
    return [
        _("当事人在协议里约定的日期，遇休息日也不顺延") + _article(deadline),
        _("{day}开始计时（{fact}）").format(
            day=spoken_day(local_day(deadline.started_at)), fact=said_again(deadline.start_fact)
        ),
    ]


def _rule(deadline: Deadline) -> str:
    return _("期限：{span}").format(span=parse_span(deadline.rule).spoken) + _article(deadline)


def _article(deadline: Deadline) -> str:
    return _("（依据：{article}）").format(article=_(deadline.article)) if deadline.article else ""


def _begun(deadline: Deadline) -> str:
    """From what fact it runs; of a state's own clock the fact is that the case came into that state."""
    day = spoken_day(local_day(deadline.started_at))
    if deadline.name.startswith("state:"):
        return _("自进入“{state}”之日起（{day}）").format(state=_(deadline.start_fact), day=day)
    return _("自{fact}之日起（{day}）").format(fact=said_again(deadline.start_fact), day=day)


def _end(session: Session, deadline_id: int, state: str, now: datetime) -> bool:
    return _rows(session, _END, {"which": deadline_id, "new_state": state, "new_ended_at": now}) == 1


def _end_named(session: Session, case_id: int, name: str, state: str, now: datetime) -> int:
    return _rows(
        session,
        _END_NAMED,
        {"of_case": case_id, "of_name": name, "new_state": state, "new_ended_at": now},
    )


def _paused_at(history: Sequence[Mapping[str, Any]]) -> datetime:
    """When the last pause began."""
    return datetime.fromisoformat(next(one["at"] for one in reversed(history) if one["kind"] == "paused"))


def _counted(deadline: Deadline, calendar: Calendar) -> list[Due]:
    """The end as it was first, and after each extension and pause, by this calendar."""
    first, *later = deadline.history
    roll = bool(first.get("roll", True))
    found = [calendar.due(deadline.started_at, parse_span(deadline.rule), roll=roll)]
    for at, entry in enumerate(later):
        if entry["kind"] == "extended":
            found.append(calendar.later(found[-1].moment, parse_span(entry["span"]), roll=roll))
        elif entry["kind"] == "resumed":
            until = datetime.fromisoformat(entry["at"])
            unrolled = bool(entry.get("unrolled"))  # those of before 0.12 went on from the workday
            since = _paused_at(later[:at])
            due, span = _after_pause(deadline, found[-1], since, until, calendar, unrolled=unrolled)
            found += [due] if span else []
    return found


def _after_pause(
    deadline: Deadline,
    due: Due,
    since: datetime,
    until: datetime,
    calendar: Calendar,
    *,
    unrolled: bool = True,
) -> tuple[Due, str]:
    """The end moved by the time of a pause, and that time as a span; no span if it moves nothing.

    `unrolled`: a last day yet to come when the pause began is taken as it was before it moved to a workday.
    """
    measure = parse_span(deadline.rule).measure
    first, last = local_day(since), local_day(until)
    if measure in {"hours", "minutes"}:
        span = Span(max(1, math.ceil((until - since).total_seconds() / 60)), "minutes")
    elif measure == "working_days":
        days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
        span = Span(sum(calendar.is_workday(day) for day in days), "working_days")
    else:
        span = Span((last - first).days, "days")
    if span.count == 0:
        return due, ""
    roll = bool(deadline.history[0].get("roll", True))
    if not unrolled or due.unrolled in {None, due.moment} or first >= last_day(due.unrolled):
        return calendar.later(due.moment, span, roll=roll), str(span)
    moved = calendar.later(due.unrolled, span, roll=roll)
    said = _("最后一日到中止时尚未届至，不按顺延后的日期，仍自{day}接着算")
    told = said.format(day=spoken_day(last_day(due.unrolled)))
    return replace(moved, steps=(told, *moved.steps)), str(span)


def _move(
    session: Session,
    deadline: Deadline,
    moment: datetime,
    entry: Mapping[str, Any],
    *,
    provisional: bool,
    version: str,
) -> Deadline:
    history = [*deadline.history, dict(entry)]
    values = {
        "which": deadline.id,
        "old_state": deadline.state,
        "old_due_at": deadline.due_at,
        "new_due_at": moment,
        "new_provisional": provisional,
        "new_version": version,
        "new_history": history,
    }
    if _rows(session, _MOVE, values) != 1:
        raise CaseChanged
    return Deadline(
        **deadline.model_dump(exclude={"due_at", "provisional", "calendar_version", "history", "remind_at"}),
        due_at=moment,
        provisional=provisional,
        calendar_version=version,
        history=history,
    )


def _rows(session: Session, statement: Any, values: Mapping[str, Any]) -> int:
    return change_rows(session, statement, **values)


def _explained(entry: Mapping[str, Any]) -> list[str]:
    if entry["kind"] == "counted":
        return [said_again(one) for one in entry["steps"]]
    day = spoken_day(local_day(datetime.fromisoformat(entry["at"])))
    if entry["kind"] == "extended":
        head = _("{day}延长{span}（凭据：{evidence}）").format(
            day=day, span=parse_span(entry["span"]).spoken, evidence=said_again(entry["evidence"])
        )
    elif entry["kind"] == "paused":
        return [
            _("{day}起中止计算（凭据：{evidence}）").format(day=day, evidence=said_again(entry["evidence"]))
        ]
    elif entry["kind"] == "rests_on":
        return [
            _("{day}起继续中止（凭据：{evidence}）").format(day=day, evidence=said_again(entry["evidence"]))
        ]
    elif entry["kind"] == "resumed":
        if not entry["span"]:
            return [_("{day}恢复计算，期限不变").format(day=day)]
        head = _("{day}恢复计算，中止的{span}不计入期限").format(
            day=day, span=parse_span(entry["span"]).spoken
        )
    else:
        head = _recounted(day, entry)
    return [head, *map(said_again, entry["steps"])]


def _recounted(day: str, entry: Mapping[str, Any]) -> str:
    if entry["steps"] and "was" not in entry:
        return _("{day}按新公布的放假安排重新计算").format(day=day)
    return said_recounted(day, datetime.fromisoformat(entry["was"]) if entry["steps"] else None)


def said_recounted(day: str, was: datetime | None) -> str:
    """That a clock was counted again by a calendar that has come; `was`: its end before, none if it stays."""
    if was is None:
        return _("{day}按新公布的放假安排核对，期限不变").format(day=day)
    return _("{day}按新公布的放假安排重新计算（原截止于{was}）").format(day=day, was=spoken_due(was))


def _state(deadline: Deadline) -> str:
    words = {
        "running": _("正在计时"),
        "paused": _("已中止计时"),
        "met": _("已按期办理"),
        "missed": _("已逾期"),
        "cancelled": _("已取消"),
    }
    return words[deadline.state]
