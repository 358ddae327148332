"""All reading of cases. Everything an actor sees comes through the scope (scope/queries.py): list, search, count and one case alike."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, exists, or_, union, union_all
from sqlalchemy import select as columns
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from mediation.audit.models import AuditEvent
from mediation.cases.lines.queries import MOST_ROWS, Line, lines
from mediation.cases.lines.queries import newest as cases
from mediation.cases.models import (
    Agreement,
    CaseMediator,
    CaseReach,
    Clause,
    CoHandler,
    Dispute,
    IdempotencyKey,
    MediationSession,
    Notice,
    OpenCase,
    Participant,
    Party,
    PartyAgent,
    PieceCount,
    PoliceReport,
    PrivateNote,
    SearchPiece,
    StateCount,
    Visit,
)
from mediation.cases.recusals.queries import kept_from
from mediation.cases.scope.queries import Condition, newest_seen, visible_to
from mediation.cases.side_models import (
    Appointment,
    CaseLink,
    Conference,
    Correction,
    RiskAssessment,
    Suspension,
    Voiding,
)
from mediation.cases.task_models import Task
from mediation.crypto import Keyring
from mediation.deadlines.models import Deadline
from mediation.documents.models import Document, DocumentRevision, SignatureSlot
from mediation.errors import InputInvalid, NotFound, Problem
from mediation.language import _
from mediation.notices.models import OutboxRow
from mediation.people.actor import Actor
from mediation.people.models import Person, Post
from mediation.storage.engine import rows_of
from mediation.units.models import Committee, NumberIssued, Unit
from mediation.units.queries import copy_of
from mediation.units.tree import Tree, is_within

__all__ = ["MOST_ROWS", "Line", "cases"]
"""Defined where no table classes are needed; known here to whoever reads the rest as well."""


def find_case(session: Session, actor: Actor, ref: str) -> Dispute:
    """One case by number, temporary number or public id, within what the actor may see; else NotFound."""
    found: Dispute | None = next(iter(rows_of(session, naming(actor), ref=ref)), None)
    if found is None:
        raise NotFound(_("没有找到 {ref}，或者不在您的查看范围内。").format(ref=ref))
    return found


def hold(session: Session, case: Dispute) -> None:
    """Until the transaction ends nobody else acts on the case, and what is known of it is read anew.

    For what leaves the version alone, and so is told by no compare and swap that something changed meanwhile.
    """
    session.refresh(case, with_for_update={"key_share": True})


def may_see(session: Session, actor: Actor, case: Dispute) -> bool:
    """Is the case within what the actor may see?"""
    return bool(rows_of(session, _seeing(actor), ref=case.public_id))


def titles_seen(session: Session, actor: Actor, cases: Collection[int]) -> dict[int, str]:
    """The titles of those of the cases that the actor may see."""
    table = Dispute.metadata.tables["dispute"].c
    rows = columns(table.id, table.title).where(table.id.in_(cases), visible_to(actor))
    return {case: str(title) for case, title in session.connection().execute(rows)}


def case_for_system(session: Session, case_id: int) -> Dispute:
    """One case without scope, for the system's own work (clocks, outbox); named so that it can be found in review."""
    found = session.get(Dispute, case_id)
    if found is None:
        raise NotFound(_("没有编号为 {id} 的案件").format(id=case_id))
    return found


def definition_of(session: Session, case_id: int) -> tuple[str, int]:
    """The definition that a case is pinned to, and its version."""
    workflow, version = rows_of(session, _DEFINITION, case_id=case_id)[0]
    return workflow, version


def case_id_of(session: Session, public_id: str) -> int:
    """The key of a case by its public id, without scope: for the system's own work."""
    found = session.exec(select(Dispute.id).where(Dispute.public_id == public_id)).first()
    if found is None:
        raise NotFound
    return found


# The table's own columns: the mapper's would be compared with one another for each result, which an encrypted one refuses.
_LINES = columns(*(Dispute.metadata.tables["dispute"].c[name] for name in Line._fields))


def worklist(
    session: Session, actor: Actor, *, after: tuple[datetime, int] | None = None, most: int = 50
) -> list[Line]:
    """Open cases of the actor's unit and all below, and those elsewhere in which the turn is the actor's own; most urgent first.

    `after` is the last row's (due_at, id).
    """
    most = min(most, MOST_ROWS)
    known = {} if after is None else {"due": after[0], "case_id": after[1]}
    found = [
        row
        for statement in _worklist(actor, most, after is not None)
        for row in lines(session, statement, known)
    ]
    return sorted(found, key=lambda row: (row.due_at, row.id))[:most]


