"""Which rule fits, why in words, and which unit it means."""

from dataclasses import replace

import pytest
from hypothesis import given

from mediation.units.routing import (
    Alternative,
    Band,
    CaseFacts,
    Department,
    Destination,
    Limit,
    RoutingRules,
    Rule,
    Suggestion,
    destination,
    follows,
    governance_line,
    in_words,
    route,
)
from mediation.units.tree import Node, Tree
from tests.units.routes import CHAIN, CODES, TREE, disputes, drawn_rules, naive, rule, rules

FACTS = CaseFacts("02", "0201", 7, 3, 120_000, "low", "visit", repeat=False, holder=6)


def routed(facts, found):
    return route(facts, found, TREE, CHAIN, CODES, {"ordinary": "普通调解"})


@given(disputes(), drawn_rules())
def test_route_agrees_with_a_naive_reading(facts, found):
    fitting = [one.id for one in found.rules if naive(facts, one)]
    suggestion = routed(facts, found)
    assert ([suggestion.rule] if suggestion.rule else []) + list(suggestion.overridden) == fitting
    assert (suggestion.next and suggestion.next.rule) == (fitting[1] if fitting[1:] else None)


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
    assert suggestion == Suggestion(
        None,
        "没有一条分流规则符合，请由人决定",
        (),
        where="所在地：示例甲一浩特；现在的主办单位：示例甲嘎查（嘎查一级）",
        version=3,
    )


def test_route_tells_all_that_it_found_and_the_codes_where_it_knows_no_words():
    then = Destination("gacha", definition="simple", tier="ordinary")
    gone = Rule("gone", "没有了", Destination(unit="gone", definition="far"), title="旧规则")
    found = rules(Rule("near", "就近", then, title="近"), gone)
    assert routed(FACTS, found) == Suggestion(
        rule="near",
        because="就近",
        why=("这条规则没有条件，别的规则都不符合时用它",),
        unit="jia",
        unit_title="示例甲嘎查",
        level="gacha",
        level_title="嘎查",
        definition="simple",
        definition_title="simple",
        tier="ordinary",
        tier_title="一般",
        level_only=True,
        where="所在地：示例甲一浩特；现在的主办单位：示例甲嘎查（嘎查一级）",
        overridden=("gone",),
        next=Alternative("gone", "没有了", None, "找不到它所指的单位", "旧规则"),
        version=3,
        title="近",
        reason="近：就近",
        overridden_titles=("旧规则",),
    )
    other = routed(FACTS, rules(gone, Rule("near", "就近", then)))
    assert (other.unit, other.unit_title, other.level, other.level_title) == (None, "", None, "")
    assert (other.tier, other.tier_title) == (None, "")
    assert other.next == Alternative("near", "就近", "jia", "会交给示例甲嘎查，按simple办理")
    assert routed(FACTS, rules(rule("rest"))).definition_title == "普通调解"


def test_route_tells_of_repeats_risks_and_places_that_are_elsewhere():
    asked = rule("r", repeat=True, risk=("low",), but_not={"place": ("yi", "gone")})
    assert routed(replace(FACTS, repeat=True), rules(asked)).why == (
        "所在地是示例甲一浩特，不属于示例乙嘎查、gone",
        "风险是低",
        "是重复发生的纠纷",
    )


def test_route_of_a_case_whose_holder_is_off_the_chain_names_no_level():
    suggestion = routed(replace(FACTS, holder=2), rules(rule("rest")))
    assert suggestion.where == "所在地：示例甲一浩特；现在的主办单位：示例旗人社局"


def test_governance_line_ends_with_the_class():
    assert [governance_line(code, CODES) for code in ("0201", "02", "")] == [("0201", "02"), ("02",), ("",)]


def test_destination_above_all_levels_of_a_branch_is_its_highest():
    tree = Tree([Node(1, "jia-1", "浩特", level="camp")])
    assert destination(Destination("sumu"), 1, tree, CHAIN) == tree.unit(1)


def test_destination_of_a_department_is_itself_before_its_like_and_of_several_the_first_by_code():
    police = {"kind": "police", "parent": 1}
    tree = Tree(
        [
            Node(1, "su", "苏木", level="sumu"),
            Node(2, "pai-2", "二", **police),
            Node(3, "pai-1", "一", **police),
        ]
    )
    there = Destination(department=Department("police"))
    assert [destination(there, place, tree, CHAIN).code for place in (1, 2, 3)] == ["pai-1", "pai-2", "pai-1"]


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
        (Destination("gacha"), "qi-ren", False),  # no unit above it is on the chain
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
