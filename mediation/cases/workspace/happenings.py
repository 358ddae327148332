"""What happened to a case, in words: every act and state by the definition that the case had when it was done."""

from collections.abc import Iterator, Mapping
from typing import Any

from mediation.cases.office import Office
from mediation.cases.residents.rating import RATED
from mediation.cases.verbs import VERBS
from mediation.language import _
from mediation.workflow.definition import Definition

HAPPENED = {
    "register": "登记",
    "document.frozen": "印出文书",
    "document.signed": "签署文书",
    "deadline.missed": "期限届满",
    "deadline.recounted": "重算期限",
    "linked": "与他案关联",
    "merged_in": "他案并入",
    "handed_over": "移交",
    "unit.merged": "单位合并",
    "post.renewed": "首问责任人换岗",
    "supervision.opened": "列入督办",
    "supervision.step": "督办升级",
    "unit_paper.printed": "出具督办文书",
    "recusal.recorded": "记录回避",
    "recusal.lifted": "解除回避",
    "party.unmasked": "查看当事人完整信息",
    "evidence.given": "收取证据材料",
    "evidence.returned": "退还证据原件",
    "evidence.withdrawn": "撤回证据材料",
    "link.made": "发签名链接",
    "link.signed": "当事人凭链接签名",
    "link.refused": "当事人在签名链接里表示不同意",
    "link.withdrawn": "收回签名链接",
    "link.locked": "签名链接猜错五次，已作废",
    RATED: "群众评价",
    "case.migrated": "换用新版流程",
    "erasure.requested": "提出删除资料",
    "erasure.withdrawn": "撤回删除资料的提出",
    "erasure.confirmed": "删除资料",
    "erasure.repeated": "再次删除资料",
    "details.erased": "删除办理时的说明",
}
"""What happens to a case besides the acts of its definition."""

_SAID = (
    "reason",
    "why",
    "opinion",
    "remark",
    "explanation",
    "result",
    "overruled_because",
    "no_report_reason",
)
"""Of what is kept beside an act, the words that are said to whoever works on the case after it."""


def said(event: Any, details: Mapping[str, Any]) -> tuple[str, ...]:
    """Why an act was done, and what its actor remarked. Of what is no act of a definition, such as a recusal, nothing is told
    but a party's rating, which is meant for them.
    """
    if event.act not in VERBS and event.act != RATED:
        return ()
    return tuple(str(details[name]) for name in _SAID if isinstance(details.get(name), str))


def act_title(office: Office, event: Any) -> str:
    """What an event's act is called; its code if nobody knows it.

    An act that leads into another definition is told with that one, and may be known to the one before alone.
    """
    for definition in _definitions(office, event):
        if event.act in definition.triggers:
            return _(definition.triggers[event.act].title)
    return _(HAPPENED.get(event.act, event.act))


def state_title(office: Office, event: Any, state: str) -> str:
    """What the case's state before or after an event is called; its code if nobody knows it."""
    for definition in _definitions(office, event):
        if state in definition.states:
            return _(definition.states[state].title)
    return state


def _definitions(office: Office, event: Any) -> Iterator[Definition]:
    """The one that the case had then, and after it all others, the newest first."""
    name, _slash, version = str(event.facts.get("workflow", "")).partition("/")
    then = (name, int(version)) if version.isdecimal() else ("", 0)
    if then in office.engines:
        yield office.engines[then].definition
    for key in sorted(office.engines, key=lambda one: (-one[1], one[0])):
        yield office.engines[key].definition
