"""case list, show, ledger, proof, register, do."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mediation.commands.case_page import page_lines, said_lines
from mediation.commands.console import (
    AsJson,
    context_of,
    instance_of,
    plain,
    refuse_without_instance,
    show,
    show_table,
    spoken_end,
    write_file,
)
from mediation.commands.ledger import ledger_lines
from mediation.language import _

if TYPE_CHECKING:
    from mediation.cases.task_page import TaskRow

commands = typer.Typer(help=_("登记、查看、办理纠纷"), no_args_is_help=True)

Words = Annotated[
    str | None, typer.Option("--with", help=_("内容文件（YAML 或 JSON）；- 表示标准输入"), metavar="FILE")
]
Pairs = Annotated[
    list[str] | None,
    typer.Option(
        "--set", "-s", help=_("一项内容，可以写多次；列表写成 [1, 2]，里层的写成 外.里"), metavar=_("键=值")
    ),
]
Number = Annotated[str, typer.Argument(help=_("案号、临时编号或系统编号"), metavar="NUMBER")]

_LIGHTS = {"red": "●逾期", "yellow": "●将到期", "green": "●", "none": ""}


@commands.command("list")
def list_cases(
    context: typer.Context,
    search: Annotated[str, typer.Option(help=_("按名称或当事人查找，至少两个字"))] = "",
    waiting: Annotated[bool, typer.Option("--waiting", help=_("只看本单位待办，急的在前"))] = False,
    most: Annotated[int, typer.Option(min=1, max=200, help=_("最多几行"))] = 50,
    as_json: AsJson = False,
) -> None:
    """查看范围内的纠纷。"""
    actor, settings = context_of(context).named_actor, context_of(context).settings
    if search or waiting or settings.on_postgresql:
        with instance_of(context) as instance:
            rows = instance.cases(actor, words=search, waiting=waiting, most=most)
    else:
        from mediation.case_list import list_cases as newest  # noqa: PLC0415  the help must not wait for it

        refuse_without_instance(settings)
        rows = newest(settings, actor, most)
    if as_json:
        show(rows, as_json=True)
        return
    show_table(
        _("纠纷 {count} 件").format(count=len(rows)),
        [_("编号"), _("名称"), _("状态"), _("主办"), _("待办"), _("期限"), ""],
        [
            [
                row.number,
                row.title,
                row.state_title,
                row.holder,
                row.task,
                spoken_end(row.due_at),
                _LIGHTS[row.light],
            ]
            for row in rows
        ],
    )


def whose(row: "TaskRow") -> str:
    """For whom on leave it would be done; nobody mediates by standing in."""
    if not row.in_place_of:
        return ""
    if row.kind == "turn":
        message = _("（{name}不在岗，不能代为主持调解：等不得的，请更换调解员，或者移交）")
        return message.format(name=row.in_place_of)
    return _("（代{name}）").format(name=row.in_place_of)


@commands.command("tasks")
def list_tasks(
    context: typer.Context,
    most: Annotated[int, typer.Option(min=1, max=200, help=_("最多几行"))] = 50,
    as_json: AsJson = False,
) -> None:
    """等我办的：会签、分办、征求意见、承诺事项和抄送件，急的在前。"""
    actor = context_of(context).named_actor
    with instance_of(context) as instance:
        rows = instance.tasks(actor, most)
    if as_json:
        show(rows, as_json=True)
        return
    show_table(
        _("待办 {count} 项").format(count=len(rows)),
        [_("编号"), _("名称"), _("待办"), _("内容"), _("提出人"), _("期限"), ""],
        [
            [
                row.number,
                row.case_title,
                str(row.task),
                row.title + whose(row),
                row.asked_by,
                spoken_end(row.due_at),
                _LIGHTS[row.light],
            ]
            for row in rows
        ],
    )


@commands.command("show")
def show_case(context: typer.Context, number: Number, as_json: AsJson = False) -> None:
    """一件纠纷的全部情况、期限和可以办理的操作。"""
    actor = context_of(context).named_actor
    with instance_of(context) as instance:
        page = instance.case(actor, number)
        instance.scope.note_reading(actor, "case", number)
        timeline = [] if as_json else instance.room.workspace(actor, number).timeline
    if as_json:
        show(page, as_json=True)
        return
    typer.echo("\n".join([*page_lines(page), *said_lines(timeline)]))


@commands.command("ledger")
def show_ledger(context: typer.Context, number: Number, as_json: AsJson = False) -> None:
    """履行台账：每一条、每一期应付多少、付了多少、尚欠多少，凭据，司法确认。"""
    actor = context_of(context).named_actor
    with instance_of(context) as instance:
        found = instance.case(actor, number).ledger
    show(found, as_json=as_json, text="\n".join(ledger_lines(found)) or _("本案没有生效的协议。"))


@commands.command("proof")
def save_proof(
    context: typer.Context,
    number: Number,
    line: Annotated[int, typer.Argument(min=1, help=_("履行台账的行号"), metavar="LINE")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help=_("存到哪里"))],
    as_json: AsJson = False,
) -> None:
    """取出履行台账一行的凭据文件。"""
    actor = context_of(context).named_actor
    with instance_of(context) as instance:
        data = instance.performance_proof(actor, number, line)
        instance.scope.note_reading(actor, "paper proof", number)
    write_file(out, [data])
    show({"file": str(out), "bytes": len(data)}, as_json=as_json, text=_("已存为 {out}").format(out=out))


@commands.command("register")
def register(
    context: typer.Context, words: Words = None, pairs: Pairs = None, as_json: AsJson = False
) -> None:
    """登记一件纠纷。"""
    from mediation.commands.words import read_words  # noqa: PLC0415  the help must not wait for it

    actor = context_of(context).named_actor
    from mediation.cases.inputs import Register  # noqa: PLC0415  heavy

    found = read_words(words, pairs or [], Register)
    with instance_of(context) as instance, found.judged() as said:
        done = instance.register(actor, said, remember=found.refuse_faulty)
    from mediation.cases.numbering import temporary_number  # noqa: PLC0415  heavy

    text = _("已登记：{case}\n查询码：{code}（只显示这一次，请交给申请人）").format(
        case=temporary_number(done.act.case), code=done.query_code
    )
    show(done, as_json=as_json, text="\n".join([text, *done.act.told]))


@commands.command("do")
def do(
    context: typer.Context,
    number: Number,
    trigger: Annotated[
        str, typer.Argument(help=_("操作，如 accept；可办的操作见 case show"), metavar="TRIGGER")
    ],
    words: Words = None,
    pairs: Pairs = None,
    version: Annotated[int | None, typer.Option(help=_("只在案件仍是这一版时办理"))] = None,
    as_json: AsJson = False,
) -> None:
    """办理一项操作。"""
    from mediation.commands.words import read_words  # noqa: PLC0415  the help must not wait for it

    actor = context_of(context).named_actor
    from mediation.cases.verbs import VERBS  # noqa: PLC0415  heavy

    verb = VERBS.get(trigger)
    found = read_words(words, pairs or [], verb.said if verb is not None else None)
    if verb is not None and verb.papers:  # a paper that is signed is not undone
        found = found.illegible()
    with instance_of(context) as instance, found.judged() as said:
        done = instance.do(actor, number, trigger, said, version, remember=found.refuse_faulty)
    titles = {"trigger": done.trigger_title, "state": done.state_title}
    lines = [_("已办理：{trigger}，现为 {state}（第 {version} 版）").format(**{**plain(done.act), **titles})]
    lines += done.act.told
    lines += [_("已出具：{paper}").format(paper=paper) for paper in done.papers]
    lines += [_("尚未办成：{warning}").format(warning=warning) for warning in done.warnings]
    show(done, as_json=as_json, text="\n".join(lines))
