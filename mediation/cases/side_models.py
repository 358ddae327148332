"""What stands beside the main line of a dispute, as rows: pauses, links, series, appointments, conferences, corrections."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field

from mediation.storage.encrypted import Encrypted
from mediation.storage.engine import Table


class Suspension(Table, table=True):
    """中止: mediation rests, and the law's clock with it, for an appraisal or because all parties ask."""

    __tablename__ = "suspension"
    __table_args__ = (UniqueConstraint("case_id", "ordinal"),)

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="dispute.id", index=True)
    ordinal: int
    kind: str = Field(description="appraisal, consent")
    asked_by: Any = Field(sa_column=Column(JSON, nullable=False), description="party ordinals")
    evidence: Any = Field(sa_column=Column(Encrypted("suspension.evidence"), nullable=False))
    began_at: datetime
    expected_on: date
    ended_at: datetime | None = None
    result: Any = Field(default=None, sa_column=Column(Encrypted("suspension.result")))
    told: Any = Field(
        default_factory=dict, sa_column=Column(JSON, nullable=False), description="party ordinal → day told"
    )


class CaseLink(Table, table=True):
    """Two cases that have to do with each other. Both keep their numbers and histories.

    `kind`: repeat (反复), related, continues (续案), merged (the case went into the other), split (the case came out of it).
    """

    __tablename__ = "case_link"
    __table_args__ = (UniqueConstraint("case_id", "other_id", "kind"),)

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="dispute.id", index=True)
    other_id: int = Field(foreign_key="dispute.id", index=True)
    kind: str
    linked_at: datetime
    why: Any = Field(sa_column=Column(Encrypted("case_link.why"), nullable=False))


class CaseSeries(Table, table=True):
    """系列案: like cases (one employer, one property company) that are handled alike, each with its own file and number."""

    __tablename__ = "case_series"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(unique=True)
    title: Any = Field(sa_column=Column(Encrypted("case_series.title"), nullable=False))
    unit_id: int = Field(foreign_key="unit.id")
    begun_at: datetime


class Appointment(Table, table=True):
    """约定: when and where the next talk, visit or conference takes place, and which parties have been told."""

    __tablename__ = "appointment"
    __table_args__ = (UniqueConstraint("case_id", "ordinal"),)

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="dispute.id", index=True)
    ordinal: int
    kind: str = Field(description="session, visit, conference")
    person_id: int = Field(foreign_key="person.id", index=True, description="who keeps it")
    starts_at: datetime
    ends_at: datetime | None = None
    place: Any = Field(sa_column=Column(Encrypted("appointment.place"), nullable=False))
    told: Any = Field(sa_column=Column(JSON, nullable=False), description="party ordinals told")
    state: str = Field(default="planned", description="planned, kept, cancelled")
    changed_at: datetime | None = Field(
        default=None, description="when it was arranged or cancelled; None for what is older than this column"
    )


class Conference(Table, table=True):
    """会商: the units' meeting on a joint case; its minutes say who leads, who does what by when, which leader is in charge."""

    __tablename__ = "conference"
    __table_args__ = (UniqueConstraint("case_id", "ordinal"),)

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="dispute.id", index=True)
    ordinal: int
    held_from: datetime
    held_to: datetime | None = None
    chair_id: int = Field(foreign_key="person.id")
    units: Any = Field(sa_column=Column(JSON, nullable=False), description="codes of the units present")
    parts: Any = Field(sa_column=Column(JSON, nullable=False), description="unit code → due day of its part")
    leader_id: int | None = Field(default=None, foreign_key="person.id", description="包案领导")
    minutes: Any = Field(
        sa_column=Column(Encrypted("conference.minutes"), nullable=False),
        description="place, subject, attendees, body, decisions, parts in words",
    )


class RiskAssessment(Table, table=True):
    """风险评估: how dangerous the quarrel is, by factors, what is done about it, and when it is looked at again."""

    __tablename__ = "risk_assessment"
    __table_args__ = (UniqueConstraint("case_id", "ordinal"),)

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="dispute.id", index=True)
    ordinal: int
    level: str = Field(description="code of the list of risks")
    factors: Any = Field(sa_column=Column(JSON, nullable=False), description="codes")
    measures: Any = Field(sa_column=Column(Encrypted("risk_assessment.measures"), nullable=False))
    assessed_by_id: int = Field(foreign_key="person.id")
    assessed_at: datetime
    review_on: date | None = None


class Correction(Table, table=True):
    """更正: slips of the pen in a paper that is out, put right by a paper of its own. Substance needs a new agreement."""

    __tablename__ = "correction"
    __table_args__ = (UniqueConstraint("case_id", "ordinal"),)

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="dispute.id", index=True)
    ordinal: int
    document_id: int = Field(foreign_key="document.id")
    number: str | None = None
    slips: Any = Field(
        sa_column=Column(Encrypted("correction.slips"), nullable=False),
        description="list of: field (code), where, wrong, right",
    )
    struck: Any = Field(
        default=None,
        sa_column=Column(Encrypted("correction.struck"), nullable=True),
        description="what the slips changed, in their order: list of slip (counted from 0), table, id, field, was, now",
    )
    reason: Any = Field(sa_column=Column(Encrypted("correction.reason"), nullable=False))
    decided_on: date
    by_id: int = Field(foreign_key="person.id")
    told: Any = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class Voiding(Table, table=True):
    """作废: a paper that no longer counts, and on what that rests. The paper stays in the file."""

    __tablename__ = "voiding"
    __table_args__ = (UniqueConstraint("case_id", "ordinal"),)

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="dispute.id", index=True)
    ordinal: int
    document_id: int = Field(foreign_key="document.id", index=True)
    basis: str = Field(description="not_in_force, new_agreement, court_decision")
    reference: Any = Field(sa_column=Column(Encrypted("voiding.reference"), nullable=False))
    reason: Any = Field(sa_column=Column(Encrypted("voiding.reason"), nullable=False))
    voided_at: datetime
    by_id: int = Field(foreign_key="person.id")
    told: Any = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
