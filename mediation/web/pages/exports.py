"""导出: a list asked for with a reason, let go by a second person, taken as a file with its mark; and the guard's look at all."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from starlette.responses import Response

from mediation.clock import local_day
from mediation.errors import InputInvalid, Problem
from mediation.language import _
from mediation.reports.exports.asking import Format
from mediation.reports.exports.printed import MOST_PRINTED
from mediation.web.answers import Answer, answer_once
from mediation.web.branch import Branch
from mediation.web.deps import Desk, TheDesk
from mediation.web.forms.fields import Fault
from mediation.web.pages.cases import asked_by
from mediation.web.pages.shell import go, page, tell
from mediation.web.seats import PostedBySeat, Seat, TheSeat

router = Branch(include_in_schema=False)
_TYPES: Mapping[Format, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
_TITLES = {"first": "从", "last": "到", "why": "用途"}


@router.get("/exports", name="exports")
def exports(request: Request, desk: TheDesk, seat: TheSeat) -> Response:
    return _own_page(request, desk, seat)


@router.post("/exports", name="ask_export")
def ask(request: Request, desk: TheDesk, seat: TheSeat, form: PostedBySeat) -> Response:
    said = {key: str(form.get(key, "")).strip() for key in _TITLES}
    words = {key: value for key, value in said.items() if value}
    try:
        answer = answer_once(
            desk,
            asked_by(request, seat, form),
            lambda remember: desk.exports.ask(seat.post, words, remember=remember),
            lambda _line: Answer(303, "", {"Location": "/exports"}),
        )
    except InputInvalid as error:
        return _own_page(request, desk, seat, said=said, problems=error.problems, status=422)
    return tell(answer, _("导出申请已经提出"))


@router.post("/exports/{export}/file", name="take_export")
def take(desk: TheDesk, seat: TheSeat, export: str, form: PostedBySeat) -> Response:
    wanted: Format = next((one for one in _TYPES if one == form.get("format")), "csv")
    content, name = desk.exports.take(seat.post, export[:60], wanted)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=_TYPES[wanted], headers=headers)


@router.post("/exports/{export}/decide", name="decide_export")
def decide(desk: TheDesk, seat: TheSeat, export: str, form: PostedBySeat) -> Response:
    agrees = form.get("agrees") == "yes"
    desk.exports.decide(seat.post, export[:60], agrees=agrees)
    return go("/exports", _told(agrees=agrees))


@router.get("/admin/exports", name="guard_exports")
def guard_exports(request: Request, desk: TheDesk, seat: TheSeat) -> Response:
    waits, others = desk.exports.for_guard(desk.clock.now())
    return page(request, seat, "exports.html", guard=True, waits=waits, lines=others, problems=[], form={})


@router.post("/admin/exports/{export}/decide", name="guard_decides")
def guard_decides(desk: TheDesk, seat: TheSeat, export: str, form: PostedBySeat) -> Response:
    agrees, hours = form.get("agrees") == "yes", desk.office.exporting.hours
    desk.exports.decide_as_guard(export[:60], desk.clock.now(), hours, by=seat.name, agrees=agrees)
    return go("/admin/exports", _told(agrees=agrees))


def _told(*, agrees: bool) -> str:
    return _("已批准，本人可以导出") if agrees else _("已退回，不能导出")


def _own_page(
    request: Request,
    desk: Desk,
    seat: Seat,
    *,
    said: dict[str, Any] | None = None,
    problems: tuple[Problem, ...] = (),
    status: int = 200,
) -> Response:
    own, waits = desk.exports.shown(seat.post)
    today = local_day(desk.clock.now())
    usual = {"first": today.replace(day=1).isoformat(), "last": today.isoformat(), "why": ""}
    return page(
        request,
        seat,
        "exports.html",
        status=status,
        guard=False,
        waits=waits,
        lines=own,
        alone=desk.office.exporting.alone,
        most_printed=MOST_PRINTED,
        form=said or usual,
        problems=[Fault(one.key, _(_TITLES.get(one.key, "")), one.message) for one in problems],
    )
