"""supervision list, show, open, an act each, paper, week, steps."""

from collections.abc import Callable
from datetime import date
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
    spoken_end,
    write_file,
)
from mediation.errors import InputInvalid, Problem
from mediation.language import _, joined
from mediation.supervision.machine import ACTS, STATES

commands = typer.Typer(help=_("督办：台账、限期、整改、追责、销号，一周四个一"), no_args_is_help=True)

Item = Annotated[str, typer.Argument(metavar="ITEM", help=_("督办编号或系统编号"))]
Words = Annotated[
    str | None, typer.Option("--with", help=_("内容文件（YAML 或 JSON）；- 表示标准输入"), metavar="FILE")
]
Pairs = Annotated[
    list[str] | None,
    typer.Option(
        "--set", "-s", help=_("一项内容，可以写多次；列表写成 [1, 2]，里层的写成 外.里"), metavar=_("键=值")
    ),
]
Version = Annotated[int | None, typer.Option(help=_("只在这一项仍是这一版时办理"))]
Output = Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help=_("写到哪个文件"))]

_CLOCK_STATES = {
    "running": "计时中",
    "paused": "中止",
    "met": "已办",
    "missed": "已超过",
    "cancelled": "已取消",
}
_LIGHTS = {"red": "●逾期", "yellow": "●将到期", "green": "●", "none": ""}
_ACTS: dict[str, str] = {
    "limit": "限期：由督办单位写明整改（答复）期限，第一次限期时编号并出具督办函。",
    "explain": "书面说明：由责任单位说明原因。",
    "answer": "答复：由责任单位答复预警或者转办。",
    "report": "报整改：由责任单位报告整改情况，附证明材料。",
    "inspect": "督查：记录定期、不定期、明察、暗访的情况。",
    "hold": "追责：由督办单位决定追责的方式。",
    "incentive": "激励：记录正向或者负向的激励。",
    "strike_off": "销号：由督办单位核查后销号，责任单位的人不能办理。",
    "withdraw": "撤销：立错的，写明原因撤销。",
}


def add_to(app: typer.Typer) -> None:
    """What this module has of the program's commands."""
    app.add_typer(commands, name="supervision")


@commands.command("list")
def list_items(
    context: typer.Context,
    only_open: Annotated[bool, typer.Option("--open", help=_("不列已销号、已撤销的"))] = False,
    most: Annotated[int, typer.Option(min=1, max=200, help=_("最多几行"))] = 50,
    as_sheet: Annotated[bool, typer.Option("--csv", help=_("按台账的栏目输出 CSV"))] = False,
    as_json: AsJson = False,
) -> None:
    """督办台账：督办单位看到下级的，责任单位看到自己的。"""
    actor = context_of(context).named_actor
    with instance_of(context) as instance:
        rows = instance.supervision.items(actor, only_open=only_open, most=most)
    if as_json:
        show(rows, as_json=True)
    elif as_sheet:
        from mediation.supervision.pages import as_csv  # noqa: PLC0415  the help must not wait for it

        typer.echo(as_csv(rows), nl=False)
    else:
        show_table(
            _("督办 {count} 项").format(count=len(rows)),
            [_("编号"), _("种类"), _("事项"), _("责任单位"), _("督办单位"), _("状态"), _("期限"), ""],
            [
                [
                    row.number or row.id[:8],
                    row.kind_title,
                    row.subject,
                    row.unit,
                    row.supervisor,
                    row.state_title,
                    spoken_end(row.due_at),
                    _LIGHTS[row.light],
                ]
                for row in rows
            ],
        )


@commands.command("show")
def show_item(context: typer.Context, item: Item, as_json: AsJson = False) -> None:
    """一项督办的全部情况、期限、文书和可以办理的操作。"""
    actor = context_of(context).named_actor
    with instance_of(context) as instance:
        page = instance.supervision.item(actor, item)
    show(page, as_json=as_json, text="\n".join(_page_lines(page)))


@commands.command("open")
def open_item(
    context: typer.Context, words: Words = None, pairs: Pairs = None, as_json: AsJson = False
) -> None:
    """立项：督办（supervision）、预警（warning）或者转办（transfer）。"""
    from mediation.commands.words import read_words  # noqa: PLC0415  the help must not wait for it

    actor = context_of(context).named_actor
    found = read_words(words, pairs or [])
    with instance_of(context) as instance, found.judged() as said:
        done = instance.supervision.open(actor, said, remember=found.refuse_faulty)
    text = _("已立项：{item}").format(item=done.number or done.item)
    show(done, as_json=as_json, text=text)


@commands.command("steps")
def list_steps(
    context: typer.Context,
    number: Annotated[str, typer.Argument(metavar="NUMBER", help=_("案号、临时编号或系统编号"))],
    as_json: AsJson = False,
) -> None:
    """一件纠纷走过的督办台阶和出具的通知。"""
    actor = context_of(context).named_actor
    with instance_of(context) as instance:
        rows = instance.supervision.steps(actor, number)
    lines = []
    for row in rows:
        state = _("已发出") if row.state == "taken" else _("已越过")
        lines.append(
            f"{spoken_end(row.due_at)}  {row.title}  {state}  {row.unit}  {row.clock_title}  {row.item}"
        )
        lines += [f"    {paper.title} {paper.id}" for paper in row.papers]
    show(rows, as_json=as_json, text="\n".join(lines) or _("没有。"))


