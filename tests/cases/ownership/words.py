"""Short words for what tests do when units disagree about whose a dispute is."""

from typing import Any

from mediation.cases.ownership import queries
from tests.town import Town

HEARD = [
    {"unit": "jia", "name": "包窗", "argued": "沟在乙嘎查一侧"},
    {"unit": "yi", "name": "乙窗", "argued": "当事人都在甲嘎查"},
]


def decline(town: Town, ref: str, who: str = "yiwin", line: str = "1", **words: Any) -> Any:
    return town.act(who, ref, "decline", line=line, **{"reason": "纠纷在甲嘎查", **words})


def ask(town: Town, ref: str, to: str = "yi", who: str = "jiawin", **words: Any) -> Any:
    return town.act(who, ref, "dispatch", to=to, **words)


def rule(town: Town, ref: str, to: str, who: str = "sulead", **words: Any) -> Any:
    said = {"interpretation": "沟在哪里就是哪里的纠纷", "heard": HEARD, "reason": "沟在该嘎查", "to": to}
    return town.act(who, ref, "rule", **{**said, **words})


def contested(town: Town, **registered: Any) -> str:
    """A dispute of jia that yi has declined twice."""
    ref = town.bring("triaged", **registered)
    ask(town, ref)
    decline(town, ref)
    ask(town, ref, opinion="沟在乙嘎查一侧", line="1")
    decline(town, ref)
    return ref


def ruled(town: Town, to: str = "yi", **registered: Any) -> str:
    """The same with a ruling that the unit named has acknowledged."""
    ref = contested(town, **registered)
    rule(town, ref, to)
    town.act({"yi": "yiwin", "jia": "jiawin"}[to], ref, "acknowledge")
    return ref


def said(town: Town, ref: str) -> list[tuple[str, str, str | None, bool]]:
    """(kind, unit, line, open) of all that was said."""
    return [
        (row.kind, town.unit_code(row.unit_id), row.line, row.settled_at is None)
        for row in town.of(ref, queries.arguments)
    ]


def place(town: Town, ref: str) -> tuple[str, str, str | None, str | None]:
    """State, holder, who is asked, who rules."""
    case = town.case(ref)
    asked = town.unit_code(case.target_id) if case.target_id else None
    rules = town.unit_code(case.arbiter_id) if case.arbiter_id else None
    return case.state, town.unit_code(case.holder_id), asked, rules
