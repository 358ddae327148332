"""notices list, show, deliver, failed, retry, slip, preview."""

from pathlib import Path
from typing import Annotated, Any

import typer

from mediation.commands.console import (
    AsJson,
    context_of,
    instance_of,
    show,
    show_table,
    spoken,
    write_file,
)
from mediation.errors import InputInvalid, NotFound, Problem
from mediation.language import _
from mediation.notices.wording import channel_title, reason, state_title

commands = typer.Typer(help=_("通知"), no_args_is_help=True)

Message = Annotated[str, typer.Argument(metavar="ID", help=_("通知的编号"))]


def add_to(app: typer.Typer) -> None:
    """What this module has of the program's commands."""
    app.add_typer(commands, name="notices")


@commands.command("list")
def list_notices(
    context: typer.Context,
    unread: Annotated[bool, typer.Option("--unread", help=_("只看没有读过的"))] = False,
    case: Annotated[
        str, typer.Option(metavar="NUMBER", help=_("这件纠纷发过哪些通知，而不是自己的收件"))
    ] = "",
    most: Annotated[int, typer.Option(min=1, max=200, help=_("最多几行"))] = 50,
    as_json: AsJson = False,
) -> None:
    """自己的收件，新的在前；写明 --case 的，是一件纠纷发给谁、什么时候发的。"""
    actor = context_of(context).named_actor
    with instance_of(context) as instance:
        if case:
            _show_case(instance.case(actor, case).notices, as_json=as_json)
            return
        rows = instance.post_room.trayed(actor, unread=unread, most=most)
    if as_json:
        show(rows, as_json=True)
        return
    show_table(
        _("收件 {count} 条").format(count=len(rows)),
        [_("编号"), _("事由"), _("时间"), ""],
        [[row.id, row.subject, spoken(row.sent_at), _("已读") if row.read_at else _("未读")] for row in rows],
    )


@commands.command("show")
def show_notice(context: typer.Context, message: Message, as_json: AsJson = False) -> None:
    """读一条自己的通知；读过即标记已读。"""
    actor = context_of(context).named_actor
    with instance_of(context) as instance:
        letter = instance.post_room.open_letter(actor, message)
        instance.post_room.mark_read(actor, message)
    show(letter, as_json=as_json, text=f"{letter.subject}\n\n{letter.body}")


@commands.command("deliver")
def deliver(context: typer.Context, as_json: AsJson = False) -> None:
    """把等着的通知发出去；每日一轮也会做。"""
    with instance_of(context) as instance:
        posted = instance.post_room.deliver_waiting()
    text = _(
        "通知 {rows} 项：送到 {sent}，稍后再试 {put_off}，未送成 {failed}，不送 {skipped}，重发 {repeats}"
    )
    show(posted, as_json=as_json, text=text.format(**vars(posted)))


@commands.command("failed")
def failed(context: typer.Context, as_json: AsJson = False) -> None:
    """没有送成的和还在等的通知：只有编号和原因。"""
    with instance_of(context) as instance:
        rows = instance.post_room.undelivered()
    if as_json:
        show(rows, as_json=True)
        return
    show_table(
        _("没有送到的通知 {count} 条").format(count=len(rows)),
        [_("编号"), _("通知"), _("渠道"), _("状态"), _("原因"), _("次数"), _("下次")],
        [
            [
                row["id"],
                _(row["title"]),
                channel_title(row["channel"]),
                state_title(row["state"]),
                reason(row["why"]),
                str(row["attempts"]),
                spoken(row["next_at"]) if row["state"] == "waiting" else "",
            ]
            for row in rows
        ],
    )


@commands.command("retry")
def retry(
    context: typer.Context,
    message: Annotated[str | None, typer.Argument(metavar="ID", help=_("通知的编号"))] = None,
    everything: Annotated[bool, typer.Option("--all", help=_("所有没有送成的，如对方停了很久以后"))] = False,
    as_json: AsJson = False,
) -> None:
    """再发一次没有送成的通知：写明编号，或者用 --all。"""
    if (message is None) != everything:
        raise InputInvalid([Problem(_("写一个编号，或者写 --all"), key="ID")])
    with instance_of(context) as instance:
        room = instance.post_room
        posted = room.retry(message) if message is not None else room.retry_all()
    text = _("送到 {sent}，稍后再试 {put_off}，未送成 {failed}").format(**vars(posted))
    show(posted, as_json=as_json, text=text)


@commands.command("slip")
def slip(
    context: typer.Context,
    message: Message,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help=_("写到哪个文件"))],
    as_json: AsJson = False,
) -> None:
    """取出给当事人的通知单，打印后送达；编号见 notices list --case。"""
    actor = context_of(context).named_actor
    with instance_of(context) as instance:
        pdf = instance.post_room.slip(actor, message)
    write_file(output, [pdf])
    show(
        {"file": output, "bytes": len(pdf)},
        as_json=as_json,
        text=_("已写入 {file}").format(file=output),
    )


@commands.command("preview")
def preview(
    notice: Annotated[str, typer.Argument(metavar="NOTICE", help=_("通知的名称，如 overdue"))],
    site: Annotated[
        Path | None, typer.Option("--site", metavar="DIR", help=_("连同这个部署单位的通知"))
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help=_("另把通知单写到这个文件"))
    ] = None,
    as_json: AsJson = False,
) -> None:
    """用样例填写一种通知，看看是什么样子；不需要实例。"""
    from mediation.notices.folders import find_notice  # noqa: PLC0415  heavy

    if site is not None and not site.is_dir():
        raise NotFound(_("没有这个文件夹"))
    found = find_notice(notice, site)
    letter = found.compose(found.sample)
    if output is not None:
        write_file(output, [_sample_slip(found, letter, site)])
    answer = {
        "notice": found.name,
        "title": found.title,
        "to": found.sheet.to,
        "channels": found.sheet.channels,
        "urgency": found.sheet.urgency,
        "subject": letter.subject,
        "body": letter.body,
    }
    show(answer, as_json=as_json, text=f"{letter.subject}\n\n{letter.body}")


def _show_case(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        show(rows, as_json=True)
        return
    show_table(
        _("通知 {count} 条").format(count=len(rows)),
        [_("编号"), _("通知"), _("发给"), _("渠道"), _("状态"), _("时间")],
        [
            [
                row["id"],
                row["title"],
                f"{row['to']} {row['address']}".strip(),
                channel_title(row["channel"]),
                f"{state_title(row['state'])} {reason(row['why'])}".strip(),
                spoken(row["sent_at"]),
            ]
            for row in rows
        ],
    )


def _sample_slip(notice: Any, letter: Any, site: Path | None) -> bytes:
    from mediation.documents.press import Renderer  # noqa: PLC0415  heavy
    from mediation.documents.render import set_page  # noqa: PLC0415  heavy
    from mediation.notices.composing import slip_page  # noqa: PLC0415  heavy

    with Renderer(site) as press:
        pdf: bytes = press.run(set_page, slip_page(notice.files, notice.sample, letter, "0" * 26), site)
    return pdf
