"""The front page: each goes to the page of the own hour of work."""

from fastapi import Request
from starlette.responses import Response

from mediation.web.branch import Branch
from mediation.web.pages.menu import menu_of
from mediation.web.pages.shell import go, page
from mediation.web.seats import TheSeat

router = Branch(include_in_schema=False)


@router.get("/", name="home")
def home(request: Request, seat: TheSeat) -> Response:
    entries = menu_of(seat)
    return go(entries[0].path) if entries else page(request, seat, "nothing.html")
