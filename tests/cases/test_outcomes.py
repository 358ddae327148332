"""How a dispute ends, and what is told and recorded then."""

from datetime import timedelta

import pytest

from mediation.cases import queries
from mediation.errors import InputInvalid, NotPermitted, TransitionNotAllowed, TransitionRefused
from tests.town import Town, party, pay

DRAFT = {"facts": "雨水倒灌。", "matters": "由谁修沟。"}
AGENT = {"kind": "agent", "name": "代理人", "powers": ["apply", "sign_record"]}


def settled(town: Town, *clauses: dict[str, object], **registered: object) -> str:
    """A dispute of the simple way that an oral agreement has settled."""
    ref = town.register("grid", workflow="simple", **registered)
    town.act("grid", ref, "take")
    town.act("grid", ref, "record_session", **town.session("agreed"))
    town.act("grid", ref, "draft_agreement", **DRAFT, clauses=list(clauses) or [pay(at_once=True)])
    town.act("grid", ref, "conclude_oral")
    return ref


def test_refusal_before_acceptance_ends_with_a_notice_of_its_own_number(town):
    ref = town.bring("received")
    town.act("jiawin", ref, "refuse", party=2, explanation="坚决不同意", routes=["court"])
    case = town.case(ref)
    assert (case.state, case.outcome, case.number, case.ended_at) == (
        "ended",
        "party_refused",
        None,
        town.clock.now(),
    )
    [notice] = town.of(ref, queries.notices)
    assert (notice.kind, notice.reason, notice.number) == (
        "non_acceptance",
        "party_refuses",
        "〔2026〕示例甲人调不受字第1号",
    )
    [one, two] = town.of(ref, queries.parties)
    assert (one.refused_at, two.refused_at, two.consented_at) == (None, town.clock.now(), None)
    assert town.last(ref).facts["party"] == 2


@pytest.mark.parametrize("at", ["accepted", "preparing", "mediating", "agreed", "signing"])
def test_refusal_after_acceptance_terminates(town, at):
    ref = town.bring(at)
    town.act("jiamed" if at != "accepted" else "jiawin", ref, "refuse", party=1, routes=["court"])
    case = town.case(ref)
    assert (case.state, case.outcome) == ("ended", "party_refused")
    [notice] = town.of(ref, queries.notices)
    assert (notice.kind, notice.number, notice.routes) == ("termination", case.number, ["court"])
    assert town.clocks(ref)["mediation_limit"] == "met"
    assert {one.state for one in town.of(ref, queries.agreements)} <= {"void"}


def test_refusal_without_other_routes_is_refused(town):
    ref = town.bring("mediating")
    with pytest.raises(TransitionRefused, match="没有写明告知当事人的其他途径"):
        town.act("jiamed", ref, "refuse", party=1)
    with pytest.raises(TransitionRefused, match="告知的途径里没有仲裁、行政或者司法途径"):
        town.act("jiamed", ref, "refuse", party=1, routes=["legal_aid"])


@pytest.mark.parametrize("verb", ["refuse", "withdraw"])
def test_agent_ends_the_mediation_only_with_that_power(town, verb):
    able = {**AGENT, "powers": ["end"], "valid_to": "2026-03-02"}
    ref = town.bring("mediating", parties=[party(agents=[AGENT, able]), party("respondent", 2)])

    def words(agent: int) -> dict[str, object]:
        own = {"party": 1, "agent": agent}
        all_of_them = {"asked_by": [1], "agents": {1: agent}, "reason": "不想再调"}
        return {"routes": ["court"], **(all_of_them if verb == "withdraw" else own)}

    before = town.dump()
    with pytest.raises(TransitionRefused, match="代理人没有「要求终止调解」的权限"):
        town.act("jiamed", ref, verb, **words(1))
    with pytest.raises(InputInvalid, match="没有第 3 位代理人"):
        town.act("jiamed", ref, verb, **words(3))
    assert town.dump() == before
    town.clock.advance(timedelta(days=1))
    with pytest.raises(TransitionRefused, match="委托期限已经届满"):
        town.act("jiamed", ref, verb, **words(2))
    town.clock.advance(-timedelta(days=1))
    town.act("jiamed", ref, verb, **words(2))
    assert town.case(ref).state == "ended"
    said = town.last(ref).facts
    assert (said["agents"] if verb == "withdraw" else said["agent"]) == (
        {"1": 2} if verb == "withdraw" else 2
    )


