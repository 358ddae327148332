"""登记: a walk-in taken in within a minute, the look for the same dispute while it is typed, and what comes next."""

import json
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import Request
from starlette.datastructures import FormData
from starlette.responses import Response

from mediation.cases.inputs import Register
from mediation.cases.page import CasePage
from mediation.cases.window.alike import Alike
from mediation.clock import local_day
from mediation.documents.composing import qr_image
from mediation.errors import InputInvalid, MediationError, Problem
from mediation.language import _, recording
from mediation.web.answers import Answer, answer_once
from mediation.web.branch import Branch
from mediation.web.deps import Desk, Ref, TheDesk
from mediation.web.errors import KeyReused, PerhapsTheSame
from mediation.web.forms.choices import Choices
from mediation.web.forms.fields import Field, Words, faults_of, fields_of, in_page_order
from mediation.web.forms.registering import named, register_words
from mediation.web.forms.typed import categories, places, shown_for
from mediation.web.pages.cases import asked_by
from mediation.web.pages.lacking import lacking
from mediation.web.pages.shell import go, page
from mediation.web.pages.taking_in import mark_repeat, refuse_unseen, step_once
from mediation.web.seats import PostedBySeat, Seat, TheSeat

router = Branch(include_in_schema=False)
_ONWARD = frozenset({"triage", "keep", "dispatch", "accept"})
_UNASKED = frozenset({"occurred_at", "category", "workflow", "public"})
_ON_THE_PAGE = (
    "parties",
    *(
        "role",
        "kind",
        "id_number",
        "name",
        "phone",
        "address",
        "consents",
        "rights_told",
        "electronic_agreed",
    ),
    *("sex", "ethnicity", "born_on", "occupation", "id_kind", "objects_to_public"),
    "agents",
    *("governance_category", "narrative", "claims", "amount_fen", "source", "place", "title"),
    *("source_reference", "occurred_on", "headcount", "risk"),
)
"""The keys of the form, of the parties' rows too, as register.html shows them."""


@router.get("/register", name="register_form")
def register_form(request: Request, desk: TheDesk, seat: TheSeat) -> Response:
    return _form_page(request, desk, seat)


@router.post("/register", name="register")
def register(request: Request, desk: TheDesk, seat: TheSeat, form: PostedBySeat) -> Response:
    if form.get("more"):
        return _form_page(request, desk, seat, form, more=str(form.get("more")))
    with recording():
        recorded = categories(desk)
    words = register_words(form, categories(desk), places(desk, _own_unit(seat)), recorded)
    problems = desk.window.faults(seat.post, words)
    if problems:
        return _form_page(request, desk, seat, form, problems=problems)
    try:
        answer = answer_once(
            desk,
            asked_by(request, seat, form),
            lambda remember: _taken_in(desk, seat, form, words, remember),
            lambda done: Answer(
                200, json.dumps({"case": done.act.case, "code": done.query_code, "told": done.act.told})
            ),
        )
    except PerhapsTheSame as same:
        return _form_page(request, desk, seat, form, found=same.found, asks=True)
    except InputInvalid as error:
        return _form_page(request, desk, seat, form, problems=error.problems)
    except KeyReused:
        again = _("这张表刚才已经登记过一次。如果确实是另一件，请核对后再按一次“登记”。")
        return _form_page(request, desk, seat, form, problems=[Problem(again)])
    told = json.loads(bytes(answer.body))
    left = mark_repeat(request, desk, seat, form, told["case"])
    return _after(request, desk, seat, told["case"], code=told["code"], left=left, told=told["told"])


@router.post("/register/alike", name="register_alike")
def alike(request: Request, desk: TheDesk, seat: TheSeat, form: PostedBySeat) -> Response:
    """The list beside the form, as it grows while one types."""
    found = desk.window.alike(seat.post, named(form))
    return page(request, seat, "register_alike.html", found=found, repeat=str(form.get("repeat_of", "")))


@router.get("/register/{ref}", name="registered")
def registered(request: Request, desk: TheDesk, seat: TheSeat, ref: Ref) -> Response:
    return _after(request, desk, seat, ref)


@router.post("/register/{ref}/next", name="register_next")
def register_next(request: Request, desk: TheDesk, seat: TheSeat, ref: Ref, form: PostedBySeat) -> Response:
    """The steps that the counter takes at once: 告知, 同意, 研判 and then 留办 or 交办. Each is carried out once."""
    try:
        for at, (trigger, words) in enumerate(_steps(form)):
            step_once(request, desk, seat, form, ref, trigger, words, f"{at}-{trigger}")
    except MediationError as error:
        reasons = getattr(error, "reasons", ())
        problems = [Problem(one.message) for one in getattr(error, "problems", ())]
        return _after(
            request, desk, seat, ref, left=error.message, reasons=reasons, problems=problems, status=409
        )
    return go(f"/register/{ref}", _("已办好"))


def _taken_in(desk: Desk, seat: Seat, form: FormData, words: Words, remember: Any) -> Any:
    refuse_unseen(desk, seat, form)
    return desk.register(seat.post, words, remember=remember)


