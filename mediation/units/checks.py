"""What can be wrong with a tree of units: faults that stop a site from loading, and warnings. Pure."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from mediation.language import _, joined
from mediation.units.chain import Chain
from mediation.units.tree import Node, Tree

_PLACE = re.compile(r"[0-9]{12}\Z")
_GRID = re.compile(r"[0-9]{15}([0-9]{2}){0,4}\Z")
_PLACE_LENGTH = 12
_GRID_STEP = 2
_MICRO_LENGTH = 17
_DAYS = frozenset({"valid_from", "valid_to"})
_STEPS = (2, 4, 6, 9, 12)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about one unit (by id): which column, and a sentence."""

    unit: int
    column: str
    message: str


Unread = Mapping[int, Collection[str]]
"""Unit → columns of which nobody knows what they say of it."""


def tree_faults(nodes: Sequence[Node], chain: Chain | None, unread: Unread | None = None) -> list[Finding]:
    """Everything that must not be. A parent that is 0 stands for one that is not known (told by the reader).

    Without a chain levels are not judged, and of what is unread nothing is concluded. A unit whose code is unread may stand for
    another that has it.
    """
    unread = unread or {}
    known = {node.id: node for node in nodes}
    in_ring = set(_rings(known))
    found = [Finding(unit, "parent", _ring_sentence(known, unit)) for unit in sorted(in_ring)]
    strays = list(_root_faults(nodes, unread))
    found += strays
    unplaced = {one.unit for one in strays}
    tree = Tree(
        replace(node, parent=0) if node.id in unplaced else node for node in nodes
    )  # which goes round no ring twice
    for node in tree.nodes:
        found += _period_faults(node, known)
        found += _successor_faults(node, known)
        if node.id not in in_ring:
            found += _level_faults(node, tree, chain, unread) if chain is not None else ()
            found += _place_faults(node, tree, unread)
            found += _grid_faults(node, tree, unread)
    return found + list(_repeated_numbers(nodes, unread))


def micro_grid_warnings(nodes: Sequence[Node], level: str, fewest: int, most: int) -> list[Finding]:
    """Micro-grids that hold fewer or more households than they should."""
    found = []
    for node in nodes:
        if node.level != level:
            continue
        if node.households is None:
            found.append(
                Finding(
                    node.id,
                    "households",
                    _("没有填写户数，微网格应为{fewest}至{most}户").format(fewest=fewest, most=most),
                )
            )
        elif not fewest <= node.households <= most:
            message = _("有{households}户，微网格应为{fewest}至{most}户")
            found.append(
                Finding(
                    node.id,
                    "households",
                    message.format(households=node.households, fewest=fewest, most=most),
                )
            )
    return found


def coverage_warnings(tree: Tree, chain: Chain, covered: Collection[int]) -> list[Finding]:
    """Units below the top of the chain that nobody covers by a contact duty, and levels without any unit."""
    gaps = tree.coverage_gaps(chain.keys[:-1], covered)
    found = [Finding(node.id, "", _("没有联系人（联村、联组、联片或联户）")) for node in gaps]
    present = {node.level for node in tree.nodes}
    empty = [level.name for level in chain if level.key not in present]
    return found + [Finding(0, "level", _("层级“{name}”上没有单位").format(name=name)) for name in empty]


def _rings(known: Mapping[int, Node]) -> Iterator[int]:
    """Units whose chain of parents comes back to themselves."""
    for start in known.values():
        at = start
        for _step in range(len(known)):
            above = known.get(at.parent) if at.parent is not None else None
            if above is None:
                break
            if above.id == start.id:
                yield start.id
                break
            at = above


def _ring_sentence(known: Mapping[int, Node], unit: int) -> str:
    names = [known[unit].code]
    at = known[unit]
    while (parent := at.parent) is not None and parent != unit:
        at = known[parent]
        names.append(at.code)
    return _("上级关系成了环：{ring}").format(ring=" → ".join([*names, names[0]]))


def _root_faults(nodes: Sequence[Node], unread: Unread) -> Iterator[Finding]:
    roots = [node for node in nodes if node.parent is None]
    while roots and "code" in unread.get(roots[0].id, ()):
        del roots[0]  # the topmost itself, maybe
    for node in roots[1:]:
        if node.code != roots[0].code:
            message = _("没有上级单位；只有最上面的一个单位（{root}）可以没有上级")
            yield Finding(node.id, "parent", message.format(root=roots[0].code))


def _period_faults(node: Node, known: Mapping[int, Node]) -> Iterator[Finding]:
    if node.valid_to is not None and node.valid_to < node.valid_from:
        yield Finding(node.id, "valid_to", _("失效日期早于生效日期"))
    parent = known.get(node.parent) if node.parent is not None else None
    if parent is None or parent.id == node.id:
        return
    if (
        date.min < node.valid_from < parent.valid_from
    ):  # the earliest day stands for one that could not be read
        message = _("早于上级单位 {parent} 的生效日期 {day}")
        yield Finding(node.id, "valid_from", message.format(parent=parent.code, day=parent.valid_from))
    if parent.valid_to is not None and (node.valid_to is None or node.valid_to > parent.valid_to):
        message = _("上级单位 {parent} 在 {day} 失效，此后没有上级")
        yield Finding(node.id, "valid_to", message.format(parent=parent.code, day=parent.valid_to))


def _successor_faults(node: Node, known: Mapping[int, Node]) -> Iterator[Finding]:
    """What a unit is merged into stands on the day after its end, and a unit that goes on is merged into nothing."""
    successor = known.get(node.successor) if node.successor is not None else None
    if successor is None or successor.id == node.id:
        return
    if node.valid_to is None:
        yield Finding(node.id, "valid_to", _("写了并入的单位，就要写失效日期"))
        return
    day = min(node.valid_to, date.max - timedelta(days=1)) + timedelta(days=1)
    if not successor.is_valid(day):
        message = _("并入的单位 {successor} 在 {day} 并不存续")
        yield Finding(node.id, "successor", message.format(successor=successor.code, day=day))


