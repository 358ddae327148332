"""撤村并居: what a merged unit had to do passes to the unit that stands in its place, with its running cases and its archive.

Numbers, papers, signatures and deadlines stay as they are. A closed case keeps its unit, and the successor sees it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, text

from mediation.cases import queries as case_queries
from mediation.cases import seals, transition, worklists
from mediation.cases.hall import Hall
from mediation.cases.models import CoHandler, Dispute, StateCount
from mediation.cases.renewal import queries, signers
from mediation.language import _
from mediation.storage.upsert import add_up
from mediation.units import queries as unit_queries
from mediation.units.tree import Node

ACT = "unit.merged"
_COLUMNS = ("holder_id", "target_id", "sender_id", "arbiter_id", "place_id")
_TASK_COLUMNS = ("unit_id", "asked_by_unit_id", "delegated_by_unit_id")
_COUNTS = StateCount.metadata.tables["state_count"]
Merged = Mapping[int, Node]


@dataclass(frozen=True)
class Relocated:
    """A running case that has passed to another unit.

    `unsealed`: papers that bear the name of a committee that is no more, each with what to do with it, in sentences.
    """

    case: str
    from_units: tuple[str, ...]
    to_units: tuple[str, ...]
    unsealed: tuple[str, ...] = ()


def relocate_all(hall: Hall, moved_in_tree: Collection[int] = ()) -> list[Relocated]:
    """Bring all cases in line with the tree of the day: those of merged units pass on, each with an event of its own.

    `moved_in_tree`: units that stand, but under other superiors than before. Whatever is in line already is left alone.
    """
    merged = hall.tree.merged
    found = [_relocate(hall, case, merged) for case in queries.open_cases_at(hall.session, merged.keys())]
    for case in queries.open_cases_signed_at(hall.session, merged.keys()):
        _count_once(hall, case, merged)
    passed_on = queries.cases_not_yet_passed_on(
        hall.session, {unit: node.id for unit, node in merged.items()}
    )
    others = queries.cases_seen_by_own(hall.session, moved_in_tree)
    for case in {case.id: case for case in (*passed_on, *others)}.values():
        worklists.refresh(hall, case, worklists.place_of(case))
    if found or moved_in_tree:
        recount(hall)
    return found


def recount(hall: Hall) -> None:
    """Count the open cases of every unit and all above it anew."""
    session = hall.session
    if session.get_bind().dialect.name == "postgresql":
        # Acts that are under way add to these rows: they go on after us.
        session.connection().execute(text("LOCK TABLE state_count IN EXCLUSIVE MODE"))
    session.flush()
    sums: dict[tuple[int, str, str], int] = {}
    for unit, workflow, state, cases in queries.open_places(session):
        for node in hall.tree.lineage(unit):
            key = (node.id, workflow, state)
            sums[key] = sums.get(key, 0) + cases
    session.connection().execute(delete(_COUNTS))
    names = ("unit_id", "workflow", "state")
    rows = [{**dict(zip(names, key, strict=True)), "cases": sums[key]} for key in sorted(sums)]
    add_up(session, _COUNTS, rows, "cases")


def _relocate(hall: Hall, case: Dispute, merged: Merged) -> Relocated:
    assert case.id is not None
    changes: dict[str, Any] = {}
    for column in _COLUMNS:
        node = merged.get(getattr(case, column) or 0)
        if node is not None:
            changes[column] = node.id
    parts = {column.removesuffix("_id"): _codes(hall, merged, getattr(case, column)) for column in changes}
    holder = int(changes.get("holder_id", case.holder_id))
    gone = signers.end_spare(hall, case, merged)
    ended = [task.unit_id for task in gone if task.unit_id in merged]
    if ended:
        parts["task"] = _codes(hall, merged, ended[-1])
    parts |= _pass_on_rows(hall, case, merged, holder)
    changes |= _committee(hall, case, holder)
    if "committee_id" in changes:
        parts["committee"] = _committee_codes(hall, case.committee_id, changes["committee_id"])
    hall.session.flush()
    approvals = signers.settle(hall, case, gone)
    record = {"moved": parts, **({"approvals": approvals} if approvals else {})}
    transition.touch(hall, case, ACT, record, changes=changes)
    unsealed = _unsealed(hall, case) if "committee" in parts else ()
    worklists.refresh(hall, case, worklists.place_of(case))
    units = [pair for part, pair in parts.items() if part != "committee"]
    return Relocated(
        case.number or case.temporary_number,
        tuple(sorted({pair[0] for pair in units})),
        tuple(sorted({pair[1] for pair in units})),
        unsealed,
    )


def _count_once(hall: Hall, case: Dispute, merged: Merged) -> None:
    """Where a merged unit has nothing left to do, but has signed in a round under way, as has or will the unit in its place."""
    gone = signers.end_spare(hall, case, merged)
    approvals = signers.settle(hall, case, gone)
    if approvals:
        transition.touch(hall, case, ACT, {"moved": {}, "approvals": approvals})
        worklists.refresh(hall, case, worklists.place_of(case))


def _pass_on_rows(hall: Hall, case: Dispute, merged: Merged, holder: int) -> dict[str, list[str]]:
    """Open tasks, rounds of approval and co-handling of the merged units; which of them there were."""
    assert case.id is not None
    parts: dict[str, list[str]] = {}
    for task in case_queries.open_tasks(hall.session, case.id):
        for column in _TASK_COLUMNS:
            _pass_on(hall, task, column, merged, parts, "task")
    for asked in queries.open_rounds(hall.session, case.id):
        _pass_on(hall, asked, "asked_by_unit_id", merged, parts, "approval")
    helping = {row.unit_id: row for row in case_queries.co_handlers(hall.session, case.id)}
    for unit, row in helping.items():
        if unit in merged:
            parts["co_handler"] = _codes(hall, merged, unit)
            _pass_on_help(hall, row, merged[unit].id, holder, helping)
        elif unit == holder:
            hall.session.delete(row)
    return parts


def _pass_on(
    hall: Hall, row: Any, column: str, merged: Merged, parts: dict[str, list[str]], part: str
) -> None:
    unit = getattr(row, column)
    if unit in merged:
        parts[part] = _codes(hall, merged, unit)
        setattr(row, column, merged[unit].id)
        hall.session.add(row)


def _pass_on_help(hall: Hall, row: CoHandler, to: int, holder: int, helping: Mapping[int, CoHandler]) -> None:
    """Who helps once is entered once; who holds the case does not help with it."""
    if to == holder or to in helping:
        hall.session.delete(row)
    else:
        row.unit_id = to
        hall.session.add(row)


def _committee(hall: Hall, case: Dispute, holder: int) -> dict[str, int]:
    """The committee that answers for an accepted case from now on, if its own is no more; the number stays."""
    if case.committee_id is None:
        return {}
    own = case_queries.committee(hall.session, case.committee_id)
    if case_queries.is_competent(hall.session, hall.tree, own, holder, hall.today):
        return {}
    found = unit_queries.competent_committee(hall.session, holder, hall.today)
    if found is None or found.id is None or found.id == own.id:
        return {}
    return {"committee_id": found.id}


def _committee_codes(hall: Hall, *ids: int | None) -> list[str]:
    return [case_queries.committee(hall.session, one).code for one in ids if one is not None]


def _unsealed(hall: Hall, case: Dispute) -> tuple[str, ...]:
    """Papers with a place for the former committee's seal, which nobody will put there any more."""
    assert case.id is not None
    found = []
    for paper in queries.papers_to_be_sealed(hall.session, case.id):
        slots = case_queries.slots(hall.session, paper.id or 0)
        if any(slot.role == "seal" and slot.signed_at is None for slot in slots):
            name = f"{paper.form}:{paper.subject}" if paper.subject else paper.form
            message = _("{title}（{name}）写的是原调委会，不能再盖章。{way_on}")
            title = hall.office.form(paper.form).title
            found.append(message.format(title=title, name=name, way_on=seals.way_on(hall, case, paper)))
    return tuple(found)


def _codes(hall: Hall, merged: Merged, unit: int) -> list[str]:
    return [hall.tree.unit(unit).code, merged[unit].code]
