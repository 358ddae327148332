"""One act on an item: the item compared and swapped, its event appended, what was said kept, the other side told."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import set_committed_value

from mediation.audit import trail
from mediation.audit.queries import ChainEnd
from mediation.cases.hall import Hall
from mediation.deadlines.calendar import spoken_due
from mediation.errors import CaseChanged
from mediation.ids import new_public_id
from mediation.language import _
from mediation.notices.models import OutboxRow
from mediation.supervision.machine import ACTS
from mediation.supervision.models import SupervisionEntry, SupervisionItem, SupervisionReach

_ITEMS = SupervisionItem.metadata.tables["supervision_item"]
_REACH = SupervisionReach.metadata.tables["supervision_reach"]
_SALT = 16
UNIT_MERGED = "unit_merged"
COMMITTED = "entry"
"""What the commitment to an entry's body is made under: see audit.trail.commitment."""


@dataclass(frozen=True)
class Done:
    """What an act on the register came to."""

    item: str
    number: str | None
    act: str
    from_state: str | None
    state: str
    version: int
    event_number: int
    event_hash: str


@dataclass
class Heard:
    """An act understood: columns it changes, codes for the trail, who is told."""

    changes: dict[str, Any] = field(default_factory=dict)
    record: dict[str, Any] = field(default_factory=dict)


def changed() -> CaseChanged:
    """What is said when somebody else was first."""
    return CaseChanged(_("这一项督办刚刚被别人办理过，请刷新后再试。"))


def record(
    hall: Hall, item: SupervisionItem, act: str, state: str, body: Mapping[str, Any], heard: Heard
) -> Done:
    """Compare and swap the item, and append the event with its entry; CaseChanged if somebody else was first."""
    before = item.state
    try:
        hall.session.flush()
    except IntegrityError as error:  # the letter that goes out once is the other's
        raise changed() from error
    changes = {**heard.changes, "state": state, "version": item.version + 1}
    seen = (_ITEMS.c.id == item.id, _ITEMS.c.version == item.version, _ITEMS.c.state == before)
    if hall.session.connection().execute(update(_ITEMS).where(*seen).values(changes)).rowcount != 1:
        raise changed()
    for name, value in changes.items():
        set_committed_value(item, name, value)
    end = append(hall, item, act, before, body, heard.record)
    return Done(item.public_id, item.number, act, before, item.state, item.version, end.ordinal, end.hash)


def append(
    hall: Hall,
    item: SupervisionItem,
    act: str,
    before: str | None,
    body: Mapping[str, Any],
    codes: Mapping[str, Any],
) -> ChainEnd:
    """Append an event to an item's chain, with a commitment to what was said; the salt lies with it, encrypted."""
    assert item.id is not None
    salt = os.urandom(_SALT).hex()
    end = trail.append(
        hall.session,
        chain=item.public_id,
        act=f"supervision.{act}",
        actor=hall.actor.code,
        unit=hall.actor.unit_code,
        recorded_at=hall.now,
        from_state=before,
        to_state=item.state,
        version=item.version,
        facts={**codes, COMMITTED: trail.commitment(COMMITTED, salt, body)},
    )
    hall.session.add(
        SupervisionEntry(
            item_id=item.id,
            ordinal=end.ordinal,
            act=act,
            at=hall.now,
            person_id=hall.actor.person_id or None,
            unit_id=hall.actor.unit_id or None,
            body={"salt": salt, "said": dict(body)},
        )
    )
    hall.session.flush()
    return end


def tell(hall: Hall, item: SupervisionItem, act: str, due: datetime | None = None, **codes: str) -> None:
    """The other side is told, by codes alone. `due`: of another clock than the item's own."""
    to_supervisor = act == "clock_missed" or (act in ACTS and ACTS[act].side == "handler")
    unit = item.supervisor_id if to_supervisor else item.unit_id
    posts = list(hall.office.supervision.supervisors.posts) if to_supervisor else ["unit_leader"]
    ends = due or item.due_at
    payload = {
        "notice": "supervision_item",
        "act": act,
        "item": item.number or item.public_id,
        "kind": item.kind,
        "due": spoken_due(ends) if ends is not None else "",
        "unit": hall.tree.unit(unit).code,
        "posts": posts,
        **codes,
    }
    hall.session.add(
        OutboxRow(
            public_id=new_public_id(),
            case_id=item.case_id,
            kind="notice",
            payload=payload,
            recorded_at=hall.now,
        )
    )


def refresh_reach(hall: Hall, item: SupervisionItem) -> None:
    """Bring who sees an item in line with who answers for it and who supervises it."""
    assert item.id is not None
    own = {item.unit_id, item.supervisor_id}
    own |= {heir.id for unit in own if (heir := hall.tree.standing(unit)) is not None}
    wanted = {node.id: node.id in own for unit in own for node in hall.tree.lineage(unit)}
    connection = hall.session.connection()
    connection.execute(delete(_REACH).where(_REACH.c.item_id == item.id))
    rows = [{"unit_id": unit, "item_id": item.id, "own": is_own} for unit, is_own in sorted(wanted.items())]
    connection.execute(insert(_REACH), rows)
