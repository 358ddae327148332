"""The list of cases, one case as a workspace, and every act on it by a form made of its own words."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from mediation.cases.verbs import verb_of
from mediation.cases.workspace.standing import Workspace
from mediation.clock import SITE_ZONE
from mediation.crypto import sha256
from mediation.errors import InputInvalid, MediationError, Problem, TransitionRefused
from mediation.language import _, joined
from mediation.web.answers import Answer, answer_once
from mediation.web.api.cases import mark_of, marked
from mediation.web.deps import Asked, Desk, Ref, TheDesk
from mediation.web.errors import status_of
from mediation.web.forms.choices import Choices
from mediation.web.forms.fields import Field, faults_of, fields_of, words_of
from mediation.web.pages.acting import address, laid_out
from mediation.web.pages.readings import opened
from mediation.web.pages.shell import page
from mediation.web.pages.wording import CASE_WORDS
from mediation.web.seats import PostedBySeat, Seat, TheSeat

router = APIRouter(include_in_schema=False)
TABS = {
    "about": "概况",
    "talks": "调解",
    "evidence": "证据",
    "agreement": "协议",
    "papers": "文书",
    "clocks": "期限",
    "history": "经过",
    "links": "关联与协办",
}
_PAGE = 50
_TEMPLATES = {
    "record_session": "act-session.html",
    "assign": "act-assign.html",
    "replace_mediator": "act-assign.html",
    "draft_agreement": "act-draft.html",
}


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
            seat.post,
            words=search.strip(),
            waiting=waiting,
            most=_PAGE,
            before=mark_of(before, waiting=waiting),
        )
    except InputInvalid as error:
        fault = joined((problem.message for problem in error.problems), "；")
    more = marked(rows[-1], waiting=waiting) if len(rows) == _PAGE else ""
    return page(request, seat, "cases.html", rows=rows, search=search, view=view, more=more, fault=fault)


@router.get("/cases/{ref}", name="case")
def case(request: Request, desk: TheDesk, seat: TheSeat, ref: Ref, tab: str = "about") -> Response:
    found = desk.room.workspace(seat.post, ref)
    return page(
        request,
        seat,
        "case.html",
        work=found,
        case=found.page,
        laid=laid_out(found),
        tab=tab if tab in TABS else "about",
        tabs=[(name, _(title)) for name, title in TABS.items()],
        address=address,
        words=CASE_WORDS,
        codes=desk.office.codes,
        forms=desk.office.forms,
        opened=opened(desk),
    )


@router.get("/cases/{ref}/do/{trigger}", name="act_form")
def act_form(
    request: Request,
    desk: TheDesk,
    seat: TheSeat,
    ref: Ref,
    trigger: str,
    task: Annotated[str, Query(pattern=r"^[0-9]{0,6}$")] = "",
) -> Response:
    return form_page(request, desk, seat, ref, trigger, known={"task": int(task)} if task else None)


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
    known: Mapping[str, Any] | None = None,
    **shown: Any,
) -> Response:
    """The form of an act: empty, or as it was typed with all that is wrong with it."""
    verb = verb_of(trigger)
    found = desk.room.workspace(seat.post, ref)
    choice = found.act(trigger)
    problems: tuple[Problem, ...] = getattr(error, "problems", ())
    if typed is None:
        known = known or _known(desk, seat, found, trigger)
    fields = fields_of(
        verb.said,
        Choices(desk, found.page, trigger),
        typed,
        known,
        problems=problems,
        without={"occurred_at"},
        more=more,
    )
    return page(
        request,
        seat,
        _TEMPLATES.get(trigger, "act.html"),
        status=status_of(error) if error is not None else HTTPStatus.OK,
        case=found.page,
        work=found,
        trigger=trigger,
        title=choice.title if choice else trigger,
        stands_in_the_way=choice.reasons if choice and error is None and typed is None else (),
        fields=fields,
        by_name=_by_name(fields),
        problems=faults_of(fields, problems),
        reasons=getattr(error, "reasons", ()),
        message=error.message if error is not None else "",
        version=found.page.row.version,
        suggested=_suggested(desk, seat, found, trigger),
        **{"preview": None, **shown},
    )


def do_once(
    request: Request,
    desk: Desk,
    seat: Seat,
    form: FormData,
    ref: str,
    trigger: str,
    words: Mapping[str, Any],
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
    """A posted form as a request that is carried out once: its `once` is the key. Administrators have no post."""
    key = str(form.get("once", ""))
    if not key:
        return None
    body = "\0".join(f"{name}={value}" for name, value in form.multi_items() if isinstance(value, str))
    who = f"post:{seat.post}" if seat.kind == "staff" else f"account:{seat.account}"
    return Asked(f"page-{key[:60]}", who, f"POST {request.scope['path']}", sha256(body.encode()))


def _by_name(fields: list[Field]) -> dict[str, Field]:
    return {one.name: one for one in fields}


def _suggested(desk: Desk, seat: Seat, found: Workspace, trigger: str) -> list[Any]:
    """Who could mediate, the best first, for the form that asks it."""
    if trigger not in {"assign", "replace_mediator"}:
        return []
    return list(desk.routing.suggestions(seat.post, found.page.row.id, most=6).mediators)


def _known(desk: Desk, seat: Seat, found: Workspace, trigger: str) -> Mapping[str, Any]:
    """What need not be typed, because the case knows it."""
    fill: Callable[[Desk, Seat, Workspace], Mapping[str, Any]] | None = _FILLED.get(trigger)
    return fill(desk, seat, found) if fill else {}


def _session_known(desk: Desk, _seat: Seat, found: Workspace) -> Mapping[str, Any]:
    """The appointment that is being kept says when and where; else an hour ago, where the last talk was."""
    now = desk.clock.now()
    planned = [
        one
        for one in found.page.appointments
        if one["kind"] == "session" and one["state"] == "planned" and one["starts_at"] <= now
    ]
    before = found.page.sessions[-1] if found.page.sessions else {}
    known: dict[str, Any] = {
        "held_from": planned[-1]["starts_at"] if planned else _half_hour(now - timedelta(hours=1)),
        "held_to": _half_hour(now),
        "place": planned[-1]["place"] if planned else before.get("place", ""),
        "present": [one["ordinal"] for one in found.page.parties],
        "result": "to_continue",
    }
    if known["held_to"] <= known["held_from"]:
        known["held_to"] = None
    return known


def _half_hour(moment: datetime) -> datetime:
    local = moment.astimezone(SITE_ZONE)
    return local.replace(minute=local.minute // 30 * 30, second=0, microsecond=0)


def _draft_known(desk: Desk, seat: Seat, found: Workspace) -> Mapping[str, Any]:
    return desk.room.draft(seat.post, found.page.row.id)


def _everybody(_desk: Desk, _seat: Seat, found: Workspace) -> Mapping[str, Any]:
    return {"parties": [one["ordinal"] for one in found.page.parties]}


def _triage_known(_desk: Desk, _seat: Seat, _found: Workspace) -> Mapping[str, Any]:
    return {"tier": "ordinary"}


_FILLED: Mapping[str, Callable[[Desk, Seat, Workspace], Mapping[str, Any]]] = {
    "record_session": _session_known,
    "draft_agreement": _draft_known,
    "record_consent": _everybody,
    "tell_rights": _everybody,
    "tell_notice": _everybody,
    "triage": _triage_known,
}
