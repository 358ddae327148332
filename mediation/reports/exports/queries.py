"""Exports that were asked for, and the rows that they hold: within the one scope of cases."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from mediation.cases.models import CaseMediator, Dispute, Party
from mediation.cases.scope.queries import visible_to
from mediation.people.actor import Actor
from mediation.people.models import Person
from mediation.reports.exports.models import ExportRequest

_SHOWN = 50


def count_cases(session: Session, actor: Actor, begin: datetime, end: datetime) -> int:
    """How many cases that the actor sees were received in [begin, end)."""
    rows = select(func.count()).select_from(Dispute).where(*_received(actor, begin, end))
    return int(session.exec(rows).one())


def cases(session: Session, actor: Actor, begin: datetime, end: datetime, most: int) -> list[Dispute]:
    """The same, oldest first."""
    rows = select(Dispute).where(*_received(actor, begin, end)).order_by(col(Dispute.id)).limit(most)
    return list(session.exec(rows))


def party_names(session: Session, case_ids: Iterable[int]) -> dict[int, list[str]]:
    """The parties of each case by name, in their order."""
    rows = select(Party.case_id, Party.name).where(col(Party.case_id).in_(list(case_ids)))
    return _by_case(session.exec(rows.order_by(col(Party.case_id), col(Party.ordinal))))


def mediator_names(session: Session, case_ids: Iterable[int]) -> dict[int, list[str]]:
    """Who mediates or records each case now, by name."""
    rows = (
        select(CaseMediator.case_id, Person.name)
        .join(Person, col(Person.id) == CaseMediator.person_id)
        .where(col(CaseMediator.case_id).in_(list(case_ids)), col(CaseMediator.ended_at).is_(None))
    )
    return _by_case(session.exec(rows.order_by(col(CaseMediator.case_id), col(CaseMediator.id))))


def export(session: Session, public_id: str) -> ExportRequest | None:
    """The request of a public id."""
    return session.exec(select(ExportRequest).where(ExportRequest.public_id == public_id)).one_or_none()


def of_person(session: Session, person_id: int) -> list[ExportRequest]:
    """What a person has asked for, newest first."""
    rows = select(ExportRequest).where(ExportRequest.person_id == person_id)
    return list(session.exec(rows.order_by(col(ExportRequest.id).desc()).limit(_SHOWN)))


def waiting(session: Session) -> list[ExportRequest]:
    """What waits for somebody's word, oldest first, without scope: its caller shows it to who may give it."""
    rows = select(ExportRequest).where(ExportRequest.state == "waiting")
    return list(session.exec(rows.order_by(col(ExportRequest.id))))


def decided(session: Session) -> list[ExportRequest]:
    """What was asked for and waits no more, newest first, without scope: for the security administrator."""
    rows = select(ExportRequest).where(ExportRequest.state != "waiting")
    return list(session.exec(rows.order_by(col(ExportRequest.id).desc()).limit(_SHOWN)))


def hold_person(session: Session, person_id: int) -> None:
    """Let nobody else ask for the person until the transaction ends; rows that refer to the person may be written."""
    session.exec(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True)).one()


def rows_alone_since(session: Session, person_id: int, since: datetime) -> int:
    """How many rows a person was let have without a second person's word from then on."""
    rows = select(func.coalesce(func.sum(ExportRequest.rows), 0)).where(
        ExportRequest.person_id == person_id,
        ExportRequest.state == "alone",
        ExportRequest.asked_at > since,
    )
    return int(session.exec(rows).one())


def settle(session: Session, export_id: int, **values: Any) -> bool:
    """Decide on a request that waits; False if somebody else was first."""
    statement = (
        update(ExportRequest)
        .where(col(ExportRequest.id) == export_id, col(ExportRequest.state) == "waiting")
        .values(**values)
    )
    return session.connection().execute(statement).rowcount == 1


def _received(actor: Actor, begin: datetime, end: datetime) -> tuple[Any, ...]:
    return (col(Dispute.received_at) >= begin, col(Dispute.received_at) < end, visible_to(actor))


def _by_case(rows: Iterable[tuple[int, Any]]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for case, name in rows:
        found.setdefault(case, []).append(str(name or ""))
    return found
