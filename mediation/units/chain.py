"""The chain of a site: its named levels from the lowest to the highest. Pure; how a dispute climbs is in tree.py."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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
        self._ranks = {level.key: rank for rank, level in enumerate(levels)}
        if len(self._ranks) != len(levels):
            raise ValueError("a level's key stands once")
        self.levels = tuple(levels)

    def __iter__(self) -> Iterator[Level]:
        return iter(self.levels)

    def __len__(self) -> int:
        return len(self.levels)

    def __contains__(self, key: object) -> bool:
        return key in self._ranks

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(level.key for level in self.levels)

    @property
    def top(self) -> Level:
        return self.levels[-1]

    def level(self, key: str) -> Level:
        """The level of a key. Raises KeyError."""
        return self.levels[self._ranks[key]]

    def rank(self, key: str | None) -> int | None:
        """0 for the lowest level; None for what is no level of this chain."""
        return None if key is None else self._ranks.get(key)

    def to_plain(self) -> list[dict[str, Any]]:
        """For the configuration in the database."""
        return [
            {"key": one.key, "name": one.name, "working_days": one.working_days, "leader": one.leader}
            for one in self.levels
        ]

    @classmethod
    def from_plain(cls, levels: Sequence[Mapping[str, Any]]) -> "Chain":
        return cls([Level(**level) for level in levels])
