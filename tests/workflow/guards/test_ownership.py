"""Guards on whose a dispute is."""

import pytest

from mediation.workflow.guards.ownership import MOST_HOPS, declined_before
from tests.workflow.stand import CASE, acting, case, sentences

CITED = {"line": "3", "list": 2, "line_is_known": True, "own_line": ""}
RULED = {"target": "village-2", "line": "3", "list": 2, "line_is_known": True, "within_reach": True}


@pytest.mark.parametrize(("declines", "answer"), [(0, False), (1, True), (2, True)])
def test_second_refusal_is_told_from_the_first(declines, answer):
    assert declined_before(case(declines=declines)) is answer


def test_line_of_list_in_force_passes_a_line_that_is_there():
    assert sentences("line_of_list_in_force", acting(**CITED)) == []


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (
            {"list": 0, "line_is_known": False},
            "本部署单位没有责任清单，不能退单：请管理员编写 responsibilities.yaml 并应用（mediation site apply），或者用「退回」",
        ),
        ({"line_is_known": False}, "现行责任清单（第2版）没有第3条"),
        ({"line_is_known": "yes"}, "现行责任清单（第2版）没有第3条"),
    ],
)
def test_line_of_list_in_force_refuses_a_line_that_is_not_there(said, sentence):
    assert sentences("line_of_list_in_force", acting(**{**CITED, **said})) == [sentence]


def test_not_own_by_list_passes_what_another_leads():
    assert sentences("not_own_by_list", acting(**CITED)) == []


def test_not_own_by_list_refuses_what_the_unit_itself_leads():
    assert sentences("not_own_by_list", acting(**{**CITED, "own_line": "1.2"})) == [
        "责任清单第1.2条写明这一类纠纷由本单位牵头"
    ]


def test_asked_by_dispatch_passes_what_was_dispatched():
    assert sentences("asked_by_dispatch", CASE) == []


def test_asked_by_dispatch_refuses_what_was_escalated():
    assert sentences("asked_by_dispatch", case(asked_from_below=True)) == [
        "这件纠纷是下级上报来的，不是交办来的"
    ]


def test_no_ruling_binds_passes_without_a_ruling():
    assert sentences("no_ruling_binds", CASE) == []


def test_no_ruling_binds_refuses_after_a_ruling():
    assert sentences("no_ruling_binds", case(ruled="L2026-1-C1")) == ["已经裁定（L2026-1-C1）由这个单位办理"]


def test_no_precedent_passes_without_a_former_ruling():
    assert sentences("no_precedent", CASE) == []


def test_no_precedent_refuses_what_has_been_ruled_on_before():
    assert sentences("no_precedent", case(precedent="L2026-1-C1")) == [
        "同类纠纷已经裁定（L2026-1-C1）由本单位办理"
    ]


def test_superior_can_rule_passes_with_a_common_superior():
    assert sentences("superior_can_rule", case(superior="示例镇")) == []


def test_superior_can_rule_refuses_without_one():
    assert sentences("superior_can_rule", CASE) == ["有争议的单位没有可以裁定的共同上级，不能再退单"]


@pytest.mark.parametrize("hops", range(MOST_HOPS))
def test_not_passed_around_passes_until_it_has_been_enough(hops):
    assert sentences("not_passed_around", case(hops=hops)) == []


def test_not_passed_around_refuses_one_hop_too_many():
    assert sentences("not_passed_around", case(hops=MOST_HOPS)) == [
        "上次签收以来已经交办5次，没有单位签收，不能再交办"
    ]


@pytest.mark.parametrize("said", [{}, {"insists": False}, {"insists": True, "reason": "在你村地界"}])
def test_insists_with_reason_passes_who_asks_for_the_first_time_or_says_why(said):
    assert sentences("insists_with_reason", acting(target="village-2", **said)) == []


@pytest.mark.parametrize("reason", ["", "  ", None])
def test_insists_with_reason_refuses_to_ask_again_without_a_word(reason):
    assert sentences("insists_with_reason", acting(target="village-2", insists=True, reason=reason)) == [
        "这个单位已经退过单，坚持交办要写明理由"
    ]


def test_follows_precedent_passes_where_nothing_was_ruled():
    assert sentences("follows_precedent", acting(target="village-2")) == []


def test_follows_precedent_refuses_another_unit_than_the_one_ruled_on():
    said = {"target": "village-2", "precedent": "L2026-1-C1", "precedent_unit": "示例三村"}
    assert sentences("follows_precedent", acting(**said)) == ["同类纠纷已经裁定（L2026-1-C1）由示例三村办理"]


def test_named_within_reach_passes_a_unit_below():
    assert sentences("named_within_reach", acting(**RULED)) == []


def test_named_within_reach_refuses_a_unit_elsewhere():
    assert sentences("named_within_reach", acting(**{**RULED, "within_reach": False})) == [
        "裁定的单位不在本单位之下，或者没有可以签收的人"
    ]


@pytest.mark.parametrize(
    "said", [{"line_names_it": True}, {"interpreted": True}, {"line": "", "interpreted": True}]
)
def test_ruling_rests_on_list_passes_a_line_or_a_reading(said):
    assert sentences("ruling_rests_on_list", acting(**{**RULED, **said})) == []


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({}, "责任清单第3条没有写明由裁定的单位牵头，要写明怎样理解"),
        ({"line": ""}, "既没有引用责任清单的条目，也没有写明怎样理解"),
        ({"line_is_known": False, "interpreted": True}, "现行责任清单（第2版）没有第3条"),
    ],
)
def test_ruling_rests_on_list_refuses_a_ruling_out_of_thin_air(said, sentence):
    assert sentences("ruling_rests_on_list", acting(**{**RULED, **said})) == [sentence]


def test_level_above_to_ask_passes_lower_down():
    assert sentences("level_above_to_ask", CASE) == []


def test_level_above_to_ask_refuses_at_the_top():
    assert sentences("level_above_to_ask", case(at_top=True)) == [
        "本单位已是层级链的最高一级，没有可以请示的上级"
    ]
