"""Pauses, agreements, corrections and voidings of a case, for its page."""

from typing import Any

from mediation.cases import clauses
from mediation.cases import queries as case_queries
from mediation.cases.aftercare import queries, sheets
from mediation.cases.hall import Hall
from mediation.cases.models import Agreement, Dispute
from mediation.language import _


def shown(hall: Hall, case: Dispute) -> dict[str, Any]:
    """What a reader of the case sees of them; nothing of what the case has none of."""
    assert case.id is not None
    session, codes = hall.session, hall.office.codes
    after = queries.aftermath(session, case)
    papers = {row.id: row.public_id for row in case_queries.documents(session, case.id)}
    found = {
        "remediated": case.remediated,
        "agreements": [_agreement(hall, case, row) for row in case_queries.agreements(session, case.id)],
        "suspensions": [
            {
                "ordinal": row.ordinal,
                "kind": row.kind,
                "asked_by": list(row.asked_by),
                "evidence": row.evidence,
                "began_at": row.began_at,
                "expected_on": row.expected_on,
                "ended_at": row.ended_at,
                "result": row.result,
            }
            for row in after.suspensions
        ],
        "corrections": [
            {
                "ordinal": row.ordinal,
                "paper": papers[row.document_id],
                "slips": [{**slip, "field": codes.title("slip_fields", slip["field"])} for slip in row.slips],
                "decided_on": row.decided_on,
                "told": dict(row.told),
            }
            for row in after.corrections
        ],
        "voidings": [
            {
                "ordinal": row.ordinal,
                "paper": papers[row.document_id],
                "basis": row.basis,
                "reason": row.reason,
                "voided_at": row.voided_at,
                "told": dict(row.told),
            }
            for row in after.voidings
        ],
    }
    return {name: value for name, value in found.items() if value}


def _agreement(hall: Hall, case: Dispute, row: Agreement) -> dict[str, Any]:
    assert case.id is not None
    settled, rest = sheets.settled_claims(case, row)
    names = {party.ordinal: str(party.name) for party in case_queries.everybody(hall.session, case.id)}
    shown: dict[str, Any] = {
        "ordinal": row.ordinal,
        "number": row.number,
        "kind": row.kind,
        "supplements": row.supplements,
        "state": row.state,
        "in_force_at": row.in_force_at,
        "text": {
            key: row.text.get(key)
            for key in ("facts", "matters", "responsibility", "manner", "place", "time_limit")
        },
        "clauses": [
            {
                "ordinal": clause.ordinal,
                "text": clauses.clause_text(clause, names),
                "performed_on": clause.performed_on,
                "breached_on": clause.breached_on,
            }
            for clause in case_queries.clauses(hall.session, row.id or 0)
        ],
    }
    if settled:
        shown |= {"remark": _("部分达成协议"), "settles": list(settled), "rest": list(rest)}
    return shown
