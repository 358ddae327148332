"""A case for its readers: one row of a list, one page. Personal numbers are masked; private notes only for mediators."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mediation.audit import queries as trail
from mediation.cases import clauses, explaining, facts, lights, queries, task_page, transition
from mediation.cases.aftercare import page as aftercare
from mediation.cases.appointments import page as appointments
from mediation.cases.correspondence import page as correspondence
from mediation.cases.erasure import asked as erasure
from mediation.cases.hall import Hall
from mediation.cases.kinship import page as kinship
from mediation.cases.kinship import queries as kin
from mediation.cases.kinship.series import find_series
from mediation.cases.lines.queries import begun as begun_of
from mediation.cases.lines.row import Row, row_of
from mediation.cases.models import Dispute
from mediation.cases.ownership import page as ownership
from mediation.cases.performance import page as performance
from mediation.cases.residents import queries as residents
from mediation.cases.residents.marks import mark_title
from mediation.cases.routing import page as routing
from mediation.documents.wording import mask_address, mask_id_number, mask_phone
from mediation.language import _, joined
from mediation.workflow.vocabulary import STANDARD

__all__ = ["CasePage", "Row", "SeriesPage", "case_page", "row", "rows", "series_page"]


@dataclass(frozen=True)
class CasePage:
    """One case on one page: who wants what, what was tried, whose turn, which clock, what can be done next."""

    row: Row
    temporary_number: str
    workflow: str
    source: str
    source_reference: str | None
    category: str
    governance_category: str
    narrative: str
    claims: list[str]
    amount_fen: int | None
    outcome: str
    received_at: datetime
    accepted_at: datetime | None
    ended_at: datetime | None
    closed_at: datetime | None
    first_receiver: str
    chain: list[str]
    parties: list[dict[str, Any]]
    mediators: list[dict[str, Any]]
    sessions: list[dict[str, Any]]
    private_notes: list[dict[str, Any]]
    agreement: dict[str, Any] | None
    aftercare: dict[str, Any]
    ledger: list[dict[str, Any]]
    kinship: dict[str, Any]
    ownership: dict[str, Any]
    routing: dict[str, Any]
    papers: list[dict[str, Any]]
    missing_signatures: list[str]
    visits: list[dict[str, Any]]
    rating: dict[str, Any] | None
    risk: str
    risks: list[dict[str, Any]]
    route: str
    leader: str | None
    co_handlers: list[dict[str, Any]]
    conferences: list[dict[str, Any]]
    appointments: list[dict[str, Any]]
    police_reports: list[dict[str, Any]]
    tasks: list[dict[str, Any]]
    approvals: list[dict[str, Any]]
    clocks: list[dict[str, Any]]
    acts: list[dict[str, Any]]
    notices: list[dict[str, Any]]
    erasure_asked: dict[str, Any] | None
    trail: list[dict[str, Any]]


@dataclass(frozen=True)
class SeriesPage:
    """A series with those of its cases that the reader may see, oldest first."""

    series: str
    title: str
    begun_at: datetime
    cases: list[Row]


def series_page(hall: Hall, public_id: str) -> SeriesPage:
    """One series. Raises NotFound for one out of the actor's sight."""
    found = find_series(hall, public_id)
    cases = kin.cases_of_series(hall.session, hall.actor, found.id or 0)
    return SeriesPage(found.public_id, str(found.title), found.begun_at, rows(hall, cases))


def rows(hall: Hall, cases: Sequence[Dispute | queries.Line]) -> list[Row]:
    """Cases as the lines of a list. Since when each is waited for is read at once for all of them."""
    ids = [case.id for case in cases if case.id is not None]
    since = begun_of(hall.session, ids)
    return [row(hall, case, since.get((case.id, case.due_at))) for case in cases]


def row(hall: Hall, case: Dispute | queries.Line, begun: datetime | None = None) -> Row:
    """One case as a line of a list. `begun`: since when it is in its state."""
    state = hall.office.engine(case.workflow, case.workflow_version).state(case.state)
    return row_of(
        case,
        state.title,
        state.task,
        hall.tree.unit(case.holder_id).name,
        lights.shown(hall, case.due_at, begun, waits=case.open),
    )


