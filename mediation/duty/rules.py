"""The duty rules of a site as they are in force."""

from sqlmodel import Session

from mediation.deadlines.calendar import Span
from mediation.duty.rota import Days, Desk, Duty, Expert, Hours, Presence
from mediation.sites.duty import KIND, DutySaid, hours_of
from mediation.units import queries
from mediation.workflow.definition import Limit


def duty_in_force(session: Session) -> Duty:
    """What the site has applied; nothing for a site without duty.yaml."""
    found = queries.configuration(session, KIND)
    return Duty() if found is None else duty_of(DutySaid.model_validate_json(found.content))


def duty_of(said: DutySaid) -> Duty:
    """The rules of a file."""
    presences = tuple(
        Presence(
            unit=one.unit,
            at=one.at,
            mode=one.mode,
            days=Days(one.days),
            hours=Hours(*hours_of(one.hours or said.hours)),
            answer=_span(one.answer),
            article=one.answer.article if one.answer else "",
        )
        for one in said.presence
    )
    desks = tuple(
        Desk(
            key=one.key,
            title=one.title,
            unit=one.unit,
            begins=one.begins,
            days=Days(one.days),
            hours=Hours(*hours_of(one.hours or said.hours)),
            shifts=one.shifts,
        )
        for one in said.desks
    )
    experts = tuple(
        Expert(
            person=one.person,
            kind=one.kind,
            units=one.units,
            answer=_span(one.answer),
            article=one.answer.article if one.answer else "",
        )
        for one in said.experts
    )
    return Duty(presences, desks, experts)


def _span(limit: Limit | None) -> Span | None:
    if limit is None:
        return None
    for measure in ("minutes", "hours", "days", "working_days", "months"):
        count = getattr(limit, measure)
        if count is not None:
            return Span(count, measure)
    raise AssertionError("a limit has exactly one span")
