"""Reads of cases that a renewal of the configuration concerns. Unscoped: for the system's own work, which shows no content."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Column
from sqlalchemy import Table as SqlTable
from sqlalchemy import select as columns
from sqlmodel import Session, col, func, or_, select

from mediation.cases.models import Agreement, CaseMediator, CaseReach, CoHandler, Dispute
from mediation.cases.renewal.models import CaseMigration
from mediation.cases.task_models import ApprovalRound, Task
from mediation.deadlines.models import Deadline
from mediation.documents.models import Document, DocumentRevision, SignatureSlot
from mediation.notices.models import OutboxRow
from mediation.people.models import Post
from mediation.storage.encrypted import Encrypted, EncryptedBytes
from mediation.units.models import NumberIssued, Unit

_TABLES = Dispute.metadata.tables
_DEADLINES, _NUMBERS, _AGREEMENTS, _PAPERS, _SLOTS, _REVISIONS = (
    _TABLES[table.__tablename__]
    for table in (Deadline, NumberIssued, Agreement, Document, SignatureSlot, DocumentRevision)
)
_AT = (Dispute.holder_id, Dispute.target_id, Dispute.sender_id, Dispute.arbiter_id, Dispute.place_id)


def open_cases_at(session: Session, units: Collection[int]) -> list[Dispute]:
    """Open cases in which one of the units is holder, asked, sender, place, co-handler, or has something to do."""
    if not units:
        return []
    named = or_(*(col(column).in_(units) for column in _AT))
    helped = select(CoHandler.case_id).where(col(CoHandler.unit_id).in_(units))
    to_do = select(Task.case_id).where(
        col(Task.closed_at).is_(None),
        or_(
            col(Task.unit_id).in_(units),
            col(Task.asked_by_unit_id).in_(units),
            col(Task.delegated_by_unit_id).in_(units),
        ),
    )
    rounds = select(ApprovalRound.case_id).where(
        ApprovalRound.state == "open", col(ApprovalRound.asked_by_unit_id).in_(units)
    )
    concerned = or_(named, *(col(Dispute.id).in_(found) for found in (helped, to_do, rounds)))
    rows = select(Dispute).where(col(Dispute.open).is_(True), concerned).order_by(col(Dispute.id))
    return list(session.exec(rows))


def open_cases_signed_at(session: Session, units: Collection[int]) -> list[Dispute]:
    """Open cases with a round of approval under way in which one of the units has answered."""
    if not units:
        return []
    signed = (
        select(Task.case_id)
        .join(ApprovalRound, col(ApprovalRound.id) == Task.round_id)
        .where(ApprovalRound.state == "open", col(Task.unit_id).in_(units), col(Task.closed_at).is_not(None))
    )
    rows = select(Dispute).where(col(Dispute.open).is_(True), col(Dispute.id).in_(signed))
    return list(session.exec(rows.order_by(col(Dispute.id))))


def open_cases_held(session: Session, units: Collection[int]) -> Mapping[int, list[str]]:
    """Unit → the numbers of the open cases that it holds or is asked to take."""
    found: dict[int, list[str]] = {}
    either = or_(col(Dispute.holder_id).in_(units), col(Dispute.target_id).in_(units))
    for case in session.exec(select(Dispute).where(col(Dispute.open).is_(True), either).order_by("id")):
        for unit in {case.holder_id, case.target_id} & set(units):
            if unit is not None:
                found.setdefault(unit, []).append(case.number or case.temporary_number)
    return found


def open_tasks_of_units(session: Session, units: Collection[int] | None = None) -> list[tuple[Task, Dispute]]:
    """What units, or these, have to do themselves in open cases, by case. Copies are no duty.

    What is one person's goes with the person, wherever that one has a post.
    """
    rows = (
        select(Task, Dispute)
        .join(Dispute, col(Dispute.id) == Task.case_id)
        .where(
            col(Task.closed_at).is_(None),
            col(Task.person_id).is_(None),
            Task.kind != "copy",
            col(Dispute.open).is_(True),
        )
    )
    if units is not None:
        rows = rows.where(col(Task.unit_id).in_(units))
    return list(session.exec(rows.order_by(col(Dispute.id), col(Task.ordinal))))


def cases_seen_by_own(session: Session, units: Collection[int]) -> list[Dispute]:
    """Cases, closed ones too, that one of the units has to do with itself."""
    if not units:
        return []
    own = select(CaseReach.case_id).where(col(CaseReach.unit_id).in_(units), col(CaseReach.own).is_(True))
    return list(session.exec(select(Dispute).where(col(Dispute.id).in_(own)).order_by(col(Dispute.id))))


def cases_not_yet_passed_on(session: Session, merged: Mapping[int, int]) -> list[Dispute]:
    """Cases, closed ones too, of units that were merged, which the unit in their place does not see as its own yet."""
    found: dict[int, Dispute] = {}
    for unit, successor in merged.items():
        old = select(CaseReach.case_id).where(CaseReach.unit_id == unit, col(CaseReach.own).is_(True))
        new = select(CaseReach.case_id).where(CaseReach.unit_id == successor, col(CaseReach.own).is_(True))
        rows = select(Dispute).where(col(Dispute.id).in_(old), col(Dispute.id).not_in(new))
        found.update({case.id or 0: case for case in session.exec(rows)})
    return [found[case_id] for case_id in sorted(found)]


def open_places(session: Session) -> list[tuple[int, str, str, int]]:
    """Open cases counted: holder, definition, state, how many."""
    place = (col(Dispute.holder_id), col(Dispute.workflow), col(Dispute.state))
    rows = select(*place, func.count()).where(col(Dispute.open).is_(True)).group_by(*place)
    return [(unit, workflow, state, cases) for unit, workflow, state, cases in session.exec(rows)]


def open_mediations(session: Session) -> list[tuple[CaseMediator, Dispute]]:
    """Who mediates now, without those who keep the record, in open cases."""
    rows = (
        select(CaseMediator, Dispute)
        .join(Dispute, col(Dispute.id) == CaseMediator.case_id)
        .where(
            col(CaseMediator.ended_at).is_(None),
            CaseMediator.role != "recorder",
            col(Dispute.open).is_(True),
        )
    )
    return [(row, case) for row, case in session.exec(rows.order_by(col(Dispute.id)))]


def open_rounds(session: Session, case_id: int) -> list[ApprovalRound]:
    rows = select(ApprovalRound).where(ApprovalRound.case_id == case_id, ApprovalRound.state == "open")
    return list(session.exec(rows))


def posts_of(session: Session, person_id: int) -> list[Post]:
    """All posts that a person holds or has held, as they are written now."""
    return list(session.exec(select(Post).where(Post.person_id == person_id).order_by(col(Post.id))))


def receivers_gone(session: Session, day: date) -> list[tuple[Dispute, Post]]:
    """Open cases whose first receiver answers for them still from a post that is over, or at a unit that is no more."""
    ended = select(Unit.id).where(col(Unit.valid_to) < day)
    rows = (
        select(Dispute, Post)
        .join(Post, col(Post.id) == Dispute.first_receiver_id)
        .where(
            col(Dispute.open).is_(True),
            col(Dispute.first_receiver_released_at).is_(None),
            or_(col(Post.valid_to) < day, col(Post.unit_id).in_(ended)),
        )
    )
    return [(case, post) for case, post in session.exec(rows.order_by(col(Dispute.id)))]


def site_notices(session: Session, notice: str) -> list[Mapping[str, Any]]:
    """The notices of a kind that belong to no one case: what each says."""
    rows = select(OutboxRow.payload).where(col(OutboxRow.case_id).is_(None), OutboxRow.kind == "notice")
    return [payload for payload in session.exec(rows) if payload.get("notice") == notice]


def papers_to_be_sealed(session: Session, case_id: int) -> list[Document]:
    """Papers of a case that are printed and not complete."""
    rows = select(Document).where(Document.case_id == case_id, col(Document.state).in_(("frozen", "signing")))
    return list(session.exec(rows.order_by(col(Document.id))))


def ended_units(session: Session, day: date) -> list[Unit]:
    """Units that have ended before the day."""
    rows = select(Unit).where(col(Unit.valid_to).is_not(None), col(Unit.valid_to) < day)
    return list(session.exec(rows.order_by(col(Unit.code))))


def running_elsewhere(session: Session, workflow: str, version: int) -> list[int]:
    """Keys of the open cases of a definition that are pinned to any other version of it."""
    rows = select(Dispute.id).where(
        col(Dispute.open).is_(True), Dispute.workflow == workflow, Dispute.workflow_version != version
    )
    return [found for found in session.exec(rows.order_by(col(Dispute.id))) if found is not None]


def last_migration(session: Session, case_id: int) -> CaseMigration | None:
    """The last move of a case to another version."""
    rows = select(CaseMigration).where(CaseMigration.case_id == case_id)
    return session.exec(rows.order_by(col(CaseMigration.id).desc()).limit(1)).first()


def untouchable(session: Session, case_id: int) -> list[tuple[Any, ...]]:
    """What a move to another version must leave as it is: deadlines, numbers, agreements, papers, signatures.

    Without what is encrypted in them: what a paper holds is known by its hash.
    """
    own = (_DEADLINES, _NUMBERS, _AGREEMENTS, _PAPERS)
    statements = [columns(*_plain(table)).where(table.c.case_id == case_id) for table in own]
    papers = columns(_PAPERS.c.id).where(_PAPERS.c.case_id == case_id)
    of_papers = (_SLOTS, _REVISIONS)
    statements += [columns(*_plain(table)).where(table.c.document_id.in_(papers)) for table in of_papers]
    connection = session.connection()
    return [
        (number, *row)
        for number, statement in enumerate(statements)
        for row in sorted(connection.execute(statement), key=lambda row: int(row[0]))
    ]


def _plain(table: SqlTable) -> list[Column[Any]]:
    return [column for column in table.columns if not isinstance(column.type, (Encrypted, EncryptedBytes))]
