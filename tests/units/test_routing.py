"""Which rule fits, why in words, and which unit it means."""

from dataclasses import replace

import pytest
from hypothesis import given

from mediation.units.routing import (
    Band,
    CaseFacts,
    Department,
    Destination,
    Limit,
    RoutingRules,
    Rule,
    destination,
    follows,
    in_words,
    route,
)
from tests.units.routes import CHAIN, CODES, TREE, disputes, drawn_rules, naive, rule, rules

FACTS = CaseFacts("02", "0201", 7, 3, 120_000, "low", "visit", repeat=False, holder=6)


def routed(facts, found):
    return route(facts, found, TREE, CHAIN, CODES, {"ordinary": "普通调解"})


@given(disputes(), drawn_rules())
def test_route_agrees_with_a_naive_reading(facts, found):
    fitting = [one.id for one in found.rules if naive(facts, one)]
    suggestion = routed(facts, found)
    assert ([suggestion.rule] if suggestion.rule else []) + list(suggestion.overridden) == fitting
    assert (suggestion.next.rule if suggestion.next else None) == (fitting[1] if fitting[1:] else None)


def test_route_tells_the_rule_each_condition_and_what_came_next():
    found = rules(
        rule("high", risk=("high",)),
        rule(
            "near",
            governance=("02",),
            place=("jia",),
            headcount=Band(2, 5),
            amount=Band(500, 5000),
            source=("visit", "hotline"),
            repeat=False,
            but_not={"category": ("10",)},
        ),
        rule("rest", level="sumu"),
    )
    limited = replace(
        found.rules[1], then=Destination("gacha", limit=Limit("7 working_days", "示例"), tier="ordinary")
    )
    found = replace(found, rules=(found.rules[0], limited, found.rules[2]))
    suggestion = routed(FACTS, found)
    assert suggestion.why == (
        "司法行政类别是邻里，不属于拖欠农民工工资",
        "综治类别是用水排水通行通风采光，属于邻里",
        "所在地是示例甲一浩特，属于示例甲嘎查",
        "来源是群众来访",
        "涉及3人：2人以上、不满5人",
        "金额1200元：500元以上、不满5000元",
        "不是重复发生的纠纷",
    )
    assert (suggestion.rule, suggestion.unit, suggestion.unit_title, suggestion.level_title) == (
        "near",
        "jia",
        "示例甲嘎查",
        "嘎查",
    )
    assert (suggestion.limit, suggestion.tier_title, suggestion.version) == (
        Limit("7 working_days", "示例"),
        "一般",
        3,
    )
    assert suggestion.where == "所在地：示例甲一浩特；现在的主办单位：示例甲嘎查（嘎查一级）"
    assert suggestion.overridden == ("rest",)
    assert (suggestion.next.rule, suggestion.next.unit, suggestion.next.told) == (
        "rest",
        "su",
        "会交给示例苏木，按普通调解办理",
    )


def test_route_tells_a_rule_without_conditions_and_an_amount_that_nobody_wrote():
    suggestion = routed(
        replace(FACTS, amount_fen=None), rules(rule("poor", amount=Band(0, 500)), rule("rest"))
    )
    assert suggestion.why == ("没有写金额，按0元算：不满500元",)
    assert routed(FACTS, rules(rule("rest"))).why == ("这条规则没有条件，别的规则都不符合时用它",)


def test_route_without_a_fitting_rule_leaves_it_to_people():
    suggestion = routed(FACTS, rules(rule("high", risk=("high",))))
    assert (suggestion.rule, suggestion.unit, suggestion.next) == (None, None, None)
    assert suggestion.because == "没有一条分流规则符合，请由人决定"


def test_route_from_a_place_off_the_chain_finds_no_level():
    suggestion = routed(replace(FACTS, place=2, holder=None), rules(rule("rest")))
    assert (suggestion.rule, suggestion.unit) == ("rest", None)
    assert suggestion.where == "所在地：示例旗人社局（不在层级链上，按层级匹配不到单位）"


@pytest.mark.parametrize(
    ("place", "then", "unit"),
    [
        ("jia-1", Destination("camp"), "jia-1"),
        ("jia-1", Destination("gacha"), "jia"),
        ("jia-1", Destination("sumu"), "su"),
        ("jia", Destination("camp"), "jia"),  # a level below the place
        ("yi-x", Destination("camp"), "yi-x"),  # the branch has no such level: it stays in its own grid
        ("yi-x", Destination("gacha"), "yi"),
        ("su-pai", Destination("camp"), "su"),  # a department's place is its area's
        ("jia-1", Destination(unit="su-jia"), "su-jia"),
        ("jia-1", Destination(unit="gone"), None),
        ("jia-1", Destination(department=Department("police")), "su-pai"),
        ("yi-x", Destination(department=Department("studio")), "yi-shi"),
        ("yi-x", Destination(department=Department("studio", "sumu")), "su-jia"),
        ("jia-1", Destination(department=Department("labour", "gacha")), "qi-ren"),
        ("su-pai", Destination(department=Department("police")), "su-pai"),
        ("jia-1", Destination(department=Department("court")), None),
    ],
)
def test_destination_is_found_from_the_place(place, then, unit):
    found = destination(then, TREE.by_code(place).id, TREE, CHAIN)
    assert (found.code if found else None) == unit


@pytest.mark.parametrize(
    ("then", "unit", "follows_it"),
    [
        (Destination("gacha"), "yi", True),
        (Destination("gacha"), "yi-shi", True),  # a department of the level
        (Destination("gacha"), "yi-x", False),
        (Destination("gacha"), "su", False),
        (Destination("gacha"), "su-jia", False),
        (Destination("gacha", unit="yi-shi"), "yi-shi", True),
        (Destination("gacha", unit="yi-shi"), "yi", False),
        (Destination(department=Department("court")), "yi", True),  # nothing was suggested
    ],
)
def test_follows_the_unit_or_a_department_of_the_level(then, unit, follows_it):
    found = RoutingRules("first", (Rule("r", "示例", then),))
    suggestion = routed(replace(FACTS, place=9), found)
    assert follows(suggestion, TREE.by_code(unit).id, TREE, CHAIN) is follows_it


def test_in_words_has_bounds_as_the_civil_code_has_them():
    assert [in_words(band, "人") for band in (Band(2, 5), Band(10), Band(0, 5), Band())] == [
        "2人以上、不满5人",
        "10人以上",
        "不满5人",
        "不限",
    ]
