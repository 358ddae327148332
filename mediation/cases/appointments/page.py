"""A case's appointments for its page."""

from typing import Any

from mediation.cases import queries as case_queries
from mediation.cases.appointments import queries
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute


def shown(hall: Hall, case: Dispute) -> list[dict[str, Any]]:
    """All of them in order, with who keeps each."""
    assert case.id is not None
    return [
        {
            "appointment": row.ordinal,
            "kind": row.kind,
            "person": case_queries.person(hall.session, row.person_id).name,
            "starts_at": row.starts_at,
            "ends_at": row.ends_at,
            "place": row.place,
            "told": list(row.told),
            "state": row.state,
        }
        for row in queries.appointments(hall.session, case.id)
    ]
