"""责任清单: which unit answers for which matter where. Pure; read from a site's file by sites/responsibilities.py.

A line names matters (codes of the judicial or the governance list) and who has them: one unit, or the department of a kind at
a level. Where several lines name a matter the finer one counts: second-level governance code, first-level one, judicial code.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import combinations
from typing import NamedTuple

from mediation.units.tree import Node, Tree

AREA = "area"
LEAD = "lead"
_FIRST_LEVEL = 2  # digits of a first-level governance code


class Matter(NamedTuple):
    """What a dispute is about: its codes in both lists, either of which may be empty."""

    category: str
    governance: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `unit` is a unit's code; without it `kind` and `level` name the department. `role`: lead or support."""

    code: str
    text: str
    role: str = LEAD
    categories: tuple[str, ...] = ()
    governance: tuple[str, ...] = ()
    unit: str | None = None
    kind: str | None = None
    level: str | None = None

    def fineness(self, matter: Matter) -> int:
        """How closely the line names the matter: 3, 2, 1; 0 if it does not."""
        if matter.governance and matter.governance in self.governance:
            return 3 if len(matter.governance) > _FIRST_LEVEL else 2
        if matter.governance[:_FIRST_LEVEL] in self.governance:
            return 2
        return int(matter.category in self.categories)

    def units_at(self, tree: Tree, place: int) -> tuple[Node, ...]:
        """Who has the line's matters at a place; nobody where the line does not reach.

        A unit has them in its own area: a department in that of the area unit which it belongs to.
        """
        if self.unit is not None:
            named = next((node for node in tree.nodes if node.code == self.unit), None)
            return (named,) if named is not None and answers_at(tree, named, place) else ()
        at_level = next((node for node in tree.standing_lineage(place) if node.level == self.level), None)
        if at_level is None:
            return ()
        if self.kind == AREA:
            return (at_level,)
        return tuple(node for node in tree.children(at_level.id) if node.kind == self.kind)


@dataclass(frozen=True, slots=True)
class Clash:
    """Two lines that give one matter at one place to two leads; the same line twice if it names two departments."""

    first: Line
    second: Line
    matter: Matter
    place: Node
    units: tuple[Node, Node]


@dataclass(frozen=True)
class ResponsibilityList:
    """One version of the list, with the hash under which it is kept; no lines: the site has none."""

    version: int = 0
    in_force_from: date = date.min
    lines: Sequence[Line] = ()
    sha256: str = ""

    def line(self, code: str) -> Line | None:
        """The line of a code."""
        return self._by_code.get(code)

    def leads(self, tree: Tree, matter: Matter, place: int) -> tuple[tuple[Line, Node], ...]:
        """The lines that say who leads in the matter at the place, and whom they name: the finest that reach there."""
        found = [
            (line.fineness(matter), line, node)
            for line in self.lines
            if line.role == LEAD and line.fineness(matter)
            for node in line.units_at(tree, place)
        ]
        finest = max((one[0] for one in found), default=0)
        return tuple((line, node) for fine, line, node in found if fine == finest)

    def line_for(self, tree: Tree, matter: Matter, place: int, unit: int) -> Line | None:
        """The line by which this unit leads in the matter at the place."""
        return next((line for line, node in self.leads(tree, matter, place) if node.id == unit), None)

    def clashes(self, tree: Tree, matters: Iterable[Matter]) -> Iterator[Clash]:
        """Each pair of lines that contradict each other, once, with a matter and a place where they do."""
        leading = [line for line in self.lines if line.role == LEAD]
        pairs: dict[tuple[str, str], tuple[Line, Line, Matter]] = {}
        for matter in matters:
            fine = [(line.fineness(matter), line) for line in leading]
            fine = [one for one in fine if one[0]]
            for how, line in fine:
                pairs.setdefault((line.code, line.code), (line, line, matter))
                for other_how, other in fine:
                    if how == other_how and line.code < other.code:
                        pairs.setdefault((line.code, other.code), (line, other, matter))
        for first, second, matter in pairs.values():
            clash = _clash(tree, first, second, matter)
            if clash is not None:
                yield clash

    @cached_property
    def _by_code(self) -> Mapping[str, Line]:
        return {line.code: line for line in self.lines}


def _clash(tree: Tree, first: Line, second: Line, matter: Matter) -> Clash | None:
    if first is second and first.unit is not None:
        return None
    for place in tree.nodes:
        named = first.units_at(tree, place.id)
        if first is second:
            two = next(combinations(named, 2), None)
        else:
            others = second.units_at(tree, place.id)
            two = next(((one, other) for one in named for other in others if one.id != other.id), None)
        if two is not None:
            return Clash(first, second, matter, place, two)
    return None


def answers_at(tree: Tree, unit: Node, place: int) -> bool:
    """Whether a place lies in a unit's own area; that of a department is its area unit's."""
    area = next((node for node in tree.lineage(unit.id) if node.kind == AREA), unit)
    return tree.is_below_or_same(place, area.id)
