"""What guards look at: a case as plain facts. Codes, counts and days; no name, no narrative, no database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class PartyFacts:
    """A party. `powers` are those of its agent for the act at hand; a minor needs a guardian."""

    ordinal: int
    role: str = "applicant"
    kind: str = "natural"
    consented: bool = False
    refused: bool = False
    rights_told: bool = False
    electronic_agreed: bool = False
    objects_to_public: bool = False
    minor: bool = False
    has_guardian: bool = False
    representatives: int = 0
    label: str = ""


@dataclass(frozen=True, slots=True)
class MediatorFacts:
    """A mediator or recorder on the case now."""

    person: str
    role: str = "presiding"
    in_office: bool = True
    conflict: str | None = None
    kept_by_both: bool = False
    objected_by: int | None = None


@dataclass(frozen=True, slots=True)
class ClauseFacts:
    """A clause of the agreement. `lacks` names what the law wants and the clause does not say."""

    ordinal: int
    lacks: tuple[str, ...] = ()
    due_on: date | None = None
    performed: bool = False
    breached: bool = False


@dataclass(frozen=True, slots=True)
class SlotFacts:
    """A signature slot of the agreement's paper."""

    name: str
    role: str
    label: str
    signed: bool = False


@dataclass(frozen=True, slots=True)
class AgreementFacts:
    """The latest agreement of the case."""

    written: bool = True
    medium: str = "tablet"
    state: str = "draft"
    clauses: tuple[ClauseFacts, ...] = ()
    slots: tuple[SlotFacts, ...] = ()
    frozen: bool = False
    scan_attached: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """A case at the moment of an act, the act's own content included. `act` holds what the act says, as codes."""

    trigger: str = ""
    state: str = ""
    today: date = date(2026, 1, 1)
    category: str = "99"
    governance_category: str = "99"
    tier: str | None = None
    risk: str = "low"
    public: bool = False
    accepted: bool = False
    parties: tuple[PartyFacts, ...] = ()
    mediators: tuple[MediatorFacts, ...] = ()
    sessions: int = 0
    last_result: str | None = None
    agreement: AgreementFacts | None = None
    outcome: str = "open"
    limit_missed: bool = False
    at_top: bool = False
    has_target: bool = False
    has_sender: bool = False
    sent_back: int = 0
    papers_owed: tuple[str, ...] = ()
    paper_lacks: tuple[str, ...] = ()
    volume_lacks: tuple[str, ...] = ()
    notice_told_to_all: bool = False
    visits: int = 0
    oral_refused_because: tuple[str, ...] = field(default=(), metadata={"about": "why the agreement must be written"})
    personal_status_matter: bool = False
    not_for_mediation: bool = False
    act: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ActorFacts:
    """Who acts: `posts` are the kinds that the actor's post counts as, `relations` what the actor is to the case."""

    label: str
    posts: frozenset[str]
    relations: frozenset[str]
