"""In whose hands a committee's seal is: its own people, those with a post at its unit and its elected members."""

from mediation.cases import queries
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.units import queries as unit_queries
from mediation.units.models import Committee

_ELECTED = frozenset({"director", "vice_director", "member"})


def is_in_hands(hall: Hall, committee: Committee) -> bool:
    """Whether the actor may put this committee's seal on a paper; one who is only appointed to mediate may not."""
    if hall.actor.unit_id == committee.unit_id:
        return True
    members = unit_queries.roster(hall.session, committee.id or 0, hall.today)
    return any(row.person_id == hall.actor.person_id and row.role in _ELECTED for row in members)


def competent_for(hall: Hall, case: Dispute) -> Committee | None:
    """The committee that numbered the case, while it is the holder's or above it; else the nearest, not the holder."""
    own = queries.committee(hall.session, case.committee_id) if case.committee_id is not None else None
    if own is not None and queries.is_competent(hall.session, hall.tree, own, case.holder_id, hall.today):
        return own
    return unit_queries.competent_committee(hall.session, case.holder_id, hall.today) or own
