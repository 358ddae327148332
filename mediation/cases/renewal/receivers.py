"""首问责任 of who holds another post of the same kind now: the post has a new code, the unit was merged; the person is the same."""

from collections.abc import Collection

from sqlmodel import Session

from mediation.cases import queries as case_queries
from mediation.cases import transition, worklists
from mediation.cases.hall import Hall
from mediation.cases.renewal import queries
from mediation.people import queries as people
from mediation.people.models import Post
from mediation.units import queries as units
from mediation.units.tree import is_within

ACT = "post.renewed"


def in_place_of(session: Session, post: Post, held: Collection[int]) -> Post | None:
    """Of the posts held now, one of the same person that does all that the former one did, at its unit or where that went."""
    kinds = people.post_kinds(session)
    wanted = kinds.counts_as(post.kind)
    rows = {row.id: row for row in units.units(session)}
    places = []
    place: int | None = post.unit_id
    while place is not None and place not in places:
        places.append(place)
        place = rows[place].successor_id
    fitting = [
        one
        for one in queries.posts_of(session, post.person_id)
        if one.id in held and one.unit_id in places and wanted <= kinds.counts_as(one.kind)
    ]
    return next(iter(fitting), None)


def renew_receivers(hall: Hall) -> None:
    """Let the first receivers whose post is over answer from the post that they hold in its place, if they hold one."""
    for case, post in queries.receivers_gone(hall.session, hall.today):
        held = {
            one.id or 0
            for one in queries.posts_of(hall.session, post.person_id)
            if is_within(hall.today, one.valid_from, one.valid_to) and hall.tree.standing(one.unit_id)
        }
        person = case_queries.person(hall.session, post.person_id)
        new = in_place_of(hall.session, post, held) if person.status == "active" else None
        if new is not None:
            record = {"first_receiver": [f"{person.code}:{one.code}" for one in (post, new)]}
            transition.touch(hall, case, ACT, record, changes={"first_receiver_id": new.id})
            worklists.refresh(hall, case, worklists.place_of(case))
