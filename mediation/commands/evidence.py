"""case evidence list, add, save, return, withdraw: what parties hand in and mediators gather."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mediation.commands.cases import Number
from mediation.commands.console import AsJson, context_of, instance_of, show, write_file
from mediation.language import _

if TYPE_CHECKING:
    from mediation.cases.evidence.page import Piece

commands = typer.Typer(help=_("证据材料"), no_args_is_help=True)
Which = Annotated[int, typer.Argument(metavar="N", min=1, help=_("第几件"))]


def add_to(case_commands: typer.Typer) -> None:
    """The commands among those of a case."""
    case_commands.add_typer(commands, name="evidence")


@commands.command("list")
def list_pieces(context: typer.Context, ref: Number, as_json: AsJson = False) -> None:
    """一件纠纷的证据材料，撤回了的也在内。"""
    actor = context_of(context).named_actor
    with instance_of(context) as instance:
        found = instance.evidence.pieces(actor, ref)
        instance.scope.note_reading(actor, "case", ref)
    show(found, as_json=as_json, text="\n".join(_spoken(one) for one in found) or _("还没有收到证据材料。"))


@commands.command("add")
def add(
    context: typer.Context,
    ref: Number,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help=_("文件，一次可以几个"))],
    kind: Annotated[str, typer.Option(metavar="documentary|physical|…", help=_("种类"))],
    name: Annotated[str, typer.Option(help=_("名称"))],
    shows: Annotated[str, typer.Option(help=_("证明什么"))],
    party: Annotated[int | None, typer.Option(metavar="N", help=_("第几位当事人提交"))] = None,
    given_by: Annotated[str | None, typer.Option(help=_("不是当事人的，写明是谁"))] = None,
    given_on: Annotated[str | None, typer.Option(metavar="DAY", help=_("提交日期，默认今天"))] = None,
    original: Annotated[bool, typer.Option("--original", help=_("收的是原件"))] = False,
    checked: Annotated[bool, typer.Option("--checked", help=_("已与原件核对无异"))] = False,
    sheets: Annotated[int | None, typer.Option(metavar="N", help=_("页数、份数"))] = None,
    as_json: AsJson = False,
) -> None:
    """收取证据材料；按内容判断文件，几个文件收成几件。"""
    said = {
        "kind": kind,
        "name": name,
        "shows": shows,
        "party": party,
        "given_by": given_by,
        "given_on": given_on,
        "medium": "original" if original else "copy",
        "checked": checked,
        "sheets": sheets,
    }
    words = {key: value for key, value in said.items() if value is not None}
    with instance_of(context) as instance:
        done = instance.evidence.give(
            context_of(context).named_actor, ref, words, [_FromDisk(one) for one in files]
        )
    show(done, as_json=as_json, text="\n".join(_spoken(one) for one in done))


@commands.command("save")
def save(
    context: typer.Context,
    ref: Number,
    number: Which,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help=_("存到哪里"))],
    as_json: AsJson = False,
) -> None:
    """取出一件证据材料的文件；谁取过有记录。"""
    actor = context_of(context).named_actor
    with instance_of(context) as instance:
        opened = instance.evidence.open(actor, ref, number)
        instance.scope.note_reading(actor, f"evidence {number}", ref)
    write_file(out, [opened.data])
    told = {"file": str(out), "bytes": len(opened.data), "media_type": opened.media_type}
    show(told, as_json=as_json, text=_("已存为 {out}").format(out=out))


@commands.command("return")
def give_back(
    context: typer.Context,
    ref: Number,
    number: Which,
    to: Annotated[str, typer.Option(help=_("退还给谁"))],
    on: Annotated[str | None, typer.Option(metavar="DAY", help=_("退还日期，默认今天"))] = None,
    as_json: AsJson = False,
) -> None:
    """记录原件退还。"""
    words: dict[str, Any] = {"returned_to": to} | ({"returned_on": on} if on else {})
    with instance_of(context) as instance:
        done = instance.evidence.give_back(context_of(context).named_actor, ref, number, words)
    show(done, as_json=as_json, text=_spoken(done))


@commands.command("withdraw")
def withdraw(
    context: typer.Context,
    ref: Number,
    number: Which,
    reason: Annotated[str, typer.Option(help=_("为什么撤回"))],
    to: Annotated[str | None, typer.Option(help=_("原件还在的，退还给谁"))] = None,
    as_json: AsJson = False,
) -> None:
    """提交人撤回一件：文件不再提供，记录保留。"""
    words = {"reason": reason} | ({"returned_to": to} if to else {})
    with instance_of(context) as instance:
        done = instance.evidence.withdraw(context_of(context).named_actor, ref, number, words)
    show(done, as_json=as_json, text=_spoken(done))


class _FromDisk:
    """A file to be handed in."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.name = path.name
        self.size = path.stat().st_size

    @property
    def read(self) -> Any:
        return self._path.read_bytes


def _spoken(one: "Piece") -> str:
    state = _("，已撤回") if one.withdrawn_at else _("，原件在我处") if one.original_is_here else ""
    state += _("，已随并案转入{place}").format(place=one.went_to) if one.went_to else ""
    text = _("{n}. {name}（{kind}）{giver} {day} 提交{state}  {hash}")
    return text.format(
        n=one.number,
        name=one.name,
        kind=one.kind_title,
        giver=one.giver,
        day=one.given_on.isoformat(),
        state=state,
        hash=one.sha256[:12],
    )
