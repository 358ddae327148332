"""A reading noted, and those that are too many or too old."""

from datetime import datetime, timedelta

from sqlmodel import Session

from mediation.audit import trail
from mediation.audit.trail import INSTANCE
from mediation.cases.hall import Hall
from mediation.cases.readings import queries
from mediation.cases.readings.models import Reading
from mediation.clock import local_day, local_moment
from mediation.storage.upsert import insert_missing

MANY = "readings.many"
_TABLE = Reading.metadata.tables["reading"]


def slot_of(moment: datetime, minutes: int) -> int:
    """Which few minutes a moment falls into."""
    return int(moment.timestamp() // (minutes * 60))


def note(hall: Hall, what: str, case_id: int = 0) -> None:
    """The actor has opened something. Who opens as many things on one day as the site says, is an event for the auditor."""
    reading = hall.office.reading
    queries.hold_person(
        hall.session, hall.actor.person_id
    )  # of several at once, each is counted after those before
    row = {
        "person_id": hall.actor.person_id,
        "post_id": hall.actor.post_id,
        "case_id": case_id,
        "what": what,
        "slot": slot_of(hall.now, reading.minutes),
        "at": hall.now,
    }
    if not insert_missing(hall.session, _TABLE, [row]):
        return
    morning = slot_of(local_moment(hall.today), reading.minutes)
    if queries.count_since(hall.session, hall.actor.person_id, morning) == reading.many:
        trail.append(
            hall.session,
            chain=INSTANCE,
            act=MANY,
            actor="system:readings",
            recorded_at=hall.now,
            facts={"person": hall.actor.person_code, "count": reading.many, "day": str(local_day(hall.now))},
        )


def forget_old(session: Session, now: datetime, days: int) -> int:
    """Delete what was kept long enough; how many."""
    return queries.forget(session, now - timedelta(days=days))
