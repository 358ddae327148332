"""What the tests of the engine stand on: one case in which nothing is in the way, and short ways to ask a guard."""

from dataclasses import replace

from mediation.errors import Reason
from mediation.workflow.facts import (
    ActorFacts,
    AgreementFacts,
    ClauseFacts,
    Facts,
    MediatorFacts,
    PartyFacts,
    SlotFacts,
    TaskFacts,
)
from mediation.workflow.guards import GUARDS
from mediation.workflow.guards.registry import Rules
from mediation.workflow.loader import load_definitions
from mediation.workflow.vocabulary import STANDARD

APPLICANT = PartyFacts(
    1, "applicant", consented=True, rights_told=True, electronic_agreed=True, label="申请人"
)
RESPONDENT = PartyFacts(
    2, "respondent", consented=True, rights_told=True, electronic_agreed=True, label="被申请人"
)
SLOTS = (
    SlotFacts("party-1", "party", "申请人", signed=True),
    SlotFacts("party-2", "party", "被申请人", signed=True),
    SlotFacts("mediator-1", "mediator", "调解员", signed=True),
    SlotFacts("recorder-1", "recorder", "记录人", signed=True),
    SlotFacts("seal", "seal", "印章"),
)
AGREEMENT = AgreementFacts(clauses=(ClauseFacts(1, performed=True),), slots=SLOTS, frozen=True)
CASE = Facts(
    holder="village-1",
    source="applied",
    accepted=True,
    parties=(APPLICANT, RESPONDENT),
    mediators=(MediatorFacts("m1"), MediatorFacts("m2", role="recorder")),
    sessions=1,
    last_result="agreed",
    agreement=AGREEMENT,
    outcome="agreed_written",
    notice_told_to_all=True,
    visits=1,
)
MEDIATOR = ActorFacts("调解员甲", frozenset({"mediator"}), frozenset({"holder", "mediator"}))
EVERYBODY = ActorFacts(
    "甲",
    frozenset(STANDARD.posts),
    frozenset(STANDARD.relations),
)


def case(**changes: object) -> Facts:
    """The case with changes."""
    return replace(CASE, **changes)


def with_parties(*, second: dict[str, object]) -> Facts:
    """The case with changes to the respondent."""
    return case(parties=(APPLICANT, replace(RESPONDENT, **second)))


def with_agreement(**changes: object) -> Facts:
    return case(agreement=replace(AGREEMENT, **changes))


def acting(**act: object) -> Facts:
    """The case with an act that says these things."""
    return case(act=act)


def tasked(*, act: dict[str, object] | None = None, **task: object) -> Facts:
    """The case in mediation, with an act about a task of the actor's own."""
    kind = {"ordinal": 3, "kind": "opinion", "mine": True, **task}
    return case(state="mediating", task=TaskFacts(**kind), act={"task": 3} if act is None else act)


def under(trigger: str, workflow: str = "ordinary", version: int = 0, **edge: object) -> Rules:
    """The rules of a flow, its newest version if none is named, on the trigger's first edge with changes."""
    known = load_definitions()
    definition = known.get(workflow, version) if version else known.newest(workflow)
    first = next(one for one in definition.edges if one.trigger == trigger)
    return Rules(definition, first.model_copy(update=edge), STANDARD.facts)


def sentences(guard: str, facts: Facts, rules: Rules | None = None) -> list[str]:
    """What a guard says; nothing if it passes."""
    reasons = _reasons(guard, facts, rules)
    assert {reason.guard for reason in reasons} <= {guard}
    assert all(reason.article and reason.next_step for reason in reasons)
    return [reason.message for reason in reasons]


def next_steps(guard: str, facts: Facts, rules: Rules | None = None) -> list[str]:
    """What a guard says to do instead, each once."""
    return list(dict.fromkeys(reason.next_step for reason in _reasons(guard, facts, rules)))


def _reasons(guard: str, facts: Facts, rules: Rules | None) -> list[Reason]:
    judging = GUARDS[guard] if rules is None else GUARDS[guard].under(rules)
    return judging.reasons(facts)
