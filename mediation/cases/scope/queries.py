"""The one scope of cases, in the two forms in which it stays quick: a test of one case, and the newest of all seen.

Neither grows with the archive: the test asks indexes about one case, the other (lines/queries.py, with the ways that both
go by) takes no more than a page from each way in which an actor comes to see cases.
"""

from functools import lru_cache

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlmodel import col

from mediation.cases.lines.queries import (
    ANSWERED,
    Condition,
    kept_from,
    newest_seen,
    ways_by_person,
    ways_by_units,
)
from mediation.cases.models import Dispute
from mediation.people.actor import Actor

__all__ = ["ANSWERED", "Condition", "newest_seen", "visible_to"]


@lru_cache(maxsize=256)
def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The one scope: cases that a unit of the actor's reach has or had to do with, and those the actor mediates.

    And those in which the actor, or the actor's unit, has or has dealt with a task or a copy; a task lent out is the lender's
    still. And those behind an open item of the supervision register, for the unit that supervises. Who has been taken off a
    case, for a conflict of interest say, no longer sees it by having been on it; nor does a signer who was removed, by
    having been asked. Whoever is kept from a case (回避) sees nothing of it in any of these ways.
    """
    ways = (*ways_by_units(actor, actor.sees), *ways_by_person(actor))
    seen = or_(*(exists().where(case_id == col(Dispute.id), *when) for case_id, when in ways))
    return and_(seen, col(Dispute.id).not_in(kept_from(actor.person_id)))
