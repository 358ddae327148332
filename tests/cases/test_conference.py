"""会商: units are called, minutes kept, parts given as tasks of the units that have them."""

import json
from datetime import timedelta
from types import SimpleNamespace

import pytest

from mediation.audit import queries as trail
from mediation.cases import queries
from mediation.cases.appointments import calling
from mediation.errors import InputInvalid, NotFound
from tests.cases.test_joint import confer, joint


def test_call_conference_makes_co_handlers_see_the_case_and_be_told(town):
    ref = joint(town)
    with pytest.raises(NotFound):
        town.instance.case("lin", ref)
    town.act(
        "jialead",
        ref,
        "call_conference",
        units=["su-pai"],
        starts_at=town.clock.now() + timedelta(days=1),
        place="嘎查",
    )
    assert (town.case(ref).state, town.last(ref).facts["units"]) == ("conferring", ["su-pai"])
    assert [one["unit"] for one in town.instance.case("lin", ref).co_handlers] == ["示例苏木派出所"]
    [planned] = town.of(ref, lambda session, case_id: queries.planned(session, case_id, "conference"))
    assert (planned.kind, planned.state) == ("conference", "planned")
    confer(town, ref)
    assert town.of(ref, lambda session, case_id: queries.planned(session, case_id, "conference")) == []


def test_call_conference_tells_all_problems_at_once_and_changes_nothing(town):
    ref = joint(town)
    before = town.dump()
    with pytest.raises(InputInvalid) as refused:
        town.act(
            "jialead",
            ref,
            "call_conference",
            units=["nowhere", "jia", "su-pai", "su-pai"],
            starts_at=town.clock.now() - timedelta(days=1),
            place="嘎查",
        )
    assert [problem.key for problem in refused.value.problems] == [
        "units[0]",
        "units[1]",
        "units[3]",
        "starts_at",
    ]
    assert town.dump() == before


def test_record_conference_keeps_minutes_and_gives_each_unit_its_part(town):
    ref = joint(town)
    confer(town, ref)
    case, event = town.case(ref), town.last(ref)
    assert (case.workflow, case.state) == ("joint", "conferred")
    assert (event.act, event.facts["units"], event.facts["parts"]) == (
        "record_conference",
        ["jia", "su-pai"],
        ["su-pai:2026-03-20"],
    )
    assert set(event.commitments) == {"place", "attendees", "body", "decisions"}
    [minutes] = town.instance.case("jialead", ref).conferences
    assert (minutes["decisions"], minutes["parts"][0]["what"]) == (["由甲嘎查牵头"], "稳控现场")
    tasks = town.of(ref, queries.open_tasks)
    assert [(task.kind, task.question) for task in tasks if task.kind == "part"] == [("part", "稳控现场")]
    assert "稳控现场" not in repr(town.dump())


def test_record_conference_of_one_unit_in_the_future_or_past_due_is_refused_whole(town):
    ref = joint(town)
    before = town.dump()
    with pytest.raises(InputInvalid) as refused:
        confer(
            town,
            ref,
            held_from=town.clock.now() + timedelta(hours=1),
            held_to=town.clock.now(),
            chair="nobody",
            attendees=[{"unit": "jia", "name": "包长"}, {"unit": "jia", "name": "包和"}],
            parts=[{"unit": "jia", "what": "自己办", "due_on": "2026-02-01"}],
        )
    assert sorted(problem.key for problem in refused.value.problems) == [
        "attendees",
        "chair",
        "held_from",
        "held_to",
        "parts[0]",
        "parts[0].due_on",
    ]
    assert town.dump() == before


def test_conference_that_goes_on_is_recorded_when_it_is_over(town):
    ref = joint(town)
    with pytest.raises(InputInvalid, match="结束时间晚于现在") as refused:
        confer(town, ref, held_to=town.clock.now() + timedelta(hours=1))
    assert [problem.key for problem in refused.value.problems] == ["held_to"]


@pytest.mark.parametrize(
    ("act", "words"),
    [
        ("cancel_appointment", {"ordinal": 1, "why": "派出所有事"}),
        ("back_to_ordinary", {"reason": "只涉及一个单位"}),
        ("terminate", {"reason": "no_agreement", "routes": ["court"]}),
    ],
)
def test_units_are_told_that_a_conference_to_which_they_were_called_will_not_be(sqlite_town, act, words):
    town = sqlite_town
    ref = joint(town)
    called = {"units": ["su-pai", "yi"], "starts_at": town.clock.now() + timedelta(days=1), "place": "嘎查"}
    town.act("jialead", ref, "call_conference", **called)
    town.act("jialead", ref, act, **words)
    told = [name for kind, name in town.outbox(ref) if kind == "notice"]
    assert [told.count(name) for name in ("conference_called", "conference_cancelled")] == [2, 2]
    town.instance.run_deadlines()
    letters = [one for one in town.instance.case("jialead", ref).notices if one["title"] == "会商取消"]
    assert {one["to"]: one["state"] for one in letters}.keys() >= {"林警", "乙和"}
    assert {one["state"] for one in letters} == {"sent"}


