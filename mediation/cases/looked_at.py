"""What an approval looked at, as keyed hashes: fact by fact, so that a changed one can be named and an unchanged one stands.

The hash is keyed by the instance and bound to case and fact: it tells nobody what the fact says, and equal facts of two
cases do not look alike.
"""

import hmac
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mediation.cases import queries
from mediation.cases.hall import Hall
from mediation.cases.models import Agreement, Clause, Dispute
from mediation.clock import local_day

Content = Callable[[Hall, Dispute], Any]


def hashes(hall: Hall, case: Dispute, facts: Iterable[str]) -> dict[str, str]:
    """Fact → keyed hash of what it says now."""
    key = hall.office.keyring.derived("looked at")
    return {fact: _hash(key, case.public_id, fact, CONTENTS[fact](hall, case)) for fact in facts}


def changed_since(hall: Hall, case: Dispute, seen: Mapping[str, str]) -> tuple[str, ...]:
    """The facts that no longer say what they said when these hashes were taken, in their order."""
    now = hashes(hall, case, (fact for fact in seen if fact in CONTENTS))
    return tuple(fact for fact, digest in seen.items() if now.get(fact) != digest)


def _hash(key: bytes, case: str, fact: str, content: Any) -> str:
    said = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hmac.digest(key, f"{case}\n{fact}\n{said}".encode(), "sha256").hex()


def _parties(hall: Hall, case: Dispute) -> Any:
    """Who they are and who speaks for them. Not what they have agreed to since."""
    assert case.id is not None
    agents = queries.agents(hall.session, case.id)
    return [
        {
            "ordinal": party.ordinal,
            "role": party.role,
            "kind": party.kind,
            "name": party.name,
            "id": [party.id_kind, party.id_number],
            "address": party.address,
            "details": party.details,
            "agents": [
                [one.kind, one.name, list(one.powers), one.valid_to]
                for one in agents
                if one.party_id == party.id
            ],
        }
        for party in queries.parties(hall.session, case.id)
    ]


def _claims(_hall: Hall, case: Dispute) -> Any:
    return list(case.claims)


def _clauses(hall: Hall, case: Dispute) -> Any:
    return [
        [row.ordinal, row.obligor, row.obligee, row.act, row.amount_fen, row.due_on, row.terms]
        for row in _rows_of_clauses(hall, case)
    ]


def _agreement_text(hall: Hall, case: Dispute) -> Any:
    """What is told of the claims that it leaves open is no part of it; what its numbers mean is a fact of its own, `claims`."""
    found = _agreement(hall, case)
    if found is None:
        return None
    text = {key: value for key, value in found.text.items() if key not in ("rest", "claims")}
    return [found.ordinal, found.kind, found.supplements, found.settles, text]


def _amount(hall: Hall, case: Dispute) -> Any:
    """The sum of what is to be paid, in fen."""
    return sum(row.amount_fen or 0 for row in _rows_of_clauses(hall, case))


def _mediators(hall: Hall, case: Dispute) -> Any:
    assert case.id is not None
    return sorted([row.role, person.code] for row, person, _post in queries.mediators(hall.session, case.id))


def _risk(_hall: Hall, case: Dispute) -> Any:
    return case.risk


def _participants(hall: Hall, case: Dispute) -> Any:
    assert case.id is not None
    return [
        [row.kind, row.name, row.details, sorted(row.consented_by)]
        for row in queries.participants(hall.session, case.id)
    ]


def _plan(hall: Hall, case: Dispute) -> Any:
    """What the last conference decided."""
    assert case.id is not None
    held = queries.conferences(hall.session, case.id)
    return (
        [held[-1].ordinal, held[-1].units, held[-1].parts, held[-1].leader_id, held[-1].minutes]
        if held
        else None
    )


def _holder(hall: Hall, case: Dispute) -> Any:
    return queries.unit(hall.session, case.holder_id).code


def _deadline(hall: Hall, case: Dispute) -> Any:
    """The last day for mediating."""
    assert case.id is not None
    due = queries.tally(hall.session, case.id).limit_due
    return None if due is None else local_day(due)


def _route(_hall: Hall, case: Dispute) -> Any:
    return case.route


def _agreement(hall: Hall, case: Dispute) -> Agreement | None:
    assert case.id is not None
    found = queries.latest_agreement(hall.session, case.id)
    return None if found is None or found.state == "void" else found


def _rows_of_clauses(hall: Hall, case: Dispute) -> list[Clause]:
    found = _agreement(hall, case)
    return [] if found is None or found.id is None else list(queries.clauses(hall.session, found.id))


CONTENTS: Mapping[str, Content] = {
    "parties": _parties,
    "claims": _claims,
    "clauses": _clauses,
    "agreement_text": _agreement_text,
    "amount": _amount,
    "mediators": _mediators,
    "risk": _risk,
    "participants": _participants,
    "plan": _plan,
    "holder": _holder,
    "deadline": _deadline,
    "route": _route,
}
