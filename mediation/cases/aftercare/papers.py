"""The paper that a correction or a voiding is about, and the agreement that it writes down."""

from mediation.cases import queries as case_queries
from mediation.cases.aftercare import queries
from mediation.cases.hall import Hall
from mediation.cases.models import Agreement, Dispute
from mediation.documents.models import Document
from mediation.errors import InputInvalid, Problem
from mediation.language import _


def find_paper(hall: Hall, case: Dispute, name: str) -> Document:
    """The paper named `form` or `form:subject`, the newest of several; InputInvalid if there is none that counts.

    A scan is no paper of its own: it shows one.
    """
    assert case.id is not None
    form, _colon, subject = name.partition(":")
    found = case_queries.document(hall.session, case.id, form, subject)
    if found is None or form == "scan":
        raise InputInvalid([Problem(_("本案没有有效的文书 {paper}").format(paper=name), key="paper")])
    return found


def agreement_of_paper(hall: Hall, case: Dispute, document: Document) -> Agreement | None:
    """The agreement that the paper writes down; none for other papers."""
    assert case.id is not None
    if document.form not in {"agreement", "oral_agreement"}:
        return None
    return queries.agreement_of(hall.session, case.id, int(document.subject.rpartition("-")[2]))
