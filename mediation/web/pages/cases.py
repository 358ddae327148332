"""The list of cases, one case as a workspace, and every act on it by a form made of its own words."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Query, Request
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from mediation.cases.appointments.calling import may_be_called
from mediation.cases.page import CasePage
from mediation.cases.task_page import TaskRow
from mediation.cases.tasks.queries import ASKED, MOST_ROWS
from mediation.cases.verbs import VERBS, Verb
from mediation.cases.workspace.other_posts import Barred
from mediation.cases.workspace.standing import Workspace
from mediation.clock import SITE_ZONE
from mediation.crypto import sha256
from mediation.errors import (
    DocumentError,
    InputInvalid,
    MediationError,
    NotFound,
    NotPermitted,
    Problem,
    Reason,
)
from mediation.language import _, joined
from mediation.notices.wording import channel_title, reason
from mediation.web.answers import Answer, answer_once
from mediation.web.api.cases import mark_of, marked
from mediation.web.branch import Branch
from mediation.web.deps import Asked, Desk, Done, Ref, TheDesk
from mediation.web.errors import SHOWN_AGAIN, status_of, told_on_form
from mediation.web.forms.choices import Choices
from mediation.web.forms.fields import Field, faults_of, fields_of, in_page_order, words_of
from mediation.web.pages.acting import address, done_by_others, laid_out, talk_to_come
from mediation.web.pages.lacking import PAPER_LACKS, Lacking, lacking, without_paper
from mediation.web.pages.other_posts import by_other_post, turned_away
from mediation.web.pages.readings import opened
from mediation.web.pages.shell import go, page, tell
from mediation.web.pages.wording import CASE_WORDS
from mediation.web.seats import PostedBySeat, Seat, TheSeat
from mediation.workflow.facts import HIGH_RISK

router = Branch(include_in_schema=False)
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
_SETTLES = "conclude_written"
_WHY_UNREPORTED = "no_report_reason"
_OF_A_CHANGE = ("mediators[].objected_by", "consented", "must_withdraw")
_TALKED_TO = ("intake", "triage", "assignment", "mediation")
_ENDS = {"close", "archive"}
_TEMPLATES = {
    "record_session": "act-session.html",
    "assign": "act-assign.html",
    "replace_mediator": "act-assign.html",
    "draft_agreement": "act-draft.html",
    "conclude_written": "act-conclude.html",
    "conclude_oral": "act-conclude.html",
    "record_performance": "act-ledger.html",
    "record_breach": "act-ledger.html",
}
_IN_LEDGER = {"record_performance": "performed", "record_breach": "breached"}
_ON_THE_PAGE = {
    "act-session.html": (
        "body",
        "result",
        "held_from",
        "held_to",
        "place",
        "present",
        "subject",
        "participants",
    ),
    "act-draft.html": (
        *("facts", "matters", "responsibility", "clauses"),
        *("obligor", "act", "obligee", "what", "amount_fen", "due_on", "manner", "at_once"),
        *("place", "condition", "breach", "instalments", "time_limit"),
    ),
}
"""The keys of a form that has a page of its own, as that shows them."""


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
    return page(
        request,
        seat,
        "cases.html",
        rows=rows,
        mine=_asked_of(desk, seat),
        search=search,
        view=view,
        more=more,
        fault=fault,
    )


def _asked_of(desk: Desk, seat: Seat) -> Mapping[str, TaskRow]:
    """The cases in which somebody's word is awaited, each with what is most urgent; a copy awaits none."""
    rows = desk.tasks(seat.post, MOST_ROWS, [kind for kind in ASKED if kind != "copy"])
    return {one.case: one for one in reversed(rows)}


