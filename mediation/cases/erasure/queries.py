"""Reads for an erasure, table by table, without scope: who may see the case was judged before."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, bindparam, func, or_, select, union
from sqlalchemy import Table as SqlTable
from sqlmodel import Session, col

from mediation.audit.models import AuditEvent, CaseErasure, EventDetail
from mediation.cases.evidence.models import Evidence
from mediation.cases.models import Dispute, IdempotencyKey, Party
from mediation.cases.performance.models import PerformanceEntry
from mediation.cases.side_models import CaseSeries
from mediation.documents.models import Document, DocumentRevision, UnitPaper
from mediation.notices.models import Delivery, OutboxRow
from mediation.storage.engine import rows_of

_STREAM = 100
_OF_CHAIN = (
    select(CaseErasure).where(col(CaseErasure.chain) == bindparam("chain")).order_by(col(CaseErasure.id))
)
_LAST = select(func.max(col(CaseErasure.id)))


def keys_among(table: SqlTable, condition: ColumnElement[bool]) -> Select[Any]:
    """The keys of the rows of a table that fulfil a condition, for use within another condition."""
    return select(table.c.id).where(condition)


def rows(
    session: Session, table: SqlTable, columns: Sequence[Column[Any]], condition: ColumnElement[bool]
) -> list[Any]:
    """Primary keys and some columns of the rows that fulfil a condition."""
    statement = select(*table.primary_key, *columns).where(condition)
    return list(session.connection().execute(statement))


def files_owed(session: Session) -> set[str]:
    """SHA-256 of the bytes of all papers, letters and proofs of cases that were erased, whole or in part, and of no other case.

    Of evidence: what whole cases had, and what a party that was erased gave, unless it stands as somebody else's.
    """
    erased = select(col(Dispute.id)).join(CaseErasure, col(CaseErasure.chain) == col(Dispute.public_id))
    own = _digests(session, col(Document.case_id).in_(erased))
    own |= _letters(session, col(Delivery.case_id).in_(erased))
    own |= _proofs(session, col(PerformanceEntry.case_id).in_(erased))
    gone = gone_pieces()
    own |= _evidence(session, col(Evidence.id).in_(gone))
    others = _digests(session, col(Document.case_id).not_in(erased), own)
    others |= _evidence(session, col(Evidence.id).not_in(gone) & col(Evidence.sha256).in_(own))
    kept = or_(col(Delivery.case_id).is_(None), col(Delivery.case_id).not_in(erased))
    others |= _letters(session, kept & col(Delivery.sha256).in_(own))
    others |= _proofs(
        session, col(PerformanceEntry.case_id).not_in(erased) & col(PerformanceEntry.sha256).in_(own)
    )
    return (own - others) | _of_units(session, col(UnitPaper.case_id).in_(erased))


def pieces_of_giver(party_id: int) -> Select[Any]:
    """Keys of what a party gave, and of what came of it in main cases in which it was no party; for use within a condition."""
    return _with_copies(select(col(Evidence.id).label("id")).where(col(Evidence.party_id) == party_id))


def gone_pieces() -> Select[Any]:
    """Keys of the pieces of evidence that an erasure took; for use within a condition."""
    ids: Select[Any] = select(col(Evidence.id).label("id")).join(
        Dispute, col(Dispute.id) == col(Evidence.case_id)
    )
    ids = ids.join(CaseErasure, col(CaseErasure.chain) == col(Dispute.public_id))
    whole = ids.where(col(CaseErasure.party).is_(None))
    givers = ids.join(Party, col(Party.id) == col(Evidence.party_id))
    given = _with_copies(givers.where(col(Party.ordinal) == col(CaseErasure.party)))
    return select(union(whole, given).subquery().c.id)


def erasures_of_piece(session: Session, piece_id: int) -> list[CaseErasure]:
    """The erasures that took a piece: of its whole case, or of who gave it, be it in the merged case that it came from."""
    row = session.get_one(Evidence, piece_id)
    found = [one for one in _erasures_around(session, row) if one.party is None]
    while row.party_id is None and row.merged_from_id is not None:
        row = session.get_one(Evidence, row.merged_from_id)
    if row.party_id is not None:
        giver = session.get_one(Party, row.party_id).ordinal
        found += [one for one in _erasures_around(session, row) if one.party == giver]
    return sorted(found, key=lambda one: one.id or 0)


def _erasures_around(session: Session, row: Evidence) -> list[CaseErasure]:
    return erasures_of(session, session.get_one(Dispute, row.case_id).public_id)


def _with_copies(pieces: Select[Any]) -> Select[Any]:
    """Keys of pieces, and of what they became in main cases where who gave them was no party, through any number of mergers."""
    found = pieces.cte(recursive=True)
    copies = select(col(Evidence.id)).join(found, col(Evidence.merged_from_id) == found.c.id)
    return select(found.union(copies.where(col(Evidence.party_id).is_(None))).c.id)


def _proofs(session: Session, which: ColumnElement[bool]) -> set[str]:
    statement = select(col(PerformanceEntry.sha256)).where(col(PerformanceEntry.sha256).is_not(None), which)
    return {str(row[0]) for row in session.connection().execute(statement)}


def _evidence(session: Session, which: ColumnElement[bool]) -> set[str]:
    return {str(row[0]) for row in session.connection().execute(select(col(Evidence.sha256)).where(which))}


def _letters(session: Session, which: ColumnElement[bool]) -> set[str]:
    statement = select(col(Delivery.sha256)).where(col(Delivery.sha256).is_not(None), which)
    return {str(row[0]) for row in session.connection().execute(statement)}


def _digests(session: Session, which: ColumnElement[bool], among: Iterable[str] | None = None) -> set[str]:
    papers = select(col(Document.sha256)).where(which)
    revisions = (
        select(col(DocumentRevision.sha256))
        .join(Document, col(DocumentRevision.document_id) == col(Document.id))
        .where(which)
    )
    if among is not None:
        wanted = list(among)
        papers = papers.where(col(Document.sha256).in_(wanted))
        revisions = revisions.where(col(DocumentRevision.sha256).in_(wanted))
    connection = session.connection()
    return {str(row[0]) for statement in (papers, revisions) for row in connection.execute(statement)}


def _of_units(session: Session, which: ColumnElement[bool]) -> set[str]:
    """SHA-256 of the bytes of units' papers that fulfil a condition: each has its own document id in it, and so its own bytes."""
    statement = select(col(UnitPaper.sha256)).where(which, col(UnitPaper.sha256).is_not(None))
    return {str(row[0]) for row in session.connection().execute(statement)}


