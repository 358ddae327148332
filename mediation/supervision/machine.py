"""The states of an item of the register, and the acts that lead from one to another. Pure.

A small table instead of a definition of the engine: that one judges disputes, and every site has the same few steps here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from mediation.errors import TransitionNotAllowed
from mediation.language import _, joined

STATES: Mapping[str, str] = {
    "entered": "已立项",
    "limited": "限期整改",
    "mending": "已报整改待核查",
    "accountability": "追责",
    "struck_off": "已销号",
    "withdrawn": "已撤销",
}
KINDS: Mapping[str, str] = {"supervision": "督办", "warning": "预警", "transfer": "转办"}
COLOURS: Mapping[str, str] = {"red": "红色", "yellow": "黄色", "blue": "蓝色"}
WAYS: Mapping[str, str] = {
    "regular": "定期督查",
    "irregular": "不定期督查",
    "open": "明察",
    "unannounced": "暗访",
    "automatic": "系统督办",
}
CLOCKS: Mapping[str, str] = {"mending": "整改", "answer": "答复", "explanation": "书面说明"}
CAUSES: Mapping[str, str] = {"declines": "多次退单", "dissatisfied": "回访不满意", "repeats": "反复发生"}
OPEN = frozenset({"entered", "limited", "mending", "accountability"})
AWAITED = frozenset({"limited", "accountability"})
"""While the unit owes something by the day named: what it has reported in time does not become late while it waits to be looked at."""
_ASKED = frozenset({"limited", "mending", "accountability"})


@dataclass(frozen=True, slots=True)
class Act:
    """An act: who does it, from which states, to which one. `to` empty: the item stays where it is."""

    title: str
    side: Literal["supervisor", "handler"]
    since: frozenset[str]
    to: str = ""
    kinds: frozenset[str] = frozenset(KINDS)


ACTS: Mapping[str, Act] = {
    "limit": Act("限期", "supervisor", frozenset({"entered", "limited", "mending"}), "limited"),
    "explain": Act("书面说明", "handler", _ASKED),
    "answer": Act("答复", "handler", _ASKED, "mending", kinds=frozenset({"warning", "transfer"})),
    "report": Act("报整改", "handler", _ASKED, "mending", kinds=frozenset({"supervision"})),
    "inspect": Act("督查", "supervisor", OPEN),
    "hold": Act("追责", "supervisor", frozenset({"limited", "mending"}), "accountability"),
    "incentive": Act("激励", "supervisor", OPEN),
    "strike_off": Act("销号", "supervisor", frozenset({"mending", "accountability"}), "struck_off"),
    "withdraw": Act("撤销", "supervisor", frozenset({"entered", "limited"}), "withdrawn"),
}


def next_state(name: str, kind: str, state: str) -> str:
    """Where an act leads from a state. Raises TransitionNotAllowed with what is possible there.

    Accountability stays what it is while the unit goes on mending: only the supervisor ends it.
    """
    act = ACTS[name]
    if state not in act.since or kind not in act.kinds:
        possible = joined(_(ACTS[one].title) for one in possible_acts(kind, state)) or _("无")
        message = _("{kind}事项现在是“{state}”，不能办理“{act}”；可以办理：{possible}")
        raise TransitionNotAllowed(
            message.format(kind=_(KINDS[kind]), state=_(STATES[state]), act=_(act.title), possible=possible)
        )
    if name in {"report", "answer"} and state == "accountability":
        return state
    return act.to or state


def possible_acts(kind: str, state: str) -> list[str]:
    """The acts that lead on from a state."""
    return [name for name, act in ACTS.items() if state in act.since and kind in act.kinds]
