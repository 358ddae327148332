"""What a paper is printed from: everything that it says, frozen when it is prepared. A form sees nothing else.

Plain values only. Days are ISO dates, moments ISO date-times with offset; money is whole fen. An absent fact is None or
empty, never a made-up word: the form says what it still lacks.
"""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from mediation.documents.unit_sheets import CardSheet, LetterSheet, WeekSheet


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Agent(_Frozen):
    """Who acts for a party. `powers` are the ticks of form 6, as words."""

    kind: Literal["legal_representative", "guardian", "agent", "group_representative"]
    name: str
    post_or_relation: str = ""
    phone: str = ""
    powers: tuple[str, ...] = ()


class PartySheet(_Frozen):
    """A party as a paper names it. `key` is stable within the case and names its signature slot: `party-1` …"""

    key: str
    role: Literal["applicant", "respondent", "third"]
    kind: Literal["natural", "legal", "other"]
    name: str
    sex: str = ""
    ethnicity: str = ""
    age: int | None = None
    occupation: str = ""
    phone: str = ""
    address: str = ""
    id_number: str = ""
    agents: tuple[Agent, ...] = ()


class PersonSheet(_Frozen):
    """A mediator, recorder, registrar or participant. `key` names the signature slot."""

    key: str
    role: str
    name: str
    unit: str = ""


class CommitteeSheet(_Frozen):
    """The committee that issues the paper. `seal_text` runs round the seal; `sample` prints 示例 on seal and page."""

    name: str
    abbreviation: str
    seal_text: str
    phone: str = ""
    address: str = ""
    sample: bool = False


class CaseSheet(_Frozen):
    """The case as its papers name it. `former_numbers`: those that other committees gave it before. `accepted_by`: a committee."""

    number: str | None = None
    former_numbers: tuple[str, ...] = ()
    title: str = ""
    category: str = ""
    governance_category: str = ""
    source: str = ""
    source_code: str = Field(
        default="", description="of the source; of the one above where a site puts it under another"
    )
    source_group: str = Field(
        default="", description="heading of the returns: own_initiative, applied, referred"
    )
    received_on: date | None = None
    accepted_on: date | None = None
    accepted_by: str = ""
    place: str = ""
    narrative: str = ""
    claims: tuple[str, ...] = ()
    public: bool = False
    amount_fen: int | None = None


class SessionSheet(_Frozen):
    """One mediation session and its record."""

    ordinal: int
    held_from: datetime
    held_to: datetime | None = None
    place: str
    subject: str
    participants: tuple[PersonSheet, ...] = ()
    absent: tuple[str, ...] = ()
    body: tuple[str, ...]
    result: str


class InstalmentSheet(_Frozen):
    """One instalment of a payment."""

    ordinal: int
    amount_fen: int
    due: date


class ClauseSheet(_Frozen):
    """One numbered item of an agreement: the sentence, and the structure it came from."""

    ordinal: int
    text: str
    obligor: str
    obligee: str
    act: str
    amount_fen: int | None = None
    due: date | None = None
    manner: str = ""
    place: str = ""
    condition: str = ""
    breach: str = ""
    instalments: tuple[InstalmentSheet, ...] = ()
    with_table: str = Field(
        default="", description="the sentence where the instalments stand in a table below"
    )


class AgreementSheet(_Frozen):
    """The agreement. `copies` = parties + 1 (Art. 29 of the People's Mediation Law)."""

    written: bool
    facts: str
    matters: str
    responsibility: str = ""
    clauses: tuple[ClauseSheet, ...]
    manner: str
    place: str = ""
    time_limit: str
    concluded_on: date
    copies: int
    medium: Literal["tablet", "ink", "mixed", "oral"]
    kind: Literal["main", "supplementary", "renewed"] = "main"
    former_number: str = Field(
        default="", description="of the agreement that it adds to, or takes the place of"
    )
    settles: tuple[str, ...] = Field(default=(), description="the claims settled, if not all of them")
    rest: tuple[str, ...] = Field(default=(), description="the claims that stay open")


class NoticeSheet(_Frozen):
    """What a notice tells: why, since when, and the other routes that stay open (Art. 26)."""

    reason_code: str
    reason: str
    explanation: str = ""
    decided_on: date
    routes: tuple[str, ...] = ()
    claims: tuple[str, ...] = Field(
        default=(), description="the claims that it ends, if not the whole dispute"
    )
    binding: str = Field(default="", description="number of the agreement that stays in force")


class SuspensionSheet(_Frozen):
    """Why mediation rests, and till when it is expected to."""

    kind_code: Literal["appraisal", "consent"]
    kind: str
    asked_by: tuple[str, ...]
    evidence: str
    began_on: date
    expected_on: date


