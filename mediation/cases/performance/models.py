"""Instalments, what was recorded of performance, and what a court was asked and ruled, as rows."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, UniqueConstraint
from sqlmodel import Field

from mediation.storage.encrypted import Encrypted
from mediation.storage.engine import Table


class Instalment(Table, table=True):
    """分期: a part of what a clause has to be paid, and by when. A clause without any is one instalment itself."""

    __tablename__ = "instalment"
    __table_args__ = (UniqueConstraint("clause_id", "ordinal"),)

    id: int | None = Field(default=None, primary_key=True)
    clause_id: int = Field(foreign_key="clause.id")
    case_id: int = Field(foreign_key="dispute.id", index=True)
    ordinal: int
    amount_fen: int = Field(sa_column=Column(BigInteger, nullable=False))
    due_on: date
    performed_on: date | None = None
    breached_on: date | None = None


class PerformanceEntry(Table, table=True):
    """One line of the 履行台账: what was performed of a clause, when, and what proves it.

    `amount_fen` is empty for what is no money. `sha256`: the proof's file in the store; `proof` says in words what it is.
    """

    __tablename__ = "performance_entry"
    __table_args__ = (UniqueConstraint("case_id", "ordinal"),)

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="dispute.id")
    clause_id: int = Field(foreign_key="clause.id", index=True)
    ordinal: int
    instalment: int | None = Field(default=None, description="ordinal of the instalment it was for")
    amount_fen: int | None = Field(default=None, sa_column=Column(BigInteger))
    performed_on: date
    recorded_at: datetime
    recorder_id: int = Field(foreign_key="person.id")
    proof: Any = Field(default=None, sa_column=Column(Encrypted("performance_entry.proof")))
    sha256: str | None = None


class CourtConfirmation(Table, table=True):
    """司法确认: the parties' joint application and what the court ruled. `result`: applied, confirmed, dismissed.

    `reference`: the ruling's number (调确字) and what else the court's papers say.
    """

    __tablename__ = "court_confirmation"
    __table_args__ = (UniqueConstraint("case_id", "ordinal"),)

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="dispute.id")
    agreement_id: int = Field(foreign_key="agreement.id", index=True)
    ordinal: int
    court: str
    applied_on: date
    recorded_at: datetime
    result: str = "applied"
    ruled_on: date | None = None
    reference: Any = Field(default=None, sa_column=Column(Encrypted("court_confirmation.reference")))
