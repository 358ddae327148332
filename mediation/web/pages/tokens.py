"""接口令牌: everybody's own, made for one of the own posts and revoked; and all of them for the security administrator to revoke."""

from collections.abc import Callable
from typing import Any

from fastapi import Request
from sqlmodel import Session
from starlette.responses import Response

from mediation.accounts import tokens as account_tokens
from mediation.clock import local_day
from mediation.errors import InputInvalid, NotPermitted, Problem
from mediation.language import _
from mediation.people import queries as people
from mediation.people import tokens
from mediation.web.answers import secret_once
from mediation.web.branch import Branch
from mediation.web.deps import Desk, TheDesk
from mediation.web.forms.fields import Fault
from mediation.web.pages.cases import asked_by
from mediation.web.pages.shell import go, page
from mediation.web.seats import PostedBySeat, Seat, TheSeat

router = Branch(include_in_schema=False)
_OWN, _ALL = "/me/tokens", "/admin/tokens"
_USUAL_DAYS = "30"
_TITLES = {"label": "给谁、做什么用", "scopes": "可以用来", "days": "有效天数"}


@router.get(_OWN, name="own_tokens")
def own_tokens(request: Request, desk: TheDesk, seat: TheSeat) -> Response:
    return _own_page(request, desk, seat)


@router.post(_OWN, name="issue_own_token")
def issue(request: Request, desk: TheDesk, seat: TheSeat, form: PostedBySeat) -> Response:
    said: dict[str, Any] = {key: str(form.get(key, "")).strip()[:200] for key in ("label", "days", "post")}
    said["scopes"] = [str(one) for one in form.getlist("scopes")][: len(tokens.SCOPES) + 1]
    post = int(said["post"]) if said["post"].isdecimal() else seat.post
    if post not in {one.id for one in seat.posts}:
        raise NotPermitted(_("这不是您今天在任的岗位"))

    def make(remember: Callable[[Session, str], None] | None) -> str:
        with desk.database.writing() as session:
            by = people.actor_of_post(session, post, local_day(desk.clock.now())).code
            days = int(said["days"]) if said["days"].isdecimal() else 0
            token = tokens.issue_token(
                session,
                desk.keyring,
                post,
                said["label"],
                desk.clock.now(),
                days,
                scopes=said["scopes"],
                by=by,
                must_say=True,
            )
            if remember is not None:
                remember(session, token)
        return token

    try:
        made = secret_once(desk, asked_by(request, seat, form), make, _OWN)
    except InputInvalid as error:
        return _own_page(request, desk, seat, said=said, problems=error.problems, status=422)
    return made if isinstance(made, Response) else _own_page(request, desk, seat, told=made)


@router.post(f"{_OWN}/{{token}}/revoke", name="revoke_own_token")
def revoke_own(desk: TheDesk, seat: TheSeat, token: str, form: PostedBySeat) -> Response:
    with desk.database.writing() as session:
        tokens.end_token(session, token[:60], desk.clock.now(), posts=_posts(session, desk, seat))
    return go(_OWN, _("令牌已收回，马上失效"))


@router.get(_ALL, name="all_tokens")
def all_tokens(request: Request, desk: TheDesk, seat: TheSeat) -> Response:
    with desk.database.reading() as session:
        found = tokens.list_tokens(session)
        now = desk.clock.now()
        others = [
            one for one in account_tokens.lines(session) if one.revoked_at is None and now < one.expires_at
        ]
    return _page(request, desk, seat, found, own=False, of_administrators=others[::-1])


@router.post(f"{_ALL}/{{token}}/revoke", name="revoke_any_token")
def revoke_any(desk: TheDesk, seat: TheSeat, token: str, form: PostedBySeat) -> Response:
    with desk.database.writing() as session:
        tokens.end_token(session, token[:60], desk.clock.now(), by=seat.name)
    return go(_ALL, _("令牌已收回，马上失效"))


def _posts(session: Session, desk: Desk, seat: Seat) -> set[int]:
    """All posts that the person holds or has held: a token of a former post can be revoked still."""
    actor = people.actor_of_post(session, seat.post, local_day(desk.clock.now()))
    return {post.id or 0 for post in people.posts_of(session, actor.person_id)}


def _own_page(
    request: Request,
    desk: Desk,
    seat: Seat,
    *,
    said: dict[str, Any] | None = None,
    problems: tuple[Problem, ...] = (),
    told: str = "",
    status: int = 200,
) -> Response:
    with desk.database.reading() as session:
        found = tokens.list_tokens(session, _posts(session, desk, seat))
    return _page(
        request,
        desk,
        seat,
        found,
        own=True,
        status=status,
        told=told,
        form=said or {"label": "", "days": _USUAL_DAYS, "post": str(seat.post), "scopes": ["read"]},
        problems=[Fault(one.key, _(_TITLES.get(one.key, "")), one.message) for one in problems],
        most_days=tokens.MOST_DAYS,
    )


def _page(
    request: Request,
    desk: Desk,
    seat: Seat,
    found: list[tokens.TokenLine],
    *,
    own: bool,
    status: int = 200,
    told: str = "",
    **known: Any,
) -> Response:
    now = desk.clock.now()
    over = [one for one in found if one.revoked_at is not None or one.expires_at <= now]
    lines = [one for one in reversed(found) if one not in over]
    return page(
        request,
        seat,
        "tokens.html",
        status=status,
        own=own,
        told=told,
        lines=lines,
        over=over[::-1],
        scopes=tokens.SCOPE_TITLES,
        **known,
    )
