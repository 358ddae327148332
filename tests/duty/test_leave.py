"""Leave: who may enter it, what is wrong with it all at once, and what the deputy may do meanwhile."""

from datetime import timedelta

import pytest

from mediation.audit import queries as trail
from mediation.audit.trail import INSTANCE
from mediation.clock import local_day
from mediation.errors import InputInvalid, NotFound, NotPermitted, TransitionRefused
from mediation.units import queries as units
from tests.turns import Second

AWAY = {"person": "sumed", "deputy": "sumed2", "since": "2026-03-02", "until": "2026-03-04"}


def lines(town):
    return [(line.person, line.deputy, str(line.since), str(line.until)) for line in page(town).absences]


def page(town):
    return town.instance.duty.page("sudis")


def test_leave_is_entered_by_oneself_and_by_who_leads(town):
    town.instance.duty.record_leave("sumed", AWAY)
    town.instance.duty.record_leave("sulead", {**AWAY, "person": "jiamed", "deputy": "jiamed2"})
    assert lines(town) == [
        ("sumed", "sumed2", "2026-03-02", "2026-03-04"),
        ("jiamed", "jiamed2", "2026-03-02", "2026-03-04"),
    ]


@pytest.mark.parametrize("who", ["jiamed", "jialead", "yiwin"])
def test_leave_of_others_is_not_for_everybody_to_enter(town, who):
    with pytest.raises(NotPermitted):
        town.instance.duty.record_leave(who, AWAY)
    assert lines(town) == []


def test_leave_that_is_wrong_is_told_all_at_once_and_nothing_is_entered(town):
    town.instance.duty.record_leave("sumed", AWAY)
    town.instance.duty.record_leave(
        "sumed2", {"person": "sumed2", "since": "2026-03-03", "until": "2026-03-03"}
    )
    with pytest.raises(InputInvalid) as wrong:
        town.instance.duty.record_leave("sumed", AWAY)
    assert [one.key for one in wrong.value.problems] == ["since", "deputy"]
    with pytest.raises(InputInvalid) as wrong:
        town.instance.duty.record_leave("sumed", {**AWAY, "until": "2026-03-01", "deputy": "sumed"})
    assert [one.key for one in wrong.value.problems] == ["until", "deputy"]
    with pytest.raises(InputInvalid) as wrong:
        town.instance.duty.record_leave("sulead", {**AWAY, "person": "nobody", "deputy": "jiaold"})
    assert [one.key for one in wrong.value.problems] == ["person", "deputy"]
    assert len(lines(town)) == 2


def test_deputy_who_is_away_himself_may_be_and_it_is_told_whom_that_concerns(town):
    town.instance.duty.record_leave("sumed", AWAY)
    own = {"person": "sumed2", "since": "2026-03-04", "until": "2026-03-06"}
    line = town.instance.duty.record_leave("sumed2", own)
    assert line.stood_in_for == ("sumed",)
    assert [(one.person, one.stood_in_for) for one in page(town).absences] == [
        ("sumed", ()),
        ("sumed2", ("sumed",)),
    ]
    town.instance.duty.end_leave("sumed2", line.id)
    later = {"person": "sumed2", "since": "2026-03-05", "until": "2026-03-06"}
    assert town.instance.duty.record_leave("sumed2", later).stood_in_for == ()


def test_who_is_back_is_away_no_more(town):
    line = town.instance.duty.record_leave("sumed", AWAY)
    town.instance.duty.end_leave("sumed", line.id)
    assert lines(town) == []
    with pytest.raises(InputInvalid):
        town.instance.duty.end_leave("sumed", line.id)
    with pytest.raises(NotFound):
        town.instance.duty.end_leave("sumed", "0" * 26)


