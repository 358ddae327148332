"""duty.yaml: resident, rotating and on-call units, desks and their shifts, the roster of experts; read and checked."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, time
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, model_validator

from mediation.codes import Codes
from mediation.errors import Problem
from mediation.language import _, joined
from mediation.partial import Each, is_rest
from mediation.reading import Lines
from mediation.sites.rolls import Roll, unfound
from mediation.sites.rows import PEOPLE_FILE, UNITS_FILE, PersonSaid
from mediation.sites.shape import Key, UnitCode, Words, without_effect
from mediation.units.tree import Tree, is_within
from mediation.workflow.definition import Limit

FILE = "duty.yaml"
KIND = "duty"
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Mode = Literal["resident", "rotating", "on_call"]
_HOURS = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])")


def _as_hours(value: object) -> object:
    found = _HOURS.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(_("应当写作 “08:30-17:30” 这样"))
    if found[1] + found[2] >= found[3] + found[4]:
        raise ValueError(_("下班时间要晚于上班时间"))
    return value


Shift = Annotated[tuple[UnitCode, ...], Field(strict=False)]
HoursSaid = Annotated[str, BeforeValidator(_as_hours)]


def hours_of(said: str) -> tuple[time, time]:
    """The two times of hours as they are written."""
    since, until = said.split("-")
    return time.fromisoformat(since), time.fromisoformat(until)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class PresenceSaid(_Frozen):
    """入驻: how a unit is present at a centre. One that rotates names its days; one on call says how soon it answers."""

    unit: UnitCode
    at: UnitCode
    mode: Mode
    days: tuple[Weekday, ...] = Field(default=(), strict=False)
    hours: HoursSaid | None = None
    answer: Limit | None = None

    @model_validator(mode="after")
    def _fits_its_mode(self, info: ValidationInfo) -> Self:
        if is_rest(info):
            return self
        if self.mode == "rotating" and not self.days:
            raise ValueError(_("轮驻（rotating）要写 days"))
        if self.mode == "on_call" and (self.days or self.hours):
            raise ValueError(_("随叫随驻（on_call）不写 days、hours"))
        if self.mode == "on_call" and self.answer is None:
            raise ValueError(_("随叫随驻（on_call）要写 answer：多久到场或者答复"))
        return self


class DeskSaid(_Frozen):
    """坐班轮班: who keeps a desk in turn, one shift on each day of duty from `begins`."""

    key: UnitCode
    title: Words
    unit: UnitCode
    begins: date
    days: tuple[Weekday, ...] = Field(default=(), strict=False, description="none: every workday")
    hours: HoursSaid | None = None
    shifts: tuple[Shift, ...] = Field(min_length=1, max_length=200, strict=False)


class ExpertSaid(_Frozen):
    """Somebody whom units may ask: judge, prosecutor, police, lawyer, adviser … (list `expert_kinds`)."""

    person: UnitCode
    kind: Key
    units: tuple[UnitCode, ...] = Field(min_length=1, strict=False)
    answer: Limit | None = None


class DutySaid(_Frozen):
    """duty.yaml. `hours`: of whoever writes none."""

    format: Literal[1] = 1
    hours: HoursSaid = "08:30-17:30"
    presence: tuple[PresenceSaid, ...] = Field(default=(), strict=False)
    desks: tuple[DeskSaid, ...] = Field(default=(), strict=False)
    experts: tuple[ExpertSaid, ...] = Field(default=(), strict=False)


SPARE: Mapping[str, object] = {
    "presence": Each(lambda place: {"unit": f"missing-{place}", "at": "missing", "mode": "resident"}),
    "desks": Each(
        lambda place: {
            "key": f"missing-{place}",
            "title": "missing",
            "unit": "missing",
            "begins": date.min,
            "shifts": [["missing"]],
        }
    ),
    "experts": Each(lambda place: {"person": f"missing-{place}", "kind": "missing", "units": ["missing"]}),
}
"""What stands for what is wrong in the rules of duty, so that the names in the rest of them are judged."""


def duty_faults(
    said: DutySaid,
    lines: Lines,
    codes: Codes,
    tree: Tree | None,
    people: Sequence[PersonSaid] | None,
    day: date,
    roll: Roll | None = None,
) -> Iterator[Problem]:
    """What the file names and is not there, and what it says twice. Without a tree units are not judged, nor people without them.

    `roll`: of the people, if some of them may be in rows that cannot be read.
    """

    def at(message: str, *path: str | int) -> Problem:
        return Problem(message, FILE, *lines.at(path))

    yield from _repeated(said, at)
    answers = {
        **{("presence", number): one.answer for number, one in enumerate(said.presence)},
        **{("experts", number): one.answer for number, one in enumerate(said.experts)},
    }
    for place, answer in answers.items():
        if wrong := without_effect(answer):
            yield at(wrong, *place, "answer", "on_miss")
    for number, one in enumerate(said.presence):
        if one.unit == one.at:
            yield at(_("单位不能入驻自己"), "presence", number, "at")
    if tree is not None:
        yield from _unit_faults(said, {node.code for node in tree.nodes}, at)
    if people is not None:
        yield from _people_faults(said, {person.code: person for person in people}, day, at, roll)
    for number, expert in enumerate(said.experts):
        fault = codes.fault("expert_kinds", expert.kind)
        if fault:
            yield at(fault, "experts", number, "kind")


def duty_warnings(said: DutySaid, lines: Lines, people: Sequence[PersonSaid], day: date) -> Iterator[Problem]:
    """Units that can be called and at which nobody works on the day: every call would be refused."""
    staffed = {
        post.unit
        for person in people
        for post in person.posts
        if person.active and is_within(day, post.valid_from, post.valid_to)
    }
    for number, one in enumerate(said.presence):
        if one.unit not in staffed:
            message = _("{unit} 当日没有在任的人员，呼叫不到；请在 people.csv 补上岗位")
            path = ("presence", number, "unit")
            yield Problem(message.format(unit=one.unit), FILE, *lines.at(path))


At = Callable[..., Problem]


def _repeated(said: DutySaid, at: At) -> Iterator[Problem]:
    seen: set[tuple[Any, ...]] = set()
    entries: list[tuple[tuple[Any, ...], tuple[str | int, ...]]] = [
        *(
            (("presence", one.unit, one.at), ("presence", number, "unit"))
            for number, one in enumerate(said.presence)
        ),
        *((("desk", one.key), ("desks", number, "key")) for number, one in enumerate(said.desks)),
        *(
            (("expert", one.person, one.kind), ("experts", number, "person"))
            for number, one in enumerate(said.experts)
        ),
    ]
    for entry, path in entries:
        if entry in seen:
            yield at(_("{value} 写了两次").format(value=joined(entry[1:])), *path)
        seen.add(entry)
    days = [
        *((one.days, ("presence", number, "days")) for number, one in enumerate(said.presence)),
        *((one.days, ("desks", number, "days")) for number, one in enumerate(said.desks)),
    ]
    for weekdays, where in days:
        for weekday in sorted({one for one in weekdays if weekdays.count(one) > 1}):
            yield at(_("{value} 写了两次").format(value=weekday), *where)
    for number, desk in enumerate(said.desks):
        for place, shift in enumerate(desk.shifts):
            path = ("desks", number, "shifts", place)
            if not shift:
                yield at(_("这一班没有人"), *path)
            for twice in sorted({one for one in shift if shift.count(one) > 1}):
                yield at(_("{value} 在同一班里写了两次").format(value=twice), *path)


def _unit_faults(said: DutySaid, known: set[str], at: At) -> Iterator[Problem]:
    named: list[tuple[str, tuple[str | int, ...]]] = [
        *(
            (getattr(one, key), ("presence", number, key))
            for number, one in enumerate(said.presence)
            for key in ("unit", "at")
        ),
        *((desk.unit, ("desks", number, "unit")) for number, desk in enumerate(said.desks)),
        *(
            (unit, ("experts", number, "units", place))
            for number, expert in enumerate(said.experts)
            for place, unit in enumerate(expert.units)
        ),
    ]
    for code, path in named:
        if code not in known:
            message = _("没有代码为 {code} 的单位，或者当日已不存续").format(code=code)
            yield unfound(at(message, *path), UNITS_FILE, code)


def _people_faults(
    said: DutySaid, people: Mapping[str, PersonSaid], day: date, at: At, roll: Roll | None
) -> Iterator[Problem]:
    named: list[tuple[str, tuple[str | int, ...]]] = [
        *((expert.person, ("experts", number, "person")) for number, expert in enumerate(said.experts)),
        *(
            (one, ("desks", number, "shifts", place, nth))
            for number, desk in enumerate(said.desks)
            for place, shift in enumerate(desk.shifts)
            for nth, one in enumerate(shift)
        ),
    ]
    for code, path in named:
        person = people.get(code)
        if person is None:
            yield unfound(at(_("没有代码为 {code} 的人员").format(code=code), *path), PEOPLE_FILE, code)
            continue
        whole = roll is None or not roll.may_be_illegible(person.name)
        if whole and not any(is_within(day, post.valid_from, post.valid_to) for post in person.posts):
            yield at(_("{code} 当日没有在任的岗位").format(code=code), *path)
