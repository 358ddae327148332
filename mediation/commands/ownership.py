"""Whose a dispute is, on the command line: both arguments side by side, and how it was ruled."""

from typing import Any

from mediation.commands.console import spoken
from mediation.language import _


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
    lines = [_("裁定{number}：{by}裁定由{unit}办理（{state}）").format(state=state, **one)]
    if one["line"]:
        lines += [_("      引用责任清单（第{list}版）第{line}条").format(**one)]
    if one["interpretation"]:
        lines += [_("      理解：{interpretation}").format(**one)]
    lines += [_("      理由：{reason}").format(**one)]
    lines += [_("      {unit}{name}：{argued}").format(**heard) for heard in one["heard"]]
    return lines
