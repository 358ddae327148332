"""Reads of applications. A desk sees those of its units; whoever holds a code sees how its own one stands."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, func, select

from mediation.intake.models import Application

MOST_SHOWN = 200


def waiting(session: Session, places: Collection[int]) -> list[Application]:
    """Applications that nobody has decided on, of these units, oldest first."""
    found = select(Application).where(
        col(Application.state) == "waiting", col(Application.place_id).in_(list(places))
    )
    return list(session.exec(found.order_by(col(Application.id)).limit(MOST_SHOWN)))


def waiting_in_all(session: Session) -> int:
    """How many applications wait on the whole site."""
    found = select(func.count()).select_from(Application).where(col(Application.state) == "waiting")
    return int(session.exec(found).one())


def application(session: Session, public_id: str, *, hold: bool = False) -> Application | None:
    """One application, without scope: the caller judges it. `hold`: no other desk decides on it until this is written."""
    found = select(Application).where(col(Application.public_id) == public_id)
    return session.exec(found.with_for_update(key_share=True) if hold else found).one_or_none()


def application_of_code(session: Session, code_hash: bytes) -> Application | None:
    """The application that a receipt's code leads to."""
    return session.exec(select(Application).where(col(Application.code_hash) == code_hash)).one_or_none()


def forget_put_aside(session: Session, before: datetime) -> int:
    """Delete what was put aside before a moment; how many there were."""
    statement = delete(Application).where(
        col(Application.state) == "aside", col(Application.decided_at) < before
    )
    return int(session.connection().execute(statement).rowcount)