def events_with_details(session: Session, chain: str) -> list[int]:
    """Ordinals of the events of a chain beside which something is kept."""
    statement = (
        select(col(AuditEvent.ordinal))
        .join(EventDetail, col(EventDetail.event_id) == AuditEvent.id)
        .where(col(AuditEvent.chain) == chain)
        .order_by(col(AuditEvent.ordinal))
    )
    return [int(row[0]) for row in session.connection().execute(statement)]


def answers_naming(session: Session, names: Iterable[str]) -> Iterator[int]:
    """Keys of kept answers that name a case by one of its names; every kept answer is opened for that."""
    wanted = [name for name in names if name]
    table = IdempotencyKey.metadata.tables["idempotency_key"]
    statement = select(table.c.id, table.c.route, table.c.answer)
    for row in session.connection().execute(statement, execution_options={"yield_per": _STREAM}):
        told = f"{row[1]} {json.dumps(row[2], ensure_ascii=False)}"
        if any(name in told for name in wanted):
            yield int(row[0])


def erasures_of(session: Session, chain: str) -> list[CaseErasure]:
    """What has been erased of a case, in order."""
    return rows_of(session, _OF_CHAIN, chain=chain)


def mark(session: Session) -> int:
    """Grows with every erasure: what was made of a case before is to be made anew."""
    return int(rows_of(session, _LAST)[0][0] or 0)


def hold_letters(session: Session, case_id: int) -> None:
    """Let nobody enter what is being written of the case until the transaction ends."""
    waiting = select(col(OutboxRow.id)).where(
        col(OutboxRow.case_id) == case_id, col(OutboxRow.handed_on_at).is_(None)
    )
    session.execute(waiting.order_by(col(OutboxRow.id)).with_for_update()).all()


def hold_series(session: Session, series_id: int) -> None:
    """Let one transaction at a time look who is left in a series; rows that refer to it may be written."""
    held = select(col(CaseSeries.id)).where(col(CaseSeries.id) == series_id)
    session.execute(held.with_for_update(key_share=True)).all()


def others_in_series(session: Session, series_id: int, case_id: int) -> list[str]:
    """Public ids of the other cases of a series."""
    statement = select(col(Dispute.public_id)).where(
        col(Dispute.series_id) == series_id, col(Dispute.id) != case_id
    )
    return [str(row[0]) for row in session.connection().execute(statement)]


def case_of_chain(session: Session, chain: str) -> Dispute | None:
    """The case of a chain, if it is in this database."""
    return session.execute(select(Dispute).where(col(Dispute.public_id) == chain)).scalars().first()
