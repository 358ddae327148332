"""Signing at the table: one person at a time on the tablet, or on paper and scanned; the seal comes last."""

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import Query, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from mediation.cases.ceremony import BY_LINK
from mediation.cases.queries import SCAN
from mediation.cases.workspace.standing import Paper, SlotLine, Workspace
from mediation.clock import local_day
from mediation.errors import (
    DocumentError,
    InputInvalid,
    MediationError,
    NotFound,
    Problem,
    SigningError,
    TransitionRefused,
)
from mediation.language import _
from mediation.web.branch import Branch
from mediation.web.deps import Desk, Ref, TheDesk
from mediation.web.errors import status_of
from mediation.web.forms.fields import Fault
from mediation.web.pages.cases import do_once
from mediation.web.pages.shell import page
from mediation.web.seats import PostedBySeat, Seat, TheSeat

router = Branch(include_in_schema=False)
_MEGABYTE = 1024 * 1024
_TO_BE_PUT_RIGHT = (InputInvalid, TransitionRefused, DocumentError, SigningError)
PaperKey = Annotated[str, Query(pattern=r"^([a-z][a-z0-9_]{0,39}(:[a-z]+-[0-9]{1,3})?)?$")]
SlotName = Annotated[str, Query(pattern=r"^[a-z0-9-]{0,60}$")]


@router.get("/cases/{ref}/sign", name="sign_board")
def sign_board(
    request: Request, desk: TheDesk, seat: TheSeat, ref: Ref, paper: PaperKey = "", slot: SlotName = ""
) -> Response:
    """Who has to sign and who has; with `slot`, the page that is handed to that person."""
    work = desk.room.workspace(seat.post, ref)
    return _shown(request, desk, seat, work, _paper_of(work, paper), slot)


@router.post("/cases/{ref}/sign", name="sign_here", max_body_size=6 * _MEGABYTE)
def sign_here(request: Request, desk: TheDesk, seat: TheSeat, ref: Ref, form: PostedBySeat) -> Response:
    """One signature: whose identity was checked how, that they agree, and what was drawn."""
    work = desk.room.workspace(seat.post, ref)
    paper = _paper_of(work, str(form.get("paper", "")))
    slot = str(form.get("slot", ""))
    try:
        words = _sign_words(form)
        return _done(request, desk, seat, form, work, paper, "sign", words)
    except _TO_BE_PUT_RIGHT as error:
        return _shown(request, desk, seat, work, paper, slot, form, error)


@router.post("/cases/{ref}/seal", name="seal_here")
def seal_here(request: Request, desk: TheDesk, seat: TheSeat, ref: Ref, form: PostedBySeat) -> Response:
    """The committee's seal, by its own people."""
    work = desk.room.workspace(seat.post, ref)
    paper = _paper_of(work, str(form.get("paper", "")))
    try:
        return _done(request, desk, seat, form, work, paper, "seal", {})
    except _TO_BE_PUT_RIGHT as error:
        return _shown(request, desk, seat, work, paper, "", form, error)


@router.post("/cases/{ref}/scan", name="scan_here", max_body_size=64 * _MEGABYTE)
def scan_here(request: Request, desk: TheDesk, seat: TheSeat, ref: Ref, form: PostedBySeat) -> Response:
    """The pages that were signed by hand, as pictures."""
    work = desk.room.workspace(seat.post, ref)
    paper = _paper_of(work, str(form.get("paper", "")))
    pages = [encoded(one) for one in form.getlist("pages") if isinstance(one, UploadFile) and one.size]
    words = {
        "pages": pages,
        "signed_on": str(form.get("signed_on", "")),
        "slots": [one for one in form.getlist("slots") if isinstance(one, str)],
    }
    try:
        if form.get("fewer") != "yes":
            _refuse_fewer(desk, seat, work, paper, len(pages))
        return _done(request, desk, seat, form, work, paper, "attach_scan", words)
    except _TO_BE_PUT_RIGHT as error:
        return _shown(request, desk, seat, work, paper, "", form, error)


def _refuse_fewer(desk: Desk, seat: Seat, work: Workspace, paper: Paper, scanned: int) -> None:
    """A scan with fewer pages than its paper is asked about once. Raises InputInvalid."""
    printed = desk.room.pages(seat.post, work.page.row.id, paper.form, paper.subject)
    if 0 < scanned < printed:
        message = _(
            "这份文书共{printed}页，选的扫描件只有{scanned}页。请重新选齐；确实只附这几页的，重新选好并在下面勾选"
        )
        raise InputInvalid([Problem(message.format(printed=printed, scanned=scanned), key="fewer")])


def _day_by_hand(paper: Paper) -> date | None:
    """The last day that was told of a signature in ink."""
    days = [local_day(slot.signed_at) for slot in paper.slots if slot.in_ink and slot.signed_at is not None]
    return max(days, default=None)


def _done(
    request: Request,
    desk: Desk,
    seat: Seat,
    form: FormData,
    work: Workspace,
    paper: Paper,
    trigger: str,
    words: Mapping[str, Any],
) -> Response:
    """The agreement has verbs of its own; on any other paper the paper is named."""
    case = work.page.row.id
    if not _is_at_signing(work, paper):
        trigger = {"sign": "sign_paper", "seal": "seal_paper", "attach_scan": "scan_paper"}[trigger]
        words = {**words, "paper": paper.key}
    return do_once(request, desk, seat, form, case, trigger, words, _board(case, work, paper))


