"""What went wrong in sartography/spiff-arena (BPMN on Python, with migration of running instances)."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event

from mediation.cases import queries
from mediation.cases.renewal.queries import untouchable
from mediation.errors import NotFound, NotPermitted, TransitionRefused
from mediation.workflow.migration import Plan
from tests.cases.desk import approval, ask, book, clock, number, rounds, whom, with_approvals
from tests.cases.renewal.versions import RENAMED, add_versions, migrate
from tests.cases.renewal.versions import number as case_number


def test_many_running_cases_move_in_one_command(town, tmp_path):
    """sartography/spiff-arena#1671: a hundred instances had to be suspended and moved one by one, by hand."""
    refs = [town.bring(state) for state in ("mediating", "accepted", "mediating", "preparing", "signing")]
    newest = town.instance.office.newest["ordinary"]
    add_versions(town, tmp_path, {7: {"mediating": "talking"}})
    numbers = [case_number(town, ref) for ref in refs]
    plan = Plan(format=1, states=RENAMED.states, exclude=(numbers[1],))
    wanted = [
        ("moves", "talking"),
        ("excluded", None),
        ("moves", "talking"),
        ("moves", "preparing"),
        ("moves", "signing"),
    ]
    before = town.dump()
    assert migrate(town, 7, plan, dry_run=True) == dict(zip(numbers, wanted, strict=True))
    assert town.dump() == before
    assert migrate(town, 7, plan) == dict(zip(numbers, wanted, strict=True))
    assert [town.case(ref).workflow_version for ref in refs] == [7, newest, 7, 7, 7]
    assert [town.acts(ref).count("case.migrated") for ref in refs] == [1, 0, 1, 1, 1]
    assert town.instance.verify_trail().ok


def test_what_was_done_is_as_it_was_after_the_move_and_the_move_is_in_the_trail(town, tmp_path):
    """sartography/spiff-arena#1640, sartography/SpiffWorkflow#417: ids, times and data of finished tasks had to outlive an upgrade, which was to be logged."""
    ref = town.bring("agreed")
    ask(town, ref, "sulead", "jialead")
    town.act("sulead", ref, "approve", opinion="同意")
    town.act("jiamed", ref, "give_part", unit="yi", what="查看")
    town.act("yiwin", ref, "answer", opinion="看过了")
    before, done = town.instance.case("jiamed", ref), town.acts(ref)
    was = town.case(ref).workflow_sha256
    add_versions(town, tmp_path, {7: {"mediating": "talking"}})
    town.clock.advance(timedelta(hours=3))
    migrate(town, 7, RENAMED)
    page = town.instance.case("jiamed", ref)
    for mine in (before, page):
        for one in mine.tasks:
            one.pop("state", None)
    assert (page.tasks, page.approvals, page.sessions) == (before.tasks, before.approvals, before.sessions)
    assert page.trail[:-1] == before.trail
    moved = town.last(ref)
    assert (town.acts(ref), moved.facts["from"]["sha256"]) == ([*done, "case.migrated"], was)
    assert moved.facts["to"]["sha256"] == town.case(ref).workflow_sha256
    assert town.instance.verify_trail().ok


def test_reverted_migration_is_really_reverted(town, tmp_path):
    """sartography/spiff-arena#1908: after the revert the instance still showed the newer definition, and the log the wrong revisions."""
    ref = town.bring("mediating")
    before, page = town.case(ref), town.instance.case("jiamed", ref)
    newest = town.instance.office.newest["ordinary"]
    add_versions(town, tmp_path, {7: {"mediating": "talking", "title: 调解中": "title: 谈话中"}})
    migrate(town, 7, RENAMED)
    assert town.instance.case("jiamed", ref).row.state_title == "谈话中"
    migrate(town, newest)
    after, shown = town.case(ref), town.instance.case("jiamed", ref)
    assert after.model_dump(exclude={"version"}) == before.model_dump(exclude={"version"})
    assert (shown.workflow, shown.row.state_title) == (page.workflow, page.row.state_title)
    assert [(event.facts["from"]["version"], event.facts["to"]["version"]) for event in town.events(ref)[-2:]] == [
        (newest, 7),
        (7, newest),
    ]  # fmt: skip


