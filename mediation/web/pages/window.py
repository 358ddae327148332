"""The clerk's start: what came in today, and what waits on the counter."""

from fastapi import Request
from starlette.responses import Response

from mediation.web.branch import Branch
from mediation.web.deps import Ref, TheDesk
from mediation.web.pages.cases import do_once
from mediation.web.pages.shell import page
from mediation.web.seats import PostedBySeat, TheSeat

router = Branch(include_in_schema=False)


@router.get("/window", name="window")
def window(request: Request, desk: TheDesk, seat: TheSeat) -> Response:
    return page(request, seat, "window.html", day=desk.window.page(seat.post))


@router.post("/window/{ref}/acknowledge", name="window_acknowledge")
def acknowledge(request: Request, desk: TheDesk, seat: TheSeat, ref: Ref, form: PostedBySeat) -> Response:
    """签收 from the list, and back to it."""
    return do_once(request, desk, seat, form, ref, "acknowledge", {}, "/window")
