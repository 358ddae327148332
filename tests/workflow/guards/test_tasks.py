"""Guards on tasks: named, open, one's own, allowed to their kind."""

import pytest

from mediation.workflow.guards import CONDITIONS
from tests.workflow.stand import acting, case, sentences, tasked, under


def test_task_named_passes_with_a_task_and_with_a_number():
    assert [sentences("task_named", facts) for facts in (tasked(), acting(task=9))] == [[], []]


def test_task_named_refuses_an_act_about_no_task():
    assert sentences("task_named", case()) == ["没有写明是哪一项待办"]


def test_task_is_open_passes_an_open_one_and_no_task_at_all():
    assert [sentences("task_is_open", facts) for facts in (tasked(), case())] == [[], []]


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (tasked(open=False), "第3号待办已经办结"),
        (tasked(waiting=True, turn_of=("包长",)), "第3号待办按顺序会签，还没有轮到；现在轮到包长"),
        (acting(task=9), "本案没有第9号待办"),
    ],
    ids=["closed", "waiting", "unknown"],
)
def test_task_is_open_refuses(facts, said):
    assert sentences("task_is_open", facts) == [said]


def test_task_is_mine_passes_ones_own():
    assert sentences("task_is_mine", tasked()) == []


def test_task_is_mine_refuses_somebody_elses():
    assert sentences("task_is_mine", tasked(mine=False, asked_by_me=True)) == ["第3号待办不是您的"]


def test_task_asked_by_me_passes_what_the_actor_asked_for():
    assert sentences("task_asked_by_me", tasked(asked_by_me=True)) == []


def test_task_asked_by_me_refuses_what_others_asked_for():
    assert sentences("task_asked_by_me", tasked()) == ["第3号待办不是您提出的"]


def test_task_is_not_lent_passes_ones_own():
    assert sentences("task_is_not_lent", tasked()) == []


def test_task_is_not_lent_refuses_a_delegated_one():
    assert sentences("task_is_not_lent", tasked(delegated=True)) == [
        "第3号待办是别人委派给您的，要由委派人办理"
    ]
    lender = tasked(delegated=True, mine=False, asked_by_me=True)
    assert sentences("task_is_not_lent", lender) == ["第3号待办已经委派出去，还没有交还"]


def test_only_lent_approvals_are_answered_passes_opinions_and_delegated_approvals():
    lent = tasked(kind="approval", delegated=True)
    assert [sentences("only_lent_approvals_are_answered", facts) for facts in (tasked(), lent)] == [[], []]


def test_only_lent_approvals_are_answered_refuses_a_signer_who_neither_agrees_nor_rejects():
    assert sentences("only_lent_approvals_are_answered", tasked(kind="approval")) == [
        "第3号待办是会签，要表明同意还是驳回"
    ]


def test_task_allows_passes_what_the_kind_allows():
    assert sentences("task_allows", tasked(), under("answer")) == []


def test_task_allows_refuses_what_the_kind_does_not():
    assert sentences("task_allows", tasked(kind="copy"), under("answer")) == [
        "「抄送件」这一种待办不能办理「办复」"
    ]


def test_task_allows_refuses_a_kind_in_a_state_where_it_does_not_live():
    facts = case(state="closed", task=tasked(kind="part").task)
    assert sentences("task_allows", facts, under("answer")) == [
        "「分办事项」这一种待办在「已结案待回访」已经失效"
    ]


def test_task_allows_refuses_a_kind_that_the_definition_does_not_know():
    rules = under("answer")
    none = rules.definition.model_copy(update={"tasks": {}})
    bare = type(rules)(none, rules.edge, rules.fact_words)
    assert sentences("task_allows", tasked(), bare) == ["流程「普通调解」没有「征求意见」这一种待办"]


def test_turn_may_change_hands_passes_the_holders_turn_and_other_kinds():
    turn = case(state="received", task=tasked(kind="turn").task)
    assert [sentences("turn_may_change_hands", facts, under("transfer")) for facts in (turn, tasked())] == [
        [],
        [],
    ]


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("mediating", "「调解中」这一步只能由本案调解员办理"),
        ("registered", "「已登记」这一步只能由首问责任人办理"),
    ],
)
def test_turn_may_change_hands_refuses_a_turn_of_the_mediator_or_first_receiver(state, said):
    facts = case(state=state, task=tasked(kind="turn").task)
    assert sentences("turn_may_change_hands", facts, under("transfer")) == [said]


@pytest.mark.parametrize(
    ("act", "answer"),
    [({}, False), ({"task": 3}, True), ({"approval": "agreement_review"}, True), ({"approval": None, "task": None}, False)],
)  # fmt: skip
def test_condition_takes_back_asked_follows_the_act(act, answer):
    assert CONDITIONS["takes_back_asked"].holds(case(act=act)) is answer


def test_not_urged_today_passes_the_first_time():
    assert [sentences("not_urged_today", facts) for facts in (tasked(), case())] == [[], []]


def test_not_urged_today_refuses_the_second_time():
    assert sentences("not_urged_today", tasked(act={"task": 3, "urged_today": True})) == [
        "第3号待办您今天已经催办过"
    ]
