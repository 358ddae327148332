"""裁定: the superior names a unit, which has to take the dispute; the ruling stays as a row with its minutes."""

import pytest
from sqlalchemy import text

from mediation.cases.ownership import queries
from mediation.errors import InputInvalid, NotPermitted, TransitionNotAllowed, TransitionRefused
from tests.cases.ownership.words import HEARD, contested, decline, place, rule, ruled, said


def test_ruling_orders_a_unit_to_take_it_and_keeps_the_minutes(town):
    ref = contested(town)
    done = rule(town, ref, "yi", line="1")
    assert place(town, ref) == ("dispatched", "jia", "yi", None)
    assert town.tasks(ref) == [("dispatched", "yi")]
    [row] = town.of(ref, queries.rulings)
    assert (row.number, row.units, row.line, row.acknowledged_at) == (
        f"{town.case(ref).temporary_number}-C1",
        {"jia": ["1"], "yi": ["1"]},
        "1",
        None,
    )
    assert (row.minutes, row.interpretation) == (
        {"heard": HEARD, "reason": "沟在该嘎查"},
        "沟在哪里就是哪里的纠纷",
    )
    assert done.told == (f"裁定编号：{row.number}",)
    event = town.last(ref)
    assert (event.act, event.from_state, event.to_state, event.facts["to"], event.facts["number"]) == (
        "rule",
        "contested",
        "dispatched",
        "yi",
        row.number,
    )
    assert town.clocks(ref)["ownership"] == "running"
    town.act("yiwin", ref, "acknowledge")
    assert place(town, ref) == ("received", "yi", None, None)
    assert town.clocks(ref)["ownership"] == "met"
    assert town.of(ref, queries.rulings)[0].acknowledged_at is not None
    assert {one[-1] for one in said(town, ref)} == {False}


def test_nothing_but_taking_it_is_left_after_a_ruling(town):
    ref = contested(town)
    rule(town, ref, "yi")
    before = town.dump()
    acts = [
        ("yiwin", "decline", {"line": "1", "reason": "不收"}),
        ("yiwin", "send_back", {"reason": "不收"}),
        ("jiawin", "take_back", {}),
    ]
    for who, trigger, words in acts:
        with pytest.raises(TransitionRefused, match="已经裁定"):
            town.instance.act(who, ref, trigger, words)
    assert town.dump() == before


def test_holder_itself_may_be_ruled_on(town):
    ref = contested(town)
    rule(town, ref, "jia", line="1", interpretation=None)
    assert place(town, ref) == ("dispatched", "jia", "jia", None)
    town.act("jiawin", ref, "acknowledge")
    assert place(town, ref) == ("received", "jia", None, None)


@pytest.mark.parametrize(
    ("words", "guards"),
    [
        ({"to": "qi"}, ["named_within_reach"]),
        ({"to": "yi-1"}, ["named_within_reach"]),
        ({"to": "yi", "interpretation": None}, ["ruling_rests_on_list"]),
        ({"to": "yi", "interpretation": None, "line": "1"}, ["ruling_rests_on_list"]),
        ({"to": "yi", "line": "9"}, ["ruling_rests_on_list"]),
    ],
)
def test_ruling_out_of_reach_or_out_of_thin_air_is_refused(town, words, guards):
    ref = contested(town)
    before = town.dump()
    with pytest.raises(TransitionRefused) as refused:
        rule(town, ref, **words)
    assert [reason.guard for reason in refused.value.reasons] == guards
    assert town.dump() == before


def test_ruling_that_names_what_is_not_there_tells_everything_at_once(town):
    ref = contested(town)
    with pytest.raises(InputInvalid) as wrong:
        rule(town, ref, "bing", heard=[{"unit": "ding", "name": "甲", "argued": "乙"}])
    assert [problem.key for problem in wrong.value.problems] == ["to", "heard[0].unit", "heard", "heard"]


def test_minutes_of_a_ruling_name_units_by_their_names(town):
    ref = contested(town)
    rule(town, ref, "jia", line="1", interpretation=None)
    [shown] = town.instance.case("sulead", ref).ownership["rulings"]
    assert shown["heard"] == [{**HEARD[0], "unit": "示例甲嘎查"}, {**HEARD[1], "unit": "示例乙嘎查"}]


def test_ruling_that_heard_one_side_is_refused_and_says_whom_to_hear(town):
    ref = contested(town)
    before = town.dump()
    with pytest.raises(InputInvalid) as wrong:
        rule(town, ref, "yi", heard=HEARD[:1])
    assert [(problem.key, problem.message) for problem in wrong.value.problems] == [
        ("heard", "记录里没有示例乙嘎查的意见：各方都要听取；通知了不来说的，写明通知的经过")
    ]
    assert town.dump() == before


@pytest.mark.parametrize("who", ["jialead", "yiwin", "sumed", "suwin"])
def test_who_does_not_lead_or_dispatch_at_the_superior_rules_nothing(town, who):
    with pytest.raises(NotPermitted):
        rule(town, contested(town), "yi", who=who)


def test_unit_ruled_on_cannot_pass_the_same_matter_to_others_later(town):
    ref = contested(town)
    rule(town, ref, "yi")
    town.act("yiwin", ref, "acknowledge")
    town.act("yiwin", ref, "escalate", reason="请求支持")
    town.act("suwin", ref, "send_back", reason="裁定由你办")
    with pytest.raises(TransitionRefused, match="同类纠纷已经裁定"):
        town.act("yiwin", ref, "dispatch", to="jia")
    town.act("yiwin", ref, "keep")
    assert place(town, ref) == ("received", "yi", None, None)


def test_minutes_lie_encrypted(town):
    ref = contested(town)
    rule(town, ref, "yi")
    decline_reason = "纠纷在甲嘎查".encode()
    raw = repr(town.dump()["ruling"] + town.dump()["ownership_argument"]).encode()
    assert decline_reason not in raw
    assert "沟在该嘎查".encode() not in raw
    assert decline is not None


@pytest.mark.parametrize(
    ("trigger", "title"),
    [("split", "分案"), ("merge_into", "并案")],
)
def test_contested_dispute_is_neither_split_nor_merged_and_is_told_what_it_waits_for(town, trigger, title):
    ref = contested(town)
    before = town.dump()
    with pytest.raises(
        TransitionNotAllowed, match=f"纠纷现在是「归属待裁定」，不能办理「{title}」。.*、裁定、"
    ):
        town.act("jiawin", ref, trigger)
    assert town.dump() == before


def test_minutes_name_a_unit_that_has_ended_since(town):
    ref = ruled(town)
    with town.instance.database.writing() as session:
        session.connection().execute(text("UPDATE unit SET valid_to = '2026-03-01' WHERE code = 'jia'"))
        town.note_people(session)
    [ruling] = town.instance.case("sulead", ref).ownership["rulings"]
    assert [one["unit"] for one in ruling["heard"]] == ["示例甲嘎查（已撤销）", "示例乙嘎查"]
