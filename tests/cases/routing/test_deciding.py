"""What the rules suggest stands in the trail and in a row; who overrules them gives a reason; their limit is a clock."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from mediation.cases.queries import deadlines, find_case
from mediation.cases.routing import deciding, queries
from mediation.cases.routing.models import RoutingDecision
from mediation.errors import TransitionRefused
from mediation.units.routing import CaseFacts, Suggestion
from tests.cases.ownership.words import ask, ruled
from tests.cases.routing.routes import clock, with_routing
from tests.town import Town


def decisions(town, ref):
    return [
        (row.act, row.rule, row.version, row.overruled, row.because)
        for row in town.of(ref, queries.decisions)
    ]


def test_triage_tells_and_records_the_suggestion_of_the_facts_as_they_will_be(town: Town):
    with_routing(town)
    ref = town.register(place="jia-1")
    done = town.act("jiawin", ref, "triage", tier="complex", risk="high")
    assert done.told == ("分流建议：交示例苏木（风险高的到苏木）",)
    assert town.last(ref).facts["routing"] == {
        "rule": "danger",
        "version": 4,
        "unit": "su",
        "overruled": False,
    }
    assert decisions(town, ref) == [("triage", "danger", 4, False, None)]
    assert town.case(ref).tier == "complex"


def test_keep_as_suggested_starts_the_clock_of_the_rule(town: Town):
    with_routing(town)
    ref = town.bring("received", place="jia-1")
    assert town.case(ref).state == "received"
    assert decisions(town, ref)[-1] == ("keep", "rest", 4, False, None)
    assert town.last(ref).facts["routing"] == {
        "rule": "rest",
        "version": 4,
        "unit": "jia",
        "overruled": False,
    }
    assert clock(town, ref) == [
        ("running", "7 working_days", "示例旗规定·嘎查", "开始办理（按分流规则“其余的到嘎查”，规则第4版）")
    ]


def test_keep_against_the_suggestion_is_refused_without_a_reason_and_writes_nothing(town: Town):
    with_routing(town)
    ref = town.register()
    town.act("jiawin", ref, "triage", tier="ordinary", risk="high")
    before = town.dump()
    with pytest.raises(TransitionRefused) as refused:
        town.act("jiawin", ref, "keep")
    assert [reason.guard for reason in refused.value.reasons] == ["overruling_explained"]
    assert town.dump() == before
    town.act("jiawin", ref, "keep", overruled_because="已经电话报告苏木，先稳住双方")
    assert town.case(ref).state == "received"
    assert decisions(town, ref)[-1] == ("keep", "danger", 4, True, "已经电话报告苏木，先稳住双方")
    event = town.last(ref)
    assert (event.facts["routing"]["overruled"], set(event.commitments)) == (True, {"overruled_because"})


def test_dispatch_elsewhere_asks_for_a_reason_and_as_suggested_does_not(town: Town):
    with_routing(town)
    ref = town.register("suwin", place="jia-1")
    town.act("suwin", ref, "triage", tier="ordinary")
    with pytest.raises(TransitionRefused):
        town.act("sudis", ref, "dispatch", to="yi")
    town.act("sudis", ref, "dispatch", to="jia")
    assert (town.case(ref).state, decisions(town, ref)[-1]) == (
        "dispatched",
        ("dispatch", "rest", 4, False, None),
    )
    assert clock(town, ref) == []
    town.act("jiawin", ref, "acknowledge")
    assert [row[0] for row in clock(town, ref)] == ["running"]


def test_a_reason_without_need_overrules_nothing(town: Town):
    with_routing(town)
    ref = town.register(place="jia-1")
    town.act("jiawin", ref, "triage", tier="ordinary")
    town.act("jiawin", ref, "keep", overruled_because="多写了")
    assert decisions(town, ref)[-1] == ("keep", "rest", 4, False, None)


def test_a_site_without_rules_is_asked_nothing_and_records_nothing(town: Town):
    ref = town.bring("received")
    assert decisions(town, ref) == []
    assert "routing" not in town.last(ref).facts
    assert clock(town, ref) == []


def test_a_repeated_dispute_is_routed_as_one(town: Town):
    with_routing(town)
    first, again = town.register(place="jia-1"), town.register(place="jia-1")
    town.act("jiawin", again, "link", to=first, kind="repeat", why="同一条沟")
    done = town.act("jiawin", again, "triage", tier="ordinary")
    assert done.told == ("分流建议：交示例苏木（反复的到苏木）",)


def test_the_clock_is_met_when_mediation_ends_and_goes_on_through_a_climb(town: Town):
    with_routing(town)
    ref = town.bring("accepted", place="jia-1")
    town.act("jialead", ref, "escalate", reason="办不了")
    town.act("suwin", ref, "acknowledge")
    assert [row[0] for row in clock(town, ref)] == ["running"]
    town.act("sudis", ref, "terminate", reason="no_agreement", routes=["court"])
    assert [row[0] for row in clock(town, ref)] == ["met"]


def test_the_clock_rests_with_a_pause_of_mediation(town: Town):
    with_routing(town)
    ref = town.bring("mediating", place="jia-1")
    town.act(
        "jiamed",
        ref,
        "suspend",
        kind="consent",
        asked_by=[1, 2],
        evidence="双方书面同意",
        expected_on="2026-03-20",
    )
    assert [row[0] for row in clock(town, ref)] == ["paused"]
    town.clock.advance(timedelta(days=1))
    town.act("jiamed", ref, "resume", result="条件具备")
    assert [row[0] for row in clock(town, ref)] == ["running"]


def test_the_clock_that_runs_out_tells_the_holder_once(town: Town):
    with_routing(town)
    ref = town.bring("received", place="jia-1")
    town.clock.advance(timedelta(days=20))
    for _time in range(2):
        town.instance.run_deadlines()
    assert [row[0] for row in clock(town, ref)] == ["missed"]
    acts = [event for event in town.events(ref) if event.facts.get("deadline") == "handling"]
    assert [event.act for event in acts] == ["deadline.missed"]


def test_a_limit_for_the_spot_starts_with_taking_and_is_dropped_when_the_case_goes_the_long_way(town: Town):
    with_routing(town)
    ref = town.register("hua", place="jia-1", workflow="simple", amount_fen=20_000)
    town.act("hua", ref, "take")
    assert clock(town, ref) == [
        ("running", "1 days", "示例旗规定·当场", "开始办理（按分流规则“小事当场调”，规则第4版）")
    ]
    town.act("hua", ref, "turn_ordinary", reason="谈不拢")
    assert [row[0] for row in clock(town, ref)] == ["cancelled"]
    town.act("hua", ref, "escalate", reason="谈不拢")
    town.act("jiawin", ref, "acknowledge")
    assert [row[0] for row in clock(town, ref)] == ["cancelled"]


def test_the_page_shows_the_suggestion_and_what_overruled_it(town: Town):
    with_routing(town)
    ref = town.register(place="jia-1")
    town.act("jiawin", ref, "triage", tier="ordinary", risk="high")
    town.act("jiawin", ref, "keep", overruled_because="先稳住双方")
    found = town.instance.case("jiawin", ref).routing
    assert found["overruled"] is True
    assert found["suggestion"]["said"] == "分流建议：交示例苏木（风险高的到苏木）"
    assert found["suggestion"]["how"] == "建议的单位在本级以上，用“上报”"
    assert [(one["act"], one["rule"], one["suggested"], one["chosen"]) for one in found["decisions"]] == [
        ("triage", "danger", "示例苏木", None),
        ("keep", "danger", "示例苏木", "示例甲嘎查"),
    ]
    assert [one["because"] for one in found["decisions"]] == [None, "先稳住双方"]


def test_handing_down_a_level_at_a_time_towards_the_suggested_unit_overrules_nothing(town: Town):
    camp = {"id": "camp", "because": "都到浩特", "then": {"level": "camp"}}
    with_routing(town, camp)
    ref = town.register("suwin", place="jia-1")
    town.act("suwin", ref, "triage", tier="ordinary")
    with pytest.raises(TransitionRefused):
        town.act("sudis", ref, "dispatch", to="yi")
    town.act("sudis", ref, "dispatch", to="jia")
    assert decisions(town, ref)[-1] == ("dispatch", "camp", 4, False, None)
    town.act("jiawin", ref, "acknowledge")
    assert (town.case(ref).state, town.last(ref).facts.get("routing")) == ("received", None)


def test_keeping_it_on_the_way_down_overrules(town: Town):
    with_routing(town, {"id": "camp", "because": "都到浩特", "then": {"level": "camp"}})
    ref = town.register("suwin", place="jia-1")
    town.act("suwin", ref, "triage", tier="ordinary")
    with pytest.raises(TransitionRefused, match="没有写明不按建议的理由"):
        town.act("suwin", ref, "keep")


def test_a_ruling_is_the_reason_for_another_unit_than_the_rules_suggest(town: Town):
    """Like disputes go where it was ruled, by dispatch and by keeping, and the ruling is named as the reason."""
    ruled(town, "yi")
    number = town.rows("SELECT number FROM ruling")[0][0]
    with_routing(town, {"id": "rest", "because": "其余的到苏木", "then": {"level": "sumu"}})
    ref = town.register()
    town.act("jiawin", ref, "triage", tier="ordinary")
    ask(town, ref, "yi")
    assert decisions(town, ref)[-1] == ("dispatch", "rest", 4, True, f"按裁定 {number}")
    assert town.last(ref).facts["routing"]["ruling"] == number
    kept = town.register("yiwin")
    town.act("yiwin", kept, "triage", tier="ordinary")
    town.act("yiwin", kept, "keep")
    assert decisions(town, kept)[-1] == ("keep", "rest", 4, True, f"按裁定 {number}")


@contextmanager
def in_the_hall(town, ref):
    """The hall of jia's window, and the case, in a transaction."""
    with town.instance.database.writing() as session:
        hall = town.instance._hall(session, "jiawin")
        yield hall, find_case(session, hall.actor, ref)


