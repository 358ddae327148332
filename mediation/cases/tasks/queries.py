"""Reads of tasks and of rounds of approval."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, get_args

from sqlalchemy import bindparam, func, or_, union_all
from sqlalchemy import select as columns
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from mediation.audit.models import AuditEvent
from mediation.cases.models import Dispute
from mediation.cases.recusals.queries import kept_from
from mediation.cases.task_models import ApprovalRound, Task
from mediation.people.actor import Actor
from mediation.storage.engine import rows_of
from mediation.workflow.facts import TaskKind

ASKED: tuple[str, ...] = tuple(kind for kind in get_args(TaskKind) if kind != "turn")
"""The kinds of task that somebody asks for: all but the turn of a state."""
MOST_ROWS = 200
_OTHERS_MEDIATE = ("assign", "replace_mediator")
_CASE: Any = bindparam("case_id")
_ROUNDS = (
    select(ApprovalRound).where(col(ApprovalRound.case_id) == _CASE).order_by(col(ApprovalRound.ordinal))
)
_TURN = (
    select(Task)
    .where(col(Task.case_id) == _CASE, col(Task.kind) == "turn", col(Task.closed_at).is_(None))
    .order_by(col(Task.id).desc())
)
_TASKS = Task.metadata.tables["task"].c
# Written out, not bound: the index of what is asked of a unit holds no turns, and only so can the stores tell that it fits.
_NO_TURN = col(Task.kind) != bindparam("turn", "turn", literal_execute=True)
_WHOSE = columns(
    _TASKS.person_id,
    _TASKS.unit_id,
    _TASKS.asked_by_id,
    _TASKS.delegated_by_id,
    _TASKS.closed_at,
    _TASKS.waiting,
).where(_TASKS.case_id == bindparam("of_case"))
NEXT = columns(func.coalesce(func.max(_TASKS.ordinal), 0) + 1).where(_TASKS.case_id == bindparam("of_case"))
"""The ordinal of a case's next task, for the statement that enters it."""
_UNITS = columns(_TASKS.unit_id).where(
    _TASKS.case_id == bindparam("of_case"),
    _TASKS.closed_at.is_(None),
    _TASKS.waiting.is_(False),
    _TASKS.kind.not_in(("turn", "copy")),
)


def task(session: Session, case_id: int, ordinal: int) -> Task | None:
    """One task of a case by its ordinal."""
    return session.exec(select(Task).where(Task.case_id == case_id, Task.ordinal == ordinal)).one_or_none()


def turn(session: Session, case_id: int) -> Task | None:
    """The turn that is open."""
    return next(iter(rows_of(session, _TURN, case_id=case_id)), None)


def tasks(session: Session, case_id: int) -> list[Task]:
    """All tasks of a case in order, closed ones too."""
    return list(session.exec(select(Task).where(Task.case_id == case_id).order_by(col(Task.ordinal))))


def rounds(session: Session, case_id: int) -> list[ApprovalRound]:
    """All rounds of a case in order, decided ones too."""
    return rows_of(session, _ROUNDS, case_id=case_id)


def round_of(session: Session, task: Task) -> ApprovalRound | None:
    """The round that a task belongs to."""
    return session.get(ApprovalRound, task.round_id) if task.round_id is not None else None


def tasks_of_round(session: Session, round_id: int) -> list[Task]:
    """The tasks of a round in the order in which they are asked."""
    rows = select(Task).where(Task.round_id == round_id)
    return list(session.exec(rows.order_by(col(Task.place), col(Task.ordinal))))


def my_tasks(
    session: Session, actor: Actor, most: int = 50, kinds: Sequence[str] = ()
) -> list[tuple[Task, Dispute]]:
    """What waits on the actor, person or unit, most urgent first; copies, which are for reading only, come last.

    `kinds`: of these kinds only. A unit's turns are its worklist and are left out here; a turn that is one person's own is in.
    """
    rows = session.exec(_my_tasks(actor, min(most, MOST_ROWS), tuple(kinds)))
    return [(found, case) for found, case in rows]


# Kept for who looks often: to build one of these takes longer than the database needs to answer it.
@lru_cache(maxsize=256)
def _my_tasks(actor: Actor, most: int, kinds: tuple[str, ...]) -> Any:
    return (
        select(Task, Dispute)
        .join(Dispute, col(Dispute.id) == Task.case_id)
        .where(col(Task.id).in_(_waits_on(actor, kinds)))
        .order_by(col(Task.due_at).is_(None), col(Task.due_at), col(Task.id))
        .limit(most)
    )


def count_asked(session: Session, actor: Actor, most: int) -> int:
    """How much has been asked of the actor, person or unit, and is open, at most `most`; turns are not asked."""
    return int(session.connection().execute(_count_asked(actor, most)).scalar_one())


def count_turns(session: Session, unit: int, person: int, most: int) -> int:
    """In how many disputes it is the turn of a unit, or of this person there, at most `most`."""
    found = columns(_TASKS.id).where(
        _TASKS.unit_id == unit,
        _TASKS.kind == "turn",
        _TASKS.closed_at.is_(None),
        or_(_TASKS.person_id.is_(None), _TASKS.person_id == person),
        _TASKS.case_id.not_in(kept_from(person)),
    )
    counted = columns(func.count()).select_from(found.limit(most).subquery())
    return int(session.connection().execute(counted).scalar_one())


