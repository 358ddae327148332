"""A court is asked together and in time; what it rules opens enforcement, or talks anew and suit."""

from datetime import date

import pytest

from mediation.cases.performance import queries as performance
from mediation.clock import local_moment
from mediation.errors import InputInvalid, TransitionRefused
from tests.cases.performance.test_performing import by_instalments, in_force, payloads, perform
from tests.town import pay

ASK = {"asked_by": [1, 2], "applied_on": "2026-03-20", "court": "示例旗人民法院"}
NUMBER = "（2026）示调确字第7号"


def ask(town, ref, **words):
    town.clock.put(local_moment(date(2026, 3, 20), 9))
    return town.act("jiamed", ref, "apply_confirmation", **{**ASK, **words})


def rule(town, ref, result, **words):
    town.clock.put(local_moment(date(2026, 4, 10), 9))
    said = {"result": result, "ruled_on": "2026-04-08", "number": NUMBER}
    return town.act("jiamed", ref, "record_confirmation", **{**said, **words})


def due(town, ref, name):
    return next(one.due_at for one in town.instance.clocks.explain("jiamed", ref, name))


def test_application_in_time_meets_the_clock_and_tells_what_to_look_at(town):
    ref = in_force(town)
    assert town.clocks(ref)["confirmation"] == "running"
    done = ask(town, ref, reference="窗口收件回执 3 号")
    assert town.clocks(ref)["confirmation"] == "met"
    assert done.told == (
        "请核对：申请时要提交调解协议；口头协议请先由各方签订书面协议（民诉法解释第354条）",
        "申请时提交：申请书、调解协议、调解组织主持调解的证明、身份证明；与财产权利有关的，另交证明材料（民诉法解释第354条）",
    )
    [row] = town.of(ref, performance.confirmations)
    assert (row.result, row.applied_on, row.court, row.reference) == (
        "applied", date(2026, 3, 20), "示例旗人民法院", {"application": "窗口收件回执 3 号"},
    )  # fmt: skip
    assert town.last(ref).facts["applied_on"] == "2026-03-20"
    assert "窗口" not in str(town.last(ref).facts)
    with pytest.raises(TransitionRefused, match="已经申请司法确认"):
        ask(town, ref)


@pytest.mark.parametrize(("category", "word"), [("0102", "身份关系"), ("0901", "确权"), ("1001", "确权")])
def test_what_a_court_refuses_is_warned_about(sqlite_town, category, word):
    town = sqlite_town
    ref = in_force(town)
    with town.instance.database.writing() as session:
        case = session.merge(town.case(ref))
        case.governance_category = category
        session.add(case)
    assert any(word in one for one in ask(town, ref).told)


def test_application_needs_all_parties_and_its_time(town):
    ref = in_force(town)
    with pytest.raises(TransitionRefused, match="没有共同申请"):
        ask(town, ref, asked_by=[1])
    town.clock.put(local_moment(date(2026, 4, 10), 9))
    town.instance.run_deadlines()
    before = town.dump()
    with pytest.raises(TransitionRefused) as refused:
        town.act("jiamed", ref, "apply_confirmation", **{**ASK, "applied_on": "2026-04-02"})
    [reason] = refused.value.reasons
    assert reason.message == "申请期限已于2026年4月1日届满"
    assert "向人民法院起诉" in reason.next_step
    assert town.dump() == before
    # handed in on the last day, and entered late: in time
    town.act("jiamed", ref, "apply_confirmation", **{**ASK, "applied_on": "2026-04-01"})
    assert town.clocks(ref)["confirmation"] == "missed"