def case_page(hall: Hall, case: Dispute) -> CasePage:
    """Everything that the actor may know of the case, on one page."""
    assert case.id is not None
    session, codes = hall.session, hall.office.codes
    first = queries.post(session, case.first_receiver_id)
    events = trail.events_of(session, case.public_id)
    return CasePage(
        row=rows(hall, [case])[0],
        temporary_number=case.temporary_number,
        workflow=f"{case.workflow}/{case.workflow_version}",
        source=codes.title("sources", case.source),
        source_reference=case.source_reference,
        category=codes.title("judicial_categories", case.category),
        governance_category=codes.title("governance_categories", case.governance_category),
        narrative=case.narrative,
        claims=list(case.claims),
        amount_fen=case.amount_fen,
        outcome=_(STANDARD.outcomes.get(case.outcome, case.outcome)),
        received_at=case.received_at,
        accepted_at=case.accepted_at,
        ended_at=case.ended_at,
        closed_at=case.closed_at,
        first_receiver=_("{name}（{post}）").format(
            name=queries.person(session, first.person_id).name, post=first.title
        ),
        chain=[node.name for node in hall.tree.lineage(case.holder_id)],
        parties=_parties(hall, case),
        mediators=[
            {"name": person.name, "role": found.role, "how": found.how, "post": post.title}
            for found, person, post in queries.mediators(session, case.id)
        ],
        sessions=[
            {"ordinal": one.ordinal, "held_from": one.held_from, "result": one.result, **one.record}
            for one in queries.sessions(session, case.id)
        ],
        private_notes=_private_notes(hall, case),
        agreement=_agreement(hall, case),
        aftercare=aftercare.shown(hall, case),
        ledger=performance.shown(hall, case),
        kinship=kinship.shown(hall, case),
        ownership=ownership.shown(hall, case),
        routing=routing.shown(hall, case),
        papers=_papers(hall, case),
        missing_signatures=_missing_signatures(hall, case),
        visits=[
            {
                "visited_at": one.visited_at,
                "performance": one.performance,
                "performance_title": codes.title("performance", one.performance),
                "satisfaction": one.satisfaction,
                **one.record,
            }
            for one in queries.visits(session, case.id)
        ],
        rating=_rating(hall, case),
        risk=codes.title("risks", case.risk),
        risks=_risks(hall, case),
        route=case.route,
        leader=queries.person(session, case.leader_id).name if case.leader_id else None,
        co_handlers=[
            {"unit": hall.tree.unit(one.unit_id).name, "why": one.why, "since": one.since}
            for one in queries.co_handlers(session, case.id)
        ],
        conferences=[
            {"ordinal": one.ordinal, "held_from": one.held_from, **one.minutes}
            for one in queries.conferences(session, case.id)
        ],
        appointments=appointments.shown(hall, case),
        police_reports=[
            {
                "reported_at": one.reported_at,
                "reported_to": one.reported_to,
                "reference": one.reference,
                "account": one.account,
            }
            for one in queries.police_reports(session, case.id)
        ],
        tasks=task_page.case_tasks(hall, case),
        approvals=task_page.case_approvals(hall, case),
        clocks=[
            {
                "name": one.name,
                "title": one.title,
                "due_at": one.due_at,
                "state": one.state,
                "provisional": one.provisional,
                "why": list(one.why),
                "reminders": list(one.reminders),
            }
            for one in explaining.explain(hall, case)
        ],
        acts=_acts(hall, case),
        notices=correspondence.shown(hall, case),
        erasure_asked=erasure.shown(hall, case, erasure.asked_of(events)),
        trail=[
            {
                "ordinal": event.ordinal,
                "at": event.recorded_at,
                "act": event.act,
                "actor": event.actor,
                "from": event.from_state,
                "to": event.to_state,
                "hash": event.hash,
                "clock_back": trail.is_clock_back(event),
                "in_place_of": event.facts.get("in_place_of"),
                "workflow": event.facts.get("workflow", ""),
            }
            for event in events
        ],
    )


def _rating(hall: Hall, case: Dispute) -> dict[str, Any] | None:
    """What a party said of the mediation on the open page: no return visit, but something to ask about on one."""
    found = residents.rating(hall.session, case.id or 0)
    if found is None:
        return None
    return {
        "satisfaction": found.satisfaction,
        "satisfaction_title": mark_title(found.satisfaction),
        "remark": found.remark,
        "rated_at": found.rated_at,
    }


