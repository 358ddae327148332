"""What the cases and questions at a desk need: read off the definitions, so that no state of theirs is named here."""

from collections.abc import Mapping
from dataclasses import dataclass

from mediation.workflow.engine import Engine


@dataclass(frozen=True, slots=True)
class Group:
    """One group of the board. A state belongs to the first group of which it knows an act, `triggers`."""

    key: str
    title: str
    triggers: tuple[str, ...] = ()


ASKED, LATE = "asked", "late"
ASKED_KINDS = ("instruction", "opinion", "part", "call", "promise")
"""Kinds of task that others ask of a desk."""
GROUPS: tuple[Group, ...] = (
    Group("acknowledge", "待签收", ("acknowledge",)),
    Group("rule", "待裁定", ("rule",)),
    Group("triage", "待研判", ("triage", "take")),
    Group("dispatch", "待分流", ("dispatch", "keep")),
    Group("accept", "待受理", ("accept",)),
    Group("assign", "待指派", ("assign", "call_conference", "record_conference")),
    Group(ASKED, "请示和征求意见"),
    Group(LATE, "已逾期"),
)
BY_KEY: Mapping[str, Group] = {group.key: group for group in GROUPS}


def group_of(engine: Engine, state: str) -> str:
    """The group of a state whose turn is the desk's; "" for one whose turn is a mediator's, or needs none of this."""
    owner = engine.definition.states[state].owner if state in engine.definition.states else None
    if owner is None or owner.relation == "mediator":
        return ""
    known = set(engine.triggers_from(state))
    return next((group.key for group in GROUPS if not known.isdisjoint(group.triggers)), "")
