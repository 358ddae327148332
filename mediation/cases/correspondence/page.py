"""What was sent about a case, to whom and when, for its page: addresses and parties' names masked, no text."""

from typing import Any

from mediation.cases import queries as case_queries
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.notices import queries
from mediation.notices.models import Delivery
from mediation.notices.readers import masked_address, masked_name
from mediation.units import queries as unit_queries


def shown(hall: Hall, case: Dispute) -> list[dict[str, Any]]:
    """Every delivery of the case in order, what was skipped or failed too."""
    assert case.id is not None
    notices = hall.office.notices
    parties = {party.id: str(party.name) for party in case_queries.everybody(hall.session, case.id)}
    return [
        {
            "id": row.public_id,
            "notice": row.notice,
            "title": notices[row.notice].title if row.notice in notices else row.notice,
            "to": _reader(hall, row, parties),
            "channel": row.channel,
            "address": "" if row.channel in {"file", "slip"} else masked_address(str(row.address or "")),
            "state": row.state,
            "why": row.why,
            "attempts": row.attempts,
            "repeats": row.repeats,
            "sent_at": row.sent_at,
            "read_at": row.read_at,
        }
        for row in queries.of_case(hall.session, case.id)
    ]


def _reader(hall: Hall, row: Delivery, parties: dict[int | None, str]) -> str:
    if row.party_id is not None:
        return masked_name(parties.get(row.party_id, ""))
    if row.person_id is not None:
        return case_queries.person(hall.session, row.person_id).name
    kind, _colon, code = row.reader.partition(":")
    return unit_queries.unit(hall.session, code).name if kind == "unit" else ""
