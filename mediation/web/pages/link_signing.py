"""One party signs its place on the agreement from its own phone, by a link made for it alone; and the page that makes links."""

import re
from typing import Annotated

import segno
from fastapi import Path, Request
from starlette.responses import Response

from mediation.cases.residents.links import LinkDead
from mediation.errors import CaseChanged, InputInvalid, MediationError
from mediation.ids import new_public_id
from mediation.language import _, joined
from mediation.web.branch import Branch
from mediation.web.deps import Ref, TheDesk
from mediation.web.errors import status_of
from mediation.web.pages.pictures import picture
from mediation.web.pages.residents import resident_page
from mediation.web.pages.shell import go, page
from mediation.web.seats import Posted, PostedBySeat, TheSeat, is_secure

router = Branch(include_in_schema=False)

READER = "signer"
_MOST_DRAWN = 700_000
_PNG = re.compile(r"data:image/png;base64,([A-Za-z0-9+/]+={0,2})\Z")
Token = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{20,100}$")]


@router.get("/cases/{ref}/links", name="case_links")
def links(request: Request, desk: TheDesk, seat: TheSeat, ref: Ref) -> Response:
    return _links_page(request, desk, seat, ref)


@router.post("/cases/{ref}/links", name="make_link")
def make_link(request: Request, desk: TheDesk, seat: TheSeat, ref: Ref, form: PostedBySeat) -> Response:
    slot = str(form.get("slot", ""))[:60]
    try:
        token = desk.residents.make_link(seat.post, ref, slot)
    except InputInvalid as error:
        return _links_page(request, desk, seat, ref, fault=error.problems[0].message, status=422)
    address = f"{desk.office.public_address or str(request.base_url)}".rstrip("/") + f"/p/s/{token}"
    return _links_page(request, desk, seat, ref, address=address, slot=slot)


@router.post("/cases/{ref}/links/{link}/withdraw", name="withdraw_link")
def withdraw_link(desk: TheDesk, seat: TheSeat, ref: Ref, link: str, form: PostedBySeat) -> Response:
    desk.residents.withdraw_link(seat.post, ref, link[:60])
    return go(f"/cases/{ref}/links", _("链接已经收回，打不开了"))


@router.get("/p/s/{token}", name="resident_sign")
def sign_page(request: Request, desk: TheDesk, token: Token) -> Response:
    return _sign_page(request, desk, token)


@router.post("/p/s/{token}/who", name="resident_identify", max_body_size=16 * 1024)
def identify(request: Request, desk: TheDesk, token: Token, form: Posted) -> Response:
    reader = desk.residents.identify(token, str(form.get("digits", ""))[:20])
    if reader is None:
        return _sign_page(request, desk, token, fault=_("后四位不对，请再看一下身份证"), status=422)
    answer = go(f"/p/s/{token}")
    answer.set_cookie(
        READER,
        reader,
        max_age=86400,
        path=f"/p/s/{token}",
        secure=is_secure(request),
        httponly=True,
        samesite="strict",
    )
    return answer


@router.get("/p/s/{token}/pages/{number}", name="resident_sign_page")
def paper_page(
    request: Request,
    desk: TheDesk,
    token: Token,
    number: Annotated[int, Path(ge=1, le=99)],
    large: bool = False,
) -> Response:
    return picture(
        request,
        lambda webp: desk.residents.page_to_sign(token, _reader(request), number, large=large, webp=webp),
    )


@router.post("/p/s/{token}", name="resident_signed")
def sign(request: Request, desk: TheDesk, token: Token, form: Posted) -> Response:
    drawn = _PNG.match(str(form.get("drawing", ""))[:_MOST_DRAWN])
    agreed = form.get("agrees") == "yes"
    faults = [] if agreed else [_("请先看完全文，同意的在“我同意”前打勾；不同意可以不签")]
    faults += [_("请在框里写上您的名字")] if drawn is None else []
    if faults or drawn is None:
        fault = joined(faults, "；")
        return _sign_page(request, desk, token, fault=fault, agreed=agreed, status=422)
    try:
        desk.residents.sign(token, _reader(request), drawn[1])
    except LinkDead:
        if desk.residents.ended(token, _reader(request)) != "signed":
            raise
    except (MediationError, CaseChanged) as error:
        return _sign_page(request, desk, token, fault=_said(error), status=status_of(error))
    sentences = [
        _("您的签名已经写进文书。各方签完、盖章以后，调委会会给您一份。"),
        _("这个链接已经用完，不能再打开。"),
    ]
    return resident_page(request, "resident_done.html", title=_("签好了"), sentences=sentences)


@router.post("/p/s/{token}/refuse", name="resident_refused", max_body_size=16 * 1024)
def refuse(request: Request, desk: TheDesk, token: Token, form: Posted) -> Response:
    try:
        desk.residents.refuse(token, _reader(request))
    except LinkDead:
        if desk.residents.ended(token, _reader(request)) != "refused":
            raise
    sentences = [
        _("您没有签字，协议对您没有约束力。工作人员会和您联系。"),
        _("您也可以另找仲裁、行政机关处理，或者到法院起诉。"),
    ]
    return resident_page(request, "resident_done.html", title=_("已记下您不同意"), sentences=sentences)


def _sign_page(
    request: Request, desk: TheDesk, token: str, *, fault: str = "", agreed: bool = False, status: int = 200
) -> Response:
    try:
        found = desk.residents.to_sign(token, _reader(request))
    except LinkDead as error:
        return resident_page(
            request,
            "resident_done.html",
            status=status_of(error),
            title=_("链接打不开"),
            sentences=[error.message],
        )
    return resident_page(
        request,
        "resident_sign.html",
        status=status,
        found=found,
        token=token,
        fault=fault,
        agreed=agreed,
        sent=new_public_id(),
    )


def _links_page(
    request: Request,
    desk: TheDesk,
    seat: TheSeat,
    ref: str,
    *,
    address: str = "",
    slot: str = "",
    fault: str = "",
    status: int = 200,
) -> Response:
    """The links of a case. `address`: of the one just made, for the party of `slot`."""
    places = desk.residents.places_to_sign(seat.post, ref)
    picture = segno.make(address, error="m").svg_data_uri(scale=5, border=2) if address else ""
    return page(
        request,
        seat,
        "case_links.html",
        status=status,
        case=desk.case(seat.post, ref),
        places=places,
        whose=next((one.person for one in places if one.slot == slot), ""),
        address=address,
        picture=picture,
        fault=fault,
    )


def _reader(request: Request) -> str:
    return request.cookies.get(READER, "")


def _said(error: MediationError) -> str:
    reasons = joined((one.message for one in getattr(error, "reasons", ())), "；")
    problems = joined((one.message for one in getattr(error, "problems", ())), "；")
    told = reasons or problems or error.message
    return _("没有签成：{why}。请联系给您链接的工作人员。").format(why=told.rstrip("。"))