@router.get("/cases/{ref}", name="case")
def case(request: Request, desk: TheDesk, seat: TheSeat, ref: Ref, tab: str = "about") -> Response:
    try:
        found = desk.room.workspace(seat.post, ref)
    except NotFound as error:
        by = desk.room.post_that_sees(seat.post, ref) if len(seat.posts) > 1 else None
        if by is None:
            raise
        return turned_away(request, seat, ref, Barred(error.message, by), seen=False)
    laid = laid_out(found)
    others = [] if laid.next or found.turn is None else done_by_others(found)
    return page(
        request,
        seat,
        "case.html",
        work=found,
        case=found.page,
        laid=laid,
        by_whom=desk.room.by_whom(seat.post, ref, others) if others else [],
        by_other=by_other_post(desk, seat, [ref]).get(ref),
        tab=tab if tab in TABS else "about",
        tabs=[(name, _(title)) for name, title in TABS.items()],
        address=address,
        words=CASE_WORDS,
        verdicts={"agreed": _title(desk, found, "approve"), "rejected": _title(desk, found, "reject")},
        codes=desk.office.codes,
        forms=desk.office.forms,
        opened=opened(desk),
        lacks=_parties_lack(desk, seat, found),
        arranged=talk_to_come(found, desk.clock.now()),
        reason_of=reason,
        channel_title=channel_title,
    )


@router.get("/cases/{ref}/do/{trigger}", name="act_form")
def act_form(
    request: Request,
    desk: TheDesk,
    seat: TheSeat,
    ref: Ref,
    trigger: str,
    task: Annotated[str, Query(pattern=r"^[0-9]{0,6}$")] = "",
    party: Annotated[str, Query(pattern=r"^[0-9]{0,3}$")] = "",
) -> Response:
    barred = desk.room.barred(seat.post, ref, trigger)
    if barred is not None:
        return turned_away(request, seat, ref, barred)
    if trigger in _IN_LEDGER:
        return go(f"/cases/{ref}/ledger/{_IN_LEDGER[trigger]}")
    named = {key: int(one) for key, one in (("task", task), ("party", party)) if one}
    return form_page(request, desk, seat, ref, trigger, known=named or None)


@router.post("/cases/{ref}/do/{trigger}", name="act")
def act(
    request: Request, desk: TheDesk, seat: TheSeat, ref: Ref, trigger: str, form: PostedBySeat
) -> Response:
    verb = _verb_of(trigger)
    if form.get("more"):
        return form_page(request, desk, seat, ref, trigger, form, more=str(form.get("more")))
    try:
        words = words_of(verb.said, form)
        return do_once(request, desk, seat, form, ref, trigger, words, f"/cases/{ref}", _("已办好"))
    except SHOWN_AGAIN as error:
        if trigger in _IN_LEDGER:
            raise  # has a page of its own, which knows its parts
        return form_page(request, desk, seat, ref, trigger, form, error)
    except NotPermitted:
        barred = desk.room.barred(seat.post, ref, trigger)
        if barred is None:
            raise
        return turned_away(request, seat, ref, barred)


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
    verb = _verb_of(trigger)
    found = desk.room.workspace(seat.post, ref)
    choice = found.act(trigger)
    reasons: Sequence[Reason] = getattr(error, "reasons", ())
    problems: tuple[Problem, ...] = getattr(error, "problems", ())
    lacks = _paper_lacks(desk, seat, found, trigger, reasons)
    if typed is None:
        known = known or _known(desk, seat, found, trigger)
    fields = fields_of(
        verb.said,
        Choices(desk, found.page, trigger),
        typed,
        known,
        problems=problems,
        without={"occurred_at", *_needless(desk, found, trigger, typed)},
        more=more,
    )
    if trigger == "arrange":
        _put_first(fields, "person", found.presiding)
    template = _TEMPLATES.get(trigger, "act.html")
    fields = in_page_order(fields, _ON_THE_PAGE[template]) if template in _ON_THE_PAGE else fields
    return page(
        request,
        seat,
        template,
        status=status_of(error) if error is not None else HTTPStatus.OK,
        case=found.page,
        work=found,
        trigger=trigger,
        title=choice.title if choice else _title(desk, found, trigger),
        stands_in_the_way=choice.reasons if choice and error is None and typed is None else (),
        fields=fields,
        by_name=_by_name(fields),
        problems=faults_of(fields, problems),
        reasons=without_paper(reasons) if lacks else reasons,
        lacks=lacks,
        message=told_on_form(error),
        left_open=_left_open(found) if trigger in _ENDS else (),
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
    said: str = "",
) -> Response:
    """Carry an act out once, however often its form comes, and go on to a page.

    That page says what was done (`said`), and what the act had to tell besides.
    """
    version = str(form.get("version", ""))
    asked = asked_by(request, seat, form)
    told = [said] if said else []
    left: list[str] = []

    def act(remember: Callable[[Session, Done], None] | None) -> Done:
        done = desk.do(
            seat.post, ref, trigger, words, int(version) if version.isdecimal() else None, remember=remember
        )
        # Its papers are made after its transaction: what came to nothing is known only now.
        left.extend(left_undone(done))
        return done

    def answer(done: Done) -> Answer:
        told.extend(done.act.told)
        return Answer(303, "", {"Location": then})

    response = answer_once(desk, asked, act, answer)
    return tell(response, joined([*told, *left], "；"))


