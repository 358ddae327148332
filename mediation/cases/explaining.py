"""Every deadline explains itself: rule and article, start fact, counting, pauses with evidence, recounts, calendar, reminders."""

from dataclasses import dataclass
from datetime import datetime

from mediation.cases import reminders, transition
from mediation.cases.clock_titles import clock_title
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.deadlines import queries, timers
from mediation.deadlines.calendar import spoken_due
from mediation.deadlines.models import Deadline, Reminder
from mediation.deadlines.reminding import spoken_point
from mediation.errors import NotFound
from mediation.language import _, joined
from mediation.workflow.engine import Engine


@dataclass(frozen=True)
class Explained:
    """One clock and what it rests on, in sentences. `ended_at`: when it was met, cancelled, or found to have run out."""

    name: str
    title: str
    state: str
    due_at: datetime
    provisional: bool
    calendar_version: str
    ended_at: datetime | None
    why: tuple[str, ...]
    reminders: tuple[str, ...]


def explain(hall: Hall, case: Dispute, name: str = "") -> list[Explained]:
    """All clocks of a case in the order of their starting, or those of one name or title.

    Raises NotFound with the titles there are.
    """
    assert case.id is not None
    rows = queries.deadlines_of(hall.session, case.id)
    engine = transition.engine_of(hall, case)
    titles = [str(clock_title(row, engine)) for row in rows]
    wanted = [row for row, title in zip(rows, titles, strict=True) if name in {"", row.name, title}]
    if name and not wanted:
        known = joined(dict.fromkeys(titles)) or _("无")
        raise NotFound(_("本案没有名为 {name} 的期限；现有：{known}").format(name=name, known=known))
    sent = queries.reminders(hall.session, case.id)
    return [
        explained(hall, row, engine, [one for one in sent if one.deadline_id == row.id]) for row in wanted
    ]


def explained(hall: Hall, row: Deadline, engine: Engine, sent: list[Reminder]) -> Explained:
    """One clock."""
    calendar = hall.office.calendar
    return Explained(
        name=row.name,
        title=clock_title(row, engine),
        state=row.state,
        due_at=row.due_at,
        provisional=row.provisional,
        calendar_version=row.calendar_version,
        ended_at=row.ended_at,
        why=(*timers.explain(row), *calendar.sources(row.calendar_version), *_found_late(row)),
        reminders=(*map(_sent, sent), *_coming(hall, row, sent)),
    )


def _found_late(row: Deadline) -> list[str]:
    """A clock is due at its moment, whenever that was noticed."""
    if row.state != "missed" or row.ended_at is None:
        return []
    due, found = spoken_due(row.due_at), spoken_due(row.ended_at)
    return [_("到期时间为{due}，系统于{found}办理").format(due=due, found=found)]


def _sent(one: Reminder) -> str:
    if one.sent_at is None:
        return _("{at}的提醒（{point}）没有发出：停机期间已被后一次提醒代替").format(
            at=spoken_due(one.planned_at), point=spoken_point(one.point)
        )
    return _("{at}已提醒（{point}，当时截止于{due}）").format(
        at=spoken_due(one.sent_at), point=spoken_point(one.point), due=spoken_due(one.due_at)
    )


def _coming(hall: Hall, row: Deadline, sent: list[Reminder]) -> list[str]:
    if row.state != "running":
        return []
    done = {one.point for one in sent if one.due_at == row.due_at}
    return [
        _("{at}将提醒（{point}）").format(at=spoken_due(one.at), point=spoken_point(one.point))
        for one in reminders.planned(hall, row)
        if one.point not in done and one.at > hall.now
    ]
