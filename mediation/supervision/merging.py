"""撤村并居 in the register: what is open against a merged unit, or is supervised by one, passes to the unit in its place.

Numbers, letters, limits and what was said stay as they are. An ended item keeps its unit, and the successor sees it.
"""

from collections.abc import Collection, Mapping

from mediation.cases.hall import Hall
from mediation.supervision import queries, standing
from mediation.supervision.entries import UNIT_MERGED, Heard, record, refresh_reach
from mediation.supervision.models import SupervisionItem
from mediation.units.tree import Node


def pass_on_items(hall: Hall, moved_in_tree: Collection[int] = ()) -> None:
    """Bring the register in line with the tree of the day; whatever is in line already is left alone.

    `moved_in_tree`: units that stand, but under other superiors than before. Raises CaseChanged if somebody acts meanwhile.
    """
    merged = hall.tree.merged
    for item in queries.open_items_at(hall.session, merged.keys()):
        _pass_on(hall, item, merged)
        refresh_reach(hall, item)
    heirs = {unit: node.id for unit, node in merged.items()}
    unseen = queries.items_not_yet_passed_on(hall.session, heirs)
    others = queries.items_seen_by_own(hall.session, moved_in_tree)
    for item in {item.id: item for item in (*unseen, *others)}.values():
        refresh_reach(hall, item)


def _pass_on(hall: Hall, item: SupervisionItem, merged: Mapping[int, Node]) -> None:
    """One event in the item's own chain says which unit answers and which supervises from now on."""
    unit = merged[item.unit_id].id if item.unit_id in merged else item.unit_id
    supervisor = merged[item.supervisor_id].id if item.supervisor_id in merged else item.supervisor_id
    if hall.tree.is_below_or_same(supervisor, unit):  # nobody strikes off what the own unit answers for
        above = [standing.supervisor(hall, unit), *(node.id for node in hall.tree.ancestors(unit))]
        supervisor = next((one for one in above if one is not None), supervisor)
    passed = {
        part: (before, after)
        for part, before, after in (
            ("unit", item.unit_id, unit),
            ("supervisor", item.supervisor_id, supervisor),
        )
        if before != after
    }
    name = hall.tree.unit
    moved = {part: [name(before).code, name(after).code] for part, (before, after) in passed.items()}
    words = [f"{name(before).name} → {name(after).name}" for before, after in passed.values()]
    changes = {f"{part}_id": after for part, (_before, after) in passed.items()}
    heard = Heard(changes=changes, record={"moved": moved})
    record(hall, item, UNIT_MERGED, item.state, {"moved": words}, heard)
