"""What people ask of each other: parts, opinions, promises, copies; passed on, lent, taken back, urged, answered."""

import json
from datetime import date, timedelta

import pytest

from mediation.cases import queries
from mediation.clock import local_moment
from mediation.errors import InputInvalid, NotFound, NotPermitted, TransitionNotAllowed, TransitionRefused
from tests.cases.desk import (
    agreed_orally,
    approval,
    ask,
    book,
    clock,
    name_of,
    notices,
    number,
    rounds,
    task,
    whom,
    with_approvals,
)
from tests.cases.ownership import words as dispute


def co_handlers(town, ref):
    return {town.unit_code(row.unit_id): row.why for row in town.of(ref, queries.co_handlers)}


def turn(town, ref):
    return next(one for one in town.of(ref, queries.open_tasks) if one.kind == "turn")


def test_part_makes_the_unit_a_co_handler_and_stands_on_its_list(town):
    ref = town.bring("received")
    town.act("jiawin", ref, "give_part", unit="yi", what="查看牧场边界", due_on="2026-03-09")
    part = number(town, ref, ":yi")
    assert (co_handlers(town, ref), town.worklists(ref)) == ({"yi": "part"}, {"jia", "su", "qi", "yi"})
    assert (book(town, ref), clock(town, ref, part)) == ({":yi": "open"}, "running")
    assert town.unit_code(town.case(ref).holder_id) == "jia"
    assert [row.id for row in town.instance.cases("yiwin", waiting=True)] == [ref]
    row = town.instance.tasks("yiwin")[0]
    assert (row.case, row.task, row.kind, row.asked_by, row.light) == (ref, part, "part", "包窗", "green")
    event = town.last(ref)
    assert (event.act, event.facts["to"], event.facts["due_on"]) == ("give_part", "yi", "2026-03-09")
    assert "查看牧场边界" not in repr(town.dump())
    town.act("yiwin", ref, "answer", task=part, opinion="边界清楚")
    assert (book(town, ref), clock(town, ref, part)) == ({":yi": "done"}, "met")
    assert town.worklists(ref) == {"jia", "su", "qi"}
    assert notices(town, ref)[-2:] == ["task_asked", "task_answered"]
    assert town.instance.case("yiwin", ref).row.id == ref
    shown = town.instance.case("jiamed", ref).tasks[-1]
    assert [(one["by"], one["said"], one["outcome"]) for one in shown["opinions"]] == [
        ("yiwin", "边界清楚", "done")
    ]


def test_part_without_a_day_has_the_definitions_limit(sqlite_town):
    town = sqlite_town
    ref = town.bring("received")
    town.act("jiawin", ref, "give_part", unit="yi", what="查看")
    shown = next(one for one in town.instance.case("jiamed", ref).clocks if one["name"].startswith("task:"))
    assert "部署单位规定·协办时限" in "".join(shown["why"])


def test_asking_for_a_part_tells_all_that_is_wrong_at_once(sqlite_town):
    town = sqlite_town
    ref = town.bring("received")
    before = town.dump()
    with pytest.raises(InputInvalid) as refused:
        town.act("jiawin", ref, "give_part", unit="jia", what="查看", due_on="2026-03-02")
    assert [(one.key, one.message) for one in refused.value.problems] == [
        ("due_on", "应当晚于今天"),
        ("unit", "主办单位自己的事不用分办"),
    ]
    assert town.dump() == before


def test_part_taken_back_leaves_no_co_handler_and_no_sight(town):
    ref = town.bring("received")
    town.act("jiawin", ref, "give_part", unit="yi", what="查看")
    part = number(town, ref, ":yi")
    before = town.dump()
    with pytest.raises(NotPermitted):
        town.act("jiamed", ref, "take_back", task=part)
    assert town.dump() == before
    town.act("jiawin", ref, "take_back", task=part, reason="不用了")
    assert (book(town, ref), clock(town, ref, part)) == ({":yi": "taken_back"}, "cancelled")
    assert (co_handlers(town, ref), town.worklists(ref)) == ({}, {"jia", "su", "qi"})
    with pytest.raises(NotFound):
        town.instance.case("yiwin", ref)