def left_undone(done: Done) -> list[str]:
    """What came to nothing of an act's papers, as sentences for the page that follows."""
    return [_("尚未办成：{warning}").format(warning=one) for one in done.warnings]


def asked_by(request: Request, seat: Seat, form: FormData) -> Asked | None:
    """A posted form as a request that is carried out once: its `once` is the key. Administrators have no post."""
    key = str(form.get("once", ""))
    if not key:
        return None
    body = "\0".join(f"{name}={value}" for name, value in form.multi_items() if isinstance(value, str))
    who = f"post:{seat.post}" if seat.kind == "staff" else f"account:{seat.account}"
    return Asked(f"page-{key[:60]}", who, f"POST {request.scope['path']}", sha256(body.encode()))


def _verb_of(trigger: str) -> Verb:
    """The verb of a form. NotFound for what is none, and the way back is the case."""
    if trigger not in VERBS:
        raise NotFound(
            _("没有叫“{trigger}”的办理事项。请回到案件，从页面上的按钮进入。").format(trigger=trigger[:40])
        )
    return VERBS[trigger]


def _parties_lack(desk: Desk, seat: Seat, found: Workspace) -> list[Lacking]:
    """What a written agreement will want of the parties, told as long as they are being talked to."""
    if found.page.row.phase not in _TALKED_TO or found.agreement_paper is not None:
        return []
    ref = found.page.row.id
    return lacking(found.page, desk.room.parties_lack(seat.post, ref), f"/cases/{ref}")


def _paper_lacks(
    desk: Desk, seat: Seat, found: Workspace, trigger: str, reasons: Sequence[Reason]
) -> list[Lacking]:
    """What the agreement's paper lacks, each with the way to where it is entered: before it is settled, or if that is a reason."""
    if trigger != _SETTLES and all(one.guard != PAPER_LACKS for one in reasons):
        return []
    ref = found.page.row.id
    with suppress(DocumentError):
        return lacking(found.page, desk.room.lacks(seat.post, ref, "agreement"), address(ref, trigger))
    return []


def _title(desk: Desk, found: Workspace, trigger: str) -> str:
    """What an act is called that the case's state does not know: by its own definition, or by any."""
    own = found.page.workflow.partition("/")[0]
    engines = sorted(desk.office.engines.items(), key=lambda one: one[0][0] != own)
    titles = (engine.definition.triggers.get(trigger) for _key, engine in engines)
    return next((_(one.title) for one in titles if one is not None), trigger)


def _needless(desk: Desk, found: Workspace, trigger: str, typed: FormData | None) -> Sequence[str]:
    """What a form need not ask of this case.

    Why nothing was reported to the police, where nothing had to be, or it was; by which agent, where nobody has one; which
    units are called by what is arranged, where none are.
    """
    needless = [] if any(one["agents"] for one in found.page.parties) else ["agent"]
    reported = found.page.risk != desk.office.codes.title("risks", HIGH_RISK) or found.page.police_reports
    if reported and not (typed is not None and typed.get(_WHY_UNREPORTED)):
        needless.append(_WHY_UNREPORTED)
    if trigger == "arrange" and not may_be_called({one.trigger for one in found.acts}):
        needless.append("units")
    return [*needless, *needless_in_assigning(found.page, trigger)]


def needless_in_assigning(case: CasePage, trigger: str) -> Sequence[str]:
    """What belongs to a change of mediators, while none is on the case: who has to go, who asked for it, who agrees."""
    return _OF_A_CHANGE if trigger == "assign" and not case.mediators else ()


