"""领导: overdue, in charge, and approvals given or refused in two taps; no name of a party on the screen."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from mediation.app import Instance
from mediation.clock import SetClock
from tests.web.conftest import Counter
from tests.web.pages.conftest import Browser
from tests.web.pages.test_board import DISPATCHER, new


@pytest.fixture
def leader(at_desk: Callable[[str], Browser]) -> Browser:
    return at_desk("puyongan")


def asked(counter: Counter) -> str:
    """A case whose extension waits for the leader of the township."""
    ref = new(counter, "accepted", title="段成与何丽排水纠纷")
    signers = [{"person": "puyongan"}]
    counter.do(
        DISPATCHER,
        ref,
        "ask_approval",
        approval="extension_review",
        days=14,
        signers=signers,
        question="鉴定还要两周",
    )
    return ref


def task_of(instance: Instance, ref: str) -> tuple[str | None, list[str]]:
    """How the approval was answered, and what was said."""
    task = next(one for one in instance.case(DISPATCHER, ref).tasks if one["kind"] == "approval")
    return task["outcome"], [one["said"] for one in task["opinions"]]


def decide(leader: Browser, instance: Instance, ref: str, decision: str, opinion: str = "") -> Browser:
    leader.get("/leader")
    task = next(one["task"] for one in instance.case(DISPATCHER, ref).tasks if one["kind"] == "approval")
    return leader.post(f"/leader/{ref}", {"decision": decision, "task": str(task), "opinion": opinion})


def test_approval_is_given_from_the_screen(leader: Browser, counter: Counter, instance: Instance) -> None:
    ref = asked(counter)
    assert leader.get("/leader").says("延期审批", "鉴定还要两周", "同意以后，这一步的期限延到")
    assert "段成" not in leader.text
    before = instance.case(DISPATCHER, ref).row.due_at
    assert decide(leader, instance, ref, "approve").says("已同意", "这一步的期限延到")
    assert instance.case(DISPATCHER, ref).row.due_at > before
    assert task_of(instance, ref) == ("agreed", [""])
    assert [one["act"] for one in instance.case(DISPATCHER, ref).trail][-1] == "approve"


def test_deputy_reads_whose_approval_it_is_and_gives_it(
    at_desk: Callable[[str], Browser], counter: Counter, instance: Instance
) -> None:
    ref = asked(counter)
    leave = {"person": "puyongan", "deputy": "pulaoda", "since": "2026-03-02", "until": "2026-03-02"}
    absence = instance.duty.record_leave("puyongan", leave)
    deputy = at_desk("pulaoda")
    assert deputy.get("/leader").says("延期审批（代普永安）")
    assert decide(deputy, instance, ref, "approve").says("已同意")
    assert instance.case(DISPATCHER, ref).trail[-1]["in_place_of"] == "puyongan"
    instance.duty.end_leave("puyongan", absence.id)


def test_refusal_wants_a_reason_and_then_is_recorded(
    leader: Browser, counter: Counter, instance: Instance
) -> None:
    ref = asked(counter)
    assert decide(leader, instance, ref, "reject").status == 422
    assert leader.says("驳回要写明理由")
    assert task_of(instance, ref) == (None, [])
    assert decide(leader, instance, ref, "reject", "先再谈一次").says("已驳回")
    assert task_of(instance, ref) == ("rejected", ["先再谈一次"])


def test_approval_of_what_has_changed_is_refused_with_its_reason(
    leader: Browser, counter: Counter, instance: Instance
) -> None:
    ref = asked(counter)
    counter.do(DISPATCHER, ref, "assess_risk", level="high", factors=["violence"], measures="盯住")
    assert decide(leader, instance, ref, "approve").status == 409
    assert leader.says("送审以后所看的事实变了")
    assert task_of(instance, ref) == (None, [])


def test_overdue_are_counted_by_unit_and_cases_in_charge_listed(
    counter: Counter, instance: Instance, clock: SetClock
) -> None:
    ref = new(counter, "accepted")
    below = counter.register()
    counter.do(DISPATCHER, ref, "put_in_charge", person="puyongan", duty="牵头协调")
    before = instance.boards.leader("puyongan:leader")
    clock.advance(timedelta(days=30))
    after = instance.boards.leader("puyongan:leader")
    assert ref in {one.id for one in after.in_charge}
    assert after.overdue >= before.overdue + 2
    assert "示例一村" in {unit.name for unit in after.units}
    assert sum(unit.cases for unit in after.units) == after.overdue
    assert "示例东乡本级" in {unit.name for unit in after.units}
    assert min(unit.oldest for unit in after.units) == after.oldest
    assert instance.case(DISPATCHER, below).row.light == "red"


def test_own_overdue_are_told_where_a_case_counts_for_two_units_below(
    counter: Counter, instance: Instance, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    new(counter, "accepted")
    clock.advance(timedelta(days=30))
    page = instance.boards.leader("puyongan:leader")
    [own] = [unit.cases for unit in page.units if unit.name == "示例东乡本级"]

    def doubled(*_of: object) -> dict[int, tuple[int, datetime | None]]:
        return dict.fromkeys(range(1, 1000), (page.overdue, page.oldest))  # each case counts for each unit

    monkeypatch.setattr("mediation.cases.board.queries.late_by_unit", doubled)
    again = instance.boards.leader("puyongan:leader")
    assert [unit.cases for unit in again.units if unit.name == "示例东乡本级"] == [own]


def test_somebody_elses_approval_cannot_be_answered(
    counter: Counter, instance: Instance, at_desk: Callable[[str], Browser]
) -> None:
    ref = asked(counter)
    other = at_desk("zhaowenbin")
    token = other.get("/leader").hidden("/logout")["form_token"]
    words = {"decision": "approve", "task": "2", "form_token": token}
    assert other.raw_post(f"/leader/{ref}", words).status == 404
    assert task_of(instance, ref) == (None, [])


def test_dispatcher_has_no_such_screen(at_desk: Callable[[str], Browser]) -> None:
    assert at_desk("baijianguo").get("/leader").status == 403


def test_it_is_said_that_a_dispute_counts_in_each_of_its_units(
    leader: Browser, monkeypatch: pytest.MonkeyPatch, clock: SetClock
) -> None:
    said = "涉及几个单位的纠纷，每个单位都算一件。"
    monkeypatch.setattr("mediation.cases.board.queries.late_here", lambda *_of: (0, None))
    for each, told in ((1, True), (0, False)):
        found = dict.fromkeys(range(1, 1000), (each, clock.now()))
        monkeypatch.setattr("mediation.cases.board.queries.late_by_unit", lambda *_of, found=found: found)
        assert (said in leader.get("/leader").text) == told