@lru_cache(maxsize=256)
def _count_asked(actor: Actor, most: int) -> Any:
    """The statement that stands behind every page of who looks often."""
    asked = select(_waits_on(actor, ASKED).subquery()).limit(most).subquery()
    return columns(func.count()).select_from(asked)


def _waits_on(actor: Actor, kinds: tuple[str, ...]) -> Any:
    """What is open, whose time has come, and is the actor's: a person's own, or the unit's but for its turns; by its key.

    Two statements: in one, the stores would read every task that is open. Who had not read a copy by the end of its case
    sees the case by it still, and has nothing to do there.
    """
    of_copy = aliased(Dispute)
    is_under_way = select(of_copy.id).where(col(of_copy.id) == Task.case_id, col(of_copy.open)).exists()
    waits = (
        col(Task.closed_at).is_(None),
        col(Task.waiting).is_(False),
        or_(col(Task.kind) != "copy", is_under_way),
        col(Task.case_id).not_in(kept_from(actor.person_id)),
        *([col(Task.kind).in_(kinds)] if kinds else []),
    )
    of_person = columns(_TASKS.id).where(*waits, col(Task.person_id).in_(actor.hands))
    of_unit = columns(_TASKS.id).where(
        *waits, col(Task.unit_id) == actor.unit_id, col(Task.person_id).is_(None), _NO_TURN
    )
    return union_all(of_person, of_unit)


def units_with_tasks(session: Session, case_id: int) -> set[int]:
    """The units that have something to do in the case, or one of whose people has; copies are no duty."""
    return {row[0] for row in rows_of(session, _UNITS, of_case=case_id)}


def relations_by_tasks(session: Session, case_id: int, actor: Actor) -> set[str]:
    """`assignee`: something open of the case waits on the actor; `later`: it will, when others have had their turn.

    `asker`: the actor asked for some task of it, or lent one.
    """
    found = set()
    rows = rows_of(session, _WHOSE, of_case=case_id)
    for person_id, unit_id, asked_by_id, lent_by_id, closed_at, waiting in rows:
        mine = person_id in actor.hands if person_id is not None else unit_id == actor.unit_id
        if mine and closed_at is None:
            found.add("later" if waiting else "assignee")
        if actor.person_id in {asked_by_id, lent_by_id}:
            found.add("asker")
    return found


def tasks_urged(session: Session, case: Dispute, actor: str, since: datetime) -> set[int]:
    """Ordinals of the tasks of a case that the actor (as the trail names it) has urged since a moment."""
    rows = select(AuditEvent.facts).where(
        AuditEvent.chain == case.public_id,
        AuditEvent.act == "urge",
        AuditEvent.actor == actor,
        col(AuditEvent.recorded_at) >= since,
    )
    return {int(facts["task"]) for facts in session.exec(rows)}


def former_askers(session: Session, case: Dispute, found: ApprovalRound) -> set[str]:
    """Codes of who asked for a round before it was handed over, or before that one was replaced; who only stood in for the asker
    and gave it back is none.
    """
    rows = select(AuditEvent.act, AuditEvent.facts).where(
        AuditEvent.chain == case.public_id,
        col(AuditEvent.act).in_(("handed_over", *_OTHERS_MEDIATE)),
        col(AuditEvent.recorded_at) >= found.opened_at,
    )
    askers: set[str] = set()
    for act, facts in session.exec(rows):
        moved = facts.get("moved", {}).get("approvals", ())
        if act in _OTHERS_MEDIATE:
            askers |= {code for ordinal, code in dict(moved).items() if int(ordinal) == found.ordinal}
        elif facts["reason"] != "back" and found.ordinal in moved:
            askers.add(str(facts["from"]))
    return askers


def came_from(session: Session, case: Dispute, task: Task, givers: Collection[str | None]) -> bool:
    """Whether a task, or what was lent of it, has gone from one of these people to who has it by transfers and hand-overs; of a unit
    (None) from anybody.
    """
    rows = (
        select(AuditEvent.act, AuditEvent.actor, AuditEvent.facts)
        .where(
            AuditEvent.chain == case.public_id,
            col(AuditEvent.act).in_(("transfer", "handed_over")),
            col(AuditEvent.recorded_at) >= task.opened_at,
        )
        .order_by(col(AuditEvent.ordinal))
    )
    line = set(givers)
    came = False
    for act, actor, facts in session.exec(rows):
        if act == "transfer":
            moved, giver = {facts["task"]}, str(facts.get("in_place_of") or actor.partition(":")[0])
        else:
            moved, giver = {*facts["moved"]["tasks"], *facts["moved"]["lent"]}, str(facts["from"])
        if task.ordinal in moved and (giver in line or None in line):
            came = True
            line.add(str(facts["to"]))
    return came


def states_been_in(session: Session, case: Dispute) -> tuple[str, ...]:
    """The states of the present definition that the case has been in, each once, in order, the present one included."""
    rows = (
        select(AuditEvent.to_state, AuditEvent.facts)
        .where(AuditEvent.chain == case.public_id, col(AuditEvent.to_state).is_not(None))
        .order_by(col(AuditEvent.ordinal))
    )
    own = f"{case.workflow}/"
    been = [state for state, facts in session.exec(rows) if str(facts.get("workflow", "")).startswith(own)]
    return tuple(dict.fromkeys([*(state for state in been if state is not None), case.state]))
