"""For anybody, without a login, on an old phone: apply, follow, rate, one's rights. Large type, few questions."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from fastapi import Request
from starlette.responses import Response

from mediation.accounts import attempts
from mediation.accounts.attempts import TriedTooOften
from mediation.cases.inputs import read_said
from mediation.cases.residents.following import code_typed
from mediation.cases.residents.marks import MARKS
from mediation.cases.residents.rating import Rated
from mediation.codes.identity import bare_phone
from mediation.errors import Faults, InputInvalid, MediationError, NotFound, Problem, TransitionRefused
from mediation.ids import new_public_id
from mediation.intake import applications
from mediation.language import _
from mediation.web.branch import Branch
from mediation.web.deps import Desk, TheDesk
from mediation.web.errors import status_of
from mediation.web.forms.fields import Fault
from mediation.web.pages.shell import go, page, within
from mediation.web.seats import PostedInTurn, place_of

router = Branch(include_in_schema=False)

LARGE = "large"
_HOUR, _DAY, _QUARTER = timedelta(hours=1), timedelta(days=1), timedelta(minutes=15)
_APPLICATIONS = (("application", _HOUR, 20), ("application phone", _DAY, 3), ("application all", _HOUR, 500))
_IN_A_FLOOD = (("application", _HOUR, 2),)
_GUESSES = (("query code", _QUARTER, 20), ("query code all", _QUARTER, 2_000))
_MOST_WORDS = 128 * 1024
_TITLES: Mapping[str, str] = {
    "name": "您的姓名",
    "phone": "您的电话",
    "by": "代办人",
    "other": "对方是谁",
    "other_phone": "对方电话",
    "place": "事情发生在哪里",
    "spot": "具体地点",
    "account": "发生了什么事",
    "wanted": "您希望怎么解决",
    "agrees": "确认",
    "code": "查询码",
    "satisfaction": "满意程度",
    "remark": "想说的话",
}


def resident_page(request: Request, template: str, *, status: int = 200, **known: Any) -> Response:
    """A page in large type, larger still if the visitor has chosen so."""
    large = request.cookies.get(LARGE) == "1"
    path = str(request.scope["path"])
    back = path if request.method == "GET" else path.removesuffix("/who").removesuffix("/refuse")
    return page(request, None, template, status=status, large=large, back=back, **known)


@router.get("/p", name="resident_start")
def start(request: Request) -> Response:
    return resident_page(request, "resident_start.html")


@router.get("/p/rights", name="resident_rights")
def rights(request: Request) -> Response:
    return resident_page(request, "resident_rights.html")


@router.get("/p/size", name="resident_size")
def size(request: Request, large: str = "", back: str = "/p") -> Response:
    answer = go(within(back) if within(back).startswith("/p") else "/p")
    if large == "1":
        answer.set_cookie(LARGE, "1", max_age=365 * 86400, path="/", httponly=True, samesite="lax")
    else:
        answer.delete_cookie(LARGE, path="/")
    return answer


@router.get("/p/apply", name="resident_apply")
def apply_form(request: Request, desk: TheDesk) -> Response:
    return _apply_page(request, desk, {}, new_public_id())


@router.post("/p/apply", name="resident_applied", max_body_size=_MOST_WORDS)
def apply(request: Request, desk: TheDesk, form: PostedInTurn) -> Response:
    typed = {key: value.strip() for key, value in form.multi_items() if isinstance(value, str)}
    once = typed.pop("once", "")[:60] or new_public_id()
    code = applications.receipt_code(desk.keyring, once)
    if typed.pop("website", ""):  # a field that no person sees
        return resident_page(request, "resident_receipt.html", code=code)
    asked = applications.Applied.model_fields.keys() - {"agrees"}
    words = {key: value for key, value in typed.items() if value and key in asked}
    said = {**words, "agrees": typed.get("agrees") == "yes"}
    whose = (place_of(request), bare_phone(words.get("phone", "")), "")
    try:
        if desk.residents.follow(code) is None:
            _refuse_a_flood(desk, whose)
            desk.residents.apply(said, once)
            count(desk, _APPLICATIONS, whose)
    except (InputInvalid, TriedTooOften, applications.QuarantineFull) as error:
        return _apply_page(request, desk, typed, once, error)
    return resident_page(request, "resident_receipt.html", code=code)


@router.get("/p/follow", name="resident_follow")
def follow_form(request: Request) -> Response:
    return resident_page(request, "resident_follow.html", code="", found=None, fault="")


@router.post("/p/follow", name="resident_followed", max_body_size=_MOST_WORDS)
def follow(request: Request, desk: TheDesk, form: PostedInTurn) -> Response:
    typed = str(form.get("code", ""))[:40]
    found, code = None, code_typed(typed)
    try:
        refuse_too_many(desk, _GUESSES, (place_of(request), ""))
        found = desk.residents.follow(code) if code else None
    except TriedTooOften as error:
        return _unknown(request, typed, error.message, status_of(error))
    if found is None:
        count(desk, _GUESSES, (place_of(request), ""))
        return _unknown(request, typed)
    return resident_page(request, "resident_follow.html", code=code, found=found, fault="", marks=MARKS)


@router.get("/p/rate", name="resident_rate")
def rate_form(request: Request) -> Response:
    return _rate_page(request, {})


@router.post("/p/rate", name="resident_rated", max_body_size=_MOST_WORDS)
def rate(request: Request, desk: TheDesk, form: PostedInTurn) -> Response:
    typed = {key: str(form.get(key, "")).strip() for key in ("code", "satisfaction", "remark")}
    code = code_typed(typed["code"])
    number = typed["satisfaction"]
    chosen = int(number) if number.isdecimal() and len(number) == 1 else number
    words = {
        key: value for key, value in (("satisfaction", chosen), ("remark", typed["remark"])) if value != ""
    }
    try:
        refuse_too_many(desk, _GUESSES, (place_of(request), ""))
        _refuse_wrong_words(request, desk, typed["code"], words)
        desk.residents.rate(code or "", words)
    except (InputInvalid, TransitionRefused, NotFound, TriedTooOften) as error:
        if isinstance(error, NotFound):
            count(desk, _GUESSES, (place_of(request), ""))
        return _rate_page(request, typed, error)
    return resident_page(
        request, "resident_done.html", title=_("谢谢您的评价"), sentences=[_("您的评价已经交给办理单位。")]
    )


def _refuse_wrong_words(request: Request, desk: Desk, typed: str, words: Mapping[str, object]) -> None:
    """Raise InputInvalid with all that is wrong, an unknown code beside the rest; alone it is for `rate` to say."""
    wrong = Faults()
    with wrong.noting():
        read_said(Rated, words)
    if not typed:
        wrong.problems.insert(0, Problem(_("缺少这一项"), key="code"))
    elif wrong.problems and desk.residents.follow(code_typed(typed) or "") is None:
        count(desk, _GUESSES, (place_of(request), ""))
        wrong.problems.insert(0, Problem(_("没有查到这个查询码"), key="code"))
    wrong.refuse()


Limits = tuple[tuple[str, timedelta, int], ...]


def refuse_too_many(desk: Desk, limits: Limits, whose: tuple[str, ...]) -> None:
    """Raise TriedTooOften if any of the limits is reached."""
    now = desk.clock.now()
    with desk.database.reading() as session:
        for (what, span, most), who in zip(limits, whose, strict=True):
            attempts.refuse_too_many(session, desk.keyring, what, who, now, span, most)


def _refuse_a_flood(desk: Desk, whose: tuple[str, ...]) -> None:
    """Whoever sends too much is refused. While too much comes from everywhere, so is whoever has sent two: a flood fills the
    quarantine no further than that, and a neighbour with one application still gets in.
    """
    refuse_too_many(desk, _APPLICATIONS[:2], whose[:2])
    try:
        refuse_too_many(desk, _APPLICATIONS[2:], whose[2:])
    except TriedTooOften:
        refuse_too_many(desk, _IN_A_FLOOD, whose[:1])


def count(desk: Desk, limits: Limits, whose: tuple[str, ...]) -> None:
    """Count one attempt."""
    with desk.database.writing() as session:
        for (what, span, _most), who in zip(limits, whose, strict=True):
            attempts.count(session, desk.keyring, what, who, desk.clock.now(), span)


def faults_told(error: MediationError | None) -> list[Fault]:
    """An error's problems by the titles of the open pages' questions."""
    problems = getattr(error, "problems", ())
    if error is not None and not problems:
        return [Fault("content", "", error.message)]
    return [
        Fault(f"f.{one.key}" if one.key in _TITLES else "content", _(_TITLES.get(one.key, "")), one.message)
        for one in problems
    ]


def _apply_page(
    request: Request, desk: Desk, typed: Mapping[str, str], once: str, error: MediationError | None = None
) -> Response:
    return resident_page(
        request,
        "resident_apply.html",
        status=status_of(error) if error is not None else 200,
        places=desk.residents.places(),
        typed={key: typed.get(key, "") for key in _TITLES},
        problems=faults_told(error),
        sent=once,
    )


def _rate_page(request: Request, typed: Mapping[str, str], error: MediationError | None = None) -> Response:
    reasons = getattr(error, "reasons", ())
    problems = [Fault("content", "", one.message) for one in reasons] or faults_told(error)
    return resident_page(
        request,
        "resident_rate.html",
        status=status_of(error) if error is not None else 200,
        typed={key: typed.get(key, "") for key in ("code", "satisfaction", "remark")},
        problems=problems,
        marks=MARKS,
    )


def _unknown(request: Request, typed: str, fault: str = "", status: int = 404) -> Response:
    """The same answer whatever is wrong with a code."""
    sentence = fault or _("没有查到。请核对查询码，是回执上的10位数字和字母。")
    return resident_page(
        request, "resident_follow.html", status=status, code=typed, found=None, fault=sentence
    )
