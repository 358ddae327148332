"""The performance ledger in lines, for the case's page and for itself."""

from typing import Any

from mediation.language import _

_RULINGS = {"applied": "等待裁定", "confirmed": "裁定有效", "dismissed": "裁定驳回"}


def ledger_lines(found: Any) -> list[str]:
    """The ledger of each agreement in force, a line for each clause or instalment and for each entry."""
    lines = []
    for one in found:
        lines.append(
            _("履行台账 {number}：应付 {total}，已付 {paid}，尚欠 {left}，其中逾期 {overdue}").format(
                number=one["number"] or "",
                total=_yuan(one["total_fen"]),
                paid=_yuan(one["paid_fen"]),
                left=_yuan(one["left_fen"]),
                overdue=_yuan(one["overdue_fen"]),
            )
        )
        lines += [_part_line(part) for part in one["parts"]]
        lines += [
            _("  第{line}行：第{part}条 {day} {amount} {proof}{file}").format(
                line=entry["line"],
                part=entry["clause"]
                if entry["instalment"] is None
                else f"{entry['clause']}.{entry['instalment']}",
                day=entry["performed_on"],
                amount=_yuan(entry["amount_fen"]),
                proof=entry["proof"],
                file=_("（有凭据文件）") if entry["proof_sha256"] else "",
            )
            for entry in one["entries"]
        ]
        lines += [
            _("  司法确认：{applied_on} 向{court}申请，{result} {number}").format(
                **{**row, "result": _(_RULINGS[row["result"]])}
            )
            for row in one["confirmations"]
        ]
    return lines


def _part_line(part: dict[str, Any]) -> str:
    if part["performed_on"] is not None:
        how = _("{day}履行").format(day=part["performed_on"])
    elif part["breached_on"] is not None:
        how = _("没有履行（{day}记录）").format(day=part["breached_on"])
    else:
        how = _("逾期") if part["overdue"] else _("待履行")
    until = part["enforce_until"]
    enforce = ""
    if until is not None and part["performed_on"] is None:
        enforce = _("，可申请强制执行至{day}").format(day=until)
    if part["amount_fen"] is None:
        due = f"{part['due_on']} " if part["due_on"] else ""
        return _("  第{part}条 {due}{how}{enforce}").format(
            part=part["part"], due=due, how=how, enforce=enforce
        )
    return _("  第{part}条 {due} 应付 {amount} 尚欠 {left} {how}{enforce}").format(
        part=part["part"],
        due=part["due_on"] or "",
        amount=_yuan(part["amount_fen"]),
        left=_yuan(part["left_fen"]),
        how=how,
        enforce=enforce,
    )


def _yuan(fen: int | None) -> str:
    return "" if fen is None else _("{yuan}元").format(yuan=f"{fen // 100}.{fen % 100:02}")
