"""Coming in, the second factor, the first change of the password, one's own account, going out."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import quote

import pyotp
import segno
from fastapi import Request
from sqlmodel import Session
from starlette.responses import Response

from mediation.accounts import attempts, entering, keeping, queries
from mediation.accounts.models import Account, LoginSession
from mediation.clock import phone_time
from mediation.errors import CaseChanged, InputInvalid, NotPermitted
from mediation.language import _, current_language, joined
from mediation.web.branch import Branch
from mediation.web.deps import Desk, TheDesk
from mediation.web.form_tokens import masked
from mediation.web.forms.fields import Fault
from mediation.web.pages.shell import KEPT_BY, carried_by, go, in_language, page, within
from mediation.web.seats import (
    MaybeSeat,
    Posted,
    PostedBySeat,
    Seat,
    TheSeat,
    cookie_name,
    is_secure,
    place_of,
    token_of,
)

router = Branch(include_in_schema=False)
_TRIES = 5
_SPAN = timedelta(minutes=15)
_MOST_FROM_ONE_PLACE = 60
_Fields = list[tuple[str, str]]
_T = TypeVar("_T")


@router.get("/login", name="login")
def login(request: Request, seat: MaybeSeat, to: str = "/") -> Response:
    if seat is not None and seat.stage == "in":
        return go(within(to))
    return page(request, None, "login.html", to=within(to), name="", fault="", kept=[])


@router.post("/login", name="log_in")
def log_in(request: Request, desk: TheDesk, form: Posted) -> Response:
    name, password, to = (str(form.get(key, "")) for key in ("name", "password", "to"))
    place = place_of(request)
    now = desk.clock.now()
    with desk.database.reading() as session:
        attempts.refuse_too_many(session, desk.keyring, "login", place, now, _SPAN, _MOST_FROM_ONE_PLACE)

    def enter(session: Session) -> entering.Entered | entering.Refused:
        language = current_language()
        return entering.enter(session, desk.keyring, name, password, desk.clock.now(), language)

    found = _counted(desk, enter)
    if isinstance(found, entering.Refused):
        with desk.database.writing() as session:
            attempts.count(session, desk.keyring, "login", place, now, _SPAN)
        return page(
            request,
            None,
            "login.html",
            status=401,
            to=within(to),
            name=name,
            fault=found.sentence,
            kept=carried_by(form),
        )
    return _with_cookie(request, _after(request, desk, found, within(to), carried_by(form)), found.token)


@router.post("/login/resume", name="resume")
def resume(request: Request, seat: MaybeSeat, form: Posted) -> Response:
    """The form that a lapsed login had broken off, for who has come in by another window meanwhile: by the identity provider, say."""
    to, kept = within(str(form.get("to", "/"))), carried_by(form)
    if seat is None or seat.stage != "in":
        fault = _("还没有登录。请先登录，刚才填写的内容会保留。")
        return page(request, None, "login.html", status=401, to=to, name="", fault=fault, kept=kept)
    return _resumed(request, to, kept, seat.form_token, seat.account)


@router.get("/login/code", name="code")
def code(request: Request, seat: TheSeat, to: str = "/") -> Response:
    return _code_page(request, seat, within(to), [], seat.form_token)


@router.post("/login/code", name="give_code")
def give_code(request: Request, desk: TheDesk, seat: TheSeat, form: PostedBySeat) -> Response:
    to = within(str(form.get("to", "/")))
    said = str(form.get("code", ""))

    def look(session: Session) -> entering.Entered | entering.Refused | None:
        token, now = token_of(request), desk.clock.now()
        return entering.give_code(session, desk.keyring, token, said, now, phone_time(desk.clock))

    found = _counted(desk, look)
    kept = carried_by(form)
    if found is None:
        return page(request, None, "login.html", status=401, to=to, name="", fault="", kept=kept)
    if isinstance(found, entering.Refused):
        return _code_page(request, seat, to, kept, seat.form_token, found.sentence)
    return _with_cookie(request, _after(request, desk, found, to, kept), found.token)


@router.get("/me/password", name="password")
def password(request: Request, seat: TheSeat) -> Response:
    return _password_page(request, seat, seat.stage, seat.form_token)


@router.post("/me/password", name="change_password")
def change_password(request: Request, desk: TheDesk, seat: TheSeat, form: PostedBySeat) -> Response:
    before, new, repeated = (str(form.get(key, "")) for key in ("before", "password", "repeated"))

    def change(session: Session) -> entering.Refused | None:
        entry, account = _own(desk, session, request, hold=True)
        return entering.change_password(session, entry, account, before, new, repeated, desk.clock.now())

    try:
        refused = _counted(desk, change)
    except InputInvalid as error:
        problems = [Fault(one.key, "", one.message) for one in error.problems]
    else:
        if refused is None:
            said = _("密码已经换好，其他地方的登录都已退出")
            if kept := carried_by(form):
                to = within(str(form.get("to", "/")))
                return _resumed(request, to, kept, seat.form_token, seat.account, said)
            return go("/", said)
        problems = [Fault("before", "", refused.sentence)]
    asked = {"problems": problems, "to": within(str(form.get("to", "/"))), "kept": carried_by(form)}
    return _password_page(request, seat, seat.stage, seat.form_token, status=422, **asked)


@router.get("/me", name="me")
def me(request: Request, desk: TheDesk, seat: TheSeat) -> Response:
    with desk.database.reading() as session:
        account = keeping.found(session, seat.account)
        sessions = queries.open_sessions(session, account.id or 0)
        return page(
            request, seat, "me.html", account=account, sessions=len(sessions), secret="", picture="", fault=""
        )


@router.post("/me/second-factor", name="set_second_factor")
def set_second_factor(request: Request, desk: TheDesk, seat: TheSeat, form: PostedBySeat) -> Response:
    with desk.database.writing() as session:
        account = keeping.found(session, seat.account, hold=True)
        if account.totp_since is not None:
            raise NotPermitted(_("已经设置了动态验证码；换了手机，请安全保密管理员先取消"))
        secret = keeping.new_second_factor(account)
        session.add(account)
    return _factor_page(request, desk, seat, secret, "")


@router.post("/me/second-factor/confirm", name="confirm_second_factor")
def confirm_second_factor(request: Request, desk: TheDesk, seat: TheSeat, form: PostedBySeat) -> Response:
    try:
        with desk.database.writing() as session:
            account = keeping.found(session, seat.account, hold=True)
            code = str(form.get("code", ""))
            now = desk.clock.now()
            keeping.confirm_second_factor(session, account, code, now, phone_time(desk.clock))
    except InputInvalid as error:
        with desk.database.reading() as session:
            secret = keeping.found(session, seat.account).totp_secret or ""
        return _factor_page(request, desk, seat, secret, error.problems[0].message, 422)
    return go("/me", _("以后每次登录都要输入手机上的六位验证码"))


@router.post("/me/post", name="switch_post")
def switch_post(request: Request, desk: TheDesk, seat: TheSeat, form: PostedBySeat) -> Response:
    chosen = str(form.get("post", ""))
    with desk.database.writing() as session:
        entry, account = _own(desk, session, request)
        entering.switch_post(
            session, entry, account, int(chosen) if chosen.isdecimal() else 0, desk.clock.now()
        )
    return go(within(str(form.get("back", "/"))))


@router.get("/language/{language}", name="language")
def choose_language(request: Request, language: str, back: str = "/") -> Response:
    """The language of a browser that nobody has logged in with: the login, residents' pages."""
    return in_language(go(within(back)), language)


