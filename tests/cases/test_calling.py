"""Calling a unit of the duty rules to a dispute: its clock, its place beside the holder, who cannot be called."""

from datetime import timedelta

import pytest

from mediation.cases import queries
from mediation.errors import InputInvalid


def test_called_unit_has_the_time_of_the_duty_rules_and_helps_from_now_on(town):
    ref = town.bring("accepted")
    done = town.act("jiawin", ref, "call_in", unit="su-pai", what="双方要动手，请来一趟")
    (task,) = [one for one in town.of(ref, queries.open_tasks) if one.kind == "call"]
    assert (town.unit_code(task.unit_id), task.due_at) == (
        "su-pai",
        town.clock.now() + timedelta(minutes=30),
    )
    assert {town.unit_code(one.unit_id) for one in town.of(ref, queries.co_handlers)} == {"su-pai"}
    event = town.last(ref)
    assert (event.act, event.facts["to"], event.facts["mode"]) == ("call_in", "su-pai", "on_call")
    assert done.told == ("示例苏木派出所 随叫随驻",)
    town.act("lin", ref, "answer", task=task.ordinal, opinion="已到场劝解", done=True)
    assert [one for one in town.of(ref, queries.open_tasks) if one.kind == "call"] == []


def test_unit_without_a_place_at_the_centre_is_not_called(town):
    ref = town.bring("accepted")
    before = town.dump()
    with pytest.raises(InputInvalid) as wrong:
        town.act("jiawin", ref, "call_in", unit="jia-1", what="请来一趟")
    assert [(one.key, "示例苏木派出所（su-pai）" in one.message) for one in wrong.value.problems] == [
        ("unit", True)
    ]
    assert town.dump() == before


def test_who_calls_hears_when_a_unit_that_takes_turns_is_there(town):
    ref = town.bring("accepted")
    done = town.act("jiawin", ref, "call_in", unit="yi", what="请来一趟")
    assert done.told == ("示例乙嘎查 下一次到 示例苏木 值班：2026-03-03 09:00",)
