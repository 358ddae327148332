"""A dispute and all that hangs on it, as rows. What a person said, wrote or is called is encrypted."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, UniqueConstraint
from sqlmodel import Field

from mediation.cases import side_models, task_models  # noqa: F401 — the dispute's columns refer to their tables
from mediation.cases.ownership import models as ownership_models  # noqa: F401 — made with the other tables
from mediation.storage.encrypted import Encrypted
from mediation.storage.engine import Table


class Dispute(Table, table=True):
    """One dispute. `version` grows with every act; the state moves only through cases/transition.py."""

    __tablename__ = "dispute"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(unique=True)
    version: int = 1
    workflow: str
    workflow_version: int
    workflow_sha256: str
    state: str
    phase: str
    open: bool = True
    outcome: str = "open"
    end_reason: str | None = None
    temporary_number: str = Field(unique=True)
    number: str | None = Field(default=None, unique=True)
    committee_id: int | None = Field(default=None, foreign_key="committee.id")
    holder_id: int = Field(foreign_key="unit.id", index=True)
    sender_id: int | None = Field(
        default=None, foreign_key="unit.id", description="who handed it to the present holder"
    )
    target_id: int | None = Field(
        default=None, foreign_key="unit.id", description="who is asked to take it now"
    )
    arbiter_id: int | None = Field(
        default=None, foreign_key="unit.id", description="who rules which unit has it, while units disagree"
    )
    sent_back: int = Field(default=0, description="times sent back by the unit that is asked now")
    first_receiver_id: int = Field(foreign_key="post.id")
    first_receiver_released_at: datetime | None = None
    place_id: int = Field(foreign_key="unit.id")
    settled_level: str | None = None
    source: str
    source_reference: Any = Field(
        default=None,
        sa_column=Column(Encrypted("dispute.source_reference")),
        description="its number where it came from: a work order, a police receipt",
    )
    category: str = Field(description="code of the judicial list of 18")
    governance_category: str = Field(description="code of the two-level governance list")
    tier: str | None = Field(default=None, description="simple, ordinary, complex")
    risk: str = "low"
    unreported_because: Any = Field(
        default=None,
        sa_column=Column(Encrypted("dispute.unreported_because")),
        description="why a dispute of high risk was not reported to the police",
    )
    mediable_because: Any = Field(
        default=None,
        sa_column=Column(Encrypted("dispute.mediable_because")),
        description="why it is mediated though its category mostly is not",
    )
    headcount: int = 2
    amount_fen: int | None = Field(default=None, sa_column=Column(BigInteger))
    public: bool = Field(default=False, description="mediated in public: only if no party objects")
    title: Any = Field(sa_column=Column(Encrypted("dispute.title"), nullable=False))
    narrative: Any = Field(sa_column=Column(Encrypted("dispute.narrative"), nullable=False))
    claims: Any = Field(default_factory=list, sa_column=Column(Encrypted("dispute.claims"), nullable=False))
    stand_ins: Any = Field(
        default=None,
        sa_column=Column(Encrypted("dispute.stand_ins")),
        description="what its papers print for characters that no font has, a sentence each",
    )
    query_code_hash: bytes = Field(unique=True)
    occurred_on: date | None = None
    route: str = Field(
        default="people",
        sa_column_kwargs={"server_default": "people"},
        description="people, administrative, judicial: which mediation leads (三调联动)",
    )
    leader_id: int | None = Field(
        default=None, foreign_key="person.id", description="the leader in charge (包案)"
    )
    series_id: int | None = Field(default=None, foreign_key="case_series.id")
    merged_into_id: int | None = Field(default=None, foreign_key="dispute.id")
    suspended_at: datetime | None = None
    remediated: int = Field(
        default=0, sa_column_kwargs={"server_default": "0"}, description="times mediated anew after a breach"
    )
    received_at: datetime
    accepted_at: datetime | None = None
    ended_at: datetime | None = None
    closed_at: datetime | None = None
    archived_at: datetime | None = None
    due_at: datetime | None = None


class Party(Table, table=True):
    """A natural person, legal person or other body in the dispute. One row per case; there is no register of persons."""

    __tablename__ = "party"
    __table_args__ = (UniqueConstraint("case_id", "ordinal"),)

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="dispute.id", index=True)
    ordinal: int
    role: str = Field(description="applicant, respondent, third")
    kind: str = Field(description="natural, legal, other")
    name: Any = Field(sa_column=Column(Encrypted("party.name"), nullable=False))
    name_key: bytes = Field(index=True)
    id_kind: str = ""
    id_number: Any = Field(default=None, sa_column=Column(Encrypted("party.id_number")))
    id_key: bytes | None = Field(default=None, index=True)
    phone: Any = Field(default=None, sa_column=Column(Encrypted("party.phone")))
    phone_key: bytes | None = Field(default=None, index=True)
    address: Any = Field(default=None, sa_column=Column(Encrypted("party.address")))
    details: Any = Field(
        default_factory=dict,
        sa_column=Column(Encrypted("party.details"), nullable=False),
        description="sex, ethnicity, born_on, occupation, and of a body: representative",
    )
    consented_at: datetime | None = None
    refused_at: datetime | None = None
    rights_told_at: datetime | None = None
    electronic_agreed_at: datetime | None = None
    objects_to_public: bool = False
    minor: bool = False
    left_at: datetime | None = Field(default=None, description="split off: a party of another case since")


class PartyAgent(Table, table=True):
    """Who acts for a party: legal representative, guardian, agent with ticked powers, representative of a group."""

    __tablename__ = "party_agent"

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="dispute.id", index=True)
    party_id: int = Field(foreign_key="party.id", index=True)
    kind: str = Field(description="legal_representative, guardian, agent, group_representative")
    name: Any = Field(sa_column=Column(Encrypted("party_agent.name"), nullable=False))
    details: Any = Field(sa_column=Column(Encrypted("party_agent.details"), nullable=False))
    powers: Any = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    valid_to: date | None = None


class Participant(Table, table=True):
    """A relative, neighbour, expert or organisation invited with the parties' consent (Art. 20)."""

    __tablename__ = "participant"

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="dispute.id", index=True)
    kind: str
    name: Any = Field(sa_column=Column(Encrypted("participant.name"), nullable=False))
    details: Any = Field(sa_column=Column(Encrypted("participant.details"), nullable=False))
    consented_by: Any = Field(sa_column=Column(JSON, nullable=False), description="party ordinals")