@lru_cache(maxsize=256)
def _worklist(actor: Actor, most: int, goes_on: bool) -> tuple[Any, Any]:
    """The statements of who looks at the list often; behind `due` and `case_id`, if it goes on.

    Two: of the unit's list the first rows are read off its index, and no more.
    """
    listed = and_(col(OpenCase.case_id) == Dispute.id, col(OpenCase.unit_id) == actor.unit_id)
    of_unit = _LINES.join(OpenCase, listed).where(visible_to(actor))
    elsewhere = _LINES.join(Task, col(Task.case_id) == Dispute.id).where(
        col(Task.kind) == "turn",
        col(Task.closed_at).is_(None),
        col(Task.person_id).in_(actor.hands),
        col(Dispute.open).is_(True),
        col(Dispute.due_at).is_not(None),
        ~exists().where(listed),
        visible_to(actor),
    )
    return (
        _by_urgency(of_unit, OpenCase.due_at, OpenCase.case_id, goes_on=goes_on).limit(most),
        _by_urgency(elsewhere, Dispute.due_at, Dispute.id, goes_on=goes_on).limit(most),
    )


def _by_urgency(found: Any, due_at: Any, case_id: Any, *, goes_on: bool) -> Any:
    if goes_on:
        due: Any = bindparam("due", type_=OpenCase.metadata.tables["open_case"].c.due_at.type)
        found = found.where(
            or_(col(due_at) > due, (col(due_at) == due) & (col(case_id) > bindparam("case_id")))
        )
    return found.order_by(col(due_at), col(case_id))


def counts_by_state(session: Session, actor: Actor) -> dict[tuple[str, str], int]:
    """Open cases of the actor's unit and all below, by definition and state, as they are counted with each act.

    Those that the actor is kept from are taken off: no count tells that they are there.
    """
    rows = select(StateCount.workflow, StateCount.state, StateCount.cases).where(
        StateCount.unit_id == actor.unit_id, col(StateCount.cases) > 0
    )
    found = {(workflow, state): count for workflow, state, count in session.exec(rows)}
    kept = (
        select(Dispute.workflow, Dispute.state, func.count())
        .join(OpenCase, col(OpenCase.case_id) == Dispute.id)
        .where(OpenCase.unit_id == actor.unit_id, col(Dispute.id).in_(kept_from(actor.person_id)))
        .group_by(col(Dispute.workflow), col(Dispute.state))
    )
    for workflow, state, count in session.exec(kept):
        found[workflow, state] = found.get((workflow, state), 0) - count
    return {key: count for key, count in found.items() if count > 0}


def numbered(session: Session, actor: Actor, numbers: Sequence[str]) -> list[Line]:
    """Cases that bear one of these numbers or bore it, temporary ones too, newest first, within what the actor may see."""
    return lines(session, _numbered(actor), {"numbers": list(numbers)})


@lru_cache(maxsize=128)
def _numbered(actor: Actor) -> Any:
    return _LINES.where(_OF_NUMBERS, visible_to(actor)).order_by(col(Dispute.id).desc()).limit(MOST_ROWS)


def search(
    session: Session,
    actor: Actor,
    keyring: Keyring,
    words: str,
    most: int = 50,
    *,
    before: int | None = None,
) -> list[Line]:
    """Cases whose title or parties' names hold all the two-character pieces of the words, newest first.

    `before` is the last row's id.
    """
    parts = [pieces_of(word) for word in words.split()]
    pieces = sorted({keyring.piece(piece) for found in parts for piece in found})
    if not pieces or not all(parts):
        message = _("请至少输入两个相连的字：一个字查不出结果")
        raise InputInvalid([Problem(message, key="search")])
    # What no case has is looked for all the same: otherwise the time would tell who asks that some case out of sight has it.
    counted = session.connection().execute(_CASES_WITH, {"pieces": pieces}).all()
    counts = {**dict.fromkeys(pieces, 0), **{row.piece: row.cases for row in counted}}
    most = min(most, MOST_ROWS)
    by_rarity = sorted(pieces, key=lambda piece: counts[piece])
    # With f cases that have the rarest piece, of n: from these it takes at most f steps to fill a page, from the cases that
    # the actor sees about most * n / f. The shorter way is never longer than the root of most * n.
    by_sight = counts[by_rarity[0]] ** 2 > most * (session.exec(_LAST_CASE).one() or 0)
    search = _search_by_sight if by_sight else _search_by_piece
    values = {f"piece_{place}": piece for place, piece in enumerate(by_rarity)}
    if before is not None:
        values["before"] = before
    return lines(session, search(actor, len(pieces), most, before is not None), values)


