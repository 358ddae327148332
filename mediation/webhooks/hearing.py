"""What an act has recorded, written into the outbox for each webhook that it fits, in the act's own transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from mediation.audit.trail import INSTANCE
from mediation.clock import local_day
from mediation.ids import new_public_id
from mediation.notices.models import OutboxRow
from mediation.units import queries as units
from mediation.units.tree import Tree
from mediation.webhooks import queries
from mediation.webhooks.kinds import CASE, ITEM, fits, type_of


def hear(session: Session, events: Sequence[Mapping[str, Any]], now: datetime) -> int:
    """Leave a row for every event and webhook that fit each other; how many. `events`: the columns of the trail's rows."""
    hooks = queries.listeners(session)
    told = [event for event in events if event["chain"] != INSTANCE]
    if not hooks or not told:
        return 0
    session.flush()
    chains = {str(event["chain"]) for event in told}
    cases = queries.cases_of(session, chains)
    items = queries.items_of(session, chains - cases.keys())
    tree = units.load_tree(session, local_day(now))
    standing = {hook.id: _standing(tree, hook.unit_id) for hook in hooks}
    reached = queries.reached(session, set(cases.values()), set(standing.values()))
    rows = []
    for event in told:
        chain = str(event["chain"])
        case = cases.get(chain)
        if case is None and chain not in items:
            continue
        kind = type_of(str(event["act"]), CASE if case is not None else ITEM)
        for hook in hooks:
            unit = standing[hook.id]
            within = (case, unit) in reached if case is not None else _is_within(tree, items[chain], unit)
            if within and any(fits(one, kind) for one in hook.kinds):
                rows.append(_row(hook, kind, event, case))
    session.add_all(rows)
    return len(rows)


def message_of(kind: str, event: Mapping[str, Any], *, of_case: bool) -> dict[str, Any]:
    """What is told of an event: ids and codes. Neither actor nor facts: codes of persons may be their names in letters."""
    return {
        "type": kind,
        "timestamp": event["recorded_at"].strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "data": {
            "case" if of_case else "item": event["chain"],
            "ordinal": event["ordinal"],
            "act": event["act"],
            "unit": event["unit"],
            "from_state": event["from_state"],
            "to_state": event["to_state"],
            "version": event["version"],
        },
    }


def _row(hook: queries.Listener, kind: str, event: Mapping[str, Any], case: int | None) -> OutboxRow:
    return OutboxRow(
        public_id=new_public_id(),
        case_id=case,
        kind=queries.KIND,
        payload={"webhook": hook.id, "message": message_of(kind, event, of_case=case is not None)},
        recorded_at=event["recorded_at"],
    )


def _standing(tree: Tree, unit: int) -> int:
    """The unit, or what it was merged into."""
    if unit in tree:
        return unit
    return tree.merged[unit].id if unit in tree.merged else unit


def _is_within(tree: Tree, concerned: Sequence[int], unit: int) -> bool:
    return (
        any(one in tree and tree.is_below_or_same(one, unit) for one in concerned) if unit in tree else False
    )
