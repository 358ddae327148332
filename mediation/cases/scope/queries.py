"""The one scope of cases, in the two forms in which it stays quick: a test of one case, and the newest of all seen.

Neither grows with the archive: the test asks indexes about one case, the other takes no more than a page from each way in
which an actor comes to see cases.
"""

from collections.abc import Callable, Collection, Iterator
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, and_, bindparam, column, exists, or_, select, table, union
from sqlalchemy.orm import Mapped
from sqlmodel import col

from mediation.cases.models import CaseMediator, CaseReach, Dispute
from mediation.cases.recusals.queries import kept_from
from mediation.cases.task_models import Task
from mediation.people.actor import Actor

ANSWERED = ("done", "not_done", "agreed", "rejected", "read")
"""Outcomes of a task that its assignee has dealt with. Taken back, removed, lapsed: nobody has."""
Condition = Callable[[Mapped[int]], ColumnElement[bool]]
"""What must hold of a case, said of the column that has its id."""
_Way = tuple[Mapped[int], list[ColumnElement[bool]]]
"""One way of coming to see cases: the column with a case's id, and when."""


@lru_cache(maxsize=256)
def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The one scope: cases that a unit of the actor's reach has or had to do with, and those the actor mediates.

    And those in which the actor, or the actor's unit, has or has dealt with a task or a copy; a task lent out is the lender's
    still. And those behind an open item of the supervision register, for the unit that supervises. Who has been taken off a
    case, for a conflict of interest say, no longer sees it by having been on it; nor does a signer who was removed, by
    having been asked. Whoever is kept from a case (回避) sees nothing of it in any of these ways.
    """
    ways = (*_by_units(actor, actor.sees), *_by_person(actor))
    seen = or_(*(exists().where(case_id == col(Dispute.id), *when) for case_id, when in ways))
    return and_(seen, col(Dispute.id).not_in(kept_from(actor.person_id)))


def newest_seen(actor: Actor, most: int, before: int | None, *conditions: Condition) -> Select[tuple[int]]:
    """Ids of cases that the actor may see, older than `before`; the newest `most` of them are among these."""
    pages = []
    for case_id, when in (
        *(way for unit in sorted(actor.sees) for way in _by_units(actor, {unit})),
        *_by_person(actor),
    ):
        page: Select[tuple[int]] = (
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


def _by_units(actor: Actor, units: Collection[int]) -> Iterator[_Way]:
    own = [] if actor.sees_below else [col(CaseReach.own).is_(True)]
    yield col(CaseReach.case_id), [_one_of(col(CaseReach.unit_id), units), *own]
    yield (
        col(Task.case_id),
        [_NO_TURN, _one_of(col(Task.unit_id), units), col(Task.person_id).is_(None), _COUNTS],
    )
    yield _ITEM_CASE, [_one_of(_ITEM_SUPERVISOR, units), _ITEM_CASE.is_not(None), _ITEM_IS_OPEN]


def _by_person(actor: Actor) -> Iterator[_Way]:
    person = actor.person_id
    yield (
        col(CaseMediator.case_id),
        [col(CaseMediator.person_id) == person, col(CaseMediator.ended_at).is_(None)],
    )
    # Two statements: in one, the stores would read every task there is.
    yield col(Task.case_id), [_NO_TURN, _one_of(col(Task.person_id), actor.hands), _COUNTS]
    yield col(Task.case_id), [_NO_TURN, col(Task.delegated_by_id) == person, _COUNTS]


def _one_of(column: Mapped[Any], units: Collection[int]) -> ColumnElement[bool]:
    """Of one unit, a plain equation: only then do the stores read its rows in order of the cases."""
    return column == next(iter(units)) if len(units) == 1 else column.in_(units)


_COUNTS = or_(col(Task.closed_at).is_(None), col(Task.outcome).in_(ANSWERED))
# Written out, not bound: the partial indexes hold no turns, and only so can the stores tell that they fit.
_NO_TURN = col(Task.kind) != bindparam("turn", "turn", literal_execute=True)
# The register lies above the cases and knows them; of its table the scope needs three columns, by name.
_ITEM = table("supervision_item", column("case_id"), column("supervisor_id"), column("state"))
_ITEM_CASE = cast(Mapped[int], _ITEM.c.case_id)
_ITEM_SUPERVISOR = cast(Mapped[int], _ITEM.c.supervisor_id)
_ITEM_IS_OPEN = _ITEM.c.state.not_in(("struck_off", "withdrawn"))
