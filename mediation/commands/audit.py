"""audit verify, head, export."""

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from mediation.commands.console import AsJson, instance_of, no_output_there, show, write_file
from mediation.errors import AuditBroken, Faults, InputInvalid, StorageError, cause_of
from mediation.language import _

commands = typer.Typer(help=_("办理日志：校验、总摘要、导出"), no_args_is_help=True)

Output = Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help=_("写到哪个文件"))]


def add_to(app: typer.Typer) -> None:
    """What this module has of the program's commands."""
    app.add_typer(commands, name="audit")


@commands.command("verify")
def verify(
    context: typer.Context,
    head: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help=_("以前导出的总摘要，可以写多次"))
    ] = None,
    as_json: AsJson = False,
) -> None:
    """校验全部办理日志。给出以前导出的总摘要，才能发现整段改写或删除。没有问题时退出码为 0。"""
    from mediation.audit.export import read_head  # noqa: PLC0415

    with instance_of(context) as instance, ExitStack() as stack:
        heads = []
        wrong = Faults()
        for path in head or []:
            try:
                heads.append(read_head(stack.enter_context(path.open(encoding="utf-8"))))
            except OSError as error:
                wrong.add(_("读不到文件：{cause}").format(cause=cause_of(error)), f"--head {path}")
            except AuditBroken as error:
                wrong.add(error.message, f"--head {path}")
        if wrong.problems:
            raise InputInvalid(wrong.problems, _("没有校验："))
        report = instance.verify_trail(heads)
    verdict = _("校验通过") if report.ok else _("发现 {count} 处问题").format(count=report.count)
    lines = [
        _("{verdict}：日志 {events} 条，链 {chains} 条，总摘要 {heads} 个").format(
            verdict=verdict, events=report.events, chains=report.chains, heads=report.heads
        )
    ]
    lines += [f"  {problem}" for problem in report.problems]
    if not head:
        lines.append(_("没有与以前导出的总摘要比对：整段改写、截尾或换成旧库，要有导出的总摘要才能发现。"))
    show({"ok": report.ok, **_fields(report)}, as_json=as_json, text="\n".join(lines))
    if not report.ok:
        raise typer.Exit(1)


@commands.command("head")
def head(
    context: typer.Context,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help=_("同时导出到文件"))
    ] = None,
    as_json: AsJson = False,
) -> None:
    """生成并签署新的日志总摘要；请导出到本机以外保存。"""
    why_not = no_output_there(output) if output is not None else None
    if why_not:
        raise StorageError(why_not)
    with instance_of(context) as instance:
        made = instance.make_head()
        if output is not None:
            instance.export_head(lambda lines: _write(output, lines))
    text = _("第 {number} 号总摘要：{hash}").format(number=made["number"], hash=made["hash"])
    show({**made, "file": output}, as_json=as_json, text=text)


@commands.command("export")
def export(context: typer.Context, output: Output, as_json: AsJson = False) -> None:
    """导出全部办理日志（不含个人信息），供另一程序校验。"""
    with instance_of(context) as instance:
        instance.export_trail(lambda lines: _write(output, lines))
    show({"file": output}, as_json=as_json, text=_("已写入 {file}").format(file=output))


def _write(path: Path, lines: Iterable[str]) -> None:
    write_file(path, (line.encode() for line in lines))


def _fields(report: object) -> dict[str, object]:
    names = ("events", "chains", "heads", "exported_heads", "signatures_checked", "count", "problems")
    return {name: getattr(report, name) for name in names}
