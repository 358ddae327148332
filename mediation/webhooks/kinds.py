"""Kinds of event: `case.accept`, `case.document.signed`, `supervision.limit`; one that ends in `.*` means all that begin so.

What is done to a case is told, and what is done to an item of the register of supervision. Events of the instance itself
(accounts, tokens, configuration) never leave it.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from mediation.errors import Faults
from mediation.language import _

CASE, ITEM = "case", "supervision"
TEST: Final = "webhook.test"
_KIND = re.compile(r"(case|supervision)(\.[a-z0-9_]+)*(\.\*)?")
_MOST = 50
_BESIDE: Mapping[str, str] = {
    "case.register": "登记",
    "case.document.frozen": "印出文书",
    "case.document.signed": "签署文书",
    "case.deadline.missed": "期限届满",
    "case.deadline.recounted": "重新计算期限",
    "case.linked": "与他案关联",
    "case.merged_in": "他案并入",
    "case.handed_over": "移交",
    "case.migrated": "换用流程版本",
    "case.rating.given": "群众评价",
    "case.recusal.recorded": "记录回避",
    "case.recusal.lifted": "解除回避",
    "case.party.unmasked": "查看当事人完整信息",
    "case.evidence.given": "收取证据材料",
    "case.evidence.returned": "退还证据原件",
    "case.evidence.withdrawn": "撤回证据材料",
    "case.supervision.opened": "列入督办",
    "case.supervision.step": "督办升级",
    "case.erasure.requested": "提出删除资料",
    "case.erasure.withdrawn": "撤回删除资料的提出",
    "case.erasure.confirmed": "删除资料",
    "supervision.open": "立项",
    "supervision.unit_merged": "单位合并",
}
"""What becomes of cases and items beside the acts of their definitions."""


def type_of(act: str, subject: str) -> str:
    """The kind of an event, by its act and by what its chain is of: CASE or ITEM."""
    return act if act.startswith(f"{subject}.") else f"{subject}.{act}"


def fits(kind: str, type_: str) -> bool:
    """Whether a kind that somebody asked for is, or embraces, that of an event."""
    return type_.startswith(kind[:-1]) if kind.endswith(".*") else type_ == kind


def known_kinds(definitions: Collection[Any], item_acts: Mapping[str, str]) -> dict[str, str]:
    """Kind → what people call it: the acts of all definitions, those of items, and what comes about beside them."""
    found = {
        f"{CASE}.{name}": str(trigger.title)
        for definition in definitions
        for name, trigger in definition.triggers.items()
    }
    found |= {f"{ITEM}.{name}": _(title) for name, title in item_acts.items()}
    found |= {kind: _(title) for kind, title in _BESIDE.items()}
    return dict(sorted(found.items()))


def check_kinds(kinds: Sequence[str], known: Collection[str], faults: Faults) -> None:
    """Note everything that is wrong with the kinds asked for."""
    if not kinds:
        faults.add(_("至少写一种事件，如 case.*"), "kinds")
    if len(kinds) > _MOST:
        faults.add(_("最多写 {most} 种事件").format(most=_MOST), "kinds")
    for kind in kinds[:_MOST]:
        if not _KIND.fullmatch(kind) or not any(fits(kind, one) for one in known):
            message = _("没有 {kind} 这种事件；写 case.accept 这样的，或用 case.* 表示全部")
            faults.add(message.format(kind=kind[:60]), "kinds")
