"""What went wrong in YunaiV/ruoyi-vue-pro (approvals on Flowable)."""

from datetime import timedelta

import pytest

from mediation.cases import queries
from mediation.cases.tasks import queries as tasks
from tests.cases.desk import approval, ask, book, clock, notices, number, rounds, task, whom, with_approvals
from tests.cases.renewal.versions import RENAMED, add_versions, migrate


def turn(town, ref):
    return town.of(ref, tasks.turn)


@pytest.mark.parametrize("at", ["first to answer", "second to answer"])
def test_countersign_sent_back_leaves_a_task_at_the_step_returned_to(town, at):
    """YunaiV/ruoyi-vue-pro#668: sent back while several countersigned, the process was marked returned and had no task any more."""
    ref = town.bring("agreed")
    ask(town, ref, "sulead", "jialead")
    if at == "second to answer":
        town.act("sulead", ref, "approve")
    town.act("jialead", ref, "reject", task=number(town, ref, "jialead"), to="preparing", opinion="再谈")
    assert (town.case(ref).state, rounds(town, ref)) == ("preparing", [("agreement_review", "rejected")])
    own = turn(town, ref)
    assert (own.state, clock(town, ref, own.ordinal), town.clocks(ref)["state:preparing"]) == (
        "preparing",
        None,
        "running",
    )
    assert [(row.case, row.kind) for row in town.instance.tasks("jiamed")] == [(ref, "turn")]
    assert [row.id for row in town.instance.cases("jiawin", waiting=True)] == [ref]
    assert (town.instance.tasks("sulead"), town.instance.tasks("jialead")) == ([], [])
    town.step(ref, "record_session")
    assert town.case(ref).state == "mediating"


def test_step_that_was_countersigned_can_be_returned_to(town):
    """YunaiV/ruoyi-vue-pro#668 (comments): a return to a step that had been countersigned made no task there."""
    ref = town.bring("agreed")
    ask(town, ref, "sulead", "jialead")
    for who in ("sulead", "jialead"):
        town.act(who, ref, "approve")
    town.act("jiamed", ref, "conclude_written")
    town.act("jialead", ref, "reject", to="mediating", opinion="第一条不清")
    assert (town.case(ref).state, turn(town, ref).state) == ("mediating", "mediating")
    assert [row.kind for row in town.instance.tasks("jiamed")] == ["turn"]
    town.step(ref, "draft_agreement", matters="由谁修沟、何时修好。")
    town.act("jiamed", ref, "resubmit")
    assert book(town, ref) == {"sulead": "open", "jialead": "open"}
    for who in ("sulead", "jialead"):
        town.act(who, ref, "approve")
    town.act("jiamed", ref, "conclude_written")
    assert town.case(ref).state == "signing"


def test_return_is_possible_while_others_work_in_parallel(town):
    """YunaiV/ruoyi-vue-pro#867: on a parallel branch every return was refused."""
    ref = town.bring("agreed")
    town.act("jiamed", ref, "give_part", unit="yi", what="查看")
    town.act("jiamed", ref, "ask_opinion", person="yimed", question="？")
    ask(town, ref, "jialead", "sulead")
    part, opinion = number(town, ref, ":yi"), number(town, ref, "yimed")
    town.act("jialead", ref, "reject", task=number(town, ref, "jialead"), to="accepted", opinion="换人")
    assert town.case(ref).state == "accepted"
    assert book(town, ref) == {
        ":yi": "open",
        "yimed": "open",
        "jialead": "rejected",
        "sulead": "not_needed",
    }
    assert (clock(town, ref, part), clock(town, ref, opinion)) == ("running", "running")
    town.act("yiwin", ref, "answer", task=part, opinion="看过了")
    town.act("yimed", ref, "answer", task=opinion, opinion="可以")
    assert town.last(ref).facts["came_to"] == "done"
    assert town.case(ref).state == "accepted"


def test_signer_who_was_added_can_be_removed_again(town):
    """YunaiV/ruoyi-vue-pro#896, #964: two signers were put before the first, and nothing showed how to take them out again."""
    with_approvals(town, chain=approval("in_order"))
    ref = town.bring("agreed")
    ask(town, ref, "jialead", "sulead", name="chain")
    for who in ("sumed", "sumed2"):
        town.act("jialead", ref, "add_signer", approval="chain", signer=whom(who), place=2)
    assert book(town, ref) == {
        "jialead": "open",
        "sumed": "waiting",
        "sumed2": "waiting",
        "sulead": "waiting",
    }
    offered = [one["trigger"] for one in town.instance.case("jiamed", ref).acts if one["permitted"]]
    assert "remove_signer" in offered
    for who in ("sumed", "sumed2"):
        town.act("jiamed", ref, "remove_signer", approval="chain", signer=whom(who), reason="加错了")
    town.act("jialead", ref, "approve")
    assert book(town, ref) == {"jialead": "agreed", "sumed": "removed", "sumed2": "removed", "sulead": "open"}
    assert (clock(town, ref, number(town, ref, "sulead")), town.instance.tasks("sumed")) == ("running", [])
    town.act("sulead", ref, "approve")
    assert rounds(town, ref) == [("chain", "agreed")]


