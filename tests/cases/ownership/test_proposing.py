"""A ruling as a rule of routing.yaml, with the number of its minutes, and whether a rule in force says so already."""

from dataclasses import replace

from mediation.cases.ownership.proposing import Proposal
from mediation.people.suggesting import Weights
from mediation.reading import parse_yaml
from mediation.sites.routing import Routing, RoutingSaid, RuleSaid, rules_of
from tests.cases.ownership.words import contested, rule, ruled
from tests.cases.test_recusals import recuse
from tests.town import Town

REST = {"id": "rest", "because": "其余归嘎查", "then": {"level": "gacha"}}


def proposals(town: Town, who: str = "sulead", *, minutes: bool = False) -> list[Proposal]:
    return town.instance.ownership.proposals(who, minutes=minutes)


def with_rules(town: Town, *rules: object) -> None:
    said = RoutingSaid.model_validate({"format": 1, "hit_policy": "first", "rules": [*rules, REST]})
    routing = Routing(rules_of(said, 1, "x"), Weights())
    town.instance.office = replace(town.instance.office, routing=routing)


def test_nothing_is_proposed_before_anything_was_ruled(sqlite_town):
    assert proposals(sqlite_town) == []


def test_ruling_is_proposed_as_a_rule_in_the_format_of_routing(sqlite_town):
    town = sqlite_town
    ref = ruled(town, "yi")
    number = f"{town.case(ref).temporary_number}-C1"
    [one] = proposals(town)
    assert (one.number, one.by, one.unit, one.stands, one.covered_by) == (
        number,
        "示例苏木",
        "示例乙嘎查",
        True,
        None,
    )
    rule = RuleSaid.model_validate(one.rule)
    assert (rule.when.category, rule.when.governance, rule.when.place, rule.then.unit) == (
        ("02",),
        ("0201",),
        ("jia",),
        "yi",
    )
    assert number in rule.because


def test_rule_in_force_that_says_so_already_is_named(sqlite_town):
    town = sqlite_town
    ruled(town, "yi")
    with_rules(town)
    assert [one.covered_by for one in proposals(town)] == [None]
    with_rules(town, dict(proposals(town)[0].rule))
    assert [one.covered_by for one in proposals(town)] == [proposals(town)[0].rule["id"]]


def test_ruling_is_proposed_with_its_minutes(sqlite_town):
    from mediation.commands.ownership import minutes_lines

    town = sqlite_town
    ref = contested(town)
    rule(town, ref, "yi", line="1", reason="沟在该嘎查，\n看过现场")
    [one] = proposals(town, minutes=True)
    assert one.case == ref
    assert one.minutes is not None
    kept = {key: one.minutes[key] for key in ("number", "line", "interpretation", "reason")}
    assert kept == {
        "number": one.number,
        "line": "1",
        "interpretation": "沟在哪里就是哪里的纠纷",
        "reason": "沟在该嘎查，\n看过现场",
    }
    assert [heard["argued"] for heard in one.minutes["heard"]] == ["沟在乙嘎查一侧", "当事人都在甲嘎查"]
    text = "\n".join(minutes_lines(one))
    assert all(words in text for words in ("理解：沟在哪里", "理由：沟在该嘎查", "乙窗：当事人都在甲嘎查"))


def test_minutes_are_not_told_to_whom_the_dispute_is_kept_from(sqlite_town):
    town = sqlite_town
    ref = ruled(town, "yi")
    recuse(town, "sulead", ref, "suwin")
    [one] = proposals(town, "suwin", minutes=True)
    assert (one.case, one.minutes) == (None, None)
    assert proposals(town, minutes=True)[0].minutes is not None


def test_who_does_not_see_the_place_sees_no_proposal(sqlite_town):
    ruled(sqlite_town, "yi")
    assert proposals(sqlite_town, "yiwin") == []
    assert len(proposals(sqlite_town, "jiawin")) == 1


def test_ruling_that_a_later_list_overtakes_stands_no_more(sqlite_town):
    town = sqlite_town
    ruled(town, "yi")
    duties = replace(town.instance.office.responsibilities, version=2)
    town.instance.office = replace(town.instance.office, responsibilities=duties)
    assert [one.stands for one in proposals(town)] == [False]  # version 2 leaves the matter to jia


def test_proposal_is_printed_as_yaml_that_can_be_put_into_the_file(sqlite_town):
    from mediation.commands.ownership import proposal_lines

    ruled(sqlite_town, "yi")
    text = "\n".join(proposal_lines(proposals(sqlite_town)[0]))
    [rule] = parse_yaml(text)[0]
    assert rule == proposals(sqlite_town)[0].rule
    assert text.startswith("# 裁定临-")
