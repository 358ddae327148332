"""Reading how cases hang together."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, or_, select

from mediation.cases.models import Agreement, Dispute, Participant, Party
from mediation.cases.scope.queries import visible_to
from mediation.cases.side_models import CaseLink, CaseSeries
from mediation.codes.identity import bare_phone
from mediation.documents.models import Document
from mediation.errors import NotFound
from mediation.people.actor import Actor

QUERY_CODE = "query code"
"""What the query codes of parties are keyed for."""


def lock(session: Session, *cases: Dispute) -> None:
    """Let one transaction at a time act on these cases, whoever names them in which order (SQLite has one writer anyway)."""
    named = sorted(case.id for case in cases if case.id is not None)
    rows = select(Dispute.id).where(col(Dispute.id).in_(named))
    session.exec(rows.order_by(col(Dispute.id)).with_for_update()).all()


def links(session: Session, case_id: int) -> list[CaseLink]:
    """The links of a case, whichever side they were made from, oldest first."""
    rows = select(CaseLink).where(or_(CaseLink.case_id == case_id, CaseLink.other_id == case_id))
    return list(session.exec(rows.order_by(col(CaseLink.id))))


def is_linked(session: Session, case: Dispute, other: Dispute, kind: str) -> bool:
    """Whether two cases are linked in this way already, from either side."""
    assert case.id is not None
    pair = {case.id, other.id}
    return any({row.case_id, row.other_id} == pair and row.kind == kind for row in links(session, case.id))


def kin(session: Session, case_id: int) -> Dispute:
    """The case at a link's other end, without scope: a page shows its number, and its title to who may see it."""
    found = session.get(Dispute, case_id)
    if found is None:
        raise NotFound
    return found


def where_it_went(session: Session, case: Dispute) -> Dispute:
    """The case in which this one goes on: itself, or the main case that it was merged into, and so on."""
    while case.merged_into_id is not None:
        case = kin(session, case.merged_into_id)
    return case


def case_of_code(session: Session, code_hash: bytes) -> Dispute | None:
    """The case that a party's query code leads to, without scope: the main one, if its own was merged."""
    found = session.exec(select(Dispute).where(Dispute.query_code_hash == code_hash)).first()
    return where_it_went(session, found) if found is not None else None


def same_party(one: Party, other: Party) -> bool:
    """Whether two rows are the same person or body: by the paper's number; without one, by name and phone."""
    if one.id_key is not None and other.id_key is not None:
        return one.id_key == other.id_key
    phones = [bare_phone(str(row.phone or "")) for row in (one, other)]
    return one.name_key == other.name_key and phones[0] != "" and phones[0] == phones[1]


def same_participant(one: Participant, other: Participant) -> bool:
    """Whether two rows are the same helper: of the same kind, name and unit."""
    return (one.kind, one.name, one.details) == (other.kind, other.name, other.details)


def unissued(session: Session, case_id: int) -> Sequence[Document]:
    """Papers that are neither complete nor void."""
    rows = select(Document).where(
        Document.case_id == case_id, col(Document.state).not_in(("complete", "void"))
    )
    return session.exec(rows.order_by(col(Document.id))).all()


def drafts(session: Session, case_id: int) -> Sequence[Agreement]:
    """Agreements that bind nobody yet."""
    rows = select(Agreement).where(
        Agreement.case_id == case_id, col(Agreement.state).in_(("draft", "signing"))
    )
    return session.exec(rows.order_by(col(Agreement.ordinal))).all()


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """A series, how many of its cases the reader may see, and how many of those are open."""

    series: CaseSeries
    cases: int
    open_cases: int


def series_of(session: Session, case: Dispute) -> CaseSeries | None:
    """The series that a case belongs to."""
    return session.get(CaseSeries, case.series_id) if case.series_id is not None else None


def series_named(session: Session, actor: Actor, public_id: str) -> CaseSeries | None:
    """A series within the actor's sight, by its id."""
    rows = select(CaseSeries).where(CaseSeries.public_id == public_id, _in_sight(actor))
    return session.exec(rows).first()


def all_series(session: Session, actor: Actor) -> list[SeriesRow]:
    """The series within the actor's sight, newest first."""
    rows = select(CaseSeries).where(_in_sight(actor)).order_by(col(CaseSeries.id).desc())
    return [
        SeriesRow(one, _count(session, actor, one), _count(session, actor, one, col(Dispute.open).is_(True)))
        for one in session.exec(rows)
    ]


def cases_of_series(session: Session, actor: Actor, series_id: int) -> list[Dispute]:
    """The cases of a series that the actor may see, oldest first."""
    rows = select(Dispute).where(visible_to(actor), Dispute.series_id == series_id)
    return list(session.exec(rows.order_by(col(Dispute.id))))


def _in_sight(actor: Actor) -> ColumnElement[bool]:
    """Begun by the actor's unit, or with a case that the actor may see."""
    seen = select(Dispute.series_id).where(visible_to(actor), col(Dispute.series_id).is_not(None))
    return or_(col(CaseSeries.unit_id) == actor.unit_id, col(CaseSeries.id).in_(seen))


def _count(session: Session, actor: Actor, series: CaseSeries, *more: ColumnElement[bool]) -> int:
    rows = select(func.count()).select_from(Dispute)
    return session.exec(rows.where(visible_to(actor), Dispute.series_id == series.id, *more)).one()