class CaseMediator(Table, table=True):
    """A mediator or recorder of the case: appointed or chosen, with what was declared about conflicts of interest."""

    __tablename__ = "case_mediator"
    # With the case in it, or PostgreSQL reads every case for somebody who mediates few of them.
    __table_args__ = (Index("ix_case_mediator_person", "person_id", "case_id"),)

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="dispute.id", index=True)
    person_id: int = Field(foreign_key="person.id")
    post_id: int = Field(foreign_key="post.id")
    role: str = Field(description="presiding, mediator, recorder")
    how: str = Field(description="appointed or chosen")
    conflict: str | None = Field(default=None, description="kind of conflict declared, if any")
    kept_by_both: bool = False
    objected_by: int | None = Field(default=None, description="ordinal of a party that does not accept")
    assigned_at: datetime
    ended_at: datetime | None = None


class CoHandler(Table, table=True):
    """A unit that helps; a former holder stays one after an escalation."""

    __tablename__ = "co_handler"
    __table_args__ = (UniqueConstraint("case_id", "unit_id"),)

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="dispute.id", index=True)
    unit_id: int = Field(foreign_key="unit.id", index=True)
    why: str
    since: datetime


class MediationSession(Table, table=True):
    """One session and its record: one record per session."""

    __tablename__ = "mediation_session"
    __table_args__ = (UniqueConstraint("case_id", "ordinal"),)

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="dispute.id", index=True)
    ordinal: int
    held_from: datetime
    held_to: datetime | None = None
    result: str = Field(description="agreed, to_continue, failed")
    round: int = Field(
        default=0,
        sa_column_kwargs={"server_default": "0"},
        description="how often the dispute had been taken up anew before (remediated)",
    )
    record: Any = Field(
        sa_column=Column(Encrypted("mediation_session.record"), nullable=False),
        description="place, subject, present, absent, participants, body",
    )


