"""responsibilities.yaml: a site's versioned responsibility list (责任清单), read and checked against its units and codes."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    model_validator,
)

from mediation.codes import Codes
from mediation.errors import Problem
from mediation.language import _, joined
from mediation.partial import Each, is_rest
from mediation.reading import Key, Lines
from mediation.sites.rolls import unfound
from mediation.sites.rows import UNITS_FILE
from mediation.sites.shape import Key as Name
from mediation.sites.shape import UnitCode, without_effect
from mediation.units.chain import Chain
from mediation.units.responsibilities import Line, Matter, ResponsibilityList
from mediation.units.tree import Tree
from mediation.workflow.definition import Limit

FILE = "responsibilities.yaml"
_MOST_LINES = 500


def _as_text(value: object) -> object:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


LineCode = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,19}$"), BeforeValidator(_as_text)
]
ListCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}([0-9]{2})?$"), BeforeValidator(_as_text)]
Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class LineSaid(_Frozen):
    """One line: its matters by code of the judicial list (`categories`) or the governance list, and who has them.

    Who: one `unit` by its code, for its own area; or the unit of a `kind` of the list unit_kinds at a `level` of the chain,
    wherever the dispute is. `role`: lead (牵头) or support (配合).
    """

    code: LineCode
    text: Sentence
    role: Literal["lead", "support"] = "lead"
    categories: tuple[ListCode, ...] = Field(default=(), strict=False)
    governance: tuple[ListCode, ...] = Field(default=(), strict=False)
    unit: UnitCode | None = None
    kind: Name | None = None
    level: Name | None = None

    @model_validator(mode="after")
    def _says_what_and_who(self, info: ValidationInfo) -> Self:
        if is_rest(info):
            return self
        if not self.categories and not self.governance:
            raise ValueError(_("categories、governance 至少写一项"))
        if (self.unit is None) == (self.kind is None and self.level is None):
            raise ValueError(_("unit 和 kind、level 要写一种，而且只能写一种"))
        if (self.kind is None) != (self.level is None):
            raise ValueError(_("kind 和 level 要一起写"))
        return self

    def to_line(self) -> Line:
        """The line as the rules go by it."""
        return Line(**self.model_dump())


class ResponsibilitiesSaid(_Frozen):
    """responsibilities.yaml. A changed list has a higher version; it is in force from its day, and not before it is applied.

    `ownership`: how long units may disagree about whose a dispute is.
    """

    format: Literal[1]
    version: int = Field(ge=1)
    in_force_from: date
    ownership: Limit = Limit(working_days=3, article="部署单位规定·归属争议时限")
    lines: tuple[LineSaid, ...] = Field(min_length=1, max_length=_MOST_LINES, strict=False)

    def to_list(self, sha256: str = "") -> ResponsibilityList:
        """The list as the rules go by it."""
        return ResponsibilityList(
            self.version, self.in_force_from, tuple(line.to_line() for line in self.lines), sha256
        )


SPARE: Mapping[str, object] = {
    "version": 1,
    "lines": Each(lambda place: {"code": f"missing-{place}", "text": "missing"}),
}
"""What stands for what is wrong in a list, so that the names in the rest of it are judged."""


def list_faults(
    said: ResponsibilitiesSaid,
    lines: Lines,
    codes: Codes,
    chain: Chain | None,
    tree: Tree | None,
    *,
    is_whole: bool = True,
) -> Iterator[Problem]:
    """What a list names and is not there, and what it says twice. Without chain or tree what hangs on them is not judged.

    `tree`: of the day from which the list is in force. Whether lines contradict one another is judged of a whole list.
    """
    if wrong := without_effect(said.ownership):
        yield Problem(wrong, FILE, *lines.at(("ownership", "on_miss")))
    own = [*_unknown(said, lines, codes, chain, tree), *_repeated(said, lines)]
    yield from own
    if tree is not None and chain is not None and is_whole and not own:
        yield from _clashing(said, lines, codes, tree)


def changed_faults(said: ResponsibilitiesSaid, kept: str) -> Iterator[Problem]:
    """A list is never changed under its version, and versions only grow. `kept`: the one in force, as JSON."""
    before = ResponsibilitiesSaid.model_validate_json(kept)
    if said == before:
        return
    if said.version <= before.version:
        message = _("责任清单第{version}版已经应用过，内容不能改动；改了的清单写 version: {next}")
        yield Problem(message.format(version=before.version, next=before.version + 1), FILE, None, "version")


def _unknown(
    said: ResponsibilitiesSaid, lines: Lines, codes: Codes, chain: Chain | None, tree: Tree | None
) -> Iterator[Problem]:
    for number, line in enumerate(said.lines):
        for key, name in (("categories", "judicial_categories"), ("governance", "governance_categories")):
            for place, code in enumerate(getattr(line, key)):
                fault = codes.fault(name, code)
                if fault:
                    yield _at(lines, fault, number, key, place)
        if line.kind is not None and (fault := codes.fault("unit_kinds", line.kind)):
            yield _at(lines, fault, number, "kind")
        if chain is not None and line.level is not None and line.level not in chain:
            message = _("层级链里没有 {level}；应为 {known} 之一")
            message = message.format(level=line.level, known=joined(chain.keys))
            yield _at(lines, message, number, "level")
        if tree is not None and line.unit is not None and line.unit not in {node.code for node in tree.nodes}:
            message = _("没有代码为 {code} 的单位，或者清单生效时已不存续").format(code=line.unit)
            yield unfound(_at(lines, message, number, "unit"), UNITS_FILE, line.unit)


def _repeated(said: ResponsibilitiesSaid, lines: Lines) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for number, line in enumerate(said.lines):
        if first.setdefault(line.code, number) != number:
            where = lines.of(("lines", first[line.code]))
            yield _at(lines, _("{code} 已用在第{line}行").format(code=line.code, line=where), number, "code")


def _clashing(said: ResponsibilitiesSaid, lines: Lines, codes: Codes, tree: Tree) -> Iterator[Problem]:
    """One matter in one place has one lead."""
    number_of = {line.code: number for number, line in enumerate(said.lines)}
    for clash in said.to_list().clashes(tree, _matters(codes)):
        number = max(number_of[clash.first.code], number_of[clash.second.code])
        matter = clash.matter
        title = (
            codes.title("governance_categories", matter.governance)
            if matter.governance
            else codes.title("judicial_categories", matter.category)
        )
        names = [unit.name for unit in clash.units]
        if clash.first is clash.second:
            message = _("{place}有两个单位都合这一条：{first}、{second}；请用 unit 写明是哪一个")
        else:
            message = _(
                "{place}的“{matter}”，第{one}条由{first}牵头，第{other}条由{second}牵头；只能有一个牵头单位"
            )
        yield _at(
            lines,
            message.format(
                place=clash.place.name,
                matter=title,
                one=clash.first.code,
                other=clash.second.code,
                first=names[0],
                second=names[1],
            ),
            number,
        )


def _matters(codes: Codes) -> Iterator[Matter]:
    """Every matter that a dispute may be about: each governance category with the judicial one it maps to, and those alone."""
    for entry in codes.entries("governance_categories"):
        yield Matter(codes.judicial_of(entry.code), entry.code)
    for entry in codes.entries("judicial_categories"):
        yield Matter(entry.code, "")


def _at(lines: Lines, message: str, number: int, *rest: Key) -> Problem:
    path: tuple[Key, ...] = ("lines", number, *rest)
    return Problem(message, FILE, *lines.at(path))
