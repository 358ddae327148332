"""What a post counts as, and which units its holder sees. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mediation.people.actor import Actor
from mediation.units.tree import Tree

Scope = Literal["subtree", "own"]


@dataclass(frozen=True, slots=True)
class PostKind:
    """A kind of post. `acts_as`: further kinds whose acts it may do; `scope`: own unit only, or all below it too."""

    code: str
    title: str
    acts_as: tuple[str, ...] = ()
    scope: Scope = "subtree"


class PostKinds:
    """The kinds of post of a site: the shipped ones and its own."""

    def __init__(self, kinds: Iterable[PostKind]) -> None:
        self._kinds: Mapping[str, PostKind] = {kind.code: kind for kind in kinds}

    def __contains__(self, code: str) -> bool:
        return code in self._kinds

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(self._kinds)

    def kind(self, code: str) -> PostKind:
        """Raises KeyError."""
        return self._kinds[code]

    def counts_as(self, code: str) -> frozenset[str]:
        """The kind and all that it acts as, through any number of steps; a ring does no harm."""
        found: set[str] = set()
        waiting = [code]
        while waiting:
            at = waiting.pop()
            if at not in found:
                found.add(at)
                kind = self._kinds.get(at)
                waiting.extend(kind.acts_as if kind else ())
        return frozenset(found)

    def sees_below(self, code: str) -> bool:
        """Does a holder see what lies below the unit?"""
        kind = self._kinds.get(code)
        return kind is not None and kind.scope == "subtree"

    def to_plain(self) -> list[dict[str, Any]]:
        """For the configuration in the database."""
        return [
            {"code": one.code, "title": one.title, "acts_as": list(one.acts_as), "scope": one.scope}
            for one in self._kinds.values()
        ]

    @classmethod
    def from_plain(cls, kinds: Iterable[Mapping[str, Any]]) -> "PostKinds":
        return cls(
            PostKind(
                code=kind["code"],
                title=kind["title"],
                acts_as=tuple(kind.get("acts_as") or ()),
                scope=kind.get("scope") or "subtree",
            )
            for kind in kinds
        )


def units_seen(actor: Actor, tree: Tree) -> frozenset[int]:
    """All units whose disputes the actor may see: the roots, with everything below them unless the post sees only its own."""
    roots = [root for root in actor.sees if root in tree]
    if not actor.sees_below:
        return frozenset(roots)
    return frozenset[int]().union(*(tree.subtree(root) for root in roots))


def can_see(actor: Actor, tree: Tree, unit: int) -> bool:
    """Does the unit lie within the actor's scope?"""
    if not actor.sees_below:
        return unit in actor.sees
    return any(root in tree and tree.is_below_or_same(unit, root) for root in actor.sees)