def _risks(hall: Hall, case: Dispute) -> list[dict[str, Any]]:
    assert case.id is not None
    codes = hall.office.codes
    return [
        {
            "ordinal": one.ordinal,
            "level": codes.title("risks", one.level),
            "factors": [codes.title("risk_factors", factor) for factor in one.factors],
            "measures": one.measures,
            "assessed_at": one.assessed_at,
            "review_on": one.review_on,
        }
        for one in queries.risks(hall.session, case.id)
    ]


def _parties(hall: Hall, case: Dispute) -> list[dict[str, Any]]:
    assert case.id is not None
    agents = queries.agents(hall.session, case.id)
    return [
        {
            "ordinal": party.ordinal,
            "role": party.role,
            "kind": party.kind,
            "name": party.name,
            "id_number": mask_id_number(party.id_number) if party.id_number else "",
            "phone": mask_phone(party.phone) if party.phone else "",
            "address": mask_address(party.address) if party.address else "",
            "consented": party.consented_at is not None,
            "refused": party.refused_at is not None,
            "rights_told": party.rights_told_at is not None,
            "electronic_agreed": party.electronic_agreed_at is not None,
            "agents": [
                {"kind": agent.kind, "name": agent.name, "powers": list(agent.powers)}
                for agent in agents
                if agent.party_id == party.id
            ],
        }
        for party in queries.parties(hall.session, case.id)
    ]


def _private_notes(hall: Hall, case: Dispute) -> list[dict[str, Any]]:
    """For the case's mediators only, not for its recorder, not for their leaders; what one wrote for oneself, for oneself."""
    assert case.id is not None
    on_case = {
        person.id
        for found, person, _post in queries.mediators(hall.session, case.id)
        if found.role != "recorder"
    }
    if hall.actor.person_id not in on_case:
        return []
    return [
        {"written_at": note.written_at, "body": note.body, "only_me": note.reader == "author"}
        for note in queries.private_notes(hall.session, case.id)
        if note.reader is None or note.author_id == hall.actor.person_id
    ]


def _agreement(hall: Hall, case: Dispute) -> dict[str, Any] | None:
    assert case.id is not None
    found = queries.latest_agreement(hall.session, case.id)
    if found is None or found.id is None:
        return None
    names = {party.ordinal: str(party.name) for party in queries.everybody(hall.session, case.id)}
    return {
        "ordinal": found.ordinal,
        "number": found.number,
        "written": found.written,
        "medium": found.medium,
        "state": found.state,
        "in_force_at": found.in_force_at,
        "clauses": [
            {
                "ordinal": clause.ordinal,
                "text": clauses.clause_text(clause, names),
                "due_on": clause.due_on,
                "performed_on": clause.performed_on,
                "breached_on": clause.breached_on,
            }
            for clause in queries.clauses(hall.session, found.id)
        ],
    }


def _papers(hall: Hall, case: Dispute) -> list[dict[str, Any]]:
    assert case.id is not None
    forms = hall.office.forms
    return [
        {
            "id": paper.public_id,
            "form": paper.form,
            "title": forms[paper.form].title if paper.form in forms else _("签字扫描件"),
            "number": paper.number,
            "subject": paper.subject,
            "state": "void" if queries.is_void(hall.session, paper) else paper.state,
            "medium": paper.medium,
            "issued_on": paper.issued_on,
            "sha256": paper.sha256,
        }
        for paper in queries.documents(hall.session, case.id)
    ]


def _missing_signatures(hall: Hall, case: Dispute) -> list[str]:
    """Who is still missing on the agreement that is being signed."""
    assert case.id is not None
    agreement = queries.latest_agreement(hall.session, case.id)
    if agreement is None or agreement.state != "signing":
        return []
    paper = queries.document(hall.session, case.id, "agreement", f"agreement-{agreement.ordinal}")
    if paper is None or paper.id is None:
        return []
    people = {
        slot["name"]: joined([_(slot["label"]), slot["person"]], " ") for slot in paper.snapshot["slots"]
    }
    return [people[slot.name] for slot in queries.slots(hall.session, paper.id) if slot.signed_at is None]


def _acts(hall: Hall, case: Dispute) -> list[dict[str, Any]]:
    """What can be done now, by whom it may be done, and what stands in the way."""
    engine = transition.engine_of(hall, case)
    found = engine.choices(case.state, facts.actor_facts(hall, case), facts.read_facts(hall, case, ""))
    return [
        {
            "trigger": choice.trigger,
            "title": choice.title,
            "permitted": choice.permitted,
            "reasons": [str(reason) for reason in choice.reasons],
        }
        for choice in found
    ]
