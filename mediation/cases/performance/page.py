"""履行台账 of a case, for its page: each clause and instalment, what was recorded, what is owed, what a court ruled."""

from collections.abc import Sequence
from typing import Any

from mediation.cases import queries as case_queries
from mediation.cases.aftercare import queries as aftercare
from mediation.cases.clauses import enforcement_clock
from mediation.cases.hall import Hall
from mediation.cases.models import Agreement, Dispute
from mediation.cases.performance import ledger, queries
from mediation.cases.performance.models import CourtConfirmation
from mediation.deadlines import queries as deadline_queries
from mediation.deadlines.calendar import last_day
from mediation.documents.wording import money_in_figures


def shown(hall: Hall, case: Dispute) -> list[dict[str, Any]]:
    """The ledger of each agreement that binds; nothing where none does."""
    assert case.id is not None
    binding = aftercare.agreements_in_force(hall.session, case.id)
    if not binding:
        return []
    confirmations = queries.confirmations(hall.session, case.id)
    return [
        _ledger(hall, one, [row for row in confirmations if row.agreement_id == one.id]) for one in binding
    ]


def _ledger(hall: Hall, agreement: Agreement, confirmations: Sequence[CourtConfirmation]) -> dict[str, Any]:
    session = hall.session
    parts: list[ledger.Part] = []
    entries = []
    for clause in case_queries.clauses(session, agreement.id or 0):
        lines = queries.entries(session, clause.id or 0)
        parts += ledger.parts(clause, queries.instalments(session, clause.id or 0), lines)
        entries += [
            {
                "line": line.ordinal,
                "clause": clause.ordinal,
                "instalment": line.instalment,
                "amount_fen": line.amount_fen,
                "performed_on": line.performed_on,
                "proof": line.proof or "",
                "proof_sha256": line.sha256,
            }
            for line in lines
        ]
    sums = ledger.statement(parts, hall.today)
    last_days = {
        row.name: last_day(row.due_at)
        for row in deadline_queries.deadlines_of(session, agreement.case_id)
        if row.state in {"running", "missed"}
    }
    return {
        "agreement": agreement.ordinal,
        "number": agreement.number,
        "parts": [
            {
                "part": part.label,
                "clause": part.clause,
                "instalment": part.instalment,
                "due_on": part.due_on,
                "amount_fen": part.amount_fen,
                "paid_fen": part.paid_fen,
                "left_fen": part.left_fen,
                "performed_on": part.performed_on,
                "breached_on": part.breached_on,
                "overdue": part.is_overdue(hall.today),
                "enforce_until": last_days.get(enforcement_clock(agreement, part.clause)),
            }
            for part in parts
        ],
        "entries": sorted(entries, key=lambda entry: int(str(entry["line"]))),
        "total_fen": sums.total_fen,
        "paid_fen": sums.paid_fen,
        "left_fen": sums.left_fen,
        "overdue_fen": sums.overdue_fen,
        "left": money_in_figures(sums.left_fen),
        "confirmations": [
            {
                "ordinal": row.ordinal,
                "court": row.court,
                "applied_on": row.applied_on,
                "result": row.result,
                "ruled_on": row.ruled_on,
                "number": (row.reference or {}).get("number", ""),
            }
            for row in confirmations
        ],
    }
