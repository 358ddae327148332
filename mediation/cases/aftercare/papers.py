"""The paper that a correction or a voiding is about, and the agreement that it writes down."""

from mediation.cases import queries as case_queries
from mediation.cases.aftercare import queries
from mediation.cases.hall import Hall
from mediation.cases.models import Agreement, Dispute
from mediation.documents.models import Document
from mediation.errors import InputInvalid, Problem
from mediation.language import _, joined

_STANDS = {"in_force": "生效", "replaced": "已被新协议取代", "signing": "待签署"}


def find_paper(hall: Hall, case: Dispute, name: str) -> Document:
    """The paper named `form` or `form:subject` that counts; InputInvalid if there is none, or more than one it may mean.

    A scan is no paper of its own: it shows one. A case's first notice of a kind has no subject, and `form` is its name.
    """
    assert case.id is not None
    form, _colon, subject = name.partition(":")
    present = [row for row in case_queries.documents(hall.session, case.id) if row.form == form != "scan"]
    counting = {row.subject: row for row in present if row.state != "void"}
    found = counting.get(subject)
    if found is None and not subject and len(counting) == 1:
        [found] = counting.values()
    if found is not None:
        return found
    message = _("本案没有有效的文书 {paper}").format(paper=name)
    if subject and any(row.subject == subject for row in present):
        message = _("{paper} 已经作废").format(paper=name)
        if counting:
            named = joined(_name(hall, case, row) for row in counting.values())
            message = _("{paper} 已经作废；没有作废的是：{papers}").format(paper=name, papers=named)
    elif counting:
        title = hall.office.form(form).title
        papers = joined(_name(hall, case, row) for row in counting.values())
        message = _("{title}有{n}份，请写明是哪一份：{papers}")
        message = message.format(title=title, n=len(counting), papers=papers)
    raise InputInvalid([Problem(message, key="paper")])


def _name(hall: Hall, case: Dispute, paper: Document) -> str:
    """A paper as an act names it; of an agreement also how it stands."""
    name = f"{paper.form}:{paper.subject}" if paper.subject else paper.form
    agreement = agreement_of_paper(hall, case, paper)
    stands = _(_STANDS.get(agreement.state, "")) if agreement is not None else ""
    return _("{name}（{stands}）").format(name=name, stands=stands) if stands else name


def agreement_of_paper(hall: Hall, case: Dispute, document: Document) -> Agreement | None:
    """The agreement that the paper writes down; none for other papers."""
    assert case.id is not None
    if document.form not in {"agreement", "oral_agreement"}:
        return None
    return queries.agreement_of(hall.session, case.id, int(document.subject.rpartition("-")[2]))
