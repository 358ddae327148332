"""The page of the administrator of the system where other systems are told of events: addresses, secrets, what has not arrived."""

from collections.abc import Callable
from typing import Any

from fastapi import Request
from sqlmodel import Session
from starlette.responses import Response

from mediation.clock import local_day
from mediation.errors import InputInvalid, Problem
from mediation.language import _
from mediation.units import queries as units
from mediation.web.answers import secret_once
from mediation.web.branch import Branch
from mediation.web.deps import Desk, TheDesk
from mediation.web.forms.fields import Fault
from mediation.web.pages.cases import asked_by
from mediation.web.pages.shell import go, page
from mediation.web.seats import PostedBySeat, Seat, TheSeat
from mediation.webhooks.keeping import KEPT_HOURS
from mediation.webhooks.wording import state_title, why_title

router = Branch(include_in_schema=False)
_PATH = "/admin/webhooks"
_MOST = 50


@router.get(_PATH, name="webhooks")
def webhooks(request: Request, desk: TheDesk, seat: TheSeat) -> Response:
    return _page(request, desk, seat)


@router.post(_PATH, name="add_webhook")
def add_webhook(request: Request, desk: TheDesk, seat: TheSeat, form: PostedBySeat) -> Response:
    said = {key: str(form.get(key, "")).strip() for key in ("address", "kinds", "unit")}
    address, kinds, unit = said["address"], said["kinds"].split(), said["unit"]

    def make(remember: Callable[[Session, str], None] | None) -> str:
        return desk.webhooks.add(address, kinds, unit, by=seat.name, remember=remember)[1]

    try:
        made = secret_once(desk, asked_by(request, seat, form), make, _PATH)
    except InputInvalid as error:
        return _page(request, desk, seat, said=said, problems=error.problems, status=422)
    return made if isinstance(made, Response) else _page(request, desk, seat, told=(address, made))


@router.post(_PATH + "/messages/again", name="send_all_again")
def send_all_again(desk: TheDesk, seat: TheSeat, form: PostedBySeat) -> Response:
    count = desk.webhooks.again(None)
    return go(_PATH, _("已交去再发 {count} 条").format(count=count))


@router.post(_PATH + "/messages/{message}/again", name="send_again")
def send_again(desk: TheDesk, seat: TheSeat, message: str, form: PostedBySeat) -> Response:
    desk.webhooks.again(message)
    return go(_PATH, _("已交去再发 {count} 条").format(count=1))


@router.post(_PATH + "/{webhook}/rotate", name="rotate_webhook")
def rotate_webhook(
    request: Request, desk: TheDesk, seat: TheSeat, webhook: str, form: PostedBySeat
) -> Response:
    hours = str(form.get("hours", "")).strip()
    whole = int(hours) if hours.isdecimal() and hours.isascii() and len(hours) < 5 else -1  # noqa: PLR2004

    def make(remember: Callable[[Session, str], None] | None) -> str:
        return desk.webhooks.rotate(webhook, whole, by=seat.name, remember=remember)

    try:
        made = secret_once(desk, asked_by(request, seat, form), make, _PATH)
    except InputInvalid as error:
        return _page(request, desk, seat, problems=error.problems, status=422)
    return made if isinstance(made, Response) else _page(request, desk, seat, told=(webhook, made))


@router.post(_PATH + "/{webhook}/test", name="test_webhook")
def try_webhook(request: Request, desk: TheDesk, seat: TheSeat, webhook: str, form: PostedBySeat) -> Response:
    return _page(request, desk, seat, tested=(webhook, desk.webhooks.test(webhook).why))


@router.post(_PATH + "/{webhook}/resume", name="resume_webhook")
def resume_webhook(desk: TheDesk, seat: TheSeat, webhook: str, form: PostedBySeat) -> Response:
    desk.webhooks.resume(webhook, by=seat.name)
    return go(_PATH, _("已放行。"))


@router.post(_PATH + "/{webhook}/remove", name="remove_webhook")
def remove_webhook(desk: TheDesk, seat: TheSeat, webhook: str, form: PostedBySeat) -> Response:
    desk.webhooks.remove(webhook, by=seat.name)
    return go(_PATH, _("已删除，不再推送。"))


def _page(
    request: Request,
    desk: Desk,
    seat: Seat,
    *,
    said: dict[str, str] | None = None,
    problems: tuple[Problem, ...] = (),
    told: tuple[str, str] | None = None,
    tested: tuple[str, str] | None = None,
    status: int = 200,
) -> Response:
    with desk.database.reading() as session:
        tree = units.load_tree(session, local_day(desk.clock.now()))
    lines = desk.webhooks.lines()
    titles: dict[str, Any] = {"address": _("地址"), "kinds": _("事件"), "unit": _("单位"), "hours": ""}
    return page(
        request,
        seat,
        "webhooks.html",
        status=status,
        enabled=desk.webhooks.enabled,
        webhooks=lines,
        addresses={one.id: one.address for one in lines},
        messages=desk.webhooks.messages(most=_MOST),
        kinds=desk.webhooks.kinds(),
        units=sorted(tree.nodes, key=lambda node: node.code),
        hours=KEPT_HOURS,
        state_title=state_title,
        why_title=why_title,
        form=said or {"address": "", "kinds": "case.*", "unit": ""},
        problems=[Fault(one.key, titles.get(one.key, ""), one.message) for one in problems],
        told=told,
        tested=tested,
    )
