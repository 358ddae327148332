"""Reads of appointments: of a case, and of a person across all cases."""

from datetime import datetime

from sqlmodel import Session, col, select

from mediation.cases.side_models import Appointment


def appointments(session: Session, case_id: int) -> list[Appointment]:
    """All of a case, kept and cancelled ones too."""
    rows = select(Appointment).where(Appointment.case_id == case_id)
    return list(session.exec(rows.order_by(col(Appointment.ordinal))))


def planned_of_case(session: Session, case_id: int) -> list[Appointment]:
    """What has neither been kept nor cancelled."""
    rows = select(Appointment).where(Appointment.case_id == case_id, Appointment.state == "planned")
    return list(session.exec(rows.order_by(col(Appointment.ordinal))))


def planned_of_person(
    session: Session, person_id: int, since: datetime, before: datetime
) -> list[Appointment]:
    """What a person has planned that begins in this time, without scope: its caller tells the times only."""
    rows = select(Appointment).where(
        Appointment.person_id == person_id,
        Appointment.state == "planned",
        Appointment.starts_at > since,
        Appointment.starts_at < before,
    )
    return list(session.exec(rows.order_by(col(Appointment.starts_at))))
