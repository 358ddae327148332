"""工作交接: whose work goes to whom, all in one act; the hand-overs that were, and giving back."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Annotated, Any

from fastapi import Path, Query, Request
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from mediation.cases.succession.handing_over import HandedOver
from mediation.cases.succession.outlook import CaseInHand, Outlook
from mediation.cases.succession.takers import Taker
from mediation.errors import InputInvalid, MediationError, Problem
from mediation.language import _, joined
from mediation.web.answers import Answer, answer_once
from mediation.web.branch import Branch
from mediation.web.deps import Asked, Desk, TheDesk
from mediation.web.errors import status_of
from mediation.web.forms.choices import MOST, Choices, Options
from mediation.web.forms.fields import Field, all_fields, faults_of, in_titles, place_problems
from mediation.web.pages.cases import asked_by
from mediation.web.pages.shell import page, tell
from mediation.web.seats import PostedBySeat, Seat, TheSeat

router = Branch(include_in_schema=False)
PersonCode = Annotated[str, Path(pattern=r"^[^\x00-\x1f\x7f/]{1,64}$")]
HandoverId = Annotated[str, Path(pattern=r"^[0-9a-z]{26}$")]
REASONS: Mapping[str, str] = {
    "left": "离任",
    "leave": "请假",
    "transferred": "调动",
    "conflict": "回避",
    "other": "其他",
    "back": "交回",
}
COUNTED: Mapping[str, str] = {
    "cases": "纠纷",
    "drafts": "协议草稿",
    "roles": "调解和记录",
    "tasks": "待办",
    "promises": "其中承诺",
    "lent": "委派出去的待办",
    "asked": "请别人办的",
    "approvals": "送审中的",
    "appointments": "约定",
    "first_receiver": "首问",
    "leader": "领导包案",
}
"""What is in hand, in the order in which it is told."""
_ALWAYS = ("cases", "drafts", "tasks", "promises", "appointments")
_PLAIN = ("to", "reason", "until", "why")
_OF_CASE = re.compile(
    r"cases\.(?P<case>[0-9a-z]{26})\.0\.(?P<key>to|conflict|kept_by_both|consented|must_withdraw)"
)
_TICKED = frozenset({"kept_by_both", "consented", "must_withdraw"})
_SHOWN, _FEW = 100, 12


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case on the form, with its own fields; `open`: something was said of it besides whom it goes to."""

    case: CaseInHand
    field: Field
    own: Mapping[str, Field]
    open: bool


@router.get("/hand-overs", name="hand_overs")
def hand_overs(
    request: Request, desk: TheDesk, seat: TheSeat, search: Annotated[str, Query(max_length=60)] = ""
) -> Response:
    everybody = desk.successions.givers(seat.post)
    wanted = search.strip()
    found = [one for one in everybody if not wanted or wanted in one.name or wanted in joined(one.units)]
    return page(
        request,
        seat,
        "handovers.html",
        givers=found[:_SHOWN],
        more=len(found) - _SHOWN,
        search=wanted,
        searches=len(everybody) > _FEW,
        past=desk.successions.past(seat.post),
        reasons=_reasons(),
    )


@router.get("/hand-overs/from/{person}", name="hand_over_form")
def hand_over_form(request: Request, desk: TheDesk, seat: TheSeat, person: PersonCode) -> Response:
    return _form_page(request, desk, seat, person)


@router.post("/hand-overs/from/{person}", name="hand_over_work")
def hand_over_work(
    request: Request, desk: TheDesk, seat: TheSeat, person: PersonCode, form: PostedBySeat
) -> Response:
    """All of it, or with `try` only what it would come to."""
    words = _words(person, form)
    try:
        if form.get("try"):
            tried = desk.hand_over(seat.post, words, dry_run=True)
            return _form_page(request, desk, seat, person, form, tried=tried)
        return _done_once(
            desk,
            asked_by(request, seat, form),
            lambda remember: desk.hand_over(seat.post, words, remember=remember),
            _("已移交。"),
            "/hand-overs",
        )
    except InputInvalid as error:
        return _form_page(request, desk, seat, person, form, error)


@router.get("/hand-overs/{handover}", name="handed_over")
def handed_over(request: Request, desk: TheDesk, seat: TheSeat, handover: HandoverId) -> Response:
    return _past_page(request, desk, seat, handover)


