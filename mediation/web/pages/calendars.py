"""手机日历订阅: the secret address of one's own appointments, made, remade and ended; and what is found at it, without a login."""

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256

import segno
from fastapi import Request
from sqlmodel import Session
from starlette.responses import Response

from mediation.accounts import calendars, entering, keeping
from mediation.cases.workspace.day import DiaryLine
from mediation.clock import local_day
from mediation.errors import NotFound
from mediation.language import _
from mediation.web.answers import secret_once
from mediation.web.branch import Branch
from mediation.web.deps import Desk, TheDesk
from mediation.web.icalendar import AHEAD, BEFORE, CALENDAR, icalendar
from mediation.web.pages.cases import asked_by
from mediation.web.pages.residents import count, refuse_too_many
from mediation.web.pages.shell import go, page
from mediation.web.seats import PostedBySeat, Seat, TheSeat, place_of

router = Branch(include_in_schema=False)
_QUARTER = timedelta(minutes=15)
_GUESSES = (("calendar", _QUARTER, 20), ("calendar all", _QUARTER, 2_000))
_OWN = "/me/calendar"


@router.get(_OWN, name="calendar_address")
def own_address(request: Request, desk: TheDesk, seat: TheSeat) -> Response:
    return _own_page(request, desk, seat)


@router.post(_OWN, name="make_calendar_address")
def make_address(request: Request, desk: TheDesk, seat: TheSeat, form: PostedBySeat) -> Response:
    whole_unit = form.get("whose") == "unit"

    def make(remember: Callable[[Session, str], None] | None) -> str:
        with desk.database.writing() as session:
            account = keeping.found(session, seat.account, hold=True)
            now = desk.clock.now()
            secret = calendars.make_address(session, desk.keyring, account, now, whole_unit=whole_unit)
            if remember is not None:
                remember(session, secret)
        return secret

    made = secret_once(desk, asked_by(request, seat, form), make, _OWN)
    if isinstance(made, Response):
        return made
    root = (desk.office.public_address or str(request.base_url)).rstrip("/")
    return _own_page(request, desk, seat, f"{root}/calendar/{made}.ics")


@router.post(f"{_OWN}/end", name="end_calendar_address")
def end_address(desk: TheDesk, seat: TheSeat, form: PostedBySeat) -> Response:
    with desk.database.writing() as session:
        account = keeping.found(session, seat.account, hold=True)
        ended = calendars.end_address(session, account, desk.clock.now(), by=seat.name)
    return go(_OWN, _("订阅地址已收回，手机日历不会再更新") if ended else "")


@router.get("/calendar/{secret}.ics", name="calendar_feed")
def feed(request: Request, desk: TheDesk, secret: str) -> Response:
    """One answer for all that is no address in force, whatever is the matter with it; who tries many is refused."""
    whose = (place_of(request), "")
    refuse_too_many(desk, _GUESSES, whose)
    now = desk.clock.now()
    with desk.database.reading() as session:
        found = calendars.find_address(session, desk.keyring, secret)
        posts = entering.posts_today(session, found[1], local_day(now)) if found else []
    if found is None:
        count(desk, _GUESSES, whose)
        raise NotFound(_("没有这个日历：地址不对，或者已经收回"))
    row = found[0]
    body = icalendar(_lines(desk, [post.id or 0 for post in posts], now, own=not row.whole_unit))
    if calendars.wants_noting(row, now):
        _note_used(desk, secret, now)
    headers = {"Cache-Control": "private, no-cache", "ETag": f'"{sha256(body).hexdigest()[:32]}"'}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=CALENDAR, headers=headers)


def _lines(desk: Desk, posts: list[int], now: datetime, *, own: bool) -> list[DiaryLine]:
    """What the person sees today in any post, each appointment once, in order of time."""
    today = local_day(now)
    found = {
        (line.case, line.ordinal): line
        for post in posts
        for line in desk.room.outgoing(post, today - BEFORE, today + AHEAD, own=own)
    }
    return sorted(found.values(), key=lambda line: (line.starts_at, line.case, line.ordinal))


def _note_used(desk: Desk, secret: str, now: datetime) -> None:
    with desk.database.writing() as session:
        found = calendars.find_address(session, desk.keyring, secret)
        if found is not None:
            found[0].used_at = now
            session.add(found[0])


def _own_page(request: Request, desk: Desk, seat: Seat, address: str = "") -> Response:
    with desk.database.reading() as session:
        row = calendars.address_of(session, keeping.found(session, seat.account))
    picture = segno.make(address, error="m").svg_data_uri(scale=4, border=2) if address else ""
    return page(request, seat, "calendar_address.html", row=row, address=address, picture=picture)
