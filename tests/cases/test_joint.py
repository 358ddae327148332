"""Joint mediation: the leader in charge, the weighed risk, the routes; the way in and the way back."""

from datetime import timedelta

import pytest

from mediation.cases import queries
from mediation.errors import InputInvalid, NotPermitted, TransitionRefused
from tests.cases.desk import ask, book, clock, notices, number
from tests.town import Town, pay


def joint(town: Town, state: str = "accepted") -> str:
    """A dispute under the joint definition, accepted and not conferred on yet."""
    ref = town.bring("accepted")
    town.act("jialead", ref, "turn_joint", reason="涉及派出所和苏木")
    assert (town.case(ref).workflow, town.case(ref).state) == ("joint", "accepted")
    if state == "conferred":
        confer(town, ref)
    return ref


def confer(town: Town, ref: str, who: str = "jialead", **changes: object) -> None:
    said = {
        "held_from": town.clock.now() - timedelta(hours=2),
        "held_to": town.clock.now() - timedelta(hours=1),
        "place": "嘎查会议室",
        "chair": "jialead",
        "attendees": [{"unit": "jia", "name": "包长"}, {"unit": "su-pai", "name": "林警", "post": "承办人"}],
        "body": ["各单位通报情况。"],
        "decisions": ["由甲嘎查牵头"],
        "parts": [{"unit": "su-pai", "what": "稳控现场", "due_on": "2026-03-20"}],
    }
    town.act(who, ref, "record_conference", **{**said, **changes})


def test_turn_joint_keeps_number_clock_and_holder_and_leaves_its_event(town):
    ref = town.bring("accepted")
    before = town.case(ref)
    town.act("jialead", ref, "turn_joint", reason="涉及派出所和苏木")
    after = town.case(ref)
    assert (after.number, after.holder_id, after.public_id) == (
        before.number,
        before.holder_id,
        before.public_id,
    )
    assert (after.workflow, after.workflow_version, after.state) == ("joint", 4, "accepted")
    assert (town.last(ref).act, town.last(ref).facts["workflow"]) == ("turn_joint", "joint/4")


def test_back_to_ordinary_leaves_no_conference_to_go_to(town):
    ref = joint(town)
    called = {"units": ["su-pai"], "starts_at": town.clock.now() + timedelta(days=1), "place": "嘎查"}
    town.act("jialead", ref, "call_conference", **called)
    town.act("jialead", ref, "back_to_ordinary", reason="只涉及一个单位")
    assert (town.case(ref).workflow, town.case(ref).state) == ("ordinary", "accepted")
    assert [one["state"] for one in town.instance.case("jialead", ref).appointments] == ["cancelled"]


def test_back_to_ordinary_is_refused_while_another_mediation_leads(town):
    ref = joint(town)
    way = {"agreed_by": [1, 2], "reason": "双方同意"}
    town.act("jialead", ref, "switch_route", to="administrative", unit="su-pai", **way)
    before = town.dump()
    with pytest.raises(InputInvalid, match=r"现由行政调解主导.*「转换调解途径」转回人民调解"):
        town.act("jialead", ref, "back_to_ordinary", reason="只涉及一个单位")
    assert town.dump() == before
    town.act("jialead", ref, "switch_route", to="people", **way)
    town.act("jialead", ref, "back_to_ordinary", reason="只涉及一个单位")
    assert town.case(ref).workflow == "ordinary"


def test_turn_joint_before_acceptance_goes_on_to_be_accepted_there(town):
    ref = town.bring("received")
    town.act("jialead", ref, "turn_joint", reason="人数多")
    assert (town.case(ref).workflow, town.case(ref).state) == ("joint", "received")


def test_back_to_ordinary_is_refused_while_a_part_is_open(town):
    ref = joint(town, "conferred")
    with pytest.raises(TransitionRefused, match="还有1项协办分工没有办复"):
        town.act("jialead", ref, "back_to_ordinary", reason="只涉及一个单位")
    ref = joint(town)
    town.act("jialead", ref, "back_to_ordinary", reason="只涉及一个单位")
    assert (town.case(ref).workflow, town.case(ref).state) == ("ordinary", "accepted")


