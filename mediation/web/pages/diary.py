"""我的一天, and the calendar of sessions and rooms, on the page and as a file for calendars."""

from datetime import date, timedelta
from typing import Annotated, Literal

from fastapi import Query, Request
from starlette.responses import Response

from mediation.clock import local_day
from mediation.web.branch import Branch
from mediation.web.deps import TheDesk
from mediation.web.icalendar import AHEAD, BEFORE, CALENDAR, icalendar
from mediation.web.pages.shell import page
from mediation.web.pages.wording import CASE_WORDS
from mediation.web.seats import TheSeat

router = Branch(include_in_schema=False)
FirstDay = Annotated[date | None, Query(alias="on", description="a day of the week or month that is shown")]


@router.get("/day", name="day")
def day(request: Request, desk: TheDesk, seat: TheSeat) -> Response:
    return page(
        request,
        seat,
        "day.html",
        day=desk.room.day(seat.post),
        today=local_day(desk.clock.now()),
        words=CASE_WORDS,
    )


@router.get("/calendar", name="calendar")
def calendar(
    request: Request,
    desk: TheDesk,
    seat: TheSeat,
    span: Literal["week", "month"] = "week",
    on: FirstDay = None,
    own: bool = False,
) -> Response:
    today = local_day(desk.clock.now())
    first, last = _bounds(on or today, span)
    lines = desk.room.diary(seat.post, first, last, own=own)
    days = [
        (one, [line for line in lines if line.day == one])
        for one in (first + timedelta(days=at) for at in range((last - first).days + 1))
    ]
    return page(
        request,
        seat,
        "calendar.html",
        days=days,
        span=span,
        own=own,
        first=first,
        last=last,
        today=today,
        before=first - timedelta(days=1),
        after=last + timedelta(days=1),
        words=CASE_WORDS,
    )


@router.get("/calendar.ics", name="calendar_file")
def calendar_file(desk: TheDesk, seat: TheSeat, own: bool = True) -> Response:
    """Times, numbers and places: a calendar on a phone is nobody's file, so it holds no name and no title."""
    today = local_day(desk.clock.now())
    lines = desk.room.outgoing(seat.post, today - BEFORE, today + AHEAD, own=own)
    return Response(
        icalendar(lines),
        media_type=CALENDAR,
        headers={"Content-Disposition": 'attachment; filename="calendar.ics"'},
    )


def _bounds(of: date, span: str) -> tuple[date, date]:
    """The Monday and Sunday of a week; the first and last day of a month."""
    if span == "week":
        monday = of - timedelta(days=of.weekday())
        return monday, monday + timedelta(days=6)
    first = of.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
