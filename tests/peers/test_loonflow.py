"""What went wrong in blackholll/loonflow (tickets on Django)."""

import pytest

from mediation.errors import MediationError, NotFound, TransitionRefused
from tests.cases.desk import approval, ask, book, notices, number, rounds, with_approvals
from tests.cases.renewal.versions import add_versions


def test_running_case_keeps_the_definition_with_which_it_began(town, tmp_path):
    """blackholll/loonflow#67, #78: a change of the workflow hit the tickets that were running."""
    old = town.bring("preparing")
    before, pinned = town.case(old).workflow_version, town.case(old).workflow_sha256
    add_versions(town, tmp_path, {7: {"mediating": "talking"}})
    new = town.bring("preparing")
    for ref in (old, new):
        town.step(ref, "record_session")
    began, begun = town.case(old), town.case(new)
    assert (began.workflow_version, began.state, began.workflow_sha256) == (before, "mediating", pinned)
    assert (begun.workflow_version, begun.state) == (7, "talking")
    assert [event.facts["workflow"] for event in (town.last(old), town.last(new))] == [
        f"ordinary/{before}",
        "ordinary/7",
    ]
    for ref in (old, new):
        town.step(ref, "draft_agreement")
        town.act("jiamed", ref, "conclude_written")
        assert town.case(ref).state == "signing"
    assert town.instance.verify_trail().ok


def test_return_is_no_way_past_an_approval_of_what_was_changed_meanwhile(town):
    """blackholll/loonflow#98: free returns were refused for good, since an edit after one could pass an approver by."""
    ref = town.bring("agreed")
    ask(town, ref, "sulead")
    town.act("sulead", ref, "approve")
    town.act("jialead", ref, "reject", to="preparing", opinion="金额再谈")
    town.step(ref, "record_session")
    town.step(ref, "draft_agreement", clauses=[{**_CLAUSE, "amount_fen": 900_00}])
    before = town.dump()
    with pytest.raises(TransitionRefused) as refused:
        town.act("jiamed", ref, "conclude_written")
    assert [reason.message for reason in refused.value.reasons] == [
        "「协议审核」通过以后，协议条款变了",
        "「协议审核」通过以后，协议金额变了",
    ]
    with pytest.raises(MediationError):
        town.act("jialead", ref, "reject", to="signing", opinion="直接到签署")
    assert town.dump() == before
    town.act("jiamed", ref, "resubmit")
    assert town.last(ref).facts["reopened"] == {"agreement_review": ["clauses", "amount"]}
    town.act("sulead", ref, "approve")
    town.act("jiamed", ref, "conclude_written")
    assert town.case(ref).state == "signing"


def test_resubmitted_unchanged_goes_straight_back_to_who_returned_it(town):
    """blackholll/loonflow#483: sent back by one approver in the middle, it had to pass all those before once more."""
    with_approvals(town, review=approval("in_order"))
    ref = town.bring("agreed")
    ask(town, ref, "sulead", "jialead", ":jia", name="review")
    town.act("sulead", ref, "approve")
    town.act("jialead", ref, "reject", task=number(town, ref, "jialead"), opinion="写清楚")
    done = town.act("jiamed", ref, "resubmit")
    assert done.told == (
        "「示例审批」已再送审：上一轮被驳回",
        "「示例审批」所看的事实没有变：苏长（示例苏木）的同意继续有效",
    )
    assert (book(town, ref), town.instance.tasks("sulead")) == (
        {"sulead": "agreed", "jialead": "open", ":jia": "waiting"},
        [],
    )
    assert town.last(ref).facts["kept"] == {"review": ["su/sulead"]}


def test_resubmitted_unchanged_goes_straight_back_to_the_approval_that_returned_it(town):
    """blackholll/loonflow#483, between approvals: the one that was agreed to unchanged facts stands."""
    claims = approval("all", title="请求审核", looks_at=("claims", "parties"))
    with_approvals(town, claims_review=claims)
    ref = town.bring("agreed")
    ask(town, ref, "jialead", name="claims_review")
    town.act("jialead", ref, "approve")
    ask(town, ref, "sulead")
    town.act("sulead", ref, "reject", task=number(town, ref, "sulead"), to="preparing", opinion="写清楚")
    town.step(ref, "record_session")
    done = town.act("jiamed", ref, "resubmit")
    assert done.told == ("「协议审核」已再送审：上一轮被驳回", "「请求审核」继续有效")
    assert (book(town, ref), town.instance.tasks("jialead")) == ({"jialead": "agreed", "sulead": "open"}, [])
    town.act("sulead", ref, "approve")
    town.act("jiamed", ref, "conclude_written")
    assert town.case(ref).state == "signing"


def test_countersign_that_one_rejects_does_not_stay_stuck(town):
    """blackholll/loonflow#426, #212: one of all rejected; the ticket stayed where it was, and nobody could do anything to it."""
    ref = town.bring("agreed")
    ask(town, ref, "sulead", "jialead")
    town.act("sulead", ref, "approve")
    town.act("jialead", ref, "reject", opinion="不妥")
    assert (rounds(town, ref), notices(town, ref)[-1]) == (
        [("agreement_review", "rejected")],
        "approval_rejected",
    )
    assert [row.kind for row in town.instance.tasks("jiamed")] == ["turn"]
    town.act("jiamed", ref, "resubmit")
    assert book(town, ref) == {"sulead": "agreed", "jialead": "open"}
    town.act("jialead", ref, "approve")
    town.act("jiamed", ref, "conclude_written")
    assert town.case(ref).state == "signing"


def test_what_was_handed_on_by_mistake_can_be_withdrawn(town):
    """blackholll/loonflow#80: who had sent a ticket could not take it back."""
    ref = town.bring("triaged")
    town.act("jiawin", ref, "dispatch", to="yi")
    town.act("jiawin", ref, "take_back", reason="发错了")
    assert (town.case(ref).state, town.unit_code(town.case(ref).holder_id)) == ("triaged", "jia")
    town.act("jiawin", ref, "keep")
    assert town.case(ref).state == "received"


def test_withdrawn_case_leaves_the_list_of_who_had_it(town):
    """blackholll/loonflow#177: a withdrawn ticket was still found among the to-dos of the one before."""
    ref = town.bring("triaged")
    town.act("jiawin", ref, "dispatch", to="yi")
    assert [row.id for row in town.instance.cases("yiwin", waiting=True)] == [ref]
    town.act("jiawin", ref, "take_back", reason="发错了")
    assert (town.instance.cases("yiwin", waiting=True), town.worklists(ref)) == ([], {"jia", "su", "qi"})
    with pytest.raises(NotFound):
        town.instance.case("yiwin", ref)
    assert [row.id for row in town.instance.cases("jiawin", waiting=True)] == [ref]


def test_withdrawn_round_can_be_asked_for_again(town):
    """blackholll/loonflow#369: after a withdrawal out of a countersigned step, submitting again failed with an error."""
    ref = town.bring("agreed")
    ask(town, ref, "sulead", "jialead")
    town.act("sulead", ref, "approve")
    town.act("jiamed", ref, "take_back", approval="agreement_review", reason="再改一改")
    ask(town, ref, "sulead", "jialead")
    assert book(town, ref) == {"sulead": "open", "jialead": "open"}
    for who in ("sulead", "jialead"):
        town.act(who, ref, "approve")
    assert rounds(town, ref) == [("agreement_review", "taken_back"), ("agreement_review", "agreed")]


_CLAUSE = {"obligor": 2, "obligee": 1, "act": "pay", "manner": "现金", "due_on": "2026-04-01"}
