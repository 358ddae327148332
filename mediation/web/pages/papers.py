"""The papers of a case: what each still lacks, printed, looked at page by page; a draft as the page that it would become."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import Path, Request
from starlette.responses import Response

from mediation.cases.queries import SCAN
from mediation.cases.verbs import verb_of
from mediation.errors import DocumentError, FactsMissing, InputInvalid, MediationError, NotFound, Problem
from mediation.language import _
from mediation.web.answers import Answer, answer_once
from mediation.web.branch import Branch
from mediation.web.deps import FormName, Preview, Ref, Subject, TheDesk
from mediation.web.errors import status_of
from mediation.web.forms.choices import Choices
from mediation.web.forms.fields import Fault, faults_of, fields_of, words_of
from mediation.web.pages.cases import asked_by, form_page
from mediation.web.pages.lacking import Lacking, lacking
from mediation.web.pages.pictures import picture
from mediation.web.pages.shell import page
from mediation.web.seats import PostedBySeat, TheSeat

router = Branch(include_in_schema=False)
_MOST_PAGES = 60


@dataclass(frozen=True, slots=True)
class Shown:
    """A draft for its page: pictures as they stand in the page itself, what lacks, what is wrong."""

    pictures: list[str]
    lacks: list[Lacking]
    faults: list[Fault]
    why_not: str = ""


@router.get("/cases/{ref}/papers/{form}", name="case_paper")
def case_paper(desk: TheDesk, seat: TheSeat, ref: Ref, form: FormName, subject: Subject = "") -> Response:
    if form != SCAN:
        desk.office.form(form)
    found = desk.paper(seat.post, ref, form, subject)
    if found is None:
        raise NotFound(_("这份文书还没有出具"))
    headers = {"Content-Disposition": f'inline; filename="{form}.pdf"'}
    return Response(found[0], media_type="application/pdf", headers=headers)


@router.get("/cases/{ref}/papers/{form}/ready", name="paper_ready")
def paper_ready(
    request: Request, desk: TheDesk, seat: TheSeat, ref: Ref, form: FormName, subject: Subject = ""
) -> Response:
    return _ready(request, desk, seat, ref, form, subject)


@router.get("/cases/{ref}/papers/{form}/pages/{number}", name="paper_page")
def paper_page(
    request: Request,
    desk: TheDesk,
    seat: TheSeat,
    ref: Ref,
    form: FormName,
    number: Annotated[int, Path(ge=1, le=_MOST_PAGES)],
    subject: Subject = "",
    narrow: bool = False,
) -> Response:
    return picture(
        request,
        lambda webp: desk.room.picture(seat.post, ref, form, number, subject, narrow=narrow, webp=webp),
    )


@router.post("/cases/{ref}/papers/{form}", name="issue")
def issue(
    request: Request, desk: TheDesk, seat: TheSeat, ref: Ref, form: FormName, posted: PostedBySeat
) -> Response:
    subject = str(posted.get("subject", ""))
    then = f"/cases/{ref}/papers/{form}" + (f"?subject={quote(subject)}" if subject else "")
    try:
        return answer_once(
            desk,
            asked_by(request, seat, posted),
            lambda remember: desk.issue(seat.post, ref, form, subject, remember=remember),
            lambda _document: Answer(303, "", {"Location": then}),
        )
    except (FactsMissing, DocumentError) as error:
        return _ready(request, desk, seat, ref, form, subject, error)


@router.post("/cases/{ref}/draft", name="draft_preview")
def draft_preview(
    request: Request, desk: TheDesk, seat: TheSeat, ref: Ref, form: PostedBySeat, part: bool = False
) -> Response:
    """The draft as typed: the page with its picture, or with `part` the picture alone. Enters nothing."""
    model = verb_of("draft_agreement").said
    error: InputInvalid | None = None
    found: Preview | None = None
    try:
        found = desk.room.preview(seat.post, ref, words_of(model, form))
    except InputInvalid as wrong:
        error = wrong
    problems: tuple[Problem, ...] = error.problems if error else ()
    case = desk.room.workspace(seat.post, ref).page
    fields = fields_of(model, Choices(desk, case, "draft_agreement"), form, problems=problems)
    shown = Shown(
        [_in_page(one) for one in found.pictures] if found else [],
        lacking(case, found.lacks) if found else [],
        faults_of(fields, problems),
        found.why_not if found else "",
    )
    if part:
        return page(request, seat, "_preview.html", preview=shown)
    return form_page(request, desk, seat, ref, "draft_agreement", form, preview=shown)


def _ready(
    request: Request,
    desk: TheDesk,
    seat: TheSeat,
    ref: str,
    form: str,
    subject: str,
    error: MediationError | None = None,
) -> Response:
    """What a paper lacks, with the way to where it is entered; once nothing lacks, the button that prints it."""
    title = desk.office.form(form).title
    work = desk.room.workspace(seat.post, ref)
    lacks: Sequence[Problem] = ()
    why_not = error.message if error is not None and not isinstance(error, FactsMissing) else ""
    try:
        lacks = desk.room.lacks(seat.post, ref, form, subject)
    except DocumentError as unfit:
        why_not = why_not or unfit.message
    return page(
        request,
        seat,
        "paper.html",
        status=status_of(error) if error is not None else 200,
        case=work.page,
        work=work,
        form=form,
        subject=subject,
        title=title,
        lacks=lacking(work.page, lacks, _here(work.page.row.id, form, subject)),
        why_not=why_not,
        present=[one for one in work.papers if one.form == form and subject in {"", one.subject}],
    )


def _here(case: str, form: str, subject: str) -> str:
    return f"/cases/{case}/papers/{form}/ready" + (f"?subject={quote(subject)}" if subject else "")


def _in_page(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"
