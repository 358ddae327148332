"""A case's rows as plain facts for the guards."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from mediation.cases import queries, seals
from mediation.cases.aftercare import queries as aftercare
from mediation.cases.aftercare import subjects
from mediation.cases.escalation import level_above
from mediation.cases.hall import Hall
from mediation.cases.models import Agreement, CaseMediator, Clause, Dispute, Notice, Party, PartyAgent
from mediation.cases.notices import untold
from mediation.cases.ownership import standing as ownership
from mediation.cases.parties import speakers_of
from mediation.cases.performance import queries as performance
from mediation.cases.performance.models import Instalment
from mediation.cases.tasks import queries as task_queries
from mediation.cases.tasks import standing
from mediation.documents.models import Document
from mediation.language import _, joined, recording
from mediation.people.models import Person, Post
from mediation.units import queries as unit_queries
from mediation.units.tree import is_within
from mediation.workflow.facts import (
    HIGH_RISK,
    ActorFacts,
    AgreementFacts,
    ClauseFacts,
    Facts,
    MediatorFacts,
    ParticipantFacts,
    PartyFacts,
    SlotFacts,
)

ROLES = {"applicant": "申请人", "respondent": "被申请人", "third": "第三人"}
_WRITTEN_BY_LAW = {"0901": "land_contract", "0502": "medical"}
_NO_MORE = frozenset({"void", "replaced"})
_PERSONAL_STATUS = ("0101", "0102", "0103", "0199")


@dataclass(frozen=True, slots=True)
class Outline:
    """What there is of a case, by number, and who mediates it: read first, and once for all that asks for it."""

    tally: queries.Tally
    mediators: Sequence[tuple[CaseMediator, Person, Post]]


def outline(hall: Hall, case: Dispute) -> Outline:
    """Count what has been written of the case; read who mediates it."""
    assert case.id is not None
    tally = queries.tally(hall.session, case.id)
    return Outline(tally, queries.mediators(hall.session, case.id) if tally.mediators else ())


def actor_facts(hall: Hall, case: Dispute, known: Outline | None = None) -> ActorFacts:
    """What the actor is to the case; `known` if it has been read already."""
    actor = hall.actor
    relations = {"any"}
    committee = seals.competent_for(hall, case)
    if committee is not None and seals.is_in_hands(hall, committee):
        relations.add("committee")
    relations |= {name for name, unit in _units(case).items() if unit == actor.unit_id}
    if case.first_receiver_id == actor.post_id:
        relations.add("receiver")
        if case.first_receiver_released_at is None:
            relations.add("first_receiver")
    assert case.id is not None
    known = known or outline(hall, case)
    if any(person.id == actor.person_id for _m, person, _p in known.mediators):
        relations.add("mediator")
    if case.leader_id is not None and case.leader_id == actor.person_id:
        relations.add("leader")
    if hall.office.engine(case.workflow, case.workflow_version).definition.tasks:
        relations |= task_queries.relations_by_tasks(hall.session, case.id, actor)
        helping = queries.co_handlers(hall.session, case.id) if known.tally.co_handlers else ()
        if any(row.unit_id == actor.unit_id for row in helping):
            relations.add("co_handler")
    after = standing.in_turn(hall, case) if "later" in relations and "assignee" not in relations else ()
    absent = tuple(person.name for _m, person, _p in known.mediators if person.id in actor.deputizes_for)
    return ActorFacts(actor.label, frozenset(actor.counts_as), frozenset(relations), after, absent)


@recording()
def read_facts(hall: Hall, case: Dispute, trigger: str, known: Outline | None = None) -> Facts:
    """The facts of the case as they stand; what the act brings comes on top."""
    session = hall.session
    assert case.id is not None
    known = known or outline(hall, case)
    tally, mediators = known.tally, known.mediators
    parties = queries.party_lines(session, case.id)
    agents = queries.agents(session, case.id) if tally.agents else []
    results = queries.session_results(session, case.id, case.remediated) if tally.sessions else []
    agreements = queries.agreements(session, case.id) if tally.agreements else []
    binding = [row for row in agreements if row.state == "in_force"] if case.outcome != "open" else []
    agreement = next((row for row in reversed(agreements) if row.state not in _NO_MORE), None)
    clauses = queries.clauses(session, agreement.id or 0) if agreement else []
    notices = queries.notices(session, case.id) if tally.notices else []
    aftermath = aftercare.aftermath(session, case) if tally.aftermath else aftercare.Aftermath()
    owed = _wanted(hall, case, agreements, notices, aftermath)
    rosters = on_rosters(hall, case, [row.person_id for row, _person, _post in mediators])
    definition = hall.office.engine(case.workflow, case.workflow_version).definition
    return Facts(
        trigger=trigger,
        state=case.state,
        today=hall.today,
        source=case.source,
        holder=hall.tree.unit(case.holder_id).code,
        category=case.category,
        governance_category=case.governance_category,
        tier=case.tier,
        risk=case.risk,
        public=case.public,
        accepted=case.accepted_at is not None,
        parties=tuple(party_facts(party, agents, hall.today) for party in parties),
        mediators=tuple(mediator_facts(hall, row, person, post, rosters) for row, person, post in mediators),
        participants=tuple(
            ParticipantFacts(at, tuple(row.consented_by))
            for at, row in enumerate(queries.participants(session, case.id), start=1)
        )
        if trigger == "record_session"
        else (),
        sessions=len(results),
        last_result=results[-1] if results else None,
        agreement=_agreement_facts(hall, agreement, clauses) if agreement else None,
        outcome=case.outcome,
        limit_missed=_limit_missed(hall, tally),
        at_top=level_above(hall, case) is None,
        has_target=case.target_id is not None,
        has_sender=case.sender_id is not None,
        sent_back=case.sent_back,
        **asdict(ownership.standing(hall, case, definition, trigger)),
        papers_owed=tuple(form for form, _subject in owed),
        volume_lacks=volume_lacks(hall, case) if trigger == "archive" else (),
        notice_told_to_all=all(str(party.ordinal) in notice.told for notice in notices for party in parties),
        undelivered=untold(aftermath, parties),
        claims=len(case.claims),
        in_force=bool(binding),
        suspended=case.suspended_at is not None,
        repeats=tally.repeats,
        other_clauses=tuple(
            clause
            for other in binding
            if agreement is not None and other.ordinal != agreement.ordinal
            for clause in _clauses_in_force(hall, queries.clauses(session, other.id or 0))
        ),
        annulled=any(row.basis == "court_decision" for row in aftermath.voidings),
        dismissed=bool(binding) and performance.is_dismissed(session, case.id),
        visits=tally.visits,
        police_reports=tally.police_reports if case.risk == HIGH_RISK else 0,
        no_report_explained=case.unreported_because is not None,
        conferences=tally.conferences,
        leader_named=case.leader_id is not None,
        risk_assessed=tally.risks > 0,
        open_parts=tally.open_parts,
        route=case.route,
        oral_refused_because=why_written(hall, case, clauses) if agreement else (),
        personal_status_matter=case.governance_category in _PERSONAL_STATUS or case.category == "01",
        not_for_mediation=wants_a_reason_to_be_mediated(hall, case),
        approvals=standing.approval_facts(hall, case, definition, trigger),
        visited=standing.visited(hall, case, definition, trigger),
    )


def party_facts(party: Party | queries.PartyLine, agents: list[PartyAgent], today: date) -> PartyFacts:
    """One party with those who act for it."""
    own = [agent for agent in agents if agent.party_id == party.id]
    speakers = speakers_of(agents)
    return PartyFacts(
        ordinal=party.ordinal,
        role=party.role,
        kind=party.kind,
        consented=party.consented_at is not None,
        refused=party.refused_at is not None,
        rights_told=party.rights_told_at is not None,
        electronic_agreed=party.electronic_agreed_at is not None,
        objects_to_public=party.objects_to_public,
        minor=party.minor,
        has_guardian=any(agent.kind == "guardian" and _in_term(agent, today) for agent in own),
        representatives=tuple(
            speakers[agent.id or 0] for agent in own if agent.kind == "group_representative"
        ),
        label=party_label(party),
    )


@recording()
def party_label(party: Party | queries.PartyLine) -> str:
    """How a party is called without its name."""
    return _("{role}（{n}）").format(role=_(ROLES.get(party.role, "当事人")), n=party.ordinal)


def on_rosters(hall: Hall, case: Dispute, people: Collection[int]) -> set[int]:
    """Those of the people who are members of, or appointed by, a committee that may mediate the case (Art. 13, 19)."""
    rosters = unit_queries.rosters_of(hall.session, people, hall.today)
    holder, tree = case.holder_id, hall.tree
    return {person for person, seat in rosters if tree.may_mediate_at(holder, seat.unit, seat.kind)}


def mediator_facts(
    hall: Hall, row: CaseMediator, person: Person, post: Post, rosters: Collection[int]
) -> MediatorFacts:
    """One mediator or recorder on the case, and whether post and appointment run."""
    return MediatorFacts(
        person=person.code,
        role=row.role,
        in_office=is_within(hall.today, post.valid_from, post.valid_to),
        on_roster=row.person_id in rosters,
        conflict=row.conflict,
        kept_by_both=row.kept_by_both,
        objected_by=row.objected_by,
        name=str(person.name),
    )


def clause_facts(clause: Clause, instalments: Sequence[Instalment] = ()) -> ClauseFacts:
    """One clause, and what the law wants in it and it does not say (Art. 29; 民诉法解释 Art. 358: unclear content)."""
    terms = clause.terms
    lacks = []
    if clause.act == "pay" and not clause.amount_fen:
        lacks.append("amount")
    if clause.act != "pay" and not terms.get("what"):
        lacks.append("what")
    if clause.due_on is None and not terms.get("at_once") and clause.act != "refrain":
        lacks.append("due_on")
    if clause.act == "pay" and not terms.get("manner") and not terms.get("at_once"):
        lacks.append("manner")
    if clause.obligor == clause.obligee:
        lacks.append("obligee")
    return ClauseFacts(
        ordinal=clause.ordinal,
        lacks=tuple(lacks),
        due_on=clause.due_on,
        performed=clause.performed_on is not None,
        breached=clause.breached_on is not None,
        open_instalments=tuple(
            row.ordinal for row in instalments if row.performed_on is None and row.breached_on is None
        ),
    )


def _clauses_in_force(hall: Hall, clauses: Sequence[Clause]) -> tuple[ClauseFacts, ...]:
    """The clauses of an agreement, with what is open of their instalments."""
    return tuple(
        clause_facts(
            row,
            performance.instalments(hall.session, row.id or 0) if row.terms.get("instalments") else (),
        )
        for row in clauses
    )


def papers_owed(hall: Hall, case: Dispute) -> tuple[str, ...]:
    """Forms that the case must issue now and has not: the agreement's or the notice's paper, complete with its seal."""
    return tuple(form for form, _subject in papers_wanted(hall, case))


@recording()
def papers_wanted(hall: Hall, case: Dispute) -> list[tuple[str, str]]:
    """The same with the subject of each. An agreement in signing wants its paper, one in force wants it complete."""
    assert case.id is not None
    agreements = queries.agreements(hall.session, case.id)
    notices = queries.notices(hall.session, case.id)
    return _wanted(hall, case, agreements, notices, aftercare.aftermath(hall.session, case))


def _wanted(
    hall: Hall,
    case: Dispute,
    agreements: Sequence[Agreement],
    notices: list[Notice],
    aftermath: aftercare.Aftermath,
) -> list[tuple[str, str]]:
    assert case.id is not None
    signed = [row for row in agreements if row.state in {"signing", "in_force"}]
    told = [(f"{notice.kind}_notice", subjects.of_notice(notices, notice)) for notice in notices]
    told += [
        (f"{word}_notice", f"{word}-{row.ordinal}")
        for word, rows in (
            ("suspension", aftermath.suspensions),
            ("correction", aftermath.corrections),
            ("voiding", aftermath.voidings),
        )
        for row in rows
    ]
    if not signed and not told:
        return []
    states = queries.paper_states(hall.session, case.id)
    wanted: list[tuple[str, str]] = []
    for agreement in signed:
        paper = ("agreement" if agreement.written else "oral_agreement", f"agreement-{agreement.ordinal}")
        if paper not in states or (agreement.state == "in_force" and states[paper] != "complete"):
            wanted.append(paper)
    return wanted + [paper for paper in told if states.get(paper) != "complete"]


def _is_done(paper: Document) -> bool:
    return paper.state == "complete"


def _in_term(agent: PartyAgent, today: date) -> bool:
    return agent.valid_to is None or today <= agent.valid_to


def _units(case: Dispute) -> dict[str, int | None]:
    return {
        "holder": case.holder_id,
        "target": case.target_id,
        "sender": case.sender_id,
        "arbiter": case.arbiter_id,
    }


def _agreement_facts(hall: Hall, agreement: Agreement, clauses: Sequence[Clause]) -> AgreementFacts:
    session = hall.session
    assert agreement.id is not None
    paper = queries.document(session, agreement.case_id, "agreement", f"agreement-{agreement.ordinal}")
    slots = queries.slots(session, paper.id) if paper and paper.id else []
    labels = (
        {slot["name"]: joined([_(slot["label"]), slot["person"]], " ") for slot in paper.snapshot["slots"]}
        if paper
        else {}
    )
    scan = paper is not None and queries.has_scan(session, agreement.case_id, paper.id or 0)
    return AgreementFacts(
        written=agreement.written,
        medium=agreement.medium,
        state=agreement.state,
        clauses=_clauses_in_force(hall, clauses),
        slots=tuple(
            SlotFacts(slot.name, slot.role, labels.get(slot.name, slot.name), slot.signed_at is not None)
            for slot in slots
        ),
        frozen=paper is not None,
        scan_attached=scan,
        adds_to_void=_void_base(hall, agreement),
    )


def _void_base(hall: Hall, agreement: Agreement) -> int:
    """The ordinal of what a supplement adds to, directly or through other supplements, if that does not bind any more."""
    of_case = {one.ordinal: one for one in queries.agreements(hall.session, agreement.case_id)}
    while agreement.kind == "supplementary" and agreement.supplements is not None:
        agreement = of_case[agreement.supplements]
        if agreement.state != "in_force":
            return agreement.ordinal
    return 0


def _limit_missed(hall: Hall, tally: queries.Tally) -> bool:
    """Whether the law's time for mediating has run out, whether or not the clock's own work has been done yet."""
    if tally.limit_state is None or tally.limit_due is None:
        return False
    return tally.limit_state == "missed" or (tally.limit_state == "running" and tally.limit_due <= hall.now)


def why_written(hall: Hall, case: Dispute, clauses: Sequence[Clause]) -> tuple[str, ...]:
    """Why an agreement of these clauses may not be oral, by law and by the site's rule: codes of workflow/guards/agreement.py."""
    rules = hall.office.rules
    why = [code for category, code in _WRITTEN_BY_LAW.items() if case.governance_category == category]
    if rules.written_unless_at_once and any(
        clause.due_on and clause.due_on > hall.today for clause in clauses
    ):
        why.append("not_performed_at_once")
    amount = sum(clause.amount_fen or 0 for clause in clauses)
    if rules.written_over_fen is not None and amount > rules.written_over_fen:
        why.append("over_amount")
    if case.tier in rules.written_tiers:
        why.append("major_or_complex")
    return tuple(why)


