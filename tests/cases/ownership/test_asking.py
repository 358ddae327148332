"""请示: asks above, moves nothing, comes back."""

import pytest

from mediation.errors import InputInvalid, TransitionRefused
from tests.cases.desk import notices, number, task
from tests.cases.ownership.words import contested, place


@pytest.mark.parametrize("at", ["triaged", "received", "mediating"])
def test_instruction_is_asked_above_and_comes_back_to_the_asker(town, at):
    ref = town.bring(at)
    before = place(town, ref)
    town.act("jiamed", ref, "ask_above", question="两个嘎查的界线以哪张图为准？")
    asked = task(town, ref, number(town, ref, ":su"))
    assert (asked.kind, asked.title, asked.question) == (
        "instruction",
        "请示",
        "两个嘎查的界线以哪张图为准？",
    )
    assert town.clocks(ref)[f"task:{asked.ordinal}"] == "running"
    assert place(town, ref) == before
    assert notices(town, ref)[-1] == "task_asked"
    assert [row.case for row in town.instance.tasks("sulead")] == [ref]
    town.act("sulead", ref, "answer", opinion="以二〇二四年的图为准")
    done = task(town, ref, asked.ordinal)
    assert (done.outcome, [one["said"] for one in done.opinion]) == ("done", ["以二〇二四年的图为准"])
    assert notices(town, ref)[-1] == "instruction_given"
    assert place(town, ref) == before
    shown = [one for one in town.instance.case("jiamed", ref).tasks if one["kind"] == "instruction"]
    assert [(one["unit"], one["opinions"][0]["said"]) for one in shown] == [
        ("示例苏木", "以二〇二四年的图为准")
    ]
    event = town.last(ref)
    assert (event.act, event.facts["kind"], event.facts["came_to"]) == ("answer", "instruction", "done")


def test_top_of_the_chain_has_nobody_to_ask(town):
    ref = town.bring("triaged")
    town.act("jiawin", ref, "escalate", reason="跨嘎查")
    town.act("suwin", ref, "acknowledge")
    before = town.dump()
    with pytest.raises(TransitionRefused, match="没有可以请示的上级"):
        town.act("suwin", ref, "ask_above", question="怎么办？")
    assert town.dump() == before


def test_instruction_is_asked_for_a_day_to_come(town):
    ref = town.bring("received")
    with pytest.raises(InputInvalid, match="应当晚于今天"):
        town.act("jiawin", ref, "ask_above", question="怎么办？", due_on="2026-03-01")


def test_instruction_is_urged_taken_back_and_goes_on_while_ownership_is_contested(town):
    ref = contested(town)
    town.act("jiawin", ref, "ask_above", question="先由谁稳控？")
    ordinal = number(town, ref, ":su")
    town.act("jiawin", ref, "urge", task=ordinal)
    assert task(town, ref, ordinal).urged == 1
    town.act("jiawin", ref, "take_back", task=ordinal)
    assert task(town, ref, ordinal).outcome == "taken_back"
    assert place(town, ref) == ("contested", "jia", None, "su")