def test_respondent_cannot_withdraw(town):
    ref = town.bring("mediating")
    with pytest.raises(InputInvalid, match="撤回申请的应当是申请人"):
        town.act("jiamed", ref, "withdraw", reason="算了", asked_by=[2])


def test_withdrawal_needs_all_applicants_and_says_so_in_its_reason(town):
    three = [party("applicant", 1), party("applicant", 2), party("respondent", 3)]
    ref = town.bring("accepted", parties=three)
    before = town.dump()
    with pytest.raises(TransitionRefused) as refused:
        town.act("jiawin", ref, "withdraw", reason="算了", asked_by=[1])
    assert [reason.message for reason in refused.value.reasons] == [
        "申请人（2）没有要求撤回申请",
        "没有写明告知当事人的其他途径",
    ]
    with pytest.raises(InputInvalid, match="不在所写的当事人之中"):
        town.act("jiawin", ref, "withdraw", reason="算了", asked_by=[1, 2], agents={3: 1}, routes=["court"])
    assert town.dump() == before
    town.act("jiawin", ref, "withdraw", reason="算了", asked_by=[1, 2], routes=["arbitration"])
    case = town.case(ref)
    assert (case.outcome, case.end_reason) == ("withdrawn", "withdrawn")
    [notice] = town.of(ref, queries.notices)
    assert (notice.reason, notice.routes) == ("withdrawn", ["arbitration"])
    assert town.instance.office.codes.title("end_reasons", "withdrawn") == "申请人撤回申请"


def test_withdrawal_before_acceptance_owes_no_notice(town):
    ref = town.bring("triaged")
    town.act("jiawin", ref, "withdraw", reason="已自行和解", asked_by=[1], settled_privately=True)
    case = town.case(ref)
    assert (case.state, case.outcome, case.end_reason) == ("ended", "withdrawn", "settled_privately")
    assert (town.of(ref, queries.notices), town.outbox(ref)) == ([], [])
    town.act("jiawin", ref, "close")
    assert town.case(ref).state == "closed"


def test_termination_tells_reason_and_routes_and_closes_when_all_are_told(town):
    ref = town.bring("mediating")
    with pytest.raises(TransitionRefused, match="没有写明告知当事人的其他途径"):
        town.act("jiamed", ref, "terminate", reason="no_agreement")
    with pytest.raises(InputInvalid, match="routes"):
        town.act("jiamed", ref, "terminate", reason="no_agreement", routes=["moon"])
    town.act("jiamed", ref, "terminate", reason="no_agreement", routes=["court", "arbitration"])
    case = town.case(ref)
    assert (case.state, case.outcome, case.end_reason) == ("ended", "terminated", "no_agreement")
    assert town.outbox(ref) == [("issue_paper", "termination_notice")]
    with pytest.raises(TransitionRefused) as refused:
        town.act("jiamed", ref, "close")
    assert [reason.guard for reason in refused.value.reasons] == ["papers_issued", "everybody_told"]
    town.act("jiamed", ref, "tell_notice", parties=[1])
    town.act("jiamed", ref, "tell_notice", parties=[1, 2], manner="post")  # as the form has it: everybody
    [notice] = town.of(ref, queries.notices)
    assert notice.told == {"1": "2026-03-02", "2": "2026-03-02"}
    before = town.dump()
    for paper in (None, "termination_notice"):
        with pytest.raises(InputInvalid) as wrong:
            town.act("jiamed", ref, "tell_notice", parties=[2, 1, 7, 2], manner="moon", paper=paper)
        assert [(one.key, one.message) for one in wrong.value.problems] == [
            (
                "manner",
                "送达方式里没有可用的代码 moon；可用：handed 当面交付、read_aloud 当面宣读、post 邮寄、phone 电话告知、electronic 电子送达、left 留置",
            ),
            ("parties", "没有第 7 号当事人；本案当事人编号为 1、2"),
            ("parties", "第 1 号当事人已于2026年3月2日送达过，不用再记"),
            ("parties", "第 2 号当事人已于2026年3月2日送达过，不用再记"),
        ]
    assert town.dump() == before
    with pytest.raises(TransitionRefused) as refused:
        town.act("jiamed", ref, "close")
    assert [reason.guard for reason in refused.value.reasons] == ["papers_issued"]