def _nearest(
    lineage: Sequence[Node], column: str, unread: Unread, fits: Callable[[Node], bool]
) -> tuple[Node | None, bool]:
    """The first of a lineage that fits, and whether it is known which that is, or that there is none."""
    for node in lineage:
        if column in unread.get(node.id, ()):
            return None, False
        if fits(node):
            return node, True
    return None, not lineage or lineage[-1].parent is None


def _level_faults(node: Node, tree: Tree, chain: Chain, unread: Unread) -> Iterator[Finding]:
    if node.level is None:
        return
    rank = chain.rank(node.level)
    if rank is None:
        known = joined(chain.keys)
        message = _("层级 {level} 不在层级链里；应为 {known} 之一")
        yield Finding(node.id, "level", message.format(level=node.level, known=known))
        return
    above, _known = _nearest(
        tree.ancestors(node.id), "level", unread, lambda one: chain.rank(one.level) is not None
    )
    rank_above = chain.rank(above.level) if above is not None else None
    if above is not None and rank_above is not None and rank_above <= rank:
        message = _("层级“{own}”应低于上级单位 {above} 的层级“{level}”")
        own, level = chain.levels[rank].name, chain.levels[rank_above].name
        yield Finding(node.id, "level", message.format(own=own, above=above.code, level=level))


def _place_faults(node: Node, tree: Tree, unread: Unread) -> Iterator[Finding]:
    """A place code has 12 digits and begins as the place above begins."""
    if node.place_code is None:
        return
    if not _PLACE.match(node.place_code):
        yield Finding(node.id, "place_code", _("区划代码应为12位数字"))
        return
    above, _known = _nearest(tree.ancestors(node.id), "place_code", unread, lambda one: bool(one.place_code))
    if above is None or above.place_code is None or not _PLACE.match(above.place_code):
        return
    prefix = significant(above.place_code)
    if not node.place_code.startswith(prefix):
        message = _("区划代码应以上级单位 {above} 的 {prefix} 开头")
        yield Finding(node.id, "place_code", message.format(above=above.code, prefix=prefix))


def _grid_faults(node: Node, tree: Tree, unread: Unread) -> Iterator[Finding]:
    """A grid code is the village's 12 digits and 3 of its own; below a grid, the code above and 2 of its own."""
    code = node.grid_code
    if code is None:
        return
    if not _GRID.match(code):
        message = _("网格编码应为15位数字（12位区划+3位网格），网格之下每级再加2位，最多23位")
        yield Finding(node.id, "grid_code", message)
        return
    lineage = tree.lineage(node.id)
    place, _known = _nearest(
        lineage, "place_code", unread, lambda one: _PLACE.match(one.place_code or "") is not None
    )
    if place is not None and place.place_code is not None and code[:_PLACE_LENGTH] != place.place_code:
        message = _("网格编码前12位应为所在单位 {place} 的区划代码 {code}")
        yield Finding(node.id, "grid_code", message.format(place=place.code, code=place.place_code))
    grid, is_known = _nearest(
        lineage[1:], "grid_code", unread, lambda one: _GRID.match(one.grid_code or "") is not None
    )
    if grid is None or grid.grid_code is None:
        if is_known and node.parent != 0 and len(code) > _MICRO_LENGTH:
            yield Finding(node.id, "grid_code", _("编码超过17位，上面却没有编了码的网格"))
    elif len(code) != len(grid.grid_code) + _GRID_STEP:
        message = _("上级单位 {grid} 已是网格，其下的网格编码应为{length}位")
        length = len(grid.grid_code) + _GRID_STEP
        yield Finding(node.id, "grid_code", message.format(grid=grid.code, length=length))
    elif not code.startswith(grid.grid_code):
        message = _("网格编码前{length}位应为所在网格 {grid} 的编码 {code}")
        length = len(grid.grid_code)
        found = message.format(length=length, grid=grid.code, code=grid.grid_code)
        yield Finding(node.id, "grid_code", found)


def _repeated_numbers(nodes: Sequence[Node], unread: Unread) -> Iterator[Finding]:
    """A grid code is one unit's for ever; a place code may pass on when a unit ends. Of two rows with one code either may go."""
    grids: dict[str, Node] = {}
    places: dict[str, Node] = {}
    for node in nodes:
        if node.grid_code is not None:
            other = grids.setdefault(node.grid_code, node)
            if not _may_be_same(other, node):
                yield Finding(node.id, "grid_code", _repeats(other))
        if node.place_code is not None:
            other = places.setdefault(node.place_code, node)
            dated = _DAYS.isdisjoint((*unread.get(other.id, ()), *unread.get(node.id, ())))
            if not _may_be_same(other, node) and dated and _overlap(other, node):
                yield Finding(node.id, "place_code", _repeats(other))


def _may_be_same(one: Node, other: Node) -> bool:
    return one is other or (one.code == other.code and one.code != "")


def _repeats(other: Node) -> str:
    return _("与单位 {other} 重复").format(other=other.code or other.name)


def significant(place_code: str) -> str:
    """The part of a place code before its closing zeros: 2, 4, 6, 9 or 12 digits."""
    for length in _STEPS:
        if set(place_code[length:]) <= {"0"}:
            return place_code[:length]
    return place_code


def _overlap(one: Node, other: Node) -> bool:
    return one.valid_from <= (other.valid_to or date.max) and other.valid_from <= (one.valid_to or date.max)
