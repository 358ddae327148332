"""补正: slips put right, parties, agents and those who take part added. ID numbers, phones and addresses are shown masked; left empty, they stay as they are."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from fastapi import Request
from pydantic import BaseModel
from starlette.datastructures import FormData
from starlette.responses import Response

from mediation.cases.inputs import AgentSaid, Amend, ParticipantSaid, PartySaid
from mediation.documents.wording import mask_address, mask_id_number, mask_phone
from mediation.errors import CaseChanged, InputInvalid, MediationError, Problem
from mediation.language import _
from mediation.reading import Misread
from mediation.web.branch import Branch
from mediation.web.deps import Desk, Ref, TheDesk
from mediation.web.errors import SHOWN_AGAIN, status_of, told_on_form
from mediation.web.forms.choices import Choices
from mediation.web.forms.fields import Field, faults_of, fields_of, words_of
from mediation.web.forms.registering import number
from mediation.web.forms.typed import categories, chosen, shown_for, with_value
from mediation.web.pages.cases import do_once
from mediation.web.pages.shell import page, within
from mediation.web.seats import PostedBySeat, Seat, TheSeat

router = Branch(include_in_schema=False)
_CASE = (
    "title",
    "governance_category",
    "narrative",
    "claims",
    "amount_fen",
    "headcount",
    "risk",
    "stand_ins",
)
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
Added = Literal["party", "agent", "participant"]
_ADDED: Mapping[Added, type[BaseModel]] = {
    "party": PartySaid,
    "agent": AgentSaid,
    "participant": ParticipantSaid,
}
_IN_WHOLE = re.compile(r"^(party_facts|add_parties|add_participants)(\[0\])?\.|^add_agents\.[0-9]+\.")
"""Where a field of this page stands in the words of the act."""
_MASKED: Mapping[str, Any] = {
    "id_number": mask_id_number,
    "phone": mask_phone,
    "address": mask_address,
}


@router.get("/register/{ref}/amend", name="amend_form")
def amend_form(
    request: Request,
    desk: TheDesk,
    seat: TheSeat,
    ref: Ref,
    party: str = "",
    to: str = "",
    add: Added | None = None,
) -> Response:
    return _page(request, desk, seat, ref, party, to=to, add=add)


@router.post("/register/{ref}/amend", name="amend")
def amend(request: Request, desk: TheDesk, seat: TheSeat, ref: Ref, form: PostedBySeat) -> Response:
    party, to, asked = str(form.get("party", "")), str(form.get("to", "")), str(form.get("add", ""))
    add = next((one for one in _ADDED if one == asked), None)
    known = desk.window.as_said(seat.post, ref)
    try:
        if add is not None:
            words = _added_words(add, form)
        elif party.isdecimal() and int(party) in known["parties"]:
            words = _party_words(form, int(party), known["parties"][int(party)])
        else:
            words = _case_words(desk, form, known)
        return do_once(request, desk, seat, form, ref, "amend", words, _back(ref, to), _("已办好"))
    except SHOWN_AGAIN as error:
        return _page(request, desk, seat, ref, party, form, error, to=to, add=add)


def _added_words(add: Added, form: FormData) -> dict[str, Any]:
    """One more party, agent of a party, or person who takes part."""
    said = words_of(_ADDED[add], _numbered(form))
    if add == "party":
        return {"add_parties": [said]}
    if add == "participant":
        return {"add_participants": [said]}
    of = str(form.get("of", ""))
    if not of.isdecimal():
        raise InputInvalid([Problem(_("请选择是谁的代理人"), key="of")])
    return {"add_agents": {int(of): said}}


def _numbered(form: FormData) -> FormData:
    return with_value(form, "id_number", number(str(form.get("id_number", ""))))


def _case_words(desk: Desk, form: FormData, known: Mapping[str, Any]) -> dict[str, Any]:
    """What differs from what is known."""
    category = chosen(str(form.get("governance_category", "")), categories(desk))
    said = words_of(Amend, with_value(form, "governance_category", category.code))
    if category.fault:
        said["governance_category"] = Misread(category.fault)
    return {key: said[key] for key in _CASE if key in said and said[key] != known[key]}


def _party_words(form: FormData, ordinal: int, known: Mapping[str, Any]) -> dict[str, Any]:
    """The party as it is to be: what was typed, and what is masked and was left empty as it is."""
    said = words_of(PartySaid, _numbered(form))
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
    add: Added | None = None,
) -> Response:
    """The dispute's own facts, one party's, or somebody more. `to`: the page for which something is filled in; it leads back there."""
    case, known = desk.case(seat.post, ref), desk.window.as_said(seat.post, ref)
    choices = Choices(desk, case, "amend")
    at = int(party) if party.isdecimal() and int(party) in known["parties"] and add is None else 0
    problems = [replace(one, key=_IN_WHOLE.sub("", one.key or "")) for one in getattr(error, "problems", ())]
    kinds = categories(desk)
    if add is not None:
        fields = _added_fields(add, choices, typed, problems)
    else:
        fields = _kept_fields(choices, known, at, typed, problems)
        if isinstance(error, CaseChanged):
            _note_what_is_kept(fields, _kept_fields(choices, known, at, None, ()))
    of_case = add is None and not at
    return page(
        request,
        seat,
        "amend.html",
        status=status_of(error) if error is not None else 200,
        case=case,
        at=at,
        add=add or "",
        to=to,
        back=_back(ref, to),
        fields=fields,
        categories=kinds,
        shown_category=shown_for(fields[_CASE.index("governance_category")].value, kinds) if of_case else "",
        problems=faults_of(fields, problems),
        reasons=getattr(error, "reasons", ()),
        message=told_on_form(error),
    )


def _kept_fields(
    choices: Choices, known: Mapping[str, Any], at: int, typed: FormData | None, problems: Sequence[Problem]
) -> list[Field]:
    """Those of the party, or of the dispute itself."""
    if at:
        return _party_fields(choices, known["parties"][at], typed, problems)
    found = {one.name: one for one in fields_of(Amend, choices, typed, known, problems=problems)}
    return [found[key] for key in _CASE]


def _note_what_is_kept(typed: Sequence[Field], kept: Sequence[Field]) -> None:
    """Say what another has entered meanwhile: whoever sends the form again would undo it without having seen it."""
    message = _("现在登记的是：{value}")
    for one, now in zip(typed, kept, strict=True):
        if one.name not in _MASKED and str(one.value or "") != str(now.value or ""):
            value = dict(now.options).get(now.value, now.value) if now.options else now.value
            one.faults.append(message.format(value=value or _("没有登记")))


def _added_fields(
    add: Added, choices: Choices, typed: FormData | None, problems: Sequence[Problem]
) -> list[Field]:
    fields = fields_of(_ADDED[add], choices, typed, problems=problems, without={"agents"})
    if add == "agent":
        of = str(typed.get("of", "")) if typed is not None else ""
        faults = [one.message for one in problems if one.key == "of"]
        options = choices.parties()
        fields.insert(0, Field("of", _("是谁的代理人"), "choice", True, of, options, faults=faults))
    return fields


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
