"""Decisions that the parties are told in writing: 不予受理, 终止调解, with the routes that stay open (Art. 26)."""

from collections.abc import Sequence

from mediation.cases import numbering, queries
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute, Notice
from mediation.errors import InputInvalid, Problem
from mediation.language import _
from mediation.units import queries as unit_queries


def notice_row(
    hall: Hall, case: Dispute, kind: str, reason: str, explanation: str | None, routes: Sequence[str]
) -> None:
    """Enter a notice. One of non-acceptance has a number of its own; one of termination bears the case's."""
    assert case.id is not None
    refuse_unknown(hall, "routes", *routes, key="routes")
    number = case.number
    if number is None:
        committee = unit_queries.competent_committee(hall.session, case.holder_id, hall.today)
        if committee is None:
            raise InputInvalid([Problem(_("本单位及上级都没有人民调解委员会,不能出具通知"), key="committee")])
        number = numbering.take_number(hall, committee, numbering.NOTICE, case.id)
    hall.session.add(
        Notice(
            case_id=case.id,
            kind=kind,
            number=number,
            reason=reason,
            explanation=explanation or "",
            routes=list(routes),
            decided_on=hall.today,
            told={},
        )
    )


def refuse_unknown(hall: Hall, name: str, *codes: str, key: str) -> None:
    """InputInvalid with each of the codes that the list does not have."""
    faults = [hall.office.codes.fault(name, code) for code in codes]
    problems = [Problem(fault, key=key) for fault in faults if fault]
    if problems:
        raise InputInvalid(problems)


def tell(hall: Hall, case: Dispute, ordinals: Sequence[int]) -> None:
    """Note on the last notice which parties have been told, and on which day."""
    assert case.id is not None
    rows = queries.notices(hall.session, case.id)
    if rows:
        rows[-1].told = {**rows[-1].told, **{str(ordinal): hall.today.isoformat() for ordinal in ordinals}}
        hall.session.add(rows[-1])