def test_deputy_answers_what_waits_on_who_is_away_and_the_trail_says_for_whom(town):
    ref = town.bring("accepted")
    town.act("jiawin", ref, "ask_opinion", person="sumed", question="怎么看？", due_on="2026-03-09")
    task = next(line.task for line in town.instance.tasks("sumed") if line.kind == "opinion")
    with pytest.raises((TransitionRefused, NotFound, NotPermitted)):
        town.act("yimed", ref, "answer", task=task, opinion="可以", done=True)
    town.instance.duty.record_leave("sumed", {**AWAY, "deputy": "yimed"})
    assert [(line.task, line.in_place_of) for line in town.instance.tasks("yimed")] == [(task, "苏和")]
    assert [line.in_place_of for line in town.instance.tasks("sumed") if line.task == task] == [""]
    assert town.instance.case("yimed", ref).tasks[-1]["in_place_of"] == "苏和"
    town.act("yimed", ref, "answer", task=task, opinion="可以", done=True)
    event = town.last(ref)
    assert (event.actor, event.facts["in_place_of"]) == ("yimed:mediator", "sumed")
    told = town.instance.case("jiawin", ref)
    assert [told.trail[at]["in_place_of"] for at in (-2, -1)] == [None, "sumed"]
    assert told.tasks[-1]["in_place_of"] == ""


def test_deputy_is_told_and_told_again_when_the_leave_ends_early(town):
    room = town.instance.post_room
    line = town.instance.duty.record_leave("sulead", {**AWAY, "deputy": "yimed"})
    town.instance.duty.record_leave("jiamed", {**AWAY, "person": "jiamed", "deputy": None})
    room.deliver_waiting()
    [told] = room.trayed("yimed")
    letter = room.open_letter("yimed", told.id)
    assert letter.subject == "【示例】苏和不在岗期间由您代理"
    assert letter.body.startswith("【示例】苏和2026年3月2日至2026年3月4日不在岗，由您代理。")
    assert "主持调解不能代理" in letter.body  # nobody becomes a mediator by standing in
    town.instance.duty.end_leave("sumed", line.id)
    room.deliver_waiting()
    assert [row.subject for row in room.trayed("yimed")] == [
        "【示例】苏和销假了，您不再代理",
        "【示例】苏和不在岗期间由您代理",
    ]
    assert room.trayed("jiamed") == []


def subjects(town, who):
    return [row.subject for row in town.instance.post_room.trayed(who)]


def test_who_is_away_is_told_what_somebody_else_entered_and_the_deputy_is_not(town):
    room = town.instance.post_room
    line = town.instance.duty.record_leave("sulead", {**AWAY, "deputy": "yimed"})
    town.instance.duty.record_leave("jialead", {**AWAY, "person": "jiamed", "deputy": None})
    room.deliver_waiting()
    [told] = room.trayed("sumed")
    letter = room.open_letter("sumed", told.id)
    assert letter.subject == "【示例】苏长登记了您请假"
    assert letter.body.startswith("【示例】苏长登记了您2026年3月2日至2026年3月4日请假，由乙和代理：")
    assert subjects(town, "yimed") == ["【示例】苏和不在岗期间由您代理"]
    [alone] = room.trayed("jiamed")
    assert "没有代理人：这几天等您办理的事项没有人代办。" in room.open_letter("jiamed", alone.id).body
    town.instance.duty.end_leave("sulead", line.id)
    room.deliver_waiting()
    assert subjects(town, "sumed")[0] == "【示例】您的请假已由苏长销假"


def stand_in_once(town):
    """A deputy answers for who is away."""
    ref = town.bring("accepted")
    town.act("jiawin", ref, "ask_opinion", person="sumed", question="怎么看？", due_on="2026-03-30")
    line = town.instance.duty.record_leave("sumed", {**AWAY, "deputy": "yimed"})
    task = next(one.task for one in town.instance.tasks("yimed") if one.kind == "opinion")
    town.act("yimed", ref, "answer", task=task, opinion="可以", done=True)
    return ref, line


DONE = "【示例】请假期间，乙和代您办理了1件事"


