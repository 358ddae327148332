"""Tokens by which a program of the house keeps webhooks for an administrator of the system: made, shown once, withdrawn."""

from collections.abc import Callable
from typing import Any

from fastapi import Request
from sqlmodel import Session
from starlette.responses import Response

from mediation.accounts import keeping, tokens
from mediation.errors import InputInvalid, NotFound, Problem
from mediation.language import _
from mediation.web.answers import secret_once
from mediation.web.branch import Branch
from mediation.web.deps import Desk, TheDesk
from mediation.web.forms.fields import Fault
from mediation.web.pages.cases import asked_by
from mediation.web.pages.shell import go, page
from mediation.web.seats import PostedBySeat, Seat, TheSeat

router = Branch(include_in_schema=False)
_PATH = "/admin/webhooks/tokens"
_USUAL_DAYS = "30"
_MOST_DIGITS = 9
_TITLES = {"label": "给谁、做什么用", "days": "有效天数"}


@router.get(_PATH, name="hook_tokens")
def hook_tokens(request: Request, desk: TheDesk, seat: TheSeat) -> Response:
    return _page(request, desk, seat)


@router.post(_PATH, name="issue_hook_token")
def issue(request: Request, desk: TheDesk, seat: TheSeat, form: PostedBySeat) -> Response:
    said = {key: str(form.get(key, "")).strip()[:200] for key in _TITLES}
    days = int(said["days"]) if said["days"].isdecimal() and len(said["days"]) < _MOST_DIGITS else 0

    def make(remember: Callable[[Session, str], None] | None) -> str:
        with desk.database.writing() as session:
            account, now = keeping.found(session, seat.account), desk.clock.now()
            token = tokens.issue(
                session, desk.keyring, account, said["label"], days, now, by=seat.name, must_say=True
            )
            if remember is not None:
                remember(session, token)
        return token

    try:
        made = secret_once(desk, asked_by(request, seat, form), make, _PATH)
    except InputInvalid as error:
        return _page(request, desk, seat, said=said, problems=error.problems, status=422)
    return made if isinstance(made, Response) else _page(request, desk, seat, told=made)


@router.post(f"{_PATH}/{{token}}/revoke", name="revoke_hook_token")
def revoke(desk: TheDesk, seat: TheSeat, token: str, form: PostedBySeat) -> Response:
    if not (token.isdecimal() and token.isascii() and len(token) < _MOST_DIGITS):
        raise NotFound(_("没有这个令牌，或者它已经失效"))
    with desk.database.writing() as session:
        tokens.end(session, int(token), desk.clock.now(), by=seat.name)
    return go(_PATH if seat.kind == "system" else "/admin/tokens", _("令牌已收回，马上失效"))


def _page(
    request: Request,
    desk: Desk,
    seat: Seat,
    *,
    said: dict[str, str] | None = None,
    problems: tuple[Problem, ...] = (),
    told: str = "",
    status: int = 200,
) -> Response:
    with desk.database.reading() as session:
        found = tokens.lines(session)
    now = desk.clock.now()
    known: dict[str, Any] = {
        "lines": [one for one in reversed(found) if one.revoked_at is None and now < one.expires_at],
        "over": [one for one in reversed(found) if one.revoked_at is not None or now >= one.expires_at],
        "told": told,
        "form": said or {"label": "", "days": _USUAL_DAYS},
        "problems": [Fault(one.key, _(_TITLES.get(one.key, "")), one.message) for one in problems],
        "most_days": tokens.MOST_DAYS,
    }
    return page(request, seat, "hook_tokens.html", status=status, **known)
