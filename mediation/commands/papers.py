"""render, verify, trust export."""

from pathlib import Path
from typing import Annotated, Any

import typer

from mediation.commands.console import AsJson, context_of, instance_of, show, spoken, write_file
from mediation.errors import NotFound, cause_of
from mediation.language import _

trust_commands = typer.Typer(help=_("信任文件：让任何人离线核验文书"), no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """What this module has of the program's commands."""
    app.command("render")(render)
    app.command("verify")(verify)
    app.add_typer(trust_commands, name="trust")


def render(
    context: typer.Context,
    number: Annotated[str, typer.Argument(metavar="NUMBER", help=_("案号"))],
    form: Annotated[str, typer.Argument(metavar="FORM", help=_("文书，如 agreement"))],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help=_("写到哪个文件"))],
    subject: Annotated[str, typer.Option(help=_("哪一份：party-2、session-1、visit-1 …"))] = "",
    new: Annotated[bool, typer.Option("--new", help=_("重新出具一份，不取已有的"))] = False,
    as_json: AsJson = False,
) -> None:
    """取出一份文书；还没有的，先出具。缺少内容时逐项说明在哪里填写。"""
    actor = context_of(context).named_actor
    with instance_of(context) as instance:
        found = None if new else instance.paper(actor, number, form, subject)
        if found is None:
            instance.issue(actor, number, form, subject)
            found = instance.paper(actor, number, form, subject)
        instance.scope.note_reading(actor, f"paper {form}", number)
    if found is None:
        raise NotFound
    pdf, document_id = found
    write_file(output, [pdf])
    answer = {"file": output, "document_id": document_id, "bytes": len(pdf)}
    show(
        answer,
        as_json=as_json,
        text=_("已写入 {file}（文书 {document_id}）").format(file=output, document_id=document_id),
    )


def verify(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.pdf")],
    trust: Annotated[Path | None, typer.Option(metavar="BUNDLE", help=_("信任文件，代替实例"))] = None,
    root: Annotated[str | None, typer.Option(help=_("调委会公布的根证书指纹"))] = None,
    as_json: AsJson = False,
) -> None:
    """核验一份文书。只有结论为 valid 时退出码为 0。"""
    try:
        pdf = file.read_bytes()
    except OSError as error:
        raise NotFound(_("读不到文件 {file}：{cause}").format(file=file, cause=cause_of(error))) from None
    if trust is not None:
        report = _by_bundle(pdf, trust, root)
    elif (context_of(context).settings.data / "site").is_dir():
        with instance_of(context) as instance:
            report = instance.verify(pdf)
    else:
        message = _(
            "不知道该信任谁：请给出实例的数据目录（--data，写在 verify 之前）或信任文件（--trust）。绝不使用文书旁边的证书。"
        )
        raise NotFound(message)
    lines = [_("结论：{verdict}").format(verdict=report.verdict.value), *report.sentences]
    lines += [f"  {line.slot}  {line.name}  {spoken(line.at)}" for line in report.signers]
    show(report, as_json=as_json, text="\n".join(lines))
    if not report.is_valid:
        raise typer.Exit(1)


@trust_commands.command("export")
def export(
    context: typer.Context,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help=_("写到哪个文件"))],
    as_json: AsJson = False,
) -> None:
    """导出信任文件：根证书、已签文书的摘要、最近的日志总摘要。请经可靠的途径交给核验的人。"""
    from mediation.documents.trust import spaced  # noqa: PLC0415  heavy

    with instance_of(context) as instance:
        write_file(output, [instance.trust_bundle()])
        fingerprint = instance.authority.root_fingerprint
    text = _("已写入 {file}\n根证书指纹（请另行公布，供人核对）：\n{fingerprint}").format(
        file=output, fingerprint=spaced(fingerprint)
    )
    show({"file": output, "root_fingerprint": fingerprint}, as_json=as_json, text=text)


def _by_bundle(pdf: bytes, bundle: Path, root: str | None) -> Any:
    from mediation.documents.trust import import_bundle  # noqa: PLC0415  heavy
    from mediation.documents.verify import verify as judge  # noqa: PLC0415  heavy

    try:
        data = bundle.read_bytes()
    except OSError as error:
        raise NotFound(_("读不到文件 {file}：{cause}").format(file=bundle, cause=cause_of(error))) from None
    return judge(pdf, import_bundle(data, root).trust)
