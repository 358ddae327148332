"""Reads of a desk: its open turns and questions, and what is overdue in the units below. All within the scope."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, or_
from sqlalchemy import select as columns
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from mediation.cases.board.groups import ASKED_KINDS
from mediation.cases.models import Dispute, OpenCase
from mediation.cases.recusals.queries import kept_from
from mediation.cases.scope.queries import visible_to
from mediation.cases.task_models import Task
from mediation.people.actor import Actor
from mediation.people.models import Person

MOST_COUNTED = 1000
"""Overdue cases are counted so far, so that a count stays quick wherever a clock has run wild."""
_TASK: Any = aliased(Task)
"""The scope asks tasks too: those of a desk go by a name of their own, so that the two are not taken for one."""
State = tuple[str, int, str]
"""Definition, version, state."""
After = tuple[datetime, int, int]
"""Where a page ended: when it was due, the case, the task's ordinal in it."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait in one state, or for one kind of answer; how many of them are late."""

    kind: str
    state: State
    cases: int
    late: int


def waiting(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    """What waits at the actor's desk, counted by kind of task, definition and state."""
    late = func.sum(case((col(_TASK.due_at) < now, 1), else_=0))
    rows = (
        columns(
            col(_TASK.kind),
            col(Dispute.workflow),
            col(Dispute.workflow_version),
            col(Dispute.state),
            func.count(),
            late,
        )
        .select_from(_TASK)
        .join(Dispute, col(Dispute.id) == _TASK.case_id)
        .where(_at_desk(actor), visible_to(actor))
        .group_by(col(_TASK.kind), col(Dispute.workflow), col(Dispute.workflow_version), col(Dispute.state))
    )
    return [
        Waiting(kind, (workflow, version, state), int(cases), int(over or 0))
        for kind, workflow, version, state, cases, over in session.connection().execute(rows)
    ]


def turns(
    session: Session, actor: Actor, states: Iterable[State], *, after: After | None, most: int
) -> list[tuple[Task, Dispute]]:
    """The desk's own turns in these states, most urgent first."""
    named = or_(*(_in_state(state) for state in states))
    rows = select(_TASK, Dispute).join(Dispute, col(Dispute.id) == _TASK.case_id)
    return _page(session, rows.where(_at_desk(actor), _TASK.kind == "turn", named), actor, after, most)


def asked(session: Session, actor: Actor, *, after: After | None, most: int) -> list[tuple[Task, Dispute]]:
    """What others ask of the desk, most urgent first."""
    rows = select(_TASK, Dispute).join(Dispute, col(Dispute.id) == _TASK.case_id)
    return _page(session, rows.where(_at_desk(actor), col(_TASK.kind) != "turn"), actor, after, most)


def count_late(session: Session, actor: Actor, now: datetime) -> int:
    """Overdue open cases of the unit and all below; MOST_COUNTED stands for so many or more."""
    found = columns(col(OpenCase.case_id)).join(Dispute, col(Dispute.id) == OpenCase.case_id)
    found = found.where(*_late(actor, now), visible_to(actor)).limit(MOST_COUNTED)
    return int(session.connection().execute(columns(func.count()).select_from(found.subquery())).scalar_one())


def late(session: Session, actor: Actor, now: datetime, *, after: After | None, most: int) -> list[Dispute]:
    """Overdue open cases of the unit and all below, most urgent first."""
    rows = (
        select(Dispute)
        .join(OpenCase, col(OpenCase.case_id) == Dispute.id)
        .where(*_late(actor, now), visible_to(actor))
        .order_by(col(OpenCase.due_at), col(OpenCase.case_id))
        .limit(most)
    )
    if after is not None:
        moment, last, _task = after
        beyond = (col(OpenCase.due_at) == moment) & (col(OpenCase.case_id) > last)
        rows = rows.where(or_(col(OpenCase.due_at) > moment, beyond))
    return list(session.exec(rows))


def late_by_unit(
    session: Session, actor: Actor, units: Collection[int], now: datetime
) -> dict[int, tuple[int, datetime | None]]:
    """Of each unit and all below it: how many open cases are overdue, and since when the oldest. Counts, no cases."""
    rows = (
        columns(col(OpenCase.unit_id), func.count(), func.min(col(OpenCase.due_at)))
        .where(
            col(OpenCase.unit_id).in_(list(units)),
            col(OpenCase.due_at) < now,
            col(OpenCase.case_id).not_in(kept_from(actor.person_id)),
        )
        .group_by(col(OpenCase.unit_id))
    )
    return {unit: (int(count), oldest) for unit, count, oldest in session.connection().execute(rows)}


def late_here(
    session: Session, actor: Actor, unit: int, below: Collection[int], now: datetime
) -> tuple[int, datetime | None]:
    """The same of a unit without those below it."""
    deeper = select(OpenCase.case_id).where(col(OpenCase.unit_id).in_(list(below)))
    rows = columns(func.count(), func.min(col(OpenCase.due_at))).where(
        col(OpenCase.unit_id) == unit,
        col(OpenCase.due_at) < now,
        col(OpenCase.case_id).not_in(kept_from(actor.person_id)),
        col(OpenCase.case_id).not_in(deeper),
    )
    count, oldest = session.connection().execute(rows).one()
    return int(count), oldest


def in_my_charge(session: Session, actor: Actor, *, most: int) -> list[Dispute]:
    """Open cases that the actor is the leader in charge of, most urgent first."""
    rows = (
        select(Dispute)
        .join(OpenCase, col(OpenCase.case_id) == Dispute.id)
        .where(
            OpenCase.unit_id == actor.unit_id,
            Dispute.leader_id == actor.person_id,
            visible_to(actor),
        )
        .order_by(col(OpenCase.due_at), col(OpenCase.case_id))
        .limit(most)
    )
    return list(session.exec(rows))


def names(session: Session, person_ids: Collection[int | None]) -> dict[int, str]:
    """People's names by their keys, read at once."""
    wanted = sorted({one for one in person_ids if one is not None})
    rows = columns(col(Person.id), col(Person.name)).where(col(Person.id).in_(wanted))
    if not wanted:
        return {}
    return {key: name for key, name in session.connection().execute(rows) if key is not None}


def _at_desk(actor: Actor) -> ColumnElement[bool]:
    """Open, and its turn has come: a turn of the actor's unit, or what is asked of the unit or of the actor."""
    turn = (col(_TASK.kind) == "turn") & (col(_TASK.unit_id) == actor.unit_id)
    asked_ = col(_TASK.kind).in_(ASKED_KINDS) & or_(
        col(_TASK.person_id).in_(actor.hands),
        (col(_TASK.unit_id) == actor.unit_id) & col(_TASK.person_id).is_(None),
    )
    return and_(col(_TASK.closed_at).is_(None), col(_TASK.waiting).is_(False), or_(turn, asked_))


def _in_state(state: State) -> ColumnElement[bool]:
    workflow, version, name = state
    return and_(
        col(Dispute.workflow) == workflow,
        col(Dispute.workflow_version) == version,
        col(Dispute.state) == name,
    )


def _late(actor: Actor, now: datetime) -> Sequence[ColumnElement[bool]]:
    return (col(OpenCase.unit_id) == actor.unit_id, col(OpenCase.due_at) < now)


def _page(
    session: Session, rows: Any, actor: Actor, after: After | None, most: int
) -> list[tuple[Task, Dispute]]:
    due, of_case, ordinal = col(_TASK.due_at), col(_TASK.case_id), col(_TASK.ordinal)
    rows = rows.where(visible_to(actor)).order_by(due, of_case, ordinal).limit(most)
    if after is not None:
        moment, last, task_ = after
        same = (due == moment) & ((of_case > last) | ((of_case == last) & (ordinal > task_)))
        rows = rows.where(or_(due > moment, same))
    return [(task, case_) for task, case_ in session.exec(rows)]
