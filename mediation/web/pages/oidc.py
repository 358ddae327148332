"""Coming in by the office's identity provider: there, and back with an answer. Off unless the instance has one."""

import logging
from datetime import timedelta

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from mediation.accounts import attempts, entering, oidc, queries
from mediation.clock import time_elsewhere
from mediation.errors import NotFound
from mediation.language import _, current_language
from mediation.settings import Oidc
from mediation.web.branch import Branch
from mediation.web.deps import Desk, TheDesk
from mediation.web.pages.shell import go, page, within
from mediation.web.seats import cookie_name, is_secure, place_of

router = Branch(include_in_schema=False)
COOKIE, _PATH = "oidc", "/login/oidc"
_SPAN = timedelta(minutes=15)
_FAILED, _BEGUN = "oidc", "oidc begun"
_MOST = {_FAILED: 60, _BEGUN: 1000}
"""Of one address, an office behind one too: what failed; and how often the machine calls the provider for it."""
_log = logging.getLogger("mediation.accounts")


@router.get(_PATH, name="oidc_begin")
def begin(request: Request, desk: TheDesk, to: str = "/") -> Response:
    said = _provider(desk)
    try:
        _refuse_too_many(request, desk, _FAILED, _BEGUN)
        _count(request, desk, _BEGUN)
        begun = oidc.set_out(said, desk.keyring, _back(request), within(to), time_elsewhere(desk.clock))
    except attempts.TriedTooOften as error:
        return _refused(request, error.message, to=within(to), status=429)
    except oidc.NotRecognized as error:
        return _failed(request, desk, error.why, error.message, to=within(to))
    answer = RedirectResponse(begun.address, 303)
    answer.set_cookie(
        COOKIE,
        begun.sealed,
        max_age=oidc.MOST_MINUTES * 60,
        path=_PATH,
        secure=is_secure(request),
        httponly=True,
        samesite="lax",  # the provider sends the browser back from its own site
    )
    return answer


@router.get(f"{_PATH}/back", name="oidc_back")
def back(request: Request, desk: TheDesk) -> Response:
    said = _provider(desk)
    try:
        _refuse_too_many(request, desk, _FAILED)
        subject, to = oidc.finish(
            said,
            desk.keyring,
            request.cookies.get(COOKIE, ""),
            {key: value[:4000] for key, value in request.query_params.items()},
            _back(request),
            time_elsewhere(desk.clock),
        )
    except attempts.TriedTooOften as error:
        return _refused(request, error.message, status=429)
    except oidc.NotRecognized as error:
        return _failed(request, desk, error.why, error.message)
    with desk.database.writing() as session:
        account = queries.account_of_subject(session, subject, hold=True)
        found = (
            entering.enter_known(session, desk.keyring, account, desk.clock.now(), current_language())
            if account is not None
            else None
        )
    if found is None:
        told = _("您已通过统一身份认证，但还没有绑定账号。请把这个编号交给系统管理员绑定：{subject}")
        return _failed(request, desk, "subject not bound", told.format(subject=subject.partition(" ")[2]))
    if isinstance(found, entering.Refused):
        return _failed(request, desk, "account closed", found.sentence)
    answer = go("/login/code" if found.stage == "code" else within(to))
    answer.delete_cookie(COOKIE, path=_PATH)
    answer.set_cookie(
        cookie_name(request), found.token, path="/", secure=is_secure(request), httponly=True, samesite="lax"
    )
    return answer


def _provider(desk: Desk) -> Oidc:
    said = oidc.settings_of(desk.settings)
    if said is None:
        raise NotFound
    return said


def _back(request: Request) -> str:
    return str(request.base_url).rstrip("/") + f"{_PATH}/back"


def _refuse_too_many(request: Request, desk: Desk, *whats: str) -> None:
    place, now = place_of(request), desk.clock.now()
    with desk.database.reading() as session:
        for what in whats:
            attempts.refuse_too_many(session, desk.keyring, what, place, now, _SPAN, _MOST[what])


def _count(request: Request, desk: Desk, what: str) -> None:
    with desk.database.writing() as session:
        attempts.count(session, desk.keyring, what, place_of(request), desk.clock.now(), _SPAN)


def _failed(request: Request, desk: Desk, why: str, sentence: str, to: str = "/") -> Response:
    """A login that came to nothing: logged by its kind, without the person, for whoever sets the provider up; and counted."""
    _log.warning("login refused: provider, %s", why)
    _count(request, desk, _FAILED)
    return _refused(request, sentence, to)


def _refused(request: Request, sentence: str, to: str = "/", status: int = 401) -> Response:
    """The page of the login, so that the password is at hand."""
    answer = page(request, None, "login.html", status=status, to=to, name="", fault=sentence, kept=[])
    answer.delete_cookie(COOKIE, path=_PATH)
    return answer