@router.post("/hand-overs/{handover}/back", name="hand_back")
def hand_back(
    request: Request, desk: TheDesk, seat: TheSeat, handover: HandoverId, form: PostedBySeat
) -> Response:
    why = str(form.get("why", "")).strip()
    words = {"why": why} if why else {}
    try:
        return _done_once(
            desk,
            asked_by(request, seat, form),
            lambda remember: desk.give_back(seat.post, handover, words, remember=remember),
            _("已交回。"),
            f"/hand-overs/{handover}",
        )
    except InputInvalid as error:
        return _past_page(request, desk, seat, handover, why, error)


def _done_once(
    desk: Desk,
    asked: Asked | None,
    act: Callable[[Callable[[Session, HandedOver], None] | None], HandedOver],
    sentence: str,
    otherwise: str,
) -> Response:
    """To the page of what moved, with the sentence; where nothing did, `otherwise`, with why not."""
    told = [sentence]

    def answer(done: HandedOver) -> Answer:
        told[:] = told if done.handover else done.told
        return Answer(303, "", {"Location": f"/hand-overs/{done.handover}" if done.handover else otherwise})

    return tell(answer_once(desk, asked, act, answer), joined(told, "；"))


# — words —


def _words(person: str, form: FormData) -> dict[str, Any]:
    """What was typed, as the words of a hand-over; of a case only where something was said of it."""
    words: dict[str, Any] = {"from": person}
    words |= {key: typed for key in _PLAIN if (typed := _typed(form, key))}
    if _typed(form, "leads"):
        words["leads"] = True
    cases: dict[str, dict[str, Any]] = {}
    for name in form:
        found = _OF_CASE.fullmatch(name)
        if found and (typed := _typed(form, name)):
            said = True if found["key"] in _TICKED else typed
            cases.setdefault(found["case"], {})[found["key"]] = said
    return words | ({"cases": cases} if cases else {})


def _typed(form: FormData, name: str) -> str:
    return str(form.get(name, "")).replace("\r\n", "\n").strip()


# — pages —


def _form_page(
    request: Request,
    desk: Desk,
    seat: Seat,
    person: str,
    typed: FormData | None = None,
    error: InputInvalid | None = None,
    *,
    tried: HandedOver | None = None,
) -> Response:
    found = desk.successions.outlook(seat.post, person)
    plain = _plain_fields(found, typed)
    rows = [_row(desk, found, one, typed) for one in found.cases]
    fields = [*plain, *(row.field for row in rows)]
    problems = [_named(one, found.cases) for one in (error.problems if error is not None else ())]
    place_problems(fields, problems)
    return page(
        request,
        seat,
        "handover_form.html",
        status=status_of(error) if error is not None else 200,
        giver=found.giver,
        counts=_counts(found.counts),
        fields={one.name: one for one in plain},
        takers=_groups(found, plain[0].value),
        rows=[replace(row, open=row.open or _is_wrong(row)) for row in rows],
        kinds=_kinds(),
        filled=typed is not None,
        problems=faults_of(fields, problems),
        tried=tried,
        moved=_counts(tried.counts) if tried is not None else [],
        told=[in_titles(one, plain) for one in tried.told] if tried is not None else [],
    )


def _past_page(
    request: Request,
    desk: Desk,
    seat: Seat,
    handover: str,
    why: str = "",
    error: MediationError | None = None,
) -> Response:
    found = desk.successions.past_page(seat.post, handover)
    numbers = {f"cases.{one.number}": one.number for one in found.cases}
    fields = [Field(key, number, "rows") for key, number in numbers.items()]
    return page(
        request,
        seat,
        "handover.html",
        status=status_of(error) if error is not None else 200,
        line=found.line,
        cases=found.cases,
        told=found.told,
        counts=_counts(found.line.counts),
        kinds=_kinds(),
        reasons=_reasons(),
        why=why,
        problems=faults_of(fields, getattr(error, "problems", ())),
    )


