"""What guards look at: a case as plain facts. Codes, counts and days; no name, no narrative, no database.

What an act brings stands in `Facts.act`, as codes. The keys that guards read, each absent where an act has no use for it:

| key | value | acts |
|---|---|---|
| reason | code of a list of reasons; text "" if none is given | dispatch … terminate, all that need a reason |
| target | code of the unit that is asked to take the case | dispatch, rule |
| insists | true: that unit has declined it already, in the question that is open | dispatch |
| precedent | number of the ruling that gives such matters to another unit than the one named | dispatch |
| precedent_unit | name of the unit to which that ruling gives them | dispatch |
| line | code of a line of the responsibility list | decline, rule |
| list | version of the list in force, 0 if the site has none | decline, rule |
| line_is_known | true: the list in force has that line | decline, rule |
| own_line | code of the line by which the unit that declines leads in the matter here; "" if there is none | decline |
| within_reach | true: the unit named is the one that rules, or lies below it, and can acknowledge | rule |
| line_names_it | true: by the line cited the unit named leads in the matter | rule |
| interpreted | true: how the list is to be read is written down | rule |
| sued_elsewhere | "", "court", "administrative", "arbitration": who has taken the matter already | accept |
| public | true: this session is held in public | record_session |
| override_reason | true: a reason is on record for signing a personal-status matter electronically | conclude_written |
| override_reason | true: a reason for mediating what the site's rule holds unfit | accept, take |
| participants | ordinals of the helpers who take part | record_session |
| asked_by | ordinals of the parties that ask | extend, withdraw, suspend, remediate, supplement, apply_confirmation |
| slot | name of a signature slot | sign |
| identity_check | code of how the signer was identified | sign |
| agrees | true: the signer has read the paper and agrees to it and to this way of signing | sign |
| agent_lacks | what the agent who acts for a party lacks: code of a power, "term", or "" | sign, refuse, withdraw, record_consent, apply_confirmation |
| no_report_reason | true: a reason for not reporting to the police is given | close |
| refuser | ordinal of the party that refuses | refuse |
| routes | codes of the other routes told to the parties | terminate, decline_acceptance, refuse, withdraw, record_breach |
| suspension | appraisal or consent: what the pause is for | suspend |
| settles | ordinals of the claims that a partial agreement settles | conclude_written, conclude_oral |
| paper_state | how the paper stands that the act is about: frozen, signing, complete | correct, void_paper |
| slip_fields | codes of what is corrected | correct |
| slips_of_substance | which corrections, counted from 1, would change what is owed, or put another in a party's place | correct |
| slips_together | which corrections would do so beside the others of the paper, earlier ones included, though none alone | correct |
| voiding | not_in_force, new_agreement, court_decision: on what a voiding rests | void_paper |
| agreement_state | how the agreement stands that the paper writes down; "" for another paper | void_paper |
| replaced | true: a later agreement of all parties, in force, has taken its place | void_paper |
| task | ordinal of the task that the act is about; absent: the turn, where the act allows it | all that act on a task |
| approval | name of an approval of the definition | ask_approval, add_signer, remove_signer, take_back |
| to | name of an earlier state to go back to | reject |
| urged_today | true: the actor has urged this task today | urge |
| main | open, concluded, ended: how the case stands into which this one is merged | merge_into |
| main_in_hand | true: the actor handles that case too | merge_into |
| main_personal_status | true: that case is a personal-status matter | merge_into |
| main_refusers | ordinals of the parties of that case that refuse | merge_into |
| one_sided | own, new: which of the two cases would lack an applicant or a respondent | split |
| clashes | moments of the appointments at the same time; none if a reason is given | arrange |
| confirmation_state | "", applied, confirmed, dismissed: how the application to confirm the agreement stands | apply_confirmation, record_confirmation |
| confirmation_time | the last day for the application, in words, if it is over; "" otherwise | apply_confirmation |
| confirmation_result | confirmed or dismissed | record_confirmation |
| off_route | true: the site's rules of routing, or a ruling that goes before them, suggest that another unit handles the case | keep, dispatch |
| overruled_because | true: a reason for not following them is given | keep, dispatch |
| asker_alone | true: the round would be agreed by the word of who asked for it only, before a hand-over or since | approve, remove_signer |
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

HIGH_RISK = "high"
SuedElsewhere = Literal["", "court", "administrative", "arbitration"]


@dataclass(frozen=True, slots=True)
class PartyFacts:
    """A party. `label` is what refusals call it (被申请人2), never its name; a minor needs a guardian.

    `role`: applicant, respondent or third. `representatives`: whom this party, or the group that it is, has chosen, each
    by a word of its own within the case: parties that chose the same person name the same word.
    """

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
    representatives: tuple[str, ...] = ()
    label: str = ""


@dataclass(frozen=True, slots=True)
class MediatorFacts:
    """A mediator or recorder on the case now. `person` is the code of a person, `role` presiding, mediator or recorder.

    `name`: what a reader is told instead of the code, where it is known.
    `in_office`: the term of the post runs. `on_roster`: today member of, or appointed by, a committee that may mediate here.
    """

    person: str
    role: str = "presiding"
    in_office: bool = True
    on_roster: bool = True
    conflict: str | None = None
    kept_by_both: bool = False
    objected_by: int | None = None
    name: str = ""

    @property
    def called(self) -> str:
        """The person as a sentence names them."""
        return self.name or self.person


@dataclass(frozen=True, slots=True)
class ParticipantFacts:
    """Someone invited to help; `consented_by` are the ordinals of the parties that agreed."""

    ordinal: int
    consented_by: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ClauseFacts:
    """A clause of the agreement. `lacks` names what the law wants and the clause does not say.

    Codes for it: obligor, obligee, what, amount, due_on, manner, place; any other word is shown as it is.
    """

    ordinal: int
    lacks: tuple[str, ...] = ()
    due_on: date | None = None
    performed: bool = False
    breached: bool = False
    open_instalments: tuple[int, ...] = field(
        default=(), metadata={"about": "instalments neither performed nor recorded as not performed"}
    )


@dataclass(frozen=True, slots=True)
class SlotFacts:
    """A signature slot of the agreement's paper. `role`: party, mediator, recorder or seal."""

    name: str
    role: str
    label: str
    signed: bool = False


