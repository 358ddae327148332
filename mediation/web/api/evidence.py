"""Evidence of a case: handed in as a form with files, listed, read, its original given back, withdrawn."""

from collections.abc import AsyncIterator
from datetime import date, datetime
from functools import partial
from typing import Annotated, Any

from fastapi import Depends, Path, Request
from pydantic import BaseModel
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from mediation.cases.evidence.keeping import MOST_FILES
from mediation.cases.evidence.page import Piece
from mediation.cases.evidence.said import GiveEvidence, ReturnEvidence, WithdrawEvidence
from mediation.crypto import sha256
from mediation.documents.media import MOST_BYTES
from mediation.language import _
from mediation.web.answers import Answer, answer_once
from mediation.web.api.cases import ROOT
from mediation.web.api.words import Unheard, Words
from mediation.web.branch import Branch
from mediation.web.deps import (
    KEY_HEADER,
    ActingPost,
    Asked,
    HandedFile,
    MaybeAsked,
    Ref,
    TheDesk,
)
from mediation.web.errors import RequestMalformed, declared
from mediation.web.saving import saved

MOST_BODY = MOST_BYTES + 1024 * 1024
"""The largest form: one file of the largest size, and its words."""
Number = Annotated[int, Path(ge=1, le=9999, description="the how-manieth piece of the case")]
router = Branch(prefix=f"{ROOT}/cases/{{ref}}/evidence", tags=["evidence"])


class PieceShown(BaseModel):
    """A piece of evidence. `party`: ordinal of who gave it, null if it was no party; `giver`: the name of either.

    `sha256`, `size`: of the file as it is kept; `handed_sha256`: of what was handed in, which differs if something was hung
    on behind the end of it. What was withdrawn has no file to be read. `came_from`: the merged case that it came with, and its
    number there; `went_to`: the main case that it went into, where it is given back and withdrawn. Both empty if there is none.
    """

    number: int
    kind: str
    kind_title: str
    name: str
    party: int | None
    giver: str
    given_on: date
    shows: str
    medium: str
    checked: bool
    sheets: int | None
    media_type: str
    size: int
    sha256: str
    handed_sha256: str
    file_name: str
    entered_by: str
    entered_at: datetime
    returned_on: date | None
    returned_to: str
    withdrawn_at: datetime | None
    withdraw_reason: str
    came_from: str
    went_to: str


class EvidenceList(BaseModel):
    """Pieces of evidence in their order, withdrawn ones too."""

    evidence: list[PieceShown]


