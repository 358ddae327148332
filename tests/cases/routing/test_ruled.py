"""Where a ruling binds a dispute it is what is suggested, everywhere, and names the rule in whose place it is."""

from dataclasses import replace

import pytest

from mediation.errors import TransitionRefused
from tests.cases.ownership.words import ask, ruled
from tests.cases.routing.routes import with_routing
from tests.town import Town

TO_JIA = {
    "id": "home",
    "title": "邻里小事",
    "because": "嘎查里的小事在嘎查办",
    "then": {"level": "gacha", "tier": "ordinary", "limit": {"working_days": 7, "article": "示例旗规定"}},
}
REST = {"id": "rest", "because": "其余的到苏木", "then": {"level": "sumu"}}


def number_of(town: Town) -> str:
    return str(town.rows("SELECT number FROM ruling ORDER BY id DESC")[0][0])


def suggested(town: Town, ref: str, who: str = "jiawin"):
    return town.instance.routing.explained(who, ref)["suggestion"]


def triaged(town: Town, **registered) -> str:
    ref = town.register(place="jia-1", **registered)
    town.act("jiawin", ref, "triage", tier="ordinary")
    return ref


def test_ruling_is_suggested_in_place_of_the_rule_that_it_goes_before(town: Town):
    ruled(town, "yi")
    number = number_of(town)
    with_routing(town, TO_JIA, REST)
    ref = triaged(town)
    found = suggested(town, ref)
    assert found["said"] == f"分流建议：交示例乙嘎查（裁定 {number}：同类纠纷已经裁定由示例乙嘎查办理）"
    assert (found["unit"], found["ruling"], found["rule"]) == ("yi", number, "home")
    assert (found["tier"], found["limit"]["span"]) == (
        "ordinary",
        "7 working_days",
    )
    assert (found["next"]["rule"], found["next"]["title"], found["next"]["unit"]) == (
        "home",
        "邻里小事",
        "jia",
    )
    assert found["next"]["told"] == "会交给示例甲嘎查，按普通调解办理"
    assert (found["overridden"], found["overridden_titles"]) == (
        ("home", "rest"),
        ("邻里小事", "其余的到苏木"),
    )
    assert found["how"] == "用“交办”交给它"
    assert town.instance.routing.suggestions("jiawin", ref).unit == found
    assert town.instance.boards.opened("jiawin", ref).suggested == {**found, "way": "dispatch"}


def test_usual_act_of_the_board_follows_the_ruling(town: Town):
    ruled(town, "yi")
    with_routing(town, TO_JIA)
    ref = triaged(town)
    [row] = [
        one
        for group in town.instance.boards.board("jiawin")
        if group.key == "dispatch"
        for one in group.rows
        if one.row.number == town.instance.case("jiawin", ref).row.number
    ]
    assert [(act.trigger, act.arg) for act in row.acts] == [("dispatch", "yi")]
    ask(town, ref, row.acts[0].arg)
    assert town.case(ref).state == "dispatched"


def test_explanation_names_the_rule_that_gives_way_in_lines(town: Town):
    from mediation.cases.routing import page

    ruled(town, "yi")
    with_routing(town, TO_JIA, REST)
    assert page.lines(suggested(town, triaged(town)))[1:] == [
        "  · 综治类别是用水排水通行通风采光，与裁定的相同",
        "  · 所在地示例甲一浩特在裁定的地方以内",
        "流程：普通调解；办理层级：嘎查；难易：一般",
        "期限：7个工作日（示例旗规定）",
        "没有这个裁定的话，按分流规则“邻里小事”：会交给示例甲嘎查，按普通调解办理",
        "让位的规则：邻里小事；其余的到苏木",
        "所在地：示例甲一浩特；现在的主办单位：示例甲嘎查（嘎查一级）",
        "用“交办”交给它",
    ]


@pytest.mark.parametrize("rules", [(), ({**REST, "when": {"risk": ["high"]}},)])
def test_ruling_is_suggested_where_no_rule_fits_or_the_site_has_none(sqlite_town: Town, rules):
    ruled(sqlite_town, "yi")
    if rules:
        with_routing(sqlite_town, *rules)
    found = suggested(sqlite_town, triaged(sqlite_town))
    assert (found["unit"], found["rule"], found["next"], found["ruling"]) == (
        "yi",
        None,
        None,
        number_of(sqlite_town),
    )
    assert found["said"].startswith("分流建议：交示例乙嘎查（裁定 ")


