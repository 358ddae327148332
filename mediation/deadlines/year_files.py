"""Reads the year files: the shipped ones beside this module, over which a site may lay its own."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from mediation.crypto import sha256
from mediation.deadlines.calendar import Calendar, Year
from mediation.errors import Problem, SiteError
from mediation.language import _

SHIPPED = Path(__file__).with_name("years")
_LARGEST = 65_536


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


def _only_a_date(value: Any) -> Any:
    if type(value) is not date:
        raise ValueError(_("应为日期,写作 2026-10-01"))
    return value


_Day = Annotated[date, BeforeValidator(_only_a_date)]


class _YearFile(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    year: int = Field(ge=1990, le=2200)
    source: str = Field(min_length=1)
    provisional: bool
    holidays: dict[str, list[_Day]]
    workdays: list[_Day]

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> "_YearFile":
        off = [day for days in self.holidays.values() for day in days]
        wrong = [str(day) for day in (*off, *self.workdays) if day.year != self.year]
        twice = sorted({str(day) for day in off if off.count(day) > 1})
        both = sorted(str(day) for day in set(off) & set(self.workdays))
        if wrong:
            raise ValueError(_("{days} 不在 {year} 年").format(days="、".join(wrong), year=self.year))
        if twice or both:
            raise ValueError(_("{days} 写了两次").format(days="、".join(twice + both)))
        return self


def _read(path: Path, problems: list[Problem]) -> Year | None:
    try:
        raw = path.read_bytes()
        if len(raw) > _LARGEST:
            problems.append(Problem(_("文件过大"), file=str(path)))
            return None
        content = _YearFile.model_validate(YAML(typ="safe", pure=True).load(raw.decode()))
    except ValidationError as error:
        for one in error.errors():
            key = ".".join(str(part) for part in one["loc"])
            problems.append(Problem(one["msg"].removeprefix("Value error, "), file=str(path), key=key))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        problems.append(Problem(str(error.problem), file=str(path), line=line))
    except (OSError, ValueError, RecursionError, YAMLError) as error:
        problems.append(Problem(str(error) or type(error).__name__, file=str(path)))
    else:
        if path.stem != str(content.year):
            problems.append(Problem(_("文件名应为 {year}.yaml").format(year=content.year), file=str(path)))
            return None
        return _year(content)
    return None


def _year(content: _YearFile) -> Year:
    return Year(
        year=content.year,
        version=sha256(content.model_dump_json().encode())[:8],
        source=content.source,
        provisional=content.provisional,
        holidays={day: name for name, days in content.holidays.items() for day in days},
        workdays=frozenset(content.workdays),
    )
