"""Pauses, corrections and voidings as the sheets that their papers print."""

from datetime import date
from typing import Any

from mediation.cases import queries as case_queries
from mediation.cases.aftercare import queries
from mediation.cases.hall import Hall
from mediation.cases.models import Agreement, Dispute, Notice
from mediation.cases.side_models import Correction, Suspension, Voiding
from mediation.clock import local_day
from mediation.documents.models import Document
from mediation.documents.snapshot import CorrectionSheet, SlipSheet, SuspensionSheet, VoidingSheet
from mediation.language import _

FORMS = frozenset({"suspension_notice", "correction_notice", "voiding_notice"})


def parts(hall: Hall, case: Dispute, form: str, subject: str) -> dict[str, Any]:
    """The part of the snapshot that a form of this module prints; nothing for other forms."""
    assert case.id is not None
    if form not in FORMS:
        return {}
    place = int(subject.rpartition("-")[2] or 0)
    session = hall.session
    if form == "suspension_notice":
        pause = next((row for row in queries.suspensions(session, case.id) if row.ordinal == place), None)
        return {"suspension": _suspension(hall, case, pause)} if pause else {}
    if form == "correction_notice":
        slip = next((row for row in queries.corrections(session, case.id) if row.ordinal == place), None)
        return {"correction": _correction(hall, slip)} if slip else {}
    voided = next((row for row in queries.voidings(session, case.id) if row.ordinal == place), None)
    return {"voiding": _voiding(hall, voided)} if voided else {}


def ended_claims(case: Dispute, notice: Notice) -> tuple[str, ...]:
    """The claims that a notice ends, where it does not end all."""
    return tuple(str(case.claims[at - 1]) for at in notice.claims or () if at <= len(case.claims))


def settled_claims(case: Dispute, agreement: Agreement) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The claims that a partial agreement settles, and the rest; both empty where it settles all."""
    if not agreement.settles:
        return (), ()
    claims = agreement.text.get("claims") or case.claims  # as they were when it was drafted
    settled = tuple(str(text) for at, text in enumerate(claims, start=1) if at in agreement.settles)
    rest = tuple(str(text) for at, text in enumerate(claims, start=1) if at not in agreement.settles)
    return settled, rest


def binding_number(hall: Hall, case: Dispute, notice: Notice) -> str:
    """The number of the agreement that stays in force while a notice ends the rest, or talks that were taken up anew."""
    assert case.id is not None
    binding = queries.agreements_in_force(hall.session, case.id)
    return (binding[0].number or "") if binding and notice.kind == "termination" else ""


def former_number(hall: Hall, agreement: Agreement) -> str:
    """The number of the agreement that this one adds to, or takes the place of."""
    if agreement.supplements is None:
        return ""
    former = queries.agreement_of(hall.session, agreement.case_id, agreement.supplements)
    return (former.number or "") if former else ""


def _suspension(hall: Hall, case: Dispute, row: Suspension) -> SuspensionSheet:
    assert case.id is not None
    names = {party.ordinal: str(party.name) for party in case_queries.everybody(hall.session, case.id)}
    kinds = {"appraisal": _("需要进行鉴定"), "consent": _("全体当事人同意暂停调解")}
    return SuspensionSheet(
        kind_code=row.kind,
        kind=kinds[row.kind],
        asked_by=tuple(names[ordinal] for ordinal in row.asked_by),
        evidence=row.evidence,
        began_on=local_day(row.began_at),
        expected_on=row.expected_on,
    )


def _correction(hall: Hall, row: Correction) -> CorrectionSheet:
    paper = queries.paper_of_id(hall.session, row.document_id)
    codes = hall.office.codes
    slips = tuple(
        SlipSheet(
            field=codes.title("slip_fields", slip["field"]),
            where=slip["where"],
            wrong=slip["wrong"],
            right=slip["right"],
        )
        for slip in row.slips
    )
    return CorrectionSheet(
        paper=_title(hall, paper),
        paper_number=paper.number or "",
        paper_issued_on=paper.issued_on,
        paper_issued_by=paper.snapshot["committee"]["name"],
        slips=slips,
        reason=row.reason,
        decided_on=row.decided_on,
    )


def _voiding(hall: Hall, row: Voiding) -> VoidingSheet:
    paper = queries.paper_of_id(hall.session, row.document_id)
    bases = {
        "not_in_force": _("该文书尚未生效"),
        "new_agreement": _("各方当事人另行达成的协议已经生效，取代了该文书"),
        "court_decision": _("人民法院已经作出裁判"),
    }
    reference = row.reference
    return VoidingSheet(
        paper=_title(hall, paper),
        paper_number=paper.number or "",
        paper_issued_on=paper.issued_on,
        paper_issued_by=paper.snapshot["committee"]["name"],
        basis_code=row.basis,
        basis=bases[row.basis],
        court=reference.get("court", ""),
        court_number=reference.get("number", ""),
        court_decided_on=date.fromisoformat(reference["decided_on"]) if reference else None,
        reason=row.reason,
        decided_on=local_day(row.voided_at),
    )


def _title(hall: Hall, paper: Document) -> str:
    return hall.office.form(paper.form).title
