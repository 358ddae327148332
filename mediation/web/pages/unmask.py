"""查看完整信息: a masked field of one party in full, after the reason was said; on this answer only, never in an address."""

from fastapi import Request
from starlette.responses import Response

from mediation.cases.page import CasePage
from mediation.cases.unmasking import FIELDS, REASONS
from mediation.errors import InputInvalid, NotFound, Problem
from mediation.language import _
from mediation.web.branch import Branch
from mediation.web.deps import Ref, TheDesk
from mediation.web.forms.fields import Fault
from mediation.web.pages.shell import page
from mediation.web.seats import PostedBySeat, Seat, TheSeat

router = Branch(include_in_schema=False)


@router.get("/cases/{ref}/unmask/{party}", name="unmask_form")
def unmask_form(request: Request, desk: TheDesk, seat: TheSeat, ref: Ref, party: int) -> Response:
    return _page(request, seat, desk.case(seat.post, ref), party, {})


@router.post("/cases/{ref}/unmask/{party}", name="unmask")
def unmask(
    request: Request, desk: TheDesk, seat: TheSeat, ref: Ref, party: int, form: PostedBySeat
) -> Response:
    typed = {key: str(form.get(key, "")).strip() for key in ("field", "reason", "note")}
    words = {"party": party, **{key: value for key, value in typed.items() if value}}
    try:
        found = desk.scope.unmask(seat.post, ref, words)
    except InputInvalid as error:
        return _page(request, seat, desk.case(seat.post, ref), party, typed, error.problems)
    return _page(request, seat, desk.case(seat.post, ref), party, {}, value=found.value, shown=found.field)


def _page(
    request: Request,
    seat: Seat,
    case: CasePage,
    ordinal: int,
    typed: dict[str, str],
    problems: tuple[Problem, ...] = (),
    *,
    value: str = "",
    shown: str = "",
) -> Response:
    party = next((one for one in case.parties if one["ordinal"] == ordinal), None)
    if party is None:
        raise NotFound(_("没有第{n}位当事人").format(n=ordinal))
    return page(
        request,
        seat,
        "unmask.html",
        status=422 if problems else 200,
        case=case,
        party=party,
        fields=[(key, _(title)) for key, title in FIELDS.items() if party[key]],
        reasons=[(key, _(title)) for key, title in REASONS.items()],
        typed={"field": "", "reason": "", "note": "", **typed},
        problems=[Fault(one.key, "", one.message) for one in problems],
        wrong={one.key for one in problems},
        value=value,
        shown=_(FIELDS[shown]) if shown else "",
    )
