"""退单: by a line of the list, back to the sender once, to the common superior the second time; one holder all the while."""

from datetime import timedelta

import pytest

from mediation.errors import InputInvalid, NotFound, NotPermitted, TransitionNotAllowed, TransitionRefused
from mediation.language import speak
from tests.cases.ownership.words import ask, contested, decline, place, ruled, said
from tests.cases.routing.routes import with_routing
from tests.cases.test_transition import LOST, at_once
from tests.town import Town


def notices(town: Town, ref: str) -> list[str]:
    return [name for kind, name in town.outbox(ref) if kind == "notice"]


def test_first_refusal_goes_back_to_the_sender_and_starts_the_clock_of_ownership(town):
    ref = town.bring("triaged")
    ask(town, ref)
    decline(town, ref)
    assert place(town, ref) == ("triaged", "jia", None, None)
    assert said(town, ref) == [("asks", "jia", None, True), ("declines", "yi", "1", True)]
    assert town.clocks(ref)["ownership"] == "running"
    assert town.case(ref).first_receiver_released_at is None
    event = town.last(ref)
    assert (event.act, event.from_state, event.to_state) == ("decline", "dispatched", "triaged")
    assert {key: event.facts[key] for key in ("from", "line", "list")} == {
        "from": "yi",
        "line": "1",
        "list": 1,
    }
    assert notices(town, ref) == ["declined"]
    assert town.tasks(ref) == [("triaged", "jia")]


@pytest.mark.parametrize(
    ("words", "guard"),
    [
        ({"line": "9"}, "line_of_list_in_force"),
        ({"line": "nonsense"}, "line_of_list_in_force"),
    ],
)
def test_refusal_by_a_line_that_is_not_there_is_refused(town, words, guard):
    ref = town.bring("triaged")
    ask(town, ref)
    before = town.dump()
    with pytest.raises(TransitionRefused) as refused:
        decline(town, ref, **words)
    assert [reason.guard for reason in refused.value.reasons] == [guard]
    assert town.dump() == before


def test_unit_that_the_list_names_cannot_decline_whatever_line_it_cites(town):
    ref = town.bring("triaged", governance_category="0303")
    ask(town, ref, "su-pai")
    before = town.dump()
    for line in ("1", "3"):
        with pytest.raises(TransitionRefused, match="责任清单第3条写明这一类纠纷由本单位牵头"):
            decline(town, ref, "lin", line)
    assert town.dump() == before


def test_nobody_but_the_unit_that_is_asked_declines(town):
    ref = town.bring("triaged")
    with pytest.raises(TransitionNotAllowed):
        decline(town, ref, "sudis")
    ask(town, ref)
    with pytest.raises(NotPermitted):
        decline(town, ref, "jiawin")


def test_what_was_escalated_is_sent_back_and_not_declined(town):
    ref = town.bring("triaged")
    town.act("jiawin", ref, "escalate", reason="跨嘎查")
    with pytest.raises(TransitionRefused, match="不是交办来的"):
        decline(town, ref, "suwin")
    town.act("suwin", ref, "send_back", reason="请先调一次")
    assert place(town, ref) == ("triaged", "jia", None, None)


def test_who_insists_says_why(town):
    ref = town.bring("triaged")
    ask(town, ref)
    decline(town, ref)
    with pytest.raises(TransitionRefused, match="坚持交办要写明理由"):
        ask(town, ref)
    with pytest.raises(InputInvalid, match="没有第9条"):
        ask(town, ref, line="9", opinion="沟在乙嘎查")
    with pytest.raises(InputInvalid, match="第1条写的是示例甲嘎查，不是示例乙嘎查：写明怎样理解"):
        ask(town, ref, line="1")
    ask(town, ref, line="1", opinion="沟在乙嘎查")
    assert said(town, ref)[-1] == ("asks", "jia", "1", True)


def test_second_refusal_gives_the_lowest_common_superior_the_turn(town):
    ref = contested(town)
    assert place(town, ref) == ("contested", "jia", None, "su")
    assert town.tasks(ref) == [("contested", "su")]
    assert town.worklists(ref) == {"jia", "su", "qi"}
    assert notices(town, ref)[-1] == "ownership_contested"
    assert town.case(ref).first_receiver_released_at is None
    assert town.instance.case("yiwin", ref).ownership["arbiter"] == "示例苏木"
    shown = town.instance.case("sulead", ref).ownership
    assert shown["arbiter"] == "示例苏木"
    assert [
        (one["kind"], one["unit"], one["line_text"], one["reason"]) for one in shown["arguments"][2:]
    ] == [
        ("asks", "示例甲嘎查", "邻里、婚姻家庭纠纷由纠纷所在嘎查牵头", "沟在乙嘎查一侧"),
        ("declines", "示例乙嘎查", "邻里、婚姻家庭纠纷由纠纷所在嘎查牵头", "纠纷在甲嘎查"),
    ]