class PrivateNote(Table, table=True):
    """A note of a talk with one side (背对背), on no paper, board or statistic: for the case's mediators, or its author alone."""

    __tablename__ = "private_note"

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="dispute.id", index=True)
    party_id: int = Field(foreign_key="party.id")
    author_id: int = Field(foreign_key="person.id")
    written_at: datetime
    reader: str | None = Field(default=None, description="author: for the author alone; none: the mediators")
    body: Any = Field(sa_column=Column(Encrypted("private_note.body"), nullable=False))


class Agreement(Table, table=True):
    """A written or oral agreement. `state`: draft, signing, in_force, replaced (by a renewed one in force), void."""

    __tablename__ = "agreement"
    __table_args__ = (UniqueConstraint("case_id", "ordinal"),)

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="dispute.id", index=True)
    ordinal: int
    written: bool
    medium: str = Field(description="tablet, ink, mixed, oral")
    kind: str = Field(
        default="main",
        sa_column_kwargs={"server_default": "main"},
        description="main, supplementary (补充协议), renewed (after re-mediation)",
    )
    supplements: int | None = Field(
        default=None, description="ordinal of the agreement it adds to or replaces"
    )
    settles: Any = Field(
        default=None, sa_column=Column(JSON), description="claims settled, counted from 1; none: all of them"
    )
    state: str = "draft"
    number: str | None = None
    text: Any = Field(
        sa_column=Column(Encrypted("agreement.text"), nullable=False),
        description="facts, matters, responsibility, manner, place, time_limit",
    )
    concluded_on: date
    in_force_at: datetime | None = None


class Clause(Table, table=True):
    """Who does what for whom, how much, by when, how; and whether it was done."""

    __tablename__ = "clause"
    __table_args__ = (UniqueConstraint("agreement_id", "ordinal"),)

    id: int | None = Field(default=None, primary_key=True)
    agreement_id: int = Field(foreign_key="agreement.id", index=True)
    case_id: int = Field(foreign_key="dispute.id", index=True)
    ordinal: int
    obligor: int = Field(description="ordinal of the party")
    obligee: int
    act: str = Field(description="pay, do, refrain, apologise, return")
    amount_fen: int | None = Field(default=None, sa_column=Column(BigInteger))
    due_on: date | None = None
    terms: Any = Field(
        sa_column=Column(Encrypted("clause.terms"), nullable=False),
        description="what, manner, place, condition, breach",
    )
    performed_on: date | None = None
    breached_on: date | None = None
    proof: Any = Field(default=None, sa_column=Column(Encrypted("clause.proof")))


class Notice(Table, table=True):
    """A decision told to the parties: termination, non-acceptance. Routes are codes of the routes list (Art. 26)."""

    __tablename__ = "decision_notice"

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="dispute.id", index=True)
    kind: str = Field(description="termination, non_acceptance")
    number: str | None = None
    reason: str
    explanation: Any = Field(sa_column=Column(Encrypted("decision_notice.explanation"), nullable=False))
    routes: Any = Field(sa_column=Column(JSON, nullable=False))
    claims: Any = Field(
        default=None,
        sa_column=Column(JSON),
        description="claims it ends, counted from 1; none: the whole dispute",
    )
    decided_on: date
    told: Any = Field(
        default_factory=dict, sa_column=Column(JSON, nullable=False), description="party ordinal → day told"
    )