def test_part_answered_cannot_be_taken_back(sqlite_town):
    town = sqlite_town
    ref = town.bring("received")
    town.act("jiawin", ref, "give_part", unit="yi", what="查看")
    part = number(town, ref, ":yi")
    town.act("yiwin", ref, "answer", task=part, opinion="办不了", done=False)
    assert book(town, ref) == {":yi": "not_done"}
    with pytest.raises(TransitionRefused, match=f"第{part}号待办已经办结"):
        town.act("jiawin", ref, "take_back", task=part)


def test_opinion_is_asked_of_a_person_who_sees_the_case_by_it(town):
    ref = town.bring("received")
    with pytest.raises(NotFound):
        town.instance.case("yimed", ref)
    town.act("jiawin", ref, "ask_opinion", person="yimed", question="贵处怎么办的？")
    asked = number(town, ref, "yimed")
    assert (book(town, ref), clock(town, ref, asked), co_handlers(town, ref)) == (
        {"yimed": "open"},
        "running",
        {},
    )
    assert town.instance.case("yimed", ref).tasks[-1]["question"] == "贵处怎么办的？"
    with pytest.raises(NotFound):
        town.instance.case("yimed2", ref)
    town.act("yimed", ref, "answer", task=asked, opinion="先勘界")
    assert (book(town, ref), town.last(ref).facts["came_to"]) == ({"yimed": "done"}, "done")


def test_opinion_of_oneself_is_refused(sqlite_town):
    town = sqlite_town
    ref = town.bring("received")
    with pytest.raises(InputInvalid, match="不能向自己征求意见"):
        town.act("jiawin", ref, "ask_opinion", person="jiawin", question="？")
    with pytest.raises(InputInvalid, match="示例旗 除您以外没有可以答复的人：不能向自己征求意见"):
        town.act("twin:registrar", town.register("twin:registrar"), "ask_opinion", unit="qi", question="？")


def test_expert_that_is_asked_has_the_time_of_the_duty_rules(town):
    ref = town.bring("received")
    town.act("jiawin", ref, "ask_opinion", person="lin", question="算不算治安案件？")
    asked = task(town, ref, number(town, ref, "lin"))
    assert asked.due_at == town.clock.now() + timedelta(hours=4)
    [row] = [one for one in town.of(ref, queries.deadlines) if one.name == f"task:{asked.ordinal}"]
    assert row.article == "示例苏木规定·驻村民警"


def test_expert_that_is_asked_for_another_day_or_by_others_has_no_time_of_the_roster(sqlite_town):
    town = sqlite_town
    ref = town.bring("received")
    town.act("jiawin", ref, "ask_opinion", person="lin", question="？", due_on="2026-03-09")
    assert task(town, ref, number(town, ref, "lin")).due_at == local_moment(date(2026, 3, 10))
    other = town.register("twin:registrar")  # the roster names lin for the sumu, not for the banner above
    town.act("twin:registrar", other, "ask_opinion", person="lin", question="？")
    assert task(town, other, number(town, other, "lin")).due_at == local_moment(date(2026, 3, 6))


def test_nobody_gives_himself_the_opinion_he_asked_for_as_deputy_or_for_the_unit(sqlite_town):
    town = sqlite_town
    ref = town.bring("received")
    town.act("jiawin", ref, "ask_opinion", person="sumed", question="？")
    asked = number(town, ref, "sumed")
    leave = {"person": "sumed", "deputy": "jiawin", "since": "2026-03-02", "until": "2026-03-04"}
    town.instance.duty.record_leave("sumed", leave)
    before = town.dump()
    with pytest.raises(NotPermitted, match=f"第{asked}号待办的意见是您自己征求的，不能由您代答"):
        town.act("jiawin", ref, "answer", task=asked, opinion="我看可以")
    with pytest.raises(InputInvalid, match="不能转给征求意见的人自己"):
        town.act("jiawin", ref, "transfer", task=asked, to=whom("jiawin"), reason="在外地")
    with pytest.raises(InputInvalid, match="不能委派给征求意见的人自己"):
        town.act("sumed", ref, "delegate", task=asked, to=whom("jiawin"))
    assert town.dump() == before
    town.act("jiawin", ref, "take_back", task=asked)
    town.act("jiawin", ref, "ask_opinion", unit="jia", question="？")
    with pytest.raises(NotPermitted, match="不能由您代答"):
        town.act("jiawin", ref, "answer", opinion="我看可以")
    town.act("jiamed", ref, "answer", opinion="可以")


