"""领导: what is overdue where, the cases in one's charge, and what waits for a yes or a no; one screen on a telephone."""

from typing import Annotated

from fastapi import Query, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from mediation.errors import (
    MediationError,
    NotFound,
)
from mediation.language import _
from mediation.web.branch import Branch
from mediation.web.deps import Desk, Ref, TheDesk
from mediation.web.errors import SHOWN_AGAIN, status_of
from mediation.web.forms.fields import Fault
from mediation.web.pages.cases import do_once
from mediation.web.pages.shell import page
from mediation.web.seats import PostedBySeat, Seat, TheSeat

router = Branch(include_in_schema=False)


@router.get("/leader", name="leader")
def leader(
    request: Request, desk: TheDesk, seat: TheSeat, opened: Annotated[str, Query(max_length=40)] = ""
) -> Response:
    return _page(request, desk, seat, opened=opened)


@router.post("/leader/{ref}", name="leader_decides")
def leader_decides(request: Request, desk: TheDesk, seat: TheSeat, ref: Ref, form: PostedBySeat) -> Response:
    decision, task = str(form.get("decision", "")), str(form.get("task", ""))
    if decision not in {"approve", "reject"} or not task.isdecimal():
        raise NotFound
    opinion = str(form.get("opinion", "")).strip()
    words = {"task": int(task), **({"opinion": opinion} if opinion else {})}
    try:
        done = _("已同意") if decision == "approve" else _("已驳回")
        return do_once(request, desk, seat, form, ref, decision, words, "/leader", done)
    except SHOWN_AGAIN as error:
        return _page(request, desk, seat, form, error, opened=f"{ref}~{task}")


def _page(
    request: Request,
    desk: Desk,
    seat: Seat,
    typed: FormData | None = None,
    error: MediationError | None = None,
    *,
    opened: str = "",
) -> Response:
    opinion = str(typed.get("opinion", "")).strip() if typed is not None else ""
    faults = [Fault("content", "", problem.message) for problem in getattr(error, "problems", ())]
    if faults and not opinion:
        faults = [Fault("content", "", _("驳回要写明理由"))]
    return page(
        request,
        seat,
        "leader.html",
        status=status_of(error) if error is not None else 200,
        screen=desk.boards.leader(seat.post),
        exports=len(desk.exports.shown(seat.post)[1]),
        opened=opened,
        typed=opinion,
        problems=faults,
        reasons=getattr(error, "reasons", ()),
        message=error.message if error is not None and not faults else "",
    )
