"""A case's rows as the sheets that papers print: parties, mediators, session, agreement, notice, visit."""

from collections.abc import Sequence
from datetime import date

from mediation.cases import clauses, queries
from mediation.cases.aftercare import sheets as aftercare
from mediation.cases.hall import Hall
from mediation.cases.models import (
    Agreement,
    Clause,
    Dispute,
    MediationSession,
    Notice,
    Party,
    PartyAgent,
    Visit,
)
from mediation.cases.parties import age_on
from mediation.clock import SITE_ZONE, local_day
from mediation.documents.snapshot import (
    Agent,
    AgreementSheet,
    CaseSheet,
    CommitteeSheet,
    NoticeSheet,
    PartySheet,
    PersonSheet,
    SessionSheet,
    VisitSheet,
)
from mediation.units.models import Committee


def case_sheet(hall: Hall, case: Dispute) -> CaseSheet:
    """The case as its papers name it."""
    codes = hall.office.codes
    source = codes.entry("sources", case.source)
    # What is a kind of another source is ticked as that one is: by its heading, where its code is none of the official ways.
    # A parent that no list has was taken by 0.12.
    parent = source.parent
    above = codes.entry("sources", parent) if parent and not codes.fault("sources", parent) else source
    numbers = queries.former_numbers(hall.session, case)
    given = next((row for row in numbers if row.text == case.number), None)
    given_at = given.reserved_at if given else case.accepted_at
    accepted_by = hall.session.get(Committee, given.committee_id) if given else None
    return CaseSheet(
        number=case.number,
        former_numbers=tuple(row.text for row in numbers if row.text != case.number),
        title=case.title,
        category=codes.title("judicial_categories", case.category),
        governance_category=codes.title("governance_categories", case.governance_category),
        source=source.title,
        source_code=above.code,
        source_group=above.group or source.group or "",
        received_on=local_day(case.received_at),
        accepted_on=local_day(given_at) if given_at else None,
        accepted_by=accepted_by.name if accepted_by else "",
        place=hall.tree.unit(case.place_id).name,
        narrative=case.narrative,
        claims=tuple(case.claims),
        public=case.public,
        amount_fen=case.amount_fen,
    )


def committee_sheet(committee: Committee) -> CommitteeSheet:
    """The committee that issues."""
    return CommitteeSheet(
        name=committee.name,
        abbreviation=committee.abbreviation,
        seal_text=committee.seal_text,
        phone=committee.phone,
        address=committee.address,
        sample=committee.sample,
    )


def party_sheets(hall: Hall, case: Dispute) -> tuple[PartySheet, ...]:
    """The parties in order, with those who act for them."""
    assert case.id is not None
    agents = queries.agents(hall.session, case.id)
    return tuple(_party(hall, row, agents) for row in queries.parties(hall.session, case.id))


def mediator_sheets(hall: Hall, case: Dispute) -> tuple[tuple[PersonSheet, int], ...]:
    """Mediators (the presiding one first), each with the person's id."""
    assert case.id is not None
    titles = {"presiding": "主持调解员", "mediator": "调解员"}
    found = [row for row in queries.mediators(hall.session, case.id) if row[0].role != "recorder"]
    return tuple(
        (
            PersonSheet(
                key=f"mediator-{at:02d}",
                role=titles[row.role],
                name=person.name,
                unit=hall.tree.unit(post.unit_id).name,
            ),
            person.id or 0,
        )
        for at, (row, person, post) in enumerate(found, start=1)
    )


def recorder_sheet(hall: Hall, case: Dispute) -> tuple[PersonSheet, int] | None:
    """The recorder of the case; without one, nobody."""
    assert case.id is not None
    for row, person, post in queries.mediators(hall.session, case.id):
        if row.role == "recorder":
            unit = hall.tree.unit(post.unit_id).name
            return PersonSheet(key="recorder", role="记录人", name=person.name, unit=unit), person.id or 0
    return None


def registrar_sheet(hall: Hall, case: Dispute) -> tuple[PersonSheet, int]:
    """Who took the dispute in."""
    post = queries.post(hall.session, case.first_receiver_id)
    person = queries.person(hall.session, post.person_id)
    unit = queries.unit(hall.session, post.unit_id).name
    return PersonSheet(key="registrar", role=post.title, name=person.name, unit=unit), post.person_id