def test_lender_does_not_give_himself_the_opinion_he_lent_for(sqlite_town):
    town = sqlite_town
    ref = town.bring("received")
    town.act("jiawin", ref, "ask_opinion", person="yimed", question="？")
    asked = number(town, ref, "yimed")
    town.act("yimed", ref, "delegate", task=asked, to=whom("sumed"))
    leave = {"person": "sumed", "deputy": "yimed", "since": "2026-03-02", "until": "2026-03-04"}
    town.instance.duty.record_leave("sumed", leave)
    with pytest.raises(NotPermitted, match="不能由您代答"):
        town.act("yimed", ref, "answer", task=asked, opinion="我看可以")
    town.act("yimed", ref, "take_back", task=asked)
    town.act("yimed", ref, "answer", task=asked, opinion="我看可以")


def test_lender_of_a_word_in_a_round_is_told_ways_that_there_are(sqlite_town):
    town = sqlite_town
    ref = town.bring("agreed")
    ask(town, ref, "sulead")
    town.act("sulead", ref, "delegate", to=whom("jiamed2"))
    leave = {"person": "jiamed2", "deputy": "sulead", "since": "2026-03-02", "until": "2026-03-04"}
    town.instance.duty.record_leave("jiamed2", leave)
    with pytest.raises(NotPermitted, match="移交给别人，或者请送审人撤回这一轮"):
        town.act("sulead", ref, "answer", opinion="可以")
    town.instance.hand_over("jialead", {"from": "jiamed2", "to": "jiamed", "reason": "leave"})
    town.act("jiamed", ref, "answer", opinion="可以")
    town.act("sulead", ref, "approve")


def test_task_of_another_is_not_answered(sqlite_town):
    town = sqlite_town
    ref = town.bring("received")
    town.act("jiawin", ref, "ask_opinion", person="sumed", question="？")
    town.act("jiawin", ref, "ask_opinion", person="yimed", question="？")
    before = town.dump()
    with pytest.raises(TransitionRefused, match="号待办不是您的"):
        town.act("yimed", ref, "answer", task=number(town, ref, "sumed"), opinion="我来")
    with pytest.raises(TransitionRefused, match="本案没有第99号待办"):
        town.act("yimed", ref, "answer", task=99, opinion="我来")
    assert town.dump() == before


def test_promise_is_kept_by_its_maker_by_its_day(town):
    ref = town.bring("received")
    town.act("jiamed", ref, "promise", party=1, what="周五前再去一次", due_on="2026-03-06")
    kept = number(town, ref, "jiamed")
    assert (book(town, ref), clock(town, ref, kept)) == ({"jiamed": "open"}, "running")
    assert (town.last(ref).facts["party"], town.last(ref).facts["due_on"]) == (1, "2026-03-06")
    town.clock.advance(timedelta(days=5))
    town.instance.run_deadlines()
    assert (clock(town, ref, kept), notices(town, ref).count("task_overdue")) == ("missed", 1)
    assert [(row.task, row.light) for row in town.instance.tasks("jiamed")] == [(kept, "red")]
    town.act("jiamed", ref, "answer", task=kept, opinion="去过了")
    assert (book(town, ref), town.instance.tasks("jiamed")) == ({"jiamed": "done"}, [])


