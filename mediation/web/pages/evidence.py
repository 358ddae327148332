"""证据材料 on pages: handed in by a form with files, one piece looked at, its file saved, its original given back, withdrawn."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Path, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from mediation.cases.evidence.keeping import MOST_FILES, not_ones_work
from mediation.cases.evidence.said import GiveEvidence, ReturnEvidence, WithdrawEvidence
from mediation.clock import local_day
from mediation.documents.media import MOST_BYTES
from mediation.errors import MediationError, NotPermitted
from mediation.language import _
from mediation.web.answers import Answer, answer_once
from mediation.web.api.evidence import MOST_BODY, handed_files
from mediation.web.branch import Branch
from mediation.web.deps import Desk, Ref, TheDesk
from mediation.web.errors import SHOWN_AGAIN, status_of, told_on_form
from mediation.web.forms.choices import Choices
from mediation.web.forms.fields import Fault
from mediation.web.pages.cases import asked_by
from mediation.web.pages.shell import page, tell
from mediation.web.saving import saved
from mediation.web.seats import PostedBySeat, Seat, TheSeat

router = Branch(include_in_schema=False)
Number = Annotated[int, Path(ge=1, le=9999)]
_TITLES = {
    "files": "文件",
    "kind": "种类",
    "name": "名称",
    "party": "提交人",
    "given_by": "提交人",
    "given_on": "提交日期",
    "shows": "证明什么",
    "medium": "原件还是复印件",
    "checked": "与原件核对",
    "sheets": "页数、份数",
    "returned_to": "退还给谁",
    "returned_on": "退还日期",
    "reason": "为什么撤回",
}
_FILES = {"image": "图片", "application": "PDF", "text": "文本", "audio": "录音", "video": "录像"}
_OTHERS = "other"
"""What stands for somebody who is no party, in the choice of who gave it."""


@router.get("/cases/{ref}/evidence", name="evidence_form")
def evidence_form(request: Request, desk: TheDesk, seat: TheSeat, ref: Ref) -> Response:
    if not desk.evidence.may_keep(seat.post, ref):
        raise NotPermitted(not_ones_work())
    return _form(request, desk, seat, ref, {})


@router.post("/cases/{ref}/evidence", name="give_evidence", max_body_size=MOST_BODY)
def give_evidence(request: Request, desk: TheDesk, seat: TheSeat, ref: Ref, form: PostedBySeat) -> Response:
    typed = _typed(form, *GiveEvidence.model_fields)
    words: dict[str, Any] = dict(typed)
    if words.get("party") == _OTHERS:
        del words["party"]
    elif "party" in words:
        words.pop("given_by", None)
    try:
        answer = answer_once(
            desk,
            asked_by(request, seat, form),
            lambda remember: desk.evidence.give(
                seat.post, ref, words, handed_files(form, "files"), remember=remember
            ),
            lambda _done: _to_list(ref),
        )
    except SHOWN_AGAIN as error:
        return _form(request, desk, seat, ref, typed, error)
    return tell(answer, _("证据材料已经收下"))


@router.get("/cases/{ref}/evidence/{number}", name="evidence_piece")
def evidence_piece(request: Request, desk: TheDesk, seat: TheSeat, ref: Ref, number: Number) -> Response:
    return _piece(request, desk, seat, ref, number, {})


@router.get("/cases/{ref}/evidence/{number}/file", name="evidence_file")
def evidence_file(desk: TheDesk, seat: TheSeat, ref: Ref, number: Number) -> Response:
    return saved(desk.evidence.open(seat.post, ref, number), f"evidence-{number}")


@router.post("/cases/{ref}/evidence/{number}/return", name="return_evidence")
def return_evidence(
    request: Request, desk: TheDesk, seat: TheSeat, ref: Ref, number: Number, form: PostedBySeat
) -> Response:
    words = _typed(form, *ReturnEvidence.model_fields)
    try:
        answer = answer_once(
            desk,
            asked_by(request, seat, form),
            lambda remember: [desk.evidence.give_back(seat.post, ref, number, words, remember=remember)],
            lambda _done: _to_list(ref),
        )
    except SHOWN_AGAIN as error:
        return _piece(request, desk, seat, ref, number, words, error)
    return tell(answer, _("已经记录原件退还"))


@router.post("/cases/{ref}/evidence/{number}/withdraw", name="withdraw_evidence")
def withdraw_evidence(
    request: Request, desk: TheDesk, seat: TheSeat, ref: Ref, number: Number, form: PostedBySeat
) -> Response:
    words = _typed(form, *WithdrawEvidence.model_fields)
    try:
        answer = answer_once(
            desk,
            asked_by(request, seat, form),
            lambda remember: [desk.evidence.withdraw(seat.post, ref, number, words, remember=remember)],
            lambda _done: _to_list(ref),
        )
    except SHOWN_AGAIN as error:
        return _piece(request, desk, seat, ref, number, words, error)
    return tell(answer, _("已经撤回，文件不再提供"))


def _to_list(ref: str) -> Answer:
    return Answer(303, "", {"Location": f"/cases/{quote(ref, safe='')}?tab=evidence"})


def _typed(form: FormData, *keys: str) -> dict[str, str]:
    found = {key: str(form.get(key, "")).strip() for key in keys}
    return {key: value for key, value in found.items() if value}


def _form(
    request: Request,
    desk: Desk,
    seat: Seat,
    ref: str,
    typed: dict[str, str],
    error: MediationError | None = None,
) -> Response:
    case = desk.room.workspace(seat.post, ref).page
    today = local_day(desk.clock.now())
    first = {"medium": "copy", "given_on": today.isoformat()} if error is None else {}
    return page(
        request,
        seat,
        "evidence.html",
        status=status_of(error) if error is not None else 200,
        case=case,
        kinds=Choices(desk).codes("evidence_kinds"),
        typed=dict.fromkeys(GiveEvidence.model_fields, "") | first | typed,
        others=_OTHERS,
        today=today,
        most_files=MOST_FILES,
        most_megabytes=MOST_BYTES // 1024**2,
        problems=_faults(error),
        reasons=getattr(error, "reasons", ()),
        message=told_on_form(error),
    )


def _piece(
    request: Request,
    desk: Desk,
    seat: Seat,
    ref: str,
    number: int,
    typed: dict[str, str],
    error: MediationError | None = None,
) -> Response:
    work = desk.room.workspace(seat.post, ref)
    empty = dict.fromkeys((*ReturnEvidence.model_fields, *WithdrawEvidence.model_fields), "")
    piece = desk.evidence.piece(seat.post, ref, number)
    return page(
        request,
        seat,
        "evidence_piece.html",
        status=status_of(error) if error is not None else 200,
        case=work.page,
        piece=piece,
        file_kind=_(_FILES[piece.media_type.partition("/")[0]]),
        may_return=desk.evidence.may_keep(seat.post, ref),
        may_withdraw=work.may_keep,
        typed=empty | typed,
        today=local_day(desk.clock.now()),
        problems=_faults(error),
        reasons=getattr(error, "reasons", ()),
        message=told_on_form(error),
    )


def _faults(error: MediationError | None) -> list[Fault]:
    """Each with the field that it is about, to be led to."""
    found = []
    for one in getattr(error, "problems", ()):
        field = (one.key or "").partition("[")[0]
        found.append(Fault(field, _(_TITLES[field]) if field in _TITLES else "", one.message))
    return found
