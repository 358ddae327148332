"""Reads for backup and restore: whole tables as they are stored, and what to check after a restore. Unscoped."""

import os
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import MetaData, Table, func, inspect, or_, select, text, union
from sqlmodel import Session, col

from mediation.audit import queries as trail
from mediation.audit.models import CaseErasure
from mediation.backup.rows import Column, columns_of, readable
from mediation.cases.erasure.queries import gone_pieces
from mediation.cases.evidence.models import Evidence
from mediation.cases.models import Dispute
from mediation.cases.performance.models import PerformanceEntry
from mediation.documents.models import Document, DocumentRevision, UnitPaper
from mediation.notices.models import Delivery
from mediation.storage.upgrade import ENGINE_TABLES

_STREAM = 200
_NOT_CARRIED = {"alembic_version", "stored_file", "shared_file", *ENGINE_TABLES}
"""The bytes of papers and the site's files go as files; the task engine's own tables mean nothing elsewhere."""


def stored_tables(session: Session) -> list[Table]:
    """Every table of the database as it stands, whatever version made it."""
    connection = session.connection()
    names = sorted(set(inspect(connection).get_table_names()) - _NOT_CARRIED)
    found = MetaData()
    found.reflect(connection, only=names)
    return [found.tables[name] for name in names]


def keeps_files(session: Session) -> bool:
    """Whether the database itself keeps the bytes of papers."""
    connection = session.connection()
    return connection.dialect.name != "sqlite" and inspect(connection).has_table("stored_file")


def stored_rows(session: Session, table: Table) -> Iterator[Sequence[Any]]:
    """The rows of a table, a few at a time, nothing decrypted."""
    columns: list[Column] = columns_of(table)
    on_sqlite = session.connection().dialect.name == "sqlite"
    statement = select(*readable(table, columns, on_sqlite=on_sqlite)).order_by(*table.primary_key)
    yield from session.connection().execute(statement, execution_options={"yield_per": _STREAM})


def digests(session: Session) -> Iterator[str]:
    """SHA-256 of all bytes that papers, letters, proofs and evidence refer to; in a database of any version."""
    statements = ["SELECT sha256 FROM document", "SELECT sha256 FROM document_revision"]
    present = set(inspect(session.connection()).get_table_names())
    statements += [
        f"SELECT sha256 FROM {table} WHERE sha256 IS NOT NULL"  # noqa: S608 — constants
        for table in ("delivery", "unit_paper", "performance_entry", "evidence")
        if table in present
    ]
    for statement in statements:
        rows = session.connection().execute(text(statement), execution_options={"yield_per": _STREAM})
        yield from (str(row[0]) for row in rows)


def kept_digests(session: Session) -> Iterator[str]:
    """SHA-256 of all bytes that must lie in the store, each once: those of papers, letters, proofs and evidence whose files have not been erased."""
    erased = select(col(Dispute.id)).join(CaseErasure, col(CaseErasure.chain) == Dispute.public_id)
    kept = col(Document.case_id).not_in(erased)
    own = select(col(Document.sha256)).where(kept)
    revisions = (
        select(col(DocumentRevision.sha256))
        .join(Document, col(DocumentRevision.document_id) == Document.id)
        .where(kept)
    )
    letters = select(col(Delivery.sha256)).where(
        col(Delivery.sha256).is_not(None),
        or_(col(Delivery.case_id).is_(None), col(Delivery.case_id).not_in(erased)),
    )
    of_units = select(col(UnitPaper.sha256)).where(
        col(UnitPaper.sha256).is_not(None),
        or_(col(UnitPaper.case_id).is_(None), col(UnitPaper.case_id).not_in(erased)),
    )
    proofs = select(col(PerformanceEntry.sha256)).where(
        col(PerformanceEntry.sha256).is_not(None), col(PerformanceEntry.case_id).not_in(erased)
    )
    # Up to 0.8.0 an erasure of one party took what the others had given too: that nobody can miss.
    evidence = select(col(Evidence.sha256)).where(col(Evidence.case_id).not_in(erased))
    statements: list[Any] = [own, revisions]
    store = inspect(session.connection())
    present = set(store.get_table_names())  # of an earlier version's database
    if "evidence" in present and "merged_from_id" in {one["name"] for one in store.get_columns("evidence")}:
        evidence = evidence.where(col(Evidence.id).not_in(gone_pieces()))
    later = (
        ("delivery", letters),
        ("unit_paper", of_units),
        ("performance_entry", proofs),
        ("evidence", evidence),
    )
    statements += [one for table, one in later if table in present]
    # Only these columns are read: nothing is decrypted. A paper's bytes are those of its last revision.
    rows = session.connection().execute(union(*statements), execution_options={"yield_per": _STREAM})
    yield from (str(row[0]) for row in rows)


def some_signed(session: Session, most: int) -> list[str]:
    """SHA-256 of some signed and complete papers whose files are kept, drawn by lot."""
    erased = select(col(Dispute.id)).join(CaseErasure, col(CaseErasure.chain) == Dispute.public_id)
    signed = select(col(Document.sha256)).where(
        col(Document.revisions) > 0, col(Document.state) == "complete", col(Document.case_id).not_in(erased)
    )
    total = session.connection().execute(select(func.count()).select_from(signed.subquery())).scalar_one()
    chosen = _lots(int(total), most)
    rows = session.connection().execute(
        signed.order_by(col(Document.id)), execution_options={"yield_per": _STREAM}
    )
    return [str(row[0]) for at, row in enumerate(rows) if at in chosen]


def ends(session: Session) -> Iterator[tuple[str, int, str]]:
    """Where every chain ends."""
    return trail.chain_ends(session, trail.last_event_id(session))


def hash_of_head(session: Session, number: int) -> str | None:
    """The hash of the periodic head of this number, if it is there."""
    head = trail.head_of(session, number)
    return head.hash if head else None


def erasures(session: Session) -> list[CaseErasure]:
    """All erasures, in the order in which they were made."""
    rows = select(CaseErasure).order_by(col(CaseErasure.id))
    return list(session.execute(rows).scalars())


def _lots(total: int, most: int) -> set[int]:
    """Places drawn by lot among so many: by the operating system's chance, so that no one knows them beforehand."""
    places = list(range(total))
    drawn: set[int] = set()
    while places and len(drawn) < most:
        drawn.add(places.pop(int.from_bytes(os.urandom(8)) % len(places)))
    return drawn
