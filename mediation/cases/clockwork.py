"""The system's own acts: clocks that run out, outbox rows that have been handed on. Each happens exactly once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from mediation.audit import queries as trail
from mediation.cases import effects, queries, transition
from mediation.cases.clock_titles import clock_title
from mediation.cases.hall import Hall, Heard
from mediation.clock import local_day
from mediation.deadlines import queries as deadline_queries
from mediation.deadlines import timers
from mediation.people.actor import Actor


@dataclass(frozen=True)
class Missed:
    """A clock that ran out: whose, which, when it was due, and when that was found."""

    case: str
    deadline: str
    title: str
    due_at: datetime
    found_at: datetime
    on_miss: str | None


def system_actor(name: str) -> Actor:
    """The program itself, as an actor: it holds no post, sees nothing, and only its own acts are open to it."""
    return Actor(
        person_id=0,
        person_code="system",
        name="system",
        post_id=0,
        post_code=name,
        post_kind="system",
        post_title=name,
        counts_as=frozenset(),
        unit_id=0,
        unit_code="",
        unit_name="",
    )


def run_out(hall: Hall, deadline_id: int, case_id: int) -> Missed | None:
    """Claim one clock and carry out what follows; None if somebody else has, or it no longer runs or was put off.

    What is recorded is the moment at which it was due, and the one at which that was found.
    """
    if not timers.miss(hall.session, deadline_id, hall.now):
        return None
    deadline = deadline_queries.deadline(hall.session, deadline_id)
    assert deadline is not None  # it has just been claimed
    case = queries.case_for_system(hall.session, case_id)
    changes: dict[str, Any] = {}
    if deadline.on_miss:
        act = {"deadline": deadline.name, "due_at": deadline.due_at.isoformat()}
        effects.carry_out(deadline.on_miss, hall, case, Heard(act=act), changes)
    record = {
        "deadline": deadline.name,
        "due_at": deadline.due_at.isoformat(),
        "found_at": hall.now.isoformat(),
        "on_miss": deadline.on_miss or "",
    }
    if changes.get("arbiter_id") is not None:
        record["arbiter"] = hall.tree.unit(changes["arbiter_id"]).code
    transition.touch(hall, case, "deadline.missed", record, changes=changes)
    if changes:
        transition.enter_anew(hall, case)
    number = case.number or case.temporary_number
    title = clock_title(deadline, transition.engine_of(hall, case))
    return Missed(number, deadline.name, title, deadline.due_at, hall.now, deadline.on_miss)


def wants_head(session: Session, now: datetime) -> bool:
    """Whether something has happened since the last head, and that one is of an earlier day."""
    last = trail.head_of(session)
    if last is None:
        return True
    return local_day(last.made_at) < local_day(now) and trail.last_event_id(session) > last.last_event_id


def cross_off(session: Session, row_id: int, now: datetime) -> None:
    """An outbox row has been handed on."""
    row = queries.outbox_row(session, row_id)
    if row is not None and row.handed_on_at is None:
        row.handed_on_at = now
        session.add(row)