def _shown(
    request: Request,
    desk: Desk,
    seat: Seat,
    work: Workspace,
    paper: Paper,
    slot: str,
    typed: FormData | None = None,
    error: MediationError | None = None,
) -> Response:
    codes = desk.office.codes.on(local_day(desk.clock.now()))
    case = work.page.row.id
    scan = next((one for one in reversed(work.papers) if one.scan_of == paper.id), None)
    problems = getattr(error, "problems", ())
    known: dict[str, Any] = {
        "scan": scan,
        "by_hand": [one for one in paper.slots if one.signed_at is None or one.in_ink],
        "signed_on": _day_by_hand(paper) or local_day(desk.clock.now()),
        "fewer": bool(typed and typed.get("fewer")) or any(one.key == "fewer" for one in problems),
        "scanned": desk.room.pages(seat.post, case, SCAN, scan.id) if scan is not None and not slot else 0,
        "case": work.page,
        "work": work,
        "paper": paper,
        "named": "" if _is_at_signing(work, paper) else paper.key,
        "board": _board(case, work, paper),
        "pages": desk.room.pages(seat.post, case, paper.form, paper.subject),
        "agreement": _is_at_signing(work, paper),
        "problems": [Fault("content", "", one.message) for one in problems],
        "reasons": getattr(error, "reasons", ()),
        "message": error.message if error is not None else "",
        "typed": typed or {},
    }
    status = status_of(error) if error is not None else 200
    if not slot:
        places = desk.residents.places_to_sign(seat.post, case) if known["agreement"] else []
        refused = {one.slot: one.refused_at for one in places if one.refused_at}
        return page(request, seat, "sign-board.html", status=status, **known, refused=refused)
    found = next((one for one in paper.slots if one.name == slot and one.role != "seal"), None)
    if found is None:
        raise NotFound(_("文书上没有这个签名处"))
    return page(
        request,
        seat,
        "sign.html",
        status=status,
        slot=found,
        agents=_agents(work, found),
        checks=[(one.code, one.title) for one in codes.entries("identity_checks") if one.code != BY_LINK],
        following=_following(paper, found),
        **known,
    )


def _paper_of(work: Workspace, key: str) -> Paper:
    """The paper that is named, the newest of that name; else the agreement. Raises NotFound if it has not been printed."""
    if not key:
        found = work.agreement_paper
    else:
        form, _colon, subject = key.partition(":")
        fitting = [
            one
            for one in work.papers
            if one.form == form and one.state != "void" and subject in {"", one.subject}
        ]
        found = fitting[-1] if fitting else None
    if found is None:
        raise NotFound(_("这份文书还没有出具；达成书面协议以后，系统印出协议书，再来签署"))
    return found


def _is_at_signing(work: Workspace, paper: Paper) -> bool:
    return paper.form == "agreement" and work.agreement_paper is paper


def _board(case: str, work: Workspace, paper: Paper) -> str:
    return f"/cases/{case}/sign" + ("" if _is_at_signing(work, paper) else f"?paper={paper.key}")


def _agents(work: Workspace, slot: SlotLine) -> Sequence[Mapping[str, Any]]:
    """Who may hold the pen for a party."""
    party = next((one for one in work.page.parties if one["ordinal"] == slot.party), None)
    return party["agents"] if party and slot.role == "party" else ()


def _following(paper: Paper, slot: SlotLine) -> SlotLine | None:
    """To whom the tablet goes on."""
    names = [one.name for one in paper.slots]
    after = paper.slots[names.index(slot.name) + 1 :] + paper.slots[: names.index(slot.name)]
    return next((one for one in after if one.signed_at is None and one.role != "seal"), None)


def _sign_words(form: FormData) -> dict[str, Any]:
    """What the sign page holds as the words of the verb. Raises InputInvalid for strokes that are none."""
    words: dict[str, Any] = {
        "slot": str(form.get("slot", "")),
        "identity_check": str(form.get("identity_check", "")),
        "agrees": form.get("agrees") == "yes",
        "read_to": str(form.get("read_to", "read_self")),
    }
    drawing = str(form.get("drawing", "")).removeprefix("data:image/png;base64,")
    if drawing:
        words["drawing"] = drawing
    strokes = str(form.get("strokes", ""))
    if strokes:
        try:
            words["strokes"] = json.loads(strokes)
        except ValueError:
            raise InputInvalid([Problem(_("笔迹没有传完整，请重新签名"), key="strokes")]) from None
    finger = form.get("fingerprint")
    if isinstance(finger, UploadFile) and finger.size:
        words["fingerprint"] = encoded(finger)
    for key in ("agent", "witness"):
        if form.get(key):
            value = str(form.get(key)).strip()
            words[key] = int(value) if key == "agent" and value.isdecimal() else value
    return words


def encoded(upload: UploadFile) -> str:
    """A file as the words of an act hold it: base64."""
    upload.file.seek(0)
    return base64.b64encode(upload.file.read()).decode()
