"""The list of evidence as a paper says it: what was not withdrawn, of all who gave it or of one party."""

from typing import Any

from mediation.cases.evidence import page
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.documents.snapshot import EvidenceSheet

FORM = "evidence_list"


def parts(hall: Hall, case: Dispute, form: str, subject: str) -> dict[str, Any]:
    """What the list says beside the case itself; nothing for any other form. `subject`: `party-2` for what that party gave."""
    if form != FORM:
        return {}
    pieces = [one for one in page.pieces(hall, case) if one.withdrawn_at is None]
    if subject:
        pieces = [one for one in pieces if subject == f"party-{one.party}"]
    return {
        "evidence": tuple(
            EvidenceSheet(
                ordinal=one.number,
                name=one.name,
                kind=one.kind_title,
                giver=one.giver,
                given_on=one.given_on,
                shows=one.shows,
                medium="original" if one.medium == "original" else "copy",
                checked=one.checked,
                sheets=one.sheets,
                returned_on=one.returned_on,
            )
            for one in pieces
        )
    }