@recording()
def volume_lacks(hall: Hall, case: Dispute, *, signed_elsewhere: bool = False) -> tuple[str, ...]:
    """Required papers of the volume that are not there, or that nobody has signed: 3, 4, 9, 10 (or 11, 16, 17).

    `signed_elsewhere`: the originals signed by hand are kept in a volume of paper, whose place is on record.
    """
    session = hall.session
    assert case.id is not None
    lacks = [hall.office.form(form).title for form in papers_owed(hall, case)]
    if case.accepted_at is None:
        return tuple(lacks)
    documents = [row for row in queries.documents(session, case.id) if row.state != "void"]
    present = {(row.form, row.subject) for row in documents} | {(row.form, "") for row in documents}
    signed = {(row.form, subject) for row in documents if _is_done(row) for subject in (row.subject, "")}
    wanted: list[tuple[str, str, str]] = []
    if not hall.office.is_short_way(case.workflow, case.workflow_version):
        wanted.append(("acceptance_register", "", ""))
        wanted += [
            ("rights_notice", f"party-{party.ordinal}", party_label(party))
            for party in queries.parties(session, case.id)
        ]
    if case.outcome == "agreed_written":
        wanted += [
            ("mediation_record", f"session-{talk.ordinal}", _("第{n}次").format(n=talk.ordinal))
            for talk in queries.sessions(session, case.id)
        ]
    for form, subject, label in wanted:
        title: str = hall.office.form(form).title
        title = _("{title}（{label}）").format(title=title, label=label) if label else title
        if (form, subject) not in present:
            lacks.append(title)
        elif (form, subject) not in signed and not signed_elsewhere:
            lacks.append(_("{title}的签名").format(title=title))
    return tuple(lacks)


def wants_a_reason_to_be_mediated(hall: Hall, case: Dispute) -> bool:
    """Does the site hold matters like this unfit for mediation, and has nobody said why it is mediated all the same?"""
    return case.mediable_because is None and hall.office.codes.is_not_for_mediation(case.governance_category)