def test_promise_that_is_still_to_be_kept_is_told_by_closing_and_lapses_with_the_archive(sqlite_town):
    town = sqlite_town
    ref = town.bring("received")
    town.act("jiamed", ref, "promise", party=1, what="月底前修路灯", due_on="2026-03-31")
    town.act("jiawin", ref, "give_part", unit="yi", what="看地界", due_on="2026-03-09")
    part, kept = number(town, ref, ":yi"), number(town, ref, "jiamed")
    named = f"第{kept}号待办「承诺事项」（包和，2026年3月31日24时到期）"
    ended = town.act("jiawin", ref, "withdraw", reason="和解", asked_by=[1])
    assert ended.told == (
        f"第{part}号待办「分办事项」（示例乙嘎查，2026年3月9日24时到期）没有办结，随之失效",
    )
    closed = town.act("jiawin", ref, "close")
    assert closed.told == (f"{named}还没有办结，结案以后照样要办，归档时仍没有办结就失效",)
    assert book(town, ref)["jiamed"] == "open"
    archived = town.act("jiaarc", ref, "archive")
    assert archived.told == (f"{named}没有办结，随之失效",)
    assert (town.last(ref).facts["lapsed"], clock(town, ref, kept)) == ([kept], "cancelled")


def test_promise_to_nobody_or_for_yesterday_is_refused_at_once(sqlite_town):
    town = sqlite_town
    ref = town.bring("received")
    before = town.dump()
    with pytest.raises(InputInvalid) as refused:
        town.act("jiamed", ref, "promise", party=9, what="再去", due_on="2026-03-01", person="nobody")
    assert [one.key for one in refused.value.problems] == ["due_on", "party", "person"]
    assert town.dump() == before


def test_copy_may_be_read_and_is_no_duty(town):
    ref = town.bring("received")
    town.act("jiawin", ref, "copy_to", to=[whom("yimed"), whom(":su-pai")])
    mine = number(town, ref, "yimed")
    assert book(town, ref) == {"yimed": "open", ":su-pai": "open"}
    assert (clock(town, ref, mine), town.worklists(ref)) == (None, {"jia", "su", "qi"})
    assert [(row.kind, row.due_at) for row in town.instance.tasks("yimed")] == [("copy", None)]
    assert town.instance.case("yimed", ref).row.id == ref
    town.act("yimed", ref, "mark_read", task=mine)
    assert (book(town, ref)["yimed"], town.instance.tasks("yimed")) == ("read", [])
    assert town.instance.case("yimed", ref).row.id == ref
    before = town.dump()
    with pytest.raises(InputInvalid, match="已经抄送过"):
        town.act("jiawin", ref, "copy_to", to=[whom("yimed")])
    with pytest.raises(InputInvalid) as refused:
        town.act("jiawin", ref, "copy_to", to=[whom("yimed"), {"person": "nobody"}, whom("jiawin")])
    assert [one.key for one in refused.value.problems] == ["to[0]", "to[1]", "to[2]"]
    assert town.dump() == before


def test_copy_to_oneself_is_refused_also_by_way_of_a_unit_where_nobody_else_would_read_it(sqlite_town):
    town = sqlite_town
    ref = town.bring("received")
    before = town.dump()
    with pytest.raises(InputInvalid) as refused:
        town.act("jiawin", ref, "copy_to", to=[whom("yimed"), whom("jiawin")])
    assert [(one.key, one.message) for one in refused.value.problems] == [("to[1]", "不能抄送给自己")]
    with pytest.raises(InputInvalid) as refused:
        town.act("twin:recorder", ref, "copy_to", to=[{"unit": "qi"}, {"unit": "su"}])
    assert [(one.key, one.message) for one in refused.value.problems] == [
        ("to[0]", "示例旗 除您以外没有可以看抄送件的人：不能抄送给自己")
    ]
    assert town.dump() == before
    town.act("jiawin", ref, "copy_to", to=[{"unit": "jia"}])  # others there read it


def test_copies_outlive_rejection_steps_back_and_the_end(town):
    ref = town.bring("agreed")
    town.act("jiamed", ref, "copy_to", to=[whom("yimed")])
    ask(town, ref, "sulead")
    town.act("sulead", ref, "reject", task=number(town, ref, "sulead"), to="preparing", opinion="再谈")
    assert (town.case(ref).state, book(town, ref)["yimed"]) == ("preparing", "open")
    town.act("jiamed", ref, "terminate", reason="no_agreement", routes=["court"])
    assert (town.case(ref).state, book(town, ref)["yimed"]) == ("ended", "open")
    town.act("yimed", ref, "mark_read", task=number(town, ref, "yimed"))
    assert book(town, ref)["yimed"] == "read"


