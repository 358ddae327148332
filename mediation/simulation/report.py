"""What a simulated year came to: counted from the rows and the trail, nothing from what the simulation itself believes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlmodel import Session

from mediation.cases.office import Office
from mediation.clock import local_moment
from mediation.simulation import queries
from mediation.simulation.titles import clock_kind, level_title, titles


@dataclass(frozen=True)
class Report:
    """A year in figures. `run` alone differs from one run to the next. `titles`: what the codes are called.

    `registered`: of the `cases` that came, those that somebody had got round to registering by the end; all shares are of these.
    """

    site: str = ""
    cases: int = 0
    registered: int = 0
    seed: int = 0
    backlog_by_month: dict[str, int] = field(default_factory=dict)
    overdue_at_the_end: int = 0
    clocks_run_out: dict[str, int] = field(default_factory=dict)
    reminders: int = 0
    decided_by_routing: dict[str, int] = field(default_factory=dict)
    supervision_steps: dict[str, int] = field(default_factory=dict)
    notices: dict[str, int] = field(default_factory=dict)
    settled_by_level: dict[str, int] = field(default_factory=dict)
    settled_share: dict[str, float] = field(default_factory=dict)
    by_outcome: dict[str, int] = field(default_factory=dict)
    days_to_the_end: dict[str, float] = field(default_factory=dict)
    days_to_closing: dict[str, float] = field(default_factory=dict)
    acts: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    left_lying: dict[str, int] = field(default_factory=dict)
    papers_as_rows: int = 0
    each_clock_once: bool = False
    each_notice_once: bool = False
    trail_is_whole: bool = False
    titles: dict[str, str] = field(default_factory=dict)
    run: dict[str, float] = field(default_factory=dict)

    @property
    def is_sound(self) -> bool:
        """Whether each clock that ran out did so once, none early, none overlooked; each notice too; and the trail is whole."""
        return self.each_clock_once and self.each_notice_once and self.trail_is_whole


def report_of(session: Session, office: Office, first: date, now: datetime) -> Report:
    """Count the year that began on `first`."""
    courses = list(queries.courses(session))
    levels = Counter(one.settled_level for one in courses if one.settled_level)
    by_level = {
        level_title(office, level.key): levels.pop(level.key)
        for level in office.chain.levels
        if level.key in levels
    } | {level_title(office, key): count for key, count in sorted(levels.items())}
    clocks, once = _clocks(session, now)
    notices = queries.notices(session)
    decided, overruled = queries.suggestions(session)
    return Report(
        registered=len(courses),
        backlog_by_month=_backlog(courses, first, now),
        overdue_at_the_end=sum(
            one.closed_at is None and one.due_at is not None and one.due_at <= now for one in courses
        ),
        clocks_run_out=clocks,
        settled_by_level=by_level,
        settled_share={level: round(count / len(courses), 3) for level, count in by_level.items()},
        by_outcome=dict(sorted(Counter(one.outcome for one in courses).items())),
        days_to_the_end=_spread(
            [(one.ended_at - one.received_at).total_seconds() / 86_400 for one in courses if one.ended_at]
        ),
        days_to_closing=_spread(
            [(one.closed_at - one.received_at).total_seconds() / 86_400 for one in courses if one.closed_at]
        ),
        acts=queries.acts(session),
        reminders=queries.reminders_sent(session),
        decided_by_routing={"followed": decided - overruled, "overruled": overruled},
        supervision_steps=queries.steps_taken(session),
        notices=notices,
        titles=titles(office),
        each_clock_once=once,
        each_notice_once=not (notices["waiting"] or notices["twice"] or notices["repeats"]),
    )


def _clocks(session: Session, now: datetime) -> tuple[dict[str, int], bool]:
    """Clocks that ran out by name; and whether rows and trail tell of the very same ones, each when its time had come."""
    rows = Counter((case, name, due.isoformat()) for case, name, due in queries.clocks_missed(session))
    told: Counter[tuple[str, str, str]] = Counter()
    early = 0
    for case, facts, at in queries.clocks_told(session):
        told[case, facts["deadline"], facts["due_at"]] += 1
        early += at < datetime.fromisoformat(facts["due_at"])
    of_items = _item_clocks_once(session)
    once = rows == told and not early and of_items and not queries.clocks_overlooked(session, now)
    return dict(sorted(Counter(clock_kind(name) for _case, name, _due in rows.elements()).items())), once


def _item_clocks_once(session: Session) -> bool:
    """The same of the register's clocks: as many events as rows for each item and name, and none before its time."""
    missed: dict[tuple[str, str], list[datetime]] = {}
    for item, name, due in queries.item_clocks_missed(session):
        missed.setdefault((item, name), []).append(due)
    told: dict[tuple[str, str], list[datetime]] = {}
    for item, name, at in queries.item_clocks_told(session):
        told.setdefault((item, name), []).append(at)
    return missed.keys() == told.keys() and all(
        len(dues) == len(told[key])
        and all(due <= at for due, at in zip(sorted(dues), sorted(told[key]), strict=True))
        for key, dues in missed.items()
    )


def _backlog(courses: Sequence[queries.Course], first: date, now: datetime) -> dict[str, int]:
    """Disputes taken in and not closed, at the end of each month that is over."""
    found = {}
    for month in range(first.month, first.month + 12):
        at = local_moment(date(first.year + month // 12, month % 12 + 1, 1))
        if at > now:
            break
        label = f"{first.year + (month - 1) // 12}-{(month - 1) % 12 + 1:02}"
        found[label] = sum(
            one.received_at < at and (one.closed_at is None or one.closed_at >= at) for one in courses
        )
    return found


def _spread(days: list[float]) -> dict[str, float]:
    if not days:
        return {}
    days.sort()
    return {
        "median": round(days[len(days) // 2], 1),
        "nine_of_ten_within": round(days[min(len(days) - 1, len(days) * 9 // 10)], 1),
    }
