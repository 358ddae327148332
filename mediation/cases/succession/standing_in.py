"""Deputies are told that they stand in for somebody on leave, and that they do so no more."""

from mediation.cases import queries
from mediation.cases.hall import Hall
from mediation.cases.outgoing import post_outbox_of_site
from mediation.duty.models import Absence

NOTICE = "standing_in"


def tell_deputy(hall: Hall, absence: Absence) -> None:
    """Tell the deputy of an absence, unless that is who has entered it; codes and days only."""
    if absence.deputy_id is None or absence.deputy_id == hall.actor.person_id:
        return
    payload = {
        "person": queries.person(hall.session, absence.deputy_id).code,
        "away": queries.person(hall.session, absence.person_id).code,
        "since": absence.first_day.isoformat(),
        "until": absence.last_day.isoformat(),
        "ended": absence.ended_at is not None,
    }
    post_outbox_of_site(hall, "notice", {"notice": NOTICE, **payload})
