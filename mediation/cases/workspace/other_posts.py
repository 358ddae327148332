"""一人多岗: whoever holds several posts acts by one at a time. By which other one the step can be taken that is that person's turn."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from mediation.cases import facts, queries, transition
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.cases.tasks import queries as task_queries
from mediation.cases.tasks import standing
from mediation.errors import NotPermitted, TransitionNotAllowed
from mediation.people import queries as people
from mediation.units.tree import is_within


@dataclass(frozen=True, slots=True)
class Barred:
    """Why the actor may not do an act, whatever it says; and by which of the same person's other posts it may be done."""

    message: str
    post: int | None


def other_posts(hall: Hall) -> list[int]:
    """The other posts that the actor's person holds today, at units that stand."""
    return [
        post.id or 0
        for post in people.posts_of(hall.session, hall.actor.person_id)
        if post.id != hall.actor.post_id
        and is_within(hall.today, post.valid_from, post.valid_to)
        and post.unit_id in hall.tree
    ]


def for_the_turn(hall: Hall, case: Dispute, along: Collection[str], others: Iterable[Hall]) -> int | None:
    """The other post that has the turn and may do what carries the case `along`; None where the actor may move it on already."""
    turn = task_queries.turn(hall.session, case.id or 0)
    if turn is None:
        return None
    engine = transition.engine_of(hall, case)
    own = _permitted(hall, case) & set(along)
    if any(
        edge.trigger in own and case.state in edge.origin and (edge.to is not None or edge.into is not None)
        for edge in engine.definition.edges
    ):
        return None
    theirs = (other for other in others if standing.is_mine(turn, other.actor))
    return next(
        (one.actor.post_id for one in _seeing(theirs, case) if _permitted(one, case) & set(along) - own), None
    )


def barred(hall: Hall, case: Dispute, trigger: str, others: Iterable[Hall]) -> Barred | None:
    """What refuses the actor the act before a word of it is written; None if nothing does."""
    message = _refusal(hall, case, trigger)
    if message is None:
        return None
    able = (one.actor.post_id for one in _seeing(others, case) if _refusal(one, case, trigger) is None)
    return Barred(message, next(able, None))


def _seeing(halls: Iterable[Hall], case: Dispute) -> Iterator[Hall]:
    """Whoever cannot see the case by a post has nothing to do there."""
    return (one for one in halls if queries.may_see(one.session, one.actor, case))


def _permitted(hall: Hall, case: Dispute) -> set[str]:
    """What the state knows and the actor's post may do, whatever stands in the way."""
    choices = transition.engine_of(hall, case).choices(case.state, facts.actor_facts(hall, case), {})
    return {one.trigger for one in choices if one.permitted}


def _refusal(hall: Hall, case: Dispute, trigger: str) -> str | None:
    try:
        transition.look(hall, case, trigger)
    except NotPermitted as error:
        return error.message
    except TransitionNotAllowed:
        return None  # the state refuses it to everybody, which the form says
    return None
