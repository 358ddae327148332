"""Guards on approvals: what may be asked, and whether what was agreed still stands."""

import pytest

from mediation.workflow.facts import ApprovalFacts, Facts
from mediation.workflow.guards import GUARDS
from tests.workflow.stand import acting, case, sentences, tasked, under


def approval(**changes: object) -> Facts:
    """The case in mediation, the agreement's review standing so."""
    return case(
        state="mediating",
        act={"approval": "agreement_review"},
        approvals={"agreement_review": ApprovalFacts(**changes)},
    )


def test_approval_may_be_asked_passes_what_was_never_asked():
    facts = case(state="mediating", act={"approval": "agreement_review"})
    assert sentences("approval_may_be_asked", facts, under("ask_approval")) == []


@pytest.mark.parametrize(
    "facts", [approval(state="rejected"), approval(state="agreed", changed=("clauses",))]
)
def test_approval_may_be_asked_passes_again_after_a_rejection_or_a_change(facts):
    assert sentences("approval_may_be_asked", facts, under("ask_approval")) == []


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (
            case(state="mediating", act={"approval": "moon"}),
            "流程「普通调解」没有「moon」这一项审批；可以送审：协议审核（agreement_review）、延期审批（extension_review）",
        ),
        (
            case(state="mediating"),
            "没有写明送审哪一项；可以送审：协议审核（agreement_review）、延期审批（extension_review）",
        ),
        (
            case(state="signing", act={"approval": "agreement_review"}),
            "「协议审核」只在「调解中、待签署补充协议」时送审",
        ),
        (approval(state="open"), "「协议审核」正在会签，不用重复送审"),
        (approval(state="agreed"), "「协议审核」已经通过，所看的事实没有变，不用再送审"),
    ],
    ids=["unknown", "unnamed", "not here", "open", "agreed"],
)
def test_approval_may_be_asked_refuses(facts, said):
    assert sentences("approval_may_be_asked", facts, under("ask_approval")) == [said]


def test_approval_may_be_asked_refuses_a_running_one_with_a_way_that_is_open():
    judging = GUARDS["approval_may_be_asked"].under(under("ask_approval"))
    steps = [judging.reasons(approval(state=state))[0].next_step for state in ("open", "agreed")]
    elsewhere = judging.reasons(case(state="mediating", act={"approval": "moon"}))[0].next_step
    assert [("催办" in one, "选流程定义里" in one) for one in (*steps, elsewhere)] == [
        (True, False),
        (False, False),
        (False, True),
    ]


def test_approval_is_open_passes_an_open_one_and_none_named():
    found = [
        sentences("approval_is_open", facts, under("add_signer"))
        for facts in (approval(state="open"), case())
    ]
    assert found == [[], []]


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (approval(state="agreed"), "「协议审核」没有正在会签的"),
        (case(act={"approval": "moon"}), "流程「普通调解」没有「moon」这一项审批"),
    ],
)
def test_approval_is_open_refuses(facts, said):
    assert sentences("approval_is_open", facts, under("add_signer")) == [said]


@pytest.mark.parametrize("who", [{"asked_by_me": True}, {"mine": True}])
def test_approval_concerns_me_passes_who_asked_and_who_is_to_sign(who):
    assert sentences("approval_concerns_me", approval(state="open", **who)) == []


def test_approval_concerns_me_refuses_everybody_else():
    assert sentences("approval_concerns_me", approval(state="open")) == ["这一项不是您送审的，也不等您会签"]


def test_approval_asked_by_me_passes_who_asked():
    assert sentences("approval_asked_by_me", approval(state="open", asked_by_me=True)) == []


def test_approval_asked_by_me_refuses_a_signer():
    assert sentences("approval_asked_by_me", approval(state="open", mine=True)) == ["这一项不是您送审的"]


def signed(*changed: str) -> Facts:
    facts = tasked(kind="approval", approval="agreement_review")
    return case(
        state="mediating",
        task=facts.task,
        act=facts.act,
        approvals={"agreement_review": ApprovalFacts("open", changed)},
    )


def test_looked_at_is_unchanged_passes_what_is_as_it_was():
    assert sentences("looked_at_is_unchanged", signed(), under("approve")) == []


def test_looked_at_is_unchanged_refuses_naming_each_fact():
    assert sentences("looked_at_is_unchanged", signed("clauses", "parties"), under("approve")) == [
        "送审以后，协议条款变了",
        "送审以后，当事人变了",
    ]


@pytest.mark.parametrize(
    "facts",
    [
        approval(state="rejected"),
        approval(state="lapsed"),
        approval(state="agreed", changed=("clauses",)),
        approval(state="open", changed=("amount",)),
    ],
)
def test_something_to_resubmit_passes_what_was_rejected_has_lapsed_or_has_changed(facts):
    assert sentences("something_to_resubmit", facts, under("resubmit")) == []


@pytest.mark.parametrize("facts", [case(state="mediating"), approval(state="open"), approval(state="agreed")])
def test_something_to_resubmit_refuses_when_all_stands(facts):
    assert sentences("something_to_resubmit", facts, under("resubmit")) == ["没有需要再送审的审批"]


def test_something_to_resubmit_refuses_where_it_cannot_be_asked():
    stands = {"agreement_review": ApprovalFacts("rejected")}
    rejected = case(state="signing", act={"approvals": ("agreement_review",)}, approvals=stands)
    assert sentences("something_to_resubmit", rejected, under("resubmit")) == [
        "「协议审核」只在「调解中、待签署补充协议」时送审"
    ]


DEMANDS = {"approvals": ("agreement_review",)}


def test_approvals_stand_passes_an_agreed_one():
    assert sentences("approvals_stand", approval(state="agreed"), under("conclude_written", **DEMANDS)) == []


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (case(), ["「协议审核」还没有送审"]),
        (approval(state="taken_back"), ["「协议审核」还没有送审"]),
        (approval(state="open"), ["「协议审核」正在会签，还没有结果"]),
        (approval(state="rejected"), ["「协议审核」被驳回了"]),
        (
            approval(state="agreed", changed=("clauses", "amount")),
            ["「协议审核」通过以后，协议条款变了", "「协议审核」通过以后，协议金额变了"],
        ),
    ],
)
def test_approvals_stand_refuses_saying_what_is_missing_or_has_changed(facts, said):
    assert sentences("approvals_stand", facts, under("conclude_written", **DEMANDS)) == said


@pytest.mark.parametrize("facts", [case(), approval(state="taken_back"), approval(state="agreed")])
def test_asked_approvals_stand_passes_what_nobody_asks_for_and_what_is_agreed(facts):
    assert sentences("asked_approvals_stand", facts, under("conclude_written")) == []


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (approval(state="open"), ["「协议审核」正在会签，还没有结果"]),
        (approval(state="rejected"), ["「协议审核」被驳回了"]),
        (approval(state="lapsed"), ["「协议审核」没有办结就失效了"]),
        (approval(state="agreed", changed=("parties",)), ["「协议审核」通过以后，当事人变了"]),
    ],
)
def test_asked_approvals_stand_refuses_what_is_open_rejected_lapsed_or_overtaken(facts, said):
    assert sentences("asked_approvals_stand", facts, under("conclude_written")) == said


def test_not_by_asker_alone_passes_when_others_agree():
    assert sentences("not_by_asker_alone", acting(asker_alone=False)) == []


def test_not_by_asker_alone_refuses_the_askers_own_word():
    assert sentences("not_by_asker_alone", acting(asker_alone=True)) == ["只有送审人自己同意，不算通过"]
