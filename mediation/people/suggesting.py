"""Which mediators a dispute calls for: expertise, load, distance, language, conflicts, objections, duty and leave.

Every part of the score is explained in words; who may not be asked is told with the reason. Pure.
A person has a conflict of interest if one was declared. That somebody bears a party's family name is none.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from mediation.language import _


class Weights(BaseModel):
    """How much each part counts, in points; a site's own in routing.yaml.

    `expertise`: for just this category, half of it for the same class. `open_case`: less for each open case, `idle` points
    with none. `near`: at the place itself, `step` less for each step in the tree. `language`: for each language wanted.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    expertise: int = Field(default=40, ge=0, le=1000)
    idle: int = Field(default=30, ge=0, le=1000)
    open_case: int = Field(default=3, ge=0, le=1000)
    near: int = Field(default=20, ge=0, le=1000)
    step: int = Field(default=5, ge=0, le=1000)
    language: int = Field(default=20, ge=0, le=1000)
    duty: int = Field(default=10, ge=0, le=1000)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may mediate. `steps`: units on the way from the post's unit to the place of the dispute."""

    person_id: int
    code: str
    name: str
    post: str
    unit: str
    unit_title: str
    expertise: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    open_cases: int = 0
    steps: int = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the dispute asks of a mediator. `line`: its governance category and the class of it.

    `conflicts`: person id → the conflict of interest that was declared, in words. `objections`: person id → ordinal of the
    party that does not accept this person (人民调解法 Art. 23 (1)). `on_duty`, `away`: ids of people.
    `titles`: words for codes of languages and categories.
    """

    line: tuple[str, ...]
    languages: tuple[str, ...] = ()
    conflicts: dict[int, str] | None = None
    objections: dict[int, int] | None = None
    on_duty: Collection[int] = ()
    away: Collection[int] = ()
    titles: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a score and why."""

    name: str
    points: int
    why: str


@dataclass(frozen=True, slots=True)
class Suggested:
    """A mediator with the score. `barred`: why this person cannot be asked; "" if nothing stands in the way."""

    code: str
    name: str
    post: str
    unit: str
    unit_title: str
    score: int
    parts: tuple[Part, ...]
    barred: str = ""


def suggest(
    wanted: Wanted, candidates: Iterable[Candidate], weights: Weights, most: int = 5
) -> list[Suggested]:
    """The best first, `most` of them; then those who may not be asked. Equal scores: fewer open cases, then by code."""
    scored = [(_scored(wanted, one, weights), one) for one in candidates]
    scored.sort(key=lambda pair: (bool(pair[0].barred), -pair[0].score, pair[1].open_cases, pair[1].code))
    free = [one for one, _candidate in scored if not one.barred]
    return [*free[:most], *(one for one, _candidate in scored if one.barred)]


def _scored(wanted: Wanted, one: Candidate, weights: Weights) -> Suggested:
    parts = (
        _expertise(wanted, one, weights),
        _load(one, weights),
        _distance(one, weights),
        *_languages(wanted, one, weights),
        *_duty(wanted, one, weights),
    )
    return Suggested(
        code=one.code,
        name=one.name,
        post=one.post,
        unit=one.unit,
        unit_title=one.unit_title,
        score=sum(part.points for part in parts),
        parts=parts,
        barred=_barred(wanted, one),
    )


def _barred(wanted: Wanted, one: Candidate) -> str:
    conflict = (wanted.conflicts or {}).get(one.person_id)
    if conflict is not None:
        return _("应当回避：{conflict}").format(conflict=conflict)
    party = (wanted.objections or {}).get(one.person_id)
    if party is not None:
        return _("第{party}位当事人不接受其调解").format(party=party)
    return _("请假，不在岗") if one.person_id in wanted.away else ""


def _expertise(wanted: Wanted, one: Candidate, weights: Weights) -> Part:
    kind, *above = wanted.line
    if kind in one.expertise:
        return Part("expertise", weights.expertise, _("专长就是{kind}").format(kind=_titled(wanted, kind)))
    near = next((own for own in one.expertise if own in above or _same_class(own, wanted.line)), None)
    if near is not None:
        why = _("专长是同一大类的{kind}").format(kind=_titled(wanted, near))
        return Part("expertise", weights.expertise // 2, why)
    return Part("expertise", 0, _("没有这一类的专长") if one.expertise else _("没有登记专长"))


def _same_class(own: str, line: Sequence[str]) -> bool:
    """Codes of the governance list carry their class in the first two digits."""
    return own[:2] == line[-1][:2]


def _load(one: Candidate, weights: Weights) -> Part:
    points = max(0, weights.idle - weights.open_case * one.open_cases)
    if not one.open_cases:
        return Part("load", points, _("手头没有在办纠纷"))
    return Part("load", points, _("手头在办{count}件").format(count=one.open_cases))


def _distance(one: Candidate, weights: Weights) -> Part:
    points = max(0, weights.near - weights.step * one.steps)
    if not one.steps:
        return Part("distance", points, _("就在纠纷所在的{unit}").format(unit=one.unit_title))
    return Part("distance", points, _("在{unit}，隔{steps}级").format(unit=one.unit_title, steps=one.steps))


def _languages(wanted: Wanted, one: Candidate, weights: Weights) -> list[Part]:
    found = []
    for language in wanted.languages:
        title = _titled(wanted, language)
        if language in one.languages:
            found.append(Part("language", weights.language, _("会{language}").format(language=title)))
        else:
            found.append(Part("language", 0, _("不会{language}").format(language=title)))
    return found


def _duty(wanted: Wanted, one: Candidate, weights: Weights) -> list[Part]:
    return [Part("duty", weights.duty, _("正在值班"))] if one.person_id in wanted.on_duty else []


def _titled(wanted: Wanted, code: str) -> str:
    return (wanted.titles or {}).get(code, code)
