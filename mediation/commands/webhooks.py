"""webhooks add, list, rotate, remove, test, resume, kinds, messages, again."""

from typing import TYPE_CHECKING, Annotated

import typer

from mediation.commands.console import AsJson, instance_of, plain, show, show_table, spoken
from mediation.language import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mediation.webhooks.keeping import MessageLine

commands = typer.Typer(help=_("推送"), no_args_is_help=True)
_BY = "system:webhooks"
Hook = Annotated[str, typer.Argument(metavar="ID", help=_("推送地址的编号"))]


def add_to(app: typer.Typer) -> None:
    """What this module has of the program's commands."""
    app.add_typer(commands, name="webhooks")


@commands.command("add")
def add(
    context: typer.Context,
    address: Annotated[str, typer.Argument(metavar="URL", help=_("https:// 开头的完整地址"))],
    unit: Annotated[str, typer.Option(help=_("单位代码：推送它和下级单位的事件"))],
    kind: Annotated[
        list[str] | None, typer.Option(help=_("事件，可以写几次，如 case.accept；不写就是 case.*"))
    ] = None,
    as_json: AsJson = False,
) -> None:
    """登记一个推送地址，显示它的密钥。密钥只显示这一次。"""
    with instance_of(context) as instance:
        made, secret = instance.webhooks.add(address, kind or ["case.*"], unit, by=_BY)
    text = _("推送地址 {id}\n密钥 {secret}\n只显示这一次，请交给对方。").format(id=made, secret=secret)
    show({"id": made, "secret": secret}, as_json=as_json, text=text)


@commands.command("list")
def list_webhooks(context: typer.Context, as_json: AsJson = False) -> None:
    """列出推送地址：推送什么、到哪里、有多少没有送到。"""
    from mediation.webhooks.wording import why_title  # noqa: PLC0415  the help must not wait for it

    with instance_of(context) as instance:
        lines, enabled = instance.webhooks.lines(), instance.webhooks.enabled
    if as_json:
        show({"enabled": enabled, "webhooks": [plain(one) for one in lines]}, as_json=True)
        return
    show_table(
        _("推送地址 {count} 个").format(count=len(lines)) + ("" if enabled else _("（没有开通）")),
        [_("编号"), _("地址"), _("事件"), _("单位"), _("已送"), _("待发"), _("停发"), ""],
        [
            [
                one.id,
                one.address,
                " ".join(one.kinds),
                one.unit,
                str(one.sent),
                str(one.waiting),
                str(one.parked),
                _("已停：{why}").format(why=why_title(one.stopped_why)) if one.stopped_at else "",
            ]
            for one in lines
        ],
    )


@commands.command("rotate")
def rotate(
    context: typer.Context,
    webhook: Hook,
    hours: Annotated[int, typer.Option(help=_("原密钥还用几个小时；泄露了写 0"))] = 24,
    as_json: AsJson = False,
) -> None:
    """换一个密钥，显示新的。换的这段时间两个密钥都签名。"""
    with instance_of(context) as instance:
        secret = instance.webhooks.rotate(webhook, hours, by=_BY)
    text = _("新密钥 {secret}\n只显示这一次；原密钥再用 {hours} 小时。").format(secret=secret, hours=hours)
    show({"id": webhook, "secret": secret, "hours": hours}, as_json=as_json, text=text)


@commands.command("remove")
def remove(context: typer.Context, webhook: Hook, as_json: AsJson = False) -> None:
    """删除一个推送地址；还没有送到的不再送。"""
    with instance_of(context) as instance:
        instance.webhooks.remove(webhook, by=_BY)
    show({"removed": webhook}, as_json=as_json, text=_("已删除，不再推送。"))


@commands.command("test")
def try_out(context: typer.Context, webhook: Hook, as_json: AsJson = False) -> None:
    """现在推送一条试验消息，看对方是否收下。"""
    from mediation.webhooks.wording import why_title  # noqa: PLC0415  the help must not wait for it

    with instance_of(context) as instance:
        answered = instance.webhooks.test(webhook)
    text = _("没有送到：{why}").format(why=why_title(answered.why)) if answered.why else _("对方已收下。")
    show({"taken": not answered.why, "why": answered.why}, as_json=as_json, text=text)
    if answered.why:
        raise typer.Exit(1)


@commands.command("resume")
def resume(context: typer.Context, webhook: Hook, as_json: AsJson = False) -> None:
    """放行一个停下的推送地址：对方又要接收了，或者由备份恢复的实例正式启用了。"""
    with instance_of(context) as instance:
        instance.webhooks.resume(webhook, by=_BY)
    show({"resumed": webhook}, as_json=as_json, text=_("已放行。"))


@commands.command("kinds")
def kinds(context: typer.Context, as_json: AsJson = False) -> None:
    """列出可以推送的事件。"""
    with instance_of(context) as instance:
        found = instance.webhooks.kinds()
    text = "\n".join(f"{kind}  {title}" for kind, title in found.items())
    show(found, as_json=as_json, text=text)


@commands.command("messages")
def messages(
    context: typer.Context,
    webhook: Annotated[str, typer.Option(metavar="ID", help=_("只看这个推送地址的"))] = "",
    sent: Annotated[bool, typer.Option("--sent", help=_("连同已经送到的"))] = False,
    as_json: AsJson = False,
) -> None:
    """没有送到的消息，新的在前：只有编号、送往哪里和原因。"""
    states = ("parked", "waiting", *(("sent", "dropped") if sent else ()))
    with instance_of(context) as instance:
        found = instance.webhooks.messages(states, webhook=webhook)
    if as_json:
        show(found, as_json=True)
        return
    show_messages(_("推送消息 {count} 条").format(count=len(found)), found)


@commands.command("again")
def again(
    context: typer.Context,
    message: Annotated[str, typer.Argument(metavar="ID", help=_("消息的编号；all 为所有停发的"))],
    as_json: AsJson = False,
) -> None:
    """再发停发的消息，编号不变。"""
    with instance_of(context) as instance:
        count = instance.webhooks.again(None if message == "all" else message)
        called = instance.webhooks.send_due()
    text = _("再发 {count} 条：送到 {sent}，稍后再试 {put_off}，停发 {parked}")
    show({"again": count, **plain(called)}, as_json=as_json, text=text.format(count=count, **vars(called)))


def show_messages(title: str, found: "Sequence[MessageLine]") -> None:
    """A table of messages, for people."""
    from mediation.webhooks.wording import state_title, why_title  # noqa: PLC0415

    show_table(
        title,
        [_("编号"), _("地址"), _("事件"), _("状态"), _("原因"), _("次数"), _("下次")],
        [
            [
                one.id,
                one.address,
                one.type,
                state_title(one.state),
                why_title(one.why),
                str(one.attempts),
                spoken(one.next_at),
            ]
            for one in found
        ],
    )