def _plain_fields(found: Outlook, typed: FormData | None) -> list[Field]:
    """What is said once. Who is away hands over because of it until the day after; who holds no post has left."""
    giver = found.giver
    known = {"reason": "" if giver.in_office else "left", "until": ""}
    if giver.in_office and giver.away_until is not None:
        known = {"reason": "leave", "until": (giver.away_until + timedelta(days=1)).isoformat()}

    def value(key: str) -> str:
        return _typed(typed, key) if typed is not None else known.get(key, "")

    reasons = [(code, title) for code, title in _reasons().items() if code != "back"]
    fields = [
        Field("to", _("接手的人"), "choice", required=True, value=value("to")),
        Field("reason", _("移交的原因"), "choice", required=True, value=value("reason"), options=reasons),
        Field("until", _("哪天回来"), "day", value=value("until"), hint=_("只有请假的填；到期不会自动交回")),
        Field("why", _("说明"), "line", value=value("why")),
    ]
    if found.counts.get("leader"):
        fields.append(Field("leads", _("包案的纠纷一并移交"), "check", value=bool(value("leads"))))
    return fields


def _row(desk: Desk, found: Outlook, case: CaseInHand, typed: FormData | None) -> CaseRow:
    """One case: whom it goes to if not to the successor of all, and what of that one was declared and agreed to."""
    name = f"cases.{case.id}"

    def value(key: str) -> str:
        return _typed(typed, f"{name}.0.{key}") if typed is not None else ""

    to = value("to")
    offered = case.takers[:MOST]
    takers = [(code, _shown(found, found.takers[code])) for code in offered]
    if to and to not in offered:
        takers.append((to, _shown(found, found.takers[to]) if to in found.takers else to))
    own = {
        "to": Field(f"{name}.0.to", _("这一件交给"), "choice", value=to, options=takers),
        "conflict": Field(
            f"{name}.0.conflict",
            _("接手人的利害关系"),
            "choice",
            value=value("conflict"),
            options=Choices(desk).codes("conflicts"),
        ),
        "kept_by_both": Field(
            f"{name}.0.kept_by_both", _("双方仍愿由其调解"), "check", value=bool(value("kept_by_both"))
        ),
        "consented": Field(
            f"{name}.0.consented", _("当事人同意换成接手人"), "check", value=bool(value("consented"))
        ),
        "must_withdraw": Field(
            f"{name}.0.must_withdraw", _("原调解员必须回避"), "check", value=bool(value("must_withdraw"))
        ),
    }
    said = any(one.value for key, one in own.items() if key != "to")
    return CaseRow(case, Field(name, case.number, "rows", rows=[list(own.values())]), own, said)


def _is_wrong(row: CaseRow) -> bool:
    """Is something wrong that more than another successor might mend?"""
    return any(one.faults for one in all_fields([row.field]) if one is not row.own["to"])


def _named(problem: Problem, cases: Sequence[CaseInHand]) -> Problem:
    """A problem of a case under the name of its fields, whichever of its names the case was called by."""
    for one in cases:
        for called in (one.id, one.number):
            key = f"cases.{called}"
            if problem.key == key:
                return replace(problem, key=f"cases.{one.id}")
            if problem.key.startswith(f"{key}."):
                return replace(problem, key=f"cases.{one.id}.0{problem.key.removeprefix(key)}")
    return problem


def _groups(found: Outlook, chosen: str) -> list[tuple[str, Options]]:
    """Who could take all of it, who some of it; everybody where nobody is known to fit: then it is said what is wrong."""
    groups = [(_("接得了全部的"), found.of_all), (_("接得了一部分的"), found.of_some)]
    groups = [(title, codes) for title, codes in groups if codes]
    if not groups:
        groups = [(_("在任的"), tuple(found.takers)[:MOST])]
    if chosen and all(chosen not in codes for _title, codes in groups):
        groups.append((_("其他"), (chosen,)))
    return [
        (
            title,
            [(code, _shown(found, found.takers[code]) if code in found.takers else code) for code in codes],
        )
        for title, codes in groups
    ]


def _shown(found: Outlook, one: Taker) -> str:
    shown = _("{name}（{unit}，{post}）").format(name=one.name, unit=one.unit, post=one.post)
    return _("{who}，请假中").format(who=shown) if one.person in found.away else shown


def _counts(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """The counts in words: those that are asked after even if there are none, where they were counted at all."""
    return [
        (_(title), counts.get(kind, 0))
        for kind, title in COUNTED.items()
        if counts.get(kind) or (kind in _ALWAYS and kind in counts)
    ]


def _kinds() -> dict[str, str]:
    return {kind: _(title) for kind, title in COUNTED.items()}


def _reasons() -> dict[str, str]:
    return {code: _(title) for code, title in REASONS.items()}
