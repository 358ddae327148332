"""A draft of the agreement before it is entered: as it was left, and as the paper would say it."""

from dataclasses import replace
from typing import Any

from mediation.cases import mediation, paperwork, queries
from mediation.cases.aftercare import queries as aftercare
from mediation.cases.facts import clause_facts
from mediation.cases.hall import Hall
from mediation.cases.inputs import DraftAgreement
from mediation.cases.models import Agreement, Clause, Dispute
from mediation.cases.paperwork import Prepared
from mediation.documents.forms import Form
from mediation.errors import Problem
from mediation.language import _

_TERMS = ("what", "at_once", "manner", "place", "condition", "breach", "instalments")


def draft_words(hall: Hall, case: Dispute) -> dict[str, Any]:
    """The words of the draft at work, to go on with, or of the paper that was sent back to the talks; else what the case knows already."""
    assert case.id is not None
    former = aftercare.agreement_at_work(hall.session, case.id) or _sent_back(hall, case)
    if former is None or former.id is None:
        return {"facts": str(case.narrative), "matters": "；".join(str(claim) for claim in case.claims)}
    words = {key: value for key, value in former.text.items() if value and key not in ("rest", "claims")}
    if former.settles and former.text.get("claims") in (None, list(case.claims)):  # else they mean others now
        words["settles"] = list(former.settles)
    return {**words, "clauses": [_clause(row) for row in queries.clauses(hall.session, former.id)]}


def _sent_back(hall: Hall, case: Dispute) -> Agreement | None:
    """The newest agreement, if it was voided before it bound anybody and all whom its clauses name are there still."""
    assert case.id is not None
    newest = next(reversed(queries.agreements(hall.session, case.id)), None)
    if newest is None or newest.kind != "main" or newest.state != "void" or newest.in_force_at is not None:
        return None
    there = {row.ordinal for row in queries.parties(hall.session, case.id)}
    named = {
        one for row in queries.clauses(hall.session, newest.id or 0) for one in (row.obligor, row.obligee)
    }
    return newest if named - {None} <= there else None


def prepared_draft(hall: Hall, case: Dispute, said: DraftAgreement) -> tuple[Prepared, list[Problem]]:
    """The paper that a draft would become, with nothing entered, and what the law wants in its clauses and is not there.

    Raises InputInvalid for what an agreement cannot have.
    """
    assert case.id is not None
    mediation.check_draft(hall, case, said, said.settles)
    former = aftercare.agreement_at_work(hall.session, case.id)
    ordinal = former.ordinal if former else len(queries.agreements(hall.session, case.id)) + 1
    row = Agreement(
        case_id=case.id,
        ordinal=ordinal,
        written=True,
        medium="tablet",
        text=mediation.text_of(said),
        settles=sorted(said.settles) or None,
        concluded_on=hall.today,
    )
    clauses = mediation.clause_rows(row, said.clauses)
    prepared = paperwork.prepare(hall, case, "agreement", f"agreement-{ordinal}", (row, clauses))
    return prepared, [problem for clause in clauses for problem in _unclear(clause)]


def without_needs(form: Form) -> Form:
    """The form for a look at what is not complete yet; what is issued always goes by the form itself."""
    return replace(form, sheet=form.sheet.model_copy(update={"needs": []}))


def _unclear(clause: Clause) -> list[Problem]:
    """What a clause does not say and an agreement must (人民调解法 Art. 29)."""
    titles = {
        "amount": _("金额"),
        "what": _("事项"),
        "due_on": _("履行期限"),
        "manner": _("履行方式"),
        "obligee": _("权利人（不能与义务人相同）"),
    }
    fields = {"amount": "amount_fen"}
    message = _("第{n}条没有写明{what}")
    return [
        Problem(
            message.format(n=clause.ordinal, what=titles.get(lack, lack)),
            key=f"clauses[{clause.ordinal - 1}].{fields.get(lack, lack)}",
        )
        for lack in clause_facts(clause).lacks
    ]


def _clause(row: Clause) -> dict[str, Any]:
    words = {
        "obligor": row.obligor,
        "obligee": row.obligee,
        "act": row.act,
        "amount_fen": row.amount_fen,
        "due_on": row.due_on,
        **{key: row.terms.get(key) for key in _TERMS},
    }
    if words["instalments"]:
        words["amount_fen"] = words["due_on"] = None
    return {key: value for key, value in words.items() if value not in (None, "", False, [])}