def test_rule_that_agrees_with_the_ruling_stays_the_suggestion(sqlite_town: Town):
    ruled(sqlite_town, "jia")
    with_routing(sqlite_town, TO_JIA)
    found = suggested(sqlite_town, triaged(sqlite_town))
    assert (found["rule"], found["ruling"], found["unit"]) == ("home", "", "jia")


def test_triage_tells_of_the_ruling_on_what_it_makes_of_the_dispute(sqlite_town: Town):
    """A dispute of another kind, until whoever looks at it says what it is."""
    town = sqlite_town
    before = ruled(town, "yi")
    with_routing(town, TO_JIA)
    kind = town.case(before)
    ref = town.register(place="jia-1", category="07", governance_category="0701")
    assert suggested(town, ref)["ruling"] == ""
    done = town.act(
        "jiawin",
        ref,
        "triage",
        tier="ordinary",
        category=kind.category,
        governance_category=kind.governance_category,
    )
    assert done.told == (
        f"分流建议：交示例乙嘎查（裁定 {number_of(town)}：同类纠纷已经裁定由示例乙嘎查办理）",
    )


def test_unit_ruled_on_hands_down_as_the_rules_say_and_the_ruling_is_kept_there(sqlite_town: Town):
    town = sqlite_town
    ruled(town, "jia")
    with_routing(town, {"id": "camp", "because": "都到浩特", "then": {"level": "camp"}})
    ref = triaged(town)
    assert (suggested(town, ref)["unit"], suggested(town, ref)["ruling"]) == ("jia-1", "")
    town.act("jiawin", ref, "dispatch", to="jia-1")
    town.act("hua", ref, "acknowledge")
    assert (suggested(town, ref, "hua")["ruling"], suggested(town, ref, "hua")["how"]) == (
        "",
        "已经在建议的单位",
    )
    with_routing(town, REST)
    assert suggested(town, ref, "hua")["said"].startswith("分流建议：交示例甲一浩特（裁定 ")
    assert suggested(town, ref, "hua")["how"] == "已经在建议的单位"


def test_keeping_what_a_ruling_gives_to_another_asks_for_a_reason(town: Town):
    ruled(town, "yi")
    number = number_of(town)
    with_routing(town, TO_JIA)
    ref = triaged(town)
    with pytest.raises(TransitionRefused) as refused:
        town.act("jiawin", ref, "keep")
    assert [reason.guard for reason in refused.value.reasons] == ["overruling_explained"]
    town.act("jiawin", ref, "keep", overruled_because="乙嘎查的路断了")
    record = town.last(ref).facts["routing"]
    assert record == {
        "rule": "home",
        "version": 4,
        "unit": "jia",
        "overruled": False,
        "passed_over": number,
    }
    [kept] = [one for one in town.instance.room.workspace("jiawin", ref).timeline if one.title == "留办"]
    assert kept.said == (f"没有按裁定 {number} 办理", "乙嘎查的路断了")


def test_ruling_binds_the_holder_of_a_site_without_rules_too(sqlite_town: Town):
    town = sqlite_town
    ruled(town, "yi")
    number = number_of(town)
    town.instance.office = replace(town.instance.office, routing=None)
    ref = triaged(town)
    with pytest.raises(TransitionRefused) as refused:
        town.act("jiawin", ref, "keep")
    assert [reason.guard for reason in refused.value.reasons] == ["overruling_explained"]
    town.act("jiawin", ref, "keep", overruled_because="乙嘎查的路断了")
    assert town.last(ref).facts["routing"] == {"overruled": False, "passed_over": number}
    [kept] = [one for one in town.instance.room.workspace("jiawin", ref).timeline if one.title == "留办"]
    assert kept.said == (f"没有按裁定 {number} 办理", "乙嘎查的路断了")


def test_timeline_tells_which_rule_a_decision_overruled(town: Town):
    ruled(town, "yi")
    number = number_of(town)
    with_routing(town, REST)
    followed, own = triaged(town), triaged(town, category="07", governance_category="0701")
    ask(town, followed, "yi")
    town.act("jiawin", own, "keep", overruled_because="先稳住双方")
    told = {
        one.title: one.said
        for ref in (followed, own)
        for one in town.instance.room.workspace("jiawin", ref).timeline
    }
    assert told["交办"] == (f"按裁定 {number} 办理，没有按分流规则“其余的到苏木”交示例苏木",)
    assert told["留办"] == ("没有按分流规则“其余的到苏木”交示例苏木", "先稳住双方")
    town.instance.office = replace(town.instance.office, routing=None)
    [kept] = [one for one in town.instance.room.workspace("jiawin", own).timeline if one.title == "留办"]
    assert kept.said[0] == "没有按分流规则“rest”交示例苏木"
