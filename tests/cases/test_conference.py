"""会商: units are called, minutes kept, parts given as tasks of the units that have them."""

from datetime import timedelta

import pytest

from mediation.cases import queries
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
