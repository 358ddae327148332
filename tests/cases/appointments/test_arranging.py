"""Appointments: arranged, told, kept, cancelled; nobody in two places at once without a reason."""

from datetime import timedelta

import pytest

from mediation.cases.appointments.queries import appointments
from mediation.errors import InputInvalid, NotPermitted, TransitionRefused
from tests.town import MORNING, pay
from tests.turns import Second


def said(days=2, hours=0, **words):
    begins = MORNING + timedelta(days=days, hours=hours)
    return {"kind": "session", "starts_at": begins, "place": "调解室", "told": [1, 2], **words}


def states(town, ref):
    return [row.state for row in town.of(ref, appointments)]


def told(town, ref):
    return [name for _kind, name in town.outbox(ref) if name and name.startswith("appointment")]


def test_an_appointment_is_entered_shown_and_told_to_each_party(town):
    ref = town.bring("preparing")
    state = town.case(ref).state
    town.act("jiamed", ref, "arrange", **said(ends_at=MORNING + timedelta(days=2, hours=2)))
    [row] = town.instance.case("jiawin", ref).appointments
    assert (row["person"], row["kind"], row["state"], row["place"], row["told"]) == (
        "包和",
        "session",
        "planned",
        "调解室",
        [1, 2],
    )
    assert (told(town, ref), town.case(ref).state) == (["appointment_arranged"] * 2, state)
    event = town.last(ref)
    assert (event.act, event.facts["appointment"], event.facts["person"]) == ("arrange", 1, "jiamed")
    assert "调解室" not in repr(town.dump())


def test_two_at_the_same_time_are_refused_unless_a_reason_is_given(town):
    one, other = town.bring("preparing"), town.bring("preparing")
    town.act("jiamed", one, "arrange", **said())
    before = town.dump()
    with pytest.raises(TransitionRefused) as refused:
        town.act("jiamed", other, "arrange", **said(hours=0.5))
    assert [reason.message for reason in refused.value.reasons] == [
        "那个时间已有约定：2026-03-04 09:00–10:00"
    ]
    assert town.dump() == before
    town.act("jiamed", other, "arrange", **said(hours=1))
    town.act("jiamed", other, "arrange", **said(hours=0.5, despite="两案同在一处"))
    assert states(town, other) == ["planned", "planned"]
    assert town.last(other).facts["despite"] is True


def test_somebody_else_may_have_an_appointment_at_that_time(sqlite_town):
    town = sqlite_town
    ref = town.bring("preparing")
    town.act("jiamed", ref, "arrange", **said())
    town.act("jiamed", ref, "arrange", **said(kind="visit", person="jiawin"))
    assert states(town, ref) == ["planned", "planned"]


def test_arranging_tells_all_that_is_wrong_at_once(sqlite_town):
    town = sqlite_town
    ref = town.bring("preparing")
    before = town.dump()
    wrong = said(days=-1, told=[1, 9], person="jiawin", ends_at=MORNING - timedelta(days=2))
    with pytest.raises(InputInvalid) as refused:
        town.act("jiamed", ref, "arrange", **wrong)
    assert [(one.key, one.message) for one in refused.value.problems] == [
        ("starts_at", "约定的时间早于现在"),
        ("ends_at", "结束时间应当晚于开始时间，不超过一天"),
        ("told", "没有第 9 号当事人；本案当事人编号为 1、2"),
        ("person", "包窗 不是本案的调解员或者记录人，调解要约他们的时间"),
    ]
    for person, message in (("nobody", "没有代码为 nobody 的人员"), ("jiaold", "包旧 没有在任的岗位")):
        with pytest.raises(InputInvalid, match=message):
            town.act("jiamed", ref, "arrange", **said(kind="visit", person=person))
    with pytest.raises(InputInvalid, match="在一年以后"):
        town.act("jiamed", ref, "arrange", **said(days=400))
    assert town.dump() == before


def test_cancelling_tells_who_had_been_told(town):
    ref = town.bring("preparing")
    town.act("jiamed", ref, "arrange", **said(told=[2]))
    town.act("jiawin", ref, "cancel_appointment", ordinal=1, why="下雨")
    assert (states(town, ref), told(town, ref)) == (
        ["cancelled"],
        ["appointment_arranged", "appointment_cancelled"],
    )
    event = town.last(ref)
    assert (event.act, event.facts["appointment"]) == ("cancel_appointment", 1)
    before = town.dump()
    with pytest.raises(InputInvalid, match="没有第 1 项待赴的约定；现有：无"):
        town.act("jiawin", ref, "cancel_appointment", ordinal=1, why="下雨")
    with pytest.raises(NotPermitted):
        town.act("jiaarc", ref, "cancel_appointment", ordinal=1, why="下雨")
    assert town.dump() == before


def test_a_session_keeps_the_last_planned_one_of_its_day_or_before(town):
    ref = town.bring("preparing")
    town.act("jiamed", ref, "arrange", **said(days=1))
    town.act("jiamed", ref, "arrange", **said(days=2))
    town.act("jiamed", ref, "arrange", **said(days=5))
    town.clock.advance(timedelta(days=2))
    town.act("jiamed", ref, "record_session", **town.session())
    assert states(town, ref) == ["planned", "kept", "planned"]


def test_a_visit_keeps_the_planned_visit(sqlite_town):
    town = sqlite_town
    ref = town.bring("mediating")
    clauses = [pay(at_once=True)]
    town.act("jiamed", ref, "draft_agreement", facts="雨水倒灌。", matters="修沟。", clauses=clauses)
    town.act("jiamed", ref, "conclude_oral")
    town.act("jiamed", ref, "arrange", **said(kind="visit", days=1))
    town.clock.advance(timedelta(days=1))
    words = {"party": 1, "method": "phone", "performance": "done", "situation": "都好"}
    town.act("jiawin", ref, "visit", **words)
    assert states(town, ref) == ["kept"]


def test_talks_that_will_not_be_are_cancelled_with_the_mediation(town):
    ref = town.bring("mediating")
    town.act("jiamed", ref, "arrange", **said())
    town.act("jiamed", ref, "arrange", **said(kind="visit", days=3))
    town.act("jiamed", ref, "terminate", reason="no_agreement", routes=["court"])
    assert (states(town, ref), told(town, ref)[-2:]) == (
        ["cancelled", "planned"],
        ["appointment_cancelled"] * 2,
    )


def test_two_who_take_the_same_hour_at_once_for_two_cases_are_told(town):
    one, other = town.bring("preparing"), town.bring("preparing")
    second = Second(town.instance.database, lambda: town.instance.act("jiamed", other, "arrange", said()))
    town.instance.act("jiamed", one, "arrange", said(), remember=second.begin)
    with pytest.raises(TransitionRefused, match="那个时间已有约定"):
        second.result()
    assert (states(town, one), states(town, other)) == (["planned"], [])
