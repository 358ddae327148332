"""在岗: who is there now, who can be called, the desks' rota, who is away and who deputizes."""

from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import Path, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from mediation.clock import local_day
from mediation.duty.page import DeskLine
from mediation.duty.said import KIND_TITLES
from mediation.errors import InputInvalid, MediationError, NotPermitted
from mediation.language import _
from mediation.web.answers import Answer, answer_once
from mediation.web.branch import Branch
from mediation.web.deps import Desk, TheDesk
from mediation.web.errors import status_of
from mediation.web.forms.choices import Choices
from mediation.web.forms.fields import Fault
from mediation.web.pages.cases import asked_by
from mediation.web.pages.shell import page, tell
from mediation.web.seats import PostedBySeat, Seat, TheSeat

router = Branch(include_in_schema=False)
_WEEK = 7
_KEYS = ("person", "deputy", "kind", "since", "until", "why")


@router.get("/duty", name="duty_page")
def duty_page(request: Request, desk: TheDesk, seat: TheSeat) -> Response:
    return _page(request, desk, seat)


@router.post("/duty/leave", name="duty_leave")
def duty_leave(request: Request, desk: TheDesk, seat: TheSeat, form: PostedBySeat) -> Response:
    words = {key: str(form.get(key, "")).strip() for key in _KEYS}
    words = {key: value for key, value in words.items() if value}
    try:
        answer = answer_once(
            desk,
            asked_by(request, seat, form),
            lambda remember: desk.duty.record_leave(seat.post, words, remember=remember),
            lambda _line: Answer(303, "", {"Location": "/duty"}),
        )
    except (InputInvalid, NotPermitted) as error:
        return _page(request, desk, seat, form, error)
    return tell(answer, _("请假已登记。"))


@router.post("/duty/leave/{absence}/end", name="duty_leave_end")
def duty_leave_end(
    request: Request,
    desk: TheDesk,
    seat: TheSeat,
    absence: Annotated[str, Path(pattern=r"^[0-9a-z]{26}$")],
    form: PostedBySeat,
) -> Response:
    try:
        answer = answer_once(
            desk,
            asked_by(request, seat, form),
            lambda remember: desk.duty.end_leave(seat.post, absence, remember=remember),
            lambda _line: Answer(303, "", {"Location": "/duty"}),
        )
    except (InputInvalid, NotPermitted) as error:
        return _page(request, desk, seat, None, error)
    return tell(answer, _("已销假。"))


def _page(
    request: Request,
    desk: Desk,
    seat: Seat,
    typed: FormData | None = None,
    error: MediationError | None = None,
) -> Response:
    found = desk.duty.page(seat.post)
    choices = Choices(desk)
    today = local_day(desk.clock.now())
    problems = getattr(error, "problems", ())
    return page(
        request,
        seat,
        "duty.html",
        status=status_of(error) if error is not None else 200,
        duty=found,
        hands_over=seat.counts_as("unit_leader", "dispatcher"),
        within_reach=desk.successions.within_reach(seat.post, {one.person for one in found.absences}),
        days=[today + timedelta(days=number) for number in range(_WEEK)],
        rota=[(one, _shifts(desk, seat, one, today)) for one in found.desks],
        people=choices.people(),
        names=choices.names(),
        kinds=[(code, _(title)) for code, title in KIND_TITLES.items()],
        typed=_typed(seat, typed, today),
        faults={problem.key: problem.message for problem in problems},
        problems=[Fault(problem.key, _titled(problem.key), problem.message) for problem in problems],
        message=error.message if error is not None and not problems else "",
    )


_LABELS = {
    "person": "谁请假",
    "deputy": "代理人",
    "kind": "请假种类",
    "since": "从哪天起",
    "until": "到哪天止",
}


def _titled(key: str) -> str:
    return _(_LABELS[key]) if key in _LABELS else ""


def _shifts(desk: Desk, seat: Seat, line: DeskLine, first: date) -> dict[date, tuple[str, ...]]:
    """The desk's week by day: codes of people."""
    return dict(desk.duty.plan(seat.post, line.key, _WEEK, first))


def _typed(seat: Seat, typed: FormData | None, today: date) -> dict[str, Any]:
    """What stands in the form: what was typed, else oneself, from today on."""
    if typed is not None:
        return {key: str(typed.get(key, "")) for key in _KEYS}
    own = seat.actor.person_code if seat.actor is not None else ""
    return dict.fromkeys(_KEYS, "") | {"person": own, "since": today.isoformat(), "kind": "leave"}