# Kept for who searches again: to build one of these takes many times as long as the database needs to answer it.
@lru_cache(maxsize=128)
def _search_by_sight(actor: Actor, count: int, most: int, goes_on: bool) -> Any:
    """From the cases that the actor sees to those that hold the pieces."""
    holding = (_holding(piece) for piece in _bound_pieces(count))
    seen = newest_seen(actor, most, _BEFORE if goes_on else None, *holding)
    return _LINES.where(col(Dispute.id).in_(seen)).order_by(col(Dispute.id).desc()).limit(most)


@lru_cache(maxsize=128)
def _search_by_piece(actor: Actor, count: int, most: int, goes_on: bool) -> Any:
    """From the cases that hold the rarest piece to those that the actor sees."""
    rarest, *others = _bound_pieces(count)
    found = _LINES.join(SearchPiece, col(SearchPiece.case_id) == Dispute.id).where(
        col(SearchPiece.piece) == rarest,
        *(_holding(piece)(col(SearchPiece.case_id)) for piece in others),
        visible_to(actor),
    )
    if goes_on:
        found = found.where(col(SearchPiece.case_id) < _BEFORE)
    return found.order_by(col(SearchPiece.case_id).desc()).limit(most)


def _bound_pieces(count: int) -> list[Any]:
    kind = SearchPiece.metadata.tables["search_piece"].c.piece.type
    return [bindparam(f"piece_{place}", type_=kind) for place in range(count)]


def _holding(piece: Any) -> Condition:
    """Whether a case holds a piece, asked case by case: of an "exists" PostgreSQL would make one join more to be planned."""
    other = aliased(SearchPiece)
    found = columns(col(other.piece)).where(col(other.piece) == piece)
    return lambda case_id: found.where(col(other.case_id) == case_id).scalar_subquery() == piece


def pieces_of(text: str) -> set[str]:
    """The two-character pieces of a text, blanks dropped."""
    letters = "".join(text.split())
    return {letters[at : at + 2] for at in range(len(letters) - 1)}


# What every act asks, built once: building a statement costs more than asking it.

_LAST_CASE = select(func.max(Dispute.id))
_CASES_WITH = columns(col(PieceCount.piece), col(PieceCount.cases)).where(
    col(PieceCount.piece).in_(bindparam("pieces", expanding=True))
)
_BEFORE: Any = bindparam("before", type_=Dispute.metadata.tables["dispute"].c.id.type)
_REF: Any = bindparam("ref")
_CASE: Any = bindparam("case_id")


def _of_case(table: Any, *order: Any) -> Any:
    """The rows of a table that belong to one case."""
    return select(table).where(table.case_id == _CASE).order_by(*order)