@commands.command("paper")
def write_paper(
    context: typer.Context,
    paper: Annotated[str, typer.Argument(metavar="PAPER", help=_("文书编号，见 supervision show"))],
    output: Output,
    as_json: AsJson = False,
) -> None:
    """把一份督办文书写成 PDF 文件。"""
    actor = context_of(context).named_actor
    with instance_of(context) as instance:
        pdf = instance.supervision.paper(actor, paper)
    write_file(output, [pdf])
    show(
        {"paper": paper, "file": output},
        as_json=as_json,
        text=_("已写到 {file}").format(file=output),
    )


@commands.command("week")
def week(
    context: typer.Context,
    unit: Annotated[str, typer.Option("--unit", metavar="UNIT", help=_("单位代码"))],
    of: Annotated[str, typer.Option("--of", metavar="DATE", help=_("哪一天所在的一周；不写就是本周"))] = "",
    focus: Annotated[
        str | None, typer.Option("--focus", help=_("本周重点；不写就按新登记最多的类别"))
    ] = None,
    folder: Annotated[Path | None, typer.Option("--out", metavar="DIR", help=_("同时写成 PDF 文件"))] = None,
    as_json: AsJson = False,
) -> None:
    """一周四个一：提醒、调度单、小结、通报。已经做过的不重做。"""
    actor = context_of(context).named_actor
    with instance_of(context) as instance:
        made = instance.supervision.week(actor, unit, _day(of), focus or None)
        lines = [_("{unit} {monday} 起的一周").format(unit=made.unit_name, monday=made.monday)]
        for paper in made.papers:
            lines.append(f"  {paper.title}  {paper.id}")
            if folder is not None and paper.state == "printed":
                folder.mkdir(parents=True, exist_ok=True)
                file = folder / f"{made.unit}-{made.monday}-{paper.form}.pdf"
                write_file(file, [instance.supervision.paper(actor, paper.id)])
                lines.append(f"    {file}")
    lines += [_("尚未办成：{left}").format(left=left) for left in made.left]
    show(made, as_json=as_json, text="\n".join(lines))


def _act(name: str) -> Callable[..., None]:
    def do(
        context: typer.Context,
        item: Item,
        words: Words = None,
        pairs: Pairs = None,
        version: Version = None,
        as_json: AsJson = False,
    ) -> None:
        from mediation.commands.words import read_words  # noqa: PLC0415  the help must not wait for it

        actor = context_of(context).named_actor
        found = read_words(words, pairs or [])
        with instance_of(context) as instance, found.judged() as said:
            done = instance.supervision.do(actor, item, name, said, version, remember=found.refuse_faulty)
        text = _("已办理：{act}，现为 {state}（第 {version} 版）").format(
            act=_(ACTS[done.act].title), state=_(STATES[done.state]), version=done.version
        )
        show(done, as_json=as_json, text=text)

    do.__doc__ = _ACTS[name]
    return do


for _name in _ACTS:
    commands.command(_name.replace("_", "-"))(_act(_name))


def _day(said: str) -> date | None:
    if not said:
        return None
    try:
        return date.fromisoformat(said)
    except ValueError:
        message = _("{said} 不是日期；应写成 2027-01-01").format(said=said)
        raise InputInvalid([Problem(message, key="--of")]) from None


def _page_lines(page: Any) -> list[str]:
    row = page.row
    lines = [
        f"{row.number or row.id}  {row.kind_title}  {row.subject}",
        _("状态：{state}  责任单位：{unit} {person}  督办单位：{supervisor}").format(
            state=row.state_title, unit=row.unit, person=row.person, supervisor=row.supervisor
        ),
    ]
    lines += [_("案件：{case}").format(case=f"{row.case} {row.case_title}".strip())] if row.case else []
    lines += ["", row.problem, ""]
    for number, entry in enumerate(page.entries, start=1):  # events that are no entries leave no gap
        said = joined(entry["words"], "；")
        lines.append(
            f"  {number}. {spoken(entry['at'])} {entry['title']}  {entry['unit']}{entry['by']}  {said}"
        )
    for clock in page.clocks:
        lines.append(f"  {clock['title']}  {spoken_end(clock['due_at'])}  {_(_CLOCK_STATES[clock['state']])}")
        lines += [f"    {why}" for why in clock["why"]]
    lines += [_("文书："), *(f"  {paper.title} {paper.number or ''} {paper.id}" for paper in page.papers)]
    lines += [_("可以办理：")]
    lines += [f"  {act['act'].replace('_', '-')}  {act['title']}" for act in page.acts if act["permitted"]]
    return lines
