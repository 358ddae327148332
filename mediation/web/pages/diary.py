"""我的一天, and the calendar of sessions and rooms, on the page and as a file for calendars."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from mediation.cases.workspace.day import DiaryLine
from mediation.clock import local_day
from mediation.language import _
from mediation.web.deps import TheDesk
from mediation.web.pages.shell import page
from mediation.web.pages.wording import CASE_WORDS
from mediation.web.seats import TheSeat

router = APIRouter(include_in_schema=False)
_AHEAD = timedelta(days=92)
_BEFORE = timedelta(days=31)
_OCTETS = 75
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
    now = desk.clock.now()
    today = local_day(now)
    lines = desk.room.diary(seat.post, today - _BEFORE, today + _AHEAD, own=own)
    return Response(
        icalendar(lines, now),
        media_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="calendar.ics"'},
    )


def icalendar(lines: Iterable[DiaryLine], now: datetime) -> bytes:
    """The appointments as a calendar file (RFC 5545)."""
    rows = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//mediation//calendar//ZH", "CALSCALE:GREGORIAN"]
    for line in lines:
        kind = _(CASE_WORDS["appointment"][line.kind])
        rows += [
            "BEGIN:VEVENT",
            f"UID:appointment-{line.case}-{line.starts_at.astimezone(UTC):%Y%m%dT%H%M%SZ}@mediation.invalid",
            f"DTSTAMP:{_utc(now)}",
            f"DTSTART:{_utc(line.starts_at)}",
            f"DTEND:{_utc(line.ends_at)}",
            f"SUMMARY:{_escaped(f'{kind} {line.number}')}",
            f"LOCATION:{_escaped(line.place)}",
            "END:VEVENT",
        ]
    rows.append("END:VCALENDAR")
    return "".join(f"{_folded(row)}\r\n" for row in rows).encode()


def _bounds(of: date, span: str) -> tuple[date, date]:
    """The Monday and Sunday of a week; the first and last day of a month."""
    if span == "week":
        monday = of - timedelta(days=of.weekday())
        return monday, monday + timedelta(days=6)
    first = of.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    """A text value: no line of it can end the property and begin another (RFC 5545 §3.3.11)."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


def _folded(row: str) -> str:
    """Lines of at most 75 octets, never broken within a character (RFC 5545 §3.1)."""
    parts, length = [""], 0
    for letter in row:
        size = len(letter.encode())
        if length + size > _OCTETS:
            parts.append(" ")
            length = 1
        parts[-1] += letter
        length += size
    return "\r\n".join(parts)