def test_case_moves_while_parts_and_countersigns_are_open(town, tmp_path):
    """sartography/spiff-arena#1973, #1920, camunda/camunda-docs#7526: instances within an active sub-process or with several at one task were refused."""
    ref = town.bring("agreed")
    town.act("jiamed", ref, "give_part", unit="yi", what="查看")
    ask(town, ref, "sulead", "jialead")
    town.act("sulead", ref, "approve")
    parts = (number(town, ref, ":yi"), number(town, ref, "jialead"))
    add_versions(town, tmp_path, {7: {"mediating": "talking"}})
    with town.reading() as session:
        stock = untouchable(session, town.case(ref).id)
    open_before = [one.model_dump(exclude={"state"}) for one in town.of(ref, queries.open_tasks)]
    assert migrate(town, 7, RENAMED) == {case_number(town, ref): ("moves", "talking")}
    with town.reading() as session:
        assert untouchable(session, town.case(ref).id) == stock
    assert [one.model_dump(exclude={"state"}) for one in town.of(ref, queries.open_tasks)] == open_before
    assert [clock(town, ref, one) for one in parts] == ["running", "running"]
    town.act("jialead", ref, "approve")
    town.act("yiwin", ref, "answer", opinion="看过了")
    assert (rounds(town, ref), book(town, ref)[":yi"]) == ([("agreement_review", "agreed")], "done")
    town.act("jiamed", ref, "conclude_written")
    assert town.case(ref).state == "signing"


def test_migrated_case_can_still_be_sent_back(town, tmp_path):
    """sartography/spiff-arena#1919: once moved, and worked on, an instance could not be taken back to an earlier point."""
    ref = town.bring("mediating")
    add_versions(town, tmp_path, {7: {"mediating": "talking"}})
    migrate(town, 7, RENAMED)
    town.act("jiamed", ref, "record_session", **town.session("agreed"))
    town.act("jialead", ref, "reject", to="preparing", opinion="再谈")
    assert (town.case(ref).state, town.tasks(ref)) == ("preparing", [("preparing", "jia")])
    town.step(ref, "record_session")
    town.step(ref, "draft_agreement")
    town.act("jiamed", ref, "conclude_written")
    town.act("jialead", ref, "reject", to="talking", opinion="条款不清")
    assert town.case(ref).state == "talking"


def test_task_handed_to_another_is_still_theirs_later(town):
    """sartography/spiff-arena#678: a reassigned task was gone from the new assignee's list half an hour later."""
    ref = town.bring("received")
    town.act("jiawin", ref, "ask_opinion", person="yimed", question="？")
    asked = number(town, ref, "yimed")
    town.act("yimed", ref, "transfer", task=asked, to=whom("yimed2"), reason="他熟悉")
    for wait in (timedelta(minutes=30), timedelta(hours=5), timedelta(days=4)):
        town.clock.advance(wait)
        town.instance.run_deadlines()
        town.act("jiamed", ref, "tell_rights", parties=[1])
        assert [(row.case, row.task) for row in town.instance.tasks("yimed2")] == [(ref, asked)]
        assert town.instance.tasks("yimed") == []
    assert town.instance.case("yimed2", ref).row.id == ref
    town.act("yimed2", ref, "answer", task=asked, opinion="可以")
    assert book(town, ref) == {"yimed2": "done"}