def _left_open(found: Workspace) -> list[Any]:
    """What somebody was asked for, or has promised, and has not done."""
    return [
        one for one in found.page.tasks if one["closed_at"] is None and one["kind"] not in {"turn", "copy"}
    ]


def _put_first(fields: list[Field], name: str, value: str) -> None:
    """The likeliest of many stands above the others."""
    for one in fields:
        if one.name == name and one.options:
            one.options = sorted(one.options, key=lambda option: option[0] != value)


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
    """The appointment that is being kept says when and where; else an hour ago, not before 受理, where the last talk was."""
    now = desk.clock.now()
    since = _half_hour(now - timedelta(hours=1))
    accepted = found.page.accepted_at
    if accepted is not None and since < accepted <= now:
        since = accepted.astimezone(SITE_ZONE).replace(second=0, microsecond=0)
    planned = [
        one
        for one in found.page.appointments
        if one["kind"] == "session" and one["state"] == "planned" and one["starts_at"] <= now
    ]
    before = found.page.sessions[-1] if found.page.sessions else {}
    known: dict[str, Any] = {
        "held_from": planned[-1]["starts_at"] if planned else since,
        "held_to": _half_hour(now),
        "place": planned[-1]["place"] if planned else before.get("place", ""),
        "present": [one["ordinal"] for one in found.page.parties],
        "result": "to_continue",
    }
    if known["held_to"] <= known["held_from"]:
        known["held_to"] = None
    return known


def _arrange_known(_desk: Desk, _seat: Seat, found: Workspace) -> Mapping[str, Any]:
    """Before and during talks it is a talk that is arranged: kept by who presides, told to all parties."""
    if found.page.row.state not in {"preparing", "mediating"}:
        return {}
    presiding = found.presiding
    return {
        "kind": "session",
        "told": [one["ordinal"] for one in found.page.parties],
        **({"person": presiding} if presiding else {}),
    }


def _half_hour(moment: datetime) -> datetime:
    local = moment.astimezone(SITE_ZONE)
    return local.replace(minute=local.minute // 30 * 30, second=0, microsecond=0)


def _draft_known(desk: Desk, seat: Seat, found: Workspace) -> Mapping[str, Any]:
    return desk.room.draft(seat.post, found.page.row.id)


def _everybody(_desk: Desk, _seat: Seat, found: Workspace) -> Mapping[str, Any]:
    return {"parties": [one["ordinal"] for one in found.page.parties]}


def _triage_known(_desk: Desk, _seat: Seat, found: Workspace) -> Mapping[str, Any]:
    return {"tier": (found.page.routing["suggestion"] or {}).get("tier") or "ordinary"}


def _dispatch_known(_desk: Desk, _seat: Seat, found: Workspace) -> Mapping[str, Any]:
    """The unit that the site's rules name, unless it has the case or stands above who has it."""
    suggested = found.page.routing["suggestion"]
    if not suggested or not suggested["unit"] or suggested["there"]:
        return {}
    if suggested["unit_title"] in found.page.chain:
        return {}
    return {"to": suggested["unit"]}


def _written_known(desk: Desk, seat: Seat, found: Workspace) -> Mapping[str, Any]:
    """Who has not agreed to sign electronically signs on paper."""
    agreed = {one["electronic_agreed"] for one in found.page.parties}
    medium = "tablet" if agreed == {True} else "mixed" if True in agreed else "ink"
    return {**_settled_known(desk, seat, found), "medium": medium}


def _settled_known(desk: Desk, seat: Seat, found: Workspace) -> Mapping[str, Any]:
    """The claims that the draft settles, if it does not settle all."""
    return {"settles": desk.room.draft(seat.post, found.page.row.id).get("settles", [])}


_FILLED: Mapping[str, Callable[[Desk, Seat, Workspace], Mapping[str, Any]]] = {
    "arrange": _arrange_known,
    "record_session": _session_known,
    "draft_agreement": _draft_known,
    "conclude_written": _written_known,
    "conclude_oral": _settled_known,
    "record_consent": _everybody,
    "tell_rights": _everybody,
    "tell_notice": _everybody,
    "triage": _triage_known,
    "dispatch": _dispatch_known,
}
