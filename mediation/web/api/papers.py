"""Papers of a case: issue, read, ask what is missing."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints
from starlette.responses import Response

from mediation.errors import NotFound
from mediation.language import _
from mediation.web.answers import Answer, answer_once
from mediation.web.api.cases import ROOT
from mediation.web.branch import Branch
from mediation.web.deps import ActingPost, FormName, MaybeAsked, Ref, Subject, TheDesk
from mediation.web.errors import declared


class PaperWanted(BaseModel):
    """Which of several papers of a form: `party-1` for the first party's; nothing where there is but one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    subject: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{0,60}$")] = ""


class PaperIssued(BaseModel):
    """A paper that was printed and entered."""

    document: str
    form: str
    subject: str


class FactsLacking(BaseModel):
    """What a paper still lacks, and where each fact is entered."""

    missing: list[str]


router = Branch(prefix=f"{ROOT}/cases/{{ref}}/papers", tags=["papers"])


@router.post(
    "/{form}",
    summary=_("出具文书"),
    status_code=201,
    response_model=PaperIssued,
    responses=declared(401, 403, 404, 409, 415, 422),
)
def issue_paper(
    desk: TheDesk, post: ActingPost, ref: Ref, form: FormName, asked: MaybeAsked, wanted: PaperWanted
) -> Response:
    def tell(document: str) -> Answer:
        issued = PaperIssued(document=document, form=form, subject=wanted.subject)
        return Answer(201, issued.model_dump_json())

    return answer_once(
        desk,
        asked,
        lambda remember: desk.issue(post, ref, form, wanted.subject, remember=remember),
        tell,
    )


@router.get(
    "/{form}",
    summary=_("取文书"),
    response_class=Response,
    responses={
        **declared(401, 403, 404, 422),
        200: {
            "description": _("文书的 PDF"),
            "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
        },
    },
)
def read_paper(desk: TheDesk, post: ActingPost, ref: Ref, form: FormName, subject: Subject = "") -> Response:
    desk.office.form(form)
    found = desk.paper(post, ref, form, subject)
    if found is None:
        raise NotFound(_("这份文书还没有出具"))
    pdf, document = found
    headers = {"Content-Disposition": f'inline; filename="{form}.pdf"', "Document-Id": document}
    return Response(pdf, media_type="application/pdf", headers=headers)


@router.get("/{form}/missing", summary=_("文书还缺什么"), responses=declared(401, 403, 404, 409, 422))
def missing_facts(
    desk: TheDesk, post: ActingPost, ref: Ref, form: FormName, subject: Subject = ""
) -> FactsLacking:
    return FactsLacking(missing=desk.missing(post, ref, form, subject))
