"""履行台账 on pages: what was performed, or not in time, chosen among what is still owed; with a picture of what proves it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from fastapi import Path, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from mediation.cases.performance.said import LARGEST_FILE
from mediation.cases.verbs import VERBS
from mediation.clock import local_day
from mediation.errors import InputInvalid, MediationError
from mediation.language import _
from mediation.reading import Misread
from mediation.web.branch import Branch
from mediation.web.deps import Desk, Ref, TheDesk
from mediation.web.errors import SHOWN_AGAIN
from mediation.web.forms.fields import words_of
from mediation.web.forms.of_case import owed
from mediation.web.pages.cases import do_once, form_page
from mediation.web.pages.other_posts import turned_away
from mediation.web.pages.signing import encoded
from mediation.web.saving import saved
from mediation.web.seats import PostedBySeat, Seat, TheSeat

router = Branch(include_in_schema=False)
Kind = Literal["performed", "breached"]
Line = Annotated[int, Path(ge=1, le=99_999)]
_TRIGGERS: Mapping[str, str] = {"performed": "record_performance", "breached": "record_breach"}
_DAYS: Mapping[str, str] = {"performed": "performed_on", "breached": "noticed_on"}
_PART = re.compile(r"([0-9]{1,4})\.([0-9]{1,4})\.([0-9]{1,4})", re.ASCII)
_NAMED = frozenset({"agreement", "clause", "instalment"})
_MOST = LARGEST_FILE * 3 // 4
_KINDS = {b"\x89PNG": ("image/png", "png"), b"\xff\xd8\xff": ("image/jpeg", "jpg")}


@dataclass(frozen=True, slots=True)
class _Proof:
    data: bytes
    media_type: str
    name: str


@router.get("/cases/{ref}/ledger/{kind}", name="ledger_form")
def ledger_form(
    request: Request, desk: TheDesk, seat: TheSeat, ref: Ref, kind: Kind, part: str = ""
) -> Response:
    barred = desk.room.barred(seat.post, ref, _TRIGGERS[kind])
    if barred is not None:
        return turned_away(request, seat, ref, barred)
    return _form(request, desk, seat, ref, kind, part)


@router.post("/cases/{ref}/ledger/{kind}", name="ledger_entry", max_body_size=_MOST + 100_000)
def ledger_entry(
    request: Request, desk: TheDesk, seat: TheSeat, ref: Ref, kind: Kind, form: PostedBySeat
) -> Response:
    trigger = _TRIGGERS[kind]
    try:
        words = _words(trigger, form)
        return do_once(request, desk, seat, form, ref, trigger, words, f"/cases/{ref}?tab=agreement")
    except InputInvalid as error:
        problems = [replace(one, key="part") if one.key in _NAMED else one for one in error.problems]
        wrong = InputInvalid(problems, reasons=error.reasons)
        return _form(request, desk, seat, ref, kind, str(form.get("part", "")), form, wrong)
    except SHOWN_AGAIN as error:
        return _form(request, desk, seat, ref, kind, str(form.get("part", "")), form, error)


@router.get("/cases/{ref}/ledger/{line}/proof", name="ledger_proof")
def ledger_proof(desk: TheDesk, seat: TheSeat, ref: Ref, line: Line) -> Response:
    """The file that proves a line, to be saved."""
    data = desk.performance_proof(seat.post, ref, line)
    media_type, ending = next(
        (kind for begin, kind in _KINDS.items() if data.startswith(begin)), ("application/pdf", "pdf")
    )
    name = _("履行凭证第{n}行.{ending}").format(n=line, ending=ending)
    return saved(_Proof(data, media_type, name), f"proof-{line}")


def _form(
    request: Request,
    desk: Desk,
    seat: Seat,
    ref: str,
    kind: str,
    part: str,
    typed: FormData | None = None,
    error: MediationError | None = None,
) -> Response:
    """Without a part that is owed the earliest due is chosen."""
    parts = owed(desk.room.workspace(seat.post, ref).page)
    if kind == "breached":
        parts = [one for one in parts if one.overdue] or parts
    chosen = part if any(one.value == part for one in parts) else parts[0].value if parts else ""
    today = local_day(desk.clock.now())
    return form_page(
        request,
        desk,
        seat,
        ref,
        _TRIGGERS[kind],
        typed,
        error,
        known={_DAYS[kind]: today},
        kind=kind,
        parts=parts,
        chosen=chosen,
    )


def _words(trigger: str, form: FormData) -> dict[str, Any]:
    """What was typed, with the part that was chosen and the file that proves it."""
    words = words_of(VERBS[trigger].said, form)
    match = _PART.fullmatch(str(form.get("part", "")))
    if match is None:
        words["clause"] = Misread(_("请选择履行的是哪一条、哪一期"))
    else:
        agreement, clause, instalment = (int(one) for one in match.groups())
        words |= {"agreement": agreement, "clause": clause}
        if instalment:
            words["instalment"] = instalment
    file = form.get("proof_file")
    if isinstance(file, UploadFile) and file.size:
        words["proof_file"] = encoded(file)
    return words