def test_minutes_are_printed_with_a_place_for_each_who_sat_at_the_table(town):
    ref = joint(town, "conferred")
    town.instance.issue("jialead", ref, "conference_minutes")
    [paper] = [one for one in town.of(ref, queries.documents) if one.form == "conference_minutes"]
    names = [(slot["label"], slot["person"]) for slot in paper.snapshot["slots"]]
    assert (paper.subject, names) == ("conference-1", [("主持人", "包长"), ("参加人", "林警")])


def test_nobody_hears_that_a_conference_long_past_will_not_be(sqlite_town):
    town = sqlite_town
    ref = joint(town)
    town.act(
        "jialead",
        ref,
        "call_conference",
        units=["su-pai", "yi"],
        starts_at=town.clock.now() + timedelta(days=1),
        place="嘎查",
    )
    town.clock.advance(timedelta(days=2))
    town.act("jialead", ref, "back_to_ordinary", reason="只涉及一个单位")
    told = [name for kind, name in town.outbox(ref) if kind == "notice"]
    assert [told.count(name) for name in ("conference_called", "conference_cancelled")] == [2, 0]


def called(town, units, days=1):
    ref = joint(town)
    when = town.clock.now() + timedelta(days=days)
    town.act("jialead", ref, "call_conference", units=units, starts_at=when, place="嘎查")
    return ref, when


def conference(town, days=2, **words):
    when = town.clock.now() + timedelta(days=days)
    return {"kind": "conference", "starts_at": when, "place": "苏木", **words}


def calls(town, ref):
    case = town.case(ref)
    rows = town.rows("SELECT payload, case_id FROM outbox WHERE kind = 'notice' ORDER BY id")
    told = [
        payload if isinstance(payload, dict) else json.loads(payload) for payload, of in rows if of == case.id
    ]
    return [
        (one["notice"], one["unit"], one["appointment"])
        for one in told
        if one["notice"].startswith("conference_")
    ]


def test_conference_that_is_put_off_calls_the_same_units_to_the_new_day(sqlite_town):
    town = sqlite_town
    ref, _when = called(town, ["su-pai", "yi"])
    town.act("jialead", ref, "cancel_appointment", ordinal=1, why="改期")
    done = town.act("jialead", ref, "arrange", **conference(town))
    assert calls(town, ref)[2:] == [
        ("conference_cancelled", "su-pai", 1),
        ("conference_cancelled", "yi", 1),
        ("conference_called", "su-pai", 2),
        ("conference_called", "yi", 2),
    ]
    assert (town.last(ref).facts["units"], done.told) == (
        ["su-pai", "yi"],
        ("已请示例苏木派出所、示例乙嘎查参加会商",),
    )
    town.act("jialead", ref, "cancel_appointment", ordinal=2, why="不开了")
    assert calls(town, ref)[6:] == [("conference_cancelled", "su-pai", 2), ("conference_cancelled", "yi", 2)]


def test_call_that_tells_its_time_alone_as_older_ones_do_is_found(sqlite_town, monkeypatch):
    town = sqlite_town
    ref, _when = called(town, ["su-pai"])
    events_of = trail.events_of

    def older(session, chain):
        return [
            SimpleNamespace(
                act=one.act,
                facts={
                    key: fact
                    for key, fact in one.facts.items()
                    if (one.act, key) != ("call_conference", "appointment")
                },
            )
            for one in events_of(session, chain)
        ]

    monkeypatch.setattr(calling, "trail", SimpleNamespace(events_of=older))
    town.act("jialead", ref, "cancel_appointment", ordinal=1, why="改期")
    town.act("jialead", ref, "arrange", **conference(town))
    assert calls(town, ref)[1:] == [("conference_cancelled", "su-pai", 1), ("conference_called", "su-pai", 2)]


