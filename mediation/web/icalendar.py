"""Appointments as a calendar file (RFC 5545). Times, kinds, case numbers and rooms: no name, no title, no narrative."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from mediation.cases.workspace.day import DiaryLine
from mediation.clock import SITE_ZONE
from mediation.language import _
from mediation.web.pages.wording import CASE_WORDS

CALENDAR = "text/calendar; charset=utf-8"
BEFORE, AHEAD = timedelta(days=31), timedelta(days=92)
"""How far back and ahead a calendar reaches."""
_OCTETS = 75
_ZONE = "Asia/Shanghai"
_HEAD = (
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//mediation//calendar//ZH",
    "CALSCALE:GREGORIAN",
    "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
    "X-PUBLISHED-TTL:PT1H",
    "BEGIN:VTIMEZONE",
    f"TZID:{_ZONE}",
    "BEGIN:STANDARD",
    "DTSTART:19910915T000000",
    "TZOFFSETFROM:+0800",
    "TZOFFSETTO:+0800",
    "TZNAME:CST",
    "END:STANDARD",
    "END:VTIMEZONE",
)


def icalendar(lines: Iterable[DiaryLine]) -> bytes:
    """The appointments as `mediation.cases.workspace.day.outgoing` gives them; the same appointments give the same bytes."""
    rows = [*_HEAD, *(row for line in lines for row in _event(line)), "END:VCALENDAR"]
    return "".join(f"{folded(row)}\r\n" for row in rows).encode()


def escaped(text: str) -> str:
    """A text value: no line of it can end the property and begin another (RFC 5545 §3.3.11)."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


def folded(row: str) -> str:
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


def _event(line: DiaryLine) -> Iterator[str]:
    """One appointment. It is moved by being cancelled and arranged anew, so that the one revision it can have is its end."""
    kind = _(CASE_WORDS["appointment"][line.kind])
    changed = line.changed_at or line.starts_at
    yield "BEGIN:VEVENT"
    yield f"UID:{line.case}-{line.ordinal}@mediation.invalid"
    yield f"DTSTAMP:{changed.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"SEQUENCE:{1 if line.cancelled else 0}"
    yield f"STATUS:{'CANCELLED' if line.cancelled else 'CONFIRMED'}"
    yield f"DTSTART;TZID={_ZONE}:{_local(line.starts_at)}"
    yield f"DTEND;TZID={_ZONE}:{_local(line.ends_at)}"
    yield f"SUMMARY:{escaped(f'{kind} {line.number}')}"
    if line.place:
        yield f"LOCATION:{escaped(line.place)}"
    yield "END:VEVENT"


def _local(moment: datetime) -> str:
    return f"{moment.astimezone(SITE_ZONE):%Y%m%dT%H%M%S}"