async def _handed(request: Request, _post: ActingPost) -> AsyncIterator[FormData]:
    """The form; its files lie outside the memory until they are judged."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "multipart/form-data":
        raise RequestMalformed(_("请用 multipart/form-data 提交：各项内容和 files"))
    async with request.form(max_files=MOST_FILES + 1, max_fields=40, max_part_size=128 * 1024) as form:
        yield form


TheForm = Annotated[FormData, Depends(_handed)]
_FORM: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": [*GiveEvidence.model_json_schema()["required"], "files"],
    "properties": {
        **GiveEvidence.model_json_schema()["properties"],
        "files": {
            "type": "array",
            "minItems": 1,
            "maxItems": MOST_FILES,
            "items": {"type": "string", "format": "binary"},
        },
    },
}


@router.get("", summary=_("证据材料"), responses=declared(401, 403, 404, 422))
def list_evidence(desk: TheDesk, post: ActingPost, ref: Ref) -> EvidenceList:
    return EvidenceList(evidence=[_shown(one) for one in desk.evidence.pieces(post, ref)])


@router.post(
    "",
    summary=_("收取证据材料"),
    operation_id="give_evidence",
    status_code=201,
    response_model=EvidenceList,
    responses=declared(401, 403, 404, 409, 422),
    max_body_size=MOST_BODY,
    openapi_extra={"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _FORM}}}},
)
def give_evidence(
    request: Request,
    desk: TheDesk,
    post: ActingPost,
    ref: Ref,
    form: TheForm,
    key: Annotated[str | None, KEY_HEADER] = None,
) -> Response:
    """Files are judged by their content; several become several pieces of the same words, all or none."""
    words, files = _words(form), handed_files(form, "files")
    asked = _asked(request, post, key, words, files) if key is not None else None
    return answer_once(
        desk,
        asked,
        lambda remember: desk.evidence.give(post, ref, words, files, remember=remember),
        lambda done: _told(201, done),
    )


@router.get(
    "/{number}/file",
    summary=_("取证据材料的文件"),
    response_class=Response,
    responses={
        **declared(401, 403, 404, 422),
        200: {
            "description": _("收到的文件；只供另存"),
            "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
        },
    },
)
def read_evidence(desk: TheDesk, post: ActingPost, ref: Ref, number: Number) -> Response:
    return saved(desk.evidence.open(post, ref, number), f"evidence-{number}")


@router.post(
    "/{number}/return",
    summary=_("退还证据原件"),
    operation_id="return_evidence",
    response_model=PieceShown,
    responses=declared(401, 403, 404, 409, 415, 422),
)
def return_evidence(
    desk: TheDesk,
    post: ActingPost,
    ref: Ref,
    number: Number,
    asked: MaybeAsked,
    words: Annotated[Words, Unheard(ReturnEvidence)],
) -> Response:
    return answer_once(
        desk,
        asked,
        lambda remember: [desk.evidence.give_back(post, ref, number, words, remember=remember)],
        _one_told,
    )


@router.post(
    "/{number}/withdraw",
    summary=_("撤回证据材料"),
    operation_id="withdraw_evidence",
    response_model=PieceShown,
    responses=declared(401, 403, 404, 409, 415, 422),
)
def withdraw_evidence(
    desk: TheDesk,
    post: ActingPost,
    ref: Ref,
    number: Number,
    asked: MaybeAsked,
    words: Annotated[Words, Unheard(WithdrawEvidence)],
) -> Response:
    return answer_once(
        desk,
        asked,
        lambda remember: [desk.evidence.withdraw(post, ref, number, words, remember=remember)],
        _one_told,
    )


def handed_files(form: FormData, name: str) -> list[HandedFile]:
    """The files of a form under one name; a place where none was chosen is none."""
    uploads = [one for one in form.getlist(name) if isinstance(one, UploadFile)]
    return [
        HandedFile(one.filename or "", one.size or 0, partial(_bytes_of, one))
        for one in uploads
        if one.size or one.filename
    ]


def _bytes_of(upload: UploadFile) -> bytes:
    upload.file.seek(0)
    return upload.file.read()


def _words(form: FormData) -> dict[str, Any]:
    """What a form says; what was left empty is not said."""
    said = {name: value for name, value in form.multi_items() if isinstance(value, str) and value.strip()}
    return said | {
        name: "" for name, value in form.multi_items() if name != "files" and not isinstance(value, str)
    }


def _asked(request: Request, post: int, key: str, words: dict[str, Any], files: list[HandedFile]) -> Asked:
    """A form is the same if its words and files are: what stands between its parts is drawn by lot each time."""
    parts = [f"{name}={value}" for name, value in sorted(words.items())]
    parts += [f"{one.name}:{sha256(one.read())}" for one in files]
    body = sha256("\0".join(parts).encode())
    return Asked(key, f"post:{post}", f"{request.method} {request.scope['path']}", body)


def _shown(piece: Piece) -> PieceShown:
    return PieceShown.model_validate(piece, from_attributes=True)


def _told(status: int, done: list[Piece]) -> Answer:
    return Answer(status, EvidenceList(evidence=[_shown(one) for one in done]).model_dump_json())


def _one_told(done: list[Piece]) -> Answer:
    return Answer(200, _shown(done[0]).model_dump_json())
