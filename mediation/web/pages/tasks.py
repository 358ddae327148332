"""等我办的: what others have asked of whoever looks at it, each with the acts that answer it; and the steps that are one's own."""

from fastapi import Request
from starlette.responses import Response

from mediation.cases.tasks.queries import ASKED, MOST_ROWS
from mediation.web.branch import Branch
from mediation.web.deps import TheDesk
from mediation.web.pages.other_posts import by_other_post
from mediation.web.pages.shell import page
from mediation.web.pages.wording import CASE_WORDS
from mediation.web.seats import TheSeat

router = Branch(include_in_schema=False)


@router.get("/tasks", name="tasks")
def tasks(request: Request, desk: TheDesk, seat: TheSeat) -> Response:
    turns = desk.tasks(seat.post, MOST_ROWS, ("turn",))
    return page(
        request,
        seat,
        "tasks.html",
        rows=desk.tasks(seat.post, MOST_ROWS, ASKED),
        turns=turns,
        by_other=by_other_post(desk, seat, [one.case for one in turns]),
        most=MOST_ROWS,
        words=CASE_WORDS,
    )
