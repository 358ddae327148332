"""Whom a party does not accept as mediator (人民调解法第23条第1项): it stands in the case until the parties choose that person after all."""

from collections.abc import Collection, Mapping

from sqlmodel import Session

from mediation.cases import queries
from mediation.cases.hall import Hall
from mediation.cases.models import CaseMediator, Dispute


def standing(session: Session, case_id: int) -> dict[int, CaseMediator]:
    """Person → the row with the objection, where it is the last that there is of that person in the case."""
    last = queries.last_on_case(session, case_id)
    return {person: row for person, row in last.items() if row.objected_by is not None}


def carry_over(hall: Hall, case: Dispute, to: Dispute, ordinals: Mapping[int, int]) -> None:
    """What parties that go on in another case object to stands there, too. `ordinals`: of a party here → there."""
    assert case.id is not None
    assert to.id is not None
    there = standing(hall.session, to.id)
    for person, row in standing(hall.session, case.id).items():
        party = ordinals.get(row.objected_by or 0)
        if party is not None and person not in there:
            enter(hall, to, person, row.post_id, party)


def enter(hall: Hall, case: Dispute, person_id: int, post_id: int, party: int) -> None:
    """It stands with whoever was on the case; for others as a row that has ended when it begins."""
    assert case.id is not None
    row = queries.last_on_case(hall.session, case.id).get(person_id) or CaseMediator(
        case_id=case.id,
        person_id=person_id,
        post_id=post_id,
        role="mediator",
        how="appointed",
        assigned_at=hall.now,
        ended_at=hall.now,
    )
    row.objected_by = party
    hall.session.add(row)


def lift(hall: Hall, case: Dispute, parties: Collection[int]) -> None:
    """Who is no party of the case any more objects to nobody in it."""
    assert case.id is not None
    for row in standing(hall.session, case.id).values():
        if row.objected_by in parties:
            row.objected_by = None
            hall.session.add(row)