def test_put_in_charge_names_a_leader_of_the_holder_or_above(town):
    ref = joint(town)
    town.act("jialead", ref, "put_in_charge", person="sulead", duty="每周听取一次")
    case = town.case(ref)
    event = town.last(ref)
    assert (case.state, event.facts["leader"], set(event.commitments)) == ("accepted", "sulead", {"duty"})
    assert town.instance.case("jialead", ref).leader == "苏长"


@pytest.mark.parametrize("person", ["jiamed", "lin", "nobody"])
def test_put_in_charge_refuses_who_leads_nothing_above_the_case(town, person):
    ref = joint(town)
    before = town.dump()
    with pytest.raises(InputInvalid) as refused:
        town.act("jialead", ref, "put_in_charge", person=person)
    assert [problem.key for problem in refused.value.problems] == ["person"]
    assert town.dump() == before


def test_leader_in_charge_may_name_another_and_a_stranger_may_not(town):
    ref = joint(town)
    town.act("jialead", ref, "put_in_charge", person="sulead")
    town.act("sulead", ref, "put_in_charge", person="jialead")
    assert town.last(ref).facts["leader"] == "jialead"
    with pytest.raises(NotPermitted):
        town.act("suwin", ref, "put_in_charge", person="sulead")


@pytest.mark.parametrize(("leader", "stays"), [("jialead", False), ("sulead", True)])
def test_who_leads_nothing_above_the_unit_that_takes_over_is_not_in_charge_any_more(town, leader, stays):
    ref = town.bring("preparing")
    town.act("jialead", ref, "put_in_charge", person=leader)
    town.act("jiamed", ref, "escalate", reason="涉及面广")
    assert town.case(ref).leader_id is not None  # until it is taken
    told = town.act("suwin", ref, "acknowledge").told
    assert (town.case(ref).leader_id is not None) == stays
    assert [one for one in told if "包案" in one] == (
        [] if stays else ["包长不是本单位或者上级单位的负责人，不再包案；需要包案的，请另定"]
    )
    assert ("leader" in town.last(ref).facts["became"]) != stays
    assert town.instance.verify_trail().problems == []


def test_assess_risk_raises_the_level_and_keeps_measures_out_of_the_clear(town):
    ref = joint(town)
    measures = "每日走访两户，夜间值守。"
    done = town.act(
        "jiamed",
        ref,
        "assess_risk",
        level="high",
        factors=["threat", "weapon"],
        measures=measures,
        review_on="2026-03-09",
    )
    [row] = town.of(ref, queries.risks)
    assert (row.ordinal, row.level, row.factors, row.measures) == (1, "high", ["threat", "weapon"], measures)
    assert (town.case(ref).risk, town.last(ref).facts["level"]) == ("high", "high")
    assert measures not in repr(town.dump())
    assert town.clocks(ref)["risk_review"] == "running"
    [told] = done.told
    assert told.startswith("风险等级为高，还没有报告公安机关的记录")
    assert "「报告公安机关」（人民调解法第25条）" in told
    word = {"reported_at": town.clock.now(), "to": "示例苏木派出所", "account": "扬言动手。"}
    town.act("jiamed", ref, "report_police", **word)
    assert (
        town.act("jiamed", ref, "assess_risk", level="high", factors=["threat"], measures="看守。").told == ()
    )
    town.act("jiamed", ref, "assess_risk", level="low", factors=["none"], measures="已平息。")
    assert (town.clocks(ref)["risk_review"], town.case(ref).risk) == ("met", "low")


def test_assess_risk_refuses_unknown_codes_and_a_review_in_the_past(town):
    ref = joint(town)
    before = town.dump()
    for wrong in (
        {"level": "terrible"},
        {"level": "high", "factors": ["storm"]},
        {"level": "high", "review_on": "2026-03-02"},
    ):
        with pytest.raises(InputInvalid):
            town.act("jiamed", ref, "assess_risk", measures="值守", **wrong)
    assert town.dump() == before


