"""routing.yaml: the site's rules of 分流 as they are written, and as the pure rules of units/routing.py."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    StringConstraints,
    ValidationInfo,
    model_validator,
)

from mediation.codes import Codes as SiteCodes
from mediation.codes.tables import Key as Code
from mediation.language import _
from mediation.partial import Each, is_rest, one_span
from mediation.people.suggesting import Weights
from mediation.sites.shape import Key, UnitCode
from mediation.units.routing import (
    Band,
    Conditions,
    Department,
    Destination,
    Limit,
    RoutingRules,
    Rule,
)

ROUTING_FILE = "routing.yaml"
_MEASURES = ("hours", "days", "working_days", "months")


Codes = Annotated[tuple[Code, ...], Field(min_length=1, strict=False)]
Units = Annotated[tuple[UnitCode, ...], Field(min_length=1, strict=False)]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=30)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)


class BandSaid(_Frozen):
    """A band of numbers: `from` is included (以上), `under` is not (不满)."""

    first: int | None = Field(default=None, alias="from", ge=0, le=10**12)
    under: int | None = Field(default=None, ge=1, le=10**12)

    @model_validator(mode="after")
    def _is_a_band(self) -> Self:
        if self.first is None and self.under is None:
            raise ValueError(_("from、under 至少写一个"))
        if self.under is not None and self.under <= (self.first or 0):
            raise ValueError(_("under 要大于 from"))
        return self


class ListsSaid(_Frozen):
    """Conditions by lists: `category` of the judicial list, `governance` (a class covers its kinds), `place` (a unit and all below it)."""

    category: Codes = ()
    governance: Codes = ()
    place: Units = ()
    risk: Codes = ()
    source: Codes = ()


class WhenSaid(ListsSaid):
    """All that a rule asks; what is left out it does not ask. `amount` in yuan; `repeat`: said to repeat another dispute."""

    headcount: BandSaid | None = None
    amount: BandSaid | None = None
    repeat: bool | None = None


class DepartmentSaid(_Frozen):
    """The nearest unit of a kind that is attached at the level `at` or above; from the place itself if `at` is left out."""

    kind: Key
    at: Key | None = None


class LimitSaid(_Frozen):
    """By when the dispute should be settled: exactly one span, and what it rests on."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": [span]} for span in _MEASURES]})

    hours: int | None = Field(default=None, gt=0, le=1000)
    days: int | None = Field(default=None, gt=0, le=3660)
    working_days: int | None = Field(default=None, gt=0, le=2500)
    months: int | None = Field(default=None, gt=0, le=120)
    article: Reason

    @model_validator(mode="wrap")
    @classmethod
    def _one_span(cls, said: Any, read: ModelWrapValidatorHandler[Self]) -> Self:
        return one_span(said, read, _MEASURES, _("hours、days、working_days、months 要写、而且只能写一个"))

    @property
    def span(self) -> str:
        return next(f"{count} {one}" for one in _MEASURES if (count := getattr(self, one)) is not None)


class ThenSaid(_Frozen):
    """Where a dispute goes: a level of the chain, a unit by its code, or a department; `level` may stand beside the others."""

    level: Key | None = None
    unit: UnitCode | None = None
    department: DepartmentSaid | None = None
    definition: Key = "ordinary"
    tier: Key | None = None
    limit: LimitSaid | None = None

    @model_validator(mode="after")
    def _goes_somewhere(self, info: ValidationInfo) -> Self:
        if is_rest(info):
            return self
        if self.level is None and self.unit is None and self.department is None:
            raise ValueError(_("要写明去处：level、unit、department 之一"))
        if self.unit is not None and self.department is not None:
            raise ValueError(_("unit 和 department 只能写一个"))
        return self


class RuleSaid(_Frozen):
    """One rule: its id, why it is there, when it fits, and where the dispute then goes.

    `title`: what people read in place of the id, on pages and in the record; without it they read `because` alone.
    """

    id: Key
    title: Title | None = None
    because: Reason
    when: WhenSaid = WhenSaid()
    but_not: ListsSaid = ListsSaid()
    then: ThenSaid


class RoutingSaid(_Frozen):
    """routing.yaml. `hit_policy`: `only` one rule may fit any dispute, or the `first` that fits wins."""

    format: Literal[1]
    about: str = ""
    hit_policy: Literal["only", "first"]
    rules: tuple[RuleSaid, ...] = Field(min_length=1, max_length=500, strict=False)
    mediators: Weights = Field(default=Weights(), description="how suggested mediators are weighed")


SPARE: Mapping[str, object] = {
    "hit_policy": "first",
    "rules": Each(lambda place: {"id": f"missing_{place}", "because": "missing", "then": {}}),
}
"""What stands for what is wrong in a file of rules, so that the names in the rest of it are judged."""


@dataclass(frozen=True)
class Routing:
    """The rules of a site as they are in use, and how it weighs mediators."""

    rules: RoutingRules
    weights: Weights


@dataclass(frozen=True)
class Names:
    """What the rules may name. None: what there is could not be read, so that nobody is told what is missing."""

    codes: SiteCodes
    levels: tuple[str, ...] | None
    units: frozenset[str] | None
    definitions: frozenset[str] | None = None


def rules_of(said: RoutingSaid, version: int = 0, sha256: str = "") -> RoutingRules:
    """The rules as they are applied."""
    return RoutingRules(said.hit_policy, tuple(map(_rule, said.rules)), version, sha256)


def _rule(said: RuleSaid) -> Rule:
    then = said.then
    department = Department(then.department.kind, then.department.at) if then.department else None
    limit = Limit(then.limit.span, then.limit.article) if then.limit else None
    return Rule(
        id=said.id,
        title=said.title or "",
        because=said.because,
        then=Destination(then.level, then.unit, department, then.definition, then.tier, limit),
        when=replace(
            _lists(said.when),
            headcount=_band(said.when.headcount),
            amount=_band(said.when.amount),
            repeat=said.when.repeat,
        ),
        but_not=_lists(said.but_not),
    )


def _lists(said: ListsSaid) -> Conditions:
    return Conditions(
        category=said.category,
        governance=said.governance,
        place=said.place,
        risk=said.risk,
        source=said.source,
    )


def _band(said: BandSaid | None) -> Band | None:
    return Band(said.first or 0, said.under) if said else None
