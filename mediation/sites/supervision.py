"""supervision.yaml: lights, the ladder of steps, pre-warnings, who supervises whom, the weekly cycle. All of it is data.

A key that the file leaves out is as shipped (supervision.yaml beside this module). No number here is law.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    StringConstraints,
    model_validator,
)
from sqlmodel import Session

from mediation.errors import Problem
from mediation.language import _, joined
from mediation.partial import Each, one_span
from mediation.people.permissions import PostKinds
from mediation.reading import Lines, read_yaml
from mediation.sites.rolls import unfound
from mediation.sites.rows import UNITS_FILE
from mediation.sites.shape import Key, UnitCode, Words
from mediation.units import queries
from mediation.units.chain import Chain
from mediation.units.tree import Tree

FILE = "supervision.yaml"
KIND = "supervision"
_SHIPPED = Path(__file__).with_name(FILE)
_PLACES = frozenset({"unit", "above", "supervisor"})
_NUMBER_PARTS = frozenset({"unit", "yyyy", "n"})
CLOCKS = (
    "state",
    "task",
    "mediation_limit",
    "handling",
    "ownership",
    "ownership_above",
    "confirmation",
    "performance",
    "enforcement",
    "risk_review",
)
"""The kinds of clock that a case can have: what stands before the colon in a clock's name, or the whole of it."""
_ROUGHLY = {"hours": 1, "days": 24, "working_days": 30}
"""Hours of one of each, to tell which of two times is the longer."""

Paper = Literal["urging_notice", "card_notice", "supervision_letter"]
Colour = Literal["red", "yellow", "blue"]
Count = Annotated[int, Field(ge=1, le=99)]
WEEKLY = ("reminder", "dispatch", "summary", "bulletin")


def _as_shipped(*path: str) -> Callable[[], Any]:
    """What is shipped at a path of keys, read when it is first wanted."""

    def found() -> Any:
        words: Any = _shipped_words()
        for key in path:
            words = words[key]
        return words

    return found


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, validate_default=True)


_MEASURES = ("hours", "days", "working_days")