def test_superior_reads_why_the_holder_asked_each_of_two_units(town):
    with_routing(town, {"id": "yi", "because": "沟在乙", "then": {"unit": "yi"}})
    ref = town.bring("triaged")
    ask(town, ref, "su-pai", overruled_because="打过架")
    decline(town, ref, "lin", reason="没有打架")
    ask(town, ref, "yi")
    decline(town, ref)
    assert place(town, ref)[0] == "contested"
    shown = town.instance.case("sulead", ref).ownership["arguments"]
    assert [(one["kind"], one["unit"], one["reason"]) for one in shown] == [
        ("asks", "示例甲嘎查", "打过架"),
        ("declines", "示例苏木派出所", "没有打架"),
        ("asks", "示例甲嘎查", "按分流规则“沟在乙”"),
        ("declines", "示例乙嘎查", "纠纷在甲嘎查"),
    ]
    heard = {one["unit"]: one["argued"] for one in town.instance.boards.opened("sulead", ref).heard}
    assert heard["jia"] == "打过架；按分流规则“沟在乙”"


def test_reader_of_english_is_given_what_the_minutes_record(sqlite_town):
    town = sqlite_town
    with_routing(town, {"id": "yi", "title": "沟归乙", "because": "沟在乙", "then": {"unit": "yi"}})
    ref = contested(town)
    speak("en")
    try:
        heard = town.instance.boards.opened("sulead", ref).heard
        shown = town.instance.case("sulead", ref).ownership["arguments"]
    finally:
        speak("")
    assert [one["argued"] for one in heard if one["unit"] == "jia"] == [
        "按分流规则“沟归乙”（沟在乙）；沟在乙嘎查一侧"
    ]
    assert shown[0]["reason"] == "By the routing rule “沟归乙” (沟在乙)"


def test_opinion_and_why_the_suggestion_was_not_followed_are_one_argument(sqlite_town):
    town = sqlite_town
    rule = {"id": "yi", "title": "沟归乙", "because": "沟在乙", "then": {"unit": "yi"}}
    with_routing(town, rule)
    ref = town.bring("triaged")
    ask(town, ref, "su-pai", opinion="请出警", overruled_because="打过架")
    decline(town, ref, "lin", reason="没有打架")
    ask(town, ref, "yi")
    shown = town.instance.case("jiawin", ref).ownership["arguments"]
    assert [one["reason"] for one in shown if one["kind"] == "asks"] == [
        "请出警；打过架",
        "按分流规则“沟归乙”（沟在乙）",
    ]


def test_second_refusal_by_another_unit_counts_as_well(town):
    ref = town.bring("triaged")
    ask(town, ref, "su-pai")
    decline(town, ref, "lin", reason="没有打架")
    ask(town, ref, "yi")
    decline(town, ref)
    assert place(town, ref) == ("contested", "jia", None, "su")
    assert town.clocks(ref)["ownership"] == "running"
    starts = [row[0] for row in town.rows("SELECT count(*) FROM deadline WHERE name = 'ownership'")]
    assert starts == [1]


def test_second_refusal_without_anybody_who_could_rule_is_refused(town):
    ref = town.bring("triaged")
    ask(town, ref)
    decline(town, ref)
    ask(town, ref, opinion="沟在乙嘎查")
    with town.instance.database.writing() as session:
        from sqlalchemy import text

        session.connection().execute(
            text("UPDATE post SET valid_to = '2026-01-31' WHERE kind IN ('dispatcher', 'unit_leader')")
        )
        town.note_people(session)
    with pytest.raises(TransitionRefused, match="没有可以裁定的共同上级"):
        decline(town, ref)
    town.act("yiwin", ref, "acknowledge")
    assert place(town, ref) == ("received", "yi", None, None)


def test_unit_that_takes_it_settles_the_question(town):
    ref = town.bring("triaged")
    ask(town, ref)
    decline(town, ref)
    ask(town, ref, opinion="沟在乙嘎查")
    town.act("yiwin", ref, "acknowledge")
    assert place(town, ref) == ("received", "yi", None, None)
    assert town.clocks(ref)["ownership"] == "met"
    assert {one[-1] for one in said(town, ref)} == {False}
    assert town.case(ref).first_receiver_released_at is not None


