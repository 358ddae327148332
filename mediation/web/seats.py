"""Who sits at the browser: the session of a request, judged by the policy, with the forms' own token."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.datastructures import FormData

from mediation.accounts import entering
from mediation.clock import local_day
from mediation.errors import NotPermitted
from mediation.language import _
from mediation.people import queries as people
from mediation.people.actor import Actor
from mediation.people.models import Post
from mediation.units.models import Unit
from mediation.units.queries import copy_of
from mediation.web.deps import TheDesk
from mediation.web.errors import ACTING, ForeignForm, LoginNeeded, StepNeeded
from mediation.web.form_tokens import is_same, masked
from mediation.web.policy import Rule, rule_of

PLAIN_COOKIE, SECURE_COOKIE = "sid", "__Host-sid"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class PostChoice:
    """One of a person's posts, to be switched to."""

    id: int
    title: str
    unit: str


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody who has come in. `actor` is None for administrators, and for staff without a post today.

    `form_token` is what every form of the session carries: under another mask for each answer. `supervises`: the site names posts
    of this kind to supervise.
    """

    account: str
    name: str
    kind: str
    person: str
    stage: str
    language: str
    form_token: str
    second_factor: bool = False
    actor: Actor | None = None
    supervises: bool = False
    posts: tuple[PostChoice, ...] = ()

    @property
    def post(self) -> int:
        """The post that acts. Raises NotPermitted for whoever holds none."""
        if self.actor is None:
            raise NotPermitted(_("您今天没有在任的岗位，不能办理；请找系统管理员"))
        return self.actor.post_id

    def other_post(self, post: int | None) -> PostChoice | None:
        """One of the person's posts, as it is switched to."""
        return next((one for one in self.posts if one.id == post), None)

    def counts_as(self, *kinds: str) -> bool:
        """Is the present post one of these kinds?"""
        return self.actor is not None and not self.actor.counts_as.isdisjoint(kinds)


def may(rule: Rule, seat: Seat) -> bool:
    """Does the rule let the seat's kind of account and post use its page?"""
    if seat.kind not in rule.accounts:
        return False
    return not rule.posts or seat.counts_as(*rule.posts) or (rule.supervisors and seat.supervises)


def place_of(request: Request) -> str:
    """Where a request comes from, as far as attempts are counted: an address, of IPv6 the network of one customer (/64)."""
    try:
        address = ip_address(request.client.host if request.client else "")
    except ValueError:
        return request.client.host if request.client else ""
    if isinstance(address, IPv4Address):
        return str(address)
    return str(address.ipv4_mapped or ip_network((address, 64), strict=False))


def is_secure(request: Request) -> bool:
    """Did the request come by TLS, here or at the proxy in front?"""
    return bool(request.scope.get("scheme") == "https")


def cookie_name(request: Request) -> str:
    """The name of the session's cookie; `__Host-` binds it to the host, and wants TLS."""
    return SECURE_COOKIE if is_secure(request) else PLAIN_COOKIE


def token_of(request: Request) -> str:
    """The token that the browser shows; nothing if it has none."""
    return request.cookies.get(cookie_name(request), "")


def seat_of(request: Request, desk: TheDesk) -> Seat | None:
    """Who asks, if the route's rule lets them.

    None on pages for anybody, if nobody has come in. Raises LoginNeeded, StepNeeded, NotPermitted; a route without a rule
    is refused to everybody.
    """
    rule = rule_of(request.scope["route"].name)
    if rule is None:
        raise NotPermitted
    seat = _seat(request, desk)
    if seat is not None:
        request.scope[ACTING] = f"account {seat.account}"
    if rule.accounts:
        _judge(rule, seat)
    return seat


async def seated(seat: Annotated[Seat | None, Depends(seat_of)]) -> Seat:
    """Who asks, on a page that wants a login."""
    if seat is None:
        raise LoginNeeded
    return seat


MaybeSeat = Annotated[Seat | None, Depends(seat_of)]
TheSeat = Annotated[Seat, Depends(seated)]


async def _posted(request: Request) -> AsyncIterator[FormData]:
    """The form that was posted, if it comes from one of our own pages. Its files are let go of when it was dealt with."""
    if not _is_our_own(request):
        raise ForeignForm
    async with request.form(max_files=80, max_fields=4000, max_part_size=8 * 1024 * 1024) as form:
        yield form


Posted = Annotated[FormData, Depends(_posted)]


async def _in_turn(form: Posted) -> AsyncIterator[FormData]:
    yield form


PostedInTurn = Annotated[FormData, Depends(_in_turn, scope="function", max_concurrency=1)]
"""A form of anybody's: read as it comes, then dealt with one after another, so that the office never works beside a crowd of them."""


def check_form(form: FormData, seat: Seat | None) -> None:
    """Does the form carry the session's token? Raises ForeignForm."""
    if seat is not None and not is_same(str(form.get("form_token", "")), seat.form_token):
        raise ForeignForm


async def _posted_by(form: Posted, seat: TheSeat) -> FormData:
    check_form(form, seat)
    return form


PostedBySeat = Annotated[FormData, Depends(_posted_by)]
"""A form of the session's own."""


def _is_our_own(request: Request) -> bool:
    """By what browsers say of where a request comes from (Sec-Fetch-Site, else Origin)."""
    if request.method in _SAFE:
        return True
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def _judge(rule: Rule, seat: Seat | None) -> None:
    if seat is None:
        raise LoginNeeded
    order = ("code", "change", "in")
    if order.index(seat.stage) < order.index(rule.stage or "code"):
        raise StepNeeded(seat.stage)
    if not may(rule, seat):
        raise NotPermitted


def _seat(request: Request, desk: Any) -> Seat | None:
    token = token_of(request)
    if not token:
        return None
    now = desk.clock.now()
    day = local_day(now)
    with desk.database.reading() as session:
        found = entering.see(session, desk.keyring, token, now)
        if found is None:
            return None
        desk.keep_up(session)
        entry, account = found
        posts = entering.posts_today(session, account, day)
        held = next((post for post in posts if post.id == entry.post_id), posts[0] if posts else None)
        actor = people.actor_of_post(session, held.id or 0, day) if held is not None else None
        person = actor.name if actor else _person_name(session, account.person_id)
        seat = Seat(
            account=account.public_id,
            name=account.name,
            kind=account.kind,
            person=person or account.name,
            stage=entry.stage,
            language=entry.language,
            form_token=masked(entering.form_token(desk.keyring, token)),
            second_factor=account.totp_since is not None,
            actor=actor,
            supervises=actor is not None
            and not actor.counts_as.isdisjoint(desk.office.supervision.supervisors.posts),
            posts=tuple(_choice(session, post) for post in posts),
        )
        stale = entering.wants_seeing(entry, now)
    if stale:
        with desk.database.writing() as session:
            again = entering.see(session, desk.keyring, token, now)
            if again is not None:
                again[0].seen_at = now
                session.add(again[0])
    return seat


def _choice(session: Any, post: Post) -> PostChoice:
    unit = copy_of(session, Unit, post.unit_id)
    return PostChoice(post.id or 0, post.title, unit.name if unit else "")


def _person_name(session: Any, person_id: int | None) -> str:
    who = people.person_of_id(session, person_id) if person_id else None
    return who.name if who else ""
