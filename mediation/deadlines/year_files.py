"""Reads the year files: the shipped ones beside this module, over which a site may lay its own."""

from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator

from mediation.crypto import sha256
from mediation.deadlines.calendar import Calendar, Year
from mediation.errors import Problem, SiteError
from mediation.language import _, joined
from mediation.reading import Unreadable, checked, read_yaml

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

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> "_YearFile":
        off = [day for days in self.holidays.values() for day in days]
        every = [*off, *self.workdays]
        wrong = sorted({str(day) for day in every if day.year != self.year})
        twice = sorted({str(day) for day in every if every.count(day) > 1})
        idle = sorted(str(day) for day in self.workdays if day.weekday() < _SATURDAY)
        faults = [
            (wrong, _("{days} 不在 {year} 年")),
            (twice, _("{days} 写了两次")),
            (idle, _("{days} 本来就不是周末，不用写成调休上班日")),
        ]
        told = [said.format(days=joined(days), year=self.year) for days, said in faults if days]
        if told:
            raise ValueError(joined(told, "；"))
        return self


def _read(path: Path, problems: list[Problem]) -> Year | None:
    shown = f"{path.parent.name}/{path.name}"
    try:
        content, lines = read_yaml(path, shown_as=shown)
    except Unreadable as error:
        problems.extend(error.problems)
        return None
    file, found = checked(_YearFile, content, lines, shown)
    problems.extend(found)
    if file is None:
        return None
    if path.stem != str(file.year):
        message = _("文件名应为 {year}.yaml").format(year=file.year)
        problems.append(Problem(message, shown, lines.of(("year",)), "year"))
    return _year(file)


def _year(content: _YearFile) -> Year:
    return Year(
        year=content.year,
        version=sha256(content.model_dump_json().encode())[:8],
        source=content.source,
        provisional=content.provisional,
        holidays={day: name for name, days in content.holidays.items() for day in days},
        workdays=frozenset(content.workdays),
    )