def session_sheet(row: MediationSession) -> SessionSheet:
    """One session's record."""
    record = row.record
    # The record has the helper and, in brackets, who that is; the signature bears the name alone.
    helpers = [str(helper).partition("（") for helper in record["participants"]]
    participants = tuple(
        PersonSheet(key=f"participant-{at:02d}", role=who.removesuffix("）"), name=name)
        for at, (name, _bracket, who) in enumerate(helpers, start=1)
    )
    return SessionSheet(
        ordinal=row.ordinal,
        held_from=row.held_from.astimezone(SITE_ZONE),
        held_to=row.held_to.astimezone(SITE_ZONE) if row.held_to else None,
        place=record["place"],
        subject=record["subject"],
        participants=participants,
        absent=tuple(record.get("absent_names", ())),
        body=tuple(record["body"]),
        result={"agreed": "达成协议", "to_continue": "另行安排调解", "failed": "未达成协议"}[row.result],
    )


def agreement_sheet(
    hall: Hall,
    case: Dispute,
    agreement: Agreement,
    parties: tuple[PartySheet, ...],
    rows: list[Party],
    items: Sequence[Clause],
) -> AgreementSheet:
    """The agreement with its clauses as sentences. Copies: one for each party and one for the committee (Art. 29)."""
    names = {row.ordinal: sheet.name for row, sheet in zip(rows, parties, strict=True)}
    settles, rest = aftercare.settled_claims(case, agreement)
    text = agreement.text
    return AgreementSheet(
        written=agreement.written,
        facts=text["facts"],
        matters=text["matters"],
        responsibility=text.get("responsibility") or "",
        clauses=clauses.clause_sheets(items, names),
        manner=clauses.manner_in_words(agreement, items),
        place=clauses.place_in_words(agreement, items),
        time_limit=clauses.time_limit_in_words(agreement, items),
        concluded_on=agreement.concluded_on,
        copies=len(parties) + 1,
        medium=agreement.medium,
        kind=agreement.kind,
        former_number=aftercare.former_number(hall, agreement),
        settles=settles,
        rest=rest,
    )


def notice_sheet(hall: Hall, case: Dispute, notice: Notice) -> NoticeSheet:
    """What a notice tells."""
    codes = hall.office.codes
    reasons = "end_reasons" if notice.kind == "termination" else "non_acceptance_reasons"
    return NoticeSheet(
        reason_code=notice.reason,
        reason=codes.title(reasons, notice.reason),
        explanation=notice.explanation,
        decided_on=notice.decided_on,
        routes=tuple(codes.title("routes", route) for route in notice.routes),
        claims=aftercare.ended_claims(case, notice),
        binding=aftercare.binding_number(hall, case, notice),
    )


def visit_sheet(hall: Hall, case: Dispute, visit: Visit, parties: tuple[PartySheet, ...]) -> VisitSheet:
    """A return visit; it cites the agreement that it asks about."""
    assert case.id is not None
    codes = hall.office.codes
    agreement = queries.latest_agreement(hall.session, case.id)
    record = visit.record
    satisfaction = str(visit.satisfaction) if visit.satisfaction is not None else ""
    return VisitSheet(
        visited_at=visit.visited_at.astimezone(SITE_ZONE),
        visited=parties[visit.party - 1].name,
        visitor=queries.person(hall.session, visit.visitor_id).name,
        method=codes.title("visit_methods", visit.method),
        subject=case.title,
        agreement_number=(agreement.number or "") if agreement else "",
        performance=codes.title("performance", visit.performance),
        satisfaction=codes.title("satisfaction", satisfaction) if satisfaction else "",
        remaining_risk=record.get("remaining_risk") or "",
        measures=record.get("measures") or "",
        body=record["situation"],
    )


def _party(hall: Hall, row: Party, agents: list[PartyAgent]) -> PartySheet:
    details = row.details
    born = date.fromisoformat(details["born_on"]) if details.get("born_on") else None
    return PartySheet(
        key=f"party-{row.ordinal:02d}",
        role=row.role,
        kind=row.kind,
        name=row.name,
        sex=details.get("sex") or "",
        ethnicity=details.get("ethnicity") or "",
        age=age_on(born, hall.today) if born and row.kind == "natural" else None,
        occupation=details.get("occupation") or "",
        phone=row.phone or "",
        address=row.address or "",
        id_number=row.id_number or "",
        agents=tuple(_agent(hall, agent) for agent in agents if agent.party_id == row.id),
    )


def _agent(hall: Hall, row: PartyAgent) -> Agent:
    return Agent(
        kind=row.kind,
        name=row.name,
        post_or_relation=row.details.get("post_or_relation") or "",
        phone=row.details.get("phone") or "",
        powers=tuple(hall.office.codes.title("agent_powers", power) for power in row.powers),
    )