def test_rules_look_at_the_case_as_the_act_will_leave_it(sqlite_town: Town):
    with_routing(sqlite_town)
    ref = sqlite_town.register(place="jia-1", headcount=12, source="own_initiative")
    with in_the_hall(sqlite_town, ref) as (hall, case):
        assert (case.headcount, case.source) == (12, "own_initiative")
        found = CaseFacts(
            category=case.category,
            governance=case.governance_category,
            place=hall.tree.by_code("jia-1").id,
            headcount=case.headcount,
            amount_fen=case.amount_fen,
            risk=case.risk,
            source=case.source,
            repeat=False,
            holder=hall.tree.by_code("jia").id,
        )
        assert deciding.case_facts(hall, case, {}) == found
        changes = {"category": "07", "governance_category": "0701", "risk": "high"}
        assert deciding.case_facts(hall, case, changes) == replace(
            found, category="07", governance="0701", risk="high"
        )


def test_decision_keeps_what_was_suggested_and_that_nothing_was(sqlite_town: Town):
    then = {"level": "sumu", "definition": "joint", "tier": "complex"}
    with_routing(sqlite_town, {"id": "high", "because": "风险高的", "when": {"risk": ["high"]}, "then": then})
    with in_the_hall(sqlite_town, sqlite_town.register()) as (hall, case):
        nothing = deciding.decide(hall, case, "triage")
        assert nothing.record == {"routing": {"rule": "", "version": 4, "unit": "", "overruled": False}}
        assert nothing.told == ("没有一条分流规则符合，请由人决定",)
        assert (nothing.row.rule, nothing.row.unit_id, nothing.row.tier) == (None, None, None)
        kept = deciding.decide(hall, case, "keep", case.holder_id, changes={"risk": "high"})
        assert kept.record == {"routing": {"rule": "high", "version": 4, "unit": "su", "overruled": True}}
        assert (kept.told, kept.row.tier, kept.row.definition) == ((), "complex", "joint")
        assert kept.row.unit_id == hall.tree.by_code("su").id


