"""Counting days as the law counts them. Pure: years come in, nothing is read.

The day something begins is not counted (Civil Code Art. 201); months end on the day of the same number, or on the
month's last (Art. 202); a last day that is no workday moves to the next workday (Art. 203; Civil Procedure Law
Art. 85); a last day ends at 24:00 (Art. 203). A due moment is the first one after the last day, so that something is
late from that moment on; people are told `2026年3月2日24时`.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Literal, cast

from mediation.clock import SITE_ZONE, local_day, local_moment
from mediation.language import _, joined

Measure = Literal["days", "working_days", "months", "hours", "minutes"]

_LONGEST = {"days": 36_525, "working_days": 2500, "months": 120, "hours": 9999, "minutes": 999_999}
_SATURDAY = 5
_MONTHS = 12
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """How long: `Span(30, "days")`. Zero days end with the day itself."""

    count: int
    measure: Measure

    def __post_init__(self) -> None:
        longest = _LONGEST.get(self.measure)
        if longest is None:
            raise ValueError(
                _("期限的单位 {measure} 不认识，应为 {known} 之一").format(
                    measure=self.measure, known=joined(_LONGEST)
                )
            )
        if not 0 <= self.count <= longest:
            raise ValueError(
                _("期限 {count} {measure} 不在 0 到 {longest} 之间").format(
                    count=self.count, measure=self.measure, longest=longest
                )
            )

    def __str__(self) -> str:
        return f"{self.count} {self.measure}"

    @property
    def spoken(self) -> str:
        """In words: `30日`, `5个工作日`, `1个月`; whole years as the law puts them: `2年`."""
        if self.measure == "months" and self.count and not self.count % _MONTHS:
            return _("{count}年").format(count=self.count // _MONTHS)
        words = {
            "days": _("{count}日"),
            "working_days": _("{count}个工作日"),
            "months": _("{count}个月"),
            "hours": _("{count}小时"),
            "minutes": _("{count}分钟"),
        }
        return words[self.measure].format(count=self.count)


def parse_span(text: str) -> Span:
    """The span written as `30 days`, `5 working_days`, `1 months`, `2 hours`; ValueError says what is wrong, in words."""
    found = re.fullmatch(r"([0-9]{1,6}) ([a-z_]+)", text)
    if not found:
        raise ValueError(
            _("期限“{text}”写法不对，应写作“30 days”“5 working_days”这样").format(text=text[:40])
        )
    return Span(int(found[1]), cast("Measure", found[2]))


@dataclass(frozen=True, slots=True)
class Year:
    """The days of one year that differ from the week: days off by name, and rest days that are worked instead."""

    year: int
    version: str
    source: str
    provisional: bool
    holidays: Mapping[date, str]
    workdays: frozenset[date]


@dataclass(frozen=True, slots=True)
class Due:
    """Until when. `moment` is the first one too late, in UTC. `steps` say how it was counted, a sentence each.

    `unrolled`: the moment before the last day moved to a workday; none for hours and minutes.
    """

    moment: datetime
    provisional: bool
    calendar_version: str
    steps: tuple[str, ...]
    unrolled: datetime | None = None


class Calendar:
    """The workdays of the years it was given; another year goes by its weekends alone, and is provisional."""

    def __init__(self, years: Iterable[Year]) -> None:
        self._years = {year.year: year for year in years}

    def is_workday(self, day: date) -> bool:
        """Whether offices work on the day."""
        year = self._years.get(day.year)
        if year is not None:
            if day in year.workdays:
                return True
            if day in year.holidays:
                return False
        return day.weekday() < _SATURDAY

    def is_holiday(self, day: date) -> bool:
        """Whether the day has a name as a day off; a weekend as such has none."""
        year = self._years.get(day.year)
        return year is not None and day in year.holidays

    def is_provisional(self, day: date) -> bool:
        """Whether the day's year has no announced arrangement yet."""
        year = self._years.get(day.year)
        return year is None or year.provisional

    def rest_name(self, day: date) -> str:
        """What a day without work is called: the holiday, or the weekend."""
        year = self._years.get(day.year)
        return (year.holidays.get(day) if year else None) or _("休息日")

    def version(self, years: Iterable[int]) -> str:
        """What was counted by, year by year: `2026:1f2e3d4c`; `2031:-` where there is no file."""
        return ",".join(
            f"{year}:{self._years[year].version if year in self._years else '-'}"
            for year in sorted(set(years))
        )

    @property
    def whole_version(self) -> str:
        """What all its years are: another calendar has another."""
        return self.version(self._years)

    def is_stale(self, version: str) -> bool:
        """Whether a year has come, been replaced or been taken back since something was counted by that version."""
        return any(self.version([year]) != f"{year}:{kept}" for year, kept in _by_year(version).items())

    def sources(self, version: str) -> list[str]:
        """What stands behind each year of a version, in words; an older version of a year is only called so."""
        return [self._source(year, kept) for year, kept in sorted(_by_year(version).items())]

    def _source(self, year: int, kept: str) -> str:
        found = self._years.get(year)
        if kept == "-":
            return _("{year}年：没有年历，只按星期推算").format(year=year)
        if found is None or found.version != kept:
            return _("{year}年：此前的年历（版本 {version}）").format(year=year, version=kept)
        return _("{year}年：{source}（版本 {version}）").format(year=year, source=found.source, version=kept)

    def due(self, start: datetime | date, span: Span, *, roll: bool = True) -> Due:
        """Until when a span runs that begins at `start`. `roll`: a last day without work moves to the next workday.

        Hours and minutes run from the moment itself, which they need, and never roll.
        """
        if span.measure in {"hours", "minutes"}:
            if not isinstance(start, datetime):
                raise ValueError("hours and minutes are counted from a moment, not from a day")
            return self._exact(start, span)
        begin = local_day(start) if isinstance(start, datetime) else start
        looked_at: set[date] = set()
        steps = [_("{day}起算，当日不计入").format(day=spoken_day(begin))]
        last = self._last_day(begin, span, looked_at)
        steps.append(_("计{span}，最后一日为{day}").format(span=span.spoken, day=spoken_day(last)))
        moved = self._rolled(last, looked_at, steps.append) if roll else last
        return replace(self._due(moved, begin, looked_at, steps), unrolled=_end_of(last))

    def later(self, moment: datetime, span: Span, *, roll: bool = True) -> Due:
        """A due moment put off by a span: what is counted on from is the last day that it allowed."""
        if span.measure in {"hours", "minutes"}:
            return self._exact(moment, span)
        return self.due(last_day(moment), span, roll=roll)

    def _last_day(self, begin: date, span: Span, looked_at: set[date]) -> date:
        if span.measure == "months":
            return months_later(begin, span.count)
        if span.measure == "days":
            return begin + span.count * _ONE_DAY
        day = begin
        for _counted in range(span.count):
            day = self._next_workday(day, looked_at)
        return day

    def _next_workday(self, day: date, looked_at: set[date]) -> date:
        day += _ONE_DAY
        looked_at.add(day)
        while not self.is_workday(day):
            day += _ONE_DAY
            looked_at.add(day)
        return day

    def _rolled(self, last: date, looked_at: set[date], say: Callable[[str], None]) -> date:
        looked_at.add(last)
        if self.is_workday(last):
            return last
        moved = self._next_workday(last, looked_at)
        say(
            _("{day}为{name}，顺延至其后第一个工作日{moved}").format(
                day=spoken_day(last), name=self.rest_name(last), moved=spoken_day(moved)
            )
        )
        return moved

    def _due(self, last: date, begin: date, looked_at: set[date], steps: list[str]) -> Due:
        moment = _end_of(last)
        steps.append(_("截止于{moment}").format(moment=spoken_due(moment)))
        unsure = sorted({day.year for day in looked_at if self.is_provisional(day)})
        if unsure:
            steps.append(
                _("{years}年的放假安排尚未公布，暂按推算").format(years=joined(str(year) for year in unsure))
            )
        years = {day.year for day in looked_at} or {begin.year, last.year}
        return Due(moment, bool(unsure), self.version(years), tuple(steps))

    def _exact(self, start: datetime, span: Span) -> Due:
        moment = (start + timedelta(**{span.measure: span.count})).astimezone(UTC)
        steps = (
            _("{moment}起算，计{span}").format(moment=_spoken_moment(start), span=span.spoken),
            _("截止于{moment}").format(moment=spoken_due(moment)),
        )
        return Due(moment, False, self.version({local_day(start).year}), steps)


