"""Numbers of a committee's own: gapless per kind and year, given in the transaction of the act that needs them.

A refused or failed act gives its number back with everything else; a paper that is voided keeps its number as void (作废).
"""

from typing import Any

from sqlalchemy import insert
from sqlmodel import Session

from mediation.cases import queries
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.storage.engine import change_rows
from mediation.units import queries as unit_queries
from mediation.units.models import Committee, NumberIssued

_ISSUE = insert(NumberIssued.metadata.tables["number_issued"]).inline()
CASE = "case"
NOTICE = "notice"
_PATTERNS = {
    CASE: "〔{yyyy}〕{abbreviation}人调字第{n}号",
    NOTICE: "〔{yyyy}〕{abbreviation}人调不受字第{n}号",
}


def take_number(hall: Hall, committee: Committee, kind: str, case_id: int) -> str:
    """The committee's next number of the kind in the year of the act."""
    session = hall.session
    assert committee.id is not None
    queries.lock_numbers(session, committee.id)
    year = hall.today.year
    ordinal = queries.last_ordinal(session, committee.id, kind, year) + 1
    pattern = str(committee.number_patterns.get(kind) or _PATTERNS[kind])
    text = pattern.format(yyyy=year, abbreviation=committee.abbreviation, n=ordinal)
    values = {
        "committee_id": committee.id,
        "kind": kind,
        "year": year,
        "ordinal": ordinal,
        "text": text,
        "state": "used",
        "case_id": case_id,
        "reserved_at": hall.now,
        "note": "",
    }
    change_rows(session, _ISSUE, **values)
    return text


def renumbered(hall: Hall, case: Dispute, holder_id: int) -> dict[str, Any]:
    """The committee and number of an accepted case that a new holder takes over; nothing if they stay.

    They stay while the committee sits at the holder or above it. Else the committee that is now competent numbers the case
    in its own sequence, once; the former number is kept and still finds the case.
    """
    assert case.id is not None
    assert case.committee_id is not None
    own = queries.committee(hall.session, case.committee_id)
    if queries.is_competent(hall.session, hall.tree, own, holder_id, hall.today):
        return {}
    committee = unit_queries.competent_committee(hall.session, holder_id, hall.today)
    if committee is None or committee.id == case.committee_id:
        return {}
    given = [row for row in queries.former_numbers(hall.session, case) if row.committee_id == committee.id]
    number = given[-1].text if given else take_number(hall, committee, CASE, case.id)
    return {"number": number, "committee_id": committee.id}


def temporary_number(public_id: str) -> str:
    """The number of a dispute before its acceptance: kept beside the committee's number afterwards."""
    return f"临-{public_id[:8].upper()}"


def agreement_number(case_number: str, ordinal: int) -> str:
    """An agreement's number is the case's; the second one and later ones carry their ordinal."""
    return case_number if ordinal == 1 else f"{case_number}-{ordinal}"


def list_numbers(session: Session, committee: Committee) -> list[NumberIssued]:
    """All numbers of a committee with what became of each."""
    assert committee.id is not None
    return list(queries.numbers(session, committee.id))