def test_suggestion_calls_the_definition_by_its_title(sqlite_town: Town):
    with_routing(sqlite_town)
    ref = sqlite_town.register("hua", place="jia-1", workflow="simple", amount_fen=20_000)
    with sqlite_town.reading() as session:
        hall = sqlite_town.instance._hall(session, "hua")
        found = deciding.suggestion(hall, find_case(session, hall.actor, ref))
    assert (found.definition, found.definition_title) == ("simple", "简易调解")


def test_department_of_the_level_that_a_rule_names_is_as_good(sqlite_town: Town):
    """Where the case is held is where it was suggested, and who hands it there overrules nothing."""
    with_routing(sqlite_town, {"id": "rest", "because": "其余的到苏木", "then": {"level": "sumu"}})
    with in_the_hall(sqlite_town, sqlite_town.register(place="jia-1")) as (hall, case):
        su = hall.tree.by_code("su").id
        within = [
            node.id
            for node in hall.tree.nodes
            if node.kind != "area"
            and node.level is None
            and su in {one.id for one in hall.tree.ancestors(node.id)}
        ]
        found = deciding.suggestion(hall, case)
        assert [
            deciding.is_there(hall, type(case)(holder_id=one), found) for one in (su, case.holder_id)
        ] == [
            True,
            False,
        ]
        for department in within[:1]:
            assert deciding.is_there(hall, type(case)(holder_id=department), found)
            assert deciding.decide(hall, case, "dispatch", department).act["off_route"] is False
        assert within


