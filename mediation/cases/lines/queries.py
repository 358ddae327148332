"""The newest cases that an actor sees, as lines; the ways of coming to see cases, for this list and for every other read.

By plain columns (storage/columns.py): a command that only lists cases loads no table classes, and a condition never gets
mixed up with the same table of the statement that it is put into.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, or_, select, union

from mediation.people.actor import Actor
from mediation.storage.columns import (
    CASE_MEDIATOR,
    CASE_REACH,
    DEADLINE,
    DISPUTE,
    RECUSAL,
    SUPERVISION_ITEM,
    TASK,
)
from mediation.storage.looking import View

MOST_ROWS = 200
ANSWERED = ("done", "not_done", "agreed", "rejected", "read")
"""Outcomes of a task that its assignee has dealt with. Taken back, removed, lapsed: nobody has."""
Condition = Callable[[Any], ColumnElement[bool]]
"""What must hold of a case, said of the column that has its id."""
Way = tuple[ColumnElement[Any], list[ColumnElement[bool]]]
"""One way of coming to see cases: the column with a case's id, and when."""


class Line(NamedTuple):
    """What a line of a list shows: a page of lines need not open what every case tells at length."""

    id: int
    public_id: str
    version: int
    workflow: str
    workflow_version: int
    state: str
    phase: str
    open: bool
    outcome: str
    temporary_number: str
    number: str | None
    holder_id: int
    title: str
    due_at: datetime | None


def newest(session: View, actor: Actor, *, before: int | None = None, most: int = 50) -> list[Line]:
    """All cases that the actor may see, open and closed, newest first; `before` is the last row's id."""
    most = min(most, MOST_ROWS)
    found = LINES.where(DISPUTE.c.id.in_(newest_seen(actor, most, before)))
    return lines(session, found.order_by(DISPUTE.c.id.desc()).limit(most))


def lines(session: View, statement: Any, values: Mapping[str, Any] | None = None) -> list[Line]:
    """What a statement that begins with LINES finds."""
    return [Line(*row) for row in session.connection().execute(statement, values)]


def begun(session: View, case_ids: Sequence[int]) -> dict[tuple[int | None, datetime | None], datetime]:
    """(case, due moment) → since when the clock of a state runs: for a list of cases at once."""
    if not case_ids:
        return {}
    found = session.connection().execute(_BEGUN, {"case_ids": list(case_ids)})
    return {(case, due): started for case, due, started in found}


@lru_cache(maxsize=1024)
def kept_from(person_id: int) -> Select[Any]:
    """Ids of the cases that a person is kept from."""
    return select(RECUSAL.c.case_id).where(RECUSAL.c.person_id == person_id, RECUSAL.c.lifted_at.is_(None))


def newest_seen(actor: Actor, most: int, before: Any, *conditions: Condition) -> Select[Any]:
    """Ids of cases that the actor may see, older than `before`, a key or a bound one; the newest `most` are among these."""
    pages = []
    for case_id, when in (
        *(way for unit in sorted(actor.sees) for way in ways_by_units(actor, {unit})),
        *ways_by_person(actor),
    ):
        page: Select[Any] = (
            select(case_id.label("case_id"))
            .distinct()
            .where(
                *when,
                case_id.not_in(kept_from(actor.person_id)),
                *(holds(case_id) for holds in conditions),
            )
        )
        if before is not None:
            page = page.where(case_id < before)
        pages.append(select(page.order_by(case_id.desc()).limit(most).subquery().c.case_id))
    return select(union(*pages).subquery().c.case_id)


def ways_by_units(actor: Actor, units: Collection[int]) -> Iterator[Way]:
    """As somebody at one of these units."""
    own = [] if actor.sees_below else [CASE_REACH.c.own.is_(True)]
    yield CASE_REACH.c.case_id, [_one_of(CASE_REACH.c.unit_id, units), *own]
    yield (
        TASK.c.case_id,
        [_NO_TURN, _one_of(TASK.c.unit_id, units), TASK.c.person_id.is_(None), _COUNTS],
    )
    yield _ITEM_CASE, [_one_of(_ITEM_SUPERVISOR, units), _ITEM_CASE.is_not(None), _ITEM_IS_OPEN]


def ways_by_person(actor: Actor) -> Iterator[Way]:
    """As the person who one is."""
    person = actor.person_id
    yield (
        CASE_MEDIATOR.c.case_id,
        [CASE_MEDIATOR.c.person_id == person, CASE_MEDIATOR.c.ended_at.is_(None)],
    )
    # Two statements: in one, the stores would read every task there is.
    yield TASK.c.case_id, [_NO_TURN, _one_of(TASK.c.person_id, actor.hands), _COUNTS]
    yield TASK.c.case_id, [_NO_TURN, TASK.c.delegated_by_id == person, _COUNTS]


def _one_of(column: ColumnElement[Any], units: Collection[int]) -> ColumnElement[bool]:
    """Of one unit, a plain equation: only then do the stores read its rows in order of the cases."""
    return column == next(iter(units)) if len(units) == 1 else column.in_(units)


_COUNTS = or_(TASK.c.closed_at.is_(None), TASK.c.outcome.in_(ANSWERED))
# Written out, not bound: the partial indexes hold no turns, and only so can the stores tell that they fit.
_NO_TURN = TASK.c.kind != bindparam("turn", "turn", literal_execute=True)
# The register lies above the cases and knows them; of its table the scope needs three columns.
_ITEM_CASE = SUPERVISION_ITEM.c.case_id
_ITEM_SUPERVISOR = SUPERVISION_ITEM.c.supervisor_id
_ITEM_IS_OPEN = SUPERVISION_ITEM.c.state.not_in(("struck_off", "withdrawn"))
LINES = select(*(DISPUTE.c[name] for name in Line._fields))
_BEGUN = select(DEADLINE.c.case_id, DEADLINE.c.due_at, DEADLINE.c.started_at).where(
    DEADLINE.c.case_id.in_(bindparam("case_ids", expanding=True)),
    DEADLINE.c.state == "running",
    DEADLINE.c.name.startswith("state:"),
)