# One way after the other: an "or" over two tables makes PostgreSQL read every case there is.
_NAMED = col(Dispute.id).in_(
    union_all(
        *(
            columns(col(Dispute.id)).where(name == _REF)
            for name in (col(Dispute.number), col(Dispute.temporary_number), col(Dispute.public_id))
        ),
        columns(col(NumberIssued.case_id)).where(col(NumberIssued.text) == _REF),
    )
)
_NUMBERS: Any = bindparam("numbers", expanding=True)
_OF_NUMBERS = col(Dispute.id).in_(
    union_all(
        columns(col(Dispute.id)).where(col(Dispute.number).in_(_NUMBERS)),
        columns(col(Dispute.id)).where(col(Dispute.temporary_number).in_(_NUMBERS)),
        columns(col(NumberIssued.case_id)).where(
            col(NumberIssued.text).in_(_NUMBERS), col(NumberIssued.case_id).is_not(None)
        ),
    )
)
_EVERYBODY = _of_case(Party, col(Party.ordinal))
_PARTIES = _EVERYBODY.where(col(Party.left_at).is_(None))
_LAST_PARTY = select(func.max(Party.ordinal)).where(Party.case_id == _CASE)
_AGENTS = _of_case(PartyAgent, col(PartyAgent.id))
_PARTICIPANTS = _of_case(Participant, col(Participant.id))
_MEDIATORS = _of_case(CaseMediator, col(CaseMediator.id)).where(col(CaseMediator.ended_at).is_(None))
_SESSIONS = _of_case(MediationSession, col(MediationSession.ordinal))
_RESULTS = (
    select(MediationSession.result)
    .where(MediationSession.case_id == _CASE, MediationSession.round >= bindparam("since"))
    .order_by(col(MediationSession.ordinal))
)
_HELD_AT = select(MediationSession.ordinal).where(
    MediationSession.case_id == _CASE, MediationSession.held_from == bindparam("moment")
)
_AGREEMENTS = _of_case(Agreement, col(Agreement.ordinal))
_AGREEMENT = _of_case(Agreement, col(Agreement.ordinal).desc()).where(col(Agreement.state) != "void").limit(1)
_CLAUSES = (
    select(Clause).where(Clause.agreement_id == bindparam("agreement_id")).order_by(col(Clause.ordinal))
)
_NOTICES = _of_case(Notice, col(Notice.id))
_VISITS = _of_case(Visit, col(Visit.ordinal))
_VISITS_PAID = select(func.count()).where(Visit.case_id == _CASE)
_TIMES_REPORTED = select(func.count()).where(PoliceReport.case_id == _CASE)
_LATEST_RISK = select(func.max(RiskAssessment.ordinal)).where(RiskAssessment.case_id == _CASE)
_CO_HANDLERS = _of_case(CoHandler)
_CONCERNED = union(
    columns(col(CoHandler.unit_id)).where(col(CoHandler.case_id) == _CASE),
    columns(col(Post.unit_id)).where(col(Post.id) == bindparam("post_id")),
)
_OPEN_TASKS = _of_case(Task).where(col(Task.closed_at).is_(None))
_OPEN_REQUESTS = _OPEN_TASKS.where(col(Task.kind).not_in(("turn", "copy")))
_TASKS_SO_FAR = select(func.count()).select_from(Task).where(Task.case_id == _CASE)
_DOCUMENTS = _of_case(Document, col(Document.id))
_DOCUMENT = (
    _of_case(Document, col(Document.id).desc())
    .where(col(Document.form) == bindparam("form"), col(Document.state) != "void")
    .limit(1)
)
_PAPER_STATES = (
    columns(col(Document.form), col(Document.subject), col(Document.state))
    .where(col(Document.case_id) == _CASE, col(Document.state) != "void")
    .order_by(col(Document.id))
)
_SCAN_OF = (
    columns(col(Document.id))
    .where(col(Document.case_id) == _CASE, col(Document.form) == "scan")
    .where(col(Document.scan_of_id) == bindparam("paper_id"))
    .limit(1)
)
_DOCUMENT_OF_SUBJECT = _DOCUMENT.where(col(Document.subject) == bindparam("subject"))
_SLOTS = (
    select(SignatureSlot)
    .where(SignatureSlot.document_id == bindparam("document_id"))
    .order_by(col(SignatureSlot.ordinal))
)
_FORMER_NUMBERS = _of_case(NumberIssued, col(NumberIssued.id)).where(col(NumberIssued.kind) == "case")
_COMMITTEE: Any = bindparam("committee_id")
_LOCK_NUMBERS = (
    columns(col(Committee.id)).where(col(Committee.id) == _COMMITTEE).with_for_update(key_share=True)
)
_LAST_NUMBER = columns(func.max(col(NumberIssued.ordinal))).where(
    col(NumberIssued.committee_id) == _COMMITTEE,
    col(NumberIssued.kind) == bindparam("kind"),
    col(NumberIssued.year) == bindparam("year"),
)
_REACH = select(CaseReach.unit_id, CaseReach.own).where(CaseReach.case_id == _CASE)
_DEFINITION = select(Dispute.workflow, Dispute.workflow_version).where(col(Dispute.id) == _CASE)
_KEPT = select(IdempotencyKey).where(
    col(IdempotencyKey.key) == bindparam("key"),
    col(IdempotencyKey.actor) == bindparam("actor"),
    col(IdempotencyKey.route) == bindparam("route"),
)
_PLANNED = (
    select(Appointment)
    .where(
        col(Appointment.case_id) == _CASE,
        col(Appointment.kind) == bindparam("kind"),
        col(Appointment.state) == "planned",
    )
    .order_by(col(Appointment.ordinal))
)
_OPEN_ROWS = select(OpenCase.unit_id, OpenCase.due_at, OpenCase.state).where(col(OpenCase.case_id) == _CASE)
_PIECES = select(SearchPiece.piece).where(SearchPiece.case_id == _CASE)


