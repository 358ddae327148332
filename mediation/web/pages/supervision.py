"""督办: the register with its lights, one item with its acts and papers, and a unit's papers of the week."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any

from fastapi import Path, Query, Request
from pydantic import BaseModel
from starlette.datastructures import FormData
from starlette.responses import Response

from mediation.errors import (
    InputInvalid,
    MediationError,
    NotFound,
    NotPermitted,
    Problem,
)
from mediation.language import _
from mediation.supervision.hearing import SAID
from mediation.supervision.machine import ACTS
from mediation.supervision.pages import StepRow
from mediation.supervision.said import OpenItem
from mediation.web.answers import Answer, answer_once
from mediation.web.branch import Branch
from mediation.web.deps import Desk, TheDesk
from mediation.web.errors import SHOWN_AGAIN, status_of
from mediation.web.forms.choices import Choices, Options
from mediation.web.forms.fields import Fault, Field, faults_of, fields_of, words_of
from mediation.web.pages.cases import asked_by
from mediation.web.pages.shell import page, tell
from mediation.web.seats import PostedBySeat, Seat, TheSeat

router = Branch(include_in_schema=False)
_PAGE = 50
ItemRef = Annotated[str, Path(pattern=r"^[^\x00-\x1f\x7f]{1,100}$")]
PaperId = Annotated[str, Path(pattern=r"^[0-9a-z]{26}$")]


@dataclass
class ItemAct:
    """One act on an item as a form; without `fields` it is told why the actor may not."""

    act: str
    title: str
    why: str
    fields: list[Field]
    open: bool = False


@router.get("/supervision", name="supervision")
def register(
    request: Request,
    desk: TheDesk,
    seat: TheSeat,
    view: Annotated[str, Query(pattern=r"^(open|all)$")] = "open",
    unit: Annotated[str, Query(max_length=64)] = "",
    before: Annotated[str, Query(pattern=r"^([0-9a-z]{26})?$")] = "",
) -> Response:
    rows = desk.supervision.items(seat.post, only_open=view == "open", most=_PAGE, before=before, unit=unit)
    return page(
        request,
        seat,
        "supervision.html",
        rows=rows,
        view=view,
        unit=unit,
        units=desk.supervision.by_unit(seat.post),
        more=rows[-1].id if len(rows) == _PAGE else "",
        supervises=seat.supervises,
    )


@router.get("/supervision/new", name="new_item")
def new_item(request: Request, desk: TheDesk, seat: TheSeat) -> Response:
    return _new_page(request, desk, seat)


@router.post("/supervision/new", name="open_item")
def open_item(request: Request, desk: TheDesk, seat: TheSeat, form: PostedBySeat) -> Response:
    try:
        words = words_of(OpenItem, form)
        answer = answer_once(
            desk,
            asked_by(request, seat, form),
            lambda remember: desk.supervision.open(seat.post, words, remember=remember),
            lambda done: Answer(303, "", {"Location": f"/supervision/items/{done.item}"}),
        )
    except (InputInvalid, NotPermitted, NotFound) as error:
        return _new_page(request, desk, seat, form, error)
    return tell(answer, _("已立项。"))


@router.get("/supervision/week", name="week")
def week(request: Request, desk: TheDesk, seat: TheSeat) -> Response:
    return _week_page(request, desk, seat)


@router.post("/supervision/week", name="make_week")
def make_week(request: Request, desk: TheDesk, seat: TheSeat, form: PostedBySeat) -> Response:
    """The papers of a week; those that are there stay, so that asking again makes none anew."""
    unit, focus = str(form.get("unit", "")), str(form.get("focus", "")).strip()
    try:
        made = desk.supervision.week(seat.post, unit, _day_of(str(form.get("of", ""))), focus or None)
    except (InputInvalid, NotPermitted, NotFound) as error:
        return _week_page(request, desk, seat, form, error)
    return _week_page(request, desk, seat, form, made=made)


@router.get("/supervision/papers/{paper}", name="unit_paper")
def unit_paper(desk: TheDesk, seat: TheSeat, paper: PaperId) -> Response:
    headers = {"Content-Disposition": f'inline; filename="{paper}.pdf"'}
    return Response(desk.supervision.paper(seat.post, paper), media_type="application/pdf", headers=headers)


@router.get("/supervision/items/{ref}", name="item")
def item(request: Request, desk: TheDesk, seat: TheSeat, ref: ItemRef) -> Response:
    return _item_page(request, desk, seat, ref)


@router.post("/supervision/items/{ref}/{act}", name="act_on_item")
def act_on_item(
    request: Request, desk: TheDesk, seat: TheSeat, ref: ItemRef, act: str, form: PostedBySeat
) -> Response:
    if act not in SAID:
        raise NotFound
    version = str(form.get("version", ""))
    try:
        words = words_of(SAID[act], form)
        answer = answer_once(
            desk,
            asked_by(request, seat, form),
            lambda remember: desk.supervision.do(
                seat.post, ref, act, words, int(version) if version.isdecimal() else None, remember=remember
            ),
            lambda _done: Answer(303, "", {"Location": f"/supervision/items/{ref}"}),
        )
    except SHOWN_AGAIN as error:
        return _item_page(request, desk, seat, ref, act, form, error)
    return tell(answer, _("已办理：{title}").format(title=_(ACTS[act].title)))


# — pages —


def _new_page(
    request: Request,
    desk: Desk,
    seat: Seat,
    typed: FormData | None = None,
    error: MediationError | None = None,
) -> Response:
    problems: tuple[Problem, ...] = getattr(error, "problems", ())
    fields = _fields(desk, OpenItem, typed, problems)
    return page(
        request,
        seat,
        "supervision_new.html",
        status=status_of(error) if error is not None else 200,
        fields=fields,
        problems=faults_of(fields, problems),
        message=error.message if error is not None and not problems else "",
    )


def _week_page(
    request: Request,
    desk: Desk,
    seat: Seat,
    typed: FormData | None = None,
    error: MediationError | None = None,
    *,
    made: Any = None,
) -> Response:
    own = seat.actor.unit_code if seat.actor is not None else ""
    problems: Sequence[Problem] = getattr(error, "problems", ())
    return page(
        request,
        seat,
        "supervision_week.html",
        status=status_of(error) if error is not None else 200,
        units=Choices(desk).units(),
        typed={key: str((typed or FormData()).get(key, "")) for key in ("unit", "of", "focus")},
        own=own,
        made=made,
        problems=[Fault("content", "", problem.message) for problem in problems],
        message=error.message if error is not None and not problems else "",
    )


def _item_page(
    request: Request,
    desk: Desk,
    seat: Seat,
    ref: str,
    act: str = "",
    typed: FormData | None = None,
    error: MediationError | None = None,
) -> Response:
    found = desk.supervision.item(seat.post, ref)
    problems: tuple[Problem, ...] = getattr(error, "problems", ())
    acts = [
        ItemAct(
            one["act"],
            one["title"],
            one["why"],
            _fields(desk, SAID[one["act"]], None, ()) if one["permitted"] else [],
        )
        for one in found.acts
    ]
    wrong: list[Fault] = []
    for at, one in enumerate(acts):
        if one.act == act and typed is not None:
            fields = _fields(desk, SAID[act], typed, problems)
            acts[at] = replace(one, fields=fields, open=True)
            wrong = faults_of(fields, problems)
    if not act:
        first = next((one for one in acts if not one.why), None)
        if first is not None:
            first.open = True
    return page(
        request,
        seat,
        "supervision_item.html",
        status=status_of(error) if error is not None else 200,
        item=found,
        steps=_steps(desk, seat, found.row.case),
        acts=[one for one in acts if not one.why],
        problems=wrong or [Fault("content", "", problem.message) for problem in problems],
        reasons=getattr(error, "reasons", ()),
        message=error.message if error is not None and not problems else "",
    )


def _steps(desk: Desk, seat: Seat, case: str) -> Sequence[StepRow]:
    """The steps of the ladder that the item's case has climbed, if the case is within sight."""
    try:
        return desk.supervision.steps(seat.post, case) if case else ()
    except NotFound:
        return ()


def _fields(
    desk: Desk, model: type[BaseModel], typed: FormData | None, problems: tuple[Problem, ...]
) -> list[Field]:
    """A form of the register; what the site's own lists hold is chosen from them."""
    choices = Choices(desk)
    rules = desk.office.supervision
    own: dict[str, Options] = {
        "how": [(one.code, _(one.title)) for one in rules.accountability],
        "incentive": [(one.code, _(one.title)) for one in rules.incentives],
    }
    fields = fields_of(model, choices, typed, None, problems)
    for one in fields:
        options = own.get(one.name) or (choices.people() if one.name == "leader" else None)
        if options:
            one.kind, one.options = "choice", options
    return fields


def _day_of(text: str) -> date | None:
    """The day typed; none for nothing. Raises InputInvalid."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputInvalid([Problem(_("日期应当写作 2026-03-02"), key="of")]) from None
