"""裁定 of several disputes at one sitting: under each other, minutes of its own for each, sent in one go.

A ruling names who was heard in that dispute and why; so nothing is said for all of them together.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import Query, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from mediation.cases.board.several import Several
from mediation.cases.inputs import read_said
from mediation.cases.ownership.said import Rule
from mediation.errors import InputInvalid, NotFound, Problem
from mediation.language import _
from mediation.web.answers import Answer, answer_once
from mediation.web.branch import Branch
from mediation.web.deps import Desk, TheDesk
from mediation.web.forms.choices import Choices
from mediation.web.forms.fields import Fault, Field, all_fields, faults_of, fields_of, words_of
from mediation.web.pages.cases import asked_by
from mediation.web.pages.shell import page
from mediation.web.seats import PostedBySeat, Seat, TheSeat

router = Branch(include_in_schema=False)
MOST = 20
"""Disputes ruled on one page."""
_TICK = re.compile(r"([0-9a-z]{26})(?:~([0-9]{1,9}))?")
_BACK = "/board?group=rule"
_OPENED = "case"
Ticks = Annotated[list[str], Query(max_length=MOST)]


@dataclass
class Disputed:
    """A dispute on the page: what each unit said, and the minutes as a form."""

    case: Any
    sides: Mapping[str, Sequence[Mapping[str, Any]]]
    fields: list[Field]
    reasons: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class _Sent:
    """One dispute's part of the form: its place, the case, the version seen, what was typed."""

    at: int
    ref: str
    version: int | None
    typed: FormData


def address(ticked: Sequence[tuple[str, int]]) -> str:
    """The page on which these disputes are ruled."""
    return "/board/rulings?" + "&".join(f"case={ref}" for ref, _version in ticked[:MOST])


@router.get("/board/rulings", name="rulings")
def rulings(request: Request, desk: TheDesk, seat: TheSeat, case: Ticks) -> Response:
    """The disputes that were ticked, those that can be ruled on now."""
    found = [tick[1] for tick in map(_TICK.fullmatch, dict.fromkeys(case)) if tick is not None]
    shown = [_disputed(desk, seat, at, ref) for at, ref in enumerate(found)]
    return _page(request, seat, [one for one in shown if one is not None])


@router.post("/board/rulings", name="rule_each")
def rule_each(request: Request, desk: TheDesk, seat: TheSeat, form: PostedBySeat) -> Response:
    """Each dispute ruled by its own minutes, each whole or not at all; what was not ruled stays, with what was typed."""
    sent = _sent(form)
    more = str(form.get("more", ""))
    if more:
        return _again(request, desk, seat, sent, {}, more=more)
    words, wrong = _words(sent)
    if wrong:
        return _again(request, desk, seat, sent, wrong)
    came: list[Several] = []

    def tell_of(done: Several) -> Answer:
        came.append(done)
        return Answer(303, "", {"Location": _BACK})

    answer = answer_once(
        desk,
        asked_by(request, seat, form),
        lambda remember: desk.act_on_each(
            seat.post, "rule", [(one.ref, one.version) for one in sent], own=words, remember=remember
        ),
        tell_of,
    )
    if not came:
        return answer
    refused = {one.case: one.reasons for one in came[0].cases if one.outcome == "refused"}
    left = [one for one in sent if one.ref in refused]
    if left:
        return _again(request, desk, seat, left, {}, done=came[0], reasons=refused)
    return page(request, seat, "board_done.html", title=_("裁定"), done=came[0], problems=(), back=_BACK)


def _sent(form: FormData) -> list[_Sent]:
    """The parts of the form by dispute. NotFound for a form that no page has made."""
    found = []
    for at in range(MOST):
        tick = _TICK.fullmatch(str(form.get(f"c{at}.case", "")))
        if tick is not None:
            prefix = f"c{at}."
            own = [
                (name.removeprefix(prefix), value)
                for name, value in form.multi_items()
                if name.startswith(prefix)
            ]
            found.append(_Sent(at, tick[1], int(tick[2]) if tick[2] else None, FormData(own)))
    if not found:
        raise NotFound
    return found


