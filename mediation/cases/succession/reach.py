"""For whom an actor may hand over: for people at the unit that is led or dispatched for, and at those below it."""

from mediation.cases.hall import Hall
from mediation.errors import NotPermitted
from mediation.language import _, joined
from mediation.people import queries as people
from mediation.people.models import Person
from mediation.units.tree import Node, is_within

_GIVING = frozenset({"unit_leader", "dispatcher"})


def homes(hall: Hall, person_id: int) -> list[Node]:
    """The units at which the person holds a post today; of who holds none, those of the posts that are over."""
    posts = [post for post in people.posts_of(hall.session, person_id) if hall.tree.standing(post.unit_id)]
    held = [post for post in posts if is_within(hall.today, post.valid_from, post.valid_to)] or posts
    found = [hall.tree.standing(post.unit_id) for post in held]
    return [node for node in found if node is not None]


def may_hand_over_for(hall: Hall, person_id: int) -> bool:
    """Who leads or dispatches at each of the person's units, or above it, hands over for that person.

    For who has no post at any unit that stands, that is for the top of the tree to do.
    """
    if hall.actor.counts_as.isdisjoint(_GIVING):
        return False
    here = homes(hall, person_id)
    at_the_top = any(node.id == hall.actor.unit_id for node in hall.tree.roots)
    return (bool(here) or at_the_top) and all(
        any(one.id == hall.actor.unit_id for one in hall.tree.lineage(node.id)) for node in here
    )


def refuse_stranger(hall: Hall, giver: Person) -> None:
    """Raises NotPermitted, and says whose business it is."""
    if may_hand_over_for(hall, giver.id or 0):
        return
    message = _("移交由{name}所在单位（{units}）或者其上级单位的负责人、调度员办理。您是{actor}。")
    nodes = homes(hall, giver.id or 0) or list(hall.tree.roots)
    units = joined(dict.fromkeys(node.name for node in nodes))
    raise NotPermitted(message.format(name=giver.name, units=units, actor=hall.actor.label))


def is_near(hall: Hall, who: Person) -> bool:
    """Does the person work where the actor does, above or below? Of what is elsewhere nobody is told that it is there."""
    tree, own = hall.tree, hall.actor.unit_id
    units = [post.unit_id for post in people.posts_of(hall.session, who.id or 0) if post.unit_id in tree]
    return not units or any(
        tree.is_below_or_same(unit, own) or tree.is_below_or_same(own, unit) for unit in units
    )