def test_unit_that_was_forgotten_is_called_to_the_conference_that_stands(sqlite_town):
    town = sqlite_town
    ref, when = called(town, ["su-pai"])
    with pytest.raises(NotFound):
        town.instance.case("yimed", ref)
    town.act(
        "jialead", ref, "arrange", kind="conference", starts_at=when, place="嘎查", units=["yi"], told=[1]
    )
    assert calls(town, ref) == [("conference_called", "su-pai", 1), ("conference_called", "yi", 1)]
    page = town.instance.case("yimed", ref)
    assert [(one["appointment"], one["told"]) for one in page.appointments] == [(1, [1])]
    town.act("jialead", ref, "cancel_appointment", ordinal=1, why="不开了")
    assert calls(town, ref)[2:] == [("conference_cancelled", "su-pai", 1), ("conference_cancelled", "yi", 1)]


def test_conference_that_stands_is_not_changed_by_a_further_call(sqlite_town):
    town = sqlite_town
    ref, when = called(town, ["su-pai"])
    before = town.dump()
    otherwise = {"place": "苏木", "ends_at": when + timedelta(hours=3), "person": "sulead"}
    with pytest.raises(InputInvalid) as refused:
        town.act(
            "jialead", ref, "arrange", kind="conference", starts_at=when, units=["su-pai", "yi"], **otherwise
        )
    assert [problem.key for problem in refused.value.problems] == ["place", "ends_at", "person", "units"]
    assert "已经请过示例苏木派出所" in str(refused.value)
    assert town.dump() == before


def test_once_units_have_met_only_those_named_are_called_to_the_next_conference(sqlite_town):
    town = sqlite_town
    ref, _when = called(town, ["su-pai"])
    confer(town, ref)
    town.act("jialead", ref, "arrange", **conference(town))
    assert calls(town, ref) == [("conference_called", "su-pai", 1)]
    town.act("jialead", ref, "arrange", **conference(town, 3, units=["yi"]))
    assert calls(town, ref)[1:] == [("conference_called", "yi", 3)]


def test_units_are_called_by_an_appointment_only_after_the_first_call_and_by_who_may_call(sqlite_town):
    town = sqlite_town
    ref = joint(town)
    with pytest.raises(InputInvalid, match="请单位参加第一次会商，请办理“召集会商”"):
        town.act("jialead", ref, "arrange", **conference(town, units=["yi"]))
    town.act("jialead", ref, "arrange", **conference(town))
    assert calls(town, ref) == []
    ref, _when = called(town, ["su-pai"], 5)
    with pytest.raises(InputInvalid, match="由可以办理“召集会商”的人办理"):
        town.act("twin:recorder", ref, "arrange", **conference(town, 3, units=["yi"]))
    with pytest.raises(InputInvalid, match="只有会商才请单位参加"):
        town.act("jialead", ref, "arrange", **conference(town, 3, units=["yi"], kind="visit"))
    ordinary = town.bring("preparing")
    with pytest.raises(InputInvalid, match="这一步不能请单位参加会商"):
        town.act("jiamed", ordinary, "arrange", **conference(town, 4, units=["yi"]))


def test_conference_that_is_yet_to_come_is_not_kept_by_the_one_before_it(sqlite_town):
    town = sqlite_town
    ref, when = called(town, ["su-pai"])
    town.act("jialead", ref, "arrange", **conference(town, 9, units=["yi"]))
    town.clock.put(when + timedelta(hours=3))
    confer(town, ref)
    page = town.instance.case("jialead", ref)
    assert [one["state"] for one in page.appointments] == ["kept", "planned"]
    town.act("jialead", ref, "cancel_appointment", ordinal=2, why="不开了")
    assert calls(town, ref)[-1] == ("conference_cancelled", "yi", 2)


def test_conference_later_on_the_day_is_kept_only_if_those_called_to_it_have_met(sqlite_town):
    town = sqlite_town
    ref, when = called(town, ["su-pai"])
    later = {**conference(town, 2), "starts_at": (when + timedelta(hours=6)).isoformat()}
    town.act("jialead", ref, "arrange", **later, units=["yi"])
    town.clock.put(when + timedelta(hours=3))
    confer(town, ref)
    page = town.instance.case("jialead", ref)
    assert [one["state"] for one in page.appointments] == ["kept", "planned"]
    confer(town, ref)
    assert town.instance.case("jialead", ref).appointments[1]["state"] == "planned", "yi was not there"


def test_who_chaired_sat_at_the_table(sqlite_town):
    town = sqlite_town
    ref = joint(town)
    with pytest.raises(InputInvalid, match="主持人苏长没有列在参加会商的人里") as refused:
        confer(town, ref, chair="sulead")
    assert [problem.key for problem in refused.value.problems] == ["chair"]
