"""case series, case batch."""

from typing import Annotated, Any

import typer

from mediation.commands.console import AsJson, context_of, instance_of, show, show_table, spoken, spoken_end
from mediation.language import _, joined

Words = Annotated[
    str | None, typer.Option("--with", help=_("内容文件（YAML 或 JSON）；- 表示标准输入"), metavar="FILE")
]
Pairs = Annotated[
    list[str] | None,
    typer.Option(
        "--set", "-s", help=_("一项内容，可以写多次；列表写成 [1, 2]，里层的写成 外.里"), metavar=_("键=值")
    ),
]


def add_to(cases: typer.Typer) -> None:
    """The commands among those on cases."""
    cases.command("series")(show_series)
    cases.command("batch")(batch)


def show_series(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="ID", help=_("系列编号；不写就列出全部"))] = None,
    as_json: AsJson = False,
) -> None:
    """查看范围内的系列案；写明编号的，列出其中的纠纷。"""
    actor = context_of(context).named_actor
    with instance_of(context) as instance:
        if name is None:
            _show_all(instance.all_series(actor), as_json=as_json)
        else:
            _show_one(instance.series(actor, name), as_json=as_json)


def _show_all(found: Any, *, as_json: bool) -> None:
    if as_json:
        show(found, as_json=True)
        return
    show_table(
        _("系列案 {count} 个").format(count=len(found)),
        [_("编号"), _("名称"), _("设立"), _("纠纷"), _("在办")],
        [[one.series, one.title, spoken(one.begun_at), str(one.cases), str(one.open_cases)] for one in found],
    )


def _show_one(found: Any, *, as_json: bool) -> None:
    if as_json:
        show(found, as_json=True)
        return
    show_table(
        _("{title}：纠纷 {count} 件").format(title=found.title, count=len(found.cases)),
        [_("编号"), _("名称"), _("状态"), _("主办"), _("期限")],
        [[one.number, one.title, one.state_title, one.holder, spoken_end(one.due_at)] for one in found.cases],
    )


def batch(
    context: typer.Context,
    trigger: Annotated[str, typer.Argument(metavar="TRIGGER", help=_("操作，与办理一件时相同"))],
    name: Annotated[str, typer.Option("--series", metavar="ID", help=_("系列编号，见 case series"))],
    words: Words = None,
    pairs: Pairs = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("只逐件说明能不能办，不保存"))] = False,
    as_json: AsJson = False,
) -> None:
    """对一个系列案的每一件办理同一项操作：逐件说明结果，每件要么整件办成、要么不动。有没办成的，退出码为 1。"""
    from mediation.commands.words import read_words  # noqa: PLC0415  the help must not wait for it

    actor = context_of(context).named_actor
    found = read_words(words, pairs or [])
    with instance_of(context) as instance, found.judged({"trigger": "TRIGGER"}) as said:
        done = instance.batch(actor, trigger, name, said, dry_run=dry_run, remember=found.refuse_faulty)
        left = [] if dry_run else instance.make_owed_papers()
    lines = _lines(done) + [_("尚未办成：{warning}").format(warning=one) for one in left]
    show(done, as_json=as_json, text="\n".join(lines))
    if done.counts["refused"]:
        raise typer.Exit(1)


def _lines(done: Any) -> list[str]:
    words = {"done": _("可以办") if done.dry_run else _("已办"), "refused": _("没有办")}
    lines = [joined(f"{words[outcome]} {count}" for outcome, count in done.counts.items())]
    for one in done.cases:
        lines.append(f"  {words[one.outcome]}  {one.number}  {one.state}")
        lines += [f"      {text}" for text in (*one.reasons, *one.told)]
    if done.dry_run:
        lines.append(_("以上只是试算，什么也没有保存。"))
    return lines