def test_holder_that_keeps_it_settles_the_question(town):
    ref = town.bring("triaged")
    ask(town, ref)
    decline(town, ref)
    town.act("jiawin", ref, "keep")
    assert place(town, ref) == ("received", "jia", None, None)
    assert town.clocks(ref)["ownership"] == "met"


def test_ownership_overdue_is_told_to_the_superior_once_and_the_clock_runs_through_all_hops(town):
    ref = contested(town)
    town.clock.advance(timedelta(days=9))
    missed = [one for one in town.instance.run_deadlines().missed if one.deadline == "ownership"]
    assert [one.on_miss for one in missed] == ["tell_superior_contested"]
    assert notices(town, ref).count("ownership_overdue") == 1
    assert town.instance.run_deadlines().missed == []
    assert place(town, ref) == ("contested", "jia", None, "su")


def test_party_that_refuses_ends_the_question_too(town):
    ref = contested(town)
    town.act("jiawin", ref, "refuse", party=1, routes=["court"])
    assert place(town, ref) == ("ended", "jia", None, None)
    assert town.clocks(ref)["ownership"] == "cancelled"
    assert {one[-1] for one in said(town, ref)} == {False}


def test_dispute_is_asked_around_a_bounded_number_of_times(town):
    ref = town.bring("triaged")
    for _hop in range(5):
        ask(town, ref)
        town.act("jiawin", ref, "take_back")
    with pytest.raises(TransitionRefused, match="已经交办5次"):
        ask(town, ref)
    town.act("jiawin", ref, "keep")
    assert place(town, ref) == ("received", "jia", None, None)


def test_sixteen_at_once_leave_one_holder_and_one_outcome(town):
    ref = town.bring("triaged")
    ask(town, ref)
    version = town.case(ref).version
    acts = [
        ("yiwin", "acknowledge", {}),
        ("yimed", "decline", {"line": "1", "reason": "纠纷在甲嘎查"}),
        ("jiawin", "take_back", {}),
        ("yiwin", "send_back", {"reason": "材料不全"}),
    ]
    came = at_once(16, lambda at: town.instance.act(acts[at % 4][0], ref, *acts[at % 4][1:]))
    won = [one for one in came if not isinstance(one, type)]
    assert len(won) == 1
    assert {one for one in came if isinstance(one, type)} <= {*LOST, NotFound, NotPermitted}
    expected = {
        "acknowledge": ("received", "yi", None, None),
        "decline": ("triaged", "jia", None, None),
        "take_back": ("triaged", "jia", None, None),
        "send_back": ("triaged", "jia", None, None),
    }
    assert place(town, ref) == expected[won[0].trigger]
    assert town.case(ref).version == version + 1
    assert len(town.tasks(ref)) == 1
    assert town.acts(ref)[-1] == won[0].trigger


def test_sixteen_second_refusals_and_acknowledgements_leave_one_outcome(town):
    ref = town.bring("triaged")
    ask(town, ref)
    decline(town, ref)
    ask(town, ref, opinion="沟在乙嘎查")
    acts = [("yiwin", "acknowledge", {}), ("yimed", "decline", {"line": "1", "reason": "不在本嘎查"})]
    came = at_once(16, lambda at: town.instance.act(acts[at % 2][0], ref, *acts[at % 2][1:]))
    won = [one.trigger for one in came if not isinstance(one, type)]
    assert len(won) == 1
    assert {one for one in came if isinstance(one, type)} <= {*LOST, NotFound, NotPermitted}
    assert (
        place(town, ref)
        == {
            "acknowledge": ("received", "yi", None, None),
            "decline": ("contested", "jia", None, "su"),
        }[won[0]]
    )
    assert town.instance.verify_trail().problems == []


def test_ruled_pattern_is_told_and_cannot_be_declined_again(town):
    first = ruled(town, "yi")
    ref = town.bring("triaged")
    number = town.rows("SELECT number FROM ruling")[0][0]
    with pytest.raises(TransitionRefused, match="同类纠纷已经裁定"):
        ask(town, ref, "su-pai")
    ask(town, ref, "yi")
    assert town.instance.case("yiwin", ref).ownership["precedent"] == {"number": number, "unit": "示例乙嘎查"}
    with pytest.raises(TransitionRefused, match=f"同类纠纷已经裁定（{number}）由本单位办理"):
        decline(town, ref)
    town.act("yiwin", ref, "acknowledge")
    assert place(town, ref) == place(town, first) == ("received", "yi", None, None)


def test_other_matters_and_other_places_are_not_ruled_by_it(town):
    ruled(town, "yi")
    other = town.bring("triaged", governance_category="0901")
    ask(town, other)
    decline(town, other, line="2")
    assert place(town, other) == ("triaged", "jia", None, None)