def test_who_is_back_early_is_told_what_the_deputy_did(town):
    ref, line = stand_in_once(town)
    town.instance.duty.end_leave("sumed", line.id)
    town.instance.post_room.deliver_waiting()
    assert DONE in subjects(town, "sumed")
    told = next(row for row in town.instance.post_room.trayed("sumed") if row.subject == DONE)
    assert town.case(ref).number in town.instance.post_room.open_letter("sumed", told.id).body
    town.clock.advance(timedelta(days=4))
    town.instance.run_deadlines()
    assert subjects(town, "sumed").count(DONE) == 1


def test_who_is_back_as_planned_is_told_once_what_the_deputy_did(town):
    stand_in_once(town)
    town.instance.run_deadlines()
    assert DONE not in subjects(town, "sumed")
    for _day in range(2):
        town.clock.advance(timedelta(days=3))
        town.instance.run_deadlines()
        assert subjects(town, "sumed").count(DONE) == 1
    assert DONE not in subjects(town, "yimed")


def test_who_is_back_is_told_nothing_where_the_deputy_did_nothing(town):
    town.instance.duty.record_leave("sumed", {**AWAY, "deputy": "yimed"})
    town.clock.advance(timedelta(days=4))
    town.instance.run_deadlines()
    assert subjects(town, "sumed") == []


def test_who_lacks_a_deputy_and_the_leader_are_told_that_the_deputy_goes_away(town):
    town.instance.duty.record_leave("sumed", AWAY)
    town.instance.duty.record_leave(
        "sumed2", {"person": "sumed2", "since": "2026-03-04", "until": "2026-03-06"}
    )
    room = town.instance.post_room
    room.deliver_waiting()
    subject = "【示例】苏和请假期间的代理人苏平也不在岗"
    assert (subjects(town, "sumed"), subjects(town, "sulead")) == ([subject], [subject])
    body = room.open_letter("sulead", room.trayed("sulead")[0].id).body
    assert "苏和2026年3月2日至2026年3月4日请假，由苏平代理。苏平自己2026年3月4日也不在岗" in body


def test_who_enters_that_a_deputy_goes_away_is_told_at_once_and_not_again(town):
    town.instance.duty.record_leave("sumed", AWAY)
    line = town.instance.duty.record_leave("sulead", {**AWAY, "person": "sumed2", "deputy": None})
    assert line.stood_in_for == ("sumed",)
    town.instance.post_room.deliver_waiting()
    assert subjects(town, "sulead") == []
    assert subjects(town, "sumed") == ["【示例】苏和请假期间的代理人苏平也不在岗"]


def test_trail_says_who_let_whom_stand_in_for_whom_and_not_why(town):
    line = town.instance.duty.record_leave("sulead", {**AWAY, "kind": "sick", "why": "住院"})
    town.instance.duty.end_leave("sumed", line.id)
    with town.instance.database.reading() as session:
        found = [one for one in trail.events_of(session, INSTANCE) if one.act.startswith("duty.")]
    facts = {"person": "sumed", "deputy": "sumed2", "since": "2026-03-02", "until": "2026-03-04"}
    assert [(one.act, one.actor, one.unit, one.facts) for one in found] == [
        ("duty.leave_entered", "sulead:leader", "su", facts),
        ("duty.leave_ended", "sumed:mediator", "su", facts),
    ]
    assert town.instance.verify_trail().ok


def test_who_makes_himself_deputy_is_told_nothing_new(town):
    town.instance.duty.record_leave("sulead", {**AWAY, "deputy": "sulead"})
    town.instance.post_room.deliver_waiting()
    assert town.instance.post_room.trayed("sulead") == []


def test_deputy_is_told_that_nobody_mediates_by_standing_in(sqlite_town):
    town = sqlite_town
    ref = town.bring("mediating")
    with pytest.raises(NotPermitted) as refused:
        town.act("jiamed2", ref, "record_session", **town.session("agreed"))
    assert "不在岗" not in str(refused.value)
    leave = {**AWAY, "person": "jiamed", "deputy": "jiamed2"}
    town.instance.duty.record_leave("jiamed", leave)
    assert [(line.kind, line.in_place_of) for line in town.instance.tasks("jiamed2")] == [("turn", "包和")]
    with pytest.raises(
        NotPermitted, match="包和不在岗，由您代理，但是代理不能主持调解：等不得的，请其单位更换调解员"
    ):
        town.act("jiamed2", ref, "record_session", **town.session("agreed"))


