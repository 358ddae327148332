"""网上申请 at the desk: what waits, one application, taken in as a case or put aside."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from mediation.cases.inputs import Register
from mediation.cases.window.alike import Named
from mediation.errors import InputInvalid, Problem
from mediation.intake.applications import REASONS, as_registered
from mediation.language import _
from mediation.web.answers import Answer, answer_once
from mediation.web.branch import Branch
from mediation.web.deps import TheDesk
from mediation.web.errors import PerhapsTheSame, status_of
from mediation.web.forms.choices import Choices
from mediation.web.forms.fields import faults_of, fields_of, words_of
from mediation.web.forms.registering import named
from mediation.web.pages.cases import asked_by
from mediation.web.pages.shell import go, page
from mediation.web.pages.taking_in import mark_repeat, refuse_unseen
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
    words = words_of(Register, form)
    problems = desk.window.faults(seat.post, words)
    if problems:
        return _take_page(request, desk, seat, application, form, InputInvalid(problems))
    try:
        answer = answer_once(
            desk, asked_by(request, seat, form), _act(desk, seat, application, form, words), _told
        )
    except PerhapsTheSame:
        return _take_page(request, desk, seat, application, form, asks=True)
    except InputInvalid as error:
        return _take_page(request, desk, seat, application, form, error)
    case = bytes(answer.body).decode()
    return go(f"/cases/{case}", mark_repeat(request, desk, seat, form, case))


@router.post("/applications/{application}/aside", name="put_aside")
def put_aside(
    request: Request, desk: TheDesk, seat: TheSeat, application: str, form: PostedBySeat
) -> Response:
    try:
        desk.residents.put_aside(seat.post, application, str(form.get("reason", "")))
    except InputInvalid as error:
        return _page(request, desk, seat, application, error.problems)
    return go("/applications", _("已经放到一边，三十天后删除"))


def _act(desk: TheDesk, seat: TheSeat, application: str, form: FormData, words: dict[str, Any]) -> Any:
    """The registration, with the application's end in its transaction; as at the counter, not before what may be the same was shown."""
    post = seat.post

    def act(remember: Any) -> Any:
        refuse_unseen(desk, seat, form)

        def beside(session: Session, done: Any) -> None:
            desk.residents.take(session, post, application, done.act.case)
            if remember is not None:
                remember(session, done)

        return desk.register(post, words, remember=beside)

    return act


def _told(done: Any) -> Answer:
    return Answer(200, done.act.case)


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
    asks: bool = False,
) -> Response:
    shown = desk.residents.application(seat.post, application)
    known = as_registered(shown.said)
    problems = error.problems if error is not None else ()
    fields = fields_of(
        Register,
        Choices(desk),
        typed,
        known,
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
        found=desk.window.alike(seat.post, _people(known) if typed is None else named(typed)),
        repeat=str(typed.get("repeat_of", "")) if typed is not None else "",
        asks=asks,
        problems=faults_of(fields, problems),
    )


def _people(known: Mapping[str, Any]) -> list[Named]:
    """The two of whom the application speaks, before anything was typed."""
    return [Named(name=one["name"], phone=one["phone"] or "") for one in known["parties"]]
