"""补充协议: what an agreement in force left open, agreed in writing and signed as the first was; both are performed."""

from mediation.cases import mediation, paperwork, parties
from mediation.cases.aftercare import queries
from mediation.cases.aftercare.said import Supplement
from mediation.cases.facts import clause_facts
from mediation.cases.hall import Hall, Heard
from mediation.cases.models import Agreement, Dispute
from mediation.cases.numbering import agreement_number
from mediation.cases.queries import agreements
from mediation.errors import Faults
from mediation.language import _
from mediation.workflow.facts import AgreementFacts


def supplement(hall: Hall, case: Dispute, said: Supplement) -> Heard:
    """The text is settled with the act, and goes to signing."""
    assert case.id is not None
    wrong = Faults()
    with wrong.noting():
        mediation.check_draft(hall, case, said)
    with wrong.noting():
        parties.named(hall, case, said.asked_by, "asked_by")
    with wrong.noting():
        mediation.refuse_tablet(hall, said.medium)
    in_force = queries.agreements_in_force(hall.session, case.id)
    binding = [one for one in in_force if one.kind != "supplementary"]
    if not in_force:
        wrong.add(_("没有生效的协议，不能订立补充协议"), "agreement")
    elif not binding:  # a supplement that outlives what it added to carries no other
        wrong.add(
            _("原协议已经不再有效，只剩补充协议，不能再订立补充协议；可以办理「再次调解」"), "agreement"
        )
    ordinal = len(agreements(hall.session, case.id)) + 1
    row = Agreement(
        case_id=case.id,
        ordinal=ordinal,
        written=True,
        medium=said.medium,
        kind="supplementary",
        supplements=binding[0].ordinal if binding else None,
        state="signing",
        number=agreement_number(str(case.number), ordinal),
        text=mediation.text_of(said),
        concluded_on=hall.today,
    )
    clauses = mediation.clause_rows(row, said.clauses)
    seen = tuple(clause_facts(clause) for clause in clauses)
    agreement = AgreementFacts(written=True, medium=said.medium, state="draft", clauses=seen)
    act = {
        "asked_by": said.asked_by,
        "medium": said.medium,
        "override_reason": bool(said.override_reason),
    }
    facts: dict[str, object] = {"agreement": agreement}
    if binding and not any(problem.key.startswith("clauses") for problem in wrong.problems):
        facts["paper_lacks"] = paperwork.lacking(hall, case, "agreement", (row, clauses))
    wrong.refuse(Heard(act=act, facts=facts))

    def write() -> None:
        hall.session.add(row)
        hall.session.flush()
        for clause in clauses:
            clause.agreement_id = row.id or 0
        hall.session.add_all(clauses)

    return Heard(
        act=act,
        facts=facts,
        changes={"closed_at": None},
        record={
            "agreement": ordinal,
            "number": row.number,
            "supplements": row.supplements,
            "clauses": len(clauses),
            "medium": said.medium,
            "asked_by": list(said.asked_by),
        },
        details={"agreement": said.model_dump(mode="json", exclude={"occurred_at"}, exclude_none=True)},
        write=write,
    )
