"""The tree of units on one day: who is above whom, how a dispute climbs, which committee is competent. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from mediation.errors import NotFound
from mediation.language import _
from mediation.units.chain import Chain, Level

GENERAL_COMMITTEES = frozenset({"village", "township", "county"})


@dataclass(frozen=True, slots=True)
class Node:
    """A unit. `parent` is the parent's id; `level` the key of a level of the chain, or None; `successor`: merged into."""

    id: int
    code: str
    name: str
    kind: str = "area"
    level: str | None = None
    parent: int | None = None
    grid_code: str | None = None
    place_code: str | None = None
    households: int | None = None
    valid_from: date = date.min
    valid_to: date | None = None
    successor: int | None = None

    def is_valid(self, day: date) -> bool:
        return is_within(day, self.valid_from, self.valid_to)

    def has_ended(self, day: date) -> bool:
        return self.valid_to is not None and self.valid_to < day


@dataclass(frozen=True, slots=True)
class Seat:
    """A committee as the tree knows it: at which unit, of what kind, for which term."""

    id: int
    code: str
    unit: int
    kind: str
    valid_from: date = date.min
    valid_to: date | None = None


def is_within(day: date, first: date, last: date | None) -> bool:
    """Is the day within a term? The last day belongs to it; None means without end."""
    return first <= day and (last is None or day <= last)