@router.post("/me/language", name="speak")
def set_language(request: Request, desk: TheDesk, seat: TheSeat, form: PostedBySeat) -> Response:
    chosen = "en" if form.get("language") == "en" else "zh"
    with desk.database.writing() as session:
        entry, _account = _own(desk, session, request)
        entry.language = chosen
        session.add(entry)
    return in_language(go(within(str(form.get("back", "/")))), chosen)


@router.post("/logout", name="log_out")
def log_out(request: Request, desk: TheDesk, seat: TheSeat, form: PostedBySeat) -> Response:
    with desk.database.writing() as session:
        entering.leave(session, desk.keyring, token_of(request), desk.clock.now())
    answer = go("/login", _("已退出"))
    answer.delete_cookie(
        cookie_name(request), path="/", secure=is_secure(request), httponly=True, samesite="lax"
    )
    answer.headers["Clear-Site-Data"] = '"storage"'  # half-filled forms that the tab has kept
    return answer


def _counted(desk: Desk, look: Callable[[Session], _T]) -> _T:
    """Look at what was given as a proof, again if another wrote to the instance's trail in the same moment: no wrong one goes uncounted."""
    for attempt in range(_TRIES):
        try:
            with desk.database.writing() as session:
                return look(session)
        except CaseChanged:
            if attempt == _TRIES - 1:
                raise
    raise AssertionError


