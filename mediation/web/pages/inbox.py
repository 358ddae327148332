"""收件: one's own notices, read and unread."""

from typing import Annotated

from fastapi import Path, Query, Request
from starlette.responses import Response

from mediation.language import _
from mediation.web.branch import Branch
from mediation.web.deps import TheDesk
from mediation.web.pages.shell import go, page
from mediation.web.seats import PostedBySeat, TheSeat

router = Branch(include_in_schema=False)
_ID = r"^[0-9a-z]{26}$"
_PAGE = 50
_TO_TASKS = frozenset({"task_asked", "task_urged", "task_overdue", "task_back"})
"""The notices that send their readers to what waits for them."""
MessageId = Annotated[str, Path(pattern=_ID)]


@router.get("/inbox", name="inbox")
def inbox(
    request: Request,
    desk: TheDesk,
    seat: TheSeat,
    view: Annotated[str, Query(pattern=r"^(unread|all)$")] = "unread",
    before: Annotated[str, Query(pattern=r"^([0-9a-z]{26})?$")] = "",
) -> Response:
    rows = desk.post_room.trayed(seat.post, unread=view == "unread", before=before, most=_PAGE)
    more = rows[-1].id if len(rows) == _PAGE else ""
    return page(request, seat, "inbox.html", rows=rows, view=view, more=more)


@router.get("/inbox/{message}", name="letter")
def letter(request: Request, desk: TheDesk, seat: TheSeat, message: MessageId) -> Response:
    return page(
        request,
        seat,
        "letter.html",
        letter=desk.post_room.open_letter(seat.post, message),
        to_tasks=_TO_TASKS,
    )


@router.post("/inbox", name="read_letters")
def read_letters(desk: TheDesk, seat: TheSeat, form: PostedBySeat) -> Response:
    """Those ticked, or the one that was open, are read now; the first time counts."""
    chosen = [str(one) for one in form.getlist("message")][:_PAGE]
    for message in chosen:
        desk.post_room.mark_read(seat.post, message)
    return go("/inbox", _("已阅 {n} 条。").format(n=len(chosen)) if chosen else _("一条也没有选。"))