def test_confirmed_agreement_has_its_last_days_for_enforcement(town):
    refrain = {"obligor": 2, "obligee": 1, "act": "refrain", "what": "倾倒垃圾"}
    ref = in_force(town, by_instalments(), pay(at_once=True), refrain)
    ask(town, ref)
    perform(town, ref, "2026-03-23", clause=2)
    done = rule(town, ref, "confirmed", reference="卷宗副本已领取")
    assert done.told == ("一方不履行的，对方可以在申请执行期限届满以前向人民法院申请强制执行",)
    assert {name for name in town.clocks(ref) if name.startswith("enforcement")} == {"enforcement:1"}
    # two years after 20 May 2026, a Saturday: the Monday after it, and of a year without a calendar yet
    assert due(town, ref, "enforcement:1") == local_moment(date(2028, 5, 23))
    [why] = town.instance.clocks.explain("jiamed", ref, "enforcement:1")
    assert why.why[:2] == (
        "期限：2年（依据：民事诉讼法第250条）",
        "自第1条最后一期（第3期）履行期限2026年5月20日届满之日起（2026年5月20日）",
    )
    [row] = town.of(ref, performance.confirmations)
    assert (row.result, row.ruled_on, row.reference) == (
        "confirmed", date(2026, 4, 8), {"number": NUMBER, "note": "卷宗副本已领取"},
    )  # fmt: skip
    assert NUMBER not in str([event.facts for event in town.events(ref)])
    words = {"clause": 1, "noticed_on": "2026-04-10", "account": "没有付。"}
    late = town.act("jiamed", ref, "record_breach", **words)
    assert late.told == (
        "人民法院已确认协议，申请强制执行的期间到2028年5月22日24时为止（民事诉讼法第250条）",
        "全体当事人都同意的，可以办理「再次调解」",
    )
    assert town.last(ref).facts["routes"] == []
    told = [town.last(ref).facts[key] for key in ("enforcement", "enforceable_until")]
    assert told == [True, "2028-05-22"]
    [ledger] = town.instance.case("jiamed", ref).ledger
    assert ledger["parts"][0]["enforce_until"] == date(2028, 5, 22)
    assert ledger["confirmations"][0]["number"] == NUMBER
    perform(town, ref, "2026-04-12")
    assert town.clocks(ref)["enforcement:1"] == "met"
    assert town.instance.verify_trail().problems == []


def test_who_may_apply_for_enforcement_is_reminded_of_the_last_day(town):
    ref = in_force(town, by_instalments(), pay(obligor=1, obligee=2, due_on="2026-05-20"))
    ask(town, ref)
    rule(town, ref, "confirmed")
    perform(town, ref, "2026-04-12", clause=2)
    words = {"clause": 1, "noticed_on": "2026-05-21", "account": "没有付。", "routes": ["court"]}
    town.clock.put(local_moment(date(2026, 5, 21), 9))
    town.act("jiamed", ref, "record_breach", **words)
    for on in (date(2027, 11, 22), date(2028, 4, 24), date(2028, 5, 15)):
        town.clock.put(local_moment(on, 9))
        sent = [(one.deadline, one.point) for one in town.instance.clocks.remind()]
        assert [name for name, _point in sent if name.startswith("enforcement")] == ["enforcement:1"]
    told = [one for name, one in payloads(town, ref) if name == "enforcement_reminder"]
    assert told == [
        {"notice": "enforcement_reminder", "party": 1, "clause": 1, "last_day": "2028-05-22"}
    ] * 3  # fmt: skip
    staff = [one for name, one in payloads(town, ref) if name == "reminder" and one["kind"] == "enforcement"]
    assert [(one["clause"], one["last_day"]) for one in staff] == [(1, "2028-05-22")] * 3
    town.instance.post_room.deliver_waiting()
    told = town.rows("SELECT reader, channel, state FROM delivery WHERE notice = 'enforcement_reminder'")
    assert [tuple(row) for row in told] == [("party:1", "file", "sent")] * 3
    town.clock.put(local_moment(date(2028, 5, 16), 9))
    town.act("jiawin", ref, "record_performance", clause=1, performed_on="2028-05-16")
    assert town.instance.clocks.remind() == []


