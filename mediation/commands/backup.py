"""backup, restore, erase."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mediation.commands.console import (
    AsJson,
    context_of,
    holds_anything,
    instance_of,
    no_output_there,
    show,
    spoken,
)
from mediation.errors import InputInvalid, KeyMissing, NotFound, Problem, StorageError
from mediation.language import _

if TYPE_CHECKING:
    from mediation.app import Instance
    from mediation.backup.restoring import Restored


def add_to(app: typer.Typer) -> None:
    """The commands without a group."""
    app.command("backup")(backup)
    app.command("restore")(restore)
    app.command("erase")(erase)


def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("备份写到哪个文件"))],
    as_json: AsJson = False,
) -> None:
    """把整个实例备份成一个文件，办理不用停。密钥文件不在里面，要另处保存。"""
    from mediation.backup.making import make_backup  # noqa: PLC0415  heavy
    from mediation.clock import SystemClock  # noqa: PLC0415
    from mediation.crypto import read_keyring  # noqa: PLC0415

    settings = context_of(context).settings
    if not holds_anything(settings.data):
        raise NotFound(_("{data} 里没有实例，没有可以备份的内容。").format(data=settings.data))
    why_not = no_output_there(file)
    if why_not:
        raise StorageError(why_not)
    made = make_backup(settings, read_keyring(settings), SystemClock(), file)
    lines = [
        _(
            "已备份到 {file}：{rows} 行，文件 {files} 份，日志 {events} 条（链 {chains} 条），{bytes} 字节"
        ).format(
            file=file,
            rows=made.rows,
            files=made.files,
            events=made.events,
            chains=made.chains,
            bytes=made.bytes,
        ),
        _("密钥文件不在备份里：请另处保存，没有它备份打不开。"),
    ]
    lines += [_("文件库里缺少：{digest}").format(digest=digest[:12]) for digest in made.missing]
    show(made, as_json=as_json, text="\n".join(lines))
    if made.missing:
        raise typer.Exit(1)


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("从哪个备份文件"))],
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="DIR", help=_("恢复到哪个空文件夹，默认同命令前的 --data")),
    ] = None,
    key_file: Annotated[
        Path | None, typer.Option("--key-file", metavar="FILE", help=_("备份时的密钥文件"))
    ] = None,
    erasures: Annotated[
        Path | None, typer.Option("--erasures", metavar="FILE", help=_("另外保存的删除清单，会重新执行"))
    ] = None,
    as_json: AsJson = False,
) -> None:
    """从备份恢复到空的文件夹和空的数据库（DATABASE_URL 可以是另一种数据库），然后核对。"""
    from dataclasses import replace  # noqa: PLC0415

    from mediation.backup.restoring import restore as put_back  # noqa: PLC0415  heavy
    from mediation.clock import SystemClock  # noqa: PLC0415
    from mediation.crypto import Keyring, read_keyring  # noqa: PLC0415
    from mediation.settings import read_settings  # noqa: PLC0415

    settings = read_settings(data or context_of(context).data)
    if key_file is not None:
        settings = replace(settings, key_file=key_file, key_command=None)
    key: Keyring | Problem
    try:
        key = read_keyring(settings)
    except KeyMissing as error:
        message = _("{cause} 恢复要用备份时的那一把密钥：请用 --key-file 指明它的密钥文件")
        key = Problem(message.format(cause=error), key="--key-file")
    done = put_back(file, settings, key, SystemClock(), erasures)
    lines = _told(done)
    if key_file is not None:
        place = settings.data / "keys" / "master.key"
        lines.append(
            _("使用前请把密钥文件放到 {place}，或设置 MEDIATION_KEY_FILE={key}").format(
                place=place, key=key_file.absolute()
            )
        )
    show({"ok": done.ok, **vars(done)}, as_json=as_json, text="\n".join(lines))
    if not done.ok:
        raise typer.Exit(1)


def erase(
    context: typer.Context,
    case: Annotated[str | None, typer.Argument(metavar="CASE", help=_("案号"))] = None,
    party: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help=_("只删除第几号当事人的资料；不写就是全案。确认时照提出的写")),
    ] = None,
    reason: Annotated[str, typer.Option(metavar="CODE", help=_("原因的代码，见 docs/backup.md"))] = "",
    confirm: Annotated[bool, typer.Option("--confirm", help=_("第二个人确认别人提出的删除"))] = False,
    withdraw: Annotated[bool, typer.Option("--withdraw", help=_("撤回已经提出、还没有确认的删除"))] = False,
    export: Annotated[
        Path | None, typer.Option("--export", metavar="FILE", help=_("把删除清单写到文件，另处保存"))
    ] = None,
    as_json: AsJson = False,
) -> None:
    """删除归档案件的个人信息：一人写明 --reason 提出，另一人 --confirm 确认；办理日志照样可以校验。"""
    problems = _misused(case, party, reason, confirm=confirm, withdraw=withdraw, export=export)
    if problems:
        raise InputInvalid(problems)
    with instance_of(context) as instance:
        lines: list[str] = []
        asked = None
        if case is not None:
            actor = context_of(context).named_actor
            if confirm:
                lines.append(_confirmed(instance, actor, case, party))
            elif withdraw:
                lines.append(_withdrawn(instance, actor, case))
            else:
                asked = instance.request_erasure(actor, case, reason, party)
                lines += _requested(case, asked)
        count = _kept_list(instance, export)
    if export is not None:
        lines.append(_("删除清单（{count} 条）已写到 {file}").format(count=count, file=export))
    answer = {"case": case, "confirmed": confirm, "asked": asked, "erasures": count, "file": export}
    show(answer, as_json=as_json, text="\n".join(lines))


def _misused(
    case: str | None, party: int | None, reason: str, *, confirm: bool, withdraw: bool, export: Path | None
) -> list[Problem]:
    problems = []
    if case is None and export is None:
        problems.append(Problem(_("请写明案号，或者用 --export 导出删除清单"), key="CASE"))
    if confirm and reason:
        problems.append(Problem(_("确认时不写 --reason：原因就是提出时写的"), key="--confirm"))
    if withdraw and (confirm or reason or party is not None):
        problems.append(Problem(_("撤回时不写 --confirm、--reason 和 --party"), key="--withdraw"))
    if case is not None and not confirm and not withdraw and not reason:
        problems.append(Problem(_("提出删除要写明原因"), key="--reason"))
    return problems + [Problem(why, key="--export") for why in _no_list_there(export)]


def _no_list_there(export: Path | None) -> Iterator[str]:
    """Why the list cannot be written there: told before anything is erased."""
    if export is None:
        return
    from mediation.backup.erasures import looks_like_list  # noqa: PLC0415  the help must not wait for it

    why_not = no_output_there(export)
    if why_not:
        yield why_not
    elif export.exists() and not looks_like_list(export):
        yield _("{file} 已经有了，不是删除清单：请换一个地方").format(file=export)


def _requested(case: str, asked: Mapping[str, Any]) -> list[str]:
    return [
        _("已提出删除 {case}：{told}").format(case=case, told=asked["told"]),
        _("请另一人核对以后确认：{command}").format(command=asked["to_confirm"]),
    ]


def _withdrawn(instance: "Instance", actor: str, case: str) -> str:
    asked = instance.withdraw_erasure(actor, case)
    return _("已撤回删除 {case} 的提出：{told}").format(case=case, told=asked["told"])


def _confirmed(instance: "Instance", actor: str, case: str, party: int | None) -> str:
    from mediation.cases.erasure import REASONS, scope_in_words  # noqa: PLC0415  heavy

    done = instance.confirm_erasure(actor, case, party)
    message = _(
        "已删除 {case}：{scope}；原因：{reason}；{by} 提出，{confirmed} 确认。不能恢复；以前的备份里还有，请按期销毁"
    )
    return message.format(
        case=case,
        scope=scope_in_words(done.party),
        reason=_(REASONS[done.reason]),
        by=done.requested_by,
        confirmed=done.confirmed_by,
    )


def _kept_list(instance: "Instance", export: Path | None) -> int:
    """Bring the list beside the keys up to date, and write it elsewhere if asked."""
    from mediation.backup.erasures import keep_list, list_bytes, write_whole  # noqa: PLC0415
    from mediation.backup.queries import erasures  # noqa: PLC0415

    with instance.database.reading() as session:
        rows = erasures(session)
    if not rows and export is None:
        return 0
    entries = keep_list(instance.settings.data, rows, instance.keyring)
    if export is not None:
        write_whole(export, list_bytes(entries, instance.keyring))
    return len(entries)


def _told(done: "Restored") -> list[str]:
    rest = done.files - done.files_checked  # of what was erased, and of papers that were made and not entered
    lines = [
        _("已恢复 {made_at} 的备份：{rows} 行，文件 {files} 份").format(
            made_at=spoken(datetime.fromisoformat(done.made_at)), rows=done.rows, files=done.files
        ),
        _("办理日志 {events} 条，链 {chains} 条，最近的总摘要第 {head} 号").format(
            events=done.events, chains=done.chains, head=done.head or "—"
        ),
        _("核对文件 {files} 份{rest}，核验签署文书 {papers} 份，重新执行删除 {erasures} 次").format(
            files=done.files_checked,
            rest=_("（其余 {count} 份没有记录再用到，不核对）").format(count=rest) if rest > 0 else "",
            papers=done.papers_checked,
            erasures=done.erasures_applied,
        ),
    ]
    if done.webhooks_stopped:
        message = _("停下推送地址 {count} 个：正式启用后，用 mediation webhooks resume 逐个放行")
        lines.append(message.format(count=done.webhooks_stopped))
    if done.ok:
        return [*lines, _("核对通过。")]
    return [
        *lines,
        _("发现 {count} 处问题：").format(count=len(done.problems)),
        *(f"  {problem}" for problem in done.problems),
        _("本程序新附的流程版本没有启用：查清以后办理 mediation database upgrade"),
    ]