def test_turn_is_transferred_within_the_unit_and_its_clock_runs_on(town):
    ref = town.bring("received")
    due, before = turn(town, ref).due_at, town.dump()
    for to in (whom(":yi"), whom("yimed")):
        with pytest.raises(InputInvalid, match=r"本步待办只能转给本单位的另一个人$"):
            town.act("jiawin", ref, "transfer", to=to, reason="请假")
    assert town.dump() == before
    town.act("jiawin", ref, "transfer", to=whom("jialead"), reason="请假")
    own = turn(town, ref)
    assert (name_of(town, own), own.due_at, own.state) == ("jialead", due, "received")
    assert town.clocks(ref)["state:received"] == "running"
    assert (town.case(ref).state, town.worklists(ref)) == ("received", {"jia", "su", "qi"})
    assert [(row.kind, row.task) for row in town.instance.tasks("jialead")] == [("turn", own.ordinal)]
    town.act("jialead", ref, "accept")
    assert town.tasks(ref) == [("accepted", "jia")]


def test_turn_names_the_way_to_another_unit_that_the_case_has(sqlite_town):
    town = sqlite_town
    simple = town.register("grid", workflow="simple")
    with pytest.raises(InputInvalid, match=r"换单位请先转普通程序，再“交办”\n"):
        town.act("grid", simple, "transfer", to=whom(":yi"), reason="请假")
    agreed_orally(town, simple)
    town.act("jiawin", simple, "seal_paper", paper="oral_agreement")
    town.act("grid", simple, "record_performance", clause=1, performed_on="2026-03-02")
    town.act("grid", simple, "close")
    with pytest.raises(InputInvalid, match=r"只能转给本单位的另一个人$"):
        town.act("grid", simple, "transfer", to=whom(":yi"), reason="请假")
    triaged = town.bring("triaged")
    with pytest.raises(InputInvalid, match=r"换单位请用“交办”$"):
        town.act("jiawin", triaged, "transfer", to=whom(":yi"), reason="请假")


def test_what_is_wrong_with_whom_a_task_goes_to_hides_nothing_of_the_task(sqlite_town):
    town = sqlite_town
    ref = town.bring("received")
    town.act("jiawin", ref, "give_part", unit="yi", what="查看")
    closed = number(town, ref, ":yi")
    town.act("yiwin", ref, "answer", opinion="看过")
    before = town.dump()
    for trigger, words, sentence in (
        ("transfer", {"to": whom("nobody"), "reason": "请假"}, "没有代码为 nobody 的人员"),
        ("delegate", {"to": whom("jiawin")}, "不能委派给自己"),
    ):
        with pytest.raises(InputInvalid) as refused:
            town.act("jiawin", ref, trigger, task=closed, **words)
        assert sentence in [problem.message for problem in refused.value.problems]
        assert [reason.message for reason in refused.value.reasons] == [
            f"第{closed}号待办已经办结",
            f"第{closed}号待办不是您的",
        ]
    later = (town.clock.now() + timedelta(days=1)).isoformat()
    with pytest.raises(InputInvalid) as refused:
        town.act("jiawin", ref, "urge", task=closed, occurred_at=later)
    assert [problem.message for problem in refused.value.problems] == ["发生时间晚于现在"]
    assert [reason.message for reason in refused.value.reasons] == [f"第{closed}号待办已经办结"]
    assert town.dump() == before


def test_turn_of_the_mediator_goes_with_the_mediator(sqlite_town):
    town = sqlite_town
    ref = town.bring("preparing")
    with pytest.raises(TransitionRefused, match="只能由本案调解员办理"):
        town.act("jiamed", ref, "transfer", to=whom("jiamed2"), reason="出差")