def test_breach_recorded_after_the_time_for_enforcement_says_that_it_is_over(sqlite_town):
    town = sqlite_town
    ref = in_force(town)
    ask(town, ref)
    rule(town, ref, "confirmed")
    town.clock.put(local_moment(date(2028, 5, 23), 9))
    words = {"clause": 1, "noticed_on": "2028-05-23", "account": "没有付。", "routes": ["court"]}
    late = town.act("jiawin", ref, "record_breach", **words)
    assert late.told[0] == (
        "人民法院已确认协议，申请强制执行的期间已于2028年5月22日24时届满；"
        "有中止、中断情形的，由人民法院审查（民事诉讼法第250条）"
    )


def test_trail_says_that_enforcement_was_told_where_it_has_no_last_day(sqlite_town):
    """Of what nobody has to do by a day there is no clock; the way is the same."""
    town = sqlite_town
    ref = in_force(town, {"obligor": 2, "obligee": 1, "act": "refrain", "what": "倾倒垃圾"})
    words = {"clause": 1, "noticed_on": "2026-05-21", "account": "又倒了。", "routes": ["court"]}
    ask(town, ref)
    rule(town, ref, "confirmed")
    town.clock.put(local_moment(date(2026, 5, 21), 9))
    told = town.act("jiamed", ref, "record_breach", **{**words, "routes": []}).told
    assert told[0] == "人民法院已确认协议，可以申请强制执行（民事诉讼法第250条）"
    facts = town.last(ref).facts
    assert (facts["routes"], facts["enforcement"], "enforceable_until" in facts) == ([], True, False)


def test_clause_without_a_day_runs_from_the_ruling(town):
    ref = in_force(town, pay(at_once=True))
    ask(town, ref)
    rule(town, ref, "confirmed")
    assert due(town, ref, "enforcement:1") == local_moment(date(2028, 4, 11))  # 8 April 2028 is a Saturday


def test_dismissed_application_opens_talks_anew_and_no_enforcement(town):
    ref = in_force(town)
    with pytest.raises(TransitionRefused, match="申请也没有被驳回"):
        town.act("jiamed", ref, "remediate", asked_by=[1, 2], reason="条款不明确")
    ask(town, ref)
    [told] = rule(town, ref, "dismissed").told
    assert "变更原协议" in told
    assert "起诉" in told
    assert not any(name.startswith("enforcement") for name in town.clocks(ref))
    with pytest.raises(TransitionRefused, match="已被人民法院驳回"):
        town.act("jiamed", ref, "apply_confirmation", **{**ASK, "applied_on": "2026-04-01"})
    town.act("jiamed", ref, "remediate", asked_by=[1, 2], reason="条款不明确")
    assert town.case(ref).state == "preparing"


@pytest.mark.parametrize(
    ("verb", "words", "key"),
    [
        ("apply_confirmation", {"applied_on": "2026-03-21"}, "applied_on"),
        ("apply_confirmation", {"applied_on": "2026-03-01"}, "applied_on"),
        ("apply_confirmation", {"court": None}, "court"),
        ("apply_confirmation", {"agreement": 2}, "agreement"),
        ("apply_confirmation", {"agents": {1: 1}}, "agents.1"),
        ("record_confirmation", {"ruled_on": "2026-03-21"}, "ruled_on"),
    ],
)
def test_what_cannot_be_is_refused_and_writes_nothing(sqlite_town, verb, words, key):
    town = sqlite_town
    ref = in_force(town)
    town.clock.put(local_moment(date(2026, 3, 20), 9))
    usual = {"apply_confirmation": ASK, "record_confirmation": {"result": "confirmed", "number": NUMBER}}[
        verb
    ]
    before = town.dump()
    with pytest.raises(InputInvalid) as caught:
        town.act("jiamed", ref, verb, **{**usual, **words})
    assert {one.key for one in caught.value.problems} == {key}
    assert town.dump() == before


def test_ruling_that_nobody_waits_for_is_refused(sqlite_town):
    town = sqlite_town
    ref = in_force(town)
    with pytest.raises(TransitionRefused, match="没有等待裁定的司法确认申请"):
        rule(town, ref, "confirmed")
