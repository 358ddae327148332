"""Rule sets and disputes drawn at random, and a naive reading of rules to compare with."""

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from mediation.codes import load
from mediation.units.chain import Chain, Level
from mediation.units.routing import (
    Band,
    CaseFacts,
    Conditions,
    Destination,
    RoutingRules,
    Rule,
)
from mediation.units.tree import Node, Tree

CODES = load()
CHAIN = Chain(
    [
        Level("camp", "浩特", 1, "grid_worker"),
        Level("gacha", "嘎查", 5, "unit_leader"),
        Level("sumu", "苏木", 15, "unit_leader"),
    ]
)
TREE = Tree(
    [
        Node(1, "qi", "示例旗"),
        Node(2, "qi-ren", "示例旗人社局", "labour", parent=1),
        Node(3, "su", "示例苏木", level="sumu", parent=1),
        Node(4, "su-pai", "示例苏木派出所", "police", parent=3),
        Node(5, "su-jia", "示例苏木说和室", "studio", parent=3),
        Node(6, "jia", "示例甲嘎查", level="gacha", parent=3),
        Node(7, "jia-1", "示例甲一浩特", level="camp", parent=6),
        Node(8, "yi", "示例乙嘎查", level="gacha", parent=3),
        Node(9, "yi-x", "示例乙网格", parent=8),
        Node(10, "yi-shi", "示例乙说和室", "studio", parent=8),
    ]
)
GOVERNANCE = ["01", "0101", "0102", "02", "0201", "0503", "07", "0701", "1103", "99"]
JUDICIAL = ["01", "02", "10", "99"]


def rule(
    name: str = "r", *, level: str = "gacha", but_not: dict[str, Any] | None = None, **when: Any
) -> Rule:
    return Rule(name, "示例理由", Destination(level), Conditions(**when), Conditions(**(but_not or {})))


def rules(*found: Rule, policy: Any = "first") -> RoutingRules:
    return RoutingRules(policy, found, 3, "f" * 64)


@dataclass(frozen=True)
class _Spelt:
    """A dispute spelt out: every code and unit that covers it."""

    category: set[str]
    governance: set[str]
    place: set[str]
    risk: set[str]
    source: set[str]
    headcount: int
    amount: int
    repeat: bool


def naive(facts: CaseFacts, rule: Rule) -> bool:
    """Does a rule fit? Read word by word from docs/routing.md."""
    entry = CODES.entry("governance_categories", facts.governance)
    above, at = set(), TREE.unit(facts.place)
    while True:
        above.add(at.code)
        if at.parent is None:
            break
        at = TREE.unit(at.parent)
    spelt = _Spelt(
        {facts.category},
        {facts.governance, *([entry.parent] if entry.parent else [])},
        above,
        {facts.risk},
        {facts.source},
        facts.headcount,
        (facts.amount_fen or 0) // 100,
        facts.repeat,
    )
    for name in ("category", "governance", "place", "risk", "source"):
        here: set[str] = getattr(spelt, name)
        if getattr(rule.when, name) and not here & set(getattr(rule.when, name)):
            return False
        if here & set(getattr(rule.but_not, name)):
            return False
    for name in ("headcount", "amount"):
        band = getattr(rule.when, name)
        if band and not band.first <= getattr(spelt, name) < (band.under or 10**15):
            return False
    return rule.when.repeat in {None, spelt.repeat}


def some(codes: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.one_of(st.just(()), st.lists(st.sampled_from(codes), min_size=1, max_size=3).map(tuple))


@st.composite
def bands(draw: st.DrawFn, bounds: tuple[int, ...]) -> Band | None:
    if draw(st.booleans()):
        return None
    first = draw(st.sampled_from((0, *bounds)))
    higher = [bound for bound in bounds if bound > first]
    return Band(first, draw(st.sampled_from([None, *higher])))


@st.composite
def drawn_rules(draw: st.DrawFn, most: int = 6) -> RoutingRules:
    places = [node.code for node in TREE.nodes]
    lists = {
        "category": JUDICIAL,
        "governance": GOVERNANCE,
        "place": places,
        "risk": ["low", "medium", "high"],
        "source": ["applied", "hotline", "visit"],
    }
    found = []
    for number in range(draw(st.integers(1, most))):
        when = {name: draw(some(codes)) for name, codes in lists.items() if draw(st.integers(0, 2)) == 0}
        but = {name: draw(some(codes)) for name, codes in lists.items() if draw(st.integers(0, 4)) == 0}
        found.append(
            Rule(
                f"r{number}",
                "示例理由",
                Destination(draw(st.sampled_from(CHAIN.keys))),
                Conditions(
                    **when,
                    headcount=draw(bands((2, 5, 10))),
                    amount=draw(bands((500, 2000, 50_000))),
                    repeat=draw(st.sampled_from([None, None, None, True, False])),
                ),
                Conditions(**but),
            )
        )
    return RoutingRules(draw(st.sampled_from(["only", "first"])), tuple(found), 1, "")


@st.composite
def disputes(draw: st.DrawFn) -> CaseFacts:
    return CaseFacts(
        category=draw(st.sampled_from([one.code for one in CODES.entries("judicial_categories")])),
        governance=draw(st.sampled_from([one.code for one in CODES.entries("governance_categories")])),
        place=draw(st.sampled_from(TREE.nodes)).id,
        headcount=draw(st.integers(1, 12)),
        amount_fen=draw(
            st.one_of(
                st.none(),
                st.sampled_from([0, 1, 49_999, 50_000, 50_001, 199_999, 200_000, 4_999_999, 5_000_000]),
            )
        ),
        risk=draw(st.sampled_from(["low", "medium", "high"])),
        source=draw(st.sampled_from([one.code for one in CODES.entries("sources")])),
        repeat=draw(st.booleans()),
    )
