"""case unmask: a masked field of a party in full, for a reason that is recorded."""

from typing import Annotated

import typer

from mediation.commands.cases import Number
from mediation.commands.console import AsJson, context_of, instance_of, show
from mediation.language import _


def add_to(case_commands: typer.Typer) -> None:
    """The commands among those of a case."""
    case_commands.command("unmask")(unmask)


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
