"""The chain of a site: its named levels from the lowest to the highest, and how a dispute climbs. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mediation.units.tree import Node, Tree

FEWEST_LEVELS = 3
MOST_LEVELS = 7


@dataclass(frozen=True, slots=True)
class Level:
    """A level: its key and name, the target in working days for settling there, and who leads (a kind of post)."""

    key: str
    name: str
    working_days: int
    leader: str


class Chain:
    """3 to 7 levels, lowest first. Raises ValueError on any other number and on a key given twice."""

    def __init__(self, levels: Sequence[Level]) -> None:
        if not FEWEST_LEVELS <= len(levels) <= MOST_LEVELS:
            raise ValueError(f"a chain has {FEWEST_LEVELS} to {MOST_LEVELS} levels, not {len(levels)}")
        self._rank = {level.key: rank for rank, level in enumerate(levels)}
        if len(self._rank) != len(levels):
            raise ValueError("a level's key stands once")
        self.levels = tuple(levels)

    def __iter__(self) -> Iterator[Level]:
        return iter(self.levels)

    def __len__(self) -> int:
        return len(self.levels)

    def level(self, key: str) -> Level:
        """The level of a key. Raises KeyError."""
        return self.levels[self._rank[key]]

    def rank(self, key: str | None) -> int | None:
        """0 for the lowest level; None for what is no level of this chain."""
        return None if key is None else self._rank.get(key)

    @property
    def top(self) -> Level:
        return self.levels[-1]

    def level_of(self, tree: Tree, unit: int) -> Level | None:
        """The level of the unit, or of the nearest unit above that lies on one: a department counts as its level's."""
        for node in tree.lineage(unit):
            if self.rank(node.level) is not None:
                return self.level(str(node.level))
        return None

    def climb(self, tree: Tree, unit: int) -> Node | None:
        """Where a dispute goes from the unit: the nearest unit above on the next level, or None at the top.

        A level that the unit's branch does not have is skipped. From a unit on no level (a department) it is the
        nearest unit above that lies on any level.
        """
        own = self.rank(tree.unit(unit).level)
        for node in tree.ancestors(unit):
            rank = self.rank(node.level)
            if rank is not None and (own is None or rank > own):
                return node
        return None

    def is_top(self, tree: Tree, unit: int) -> bool:
        """Is there nowhere to climb to?"""
        return self.climb(tree, unit) is None

    def to_plain(self) -> list[dict[str, Any]]:
        """For the configuration in the database."""
        return [
            {"key": one.key, "name": one.name, "working_days": one.working_days, "leader": one.leader}
            for one in self.levels
        ]

    @classmethod
    def from_plain(cls, levels: Sequence[dict[str, Any]]) -> "Chain":
        return cls([Level(**level) for level in levels])