def _after(request: Request, desk: Desk, found: entering.Entered, to: str, kept: _Fields) -> Response:
    """Where a login leads: the missing step, the page that was asked for, or the form that a lapsed login had broken off."""
    token = masked(entering.form_token(desk.keyring, found.token))
    if found.stage == "code":
        if not kept:
            return go(f"/login/code?to={quote(to, safe='')}")
        return _code_page(request, None, to, kept, token)
    if found.stage == "change":
        return (
            _password_page(request, None, "change", token, to=to, kept=kept) if kept else go("/me/password")
        )
    return _resumed(request, to, kept, token, found.account) if kept else go(to)


def _code_page(
    request: Request, seat: Seat | None, to: str, kept: _Fields, token: str, fault: str = ""
) -> Response:
    status = 401 if fault else 200
    return page(request, seat, "code.html", status=status, to=to, fault=fault, kept=kept, form_token=token)


def _password_page(
    request: Request, seat: Seat | None, stage: str, token: str, status: int = 200, **known: Any
) -> Response:
    asked = {"problems": [], "to": "/", "kept": [], **known}
    return page(request, seat, "password.html", status=status, stage=stage, form_token=token, **asked)


def _resumed(
    request: Request, to: str, kept: _Fields, token: str, account: str, changed: str = ""
) -> Response:
    """The form that a lapsed login had broken off, for whoever had filled it in; nobody else reads or sends it.

    `changed`: what has been done on the way, told first.
    """
    fields = [(key, value) for key, value in kept if key != KEPT_BY]
    if (KEPT_BY, account) not in kept:
        dropped = _("没有交上去的内容是另一个人填的，没有带过来")
        return go("/", joined([changed, dropped], "；") if changed else dropped)
    return page(request, None, "resume.html", to=to, kept=fields, form_token=token, changed=changed)


def _with_cookie(request: Request, answer: Response, token: str) -> Response:
    answer.set_cookie(
        cookie_name(request), token, path="/", secure=is_secure(request), httponly=True, samesite="lax"
    )
    return answer


def _own(
    desk: Desk, session: Session, request: Request, *, hold: bool = False
) -> tuple[LoginSession, Account]:
    found = entering.see(session, desk.keyring, token_of(request), desk.clock.now(), hold=hold)
    if found is None:
        raise NotPermitted(_("登录已过期"))
    return found


def _factor_page(
    request: Request, desk: Desk, seat: TheSeat, secret: str, fault: str, status: int = 200
) -> Response:
    address = pyotp.TOTP(secret).provisioning_uri(name=seat.name, issuer_name=desk.office.site_name)
    picture = segno.make(address, error="m").svg_data_uri(scale=5, border=2)
    with desk.database.reading() as session:
        account = keeping.found(session, seat.account)
        return page(
            request,
            seat,
            "me.html",
            status=status,
            account=account,
            sessions=0,
            secret=secret,
            picture=picture,
            fault=fault,
        )