def test_deputy_has_nothing_once_the_leave_is_over(town):
    ref = town.bring("accepted")
    town.act("jiawin", ref, "ask_opinion", person="sumed", question="怎么看？", due_on="2026-03-30")
    town.instance.duty.record_leave("sumed", {**AWAY, "deputy": "yimed"})
    town.clock.advance(timedelta(days=3))
    assert town.instance.tasks("yimed") == []
    with pytest.raises(NotFound):
        town.instance.case("yimed", ref)


def test_page_tells_who_is_there_who_can_be_called_and_who_can_be_asked(town):
    found = page(town)
    assert [(one.unit, one.mode, one.on_call, one.there, one.answer) for one in found.present] == [
        ("su-pai", "随叫随驻", True, False, "30分钟"),
        ("yi", "轮驻", False, False, ""),
    ]
    assert [(one.title, one.people, one.away) for one in found.desks] == [("苏木接待厅", ("苏窗",), ())]
    assert [(one.kind, one.name, one.away) for one in found.experts] == [("民警", "林警", False)]
    town.instance.duty.record_leave(
        "suwin", {"person": "suwin", "since": "2026-03-02", "until": "2026-03-02"}
    )
    assert page(town).desks[0].away == ("苏窗",)


def test_unit_that_has_ended_is_left_out_of_the_page_and_of_whom_one_can_call(town):
    ref = town.bring("accepted")
    with town.instance.database.writing() as session:
        row = next(one for one in units.units(session) if one.code == "yi")
        row.valid_to = local_day(town.clock.now()) - timedelta(days=1)
        session.add(row)
        town.note_people(session)
    assert [one.unit for one in page(town).present] == ["su-pai"]
    with pytest.raises(InputInvalid) as refused:
        town.act("jiawin", ref, "call_in", unit="jia-1", what="到场")
    [problem] = refused.value.problems
    assert (
        problem.message == "示例甲一浩特没有入驻本单位或者上级的中心；可以呼叫的有：示例苏木派出所（su-pai）"
    )


def test_plan_gives_the_shifts_of_a_desk(town):
    plan = town.instance.duty.plan("sudis", "hall", 3)
    assert [(str(day), people) for day, people in plan] == [
        ("2026-03-02", ("suwin",)),
        ("2026-03-03", ("sudis", "sumed2")),
        ("2026-03-04", ("suwin",)),
    ]
    with pytest.raises(NotFound, match="没有名为 none 的坐班；现有：hall"):
        town.instance.duty.plan("sudis", "none", 3)


def test_two_who_enter_the_same_leave_at_once_enter_it_once(town):
    second = Second(town.instance.database, lambda: town.instance.duty.record_leave("sulead", AWAY))
    town.instance.duty.record_leave("sumed", AWAY, remember=second.begin)
    with pytest.raises(InputInvalid) as wrong:
        second.result()
    assert [one.key for one in wrong.value.problems] == ["since"]
    assert len(lines(town)) == 1


def test_deputy_who_takes_leave_meanwhile_is_no_deputy(town):
    own = {"person": "sumed2", "since": "2026-03-03", "until": "2026-03-03"}
    second = Second(town.instance.database, lambda: town.instance.duty.record_leave("sumed", AWAY))
    town.instance.duty.record_leave("sumed2", own, remember=second.begin)
    with pytest.raises(InputInvalid) as wrong:
        second.result()
    assert [one.key for one in wrong.value.problems] == ["deputy"]


def test_leave_is_ended_once(town):
    line = town.instance.duty.record_leave("sumed", AWAY)
    second = Second(town.instance.database, lambda: town.instance.duty.end_leave("sulead", line.id))
    town.instance.duty.end_leave("sumed", line.id, remember=second.begin)
    with pytest.raises(InputInvalid, match="已经结束"):
        second.result()