def test_performance_and_breach_settle_the_clauses(town):
    ref = settled(town, pay(at_once=True), pay(at_once=True, amount_fen=200_00))
    with pytest.raises(TransitionRefused) as refused:
        town.act("grid", ref, "close")
    assert [reason.message for reason in refused.value.reasons] == [
        "还没有制作，或者还没有签完、盖章：口头协议登记表",
        "协议第1、2条还没有履行结果",
    ]
    town.act("grid", ref, "record_performance", clause=1, performed_on="2026-03-02", proof="收条")
    town.act(
        "grid", ref, "record_breach", clause=2, noticed_on="2026-03-02", account="拒付", routes=["court"]
    )
    [agreement] = town.of(ref, queries.agreements)
    with town.reading() as session:
        one, two = queries.clauses(session, agreement.id)
    assert (one.performed_on.isoformat(), one.breached_on, one.proof) == ("2026-03-02", None, "收条")
    assert (two.performed_on, two.breached_on.isoformat()) == (None, "2026-03-02")
    assert town.acts(ref)[-2:] == ["record_performance", "record_breach"]


@pytest.mark.parametrize(
    ("verb", "words", "key"),
    [
        ("record_performance", {"clause": 9, "performed_on": "2026-03-02"}, "clause"),
        ("record_performance", {"clause": 1, "performed_on": "2026-03-03"}, "performed_on"),
        ("record_breach", {"clause": 1, "noticed_on": "2026-03-03", "account": "x", "routes": ["court"]}, "noticed_on"),
        ("record_breach", {"clause": 1, "noticed_on": "2026-03-02", "account": "x", "routes": ["moon"]}, "routes"),
    ],
)  # fmt: skip
def test_performance_that_cannot_be_is_refused(town, verb, words, key):
    ref = settled(town)
    before = town.dump()
    with pytest.raises(InputInvalid) as refused:
        town.act("grid", ref, verb, **words)
    assert [problem.key for problem in refused.value.problems] == [key]
    assert town.dump() == before


def test_breach_of_what_was_performed_is_refused(town):
    ref = settled(town)
    town.act("grid", ref, "record_performance", clause=1, performed_on="2026-03-02")
    with pytest.raises(InputInvalid, match="已经记录为履行"):
        town.act(
            "grid", ref, "record_breach", clause=1, noticed_on="2026-03-02", account="x", routes=["court"]
        )


def test_breach_without_routes_is_refused(town):
    ref = settled(town)
    with pytest.raises(TransitionRefused, match="其他途径"):
        town.act("grid", ref, "record_breach", clause=1, noticed_on="2026-03-02", account="x", routes=[])


def test_nothing_but_what_follows_is_done_in_a_closed_case(town):
    ref = town.bring("triaged")
    town.act("jiawin", ref, "withdraw", reason="和解", asked_by=[1])
    town.act("jiawin", ref, "close")
    before = town.dump()
    for trigger, words in [
        ("triage", {"tier": "simple"}),
        ("withdraw", {"reason": "再撤", "asked_by": [1]}),
        ("close", {}),
        ("accept", {}),
    ]:
        with pytest.raises(TransitionNotAllowed):
            town.act("jiawin", ref, trigger, **words)
    assert town.dump() == before


def test_outsider_ends_nothing(town):
    ref = town.bring("mediating")
    for who in ("sumed", "sulead"):
        with pytest.raises(NotPermitted):
            town.act(who, ref, "terminate", reason="no_agreement", routes=["court"])