def test_task_transferred_is_somebody_elses_and_the_former_sees_the_case_no_more(town):
    ref = town.bring("received")
    town.act("jiawin", ref, "ask_opinion", person="yimed", question="？")
    asked = number(town, ref, "yimed")
    due = task(town, ref, asked).due_at
    town.act("yimed", ref, "transfer", task=asked, to=whom("yimed2"), reason="他熟悉")
    assert (book(town, ref), task(town, ref, asked).due_at) == ({"yimed2": "open"}, due)
    assert (clock(town, ref, asked), town.last(ref).facts["to"]) == ("running", "yi/yimed2")
    with pytest.raises(NotFound):
        town.instance.case("yimed", ref)
    town.act("yimed2", ref, "answer", task=asked, opinion="可以")
    assert book(town, ref) == {"yimed2": "done"}


def test_signer_is_not_replaced_by_one_who_signs_already(sqlite_town):
    town = sqlite_town
    ref = town.bring("agreed")
    ask(town, ref, "sulead", "jialead")
    before = town.dump()
    with pytest.raises(InputInvalid, match="已经在会签人中"):
        town.act(
            "sulead", ref, "transfer", task=number(town, ref, "sulead"), to=whom("jialead"), reason="开会"
        )
    with pytest.raises(InputInvalid, match="没有可以办理这一项的在任岗位"):
        town.act("sulead", ref, "transfer", task=number(town, ref, "sulead"), to=whom("sumed"), reason="开会")
    assert town.dump() == before


def test_task_lent_comes_back_with_the_opinion_on_it(town):
    ref = town.bring("agreed")
    ask(town, ref, "sulead")
    asked = number(town, ref, "sulead")
    town.act("sulead", ref, "delegate", task=asked, to=whom("sumed"), remark="先看一看")
    assert (book(town, ref), clock(town, ref, asked)) == ({"sumed": "open"}, "running")
    assert town.instance.case("sulead", ref).tasks[-1]["lent_by"] == "苏长"
    before = town.dump()
    with pytest.raises(NotPermitted):
        town.act("sulead", ref, "approve", task=asked)
    with pytest.raises(TransitionRefused, match="是别人委派给您的"):
        town.act("sumed", ref, "delegate", task=asked, to=whom("sumed2"))
    assert town.dump() == before
    town.act("sumed", ref, "answer", task=asked, opinion="条款可行")
    assert (book(town, ref), rounds(town, ref)) == ({"sulead": "open"}, [("agreement_review", "open")])
    assert (clock(town, ref, asked), notices(town, ref)[-1]) == ("running", "task_back")
    assert town.last(ref).facts["came_to"] == "returned"
    town.act("sulead", ref, "approve", task=asked, opinion="同意")
    assert rounds(town, ref) == [("agreement_review", "agreed")]
    said = [(one["by"], one["said"], one["outcome"]) for one in task(town, ref, asked).opinion]
    assert said == [("sumed", "条款可行", "done"), ("sulead", "同意", "agreed")]


def test_lender_takes_back_what_was_lent(sqlite_town):
    town = sqlite_town
    ref = town.bring("received")
    town.act("jiawin", ref, "ask_opinion", person="yimed", question="？")
    asked = number(town, ref, "yimed")
    town.act("yimed", ref, "delegate", task=asked, to=whom("yimed2"))
    town.act("yimed", ref, "take_back", task=asked)
    assert (book(town, ref), task(town, ref, asked).delegated_by_id) == ({"yimed": "open"}, None)
    assert town.last(ref).facts["lent"] is True


def test_dispatch_is_taken_back_until_it_is_acknowledged(town):
    ref = town.bring("triaged")
    town.act("jiawin", ref, "dispatch", to="yi")
    town.act("jiawin", ref, "take_back", reason="发错了")
    case = town.case(ref)
    assert (case.state, case.target_id, case.sent_back, town.unit_code(case.holder_id)) == (
        "triaged",
        None,
        0,
        "jia",
    )
    assert (town.worklists(ref), town.tasks(ref)) == ({"jia", "su", "qi"}, [("triaged", "jia")])
    event = town.last(ref)
    assert (event.act, event.from_state, event.facts["from"]) == ("take_back", "dispatched", "yi")
    with pytest.raises(NotFound):
        town.instance.case("yiwin", ref)
    town.act("jiawin", ref, "dispatch", to="yi")
    town.act("yiwin", ref, "acknowledge")
    before = town.dump()
    with pytest.raises((TransitionNotAllowed, NotPermitted)):
        town.act("jiawin", ref, "take_back")
    assert town.dump() == before


