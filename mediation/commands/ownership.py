"""Whose a dispute is, on the command line: both arguments side by side, how it was ruled, and the rules that rulings propose."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mediation.commands.console import AsJson, context_of, instance_of, show, spoken
from mediation.language import _

if TYPE_CHECKING:
    from mediation.cases.ownership.proposing import Proposal


def proposals(
    context: typer.Context,
    with_minutes: Annotated[
        bool, typer.Option("--minutes", help=_("另列各件裁定的记录；每看一件记一次查阅"))
    ] = False,
    as_json: AsJson = False,
) -> None:
    """每一件裁定写成一条分流规则，附裁定编号；已有规则写明的会说明。"""
    actor = context_of(context).named_actor
    with instance_of(context) as instance:
        found = instance.ownership.proposals(actor, minutes=with_minutes)
        for one in found:
            if one.case is not None and one.minutes is not None:
                instance.scope.note_reading(actor, "case", one.case)
    lines = [line for one in found for line in minutes_lines(one)]
    lines += ["", _("分流规则：")] if lines else []
    lines += [line for one in found for line in proposal_lines(one)]
    show(found, as_json=as_json, text="\n".join(lines) if found else _("还没有裁定"))


def ownership_lines(shown: dict[str, Any]) -> list[str]:
    """What units have said that is not settled, who rules, what was ruled; nothing where nobody disagrees."""
    if not shown:
        return []
    lines = []
    waiting = [one for one in shown["arguments"] if one["open"]]
    if any(one["kind"] == "declines" for one in waiting):
        lines += [_("归属争议：")]
        lines += [line for one in waiting for line in _argument_lines(one)]
    if shown["arbiter"]:
        lines += [_("  由{unit}裁定").format(unit=shown["arbiter"])]
    if shown["precedent"]:
        lines += [_("同类纠纷已裁定（{number}）由{unit}办理").format(**shown["precedent"])]
    for one in shown["rulings"]:
        lines += _ruling_lines(one)
    return lines


def proposal_lines(one: "Proposal") -> list[str]:
    """Comments that say where the rule comes from, and the rule, to be put into routing.yaml as it is.

    None of the minutes: they are kept encrypted and can be erased, a site's folder is neither.
    """
    lines = [
        _("# 裁定{number}（{ruled_on}，{by}）").format(number=one.number, ruled_on=one.ruled_on, by=one.by)
    ]
    if not one.stands:
        lines += [_("# 已被后来的裁定或者责任清单取代")]
    if one.covered_by:
        lines += [_("# 现行规则 {rule} 已经这样分流").format(rule=one.covered_by)]
    rule = one.rule
    return [
        *lines,
        f"- id: {rule['id']}",
        *(
            f"  {key}: {json.dumps(rule[key], ensure_ascii=False)}"  # JSON is YAML
            for key in ("because", "when", "then")
        ),
    ]


def minutes_lines(one: "Proposal") -> list[str]:
    """The minutes of a ruling, to be read and not to be put into routing.yaml; nothing where they were not asked for."""
    if one.minutes is None:
        return []
    head = _("裁定{number}的记录（不要写进 routing.yaml）：").format(number=one.number)
    return [head, *_minutes_lines(one.minutes)]


def _argument_lines(one: dict[str, Any]) -> list[str]:
    asks = one["kind"] == "asks"
    head = _("  {unit}交办{to}") if asks else _("  {unit}退单")
    lines = [f"{head.format(unit=one['unit'], to=one['to'])}  {spoken(one['said_at'])}"]
    if one["line"]:
        cited = _("      引用责任清单（第{list}版）第{line}条：{text}")
        lines += [
            cited.format(list=one["list"], line=one["line"], text=one["line_text"] or _("已不是现行清单"))
        ]
    if one["reason"]:
        lines += [_("      理由：{reason}").format(reason=one["reason"])]
    return lines


def _ruling_lines(one: dict[str, Any]) -> list[str]:
    state = _("已签收") if one["acknowledged_at"] else _("待签收")
    return [
        _("裁定{number}：{by}裁定由{unit}办理（{state}）").format(state=state, **one),
        *_minutes_lines(one),
    ]


def _minutes_lines(one: Mapping[str, Any]) -> list[str]:
    """By which line, how the list is read, why, and who was heard."""
    lines = []
    if one["line"]:
        lines += [_("      引用责任清单（第{list}版）第{line}条").format(**one)]
    if one["interpretation"]:
        lines += [_("      理解：{interpretation}").format(**one)]
    lines += [_("      理由：{reason}").format(**one)]
    lines += [_("      {unit}{name}：{argued}").format(**heard) for heard in one["heard"]]
    return lines
