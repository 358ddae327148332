"""调度: what waits at a desk, acted on with one click, one key, or many rows at once; one case opened to be decided on."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Query, Request
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from mediation.cases.board.groups import ASKED_KINDS
from mediation.cases.board.page import BoardGroup, BoardRow, Mark, Opened
from mediation.cases.board.several import Several
from mediation.cases.numbering import temporary_number
from mediation.cases.routing.page import further
from mediation.cases.verbs import verb_of
from mediation.crypto import sha256
from mediation.errors import (
    InputInvalid,
    MediationError,
    NotFound,
    Problem,
)
from mediation.language import _, joined
from mediation.web.answers import Answer, answer_once
from mediation.web.branch import Branch
from mediation.web.deps import Asked, Desk, Done, Ref, TheDesk
from mediation.web.errors import SHOWN_AGAIN, status_of
from mediation.web.forms.choices import Choices
from mediation.web.forms.fields import Fault, Field, faults_of, fields_of, words_of
from mediation.web.pages.cases import asked_by, left_undone, needless_in_assigning
from mediation.web.pages.rulings import address as rulings_address
from mediation.web.pages.rulings import known_of, sides_of
from mediation.web.pages.shell import page, tell
from mediation.web.seats import PostedBySeat, Seat, TheSeat

router = Branch(include_in_schema=False)
_MARK = re.compile(r"([0-9a-z]{26})~([0-9]{1,6})~(\S{10,40})")
_ONE = re.compile(r"([a-z_]{1,40})~([0-9a-z]{26})~([0-9]{1,9})~([A-Za-z0-9_.:-]{0,64})")
_TICK = re.compile(r"([0-9a-z]{26})~([0-9]{1,9})")
IN_BULK: Mapping[str, tuple[str, ...]] = {
    "acknowledge": ("acknowledge",),
    "decline": ("acknowledge",),
    "triage": ("triage",),
    "keep": ("dispatch",),
    "dispatch": ("dispatch",),
    "accept": ("accept",),
    "assign": ("assign",),
    "rule": ("rule",),
    "urge": (),
}
"""The acts done on many rows at once, with the groups whose rows take them; none: all."""
_PLAIN = ("acknowledge", "keep", "accept", "rule", "urge")
"""Those of them that need no words here: rulings have theirs on a page of their own."""
_DECISIONS = (
    "acknowledge",
    "rule",
    "triage",
    "keep",
    "dispatch",
    "accept",
    "assign",
    "decline",
    "send_back",
    "escalate",
    "take",
    "ask_above",
    "urge",
)
"""The acts of an opened case, the usual ones first; the first that is possible stands open."""


@dataclass
class Section:
    """One act on an opened case as a form: `hidden` goes along with it, `question` is what was asked."""

    trigger: str
    title: str
    fields: list[Field]
    reasons: tuple[str, ...] = ()
    hidden: Mapping[str, str] = field(default_factory=dict)
    question: Any = None
    asked_by: str = ""
    open: bool = False


@router.get("/board", name="board")
def board(
    request: Request,
    desk: TheDesk,
    seat: TheSeat,
    group: Annotated[str, Query(pattern=r"^[a-z]{0,20}$")] = "",
    before: Annotated[str, Query(max_length=120)] = "",
) -> Response:
    groups = desk.boards.board(seat.post, group, _mark_of(before) if group else None)
    return _board_page(request, desk, seat, group, groups)


@router.post("/board", name="board_acts")
def board_acts(request: Request, desk: TheDesk, seat: TheSeat, form: PostedBySeat) -> Response:
    one = _ONE.fullmatch(str(form.get("one", "")))
    if one is None:
        return _on_each(request, desk, seat, form)
    trigger, ref, version, arg = one.groups()
    try:
        return _do(request, desk, seat, form, ref, trigger, _usual_words(trigger, arg), int(version))
    except SHOWN_AGAIN as error:
        return _case_page(request, desk, seat, ref, _group_of(form), trigger, None, error)


@router.get("/board/{ref}", name="board_case")
def board_case(
    request: Request,
    desk: TheDesk,
    seat: TheSeat,
    ref: Ref,
    group: Annotated[str, Query(pattern=r"^[a-z]{0,20}$")] = "",
) -> Response:
    return _case_page(request, desk, seat, ref, group)


@router.post("/board/{ref}/{trigger}", name="board_act")
def board_act(
    request: Request, desk: TheDesk, seat: TheSeat, ref: Ref, trigger: str, form: PostedBySeat
) -> Response:
    verb = verb_of(trigger)
    if form.get("more"):
        return _case_page(
            request, desk, seat, ref, _group_of(form), trigger, form, more=str(form.get("more"))
        )
    version = str(form.get("version", ""))
    try:
        words = words_of(verb.said, form)
        seen = int(version) if version.isdecimal() else None
        return _do(request, desk, seat, form, ref, trigger, words, seen)
    except SHOWN_AGAIN as error:
        return _case_page(request, desk, seat, ref, _group_of(form), trigger, form, error)


# — the board —


def _board_page(request: Request, desk: Desk, seat: Seat, group: str, groups: list[BoardGroup]) -> Response:
    shown = [one for one in groups if one.rows]
    at = next((one for one in groups if one.key == group), None)
    more = _marked(at.rows[-1]) if at is not None and at.more else ""
    people = {
        one.code.partition(":")[0]: _("{name}（{unit}，{post}）").format(
            name=one.name, unit=one.unit_title, post=one.post
        )
        for board_group in shown
        for row in board_group.rows
        for one in row.mediators
    }
    keys = {one.key for one in shown}
    may = [act for act, own in IN_BULK.items() if not own or not keys.isdisjoint(own)]
    tiers = {
        act.arg: act.title for one in shown for row in one.rows for act in row.acts if act.trigger == "triage"
    }
    return page(
        request,
        seat,
        "board.html",
        group=group,
        groups=groups,
        shown=shown,
        more=more,
        bulk=[(f"triage~{tier}", title) for tier, title in tiers.items() if tier]
        + [(act, _title(desk, act)) for act in may if act in _PLAIN],
        units=Choices(desk).units() if "dispatch" in may else (),
        lines=(Choices(desk).lines() or ()) if "decline" in may else (),
        people=sorted(people.items()),
    )


def _usual_words(trigger: str, arg: str) -> dict[str, Any]:
    """What a usual act says: whom or what the row named."""
    if trigger == "assign":
        return {"mediators": [{"person": arg}]}
    key = {"dispatch": "to", "triage": "tier"}.get(trigger)
    return {key: arg} if key else {}


# — many at once —


def _on_each(request: Request, desk: Desk, seat: Seat, form: FormData) -> Response:
    """One act on all rows ticked; what came of each is told on a page of its own, the first time."""
    (trigger, _sign, arg), group = str(form.get("all", "")).partition("~"), _group_of(form)
    if trigger not in IN_BULK:
        raise NotFound
    found = [_TICK.fullmatch(str(one)) for one in form.getlist("case")]
    ticked = [(one[1], int(one[2])) for one in found if one is not None]
    if trigger == "rule" and ticked:
        return RedirectResponse(rulings_address(ticked), 303)
    came: list[Several] = []

    def tell_of(done: Several) -> Answer:
        came.append(done)
        return Answer(303, "", {"Location": _back(group)})

    try:
        words = _bulk_words(trigger, arg, form)
        answer = answer_once(
            desk,
            _asked(request, seat, form),
            lambda remember: desk.act_on_each(seat.post, trigger, ticked, words, remember=remember),
            tell_of,
        )
    except InputInvalid as error:
        return page(
            request,
            seat,
            "board_done.html",
            status=status_of(error),
            title=_title(desk, trigger),
            done=None,
            problems=[Fault("content", "", problem.message) for problem in error.problems],
            back=_back(group),
        )
    if not came:
        return answer
    return page(
        request,
        seat,
        "board_done.html",
        title=_title(desk, trigger),
        done=came[0],
        problems=(),
        back=_back(group),
    )


def _bulk_words(trigger: str, arg: str, form: FormData) -> dict[str, Any]:
    """What is said in the bar below the rows. Raises InputInvalid for what was not chosen or not written."""
    because = str(form.get("because", "")).strip()
    words: dict[str, Any] = {}
    if trigger == "dispatch":
        words = {"to": str(form.get("to", "")).strip()}
        words |= {"opinion": because} if because else {}
    elif trigger == "decline":
        words = {"line": str(form.get("line", "")).strip(), "reason": because}
    elif trigger == "triage":
        words = _usual_words(trigger, arg)
    elif trigger == "assign":
        words = {"mediators": [{"person": str(form.get("person", "")).strip()}]}
    if trigger in {"dispatch", "keep"} and because:
        words["overruled_because"] = because
    if words.get("to") == "":
        raise InputInvalid([Problem(_("请选择交给哪个单位"), key="to")])
    if trigger == "decline" and not all(words.values()):
        raise InputInvalid([Problem(_("退单要选责任清单的一条，并写明理由"), key="line")])
    if trigger == "assign" and not words["mediators"][0]["person"]:
        raise InputInvalid([Problem(_("请选择调解员"), key="person")])
    return words


# — one case —


def _case_page(
    request: Request,
    desk: Desk,
    seat: Seat,
    ref: str,
    group: str,
    trigger: str = "",
    typed: FormData | None = None,
    error: MediationError | None = None,
    *,
    more: str = "",
) -> Response:
    """A case opened to be decided on; after a refusal, with what was typed and all that is wrong with it."""
    found, opened = desk.case(seat.post, ref), desk.boards.opened(seat.post, ref)
    problems: tuple[Problem, ...] = getattr(error, "problems", ())
    sections = _sections(desk, found, opened)
    wrong: list[Fault] = []
    task = str(typed.get("task", "")) if typed is not None else ""
    for at, one in enumerate(sections):
        if one.trigger == trigger and one.hidden.get("task", "") == task:
            fields = one.fields
            if typed is not None:
                fields = _fields(desk, found, trigger, typed=typed, problems=problems, more=more)
            sections[at] = replace(one, fields=fields, open=True)
            wrong = faults_of(fields, problems)
        elif trigger:
            sections[at] = replace(one, open=False)
    if problems and not wrong:
        wrong = [Fault("content", "", problem.message) for problem in problems]
    return page(
        request,
        seat,
        "board_case.html",
        status=status_of(error) if error is not None else 200,
        case=found,
        opened=opened,
        further=further(opened.suggested) if opened.suggested else (),
        sides=sides_of(found.ownership),
        sections=sections,
        group=group,
        back=_back(group),
        problems=wrong,
        reasons=getattr(error, "reasons", ()),
        message=error.message if error is not None else "",
    )


def _sections(desk: Desk, case: Any, opened: Opened) -> list[Section]:
    acts = {one["trigger"]: one for one in case.acts if one["permitted"]}
    found = [
        Section(
            "answer",
            _("答复：{title}").format(title=_(task["title"])),
            _fields(desk, case, "answer", {}),
            hidden={"task": str(task["task"])},
            question=task["question"],
            asked_by=task["asked_by"],
        )
        for task in case.tasks
        if task["mine"] and task["kind"] in ASKED_KINDS and "answer" in acts
    ]
    for trigger in _DECISIONS:
        act = acts.get(trigger)
        if act is not None:
            reasons = tuple(act["reasons"])
            fields = [] if reasons else _fields(desk, case, trigger, _known(trigger, opened))
            found.append(Section(trigger, act["title"], fields, reasons))
    wanted = (opened.suggested or {}).get("way")
    usual = next((one for one in found if one.trigger == wanted and not one.reasons), None)
    usual = usual or next((one for one in found if not one.reasons), None)
    if usual is not None:
        usual.open = True
    return found


def _known(trigger: str, opened: Opened) -> dict[str, Any]:
    """What the site suggests, as the words of the act."""
    suggested = opened.suggested or {}
    if trigger == "triage" and suggested.get("tier"):
        return {"tier": suggested["tier"]}
    if trigger == "dispatch" and suggested.get("way") == "dispatch":
        return {"to": suggested["unit"]}
    if trigger == "rule":
        return known_of(opened)
    free = [one for one in opened.mediators if not one.barred]
    if trigger == "assign" and free:
        return {"mediators": [{"person": free[0].code.partition(":")[0], "role": "presiding"}]}
    return {}


def _fields(
    desk: Desk,
    case: Any,
    trigger: str,
    known: Mapping[str, Any] | None = None,
    *,
    typed: FormData | None = None,
    problems: tuple[Problem, ...] = (),
    more: str = "",
) -> list[Field]:
    return fields_of(
        verb_of(trigger).said,
        Choices(desk, case, trigger),
        typed,
        known,
        problems,
        without={"occurred_at", "task", *needless_in_assigning(case, trigger)},
        more=more,
    )


def _do(
    request: Request,
    desk: Desk,
    seat: Seat,
    form: FormData,
    ref: str,
    trigger: str,
    words: Mapping[str, Any],
    version: int | None,
) -> Response:
    """Carry one act out, once, and go back to the board, which says what was done."""
    told: list[str] = []
    left: list[str] = []

    def act(remember: Callable[[Session, Done], None] | None) -> Done:
        done = desk.do(seat.post, ref, trigger, words, version, remember=remember)
        left.extend(left_undone(done))
        return done

    def tell_of(done: Done) -> Answer:
        told.extend([done.act.number or temporary_number(done.act.case), *done.act.told])
        return Answer(303, "", {"Location": _back(_group_of(form))})

    answer = answer_once(desk, _asked(request, seat, form), act, tell_of)
    said = _("已办理：{title}").format(title=_title(desk, trigger))
    return tell(answer, joined([said, *(one for one in told if one), *left], "；"))


def _asked(request: Request, seat: Seat, form: FormData) -> Asked | None:
    """One page has many buttons: each of them, pressed with the same ticks and words, is one request."""
    asked = asked_by(request, seat, form)
    if asked is None:
        return None
    parts = sorted(f"{name}={value}" for name, value in form.multi_items() if isinstance(value, str))
    return replace(asked, key=f"{asked.key}-{sha256(chr(0).join(parts).encode())[:24]}")


def _title(desk: Desk, trigger: str) -> str:
    """What the definitions call an act."""
    for name in desk.office.newest:
        found = desk.office.engine(name).definition.triggers.get(trigger)
        if found is not None:
            return found.title
    return trigger


def _group_of(form: FormData) -> str:
    found = str(form.get("group", ""))
    return found if re.fullmatch(r"[a-z]{0,20}", found) else ""


def _back(group: str) -> str:
    return f"/board?group={quote(group)}" if group else "/board"


def _marked(row: BoardRow) -> str:
    due = row.due_at
    return f"{row.row.id}~{row.turn}~{due.isoformat()}" if due is not None else ""


def _mark_of(text: str) -> Mark | None:
    found = _MARK.fullmatch(text) if text else None
    if not text:
        return None
    try:
        due = datetime.fromisoformat(found[3]) if found is not None else None
    except ValueError:
        due = None
    if found is None or due is None or due.tzinfo is None:
        raise NotFound
    return found[1], due, int(found[2])