@cache
def _waiting(kinds: tuple[str, ...], *, of_case: bool) -> Any:
    rows = (
        select(OutboxRow)
        .where(col(OutboxRow.handed_on_at).is_(None), col(OutboxRow.kind).in_(kinds))
        .order_by(col(OutboxRow.id))
        .limit(bindparam("most"))
    )
    case = select(Dispute.id).where(Dispute.public_id == bindparam("public_id")).scalar_subquery()
    return rows.where(col(OutboxRow.case_id) == case) if of_case else rows


def _count(table: Any) -> Any:
    return select(func.count()).select_from(table).where(table.case_id == _CASE)


_LIMIT = (
    select(Deadline)
    .where(col(Deadline.case_id) == _CASE, col(Deadline.name) == "mediation_limit")
    .order_by(col(Deadline.id).desc())
    .limit(1)
)
_TALLY = columns(
    _count(Visit).scalar_subquery(),
    _count(PoliceReport).scalar_subquery(),
    _count(Conference).scalar_subquery(),
    _count(RiskAssessment).scalar_subquery(),
    _count(Task).where(col(Task.kind) == "part", col(Task.closed_at).is_(None)).scalar_subquery(),
    _LIMIT.with_only_columns(col(Deadline.state)).scalar_subquery(),
    _LIMIT.with_only_columns(col(Deadline.due_at)).scalar_subquery(),
    _count(Suspension).scalar_subquery()
    + _count(Correction).scalar_subquery()
    + _count(Voiding).scalar_subquery(),
    _count(CaseLink).where(col(CaseLink.kind) == "repeat").scalar_subquery(),
    _count(CaseMediator).where(col(CaseMediator.ended_at).is_(None)).scalar_subquery(),
    _count(PartyAgent).scalar_subquery(),
    _count(MediationSession).scalar_subquery(),
    _count(Agreement).scalar_subquery(),
    _count(Notice).scalar_subquery(),
    _count(CoHandler).scalar_subquery(),
    _count(Document).scalar_subquery(),
)  # in the order of Tally's fields


@lru_cache(maxsize=1024)
def naming(actor: Actor) -> Any:
    """One case by any of its names, within the actor's scope; who acts often finds the statement as it was made before."""
    return select(Dispute).where(_NAMED, visible_to(actor))


@lru_cache(maxsize=1024)
def _seeing(actor: Actor) -> Any:
    return select(Dispute.id).where(Dispute.public_id == _REF, visible_to(actor))


@dataclass(frozen=True, slots=True)
class Tally:
    """How often what has happened in a case, and how its limit for mediating stands."""

    visits: int
    police_reports: int
    conferences: int
    risks: int
    open_parts: int
    limit_state: str | None
    limit_due: datetime | None
    aftermath: int
    repeats: int
    mediators: int
    agents: int
    sessions: int
    agreements: int
    notices: int
    co_handlers: int
    documents: int


def tally(session: Session, case_id: int) -> Tally:
    """What has been written of the case so far, counted in one question: what is not there need not be read."""
    return Tally(*rows_of(session, _TALLY, case_id=case_id)[0])


def parties(session: Session, case_id: int) -> list[Party]:
    """The parties of a case, without those that have gone into another one."""
    return rows_of(session, _PARTIES, case_id=case_id)


class PartyLine(NamedTuple):
    """What guards ask of a party: nothing that is encrypted."""

    id: int
    ordinal: int
    role: str
    kind: str
    consented_at: datetime | None
    refused_at: datetime | None
    rights_told_at: datetime | None
    electronic_agreed_at: datetime | None
    objects_to_public: bool
    minor: bool


_PARTY_LINES = (
    columns(*(Party.metadata.tables["party"].c[name] for name in PartyLine._fields))
    .where(col(Party.case_id) == _CASE, col(Party.left_at).is_(None))
    .order_by(col(Party.ordinal))
)


def party_lines(session: Session, case_id: int) -> list[PartyLine]:
    """The parties of a case as `parties` gives them, without what is encrypted."""
    return [PartyLine(*row) for row in rows_of(session, _PARTY_LINES, case_id=case_id)]


def everybody(session: Session, case_id: int) -> list[Party]:
    """All who are or were parties of the case: what was written with them in it names them still."""
    return rows_of(session, _EVERYBODY, case_id=case_id)