class TimeSaid(_Frozen):
    """How long: exactly one of hours, days, working days. Zero days end with the day itself."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": [one]} for one in _MEASURES]})

    hours: int | None = Field(default=None, ge=1, le=999)
    days: int | None = Field(default=None, ge=0, le=366)
    working_days: int | None = Field(default=None, ge=1, le=250)

    @model_validator(mode="wrap")
    @classmethod
    def _one(cls, said: Any, read: ModelWrapValidatorHandler[Self]) -> Self:
        return one_span(said, read, _MEASURES, _("hours、days、working_days 要写、而且只能写一个"))

    @property
    def measure(self) -> Literal["hours", "days", "working_days"]:
        if self.hours is not None:
            return "hours"
        return "days" if self.days is not None else "working_days"

    @property
    def count(self) -> int:
        found = getattr(self, self.measure)
        return int(found)


class LightsSaid(_Frozen):
    """When a light turns yellow: at most so many per cent of the time, or so many working days, are left. Overdue is red."""

    share: int = Field(default=25, ge=0, le=99)
    working_days: int = Field(default=1, ge=0, le=30)


class AgainSaid(_Frozen):
    """A step given to the same unit once more within so many days."""

    step: Key
    days: int = Field(ge=1, le=366)


class WhenSaid(_Frozen):
    """What brings a step about: a time before the end, the end, or a time overdue; and other causes. One is enough."""

    before: TimeSaid | None = None
    at_end: bool = False
    overdue: TimeSaid | None = None
    again: AgainSaid | None = None
    declines: Count | None = None
    dissatisfied: Count | None = None
    repeats: Count | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        times = sum((self.before is not None, self.at_end, self.overdue is not None))
        if times > 1:
            raise ValueError(_("before、at_end、overdue 只能写一个"))
        if not times and not any((self.again, self.declines, self.dissatisfied, self.repeats)):
            raise ValueError(_("至少要写一种情形，如 at_end: true"))
        return self


class TellSaid(_Frozen):
    """Who is told: the responsible unit, the unit above it, its supervisor, or its superior on a level; which kinds of post."""

    whom: Key = Field(description="unit, above, supervisor, or the key of a level")
    posts: tuple[Key, ...] = Field(default=("unit_leader",), min_length=1, strict=False)


class StepSaid(_Frozen):
    """One step of the ladder. `item`: it opens an item of the register, to be explained and mended within these times."""

    key: Key
    title: Words
    when: WhenSaid
    tell: tuple[TellSaid, ...] = Field(default=(), strict=False)
    card: Literal["yellow", "red"] | None = Field(
        default=None, description="counted as a card of this colour"
    )
    paper: Paper | None = None
    item: bool = False
    explain: TimeSaid | None = None
    mend: TimeSaid | None = None
    article: str = Field(default="", max_length=200)

    @model_validator(mode="after")
    def _only_items_are_mended(self) -> Self:
        if not self.item and (self.explain or self.mend):
            raise ValueError(_("只有立项的步骤（item: true）才写 explain 和 mend"))
        return self


class WarningSaid(_Frozen):
    """A pre-warning by danger: its colour, what it stands for, by when it is answered."""

    colour: Colour
    title: Words
    about: str = Field(default="", max_length=200)
    answer: TimeSaid
    article: str = Field(default="", max_length=200)


class TransferSaid(_Frozen):
    """转办函: by when what the people said is answered."""

    answer: TimeSaid
    article: str = Field(default="", max_length=200)


class OverSaid(_Frozen):
    """One unit, and everything below it, is supervised by another."""

    unit: UnitCode
    by: UnitCode


class SupervisorsSaid(_Frozen):
    """Who supervises: kinds of post; the units that are not supervised by the one above them on the chain."""

    posts: tuple[Key, ...] = Field(default=("unit_leader", "dispatcher"), min_length=1, strict=False)
    units: tuple[OverSaid, ...] = Field(default=(), strict=False)


class ManySaid(_Frozen):
    """A way of holding to account."""

    code: Key
    title: Words


class IncentiveSaid(ManySaid):
    """An incentive, for the better or the worse."""

    sign: Literal["positive", "negative"]


class NumberPatterns(_Frozen):
    """Patterns with {unit}, {yyyy} and {n}, once each."""

    letter: Words = "{unit}督〔{yyyy}〕{n}号"
    transfer: Words = "{unit}转〔{yyyy}〕{n}号"


class WeekDaySaid(_Frozen):
    """What a paper of the week is called, and when it is made: day of the week (Monday is 1) and hour."""

    title: Words
    day: int = Field(ge=1, le=7)
    at: Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] = "09:00"


class WeekSaid(_Frozen):
    """The weekly cycle. `units`: those whose papers the daily round makes by itself."""

    units: tuple[UnitCode, ...] = Field(default=(), strict=False)
    reminder: WeekDaySaid = Field(default_factory=_as_shipped("week", "reminder"))
    dispatch: WeekDaySaid = Field(default_factory=_as_shipped("week", "dispatch"))
    summary: WeekDaySaid = Field(default_factory=_as_shipped("week", "summary"))
    bulletin: WeekDaySaid = Field(default_factory=_as_shipped("week", "bulletin"))

    def paper(self, name: str) -> WeekDaySaid:
        """What is said of one of the four papers."""
        found: WeekDaySaid = getattr(self, name)
        return found


class SupervisionSaid(_Frozen):
    """supervision.yaml."""

    format: Literal[1] = 1
    lights: LightsSaid = Field(default_factory=_as_shipped("lights"))
    clocks: tuple[Key, ...] = Field(
        default_factory=_as_shipped("clocks"),
        strict=False,
        description="clocks that the ladder climbs by: names, or what stands before the colon",
    )
    dissatisfied_at_most: int = Field(default_factory=_as_shipped("dissatisfied_at_most"), ge=1, le=5)
    ladder: tuple[StepSaid, ...] = Field(default_factory=_as_shipped("ladder"), min_length=1, strict=False)
    warnings: tuple[WarningSaid, ...] = Field(default_factory=_as_shipped("warnings"), strict=False)
    transfer: TransferSaid = Field(default_factory=_as_shipped("transfer"))
    supervisors: SupervisorsSaid = Field(default_factory=_as_shipped("supervisors"))
    accountability: tuple[ManySaid, ...] = Field(default_factory=_as_shipped("accountability"), strict=False)
    incentives: tuple[IncentiveSaid, ...] = Field(default_factory=_as_shipped("incentives"), strict=False)
    numbers: NumberPatterns = Field(default_factory=_as_shipped("numbers"))
    abbreviations: dict[UnitCode, Words] = Field(
        default_factory=dict, json_schema_extra={"additionalProperties": False}
    )
    week: WeekSaid = Field(default_factory=_as_shipped("week"))

    def step(self, key: str) -> StepSaid | None:
        """The step of a key; None if the ladder has none now."""
        return next((step for step in self.ladder if step.key == key), None)

    def warning(self, colour: str) -> WarningSaid | None:
        """What a colour stands for; None if the site does not use it."""
        return next((one for one in self.warnings if one.colour == colour), None)


@cache
def shipped() -> SupervisionSaid:
    """Supervision as it is where a site says nothing."""
    return SupervisionSaid()


SPARE: Mapping[str, object] = {
    "ladder": Each(
        lambda place: {"key": f"missing_{place}", "title": f"missing-{place}", "when": {"declines": 1}}
    )
}
"""What stands for what is wrong in a step of the ladder, so that the names in the rest of it are judged."""


def supervision_faults(
    said: SupervisionSaid, lines: Lines, kinds: PostKinds, chain: Chain | None, tree: Tree | None
) -> Iterator[Problem]:
    """What no single key can show: steps that never come; clocks, kinds of post, levels and units that do not exist."""

    def at(message: str, *path: str | int) -> Problem:
        return Problem(message, FILE, *lines.at(path))

    yield from _clock_faults(said, at)
    yield from _ladder_faults(said, at)
    yield from _post_faults(said, kinds, chain, at)
    yield from _repeated(said, at)
    for name in ("letter", "transfer"):
        for fault in _pattern_faults(getattr(said.numbers, name)):
            yield at(fault, "numbers", name)
    if tree is not None:
        yield from _unit_faults(said, tree, at)


def supervisor_of(said: SupervisionSaid, tree: Tree, chain: Chain, unit_id: int) -> int | None:
    """The unit that supervises another: as the nearest rule says, else the one above it on the chain; None for the top."""
    rules = {over.unit: over.by for over in said.supervisors.units if tree.stands(over.by)}
    for node in tree.standing_lineage(unit_id):
        if node.code in rules:
            return tree.by_code(rules[node.code]).id
    above = tree.above(unit_id, chain)
    return above.id if above else None


def supervision_in_force(session: Session) -> SupervisionSaid:
    """What the site has applied; what is shipped for one that was founded before there was such a file."""
    found = queries.configuration(session, KIND)
    return shipped() if found is None else SupervisionSaid.model_validate_json(found.content)


At = Callable[..., Problem]


@cache
def _shipped_words() -> Mapping[str, Any]:
    found, _lines = read_yaml(_SHIPPED)
    words: Mapping[str, Any] = json.loads(json.dumps(found))
    return words


def _clock_faults(said: SupervisionSaid, at: At) -> Iterator[Problem]:
    for number, name in enumerate(said.clocks):
        if name not in CLOCKS:
            message = _("没有叫 {name} 的期限；应为 {known} 之一")
            yield at(message.format(name=name, known=joined(CLOCKS)), "clocks", number)


def _ladder_faults(said: SupervisionSaid, at: At) -> Iterator[Problem]:
    last: tuple[float, str] | None = None
    for number, step in enumerate(said.ladder):
        path = ("ladder", number, "when")
        place = _place(step.when)
        if place is not None:
            if last is not None and place <= last[0]:
                message = _("这一步应当晚于前面的“{before}”：台阶要从早到晚写")
                yield at(message.format(before=last[1]), *path)
            last = (place, step.title)
        again = step.when.again
        if again is not None and again.step not in {one.key for one in said.ladder[:number]}:
            known = joined(one.key for one in said.ladder[:number]) or _("无")
            message = _("again 要写前面的一步；前面有：{known}").format(known=known)
            yield at(message, *path, "again", "step")


def _place(when: WhenSaid) -> float | None:
    """Where a step stands on the line of time: hours before (negative) or after the end, roughly; None if no clock brings it."""
    if when.before is not None:
        return -0.5 - when.before.count * _ROUGHLY[when.before.measure]
    if when.overdue is not None:
        return 0.5 + when.overdue.count * _ROUGHLY[when.overdue.measure]
    return 0.0 if when.at_end else None


def _post_faults(said: SupervisionSaid, kinds: PostKinds, chain: Chain | None, at: At) -> Iterator[Problem]:
    known = joined(sorted(kinds.codes))
    unknown = _("不认识的岗位种类 {kind}；应为 {known} 之一")
    for number, kind in enumerate(said.supervisors.posts):
        if kind not in kinds:
            yield at(unknown.format(kind=kind, known=known), "supervisors", "posts", number)
    for number, step in enumerate(said.ladder):
        for place, tell in enumerate(step.tell):
            path = ("ladder", number, "tell", place)
            for nth, kind in enumerate(tell.posts):
                if kind not in kinds:
                    yield at(unknown.format(kind=kind, known=known), *path, "posts", nth)
            if chain is not None and tell.whom not in _PLACES and tell.whom not in chain.keys:
                places = joined([*sorted(_PLACES), *chain.keys])
                message = _("不认识 {whom}；应为 {known} 之一").format(whom=tell.whom, known=places)
                yield at(message, *path, "whom")


def _repeated(said: SupervisionSaid, at: At) -> Iterator[Problem]:
    lists: dict[str, list[tuple[str, str]]] = {
        "ladder": [(step.key, "key") for step in said.ladder],
        "warnings": [(one.colour, "colour") for one in said.warnings],
        "accountability": [(one.code, "code") for one in said.accountability],
        "incentives": [(one.code, "code") for one in said.incentives],
    }
    for name, entries in lists.items():
        for number, (value, key) in enumerate(entries):
            if (value, key) in entries[:number]:
                yield at(_("{value} 写了两次").format(value=value), name, number, key)
    called: dict[str, str] = {}
    for code, short in said.abbreviations.items():
        if short in called:
            message = _("{unit} 也简称“{short}”：两个单位的编号会分不开，请换一个")
            yield at(message.format(unit=called[short], short=short), "abbreviations", code)
        called.setdefault(short, code)


def _unit_faults(said: SupervisionSaid, tree: Tree, at: At) -> Iterator[Problem]:
    codes = {node.code: node for node in tree.nodes}
    missing = _("没有代码为 {code} 的单位，或者当日已不存续")
    seen: set[str] = set()
    for number, over in enumerate(said.supervisors.units):
        path = ("supervisors", "units", number)
        for key in ("unit", "by"):
            code = getattr(over, key)
            if code not in codes:
                yield unfound(at(missing.format(code=code), *path, key), UNITS_FILE, code)
        if over.unit in seen:
            yield at(_("{value} 写了两次").format(value=over.unit), *path, "unit")
        seen.add(over.unit)
        known = over.unit in codes and over.by in codes
        if known and tree.is_below_or_same(codes[over.by].id, codes[over.unit].id):
            message = _("{by} 就是 {unit} 自己或者它的下级，不能督办它")
            yield at(message.format(by=over.by, unit=over.unit), *path, "by")
    for number, code in enumerate(said.week.units):
        if code not in codes:
            yield unfound(at(missing.format(code=code), "week", "units", number), UNITS_FILE, code)
    for code in said.abbreviations:
        if code not in codes:
            yield unfound(at(missing.format(code=code), "abbreviations", code), UNITS_FILE, code)


def _pattern_faults(pattern: str) -> Iterator[str]:
    try:
        named = [part for _text, part, spec, turned in Formatter().parse(pattern) if part is not None]
        plain = not any(
            spec or turned for _text, part, spec, turned in Formatter().parse(pattern) if part is not None
        )
    except ValueError:
        yield _("花括号没有配对")
        return
    if sorted(named) != sorted(_NUMBER_PARTS) or not plain:
        yield _("编号格式里应当恰好各有一个 {unit}、{yyyy}、{n}")
