"""补正: slips put right just after registering. ID numbers, phones and addresses are shown masked; left empty, they stay as they are."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from mediation.cases.inputs import Amend, PartySaid
from mediation.documents.wording import mask_address, mask_id_number, mask_phone
from mediation.errors import InputInvalid, MediationError, Problem, TransitionRefused
from mediation.web.deps import Desk, Ref, TheDesk
from mediation.web.errors import status_of
from mediation.web.forms.choices import Choices
from mediation.web.forms.fields import Field, faults_of, fields_of, words_of
from mediation.web.forms.registering import number
from mediation.web.forms.typed import categories, chosen, shown_for, with_value
from mediation.web.pages.cases import do_once
from mediation.web.pages.shell import page, within
from mediation.web.seats import PostedBySeat, Seat, TheSeat

router = APIRouter(include_in_schema=False)
_CASE = ("title", "governance_category", "narrative", "claims", "amount_fen", "headcount", "risk")
_PARTY = (
    "role",
    "kind",
    "name",
    "id_kind",
    "id_number",
    "phone",
    "address",
    "sex",
    "ethnicity",
    "born_on",
    "occupation",
)
_MASKED: Mapping[str, Any] = {
    "id_number": mask_id_number,
    "phone": mask_phone,
    "address": mask_address,
}


@router.get("/register/{ref}/amend", name="amend_form")
def amend_form(
    request: Request, desk: TheDesk, seat: TheSeat, ref: Ref, party: str = "", to: str = ""
) -> Response:
    return _page(request, desk, seat, ref, party, to=to)


@router.post("/register/{ref}/amend", name="amend")
def amend(request: Request, desk: TheDesk, seat: TheSeat, ref: Ref, form: PostedBySeat) -> Response:
    party, to = str(form.get("party", "")), str(form.get("to", ""))
    known = desk.window.as_said(seat.post, ref)
    try:
        if party.isdecimal() and int(party) in known["parties"]:
            words = _party_words(form, int(party), known["parties"][int(party)])
        else:
            words = _case_words(desk, form, known)
        return do_once(request, desk, seat, form, ref, "amend", words, _back(ref, to))
    except (InputInvalid, TransitionRefused) as error:
        return _page(request, desk, seat, ref, party, form, error, to=to)


def _case_words(desk: Desk, form: FormData, known: Mapping[str, Any]) -> dict[str, Any]:
    """What differs from what is known."""
    category = chosen(str(form.get("governance_category", "")), categories(desk))
    if category.fault:
        raise InputInvalid([Problem(category.fault, key="governance_category")])
    said = words_of(Amend, with_value(form, "governance_category", category.code))
    return {key: said[key] for key in _CASE if key in said and said[key] != known[key]}


def _party_words(form: FormData, ordinal: int, known: Mapping[str, Any]) -> dict[str, Any]:
    """The party as it is to be: what was typed, and what is masked and was left empty as it is."""
    said = words_of(PartySaid, with_value(form, "id_number", number(str(form.get("id_number", "")))))
    kept = {key: known[key] for key in _MASKED if key in known and key not in said}
    if "id_number" in said and said.get("born_on") == known.get("born_on"):
        said.pop("born_on", None)  # the number says it
    facts = {key: value for key, value in {**kept, **said}.items() if key in _PARTY}
    return {"party": ordinal, "party_facts": facts}


def _page(
    request: Request,
    desk: Desk,
    seat: Seat,
    ref: str,
    party: str,
    typed: FormData | None = None,
    error: MediationError | None = None,
    *,
    to: str = "",
) -> Response:
    """The dispute's own facts, or one party's. `to`: the page for which something is being filled in, and to which it leads back."""
    choices, known = Choices(desk), desk.window.as_said(seat.post, ref)
    at = int(party) if party.isdecimal() and int(party) in known["parties"] else 0
    problems = [
        replace(one, key=(one.key or "").removeprefix("party_facts[0].").removeprefix("party_facts."))
        for one in getattr(error, "problems", ())
    ]
    kinds = categories(desk)
    if at:
        fields = _party_fields(choices, known["parties"][at], typed, problems)
    else:
        found = {one.name: one for one in fields_of(Amend, choices, typed, known, problems=problems)}
        fields = [found[key] for key in _CASE]
    return page(
        request,
        seat,
        "amend.html",
        status=status_of(error) if error is not None else 200,
        case=desk.case(seat.post, ref),
        at=at,
        to=to,
        back=_back(ref, to),
        fields=fields,
        categories=kinds,
        shown_category="" if at else shown_for(fields[_CASE.index("governance_category")].value, kinds),
        problems=faults_of(fields, problems),
        reasons=getattr(error, "reasons", ()),
        message=error.message if error is not None else "",
    )


def _back(ref: str, to: str) -> str:
    """Back to where something was found to be missing; else to what the counter does next."""
    return within(to) if to else f"/register/{ref}"


def _party_fields(
    choices: Choices, known: Mapping[str, Any], typed: FormData | None, problems: Sequence[Problem]
) -> list[Field]:
    shown = {key: value for key, value in known.items() if key not in _MASKED}
    fields = {one.name: one for one in fields_of(PartySaid, choices, typed, shown, problems=problems)}
    for key, mask in _MASKED.items():
        if known.get(key):
            fields[key].hint = mask(known[key])
    return [fields[key] for key in _PARTY]
