"""For anybody: is this paper the one that was signed? By the file itself, or by the code that is printed on it."""

import threading
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from fastapi import Path, Query, Request
from starlette.datastructures import UploadFile
from starlette.responses import Response

from mediation.accounts.attempts import TriedTooOften
from mediation.documents.verify import Report, Verdict
from mediation.language import _
from mediation.web.branch import Branch
from mediation.web.deps import TheDesk
from mediation.web.errors import TooBusy, status_of
from mediation.web.pages.residents import count, refuse_too_many, resident_page
from mediation.web.seats import Posted, place_of

MOST_BYTES = 20 * 1024 * 1024
_AT_ONCE = 2
_places = threading.BoundedSemaphore(_AT_ONCE)
_CODES = (("paper code", timedelta(minutes=15), 60),)
_FILES = (("verified file", timedelta(hours=1), 60),)
_MEANING: Mapping[Verdict, tuple[str, str, str]] = {
    Verdict.VALID: ("good", "是真的，没有改动过", "这份文件就是当时签署的那一份，签名和印章都有效。"),
    Verdict.UNCHECKED: (
        "warn",
        "签名是真的，但没有查到登记",
        "签名没有问题，但是本单位没有这份文书的登记。请拿着文件到调委会核对。",
    ),
    Verdict.INCOMPLETE: (
        "warn",
        "还没有签完",
        "这是没有签完或者较早的一份，不能当作最后的文书用。请向调委会要签好的那一份。",
    ),
    Verdict.ALTERED: (
        "bad",
        "被改动过，不要相信",
        "这份文件和当时签署的不一样。请不要按它办事，并告诉调委会。",
    ),
    Verdict.UNKNOWN_SIGNER: (
        "bad",
        "不是本单位签的，不要相信",
        "文件上的签名不是本单位签发的。请不要按它办事，并告诉调委会。",
    ),
    Verdict.UNREADABLE: (
        "warn",
        "看不出来",
        "这不是一份能核验的文书：可能选错了文件，也可能是自己拍的照片、自己扫描的。请选调委会给您的PDF文件。",
    ),
}

_SCAN = (
    "good",
    "是手签文书的扫描件，没有改动过",
    "这就是存档的那份扫描件。",
)
_TEXT_OF_INK = (
    "good",
    "是登记的文本，签名在纸上",
    "这份文书是印出来手签的，这个文件和登记的文本一字不差。签名和印章在纸上，扫描件已存档，所以文件里没有电子签名。",
)
_VOID = (
    "bad",
    "已经作废",
    "这份文书已经作废，不能再用。请问调委会现在用哪一份。",
)

router = Branch(include_in_schema=False)


@router.get("/p/verify", name="resident_verify")
def verify_form(request: Request) -> Response:
    return resident_page(request, "resident_verify.html", report=None, meaning=None, more=(), fault="")


@router.post("/p/verify", name="resident_verified", max_body_size=MOST_BYTES)
def verify(request: Request, desk: TheDesk, form: Posted) -> Response:
    pdf = _read(form)
    if not pdf:
        return resident_page(
            request,
            "resident_verify.html",
            status=422,
            report=None,
            meaning=None,
            more=(),
            fault=_("请先选一个PDF文件，再按“核验”"),
        )
    try:
        refuse_too_many(desk, _FILES, (place_of(request),))
        count(desk, _FILES, (place_of(request),))
        report = _judged(desk, pdf)
    except (TriedTooOften, TooBusy) as error:
        return resident_page(
            request,
            "resident_verify.html",
            status=status_of(error),
            report=None,
            meaning=None,
            more=(),
            fault=error.message,
        )
    mark, title, sense = _meaning(report)
    return resident_page(
        request,
        "resident_verify.html",
        report=report,
        meaning=(mark, _(title), _(sense)),
        more=report.sentences[1:] if report.is_valid or report.is_text_of_ink else (),
        form_title=_form_title(desk, report),
        fault="",
    )


@router.get("/p/d/{document}", name="resident_paper")
def paper(
    request: Request,
    desk: TheDesk,
    document: Annotated[str, Path(pattern=r"^[a-z0-9]{1,60}$")],
    t: Annotated[str, Query(max_length=100, pattern=r"^[A-Za-z0-9_-]*$")] = "",
) -> Response:
    refuse_too_many(desk, _CODES, (place_of(request),))
    found = desk.residents.printed(document, t) if t else None
    if found is None:
        count(desk, _CODES, (place_of(request),))
    status = 404 if found is None else 200
    return resident_page(request, "resident_paper.html", status=status, paper=found)


def _read(form: Posted) -> bytes:
    """The bytes that were brought; every file of the form is closed, so that none is left in the temporary folder."""
    pdf = b""
    for key, value in form.multi_items():
        if isinstance(value, UploadFile):
            pdf = value.file.read() if key == "file" else pdf
            value.file.close()
    return pdf


def _judged(desk: TheDesk, pdf: bytes) -> Report:
    if not _places.acquire(timeout=10):
        raise TooBusy(_("现在核验的人太多，请过一会儿再试。"))
    try:
        return desk.residents.judged(pdf)
    finally:
        _places.release()


def _meaning(report: Report) -> tuple[str, str, str]:
    if report.is_text_of_ink:
        return _TEXT_OF_INK
    if report.is_void and report.verdict is Verdict.INCOMPLETE:
        return _VOID
    return _SCAN if report.is_valid and report.is_scan else _MEANING[report.verdict]


def _form_title(desk: TheDesk, report: Report) -> str:
    if report.is_scan:
        return _("签字扫描件")
    found = desk.office.forms.get(report.form)
    return found.title if found is not None else ""