class Tree:
    """The units valid on one day. A unit whose parent is absent is a root; parents never form a ring (see checks).

    A unit that has ended before the day is no part of the tree, but can still be named by its id: old cases point at it. It
    lies where its successor lies.
    """

    def __init__(self, nodes: Iterable[Node], day: date | None = None) -> None:
        everything = list(nodes)
        kept = [node for node in everything if day is None or node.is_valid(day)]
        self._nodes: Mapping[int, Node] = {node.id: node for node in kept}
        self._codes: Mapping[str, Node] = {node.code: node for node in kept}
        self._past: Mapping[int, Node] = {
            node.id: _as_past(node) for node in everything if day is not None and node.has_ended(day)
        }
        self.day = day

    def __len__(self) -> int:
        return len(self._nodes)

    def __contains__(self, unit: int) -> bool:
        return unit in self._nodes

    @property
    def nodes(self) -> tuple[Node, ...]:
        return tuple(self._nodes.values())

    @property
    def roots(self) -> tuple[Node, ...]:
        return tuple(node for node in self.nodes if node.parent not in self._nodes)

    def unit(self, unit: int) -> Node:
        """The unit of an id; one that has ended says so in its name. Raises NotFound."""
        found = self._nodes.get(unit) or self._past.get(unit)
        if found is None:
            raise NotFound(_("没有这个单位，或当日已不存续"))
        return found

    def by_code(self, code: str) -> Node:
        """The unit of a code. Raises NotFound."""
        found = self._codes.get(code)
        if found is None:
            raise NotFound(_("没有代码为 {code} 的单位，或当日已不存续").format(code=code))
        return found

    def heir(self, code: str) -> Node | None:
        """The unit of a code if it stands, else what it was merged into, in the end; None if nothing took its place."""
        if code in self._codes:
            return self._codes[code]
        ended = next((node for node in self._past.values() if node.code == code), None)
        return None if ended is None else self.standing(ended.id)

    def lineage(self, unit: int) -> tuple[Node, ...]:
        """The unit, its parent, and so on to the root. After a unit that has ended comes its successor, if it has one."""
        found = [self.unit(unit)]
        seen = {unit}
        while (above := self._above(found[-1])) is not None and above.id not in seen:
            seen.add(above.id)
            found.append(above)
        return tuple(found)

    def standing_lineage(self, unit: int) -> tuple[Node, ...]:
        """The lineage without what has ended: the units there that can be given something to do."""
        return tuple(node for node in self.lineage(unit) if node.id in self._nodes)

    def stands(self, code: str) -> bool:
        """Is there a unit of this code on the day?"""
        return code in self._codes

    def standing(self, unit: int) -> Node | None:
        """The unit itself if it stands, else what it was merged into, in the end; None if nothing took its place."""
        found = self.unit(unit)
        seen = {unit}
        while found.id not in self._nodes:
            successor = found.successor
            if (
                successor is None
                or successor in seen
                or (successor not in self and successor not in self._past)
            ):
                return None
            seen.add(successor)
            found = self.unit(successor)
        return found

    @property
    def merged(self) -> Mapping[int, Node]:
        """The units that have ended → the one that stands in their place, for those that were merged into another."""
        found = {unit: self.standing(unit) for unit in self._past}
        return {unit: standing for unit, standing in found.items() if standing is not None}

    def ancestors(self, unit: int) -> tuple[Node, ...]:
        """The units above, nearest first."""
        return self.lineage(unit)[1:]

    def children(self, unit: int) -> tuple[Node, ...]:
        self.unit(unit)
        return tuple(self._nodes[child] for child in self._children.get(unit, ()))

    def subtree(self, unit: int) -> frozenset[int]:
        """The ids of the unit and of everything below it."""
        found: set[int] = set()
        waiting = [self.unit(unit).id]
        while waiting:
            at = waiting.pop()
            if at not in found:
                found.add(at)
                waiting.extend(self._children.get(at, ()))
        return frozenset(found)

    def is_below_or_same(self, unit: int, root: int) -> bool:
        """Does the unit lie within the root's subtree, itself included?"""
        return any(node.id == root for node in self.lineage(unit))

    def steps(self, one: int, other: int) -> int:
        """How many steps lie between two units in the tree: up from the one, down to the other."""
        up = [node.id for node in self.lineage(one)]
        for down, node in enumerate(self.lineage(other)):
            if node.id in up:
                return up.index(node.id) + down
        return len(up) + len(self.lineage(other))

    def lowest_common_superior(self, *units: int) -> Node | None:
        """The lowest unit that all of them are or lie under: who decides between them. None if there is none."""
        if not units:
            return None
        shared = set.intersection(*({node.id for node in self.lineage(unit)} for unit in units))
        return next((node for node in self.lineage(units[0]) if node.id in shared), None)

    def above(self, unit: int, chain: Chain) -> Node | None:
        """Where a dispute climbs from the unit: the nearest unit above on the next level, or None at the top.

        A level that the unit's branch does not have is skipped. From a unit on no level (a department) it is the
        nearest unit above that lies on any level.
        """
        own = chain.rank(self.unit(unit).level)
        for node in self.ancestors(unit):
            rank = chain.rank(node.level)
            if rank is not None and (own is None or rank > own):
                return node
        return None

    def level_of(self, unit: int, chain: Chain) -> Level | None:
        """The level of the unit, or of the nearest unit above that lies on one: a department counts as its level's."""
        for node in self.lineage(unit):
            if node.level is not None and node.level in chain:
                return chain.level(node.level)
        return None

    def nearest_committee(
        self, unit: int, seats: Iterable[Seat], day: date, kinds: Collection[str] = GENERAL_COMMITTEES
    ) -> Seat | None:
        """The committee in office at the unit or nearest above it; of several at one unit the first by code."""
        at_unit: dict[int, list[Seat]] = {}
        for seat in seats:
            if seat.kind in kinds and is_within(day, seat.valid_from, seat.valid_to):
                at_unit.setdefault(seat.unit, []).append(seat)
        for node in self.lineage(unit):
            if node.id in at_unit:
                return min(at_unit[node.id], key=lambda seat: seat.code)
        return None

    def may_mediate_at(self, unit: int, seat: int, kind: str = "") -> bool:
        """May the mediators of a committee at the unit `seat` mediate what the unit holds?

        Those of a committee at the unit, above it or below it may, and those of an industry committee anywhere. A studio
        is no committee: its mediators are on the roster of one.
        """
        if kind == "industry":
            return True
        near = self.is_below_or_same(unit, seat) or (seat in self and self.is_below_or_same(seat, unit))
        return kind != "studio" and near

    def coverage_gaps(self, levels: Collection[str], covered: Collection[int]) -> tuple[Node, ...]:
        """Units of the levels that no contact duty covers."""
        return tuple(node for node in self.nodes if node.level in levels and node.id not in covered)

    def _above(self, node: Node) -> Node | None:
        """The next unit of a lineage: the parent, or of a unit that has ended the one that stands in its place."""
        if node.id in self._nodes:
            return None if node.parent is None else self._nodes.get(node.parent)
        standing = self.standing(node.id)
        if standing is not None or node.parent is None:
            return standing
        return self._nodes.get(node.parent) or self._past.get(node.parent)

    @cached_property
    def _children(self) -> Mapping[int, tuple[int, ...]]:
        found: dict[int, list[int]] = {}
        for node in self._nodes.values():
            if node.parent is not None:
                found.setdefault(node.parent, []).append(node.id)
        return {parent: tuple(children) for parent, children in found.items()}


def _as_past(node: Node) -> Node:
    name = _("{name}（已撤并）") if node.successor is not None else _("{name}（已撤销）")
    return replace(node, name=name.format(name=node.name))
