"""Guards on cases that go on within each other, or become two."""

import pytest

from tests.workflow.stand import case, sentences

STATUS = "一件是身份关系的纠纷，另一件不是"


def test_no_agreement_binds_passes_before_one():
    assert sentences("no_agreement_binds", case(in_force=False, outcome="open")) == []


@pytest.mark.parametrize("facts", [{"in_force": True}, {"outcome": "agreed_oral"}])
def test_no_agreement_binds_refuses_after_one(facts):
    assert sentences("no_agreement_binds", case(**facts)) == ["本案已经有生效的协议"]


def test_main_case_in_hand_passes_when_it_is():
    assert sentences("main_case_in_hand", case(act={"main_in_hand": True})) == []


@pytest.mark.parametrize("act", [{}, {"main_in_hand": False}])
def test_main_case_in_hand_refuses_what_others_hold(act):
    expected = ["要并入的案件不由您承办，也不由本单位的下级单位主办"]
    assert sentences("main_case_in_hand", case(act=act)) == expected


def test_main_case_is_before_agreement_passes_an_open_one():
    assert sentences("main_case_is_before_agreement", case(act={"main": "open"})) == []


@pytest.mark.parametrize(
    ("stands", "said"),
    [
        ("concluded", "要并入的案件已经达成协议或者正在签署"),
        ("ended", "要并入的案件已经结束"),
        ("", "要并入的案件已经结束"),
    ],
)
def test_main_case_is_before_agreement_refuses_any_other(stands, said):
    assert sentences("main_case_is_before_agreement", case(act={"main": stands})) == [said]


@pytest.mark.parametrize("status", [True, False])
def test_main_case_of_like_matter_passes_two_of_a_kind(status):
    facts = case(personal_status_matter=status, act={"main_personal_status": status})
    assert sentences("main_case_of_like_matter", facts) == []


@pytest.mark.parametrize("status", [True, False])
def test_main_case_of_like_matter_refuses_a_mixture(status):
    facts = case(personal_status_matter=status, act={"main_personal_status": not status})
    assert sentences("main_case_of_like_matter", facts) == [STATUS]


def test_nobody_refuses_main_passes_when_nobody_does():
    assert sentences("nobody_refuses_main", case(act={"main_refusers": ()})) == []


def test_nobody_refuses_main_refuses_and_says_who():
    facts = case(act={"main_refusers": (2, 4)})
    assert sentences("nobody_refuses_main", facts) == ["要并入的案件的当事人2、4明确拒绝调解"]


def test_two_sides_in_both_passes_when_both_have_them():
    assert sentences("two_sides_in_both", case(act={"one_sided": ()})) == []


@pytest.mark.parametrize(
    ("sided", "who"),
    [(("own",), "留下的案件"), (("new",), "分出的案件"), (("own", "new"), "留下的案件、分出的案件")],
)
def test_two_sides_in_both_refuses_and_says_which(sided, who):
    assert sentences("two_sides_in_both", case(act={"one_sided": sided})) == [f"{who}没有申请人或者被申请人"]