def test_nobody_is_shown_a_task_of_somebody_else(town):
    """sartography/spiff-arena#1062: of two tasks of two users at the same time, one user was shown the other's and not their own."""
    with_approvals(town, chain=approval("in_order"))
    first, other = town.bring("agreed"), town.bring("received")
    ask(town, first, "jialead", "yimed", name="chain")
    town.act("jiawin", other, "ask_opinion", person="yimed2", question="？")
    town.act("jiawin", other, "give_part", unit="su", what="查看")
    town.act("jialead", first, "approve")
    wanted = {
        "jialead": [],
        "yimed": [(first, "approval")],
        "yimed2": [(other, "opinion")],
        "sulead": [(other, "part")],
        "yiwin": [],
    }
    assert {who: [(row.case, row.kind) for row in town.instance.tasks(who)] for who in wanted} == wanted
    mine = {
        who: [one["kind"] for one in town.instance.case(who, other).tasks if one["mine"]]
        for who in ("yimed2", "sulead", "jialead")
    }
    assert mine == {"yimed2": ["opinion"], "sulead": ["part"], "jialead": ["turn"]}
    before = town.dump()
    with pytest.raises(NotFound):
        town.act("yimed", other, "answer", task=number(town, other, "yimed2"), opinion="我来")
    with pytest.raises((NotPermitted, TransitionRefused)):
        town.act("sulead", other, "answer", task=number(town, other, "yimed2"), opinion="我来")
    assert town.dump() == before


def test_who_did_which_task_is_shown_while_the_case_runs(town):
    """sartography/spiff-arena#588: who had done which task was told only when the process was over."""
    ref = town.bring("agreed")
    ask(town, ref, "sulead", "jialead")
    town.act("sulead", ref, "approve", opinion="同意")
    town.act("jiamed", ref, "give_part", unit="yi", what="查看")
    town.act("yiwin", ref, "answer", opinion="看过了")
    page = town.instance.case("jiamed", ref)
    assert page.row.state == "mediating"
    done = [
        (one["kind"], one["person"] or one["unit"], [o["by"] for o in one["opinions"]], one["outcome"])
        for one in page.tasks
    ]
    assert done == [
        ("turn", "包和", [], None),
        ("approval", "苏长", ["sulead"], "agreed"),
        ("approval", "包长", [], None),
        ("part", "示例乙嘎查", ["yiwin"], "done"),
    ]
    did = [(event["act"], event["actor"]) for event in page.trail]
    assert did[-4:] == [
        ("ask_approval", "jiamed:mediator"),
        ("approve", "sulead:leader"),
        ("give_part", "jiamed:mediator"),
        ("answer", "yiwin:registrar"),
    ]


def test_step_back_keeps_what_was_entered_and_who_is_to_act(town):
    """sartography/spiff-arena#657, #705: reset to an earlier task, its data was gone, and whose task it was could not open it."""
    ref = town.bring("agreed")
    before = town.instance.case("jiamed", ref)
    town.act("jialead", ref, "reject", to="preparing", opinion="再谈一次")
    page = town.instance.case("jiamed", ref)
    assert (page.sessions, page.agreement, page.parties) == (
        before.sessions,
        before.agreement,
        before.parties,
    )
    assert (len(page.agreement["clauses"]), page.row.state) == (1, "preparing")
    assert [row.kind for row in town.instance.tasks("jiamed")] == ["turn"]
    town.step(ref, "record_session")
    town.act("jiamed", ref, "conclude_written")
    assert town.case(ref).state == "signing"


@contextmanager
def told_to_the_store(town):
    """The statements that the store is asked meanwhile."""
    heard = []
    engines = {town.instance.database.reader, town.instance.database.writer}

    def listen(*seen):
        heard.append(seen[2])

    for engine in engines:
        event.listen(engine, "before_cursor_execute", listen)
    try:
        yield heard
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", listen)


def test_act_and_page_ask_the_store_no_more_of_a_case_with_many_tasks(town):
    """sartography/spiff-arena#2960, #2718: every step read and wrote anew what all tasks before it had left, so that each was slower than the last."""

    def asked():
        with told_to_the_store(town) as heard:
            town.act("jiamed", ref, "tell_rights", parties=[1])
            town.instance.case("jiamed", ref)
        return len(heard)

    ref = town.bring("received")
    rounds = []
    for tasks in (1, 1, 20):
        for _number in range(tasks):
            town.act("jiawin", ref, "ask_opinion", person="yimed", question="？")
            town.act("yimed", ref, "answer", opinion="可以")
            town.act("jiawin", ref, "ask_opinion", person="yimed2", question="？")
            town.act("yimed2", ref, "answer", opinion="可以")
        rounds.append(asked())
    assert rounds[2] == rounds[1]
