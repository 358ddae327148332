"""Ten thousand random clocks, with pauses and extensions, agree with a count of days made one by one and written apart.

The oracle reads the year files as text, knows only "is this day worked", and never adds a span to a date: it walks.
"""

import random
import re
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from mediation.clock import local_moment
from mediation.deadlines import queries, timers
from mediation.deadlines.calendar import Span
from mediation.deadlines.models import Deadline
from mediation.deadlines.year_files import SHIPPED, read_calendar
from mediation.storage.engine import Database

_CLOCKS = 10_000
_ZONE = ZoneInfo("Asia/Shanghai")


class _Days:
    """Day by day, from the text of the year files."""

    def __init__(self, folder: Path) -> None:
        self.off: set[str] = set()
        self.on: set[str] = set()
        for path in folder.glob("*.yaml"):
            for line in path.read_text(encoding="utf-8").splitlines():
                days = re.findall(r"\d{4}-\d{2}-\d{2}", line)
                (self.on if line.startswith("workdays") else self.off).update(days)

    def worked(self, day: date) -> bool:
        name = day.strftime("%Y-%m-%d")
        return name in self.on or (name not in self.off and day.strftime("%u") not in "67")

    def onto_work(self, day: date) -> date:
        while not self.worked(day):
            day = _morrow(day)
        return day

    def count(self, day: date, number: int, measure: str) -> date:
        """Walk until so many days of the measure have gone by; of months, until so many have changed."""
        if measure == "months":
            wanted, walked = day.day, 0
            while walked < number:
                day = _morrow(day)
                walked += day.day == 1
            while day.day < wanted and _morrow(day).day != 1:
                day = _morrow(day)
            return day
        left = number
        while left:
            day = _morrow(day)
            left -= measure == "days" or self.worked(day)
        return day


def _morrow(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)


def _expected(days: _Days, story: list[tuple[object, ...]], measure: str, *, roll: bool) -> datetime:
    """The end after everything that befell the clock: the midnight that follows its last day."""
    last = paused = counted = date(1, 1, 1)
    kind = "working_days" if measure == "working_days" else "days"
    for what, *said in story:
        if what == "start":
            last = days.count(said[0], said[1], measure)
        elif what == "extend":
            last = days.count(last, said[0], kind)
        elif what == "pause":
            paused = said[0]
            continue
        else:
            rested, day = 0, paused
            while day < said[0]:
                day = _morrow(day)
                rested += kind == "days" or days.worked(day)
            if rested == 0:
                continue
            # A last day yet to come has moved to a workday for nobody: the days that are left go on.
            last = days.count(counted if paused < counted else last, rested, kind)
        counted = last
        if roll:
            last = days.onto_work(last)
    end = _morrow(last)
    return datetime(end.year, end.month, end.day, tzinfo=_ZONE)


def test_random_clocks_agree_with_counting_day_by_day(sqlite_store: str, keyring) -> None:
    chance = random.Random(20260302)  # noqa: S311 — test data
    calendar, days = read_calendar(), _Days(SHIPPED)
    database = Database(sqlite_store, keyring)
    wrong = []
    try:
        with database.writing() as session:
            session.connection().exec_driver_sql("PRAGMA defer_foreign_keys=ON")
            for number in range(_CLOCKS):
                clock, story, measure, roll = _lived(session, chance, calendar, number)
                expected = _expected(days, story, measure, roll=roll)
                again = timers.recount(session, clock, now=clock.started_at, calendar=calendar)
                if (clock.due_at, again.due_at) != (expected, expected):
                    wrong.append((story, measure, roll, clock.due_at, expected))
            session.rollback()
    finally:
        database.close()
    assert wrong == []


def _lived(session, chance, calendar, number: int) -> tuple[Deadline, list[tuple[object, ...]], str, bool]:
    """A clock that starts, and is put off, paused and resumed as it happens."""
    day = date(2025, 1, 1) + timedelta(days=chance.randrange(900))
    measure = chance.choice(["days", "days", "working_days", "working_days", "months"])
    count = chance.randint(1, 6) if measure == "months" else chance.randint(0, 90)
    roll = chance.random() < 0.8
    now = local_moment(day, chance.randrange(24), chance.randrange(60))
    started = timers.start(
        session, case_id=number + 1, name="x", span=Span(count, measure), article="", start_fact="受理",
        now=now, calendar=calendar, roll=roll,
    )  # fmt: skip
    clock = queries.deadline(session, started.id)
    assert clock is not None
    story: list[tuple[object, ...]] = [("start", day, count)]
    for _event in range(chance.choice([0, 0, 1, 2, 4])):
        if chance.random() < 0.4:
            more = chance.randint(1, 40)
            clock = timers.extend(session, clock, days=more, evidence="x", now=now, calendar=calendar)
            story.append(("extend", more))
            continue
        left = (clock.due_at - now) / timedelta(hours=1)
        now += timedelta(hours=chance.uniform(0, max(left - 1, 0)))
        if now >= clock.due_at:
            break
        clock = timers.pause(session, clock, evidence="y", now=now)
        story.append(("pause", now.astimezone(_ZONE).date()))
        now += timedelta(hours=chance.choice([1, 30, 200, 2000]) * chance.random())
        clock = timers.resume(session, clock, now=now, calendar=calendar)
        story.append(("resume", now.astimezone(_ZONE).date()))
    return clock, story, measure, roll
