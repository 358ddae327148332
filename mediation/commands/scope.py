"""case unmask, recusals, recuse, lift: a masked field in full for a reason that is recorded; who is kept from a case."""

from typing import TYPE_CHECKING, Annotated

import typer

from mediation.commands.cases import Number
from mediation.commands.console import AsJson, context_of, instance_of, show
from mediation.language import _

if TYPE_CHECKING:
    from mediation.cases.recusals.keeping_off import RecusalLine


def add_to(case_commands: typer.Typer) -> None:
    """The commands among those of a case."""
    case_commands.command("unmask")(unmask)
    case_commands.command("recusals")(recusals)
    case_commands.command("recuse")(recuse)
    case_commands.command("lift")(lift)


def unmask(
    context: typer.Context,
    ref: Number,
    party: Annotated[int, typer.Option(metavar="N", help=_("第几位当事人"))],
    field: Annotated[str, typer.Option(metavar="phone|id_number|address", help=_("看哪一项"))],
    reason: Annotated[
        str,
        typer.Option(metavar="contact|identity|visit|paper|transfer|other", help=_("为什么要看")),
    ],
    note: Annotated[str | None, typer.Option(help=_("说明"))] = None,
    as_json: AsJson = False,
) -> None:
    """查看当事人的一项完整信息；每次查看都记入办理日志。"""
    words = {"party": party, "field": field, "reason": reason} | ({"note": note} if note else {})
    with instance_of(context) as instance:
        found = instance.scope.unmask(context_of(context).named_actor, ref, words)
    show(found, as_json=as_json, text=found.value or _("没有登记"))


def recusals(context: typer.Context, ref: Number, as_json: AsJson = False) -> None:
    """谁对这件纠纷回避，解除了的也在内。"""
    with instance_of(context) as instance:
        found = instance.scope.recusals(context_of(context).named_actor, ref)
    lines = [_spoken(one) for one in found]
    show(found, as_json=as_json, text="\n".join(lines) or _("没有人回避"))


def recuse(
    context: typer.Context,
    ref: Number,
    person: Annotated[str, typer.Option(metavar="PERSON", help=_("谁回避"))],
    kind: Annotated[str, typer.Option(metavar="party|agent|near_relative|…", help=_("为什么应当回避"))],
    reason: Annotated[str, typer.Option(help=_("说明"))],
    as_json: AsJson = False,
) -> None:
    """记录回避：从此这个人以任何岗位都看不到、办不了这件纠纷。"""
    words = {"person": person, "kind": kind, "reason": reason}
    with instance_of(context) as instance:
        line = instance.scope.recuse(context_of(context).named_actor, ref, words)
    show(line, as_json=as_json, text=_spoken(line))


def lift(
    context: typer.Context,
    ref: Number,
    recusal: Annotated[str, typer.Argument(metavar="ID", help=_("回避记录的编号"))],
    reason: Annotated[str, typer.Option(help=_("为什么解除"))],
    as_json: AsJson = False,
) -> None:
    """解除回避。"""
    with instance_of(context) as instance:
        line = instance.scope.lift_recusal(context_of(context).named_actor, ref, recusal, {"reason": reason})
    show(line, as_json=as_json, text=_spoken(line))


def _spoken(line: "RecusalLine") -> str:
    lifted = _("，已解除") if line.lifted_at else ""
    named = _("{name}（{code}）").format(name=line.name, code=line.person)
    return f"{named} {line.kind_title}{lifted}  {line.id}"