def test_rules_that_all_look_at_repeats_see_one(sqlite_town: Town):
    with_routing(
        sqlite_town,
        {"id": "again", "because": "反复的", "when": {"repeat": True}, "then": {"level": "sumu"}},
        {"id": "once", "because": "初次的", "when": {"repeat": False}, "then": {"level": "gacha"}},
    )
    first, again = sqlite_town.register(place="jia-1"), sqlite_town.register(place="jia-1")
    sqlite_town.act("jiawin", again, "link", to=first, kind="repeat", why="同一条沟")
    assert sqlite_town.act("jiawin", again, "triage", tier="ordinary").told == (
        "分流建议：交示例苏木（反复的）",
    )


def test_clock_of_handling_begins_once_and_anew_where_it_was_called_off(sqlite_town: Town):
    with_routing(sqlite_town)
    ref = sqlite_town.bring("received", place="jia-1")
    with in_the_hall(sqlite_town, ref) as (hall, case):
        deciding.start_handling(hall, case)
        [running] = [row for row in deadlines(hall.session, case.id) if row.name == deciding.HANDLING]
        assert (running.state, running.on_miss) == ("running", "remind_owner")
        running.state = "cancelled"
        hall.session.flush()
        deciding.start_handling(hall, case)
    assert [row[0] for row in clock(sqlite_town, ref)] == ["cancelled", "running"]


def test_why_a_rule_is_there_is_told_beside_its_title_while_the_rules_are_in_force(sqlite_town: Town):
    def reasons():
        rows = (("danger", "f"), ("rest", "f"), ("gone", "f"), ("danger", "e"))
        with sqlite_town.reading() as session:
            hall = sqlite_town.instance._hall(session, "jiawin")
            return [
                deciding.rule_reason(hall, RoutingDecision(rule=rule, sha256=64 * digit))
                for rule, digit in rows
            ]

    assert reasons() == ["", "", "", ""]
    with_routing(
        sqlite_town,
        {
            "id": "danger",
            "title": "风险",
            "because": "风险高的到苏木",
            "when": {"risk": ["high"]},
            "then": {"level": "sumu"},
        },
        {"id": "rest", "because": "其余的到嘎查", "then": {"level": "gacha"}},
    )
    assert reasons() == ["风险高的到苏木", "", "", ""]


def test_rule_is_called_by_its_title_and_by_its_id_where_it_is_gone(sqlite_town: Town):
    def titles():
        with sqlite_town.reading() as session:
            hall = sqlite_town.instance._hall(session, "jiawin")
            return [deciding.rule_title(hall, RoutingDecision(rule=one)) for one in ("danger", "gone", None)]

    assert titles() == ["danger", "gone", ""]
    with_routing(sqlite_town)
    assert titles() == ["风险高的到苏木", "gone", ""]


def test_suggestion_without_a_unit_leaves_it_to_people():
    found = Suggestion("far", "远的", (), reason="远的")
    assert deciding.said(found) == "符合的分流规则（远的）所指的单位，从所在地找不到，请由人决定"
