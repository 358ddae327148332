"""关联: two cases that have to do with each other; the trails and pages of both tell it."""

from mediation.cases import queries as case_queries
from mediation.cases import transition
from mediation.cases.hall import Hall, Heard
from mediation.cases.kinship import queries
from mediation.cases.kinship.said import Link
from mediation.cases.models import Dispute
from mediation.cases.side_models import CaseLink
from mediation.errors import InputInvalid, NotFound, Problem
from mediation.language import _

KINDS = {"repeat": "反复", "related": "相关", "continues": "续案", "merged": "并入", "split": "分自"}
"""What a case is to the one that it is linked to."""


def link(hall: Hall, case: Dispute, said: Link) -> Heard:
    """Both keep their numbers, papers and ways. The same link is not entered twice, from neither side."""
    other = another_case(hall, case, said.to, "to")
    if queries.is_linked(hall.session, case, other, said.kind):
        raise InputInvalid([Problem(_("两案已经有这样的关联"), key="to")])

    def write() -> None:
        queries.lock(hall.session, case, other)
        enter_link(hall, case, other, said.kind, said.why)
        record = {"case": case.public_id, "kind": said.kind}
        transition.touch(hall, other, "linked", record, {"why": said.why})

    return Heard(
        act={"reason": said.why},
        record={"to": other.public_id, "kind": said.kind},
        details={"why": said.why},
        write=write,
    )


def another_case(hall: Hall, case: Dispute, ref: str, key: str) -> Dispute:
    """Another case within the actor's scope, by any of its names; InputInvalid says that there is none."""
    try:
        other = case_queries.find_case(hall.session, hall.actor, ref)
    except NotFound as error:
        raise InputInvalid([Problem(str(error), key=key)]) from None
    if other.id == case.id:
        raise InputInvalid([Problem(_("写的是本案自己"), key=key)])
    return other


def enter_link(hall: Hall, case: Dispute, other: Dispute, kind: str, why: str) -> None:
    """Enter what a case is to another one."""
    assert case.id is not None
    assert other.id is not None
    hall.session.add(CaseLink(case_id=case.id, other_id=other.id, kind=kind, linked_at=hall.now, why=why))