def test_what_is_taken_back_must_be_named_also_where_other_words_are_wrong(sqlite_town):
    ref = sqlite_town.bring("accepted")
    sqlite_town.act("jiawin", ref, "ask_opinion", unit="su", question="怎么看？")
    for words in ({"reason": ""}, {"nonsense": 1}):
        with pytest.raises(InputInvalid) as refused:
            sqlite_town.act("jiawin", ref, "take_back", **words)
        assert [problem.key for problem in refused.value.problems] == list(words)
        assert [reason.message for reason in refused.value.reasons] == [
            "纠纷现在是「已受理」，办理「撤回」要求写明撤回哪一项待办或者送审。"
        ]
    with pytest.raises(InputInvalid) as refused:
        sqlite_town.act("jiawin", ref, "take_back", task="x")
    assert list(refused.value.reasons) == []


def test_urging_counts_and_tells_once_a_day(town):
    ref = town.bring("received")
    town.act("jiawin", ref, "give_part", unit="yi", what="查看")
    part = number(town, ref, ":yi")
    town.act("jiawin", ref, "urge", task=part, remark="请抓紧")
    assert (task(town, ref, part).urged, notices(town, ref)[-1]) == (1, "task_urged")
    assert (town.last(ref).facts["task"], town.last(ref).facts["urged"]) == (part, 1)
    before = town.dump()
    with pytest.raises(TransitionRefused, match="您今天已经催办过") as refused:
        town.act("jiawin", ref, "urge", task=part)
    assert refused.value.reasons[0].next_step
    assert town.dump() == before
    town.act("jiamed", ref, "urge", task=part)
    town.clock.advance(timedelta(days=1))
    town.act("jiawin", ref, "urge", task=part)
    assert task(town, ref, part).urged == 3


def test_urging_without_a_task_urges_the_turn(sqlite_town):
    town = sqlite_town
    ref = town.bring("received")
    done = town.act("jiamed", ref, "urge")
    assert (turn(town, ref).urged, town.last(ref).facts["kind"]) == (1, "turn")
    assert done.told[0].startswith("已催办第3号待办「决定是否受理」（示例甲嘎查")


def test_nobody_urges_their_own_turn_for_want_of_another_task(sqlite_town):
    town = sqlite_town
    ref = town.bring("mediating")
    assert name_of(town, turn(town, ref)) == "jiamed"
    before = town.dump()
    with pytest.raises(InputInvalid, match="这一步正由您自己办理"):
        town.act("jiamed", ref, "urge")
    assert town.dump() == before


def test_clock_of_a_task_outlives_going_back_and_coming_again(town):
    """A reminder that was asked for is not lost because the case went back a step and came again."""
    ref = town.bring("agreed")
    town.act("jiamed", ref, "give_part", unit="yi", what="查看", due_on="2026-03-09")
    part = number(town, ref, ":yi")
    ask(town, ref, "sulead")
    town.act("sulead", ref, "reject", task=number(town, ref, "sulead"), to="preparing", opinion="再谈")
    assert (book(town, ref)[":yi"], clock(town, ref, part)) == ("open", "running")
    town.step(ref, "record_session")
    assert (book(town, ref)[":yi"], clock(town, ref, part)) == ("open", "running")
    town.clock.advance(timedelta(days=8))
    town.instance.run_deadlines()
    assert (clock(town, ref, part), notices(town, ref).count("task_overdue")) == ("missed", 1)


