"""The list of cases, one case, and every act on it by a form made of its own words."""

from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from mediation.cases.verbs import verb_of
from mediation.crypto import sha256
from mediation.errors import InputInvalid, MediationError, NotFound, Problem, TransitionRefused
from mediation.language import _
from mediation.web.answers import Answer, answer_once
from mediation.web.api.cases import mark_of, marked
from mediation.web.deps import Asked, Desk, FormName, Ref, Subject, TheDesk
from mediation.web.errors import status_of
from mediation.web.forms.choices import Choices
from mediation.web.forms.fields import faults_of, fields_of, words_of
from mediation.web.pages.shell import page
from mediation.web.seats import PostedBySeat, Seat, TheSeat

router = APIRouter(include_in_schema=False)
_PAGE = 50


@router.get("/cases", name="cases")
def cases(
    request: Request,
    desk: TheDesk,
    seat: TheSeat,
    search: Annotated[str, Query(max_length=100)] = "",
    view: str = "all",
    before: str = "",
) -> Response:
    waiting = view == "waiting" and not search
    fault = ""
    rows: list[Any] = []
    try:
        rows = desk.cases(
            seat.post, words=search.strip(), waiting=waiting, most=_PAGE, before=mark_of(before)
        )
    except InputInvalid as error:
        fault = "；".join(problem.message for problem in error.problems)
    more = marked(rows[-1], waiting=waiting) if len(rows) == _PAGE else ""
    return page(request, seat, "cases.html", rows=rows, search=search, view=view, more=more, fault=fault)


@router.get("/cases/{ref}", name="case")
def case(request: Request, desk: TheDesk, seat: TheSeat, ref: Ref) -> Response:
    return page(request, seat, "case.html", case=desk.case(seat.post, ref))


@router.get("/cases/{ref}/do/{trigger}", name="act_form")
def act_form(request: Request, desk: TheDesk, seat: TheSeat, ref: Ref, trigger: str) -> Response:
    return form_page(request, desk, seat, ref, trigger)


@router.post("/cases/{ref}/do/{trigger}", name="act")
def act(
    request: Request, desk: TheDesk, seat: TheSeat, ref: Ref, trigger: str, form: PostedBySeat
) -> Response:
    verb = verb_of(trigger)
    if form.get("more"):
        return form_page(request, desk, seat, ref, trigger, form, more=str(form.get("more")))
    try:
        words = words_of(verb.said, form)
        return do_once(request, desk, seat, form, ref, trigger, words, f"/cases/{ref}")
    except (InputInvalid, TransitionRefused) as error:
        return form_page(request, desk, seat, ref, trigger, form, error)


@router.get("/cases/{ref}/papers/{form}", name="case_paper")
def case_paper(desk: TheDesk, seat: TheSeat, ref: Ref, form: FormName, subject: Subject = "") -> Response:
    desk.office.form(form)
    found = desk.paper(seat.post, ref, form, subject)
    if found is None:
        raise NotFound(_("这份文书还没有出具"))
    headers = {"Content-Disposition": f'inline; filename="{form}.pdf"'}
    return Response(found[0], media_type="application/pdf", headers=headers)


@router.post("/cases/{ref}/papers/{form}", name="issue")
def issue(
    request: Request, desk: TheDesk, seat: TheSeat, ref: Ref, form: FormName, posted: PostedBySeat
) -> Response:
    subject = str(posted.get("subject", ""))
    then = f"/cases/{ref}/papers/{form}" + (f"?subject={quote(subject)}" if subject else "")
    return answer_once(
        desk,
        asked_by(request, seat, posted),
        lambda remember: desk.issue(seat.post, ref, form, subject, remember=remember),
        lambda _document: Answer(303, "", {"Location": then}),
    )


def form_page(
    request: Request,
    desk: Desk,
    seat: Seat,
    ref: str,
    trigger: str,
    typed: FormData | None = None,
    error: MediationError | None = None,
    *,
    more: str = "",
) -> Response:
    """The form of an act: empty, or as it was typed with all that is wrong with it."""
    verb = verb_of(trigger)
    found = desk.case(seat.post, ref)
    choice = next((one for one in found.acts if one["trigger"] == trigger), None)
    problems: tuple[Problem, ...] = getattr(error, "problems", ())
    fields = fields_of(
        verb.said, Choices(desk, found, trigger), typed, problems=problems, without={"occurred_at"}, more=more
    )
    return page(
        request,
        seat,
        "act.html",
        status=status_of(error) if error is not None else HTTPStatus.OK,
        case=found,
        trigger=trigger,
        title=choice["title"] if choice else trigger,
        fields=fields,
        problems=faults_of(fields, problems),
        reasons=getattr(error, "reasons", ()),
        message=error.message if error is not None else "",
        version=found.row.version,
    )


def do_once(
    request: Request,
    desk: Desk,
    seat: Seat,
    form: FormData,
    ref: str,
    trigger: str,
    words: dict[str, Any],
    then: str,
) -> Response:
    """Carry an act out once, however often its form comes, and go on to a page."""
    version = str(form.get("version", ""))
    asked = asked_by(request, seat, form)
    return answer_once(
        desk,
        asked,
        lambda remember: desk.do(
            seat.post, ref, trigger, words, int(version) if version.isdecimal() else None, remember=remember
        ),
        lambda _done: Answer(303, "", {"Location": then}),
    )


def asked_by(request: Request, seat: Seat, form: FormData) -> Asked | None:
    """A posted form as a request that is carried out once: its `once` is the key."""
    key = str(form.get("once", ""))
    if not key:
        return None
    body = "\0".join(f"{name}={value}" for name, value in form.multi_items() if isinstance(value, str))
    return Asked(
        f"page-{key[:60]}", f"post:{seat.post}", f"POST {request.scope['path']}", sha256(body.encode())
    )
