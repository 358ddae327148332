"""一人多岗 on the pages: by which other post the step is taken whose turn it is, and the refusal of an act before it is written."""

from collections.abc import Mapping, Sequence

from fastapi import Request
from starlette.responses import Response

from mediation.cases.workspace.other_posts import Barred
from mediation.errors import NotFound, NotPermitted
from mediation.web import errors
from mediation.web.deps import Desk
from mediation.web.pages.acting import STEPS
from mediation.web.pages.shell import page
from mediation.web.seats import PostChoice, Seat


def by_other_post(desk: Desk, seat: Seat, refs: Sequence[str]) -> Mapping[str, PostChoice]:
    """Of these cases those in which the turn is the reader's by another post, with that post."""
    if len(seat.posts) < 2:  # noqa: PLR2004  who has one post has no other
        return {}
    found = desk.room.posts_for_turns(seat.post, refs, STEPS)
    choices = {ref: seat.other_post(post) for ref, post in found.items()}
    return {ref: choice for ref, choice in choices.items() if choice is not None}


def turned_away(request: Request, seat: Seat, ref: str, barred: Barred, *, seen: bool = True) -> Response:
    """The page for whoever may not do an act of a case, or does not see it, with the way to the post by which it may be done."""
    status = errors.status_of(NotPermitted() if seen else NotFound())
    return page(
        request,
        seat,
        "barred.html",
        status=status,
        title=errors.titles()[status],
        sentence=barred.message,
        case=f"/cases/{ref}" if seen else "",
        other=seat.other_post(barred.post),
    )