def test_switch_route_needs_all_parties_and_the_unit_that_leads(town):
    ref = joint(town)
    before = town.dump()
    with pytest.raises(InputInvalid) as refused:
        town.act("jialead", ref, "switch_route", to="judicial", agreed_by=[1], reason="法院委派")
    assert [problem.key for problem in refused.value.problems] == ["unit", "agreed_by"]
    assert town.dump() == before
    town.act(
        "jialead",
        ref,
        "switch_route",
        to="administrative",
        unit="su-pai",
        agreed_by=[1, 2],
        reason="治安调解",
    )
    assert town.case(ref).route == "administrative"
    assert (town.last(ref).facts["from"], town.last(ref).facts["to"]) == ("people", "administrative")
    assert town.instance.case("lin", ref).route == "administrative"
    with pytest.raises(InputInvalid, match="现在就是这一途径"):
        town.act(
            "jialead",
            ref,
            "switch_route",
            to="administrative",
            unit="su-pai",
            agreed_by=[1, 2],
            reason="再转",
        )


def test_assign_in_joint_mediation_tells_all_that_is_missing_at_once(town):
    ref = joint(town, "conferred")
    before = town.dump()
    with pytest.raises(TransitionRefused) as refused:
        town.act("jialead", ref, "assign", mediators=[{"person": "jiamed", "role": "presiding"}])
    found = [reason.guard for reason in refused.value.reasons]
    assert found == ["leader_named", "risk_assessed", "two_mediators_at_least"]
    assert town.dump() == before


def performing(town: Town) -> str:
    """A joint mediation whose agreement is in force, with the part that the conference gave to the police station open."""
    ref = joint(town, "conferred")
    town.act("jialead", ref, "put_in_charge", person="jialead")
    town.act("jiamed", ref, "assess_risk", level="low", factors=["none"], measures="已平息。")
    roles = {"jiamed": "presiding", "jiamed2": "mediator", "jiarec": "recorder"}
    town.act("jialead", ref, "assign", mediators=[{"person": who, "role": roles[who]} for who in roles])
    town.step(ref, "record_session")
    town.step(ref, "draft_agreement")
    ask(town, ref, "sulead")
    town.act("sulead", ref, "approve", task=number(town, ref, "sulead"))
    town.do("jiamed", ref, "conclude_written")
    for slot in ("party-01", "party-02", "mediator-01", "mediator-02", "recorder"):
        town.sign(ref, slot)
    town.do("jiamed", ref, "seal")
    town.act("jiamed", ref, "record_performance", clause=1, performed_on="2026-03-02")
    return ref


def test_part_outlives_a_supplement_that_is_taken_up_and_dropped_and_closing_waits_for_it(sqlite_town):
    town = sqlite_town
    ref = performing(town)
    part = number(town, ref, ":su-pai")
    open_part = "还有1项协办分工没有办复"
    with pytest.raises(TransitionRefused, match=open_part):
        town.act("jiamed", ref, "close")
    more = {"asked_by": [1, 2], "facts": "没有约定清淤。", "matters": "由谁清淤。", "clauses": [pay()]}
    town.do("jiamed", ref, "supplement", **more)
    assert (town.case(ref).state, book(town, ref)[":su-pai"], clock(town, ref, part)) == (
        "supplementing",
        "open",
        "running",
    )
    town.act("jiamed", ref, "drop_supplement", reason="不补了")
    assert (town.case(ref).state, book(town, ref)[":su-pai"]) == ("performing", "open")
    with pytest.raises(TransitionRefused, match=open_part):
        town.act("jiamed", ref, "close")
    assert "task_lapsed" not in notices(town, ref)
    town.do("jiamed", ref, "supplement", **more)
    town.act("lin", ref, "answer", task=part, opinion="现场平稳", done=True)
    town.act("jiamed", ref, "drop_supplement", reason="不补了")
    town.act("jiamed", ref, "close")
    assert (town.case(ref).state, book(town, ref)[":su-pai"]) == ("closed", "done")
