"""duty: who is there, who can be called, the shifts of a desk; leave and deputies."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from mediation.commands.console import AsJson, context_of, instance_of, show
from mediation.language import _, joined

if TYPE_CHECKING:
    from mediation.duty.page import AbsenceLine, DutyPage

_app = typer.Typer(no_args_is_help=True, help=_("值班：入驻单位、坐班轮班、专业人员、请假和代理"))


def add_to(main_app: typer.Typer) -> None:
    """The commands among those of the program."""
    main_app.add_typer(_app, name="duty")


@_app.command("today")
def today(
    context: typer.Context,
    unit: Annotated[str | None, typer.Option(metavar="UNIT", help=_("哪个单位，不写为本单位"))] = None,
    at: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%dT%H:%M"], metavar="TIME", help=_("什么时候，如 2026-03-02T15:00")),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """现在谁在岗，谁可以呼叫，可以请教谁，谁请假。"""
    from mediation.clock import SITE_ZONE  # noqa: PLC0415  the help must not wait for it

    moment = at.replace(tzinfo=SITE_ZONE) if at is not None else None
    with instance_of(context) as instance:
        page = instance.duty.page(context_of(context).named_actor, unit, moment)
        names = instance.duty.names(context_of(context).named_actor)
    show(page, as_json=as_json, text="\n".join(_lines(page, names)))


@_app.command("plan")
def plan(
    context: typer.Context,
    desk: Annotated[str, typer.Argument(metavar="DESK", help=_("duty.yaml 里的 key"))],
    days: Annotated[int, typer.Option(min=1, max=366, help=_("排多少天"))] = 14,
    as_json: AsJson = False,
) -> None:
    """一个岗位今后的班次。"""
    with instance_of(context) as instance:
        found = instance.duty.plan(context_of(context).named_actor, desk, days)
        names = instance.duty.names(context_of(context).named_actor)
    lines = [(day, joined(_named(names[code], code) for code in people)) for day, people in found]
    text = "\n".join(f"{day}  {people}" for day, people in lines) or _("没有班次")
    show(found, as_json=as_json, text=text)


@_app.command("leave")
def leave(
    context: typer.Context,
    person: Annotated[str | None, typer.Option(metavar="PERSON", help=_("谁请假"))] = None,
    since: Annotated[str | None, typer.Option("--from", metavar="DATE", help=_("第一天"))] = None,
    until: Annotated[str | None, typer.Option("--to", metavar="DATE", help=_("最后一天"))] = None,
    deputy: Annotated[str | None, typer.Option(metavar="PERSON", help=_("谁代理"))] = None,
    kind: Annotated[str, typer.Option(metavar="leave|sick|business|training|other")] = "leave",
    why: Annotated[str | None, typer.Option(help=_("说明"))] = None,
    as_json: AsJson = False,
) -> None:
    """登记请假：这几天代理人可以办理其待办，通知也送代理人。"""
    words = {"person": person, "since": since, "until": until, "deputy": deputy, "kind": kind, "why": why}
    given = {key: value for key, value in words.items() if value is not None}
    with instance_of(context) as instance:
        line = instance.duty.record_leave(context_of(context).named_actor, given)
        names = instance.duty.names(context_of(context).named_actor)
    show(line, as_json=as_json, text=_("已登记：") + _spoken(line, names))


@_app.command("back")
def back(
    context: typer.Context,
    absence: Annotated[str, typer.Argument(metavar="ID", help=_("请假记录的编号"))],
    as_json: AsJson = False,
) -> None:
    """销假：提前回来，或者不去了。"""
    with instance_of(context) as instance:
        line = instance.duty.end_leave(context_of(context).named_actor, absence)
        names = instance.duty.names(context_of(context).named_actor)
    show(line, as_json=as_json, text=_("已销假：") + _spoken(line, names))


def _lines(page: "DutyPage", names: Mapping[str, str]) -> list[str]:
    lines = [_("入驻单位")]
    for one in page.present:
        there = _("在岗") if one.there else _("可以呼叫") if one.on_call else _("不在岗")
        if one.following is not None and not one.there:
            there += _("，下一次 {moment:%m-%d %H:%M}").format(moment=one.following)
        answer = _("，呼叫后{answer}内答复").format(answer=one.answer) if one.answer else ""
        how = f"{one.mode} {one.days}".rstrip()
        lines.append(f"  {_named(one.unit_name, one.unit)} → {one.at_name}  {how}  {there}{answer}")
    lines.append(_("坐班"))
    for desk in page.desks:
        away = _("（{names} 请假）").format(names=joined(desk.away)) if desk.away else ""
        lines.append(f"  {desk.title}  {desk.hours}  {joined(desk.people) or _('今日不值班')}{away}")
    lines.append(_("可以请教"))
    for expert in page.experts:
        away = _("（请假）") if expert.away else ""
        answer = _("，{answer}内答复").format(answer=expert.answer) if expert.answer else ""
        lines.append(f"  {expert.kind} {_named(expert.name, expert.person)}{away}{answer}")
    lines.append(_("请假"))
    lines += [f"  {_spoken(line, names)}" for line in page.absences]
    return [line if line.startswith(" ") else f"【{line}】" for line in lines]


def _spoken(line: "AbsenceLine", names: Mapping[str, str]) -> str:
    deputy = _("，没有代理人")
    if line.deputy:
        deputy = _("，由 {deputy} 代理").format(deputy=names.get(line.deputy, line.deputy))
    if line.stood_in_for:
        people = joined(names.get(code, code) for code in line.stood_in_for)
        deputy += _("；原定由其代理的 {people} 要另定代理人").format(people=people)
    days = _("{since} 至 {until}").format(since=line.since, until=line.until)
    return f"{_named(line.name, line.person)} {_(line.kind)} {days}{deputy}  {line.id}"


def _named(name: str, code: str) -> str:
    return _("{name}（{code}）").format(name=name, code=code)