class SlipSheet(_Frozen):
    """One slip of the pen, put right."""

    field: str
    where: str
    wrong: str
    right: str


class CorrectionSheet(_Frozen):
    """Slips put right in a paper that is out; everything else in it stays as it is."""

    paper: str
    paper_number: str = ""
    paper_issued_on: date
    paper_issued_by: str = Field(default="", description="the committee")
    slips: tuple[SlipSheet, ...]
    reason: str
    decided_on: date


class VoidingSheet(_Frozen):
    """A paper that no longer counts, and on what that rests."""

    paper: str
    paper_number: str = ""
    paper_issued_on: date
    paper_issued_by: str = Field(default="", description="the committee")
    basis_code: Literal["not_in_force", "new_agreement", "court_decision"]
    basis: str
    court: str = ""
    court_number: str = ""
    court_decided_on: date | None = None
    reason: str
    decided_on: date


class VisitSheet(_Frozen):
    """A return visit."""

    visited_at: datetime
    visited: str
    visitor: str
    method: str
    subject: str
    agreement_number: str = ""
    performance: str
    satisfaction: str = ""
    remaining_risk: str = ""
    measures: str = ""
    body: str = ""


class PartSheet(_Frozen):
    """What one unit was given to do by a conference."""

    unit: str
    what: str
    due: date


class ConferenceSheet(_Frozen):
    """The minutes of a conference. The first of the attendees is not the chair: the chair is named apart."""

    ordinal: int
    held_from: datetime
    held_to: datetime | None = None
    place: str
    subject: str
    chair: PersonSheet
    lead: str
    leader: str = ""
    attendees: tuple[PersonSheet, ...]
    body: tuple[str, ...]
    decisions: tuple[str, ...]
    parts: tuple[PartSheet, ...] = ()


class RiskSheet(_Frozen):
    """An assessment of risk."""

    ordinal: int
    level: str
    factors: tuple[str, ...] = ()
    measures: str
    assessor: str
    assessed_on: date
    review_on: date | None = None
    reports: tuple[str, ...] = Field(
        default=(), description="reports to the police, each with its day (Art. 25)"
    )


class ChargeSheet(_Frozen):
    """Which leader is in charge of the case, and what the leader has to look after."""

    leader: str
    post: str
    unit: str
    holder: str
    co_handlers: tuple[str, ...] = ()
    risk: str
    duty: str = ""
    named_on: date


class SlotSheet(_Frozen):
    """One place for a signature, in the order of signing. The seal is always last.

    `name` is the PDF field's name (no name is the beginning of another: `party-01`, `mediator-01`, `recorder`, `seal`).
    """

    name: str
    role: Literal["party", "agent", "mediator", "recorder", "participant", "registrar", "visitor", "seal"]
    label: str
    person: str


class HeadSheet(_Frozen):
    """Where the trail stood when the paper was frozen: the case's event number and hash, the last periodic head's."""

    event_number: int
    event_hash: str
    head_number: int | None = None
    head_hash: str | None = None


class VerifySheet(_Frozen):
    """What the QR code holds. `address`: of the open pages, if the site has one that phones can reach."""

    document_id: str
    token: str
    root_fingerprint: str
    address: str | None = Field(default=None, exclude_if=lambda value: value is None)


class EvidenceSheet(_Frozen):
    """One piece of evidence on the list."""

    ordinal: int
    name: str
    kind: str
    giver: str
    given_on: date
    shows: str
    medium: Literal["original", "copy"]
    checked: bool = False
    sheets: int | None = None
    returned_on: date | None = None


class Snapshot(_Frozen):
    """All that one paper says. The parts that a form needs are declared in its form.yaml."""

    form: str
    number: str | None = None
    issued_on: date
    site_name: str
    sample: bool = False
    committee: CommitteeSheet
    case: CaseSheet
    parties: tuple[PartySheet, ...]
    addressee: PartySheet | None = None
    mediators: tuple[PersonSheet, ...] = ()
    recorder: PersonSheet | None = None
    registrar: PersonSheet | None = None
    session: SessionSheet | None = None
    agreement: AgreementSheet | None = None
    notice: NoticeSheet | None = None
    visit: VisitSheet | None = None
    suspension: SuspensionSheet | None = None
    correction: CorrectionSheet | None = None
    voiding: VoidingSheet | None = None
    conference: ConferenceSheet | None = None
    risk: RiskSheet | None = None
    charge: ChargeSheet | None = None
    letter: LetterSheet | None = None
    card: CardSheet | None = None
    week: WeekSheet | None = None
    evidence: tuple[EvidenceSheet, ...] = ()
    slots: tuple[SlotSheet, ...] = ()
    head: HeadSheet
    verify: VerifySheet
    remarks: tuple[str, ...] = Field(default=(), description="用字说明 and the like")
