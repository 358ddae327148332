"""网上申请 at the desk: what waits, one application, taken in as a case or put aside."""

from typing import Any

from fastapi import Request
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from mediation.cases.inputs import Register
from mediation.errors import InputInvalid, Problem
from mediation.intake.applications import REASONS, as_registered
from mediation.language import _
from mediation.web.answers import Answer, answer_once
from mediation.web.branch import Branch
from mediation.web.deps import TheDesk
from mediation.web.errors import status_of
from mediation.web.forms.choices import Choices
from mediation.web.forms.fields import faults_of, fields_of, words_of
from mediation.web.pages.cases import asked_by
from mediation.web.pages.shell import go, page
from mediation.web.seats import PostedBySeat, TheSeat

router = Branch(include_in_schema=False)
_NOT_ASKED = frozenset({"occurred_at"})


@router.get("/applications", name="applications")
def applications(request: Request, desk: TheDesk, seat: TheSeat) -> Response:
    return page(request, seat, "applications.html", rows=desk.residents.applications(seat.post))


@router.get("/applications/{application}", name="application")
def application(request: Request, desk: TheDesk, seat: TheSeat, application: str) -> Response:
    return _page(request, desk, seat, application)


@router.get("/applications/{application}/take", name="take_form")
def take_form(request: Request, desk: TheDesk, seat: TheSeat, application: str) -> Response:
    return _take_page(request, desk, seat, application)


@router.post("/applications/{application}/take", name="take_application")
def take(request: Request, desk: TheDesk, seat: TheSeat, application: str, form: PostedBySeat) -> Response:
    if form.get("more"):
        return _take_page(request, desk, seat, application, form, more=str(form.get("more")))
    try:
        words = words_of(Register, form)
        return answer_once(
            desk, asked_by(request, seat, form), _act(desk, seat.post, application, words), _told
        )
    except InputInvalid as error:
        return _take_page(request, desk, seat, application, form, error)


@router.post("/applications/{application}/aside", name="put_aside")
def put_aside(
    request: Request, desk: TheDesk, seat: TheSeat, application: str, form: PostedBySeat
) -> Response:
    try:
        desk.residents.put_aside(seat.post, application, str(form.get("reason", "")))
    except InputInvalid as error:
        return _page(request, desk, seat, application, error.problems)
    return go("/applications", _("已经放到一边，三十天后删除"))


def _act(desk: TheDesk, post: int, application: str, words: dict[str, Any]) -> Any:
    """The registration, with the application's end in its transaction."""

    def act(remember: Any) -> Any:
        def beside(session: Session, done: Any) -> None:
            desk.residents.take(session, post, application, done.act.case)
            if remember is not None:
                remember(session, done)

        return desk.register(post, words, remember=beside)

    return act


def _told(done: Any) -> Answer:
    return Answer(303, "", {"Location": f"/cases/{done.act.case}"})


def _page(
    request: Request, desk: TheDesk, seat: TheSeat, application: str, problems: tuple[Problem, ...] = ()
) -> Response:
    shown = desk.residents.application(seat.post, application)
    other = None if shown.line.mine else desk.residents.post_for_application(seat.post, application)
    return page(
        request,
        seat,
        "application.html",
        status=422 if problems else 200,
        shown=shown,
        by_other=seat.other_post(other),
        reasons=[(code, _(title)) for code, title in REASONS.items()],
        problems=problems,
    )


def _take_page(
    request: Request,
    desk: TheDesk,
    seat: TheSeat,
    application: str,
    typed: FormData | None = None,
    error: InputInvalid | None = None,
    *,
    more: str = "",
) -> Response:
    shown = desk.residents.application(seat.post, application)
    problems = error.problems if error is not None else ()
    fields = fields_of(
        Register,
        Choices(desk),
        typed,
        as_registered(shown.said),
        problems,
        without=_NOT_ASKED,
        more=more,
    )
    return page(
        request,
        seat,
        "application_take.html",
        status=status_of(error) if error is not None else 200,
        shown=shown,
        fields=fields,
        problems=faults_of(fields, problems),
    )