def test_task_may_be_left_out_when_just_one_waits_on_the_actor(sqlite_town):
    town = sqlite_town
    ref = town.bring("agreed")
    ask(town, ref, "sulead")
    town.act("sulead", ref, "delegate", to=whom("sumed"))
    town.act("sumed", ref, "answer", opinion="可行")
    town.act("sulead", ref, "approve")
    assert rounds(town, ref) == [("agreement_review", "agreed")]
    town.act("jiamed", ref, "ask_opinion", person="yimed", question="？")
    town.act("jiamed", ref, "ask_opinion", person="yimed", question="？？")
    before = town.dump()
    for trigger, words in (("answer", {"opinion": "可"}), ("delegate", {"to": whom("yimed2")})):
        with pytest.raises(TransitionRefused, match="没有写明是哪一项待办"):
            town.act("yimed", ref, trigger, **words)
    assert town.dump() == before


def test_part_given_for_what_a_suspension_waits_for_outlives_it(sqlite_town):
    town = sqlite_town
    ref = town.bring("mediating")
    town.act("jiamed", ref, "give_part", unit="su-pai", what="协助测量")
    part = number(town, ref, ":su-pai")
    pause = {"kind": "consent", "asked_by": [1, 2], "evidence": "都同意等测量", "expected_on": "2026-03-20"}
    town.act("jiamed", ref, "suspend", **pause)
    assert (town.case(ref).state, clock(town, ref, part)) == ("suspended", "running")
    town.act("lin", ref, "answer", task=part, opinion="量好了", done=True)
    assert book(town, ref)[":su-pai"] == "done"


def test_part_outlives_the_question_whose_the_case_is(sqlite_town):
    town = sqlite_town
    ref = town.bring("triaged")
    town.act("jiawin", ref, "give_part", unit="su-pai", what="稳控现场")
    part = number(town, ref, ":su-pai")
    for argument in ({}, {"opinion": "沟在乙嘎查一侧", "line": "1"}):
        dispute.ask(town, ref, **argument)
        dispute.decline(town, ref)
    assert (town.case(ref).state, clock(town, ref, part)) == ("contested", "running")
    dispute.rule(town, ref, "yi")
    assert (town.case(ref).state, book(town, ref)[":su-pai"]) == ("dispatched", "open")
    town.act("lin", ref, "answer", task=part, opinion="现场平稳", done=True)
    assert (book(town, ref)[":su-pai"], notices(town, ref).count("task_lapsed")) == ("done", 0)


def test_whoever_asked_for_what_lapses_by_another_ones_act_is_told_once_a_round(sqlite_town):
    town = sqlite_town
    with_approvals(town, vote=approval("vote", least=2))
    ref = town.bring("agreed")
    ask(town, ref, "sulead", "sumed", name="vote")
    ask(town, ref, "jialead")
    town.act("jialead", ref, "reject", task=number(town, ref, "jialead"), to="accepted", opinion="重来")
    assert book(town, ref) == {"sulead": "lapsed", "sumed": "lapsed", "jialead": "rejected"}
    told = [json.loads(payload) for (payload,) in town.rows("SELECT payload FROM outbox ORDER BY id")]
    asked = [(one["unit"], one["person"]) for one in told if one.get("notice") == "asked_lapsed"]
    assert asked == [("jia", "jiamed")]


def test_whoever_has_or_has_lent_what_lapses_is_told_and_whose_place_had_not_come_is_not(sqlite_town):
    town = sqlite_town
    with_approvals(town, chain=approval("in_order"))
    ref = town.bring("agreed")
    town.act("jiamed", ref, "give_part", unit="su-pai", what="协助测量")
    ask(town, ref, "sulead", "jialead", name="chain")
    town.act("sulead", ref, "delegate", task=number(town, ref, "sulead"), to=whom("sumed"))
    town.act("jiamed", ref, "terminate", reason="no_agreement", routes=["court"])
    assert book(town, ref) == {":su-pai": "lapsed", "sumed": "lapsed", "jialead": "lapsed"}
    told = "SELECT payload FROM outbox WHERE json_extract(payload, '$.notice') = 'task_lapsed' ORDER BY id"
    whose = [json.loads(payload) for (payload,) in town.rows(told)]
    assert [(one["unit"], one["person"]) for one in whose] == [
        ("su-pai", ""),
        ("su", "sumed"),
        ("su", "sulead"),
    ]
