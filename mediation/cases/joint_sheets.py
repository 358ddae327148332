"""The sheets of joint mediation: minutes of a conference, assessment of risk, the leader in charge."""

from datetime import date
from typing import Any

from mediation.cases import queries
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.cases.side_models import Conference, RiskAssessment
from mediation.clock import SITE_ZONE, local_day
from mediation.documents.snapshot import (
    ChargeSheet,
    ConferenceSheet,
    PartSheet,
    PersonSheet,
    RiskSheet,
    SlotSheet,
)
from mediation.documents.wording import moment_in_words
from mediation.language import _
from mediation.people import queries as people

FORMS = frozenset({"conference_minutes", "risk_assessment", "leader_charge"})


def parts(hall: Hall, case: Dispute, form: str, subject: str) -> dict[str, Any]:
    """What a form of joint mediation says beside the case itself; nothing for any other form."""
    assert case.id is not None
    if form == "conference_minutes":
        rows = queries.conferences(hall.session, case.id)
        found = next((row for row in rows if subject == f"conference-{row.ordinal}"), None)
        return {"conference": _conference(hall, case, found)} if found else {}
    if form == "risk_assessment":
        risks = queries.risks(hall.session, case.id)
        risk = next((row for row in risks if subject == f"risk-{row.ordinal}"), None)
        return {"risk": _risk(hall, risk)} if risk else {}
    if form == "leader_charge" and case.leader_id is not None:
        return {"charge": _charge(hall, case, case.leader_id)}
    return {}


def slots(form: str, found: dict[str, Any]) -> list[SlotSheet]:
    """Who signs: the chair and all who sat at the table; who weighed the risk; the leader."""
    if form == "conference_minutes" and found.get("conference"):
        sheet: ConferenceSheet = found["conference"]
        signers = [(_("主持人"), sheet.chair.name)]
        signers += [(_("参加人"), one.name) for one in sheet.attendees if one.name != sheet.chair.name]
    elif form == "risk_assessment" and found.get("risk"):
        signers = [(_("评估人"), found["risk"].assessor)]
    elif form == "leader_charge" and found.get("charge"):
        signers = [(_("包案领导"), found["charge"].leader)]
    else:
        signers = []
    return [
        SlotSheet(name=f"participant-{at:02d}", role="participant", label=label, person=name)
        for at, (label, name) in enumerate(signers, start=1)
    ]


def _conference(hall: Hall, case: Dispute, row: Conference) -> ConferenceSheet:
    minutes = row.minutes
    chair = queries.person(hall.session, row.chair_id).name
    seats = {one["name"]: one for one in minutes["attendees"]}
    leader = queries.person(hall.session, row.leader_id).name if row.leader_id else ""
    return ConferenceSheet(
        ordinal=row.ordinal,
        held_from=row.held_from.astimezone(SITE_ZONE),
        held_to=row.held_to.astimezone(SITE_ZONE) if row.held_to else None,
        place=minutes["place"],
        subject=minutes["subject"],
        chair=PersonSheet(
            key="chair",
            role=seats.get(chair, {}).get("post", ""),
            name=chair,
            unit=seats.get(chair, {}).get("unit", ""),
        ),
        lead=hall.tree.unit(case.holder_id).name,
        leader=leader,
        attendees=tuple(
            PersonSheet(key=f"attendee-{at:02d}", role=one["post"], name=one["name"], unit=one["unit"])
            for at, one in enumerate(minutes["attendees"], start=1)
        ),
        body=tuple(minutes["body"]),
        decisions=tuple(minutes["decisions"]),
        parts=tuple(
            PartSheet(unit=part["unit"], what=part["what"], due=date.fromisoformat(part["due_on"]))
            for part in minutes["parts"]
        ),
    )


def _risk(hall: Hall, row: RiskAssessment) -> RiskSheet:
    codes = hall.office.codes
    reports = queries.police_reports(hall.session, row.case_id)
    return RiskSheet(
        ordinal=row.ordinal,
        level=codes.title("risks", row.level),
        factors=tuple(codes.title("risk_factors", factor) for factor in row.factors),
        measures=row.measures,
        assessor=queries.person(hall.session, row.assessed_by_id).name,
        assessed_on=local_day(row.assessed_at),
        review_on=row.review_on,
        reports=tuple(
            _("{moment}向{to}报告").format(
                moment=moment_in_words(one.reported_at.astimezone(SITE_ZONE)), to=one.reported_to
            )
            for one in reports
        ),
    )


def _charge(hall: Hall, case: Dispute, leader_id: int) -> ChargeSheet:
    assert case.id is not None
    kinds = people.post_kinds(hall.session)
    line = [node.id for node in hall.tree.lineage(case.holder_id)]
    seats = [
        post
        for post in people.posts_of(hall.session, leader_id)
        if "unit_leader" in kinds.counts_as(post.kind) and post.unit_id in line
    ]
    seat = min(seats, key=lambda post: line.index(post.unit_id), default=None)
    return ChargeSheet(
        leader=queries.person(hall.session, leader_id).name,
        post=seat.title if seat else "",
        unit=hall.tree.unit(seat.unit_id).name if seat else "",
        holder=hall.tree.unit(case.holder_id).name,
        co_handlers=tuple(
            hall.tree.unit(row.unit_id).name for row in queries.co_handlers(hall.session, case.id)
        ),
        risk=hall.office.codes.title("risks", case.risk),
        named_on=hall.today,
    )