def next_party(session: Session, case_id: int) -> int:
    """The ordinal of a party that joins: no ordinal is given twice."""
    return (rows_of(session, _LAST_PARTY, case_id=case_id)[0] or 0) + 1


def agents(session: Session, case_id: int) -> list[PartyAgent]:
    return rows_of(session, _AGENTS, case_id=case_id)


def participants(session: Session, case_id: int) -> list[Participant]:
    return rows_of(session, _PARTICIPANTS, case_id=case_id)


def mediators(session: Session, case_id: int) -> list[tuple[CaseMediator, Person, Post]]:
    """Mediators and recorder now on the case, the presiding one first."""
    order = {"presiding": 0, "mediator": 1, "recorder": 2}
    found = sorted(rows_of(session, _MEDIATORS, case_id=case_id), key=lambda one: order[one.role])
    return [(one, person(session, one.person_id), post(session, one.post_id)) for one in found]


def last_on_case(session: Session, case_id: int) -> dict[int, CaseMediator]:
    """Person → the last place of that one among the mediators of a case, be it over or not."""
    rows = select(CaseMediator).where(CaseMediator.case_id == case_id).order_by(col(CaseMediator.id))
    return {row.person_id: row for row in session.exec(rows)}


def sessions(session: Session, case_id: int) -> list[MediationSession]:
    return rows_of(session, _SESSIONS, case_id=case_id)


def session_results(session: Session, case_id: int, since: int = 0) -> list[str]:
    """How the sessions ended, in order, without opening their records; `since`: from this round on (see remediated)."""
    return rows_of(session, _RESULTS, case_id=case_id, since=since)


def session_held_at(session: Session, case_id: int, moment: datetime) -> int | None:
    """Which session of the case began at that moment."""
    return next(iter(rows_of(session, _HELD_AT, case_id=case_id, moment=moment)), None)


def private_notes(session: Session, case_id: int) -> list[PrivateNote]:
    return list(
        session.exec(select(PrivateNote).where(PrivateNote.case_id == case_id).order_by(col(PrivateNote.id)))
    )


def agreements(session: Session, case_id: int) -> list[Agreement]:
    return rows_of(session, _AGREEMENTS, case_id=case_id)


def latest_agreement(session: Session, case_id: int) -> Agreement | None:
    """The newest agreement that is not void."""
    return next(iter(rows_of(session, _AGREEMENT, case_id=case_id)), None)


def agreement_by_id(session: Session, agreement_id: int) -> Agreement:
    """An agreement by its key; its case has been found before."""
    found = session.get(Agreement, agreement_id)
    assert found is not None  # rows refer to it
    return found


def clauses(session: Session, agreement_id: int) -> list[Clause]:
    return rows_of(session, _CLAUSES, agreement_id=agreement_id)


def notices(session: Session, case_id: int) -> list[Notice]:
    return rows_of(session, _NOTICES, case_id=case_id)


def visits(session: Session, case_id: int) -> list[Visit]:
    return rows_of(session, _VISITS, case_id=case_id)


def visits_paid(session: Session, case_id: int) -> int:
    """How many return visits there were."""
    found: int = rows_of(session, _VISITS_PAID, case_id=case_id)[0]
    return found


def units_concerned(session: Session, case_id: int, post_id: int) -> set[int]:
    """The units that help with the case, and that of the post which took it in."""
    return {row[0] for row in rows_of(session, _CONCERNED, case_id=case_id, post_id=post_id)}


def police_reports(session: Session, case_id: int) -> list[PoliceReport]:
    rows = select(PoliceReport).where(PoliceReport.case_id == case_id)
    return list(session.exec(rows.order_by(col(PoliceReport.ordinal))))


def times_reported(session: Session, case_id: int) -> int:
    """How often the case was reported to the police."""
    found: int = rows_of(session, _TIMES_REPORTED, case_id=case_id)[0]
    return found


def co_handlers(session: Session, case_id: int) -> list[CoHandler]:
    return rows_of(session, _CO_HANDLERS, case_id=case_id)


def deadlines(session: Session, case_id: int) -> list[Deadline]:
    return list(session.exec(select(Deadline).where(Deadline.case_id == case_id).order_by(col(Deadline.id))))


def open_tasks(session: Session, case_id: int) -> list[Task]:
    return rows_of(session, _OPEN_TASKS, case_id=case_id)


