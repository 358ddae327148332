"""Reading for the counter, within the actor's sight."""

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import bindparam
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, or_, select

from mediation.cases.models import Dispute, OpenCase, Party
from mediation.cases.scope.queries import newest_seen, visible_to
from mediation.cases.task_models import Task
from mediation.people.actor import Actor
from mediation.people.models import Post

KEYS: dict[str, Any] = {
    "id_number": col(Party.id_key),
    "phone": col(Party.phone_key),
    "name": col(Party.name_key),
}
"""By what a person is found again: the column of the keyed hash."""


class Namesake(NamedTuple):
    """A party with what was typed, and whether its case is open."""

    party_id: int
    case_id: int
    ordinal: int
    open: bool


def parties_of(
    session: Session, actor: Actor, by: str, keys: Collection[bytes], since: datetime, most: int
) -> list[Namesake]:
    """Parties with one of these keyed hashes, in cases that are open or came in since then, newest first.

    Each hash is asked for on its own: of several at once a database finds all namesakes there are before it puts them in order.
    """
    found = [
        Namesake(*row)
        for key in sorted(keys)
        for row in session.exec(_parties_of(actor, by, most), params={"key": key, "since": since})
    ]
    return sorted(found, reverse=True)[:most]


@lru_cache(maxsize=128)
def _parties_of(actor: Actor, by: str, most: int) -> Any:
    """Behind `key` and `since`. Kept for who types on: to build it takes longer than the database needs."""
    moment = Dispute.metadata.tables["dispute"].c.received_at.type
    return (
        select(col(Party.id), col(Party.case_id), col(Party.ordinal), col(Dispute.open))
        .join(Dispute, col(Dispute.id) == Party.case_id)
        .where(
            KEYS[by] == bindparam("key", type_=KEYS[by].type),
            col(Party.left_at).is_(None),
            or_(col(Dispute.open).is_(True), col(Dispute.received_at) >= bindparam("since", type_=moment)),
            visible_to(actor),
        )
        .order_by(col(Party.id).desc())
        .limit(most)
    )


def taken_in(session: Session, actor: Actor, since: datetime, most: int) -> list[Dispute]:
    """What the actor's unit has taken in since then, among the newest cases that the actor sees."""
    rows = (
        select(Dispute)
        .join(Post, col(Post.id) == Dispute.first_receiver_id)
        .where(
            col(Dispute.id).in_(newest_seen(actor, most, None)),
            col(Dispute.received_at) >= since,
            Post.unit_id == actor.unit_id,
        )
        .order_by(col(Dispute.id).desc())
    )
    return list(session.exec(rows))


def turns(session: Session, actor: Actor, most: int) -> list[Dispute]:
    """The cases whose turn it is the actor's unit's, or the actor's own, most urgent first."""
    turn = aliased(Task)
    rows = (
        select(Dispute)
        .join(turn, col(turn.case_id) == Dispute.id)
        .where(
            turn.kind == "turn",
            col(turn.closed_at).is_(None),
            turn.unit_id == actor.unit_id,
            or_(col(turn.person_id).is_(None), col(turn.person_id).in_(actor.hands)),
            visible_to(actor),
        )
        .order_by(col(turn.due_at), col(turn.id))
        .limit(most)
    )
    return list(session.exec(rows))


def not_ready(session: Session, actor: Actor, phases: Iterable[str], most: int) -> list[Dispute]:
    """Open cases that the actor's unit holds, in these phases, in which a party has yet to be told its rights or to consent."""
    lacking = select(Party.case_id).where(
        col(Party.left_at).is_(None),
        col(Party.refused_at).is_(None),
        or_(col(Party.rights_told_at).is_(None), col(Party.consented_at).is_(None)),
    )
    rows = (
        select(Dispute)
        .join(OpenCase, col(OpenCase.case_id) == Dispute.id)
        .where(
            OpenCase.unit_id == actor.unit_id,
            Dispute.holder_id == actor.unit_id,
            col(Dispute.phase).in_(list(phases)),
            col(Dispute.id).in_(lacking.where(col(Party.case_id) == col(Dispute.id))),
            visible_to(actor),
        )
        .order_by(col(OpenCase.due_at), col(OpenCase.case_id))
        .limit(most)
    )
    return list(session.exec(rows))


def cases_of(session: Session, case_ids: Collection[int]) -> dict[int, Dispute]:
    """Several cases by their ids, at once."""
    return {
        case.id or 0: case
        for case in session.exec(select(Dispute).where(col(Dispute.id).in_(sorted(case_ids))))
    }


def parties_in(session: Session, case_ids: Collection[int]) -> list[Party]:
    """The parties of several cases, at once."""
    rows = select(Party).where(col(Party.case_id).in_(sorted(case_ids)), col(Party.left_at).is_(None))
    return list(session.exec(rows.order_by(col(Party.case_id), col(Party.ordinal))))
