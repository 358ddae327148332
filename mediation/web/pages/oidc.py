"""Coming in by the office's identity provider: there, and back with an answer. Off unless the instance has one."""

from datetime import timedelta

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from mediation.accounts import attempts, entering, oidc, queries
from mediation.errors import NotFound
from mediation.language import _, current_language
from mediation.settings import Oidc
from mediation.web.branch import Branch
from mediation.web.deps import Desk, TheDesk
from mediation.web.pages.shell import go, page, within
from mediation.web.seats import cookie_name, is_secure, place_of

router = Branch(include_in_schema=False)
COOKIE, _PATH = "oidc", "/login/oidc"
_SPAN, _MOST = timedelta(minutes=15), 60


@router.get(_PATH, name="oidc_begin")
def begin(request: Request, desk: TheDesk, to: str = "/") -> Response:
    said = _provider(desk)
    _count(request, desk)
    try:
        begun = oidc.set_out(said, desk.keyring, _back(request), within(to), desk.clock.now())
    except oidc.NotRecognized as error:
        return _refused(request, error.message, to=within(to))
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
    said, now = _provider(desk), desk.clock.now()
    _count(request, desk)
    try:
        subject, to = oidc.finish(
            said,
            desk.keyring,
            request.cookies.get(COOKIE, ""),
            {key: value[:4000] for key, value in request.query_params.items()},
            _back(request),
            now,
        )
    except oidc.NotRecognized as error:
        return _refused(request, error.message)
    with desk.database.writing() as session:
        account = queries.account_of_subject(session, subject, hold=True)
        found = (
            entering.enter_known(session, desk.keyring, account, now, current_language())
            if account is not None
            else None
        )
    if found is None:
        told = _("您已通过统一身份认证，但还没有绑定账号。请把这个编号交给系统管理员绑定：{subject}")
        return _refused(request, told.format(subject=subject.partition(" ")[2]))
    if isinstance(found, entering.Refused):
        return _refused(request, found.sentence)
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


def _count(request: Request, desk: Desk) -> None:
    """Nobody makes the machine call the provider without end."""
    place, now = place_of(request), desk.clock.now()
    with desk.database.reading() as session:
        attempts.refuse_too_many(session, desk.keyring, "oidc", place, now, _SPAN, _MOST)
    with desk.database.writing() as session:
        attempts.count(session, desk.keyring, "oidc", place, now, _SPAN)


def _refused(request: Request, sentence: str, to: str = "/") -> Response:
    answer = page(request, None, "login.html", status=401, to=to, name="", fault=sentence, kept=[])
    answer.delete_cookie(COOKIE, path=_PATH)
    return answer