def open_requests(session: Session, case_id: int) -> list[Task]:
    """What is open and was asked for by somebody: neither turns nor copies."""
    return rows_of(session, _OPEN_REQUESTS, case_id=case_id)


def tasks_so_far(session: Session, case_id: int) -> int:
    """How many tasks the case has had: the next one's ordinal is one more."""
    found: int = rows_of(session, _TASKS_SO_FAR, case_id=case_id)[0]
    return found


def conferences(session: Session, case_id: int) -> list[Conference]:
    rows = select(Conference).where(Conference.case_id == case_id)
    return list(session.exec(rows.order_by(col(Conference.ordinal))))


def appointments_so_far(session: Session, case_id: int) -> int:
    rows = select(func.count()).select_from(Appointment).where(Appointment.case_id == case_id)
    return session.exec(rows).one()


def planned(session: Session, case_id: int, kind: str) -> list[Appointment]:
    """What of this kind is arranged and has neither been kept nor cancelled."""
    return rows_of(session, _PLANNED, case_id=case_id, kind=kind)


def risks(session: Session, case_id: int) -> list[RiskAssessment]:
    rows = select(RiskAssessment).where(RiskAssessment.case_id == case_id)
    return list(session.exec(rows.order_by(col(RiskAssessment.ordinal))))


def latest_risk(session: Session, case_id: int) -> int | None:
    """The ordinal of the latest assessment of risk; none if there is none."""
    found: int | None = rows_of(session, _LATEST_RISK, case_id=case_id)[0]
    return found


SCAN = "scan"
"""The form of what was signed by hand and came back as pictures."""


def documents(session: Session, case_id: int) -> list[Document]:
    """The papers of a case, oldest first, the void ones too."""
    return rows_of(session, _DOCUMENTS, case_id=case_id)


def document(session: Session, case_id: int, form: str, subject: str = "") -> Document | None:
    """The newest paper of a form and subject that is not void; without a subject the one that has none, else the newest of the form.

    Of several scans the one whose id is the subject.
    """
    if form == SCAN and subject:
        scans = select(Document).where(Document.case_id == case_id, Document.form == SCAN)
        return session.exec(scans.where(Document.public_id == subject)).first()
    found = rows_of(session, _DOCUMENT_OF_SUBJECT, case_id=case_id, form=form, subject=subject)
    if not found and not subject:
        found = rows_of(session, _DOCUMENT, case_id=case_id, form=form)
    return next(iter(found), None)


def is_void(session: Session, paper: Document) -> bool:
    """Whether a paper binds no more: it is void, or the scan of one that is."""
    scanned = session.get(Document, paper.scan_of_id) if paper.scan_of_id is not None else None
    return "void" in {paper.state, scanned.state if scanned is not None else ""}


def document_by_public_id(session: Session, public_id: str) -> Document | None:
    """A paper by the id in its QR code, without scope: verification is for anyone and tells no content."""
    return session.exec(select(Document).where(Document.public_id == public_id)).first()


def document_by_revision(session: Session, digest: str) -> Document | None:
    """The paper one of whose revisions has this hash, without scope: verification is for anyone."""
    rows = select(Document).join(DocumentRevision, col(DocumentRevision.document_id) == Document.id)
    return session.exec(rows.where(DocumentRevision.sha256 == digest).limit(1)).first()


def all_documents(session: Session) -> list[Document]:
    """Every paper with signatures, in the file or by hand, without scope: for the trust bundle, which holds hashes only."""
    is_signed = (col(Document.revisions) > 0) | col(Document.completed_at).is_not(None)
    return list(session.exec(select(Document).where(is_signed).order_by(col(Document.id))))


def slots(session: Session, document_id: int) -> list[SignatureSlot]:
    return rows_of(session, _SLOTS, document_id=document_id)


def paper_states(session: Session, case_id: int) -> dict[tuple[str, str], str]:
    """The state of the newest paper of each form and subject that is not void; nothing encrypted is opened."""
    rows = rows_of(session, _PAPER_STATES, case_id=case_id)
    return {(form, subject): state for form, subject, state in rows}


def has_scan(session: Session, case_id: int, paper_id: int) -> bool:
    """Whether a scan of the paper has been attached."""
    return bool(rows_of(session, _SCAN_OF, case_id=case_id, paper_id=paper_id))


def revisions(session: Session, document_id: int) -> list[DocumentRevision]:
    rows = select(DocumentRevision).where(DocumentRevision.document_id == document_id)
    return list(session.exec(rows.order_by(col(DocumentRevision.ordinal))))


