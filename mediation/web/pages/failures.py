"""What an error is on a page. The API keeps its problem sheets: who asks under /api, /health … gets those."""

from http import HTTPStatus
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from mediation.accounts import entering
from mediation.accounts.attempts import TriedTooOften
from mediation.errors import MediationError, NotFound
from mediation.language import _
from mediation.web import errors
from mediation.web.brakes import HELD
from mediation.web.errors import KeyReused, LoginNeeded, StepNeeded
from mediation.web.form_tokens import is_same, masked
from mediation.web.pages.shell import KEPT_BY, carried_by, go, page, within
from mediation.web.seats import token_of
from mediation.web.strangers import turned_away

_SHEETS = ("/api/", "/health", "/ready", "/metrics")
_NOT_KEPT = frozenset({"form_token", "password", "before", "repeated", "code"})
_BETWEEN = frozenset({"/login/code", "/me/password"})
_MOST_KEPT = 200_000


def install(app: FastAPI) -> None:
    """Let pages answer errors as pages, and everything else by a problem sheet."""
    app.add_exception_handler(MediationError, _told)
    app.add_exception_handler(RequestValidationError, _misshapen)
    app.add_exception_handler(HTTPException, _framework)
    app.add_exception_handler(Exception, _unexpected)


def wants_sheet(request: Request) -> bool:
    """Is it a program that asks, not a person?"""
    return f"{request.scope['path']}/".startswith(_SHEETS)


def too_large(request: Request) -> Response:
    """The answer to a body over its limit that nobody has read."""
    if wants_sheet(request):
        return errors.too_large()
    return _failed(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _too_large())


def too_often(request: Request) -> Response:
    """The answer from memory to whoever goes on posting after having been refused."""
    error = TriedTooOften()
    if wants_sheet(request):
        return errors.answer(error)
    told = _failed(request, errors.status_of(error), error.message)
    told.headers["Retry-After"] = str(round(HELD.total_seconds()))
    return told


def _too_large() -> str:
    return _(
        "提交的内容太大了，没有收下。用浏览器的后退键回到刚才的表（填过的还在），减少或者压缩文件后再交。"
    )


async def _told(request: Request, error: Exception) -> Response:
    assert isinstance(error, MediationError)
    if wants_sheet(request):
        return await errors.told(request, error)
    if isinstance(error, LoginNeeded):
        return await _login(request)
    if isinstance(error, StepNeeded):
        return go("/login/code" if error.stage == "code" else "/me/password")
    status = errors.status_of(error)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _failed(request, status, _((type(error).__doc__ or "").strip()), errors.logged(error))
    reasons = getattr(error, "reasons", ())
    sentence = _sent_before() if isinstance(error, KeyReused) else error.message
    return _failed(request, status, sentence, problems=getattr(error, "problems", ()), reasons=reasons)


def _sent_before() -> str:
    return _("这张表已经办过一次，这次的内容和那次不同，没有再办。还要办的，请重新打开页面填写。")


async def _misshapen(request: Request, error: Exception) -> Response:
    if wants_sheet(request):
        return await turned_away(request) or await errors.misshapen(request, error)
    return _failed(request, HTTPStatus.NOT_FOUND, NotFound().message)


async def _framework(request: Request, error: Exception) -> Response:
    if wants_sheet(request):
        unread = isinstance(error, HTTPException) and error.status_code == HTTPStatus.BAD_REQUEST
        refused = await turned_away(request) if unread else None
        return refused or await errors.framework(request, error)
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    sentence = {
        HTTPStatus.NOT_FOUND: _("没有这个页面。"),
        HTTPStatus.METHOD_NOT_ALLOWED: _("这个地址不能这样打开，请从页面上的按钮进入。"),
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: _too_large(),
    }.get(status, _("请求没有办成。"))
    return _failed(request, status, sentence)


async def _unexpected(request: Request, error: Exception) -> Response:
    if wants_sheet(request):
        return await errors.unexpected(request, error)
    sentence = _("程序出错，操作可能没有完成。请先查看案件，再决定是否重试；报修时请给出下面的编号。")
    return _failed(request, HTTPStatus.INTERNAL_SERVER_ERROR, sentence, errors.logged(error))


async def _login(request: Request) -> Response:
    """The login, on the way to where one wanted; what a form held is carried along, but for secrets and files."""
    here = request.scope["path"]
    query = request.scope["query_string"].decode("latin-1")
    if request.method != "POST":
        to = within(f"{here}?{query}" if query else here)
        return go(f"/login?to={quote(to, safe='')}" if to != "/" else "/login")
    form = await request.form()
    if here in _BETWEEN:  # half-way into a login, with what a form held before it
        to, carried = within(str(form.get("to", "/"))), carried_by(form)
        fault = _("登录已过期，请重新登录。")
        return page(request, None, "login.html", status=401, to=to, name="", fault=fault, kept=carried)
    kept = [
        (key, value) for key, value in form.multi_items() if isinstance(value, str) and key not in _NOT_KEPT
    ]
    if sum(len(value) for _key, value in kept) > _MOST_KEPT:
        kept = []
    owner = _owner(request, str(form.get("form_token", "")))
    kept = [(KEPT_BY, owner), *kept] if kept and owner else []
    fault = _("登录已过期。请重新登录，刚才填写的内容会保留。") if kept else _("登录已过期，请重新登录。")
    return page(request, None, "login.html", status=401, to=within(here), name="", fault=fault, kept=kept)


def _owner(request: Request, form_token: str) -> str:
    """The account that had the form open: of the session that the browser shows, if the form is of that session; else ""."""
    desk, token = request.app.state.desk, token_of(request)
    if not token or not is_same(form_token, masked(entering.form_token(desk.keyring, token))):
        return ""
    with desk.database.reading() as session:
        return entering.whose(session, desk.keyring, token)


def _failed(
    request: Request,
    status: HTTPStatus,
    sentence: str,
    incident: str = "",
    problems: object = (),
    reasons: object = (),
) -> Response:
    return page(
        request,
        None,
        "failure.html",
        status=status,
        title=errors.titles().get(status, _("没有办成")),
        sentence=sentence,
        incident=incident,
        problems=problems,
        reasons=reasons,
        back=_back(request),
    )


def _back(request: Request) -> str:
    """From where it was asked; else from an act to its case; else to the front page."""
    asked = request.headers.get("referer", "").partition(request.headers.get("host", "\0"))[2]
    return within(asked or request.scope["path"].rpartition("/do/")[0] or "/")
