"""Counts for registers and statistics, over what the actor's unit and all below have or had to do with."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, union_all
from sqlmodel import Session, col

from mediation.cases.models import CaseReach, Dispute, Visit
from mediation.cases.recusals.queries import kept_from
from mediation.cases.residents.models import Rating
from mediation.people.actor import Actor

Counted = Sequence[tuple[Any, ...]]


def counts(
    session: Session, actor: Actor, by: Sequence[Any], moment: Any, first: datetime, end: datetime
) -> Counted:
    """(values of `by` …, cases, sum in fen): cases whose `moment` column lies in [first, end), grouped."""
    rows: Select[Any] = (
        select(*by, func.count(), func.coalesce(func.sum(col(Dispute.amount_fen)), 0))
        .where(_within(actor), moment >= first, moment < end)
        .group_by(*by)
    )
    return [tuple(row) for row in session.connection().execute(rows)]


def waiting_at(session: Session, actor: Actor, end: datetime) -> int:
    """Cases that had been received and had not ended at the moment."""
    rows = select(func.count()).where(
        _within(actor),
        col(Dispute.received_at) < end,
        (col(Dispute.ended_at).is_(None)) | (col(Dispute.ended_at) >= end),
    )
    return int(session.connection().execute(rows).scalar() or 0)


def spans(session: Session, actor: Actor, first: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """When each case that ended in [first, end) was received, and when it ended."""
    rows = select(col(Dispute.received_at), col(Dispute.ended_at)).where(
        _within(actor), col(Dispute.ended_at) >= first, col(Dispute.ended_at) < end
    )
    return [(begun, ended) for begun, ended in session.connection().execute(rows) if ended is not None]


def marks(session: Session, actor: Actor, first: datetime, end: datetime) -> dict[int, int]:
    """How often each mark of satisfaction, 1 to 5, was given in [first, end): to who visited, or with the query code."""
    seen = select(col(Dispute.id)).where(_within(actor))
    given = union_all(
        *(
            select(mark.label("mark")).where(mark.is_not(None), at >= first, at < end, case.in_(seen))
            for mark, at, case in (
                (col(Visit.satisfaction), col(Visit.visited_at), col(Visit.case_id)),
                (col(Rating.satisfaction), col(Rating.rated_at), col(Rating.case_id)),
            )
        )
    ).subquery()
    rows = select(given.c.mark, func.count()).group_by(given.c.mark)
    return {int(mark): int(count) for mark, count in session.connection().execute(rows)}


def _within(actor: Actor) -> ColumnElement[bool]:
    reach = select(col(CaseReach.case_id)).where(col(CaseReach.unit_id).in_(sorted(actor.sees)))
    if not actor.sees_below:
        reach = reach.where(col(CaseReach.own).is_(True))
    return col(Dispute.id).in_(reach) & col(Dispute.id).not_in(kept_from(actor.person_id))