def merged_versions(*versions: str) -> str:
    """What was counted by in several countings; of one year the version that was used last."""
    found: dict[int, str] = {}
    for version in versions:
        found |= _by_year(version)
    return ",".join(f"{year}:{found[year]}" for year in sorted(found))


def last_day(due: datetime) -> date:
    """The last day that a due moment allows."""
    return local_day(due - timedelta(microseconds=1))


def _end_of(day: date) -> datetime:
    return local_moment(day + _ONE_DAY)


def spoken_day(day: date) -> str:
    """`2026年3月2日`"""
    return _("{year}年{month}月{day}日").format(year=day.year, month=day.month, day=day.day)


def spoken_due(due: datetime) -> str:
    """`2026年3月2日24时` for the end of a day, `2026年3月2日15时04分` otherwise."""
    local = due.astimezone(SITE_ZONE)
    if (local.hour, local.minute, local.second, local.microsecond) == (0, 0, 0, 0):
        return _("{day}24时").format(day=spoken_day(last_day(due)))
    return _spoken_moment(due)


def months_later(day: date, months: int) -> date:
    """The day of the same number so many months on (back, if negative), or that month's last (Civil Code Art. 202)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first_of_next = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    month_end = first_of_next - _ONE_DAY
    return month_end.replace(day=min(day.day, month_end.day))


def _spoken_moment(moment: datetime) -> str:
    local = moment.astimezone(SITE_ZONE)
    return _("{day}{hour:02}时{minute:02}分").format(
        day=spoken_day(local.date()), hour=local.hour, minute=local.minute
    )


def _by_year(version: str) -> dict[int, str]:
    pairs = (part.partition(":") for part in version.split(",") if part)
    return {int(year): kept for year, _colon, kept in pairs}