@dataclass(frozen=True, slots=True)
class AgreementFacts:
    """The latest agreement of the case. `medium`: tablet, ink, mixed or oral. `adds_to_void`: the ordinal of the agreement that it
    supplements, where that is no longer in force; else 0.
    """

    written: bool = True
    medium: str = "tablet"
    state: str = "draft"
    clauses: tuple[ClauseFacts, ...] = ()
    slots: tuple[SlotFacts, ...] = ()
    frozen: bool = False
    scan_attached: bool = False
    adds_to_void: int = 0


TaskKind = Literal["turn", "approval", "part", "opinion", "promise", "instruction", "call", "copy"]
RoundState = Literal["none", "open", "agreed", "rejected", "taken_back", "lapsed"]


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """The task that an act is about, as its actor sees it.

    `waiting`: its place in a round has not come, it is the turn of those in `turn_of`, by name. `mine`: the actor's own, or the actor's unit's where it is no one person's.
    `asked_by_me`: the actor asked for it. `delegated`: lent to its assignee, who gives it back by answering.
    `approval`, `round`: the approval that it belongs to, and how that round stands; "" and none if it belongs to none.
    """

    ordinal: int = 1
    kind: TaskKind = "turn"
    open: bool = True
    waiting: bool = False
    turn_of: tuple[str, ...] = ()
    mine: bool = False
    asked_by_me: bool = False
    delegated: bool = False
    approval: str = ""
    round: RoundState = "none"


