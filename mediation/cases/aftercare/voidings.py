"""作废: a paper that no longer counts, on one of three grounds. It stays in the file, and a paper of its own says so.

A register of an oral agreement that nobody has signed may be printed anew: the agreement itself binds from the day it was
reached, and goes on binding.
"""

from dataclasses import replace
from datetime import date

from mediation.cases.aftercare import queries
from mediation.cases.aftercare.papers import agreement_of_paper, find_paper
from mediation.cases.aftercare.said import VoidPaper
from mediation.cases.hall import Hall, Heard
from mediation.cases.models import Agreement, Dispute
from mediation.cases.performance import schedule
from mediation.cases.side_models import Voiding
from mediation.clock import local_day
from mediation.documents.models import Document
from mediation.errors import Faults
from mediation.language import _


def void_paper(hall: Hall, case: Dispute, said: VoidPaper) -> Heard:
    """The ground is judged by what the paper is now; see the guard `voiding_has_ground`."""
    assert case.id is not None
    wrong = Faults()
    found: Document | None = None
    with wrong.noting():
        found = find_paper(hall, case, said.paper)
    if (said.basis == "court_decision") != (said.decision is not None):
        wrong.add(_("法院裁判作废的，要写、也只有它才写 decision（法院、文号、日期）"), "decision")
    if said.decision is not None and said.decision.decided_on > hall.today:
        wrong.add(_("裁判日期还没有到"), "decision.decided_on")
    agreement = agreement_of_paper(hall, case, found) if found is not None else None
    if said.decision and agreement and _is_before(said.decision.decided_on, agreement):
        wrong.add(_("裁判日期早于协议生效"), "decision.decided_on")
    if found is None:
        wrong.refuse()
    assert found is not None
    document = found
    heard = Heard(
        act={
            "voiding": said.basis,
            "paper_state": document.state,
            "agreement_state": agreement.state if agreement else "",
            "replaced": agreement is not None and _is_replaced(hall, agreement),
            "reason": said.reason,
        },
        drawn={"voiding": ("basis",), "paper_state": ("paper",)},
    )
    wrong.refuse(heard)
    assert document.id is not None
    ordinal = len(queries.voidings(hall.session, case.id)) + 1
    reference = said.decision.model_dump(mode="json") if said.decision else {}
    row = Voiding(
        case_id=case.id,
        ordinal=ordinal,
        document_id=document.id,
        basis=said.basis,
        reference=reference,
        reason=said.reason,
        voided_at=hall.now,
        by_id=hall.actor.person_id,
        told={},
    )

    def write() -> None:
        document.state, document.void_reason = "void", said.basis
        hall.session.add_all([document, row])
        if agreement is not None and said.basis != "not_in_force":
            agreement.state = "void"
            hall.session.add(agreement)
            schedule.cancel_clocks(hall, agreement)

    return replace(
        heard,
        record={"voiding": ordinal, "document": document.public_id, "basis": said.basis},
        details={"reason": said.reason, **({"decision": reference} if reference else {})},
        write=write,
    )


def _is_before(day: date, agreement: Agreement) -> bool:
    """No court has set aside what did not bind anybody yet."""
    return agreement.in_force_at is not None and day < local_day(agreement.in_force_at)


def _is_replaced(hall: Hall, agreement: Agreement) -> bool:
    """Whether a later agreement of all parties, in force now, has taken its place."""
    later = queries.agreements_in_force(hall.session, agreement.case_id)
    return agreement.state == "replaced" and any(
        row.ordinal > agreement.ordinal and row.kind == "renewed" for row in later
    )