def _words(sent: Sequence[_Sent]) -> tuple[dict[str, Any], dict[int, Sequence[Problem]]]:
    """What was said of each dispute, and what is wrong with it, by the place on the page."""
    words: dict[str, Any] = {}
    wrong: dict[int, Sequence[Problem]] = {}
    for one in sent:
        try:
            words[one.ref] = words_of(Rule, one.typed)
            read_said(Rule, words[one.ref])
        except InputInvalid as error:
            wrong[one.at] = error.problems
    return words, wrong


def _disputed(
    desk: Desk,
    seat: Seat,
    at: int,
    ref: str,
    typed: FormData | None = None,
    problems: Sequence[Problem] = (),
    *,
    more: str = "",
) -> Disputed | None:
    """A dispute with its minutes; None for one that the actor cannot rule on, if nothing was typed yet."""
    found, opened = desk.case(seat.post, ref), desk.boards.opened(seat.post, ref)
    desk.scope.note_reading(seat.post, _OPENED, ref)
    can = any(one["trigger"] == "rule" and one["permitted"] and not one["reasons"] for one in found.acts)
    if not can and typed is None:
        return None
    fields = fields_of(
        Rule,
        Choices(desk, found, "rule"),
        typed,
        known_of(opened),
        problems,
        without={"occurred_at"},
        more=more,
    )
    return Disputed(found, sides_of(found.ownership), fields)


def known_of(opened: Any) -> dict[str, Any]:
    """Who was heard and whose it is by the list, as far as it stands in the dispute itself."""
    lead = next(iter(opened.leads), None)
    named = {"to": lead["code"], "line": lead["line"]} if lead is not None else {}
    return {"heard": [dict(one) for one in opened.heard], **named}


def sides_of(ownership: Mapping[str, Any]) -> dict[str, list[Mapping[str, Any]]]:
    """What each unit said on whose the dispute is, as long as it is open; those that declined stand side by side."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for one in ownership.get("arguments", ()):
        if one["open"]:
            found.setdefault(one["unit"], []).append(one)
    return dict(sorted(found.items(), key=lambda side: side[1][0]["kind"] != "declines"))


def _again(
    request: Request,
    desk: Desk,
    seat: Seat,
    sent: Sequence[_Sent],
    wrong: Mapping[int, Sequence[Problem]],
    *,
    more: str = "",
    done: Several | None = None,
    reasons: Mapping[str, Sequence[str]] | None = None,
) -> Response:
    """The page once more with all that was typed, and what stands in the way of each."""
    shown, faults = [], []
    for at, one in enumerate(sent):
        row = more.removeprefix(f"c{one.at}.") if more.startswith(f"c{one.at}.") else ""
        found = _disputed(desk, seat, at, one.ref, one.typed, wrong.get(one.at, ()), more=row)
        if found is None:
            continue
        number = found.case.row.number
        faults += [
            replace(fault, field=f"f.c{at}.{fault.field.removeprefix('f.')}", title=f"{number} {fault.title}")
            for fault in faults_of(found.fields, wrong.get(one.at, ()))
        ]
        shown.append(replace(found, reasons=(reasons or {}).get(one.ref, ())))
    return _page(request, seat, shown, faults, done=done, status=422 if faults else 409 if done else 200)


def _page(
    request: Request,
    seat: Seat,
    shown: list[Disputed],
    faults: Sequence[Fault] = (),
    *,
    done: Several | None = None,
    status: int = 200,
) -> Response:
    for at, one in enumerate(shown):
        for field in all_fields(one.fields):
            field.name = f"c{at}.{field.name}"
    return page(
        request, seat, "rulings.html", status=status, shown=shown, problems=faults, done=done, back=_BACK
    )
