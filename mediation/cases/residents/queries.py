"""Reads for residents, without scope: by the keyed hash of a code or a link that only they hold."""

from sqlmodel import Session, col, select

from mediation.cases.models import Party
from mediation.cases.residents.models import Rating, SigningLink
from mediation.cases.side_models import Appointment
from mediation.documents.models import Document, UnitPaper


def rating(session: Session, case_id: int) -> Rating | None:
    """What a party thought of the mediation of a case, if one has said so."""
    return session.exec(select(Rating).where(col(Rating.case_id) == case_id)).one_or_none()


def link_of_token(session: Session, token_hash: bytes, *, hold: bool = False) -> SigningLink | None:
    """The link of a token's keyed hash, whatever has become of it. `hold`: nobody else tries it until this is written."""
    found = select(SigningLink).where(col(SigningLink.token_hash) == token_hash)
    return session.exec(found.with_for_update() if hold else found).one_or_none()


def links(session: Session, case_id: int) -> list[SigningLink]:
    """All links that were made for a case, newest first."""
    found = select(SigningLink).where(col(SigningLink.case_id) == case_id)
    return list(session.exec(found.order_by(col(SigningLink.id).desc())))


def link(session: Session, case_id: int, public_id: str) -> SigningLink | None:
    """One link of a case."""
    found = select(SigningLink).where(
        col(SigningLink.case_id) == case_id, col(SigningLink.public_id) == public_id
    )
    return session.exec(found).one_or_none()


def party(session: Session, party_id: int) -> Party:
    """The party for whom a link was made."""
    return session.exec(select(Party).where(col(Party.id) == party_id)).one()


def document_of_id(session: Session, document_id: int) -> Document:
    """The paper of a link."""
    return session.exec(select(Document).where(col(Document.id) == document_id)).one()


def unit_paper(session: Session, public_id: str) -> UnitPaper | None:
    """A unit's paper by the id in its QR code."""
    return session.exec(select(UnitPaper).where(col(UnitPaper.public_id) == public_id)).one_or_none()


def appointments(session: Session, case_id: int) -> list[Appointment]:
    """The appointments of a case, in order of time."""
    found = select(Appointment).where(col(Appointment.case_id) == case_id)
    return list(session.exec(found.order_by(col(Appointment.starts_at))))
