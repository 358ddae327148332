"""The town with rules of routing."""

from dataclasses import replace
from typing import Any

from mediation.people.suggesting import Weights
from mediation.sites.routing import Routing, RoutingSaid, rules_of
from tests.town import Town

RULES = (
    {
        "id": "again",
        "because": "反复的到苏木",
        "when": {"repeat": True},
        "then": {"level": "sumu", "limit": {"working_days": 9, "article": "示例旗规定·反复"}},
    },
    {
        "id": "danger",
        "because": "风险高的到苏木",
        "when": {"risk": ["high"]},
        "then": {"level": "sumu", "definition": "joint", "tier": "complex"},
    },
    {
        "id": "small",
        "because": "小事当场调",
        "when": {"amount": {"from": 1, "under": 500}},
        "then": {
            "level": "camp",
            "definition": "simple",
            "limit": {"days": 1, "article": "示例旗规定·当场"},
        },
    },
    {
        "id": "rest",
        "because": "其余的到嘎查",
        "then": {
            "level": "gacha",
            "tier": "ordinary",
            "limit": {"working_days": 7, "article": "示例旗规定·嘎查"},
        },
    },
)


def with_routing(town: Town, *rules: dict[str, Any], version: int = 4) -> None:
    """Let the town's office route by these rules."""
    said = RoutingSaid.model_validate({"format": 1, "hit_policy": "first", "rules": list(rules or RULES)})
    routing = Routing(rules_of(said, version, "f" * 64), Weights())
    town.instance.office = replace(town.instance.office, routing=routing)


def clock(town: Town, ref: str) -> list[tuple[str, str, str, str]]:
    """(state, rule, article, start fact) of the clocks of handling."""
    from mediation.cases import queries

    found = town.of(ref, queries.deadlines)
    return [(row.state, row.rule, row.article, row.start_fact) for row in found if row.name == "handling"]