class Visit(Table, table=True):
    """A return visit, by someone other than a mediator of the case where the site asks for it."""

    __tablename__ = "visit"

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="dispute.id", index=True)
    ordinal: int
    party: int = Field(description="ordinal of the party visited")
    visitor_id: int = Field(foreign_key="person.id")
    visited_at: datetime
    method: str
    performance: str = Field(description="done, in_part, not_done, not_due")
    satisfaction: int | None = Field(default=None, description="1 to 5")
    record: Any = Field(sa_column=Column(Encrypted("visit.record"), nullable=False))


class PoliceReport(Table, table=True):
    """A report to the police that a quarrel may turn violent or criminal (Art. 25)."""

    __tablename__ = "police_report"
    __table_args__ = (UniqueConstraint("case_id", "ordinal"),)

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="dispute.id", index=True)
    ordinal: int
    reporter_id: int = Field(foreign_key="person.id")
    reported_at: datetime
    recorded_at: datetime
    reported_to: str
    reference: Any = Field(default=None, sa_column=Column(Encrypted("police_report.reference")))
    account: Any = Field(sa_column=Column(Encrypted("police_report.account"), nullable=False))


class Extension(Table, table=True):
    """An extension of the mediation limit: only if all parties ask for it."""

    __tablename__ = "extension"

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="dispute.id", index=True)
    asked_by: Any = Field(sa_column=Column(JSON, nullable=False), description="party ordinals")
    days: int
    granted_at: datetime
    reason: Any = Field(sa_column=Column(Encrypted("extension.reason"), nullable=False))


class CaseReach(Table, table=True):
    """Which units see a case: each unit that has to do with it (`own`), and all above. One scoped query stands on it."""

    __tablename__ = "case_reach"

    unit_id: int = Field(sa_column=Column(Integer, ForeignKey("unit.id"), primary_key=True))
    case_id: int = Field(sa_column=Column(Integer, ForeignKey("dispute.id"), primary_key=True, index=True))
    own: bool = False


class OpenCase(Table, table=True):
    """Open cases by holder and all units above it, in order of what is due: worklists stay flat as the archive grows."""

    __tablename__ = "open_case"
    __table_args__ = (Index("ix_open_case_worklist", "unit_id", "due_at", "case_id"),)

    unit_id: int = Field(sa_column=Column(Integer, ForeignKey("unit.id"), primary_key=True))
    case_id: int = Field(sa_column=Column(Integer, ForeignKey("dispute.id"), primary_key=True, index=True))
    due_at: datetime
    state: str


class StateCount(Table, table=True):
    """Open cases per unit (and all below it) and state, kept with each transition."""

    __tablename__ = "state_count"

    unit_id: int = Field(primary_key=True, foreign_key="unit.id")
    workflow: str = Field(primary_key=True)
    state: str = Field(primary_key=True)
    cases: int = 0


class SearchPiece(Table, table=True):
    """Keyed two-character pieces of names and titles: search without a word in clear."""

    __tablename__ = "search_piece"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 — SQLAlchemy's own form

    piece: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    case_id: int = Field(sa_column=Column(Integer, ForeignKey("dispute.id"), primary_key=True, index=True))


class PieceCount(Table, table=True):
    """How many cases hold a piece, so that a search starts from the rarest."""

    __tablename__ = "piece_count"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 — SQLAlchemy's own form

    piece: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    cases: int = 0


class IdempotencyKey(Table, table=True):
    """A request that creates something, kept with its answer: the same key again gets the same answer."""

    __tablename__ = "idempotency_key"
    __table_args__ = (UniqueConstraint("key", "actor", "route"),)

    id: int | None = Field(default=None, primary_key=True)
    key: str
    actor: str
    route: str
    body_sha256: str
    status: int
    answer: Any = Field(sa_column=Column(Encrypted("idempotency_key.answer"), nullable=False))
    recorded_at: datetime