def test_signer_rejects_although_others_were_added(town):
    """YunaiV/ruoyi-vue-pro#566: with signers added to the task, it could not be rejected."""
    with_approvals(town, review=approval("all"))
    ref = town.bring("agreed")
    ask(town, ref, "jialead", name="review")
    town.act("jialead", ref, "add_signer", approval="review", signer=whom("sumed"))
    town.act("jialead", ref, "reject", opinion="不妥")
    assert rounds(town, ref) == [("review", "rejected")]
    assert book(town, ref) == {"jialead": "rejected", "sumed": "not_needed"}
    assert (town.instance.tasks("sumed"), clock(town, ref, number(town, ref, "sumed"))) == ([], "cancelled")


def test_reminder_lives_after_going_back_and_coming_again(town):
    """YunaiV/ruoyi-vue-pro#1018: returned and come back to the step, its time-out reminder had no timer any more."""
    ref = town.bring("preparing")
    for time in (1, 2):
        due = [row for row in town.of(ref, queries.deadlines) if row.name == "state:preparing"][-1].due_at
        town.clock.put(due)
        assert [one.deadline for one in town.instance.run_deadlines().missed] == ["state:preparing"]
        assert notices(town, ref).count("overdue") == time
        town.act("jiamed", ref, "record_session", **town.session("to_continue"))
        town.act("jialead", ref, "reject", to="preparing", opinion="再谈")
        assert (town.case(ref).state, town.clocks(ref)["state:preparing"]) == ("preparing", "running")


def test_reminder_of_a_signer_lives_when_asked_anew_after_a_return(town):
    """YunaiV/ruoyi-vue-pro#1018: the signer who was asked a second time was never reminded."""
    ref = town.bring("agreed")
    ask(town, ref, "sulead")
    town.act("sulead", ref, "reject", task=number(town, ref, "sulead"), to="preparing", opinion="再谈")
    town.step(ref, "record_session")
    town.act("jiamed", ref, "resubmit")
    again = number(town, ref, "sulead")
    assert (clock(town, ref, again), notices(town, ref).count("task_overdue")) == ("running", 0)
    town.clock.put(task(town, ref, again).due_at + timedelta(hours=1))
    town.instance.run_deadlines()
    assert (clock(town, ref, again), notices(town, ref).count("task_overdue")) == ("missed", 1)


def test_page_of_an_old_case_does_not_show_the_newest_definition(town, tmp_path):
    """YunaiV/ruoyi-vue-pro#1182: the page offered what the newest definition knows, over a case that ran by an older one."""
    add_versions(town, tmp_path, {8: {}, 7: {"mediating": "talking", "title: 调解中": "title: 谈话中"}})
    ref = town.bring("mediating")
    migrate(town, 7, RENAMED)
    page = town.instance.case("jiamed", ref)
    assert (page.workflow, page.row.state, page.row.state_title) == ("ordinary/7", "talking", "谈话中")
    assert town.instance.office.newest["ordinary"] == 8
    offered = {one["trigger"] for one in page.acts if one["permitted"] and not one["reasons"]}
    assert {"record_session", "draft_agreement"} <= offered
    town.act("jiamed", ref, "record_session", **town.session("agreed"))
    assert (town.case(ref).state, town.last(ref).to_state) == ("talking", "talking")


@pytest.mark.parametrize(("rule", "answer"), [("all", "reject"), ("any", "approve")])
def test_answer_of_one_is_not_entered_as_given_by_the_others(town, rule, answer):
    """YunaiV/ruoyi-vue-pro#939: one of three rejected, and the other two had it among what they had done."""
    with_approvals(town, review=approval(rule))
    ref = town.bring("agreed")
    ask(town, ref, "sulead", "sumed", "jialead", name="review")
    town.act("sulead", ref, answer, opinion="意见")
    came = {"reject": "rejected", "approve": "agreed"}[answer]
    assert book(town, ref) == {"sulead": came, "sumed": "not_needed", "jialead": "not_needed"}
    shown = {one["person"]: one["opinions"] for one in town.instance.case("jiamed", ref).tasks}
    assert [[one["by"] for one in shown[name]] for name in ("苏长", "苏和", "包长")] == [["sulead"], [], []]
    assert [event.actor for event in town.events(ref) if event.act == answer] == ["sulead:leader"]
