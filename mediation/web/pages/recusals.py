"""回避 on a page: who is kept from a case and why; recorded and lifted with a reason, oneself or others."""

from contextlib import suppress
from typing import Any

from fastapi import Request
from starlette.datastructures import FormData
from starlette.responses import Response

from mediation.cases.recusals.keeping_off import OWN_KINDS
from mediation.errors import InputInvalid, MediationError, NotPermitted
from mediation.language import _
from mediation.web.branch import Branch
from mediation.web.deps import Ref, TheDesk
from mediation.web.errors import SHOWN_AGAIN, status_of, told_on_form
from mediation.web.forms.choices import Choices
from mediation.web.forms.fields import Fault
from mediation.web.pages.shell import go, page
from mediation.web.seats import PostedBySeat, Seat, TheSeat

router = Branch(include_in_schema=False)


@router.get("/cases/{ref}/recusals", name="recusals")
def recusals(request: Request, desk: TheDesk, seat: TheSeat, ref: Ref) -> Response:
    return _page(request, desk, seat, ref)


@router.post("/cases/{ref}/recusals", name="recuse")
def recuse(request: Request, desk: TheDesk, seat: TheSeat, ref: Ref, form: PostedBySeat) -> Response:
    own = seat.actor.person_code if seat.actor else ""
    words = _typed(form, "person", "kind", "reason")
    words.setdefault("person", own)
    try:
        line = desk.scope.recuse(seat.post, ref, words)
    except SHOWN_AGAIN as error:
        return _page(request, desk, seat, ref, words, error)
    if line.person == own:
        return go("/cases", _("已经记录您的回避，您不再看到这件纠纷"))
    return go(f"/cases/{ref}/recusals", _("已经记录{name}回避").format(name=line.name))


@router.post("/cases/{ref}/recusals/{recusal}/lift", name="lift_recusal")
def lift_recusal(
    request: Request, desk: TheDesk, seat: TheSeat, ref: Ref, recusal: str, form: PostedBySeat
) -> Response:
    words = _typed(form, "reason")
    try:
        line = desk.scope.lift_recusal(seat.post, ref, recusal[:60], words)
    except InputInvalid as error:
        return _page(request, desk, seat, ref, {}, error)
    return go(f"/cases/{ref}/recusals", _("已经解除{name}的回避").format(name=line.name))


def _typed(form: FormData, *keys: str) -> dict[str, str]:
    found = {key: str(form.get(key, "")).strip() for key in keys}
    return {key: value for key, value in found.items() if value}


def _page(
    request: Request,
    desk: TheDesk,
    seat: Seat,
    ref: str,
    typed: dict[str, str] | None = None,
    error: MediationError | None = None,
) -> Response:
    lines: Any = None
    with suppress(NotPermitted):  # only oneself, then
        lines = desk.scope.recusals(seat.post, ref)
    choices = Choices(desk)
    kinds = [*((code, _(title)) for code, title in OWN_KINDS.items()), *choices.codes("conflicts")]
    return page(
        request,
        seat,
        "recusals.html",
        status=status_of(error) if error is not None else 200,
        case=desk.case(seat.post, ref),
        lines=lines,
        people=choices.people() if lines is not None else [],
        kinds=kinds,
        typed={"person": "", "kind": "", "reason": "", **(typed or {})},
        problems=[Fault(one.key or "", "", one.message) for one in getattr(error, "problems", ())],
        reasons=getattr(error, "reasons", ()),
        message=told_on_form(error),
    )
