"""Who has the turn is reminded before a clock ends: each reminder once, in duty hours only, never after the end.

Reminders are planned after the act that starts or moves a clock, by whoever makes the rounds, so that no act waits for
it. When one comes, its clock's row is claimed by compare-and-swap and the reminder gets a row of its own, in one
transaction with the notice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mediation.cases import queries
from mediation.cases.aftercare import queries as aftercare
from mediation.cases.clauses import enforcement_clock, named_by, performance_clock
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.cases.outgoing import post_outbox
from mediation.cases.tasks import queries as task_queries
from mediation.deadlines import queries as deadline_queries
from mediation.deadlines import timers
from mediation.deadlines.calendar import last_day
from mediation.deadlines.models import Deadline, Reminder
from mediation.deadlines.reminding import NEVER, Planned

NOTICE = "reminder"
TO_OBLIGOR = "performance_reminder"
TO_OBLIGEE = "enforcement_reminder"

_OF_A_CLAUSE = ("performance", "enforcement")


@dataclass(frozen=True)
class Reminded:
    """A reminder that was sent: of which case and clock, at which point before which end."""

    case: str
    deadline: str
    point: str
    due_at: datetime


def plan(hall: Hall, rows: Sequence[Deadline]) -> int:
    """Say for each clock when its next reminder comes; how many have one."""
    found = 0
    for row in rows:
        done = deadline_queries.points_reminded(hall.session, row) if row.history[1:] else set()
        coming = [one for one in planned(hall, row) if one.point not in done]
        timers.remind_next(hall.session, row, coming[0].at if coming else NEVER)
        found += bool(coming)
    return found


def remind(hall: Hall, deadline_id: int) -> Reminded | None:
    """Send the reminder of one clock that has come, and say when the next one does; None if another has, or it is night.

    Of several that have come during an outage only the last is sent; the others get their rows as passed over.
    """
    row = deadline_queries.deadline(hall.session, deadline_id)
    if row is None or row.remind_at is None or not row.remind_at <= hall.now < row.due_at:
        return None
    if not hall.office.reminding.duty.is_on(hall.now):
        return None
    done = deadline_queries.points_reminded(hall.session, row)
    left = [one for one in planned(hall, row) if one.point not in done]
    come = [one for one in left if one.at <= hall.now]
    after = [one for one in left if one.at > hall.now]
    if not timers.remind_next(hall.session, row, after[0].at if after else NEVER) or not come:
        return None
    _enter(hall, row, come)
    case = queries.case_for_system(hall.session, row.case_id)
    _tell(hall, case, row, come[-1])
    return Reminded(case.number or case.temporary_number, row.name, come[-1].point, row.due_at)


def planned(hall: Hall, row: Deadline) -> list[Planned]:
    """All reminders of a clock as it runs now, past ones too."""
    reminding = hall.office.reminding
    return reminding.plan(reminding.points_for(row.name, _own(hall, row)), row.started_at, row.due_at)


def _own(hall: Hall, row: Deadline) -> Sequence[str] | None:
    """The points that stand with the limit of a state: the site's in place of the definition's; none for other clocks."""
    kind, _colon, state = row.name.partition(":")
    if kind != "state":
        return None
    workflow, version = queries.definition_of(hall.session, row.case_id)
    timing = hall.office.rules.state_limits.get(f"{workflow}.{state}")
    if timing is not None and timing.remind is not None:
        return timing.remind
    engine = hall.office.engines.get((workflow, version))
    found = engine.definition.states.get(state) if engine is not None else None
    return found.limit.remind if found is not None and found.limit is not None else None


def _enter(hall: Hall, row: Deadline, come: Sequence[Planned]) -> None:
    hall.session.add_all(
        Reminder(
            deadline_id=row.id or 0,
            case_id=row.case_id,
            point=one.point,
            planned_at=one.at,
            due_at=row.due_at,
            sent_at=hall.now if one is come[-1] else None,
        )
        for one in come
    )


def _tell(hall: Hall, case: Dispute, row: Deadline, one: Planned) -> None:
    """To whoever has the task that the clock belongs to, else to whoever has the turn."""
    assert case.id is not None
    kind, _colon, ordinal = row.name.partition(":")
    task = task_queries.task(hall.session, case.id, int(ordinal)) if kind == "task" else None
    task = task or task_queries.turn(hall.session, case.id)
    unit_id = task.unit_id if task is not None else case.target_id or case.holder_id
    person_id = task.person_id if task is not None else None
    payload = {
        "notice": NOTICE,
        "deadline": row.name,
        "kind": kind,
        "point": one.point,
        "last_day": last_day(row.due_at).isoformat(),
        "unit": queries.unit(hall.session, unit_id).code,
        "person": queries.person(hall.session, person_id).code if person_id is not None else "",
        **(named_by(row.name) if kind in _OF_A_CLAUSE else {}),
    }
    post_outbox(hall, case, "notice", payload)
    if kind in _OF_A_CLAUSE:
        _tell_party(hall, case, row, kind)


def _tell_party(hall: Hall, case: Dispute, row: Deadline, kind: str) -> None:
    """The party whom the clause concerns is told as well, of this clause and no more.

    督促履行 (人民调解法 Art. 31): who has to perform. The last day to apply for enforcement (民事诉讼法 Art. 250): who may apply.
    """
    part = named_by(row.name)
    for agreement in aftercare.agreements_in_force(hall.session, row.case_id):
        for clause in queries.clauses(hall.session, agreement.id or 0):
            if row.name not in {
                performance_clock(agreement, clause.ordinal, part.get("instalment")),
                enforcement_clock(agreement, clause.ordinal),
            }:
                continue
            notice, party = (
                (TO_OBLIGOR, clause.obligor) if kind == "performance" else (TO_OBLIGEE, clause.obligee)
            )
            last = last_day(row.due_at).isoformat()
            post_outbox(hall, case, "notice", {"notice": notice, "party": party, **part, "last_day": last})
            return
