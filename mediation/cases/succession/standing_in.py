"""Who is on leave, the deputy and the leader are told what they have not done themselves: who stands in, what was done, who is missing."""

from datetime import datetime, time, timedelta
from typing import Any

from mediation.audit import queries as audit
from mediation.cases import queries
from mediation.cases.hall import Hall
from mediation.cases.outgoing import post_outbox_of_site
from mediation.cases.renewal.queries import site_notices
from mediation.clock import SITE_ZONE
from mediation.duty import queries as duty
from mediation.duty.models import Absence
from mediation.people import queries as people
from mediation.people.models import Person
from mediation.units.tree import is_within

NOTICE, RECORDED, MISSING, DONE = "standing_in", "leave_recorded", "deputy_away", "stood_in"
_LOOKED_BACK = timedelta(days=31)
"""A daily round that was left out so long tells still what a deputy did."""


def tell(hall: Hall, absence: Absence) -> None:
    """Tell of a leave just entered, or ended early; codes and days only. Nobody is told of what he has entered himself."""
    tell_deputy(hall, absence)
    _tell_person(hall, absence)
    if absence.ended_at is None:
        _tell_without_deputy(hall, absence)
    else:
        _tell_what_was_done(hall, absence)


def tell_deputy(hall: Hall, absence: Absence) -> None:
    """Tell the deputy of an absence, unless that is who has entered it."""
    if absence.deputy_id is None or absence.deputy_id == hall.actor.person_id:
        return
    _post(
        hall,
        NOTICE,
        person=queries.person(hall.session, absence.deputy_id).code,
        away=queries.person(hall.session, absence.person_id).code,
        **_days(absence),
        ended=absence.ended_at is not None,
    )


def tell_who_is_back(hall: Hall) -> None:
    """Whose leave is over as planned is told once what the deputy did meanwhile."""
    rows = duty.over(hall.session, hall.today - _LOOKED_BACK, hall.today)
    told = {known.get("leave") for known in site_notices(hall.session, DONE)} if rows else set()
    for row in rows:
        if row.public_id not in told:
            _tell_what_was_done(hall, row)


def _tell_person(hall: Hall, absence: Absence) -> None:
    if absence.person_id == hall.actor.person_id:
        return
    _post(
        hall,
        RECORDED,
        person=queries.person(hall.session, absence.person_id).code,
        by=hall.actor.person_code,
        **_deputy(hall, absence),
        **_days(absence),
        ended=absence.ended_at is not None,
    )


def _tell_without_deputy(hall: Hall, absence: Absence) -> None:
    """Who is on leave while the deputy is away himself, and who leads there."""
    away = queries.person(hall.session, absence.person_id).code
    for person, row in duty.without_deputy(hall.session, absence):
        days = {"whose": person.code, "away": away, **_days(row)}
        first, last = max(row.first_day, absence.first_day), min(row.last_day, absence.last_day)
        days |= {"first": first.isoformat(), "last": last.isoformat()}
        if person.id != hall.actor.person_id:
            _post(hall, MISSING, person=person.code, **days)
        unit = _led_elsewhere(hall, person)
        if unit and not (unit == hall.actor.unit_code and "unit_leader" in hall.actor.counts_as):
            _post(hall, MISSING, unit=unit, **days)


def _led_elsewhere(hall: Hall, person: Person) -> str:
    """The unit of the person's post; none if the person leads it."""
    kinds = people.post_kinds(hall.session)
    held = [
        post
        for post in people.posts_of(hall.session, person.id or 0)
        if post.unit_id in hall.tree and is_within(hall.today, post.valid_from, post.valid_to)
    ]
    if not held or any("unit_leader" in kinds.counts_as(post.kind) for post in held):
        return ""
    return hall.tree.unit(held[0].unit_id).code


def _tell_what_was_done(hall: Hall, absence: Absence) -> None:
    """What the deputy did in the person's place, by number of the cases; nothing if it was nothing."""
    if absence.deputy_id is None:
        return
    person = queries.person(hall.session, absence.person_id).code
    deputy = queries.person(hall.session, absence.deputy_id).code
    since = datetime.combine(absence.first_day, time.min, SITE_ZONE)
    done = [
        event
        for event in audit.done_since(hall.session, deputy, since)
        if event.facts.get("in_place_of") == person
    ]
    if done:
        cases = list(dict.fromkeys(event.chain for event in done))
        _post(
            hall,
            DONE,
            person=person,
            deputy=deputy,
            leave=absence.public_id,
            **_days(absence),
            acts=len(done),
            done_in=cases,
        )


def _deputy(hall: Hall, absence: Absence) -> dict[str, str]:
    if absence.deputy_id is None:
        return {"deputy": ""}
    return {"deputy": queries.person(hall.session, absence.deputy_id).code}


def _days(absence: Absence) -> dict[str, str]:
    return {"since": absence.first_day.isoformat(), "until": absence.last_day.isoformat()}


def _post(hall: Hall, notice: str, **payload: Any) -> None:
    post_outbox_of_site(hall, "notice", {"notice": notice, **payload})
