"""Verification, for anyone: is this file the paper that was signed? It tells the verdict and its reasons, no names."""

import threading
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from pydantic import BaseModel
from starlette.datastructures import UploadFile

from mediation.documents.verify import Report
from mediation.language import _
from mediation.web.api.cases import ROOT
from mediation.web.branch import Branch
from mediation.web.deps import TheDesk
from mediation.web.errors import RequestMalformed, TooBusy, declared

MOST_BYTES = 64 * 1024 * 1024
HELD_AT_ONCE = 8
"""So many bodies lie in memory at once, each of the largest size at most."""
AT_ONCE = 2
"""One judging process serves them in turn, and the residents' page too."""


class SignatureLine(BaseModel):
    """One signature: the slot it fills, when it was made, whether it holds."""

    slot: str
    at: datetime
    holds: bool


class Verdict(BaseModel):
    """The closed verdict. Only `valid` is a yes."""

    verdict: str
    valid: bool
    sentences: list[str]
    sha256: str
    document: str | None
    form: str
    signatures: list[SignatureLine]
    empty_slots: list[str]
    roots: list[str]


async def _file(request: Request) -> AsyncIterator[bytes]:
    """The file, while there is room for it: a body is refused unread when too many are held. Raises TooBusy."""
    if not _room.acquire(blocking=False):
        raise TooBusy(_("正在核验的文件太多，请稍候再试。"))
    try:
        yield await _read(request)
    finally:
        _room.release()


async def _read(request: Request) -> bytes:
    """The body itself, or the only file of a form."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "multipart/form-data":
        return await request.body()
    async with request.form(max_files=1, max_fields=0) as form:
        files = [value for value in form.values() if isinstance(value, UploadFile)]
        if len(files) != 1:
            raise RequestMalformed(_("请只上传一个 PDF 文件。"))
        return await files[0].read()


router = Branch(prefix=ROOT, tags=["verification"])
_places = threading.BoundedSemaphore(AT_ONCE)
_room = threading.BoundedSemaphore(HELD_AT_ONCE)
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_UPLOAD = {
    "schema": {
        "type": "object",
        "required": ["file"],
        "properties": {"file": {"type": "string", "format": "binary"}},
        "additionalProperties": False,
    }
}


@router.post(
    "/verify",
    summary=_("核验 PDF"),
    responses=declared(),
    max_body_size=MOST_BYTES,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/pdf": _BINARY, "multipart/form-data": _UPLOAD},
        }
    },
)
def verify(desk: TheDesk, pdf: Annotated[bytes, Depends(_file)]) -> Verdict:
    if not _places.acquire(blocking=False):
        raise TooBusy(_("正在核验的文件太多，请稍候再试。"))
    try:
        return _told(desk.residents.judged(pdf))
    finally:
        _places.release()


def _told(report: Report) -> Verdict:
    """The report without names and numbers: the file itself shows them to whoever holds it."""
    return Verdict(
        verdict=report.verdict.value,
        valid=report.is_valid,
        sentences=list(report.sentences),
        sha256=report.sha256,
        document=report.document_id,
        form=report.form,
        signatures=[SignatureLine(slot=one.slot, at=one.at, holds=one.holds) for one in report.signers],
        empty_slots=list(report.empty_slots),
        roots=list(report.roots),
    )