def committee(session: Session, committee_id: int) -> Committee:
    found = copy_of(session, Committee, committee_id)
    if found is None:
        raise NotFound
    return found


def unit(session: Session, unit_id: int) -> Unit:
    found = copy_of(session, Unit, unit_id)
    if found is None:
        raise NotFound
    return found


def person(session: Session, person_id: int) -> Person:
    found = copy_of(session, Person, person_id)
    if found is None:
        raise NotFound
    return found


def case_ends(session: Session) -> Iterator[tuple[str, int, str]]:
    """Public id, version and state of every case, a few at a time, without scope: for checking the trail."""
    rows = session.exec(
        select(Dispute.public_id, Dispute.version, Dispute.state).execution_options(yield_per=500)
    )
    yield from ((public_id, version, state) for public_id, version, state in rows)


def former_numbers(session: Session, case: Dispute) -> list[NumberIssued]:
    """All numbers that committees have given the case, oldest first."""
    return rows_of(session, _FORMER_NUMBERS, case_id=case.id)


def is_competent(session: Session, tree: Tree, committee: Committee, unit_id: int, day: date) -> bool:
    """Whether a committee is in office and sits at the unit or above it."""
    in_office = is_within(day, committee.term_from, committee.term_to)
    return in_office and any(node.id == committee.unit_id for node in tree.lineage(unit_id))


def times_sent_back(session: Session, case: Dispute, unit: str) -> int:
    """How often a unit (its code) has sent the case back, as the trail says."""
    rows = select(func.count()).where(
        AuditEvent.chain == case.public_id, AuditEvent.act == "send_back", AuditEvent.unit == unit
    )
    return session.exec(rows).one()


def lock_numbers(session: Session, committee_id: int) -> None:
    """Let one transaction at a time take a number of a committee (SQLite has one writer anyway)."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK_NUMBERS, {"committee_id": committee_id}).one()


def last_ordinal(session: Session, committee_id: int, kind: str, year: int) -> int:
    """The highest number given so far, 0 if none."""
    found = rows_of(session, _LAST_NUMBER, committee_id=committee_id, kind=kind, year=year)
    return int(found[0][0] or 0) if found else 0


def numbers(session: Session, committee_id: int) -> Sequence[NumberIssued]:
    """A committee's numbers in order, with the void ones: gapless means that each is accounted for."""
    rows = select(NumberIssued).where(NumberIssued.committee_id == committee_id)
    return session.exec(
        rows.order_by(col(NumberIssued.year), col(NumberIssued.kind), col(NumberIssued.ordinal))
    ).all()


def kept_answer(session: Session, key: str, actor: str, route: str) -> IdempotencyKey | None:
    """The answer kept under a request's key, for the same actor and route."""
    return next(iter(rows_of(session, _KEPT, key=key, actor=actor, route=route)), None)


def outbox_row(session: Session, row_id: int) -> OutboxRow | None:
    """One row of the outbox."""
    return session.get(OutboxRow, row_id)


def waiting_outbox(
    session: Session, kinds: Sequence[str], most: int = 100, case: str | None = None
) -> list[OutboxRow]:
    """What is still to be handed on, oldest first; of one case (its public id), or of all."""
    whose = {} if case is None else {"public_id": case}
    return rows_of(session, _waiting(tuple(kinds), of_case=case is not None), most=most, **whose)


def all_cases(session: Session) -> list[Dispute]:
    """Every case, without scope: for counting and for checking the trail; its callers show no content."""
    return list(session.exec(select(Dispute).order_by(col(Dispute.id))))


def reach(session: Session, case_id: int) -> dict[int, bool]:
    """The units that see a case now, and whether each has to do with it itself."""
    return dict(rows_of(session, _REACH, case_id=case_id))


def pieces(session: Session, case_id: int) -> set[int]:
    """The search pieces that a case has."""
    return set(rows_of(session, _PIECES, case_id=case_id))


def post(session: Session, post_id: int) -> Post:
    found = copy_of(session, Post, post_id)
    if found is None:
        raise NotFound
    return found


def open_rows(session: Session, case_id: int) -> dict[int, tuple[datetime, str]]:
    """When the case is due and its state in the worklists, by unit."""
    return {unit: (due_at, state) for unit, due_at, state in rows_of(session, _OPEN_ROWS, case_id=case_id)}