@dataclass(frozen=True, slots=True)
class ApprovalFacts:
    """How an approval of the definition stands: its latest round, and the facts that have changed since it was agreed or asked.

    `asked_by_me`: the actor asked for the round. `mine`: the actor has an open task in it.
    """

    state: RoundState = "none"
    changed: tuple[str, ...] = ()
    asked_by_me: bool = False
    mine: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """A case at the moment of an act, the act's own content included. `act` holds what the act says, as codes.

    `holder` is the code of the holding unit; `outcome` one of the published outcomes, `open` while none is reached.
    `has_target`, `has_sender`: a unit is asked to take the case, a unit handed it over. `sent_back`: how often the unit
    that is asked now has sent it back. `limit_missed`: the limit for mediating is over. `papers_owed`: forms still to be
    issued. `paper_lacks`, `volume_lacks`: what the agreement's paper and the bound volume still lack, as words.
    `notice_told_to_all`: every notice owed has reached every party; true as well when none is owed. `police_reports`: how
    often a case of high risk was reported to the police; `no_report_explained`: or the reason why not is on record.
    `task`: the task that the act names, or the turn where it names none. `approvals`: name → how it stands; absent names have
    never been asked for. `visited`: the states of the present definition that the case has been in, the present one
    included. `conferences`: how many were held and recorded. `declines`, `hops`: how often units have declined the case, and
    been asked to take it, since a unit last took or kept it. `superior`: name of the unit that rules if it is declined
    once more. `ruled`: number of the ruling by which the unit asked has to take it; `precedent`: of one that gives such
    matters to that unit.
    """

    trigger: str = ""
    state: str = ""
    today: date = date(2026, 1, 1)
    category: str = "99"
    governance_category: str = "99"
    source: str = ""
    holder: str = ""
    tier: str | None = None
    risk: str = "low"
    public: bool = False
    accepted: bool = False
    parties: tuple[PartyFacts, ...] = ()
    mediators: tuple[MediatorFacts, ...] = ()
    participants: tuple[ParticipantFacts, ...] = ()
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
    police_reports: int = 0
    no_report_explained: bool = False
    conferences: int = 0
    leader_named: bool = False
    risk_assessed: bool = False
    open_parts: int = field(
        default=0, metadata={"about": "parts given to co-handling units, not answered yet"}
    )
    route: str = field(
        default="people", metadata={"about": "people, administrative or judicial mediation leads"}
    )
    oral_refused_because: tuple[str, ...] = field(
        default=(), metadata={"about": "why it must be written: codes of guards/agreement.py"}
    )
    personal_status_matter: bool = False
    not_for_mediation: bool = False
    claims: int = field(default=0, metadata={"about": "how many claims the dispute has"})
    in_force: bool = field(default=False, metadata={"about": "an agreement binds the parties now"})
    other_clauses: tuple[ClauseFacts, ...] = field(
        default=(), metadata={"about": "clauses of the agreements in force beside `agreement`"}
    )
    annulled: bool = field(default=False, metadata={"about": "a court has set an agreement aside"})
    dismissed: bool = field(
        default=False, metadata={"about": "a court has dismissed the application to confirm the agreement"}
    )
    undelivered: tuple[str, ...] = field(
        default=(), metadata={"about": "forms of corrections and voidings not told to every party"}
    )
    task: TaskFacts | None = None
    approvals: Mapping[str, ApprovalFacts] = field(default_factory=dict)
    visited: tuple[str, ...] = ()
    declines: int = 0
    hops: int = 0
    asked_from_below: bool = field(
        default=False, metadata={"about": "the unit asked lies above the holder: the case was escalated"}
    )
    superior: str = ""
    ruled: str = ""
    precedent: str = ""
    suspended: bool = False
    repeats: int = field(default=0, metadata={"about": "how many other disputes this one is said to repeat"})
    act: Mapping[str, object] = field(default_factory=dict)

    def word(self, key: str) -> str:
        """A code of the act, trimmed; empty if absent or not text."""
        value = self.act.get(key)
        return value.strip() if isinstance(value, str) else ""

    def is_so(self, key: str) -> bool:
        """Whether the act says plainly true."""
        return self.act.get(key) is True

    def words(self, key: str) -> tuple[str, ...]:
        """The codes that the act lists; empty ones and what is no text left out."""
        value = self.act.get(key)
        if not isinstance(value, list | tuple):
            return ()
        return tuple(item.strip() for item in value if isinstance(item, str) and item.strip())

    def ordinals(self, key: str) -> tuple[int, ...]:
        """The ordinals that the act lists."""
        value = self.act.get(key)
        if not isinstance(value, list | tuple):
            return ()
        return tuple(item for item in value if isinstance(item, int) and not isinstance(item, bool))

    def says(self, *keys: str) -> bool:
        """Whether the act brings any of these keys at all."""
        return any(self.act.get(key) not in (None, "", (), []) for key in keys)

    def party(self, ordinal: object) -> PartyFacts | None:
        """The party of this ordinal; none for what is no whole number."""
        if not isinstance(ordinal, int) or isinstance(ordinal, bool):
            return None
        return next((one for one in self.parties if one.ordinal == ordinal), None)


@dataclass(frozen=True, slots=True)
class ActorFacts:
    """Who acts: `posts` are the kinds that the actor's post counts as, `relations` what the actor is to the case.

    `after`: who has to sign first, by name, where the actor's own place in a round has not come. `absent`: mediators of the
    case, by name, who are on leave and whose deputy the actor is: that makes nobody a mediator.
    """

    label: str
    posts: frozenset[str]
    relations: frozenset[str]
    after: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
