"""Reads the year files: the shipped ones beside this module, over which a site may lay its own."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from mediation.crypto import sha256
from mediation.deadlines.calendar import Calendar, Year
from mediation.errors import Problem, SiteError
from mediation.language import _
from mediation.partial import rest_of
from mediation.reading import Lines, Path_, Unreadable, checked, read_yaml

_SATURDAY = 5
SHIPPED = Path(__file__).with_name("years")


def read_calendar(site_years: Path | None = None) -> Calendar:
    """The calendar of the shipped years and a site's folder of `YYYY.yaml`, whose years stand before the shipped ones.

    Raises SiteError with every problem of every file.
    """
    problems: list[Problem] = []
    years: dict[int, Year] = {}
    for folder in (SHIPPED, site_years):
        for path in sorted(folder.glob("*.yaml")) if folder is not None else ():
            year = _read(path, problems)
            if year is not None:
                years[year.year] = year
    if problems:
        raise SiteError(problems)
    return Calendar(years.values())


class _YearFile(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    year: int = Field(ge=1990, le=2200)
    source: str = Field(min_length=1)
    provisional: bool
    holidays: dict[str, list[date]]
    workdays: list[date]

    def days(self) -> Iterator[tuple[Path_, date]]:
        """Each day of the file and where it stands."""
        for name, days in self.holidays.items():
            yield from ((("holidays", name, place), day) for place, day in enumerate(days))
        yield from ((("workdays", place), day) for place, day in enumerate(self.workdays))


def _read(path: Path, problems: list[Problem]) -> Year | None:
    shown = f"{path.parent.name}/{path.name}"
    try:
        content, lines = read_yaml(path, shown_as=shown, for_checked=True)
    except Unreadable as error:
        problems.extend(error.problems)
        return None
    file, found = checked(_YearFile, content, lines, shown)
    problems.extend(found)
    judged, places = (file, lines) if file is not None else _rest(content, lines, path)
    if judged is not None:
        problems += [Problem(said, shown, *places.at(where)) for where, said in _faults(judged)]
    if file is None:
        return None
    if path.stem != str(file.year):
        message = _("文件名应为 {year}.yaml").format(year=file.year)
        problems.append(Problem(message, shown, lines.of(("year",)), "year"))
    return _year(file)


def _rest(content: Any, lines: Lines, path: Path) -> tuple[_YearFile | None, Lines]:
    """What is left of a file of the wrong shape; its days are judged by the year of its name."""
    if not isinstance(content, dict) or not path.stem.isdecimal():
        return None, lines
    spare = {
        "year": int(path.stem),
        "source": "missing",
        "provisional": False,
        "holidays": {},
        "workdays": [],
    }
    return rest_of(_YearFile, content, lines, spare)


def _faults(file: _YearFile) -> Iterator[tuple[Path_, str]]:
    """Where a year contradicts itself."""
    seen: set[date] = set()
    for where, day in file.days():
        if day.year != file.year:
            yield where, _("{day} 不在 {year} 年").format(day=day, year=file.year)
        elif where[0] == "workdays" and day.weekday() < _SATURDAY:
            yield where, _("{day} 本来就不是周末，不用写成调休上班日").format(day=day)
        if day in seen:
            yield where, _("{day} 写了两次").format(day=day)
        seen.add(day)


def _year(content: _YearFile) -> Year:
    return Year(
        year=content.year,
        version=sha256(content.model_dump_json().encode())[:8],
        source=content.source,
        provisional=content.provisional,
        holidays={day: name for name, days in content.holidays.items() for day in days},
        workdays=frozenset(content.workdays),
    )