def _steps(form: FormData) -> Iterable[tuple[str, dict[str, Any]]]:
    step, party = str(form.get("step", "")), str(form.get("party", ""))
    parties = [int(one) for one in party.split(",") if one.isdecimal()]
    if step == "tell_rights":
        yield "tell_rights", {"parties": parties, "manner": str(form.get("manner") or "handed")}
        return
    if step == "record_consent":
        yield "record_consent", {"parties": parties, "electronic": bool(form.get("electronic"))}
        return
    if form.get("tier"):
        yield "triage", {"tier": str(form.get("tier"))}
    if step == "keep":
        yield "keep", {}
    elif step == "dispatch":
        yield "dispatch", {"to": str(form.get("to", ""))}


def _after(
    request: Request,
    desk: Desk,
    seat: Seat,
    ref: str,
    *,
    code: str = "",
    left: str = "",
    told: Sequence[str] = (),
    reasons: Sequence[Any] = (),
    problems: Sequence[Problem] = (),
    status: int = 200,
) -> Response:
    """What the clerk does next with a case just taken in. `code` is shown only in the answer to the registering itself."""
    case = desk.case(seat.post, ref)
    return page(
        request,
        seat,
        "registered.html",
        status=status,
        case=case,
        code=code,
        follow=_where_to_follow(desk) if code else None,
        left=left,
        told=told,
        reasons=reasons,
        problems=problems,
        tiers=Choices(desk).codes("tiers"),
        lacks=lacking(case, desk.room.parties_lack(seat.post, ref), f"/register/{ref}"),
        **_ways_on(case),
    )


def _where_to_follow(desk: Desk) -> dict[str, str] | None:
    """The page that takes the query code, to be typed or read by a telephone; None where residents reach no page of the site."""
    if desk.office.public_address is None:
        return None
    address = f"{desk.office.public_address}/p/follow"
    return {"address": address, "qr": qr_image(address)}


def _ways_on(case: CasePage) -> dict[str, Any]:
    """Which of the next steps are open to the actor, and what the site's rules suggest."""
    can = {one["trigger"] for one in case.acts if one["permitted"] and not one["reasons"]}
    suggested = case.routing["suggestion"]
    unit = suggested["unit"] if suggested else None
    return {
        "can": can,
        "acts": [one for one in case.acts if one["trigger"] in can],
        "waiting": [] if can & _ONWARD else [one for one in case.acts if _waits(one)],
        "suggested": suggested,
        "stays": unit is None or suggested["there"],
        "goes_up": bool(unit) and suggested["unit_title"] in case.chain[1:],
    }


def _waits(act: Mapping[str, Any]) -> bool:
    """Would it carry the case on, if something did not stand in its way?"""
    return act["trigger"] in _ONWARD and act["permitted"] and bool(act["reasons"])


def _form_page(
    request: Request,
    desk: Desk,
    seat: Seat,
    typed: FormData | None = None,
    *,
    problems: Sequence[Problem] = (),
    found: Sequence[Alike] = (),
    asks: bool = False,
    more: str = "",
) -> Response:
    choices, own = Choices(desk), _own_unit(seat)
    kinds, areas = categories(desk), places(desk, own)
    known = {
        "source": choices.codes("sources")[0][0],
        "place": next((shown for code, shown in areas if code == seat.actor.unit_code), "")
        if seat.actor
        else "",
        "parties": [{"role": "applicant"}, {"role": "respondent"}],
    }
    fields = fields_of(Register, choices, typed, known, problems=problems, without=_UNASKED, more=more)
    fields = in_page_order(fields, _ON_THE_PAGE)
    by_name = _by_name(fields)
    return page(
        request,
        seat,
        "register.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
        f=by_name,
        parties=[_by_key(row) for row in by_name["parties"].rows],
        blank=_by_key(_blank_party(choices)),
        categories=kinds,
        places=areas,
        problems=faults_of(fields, problems),
        filled=typed is not None,
        found=found,
        repeat=str(typed.get("repeat_of", "")) if typed is not None else "",
        asks=asks,
        today=local_day(desk.clock.now()),
        shown_category=shown_for(by_name["governance_category"].value, kinds),
        shown_place=shown_for(by_name["place"].value, areas),
    )


def _own_unit(seat: Seat) -> int:
    """The unit of the post that acts."""
    seat.post  # noqa: B018  refuses whoever holds none
    assert seat.actor is not None
    return seat.actor.unit_id


def _blank_party(choices: Choices) -> list[Field]:
    """A row for one more party, as the page's script puts it in; its place in the names stands for its number."""
    fields = fields_of(Register, choices, None, {"parties": [{"role": "third"}] * 1}, without=_UNASKED)
    return next(one for one in fields if one.name == "parties").rows[0]


def _by_name(fields: Iterable[Field]) -> dict[str, Field]:
    return {one.name: one for one in fields}


def _by_key(fields: Iterable[Field]) -> dict[str, Any]:
    """A row's fields by their keys; of rows within it, the first."""
    return {
        one.name.rpartition(".")[2]: (_by_key(one.rows[0]) if one.kind == "rows" else one) for one in fields
    }
