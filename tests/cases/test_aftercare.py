"""Pauses, partial agreements, and what comes after an agreement: taken up anew, supplemented, corrected, voided."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from mediation.cases import queries
from mediation.cases.aftercare import queries as aftercare
from mediation.cases.aftercare.papers import find_paper
from mediation.clock import local_day
from mediation.deadlines.calendar import last_day
from mediation.errors import InputInvalid, NotPermitted, TransitionRefused
from mediation.migrating import migrate_cases
from mediation.people.queries import person
from mediation.units.models import CommitteeMember
from mediation.workflow.migration import Plan
from tests.cases.desk import agreed_orally, ask, number
from tests.town import Town, drawing, party, pay

REASON = {"reason": "双方要求"}
AGENT = {"kind": "agent", "name": "代理人", "powers": ["sign_agreement"]}


def signed(town: Town, ref: str, **concluded: object) -> str:
    """The agreement of a case that has been agreed, signed by all and sealed."""
    town.do("jiamed", ref, "conclude_written", **concluded)
    sign_all(town, ref)
    return ref


def sign_all(town: Town, ref: str) -> None:
    for slot in ("party-01", "party-02", "mediator-01", "recorder"):
        town.sign(ref, slot)
    town.do("jiamed", ref, "seal")


def breached(town: Town, ref: str) -> str:
    """The day of payment has passed, and nothing was paid."""
    town.clock.advance(timedelta(days=40))
    town.act(
        "jiamed", ref, "record_breach", clause=1, noticed_on="2026-04-05", account="没有付", routes=["court"]
    )
    return ref


def papers(town: Town, ref: str) -> list[tuple[str, str, str]]:
    return [(one.form, one.subject, one.state) for one in town.of(ref, queries.documents)]


# — 中止 —


def pause(town: Town, ref: str, **changes: object) -> None:
    said = {"kind": "appraisal", "asked_by": [1], "evidence": "委托鉴定", "expected_on": "2026-03-20"}
    town.do("jiamed", ref, "suspend", **{**said, **changes})


def test_suspension_stops_the_clock_of_the_law_until_it_is_resumed(town):
    ref = town.bring("mediating")
    pause(town, ref)
    case = town.case(ref)
    assert (case.state, case.phase, case.suspended_at) == ("suspended", "mediation", town.clock.now())
    assert town.clocks(ref)["mediation_limit"] == "paused"
    clocks = {row.name: row for row in town.of(ref, queries.deadlines)}
    assert last_day(clocks["state:suspended"].due_at) == date(2026, 3, 20)
    assert [act for act in town.acts(ref) if act in {"suspend", "document.frozen"}] == [
        "suspend",
        "document.frozen",
    ]
    [row] = town.of(ref, aftercare.suspensions)
    assert (row.kind, row.asked_by, row.ended_at) == ("appraisal", [1], None)
    assert ("suspension_notice", "suspension-1", "complete") in papers(town, ref)
    town.clock.advance(timedelta(days=10))
    town.act("jiamed", ref, "resume", result="鉴定意见已出具")
    case = town.case(ref)
    assert (case.state, case.suspended_at) == ("mediating", None)
    clocks = {row.name: row for row in town.of(ref, queries.deadlines)}
    assert clocks["mediation_limit"].state == "running"
    assert last_day(clocks["mediation_limit"].due_at) == date(
        2026, 4, 13
    )  # ten days later, and the 11th is a Saturday
    [row] = town.of(ref, aftercare.suspensions)
    assert (row.result, row.ended_at) == ("鉴定意见已出具", town.clock.now())
    assert town.last(ref).facts["suspension"] == 1


def test_suspension_before_the_first_talk_resumes_to_its_preparation(sqlite_town):
    ref = sqlite_town.bring("preparing")
    pause(sqlite_town, ref, kind="consent", asked_by=[1, 2])
    sqlite_town.act("jiamed", ref, "resume", result="恢复")
    assert sqlite_town.case(ref).state == "preparing"


def test_suspension_by_will_needs_everybody_and_a_day_to_come(town):
    ref = town.bring("mediating")
    before = town.dump()
    with pytest.raises(TransitionRefused, match=r"申请人（1）没有同意中止"):
        pause(town, ref, kind="consent", asked_by=[2])
    with pytest.raises(InputInvalid, match="预计恢复的日期"):
        pause(town, ref, expected_on="2026-03-02")
    assert town.dump() == before


def test_longer_suspension_is_a_second_row_and_a_second_notice(sqlite_town):
    ref = sqlite_town.bring("mediating")
    pause(sqlite_town, ref)
    pause(sqlite_town, ref, expected_on="2026-04-30")
    rows = sqlite_town.of(ref, aftercare.suspensions)
    assert [(row.ordinal, row.ended_at is None) for row in rows] == [(1, False), (2, True)]
    assert [one for one in papers(sqlite_town, ref) if one[0] == "suspension_notice"] == [
        ("suspension_notice", "suspension-1", "complete"),
        ("suspension_notice", "suspension-2", "complete"),
    ]
    clocks = [row for row in sqlite_town.of(ref, queries.deadlines) if row.name == "mediation_limit"]
    assert [row.state for row in clocks] == ["paused"]
    [told] = sqlite_town.instance.clocks.explain("jiamed", ref, "mediation_limit")
    assert [line for line in told.why if "凭据" in line] == [
        "2026年3月2日起中止计算（凭据：第1次中止调解）",
        "2026年3月2日起继续中止（凭据：第2次中止调解）",
    ]
    sqlite_town.clock.advance(timedelta(days=10))
    sqlite_town.act("jiamed", ref, "resume", result="鉴定意见已出具")
    [resumed] = [row for row in sqlite_town.of(ref, queries.deadlines) if row.name == "mediation_limit"]
    assert resumed.state == "running"
    assert last_day(resumed.due_at) == date(2026, 4, 13)  # ten days later, and the 11th is a Saturday


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        ("refuse", {"party": 2, "routes": ["court"]}),
        ("terminate", {"reason": "no_agreement", "routes": ["court"]}),
        ("withdraw", {"reason": "算了", "asked_by": [1], "routes": ["court"]}),
    ],
)
def test_suspended_mediation_can_be_ended(sqlite_town, verb, words):
    ref = sqlite_town.bring("mediating")
    pause(sqlite_town, ref)
    sqlite_town.act("jiamed", ref, verb, **words)
    case = sqlite_town.case(ref)
    assert (case.state, case.suspended_at) == ("ended", None)
    assert sqlite_town.clocks(ref)["mediation_limit"] == "met"
    assert [row.ended_at for row in sqlite_town.of(ref, aftercare.suspensions)] == [sqlite_town.clock.now()]


# — 部分达成协议 —

REST = {"reason": "no_agreement", "explanation": "赔偿数额谈不拢", "routes": ["court"]}


def test_partial_agreement_ends_the_rest_once_it_is_in_force(town):
    ref = signed(town, town.bring("agreed", claims=["修好排水沟", "赔偿粮食"]), settles=[1], rest=REST)
    case = town.case(ref)
    assert (case.state, case.outcome) == ("performing", "agreed_written")
    [agreement] = town.of(ref, queries.agreements)
    assert (agreement.state, agreement.settles) == ("in_force", [1])
    [notice] = town.of(ref, queries.notices)
    assert (notice.kind, notice.claims, notice.routes) == ("termination", [2], ["court"])
    assert ("termination_notice", "", "complete") in papers(town, ref)
    [paper] = [one for one in town.of(ref, queries.documents) if one.form == "termination_notice"]
    assert paper.snapshot["notice"]["claims"] == ["赔偿粮食"]
    assert paper.snapshot["notice"]["binding"] == case.number
    [paper] = [one for one in town.of(ref, queries.documents) if one.form == "agreement"]
    assert (paper.snapshot["agreement"]["settles"], paper.snapshot["agreement"]["rest"]) == (
        ["修好排水沟"],
        ["赔偿粮食"],
    )
    town.act("jiamed", ref, "record_performance", clause=1, performed_on="2026-03-02")
    with pytest.raises(TransitionRefused, match="还有当事人没有收到通知"):
        town.act("jiamed", ref, "close")
    town.act("jiamed", ref, "tell_notice", parties=[1, 2])
    town.act("jiamed", ref, "close")
    assert town.case(ref).state == "closed"


def test_notice_for_the_rest_is_made_whoever_of_the_committee_puts_its_seal_on_the_agreement(sqlite_town):
    """A member of the committee with a post elsewhere neither holds the case nor mediates it."""
    town, ref = sqlite_town, sqlite_town.bring("agreed", claims=["修好排水沟", "赔偿粮食"])
    with town.instance.database.writing() as session:
        case = queries.case_for_system(session, queries.case_id_of(session, ref))
        member = person(session, "twin")
        session.add(
            CommitteeMember(
                committee_id=case.committee_id,
                person_id=member.id,
                role="member",
                valid_from=date(2025, 1, 1),
            )
        )
        town.note_people(session)
    town.do("jiamed", ref, "conclude_written", settles=[1], rest=REST)
    for slot in ("party-01", "party-02", "mediator-01", "recorder"):
        town.sign(ref, slot)
    done = town.do("twin:registrar", ref, "seal")
    assert (done.warnings, done.papers) == ([], ["终止调解通知书"])
    assert ("termination_notice", "", "complete") in papers(town, ref)


def test_partial_agreement_settles_some_claims_and_not_all(sqlite_town):
    ref = sqlite_town.bring("agreed", claims=["修好排水沟", "赔偿粮食"])
    before = sqlite_town.dump()
    for settles, why in (([1, 2], "各项请求都已解决"), ([3], "没有第3项请求")):
        with pytest.raises(TransitionRefused, match=why):
            sqlite_town.act("jiamed", ref, "conclude_written", settles=settles, rest=REST)
    with pytest.raises(TransitionRefused, match="没有写明告知当事人的其他途径"):
        sqlite_town.act("jiamed", ref, "conclude_written", settles=[1], rest={"reason": "no_agreement"})
    with pytest.raises(InputInvalid, match="其余请求事项怎样处理"):
        sqlite_town.act("jiamed", ref, "conclude_written", settles=[1])
    assert sqlite_town.dump() == before


# — 再次调解 —


def test_remediation_renews_an_agreement_that_was_not_performed(town):
    ref = breached(town, signed(town, town.bring("agreed")))
    before = town.dump()
    with pytest.raises(TransitionRefused, match=r"被申请人（2）没有同意再次调解"):
        town.act("jiamed", ref, "remediate", asked_by=[1], **REASON)
    assert town.dump() == before
    town.act("jiamed", ref, "remediate", asked_by=[1, 2], **REASON)
    case = town.case(ref)
    assert (case.state, case.remediated, case.outcome) == ("preparing", 1, "agreed_written")
    assert town.clocks(ref)["mediation_limit"] == "running"
    assert town.clocks(ref)["confirmation"] in {"running", "missed"}
    town.act("jiamed", ref, "record_session", **town.session("to_continue"))
    town.act("jiamed", ref, "draft_agreement", facts="雨", matters="沟", clauses=[pay(due_on="2026-06-01")])
    with pytest.raises(TransitionRefused, match="不是达成一致"):
        town.act("jiamed", ref, "conclude_written")
    town.act("jiamed", ref, "record_session", **town.session("agreed"))
    signed(town, ref)
    first, second = town.of(ref, queries.agreements)
    assert (first.state, second.state, second.kind, second.supplements) == (
        "replaced",
        "in_force",
        "renewed",
        1,
    )
    assert second.number == f"{town.case(ref).number}-2"
    clocks = town.clocks(ref)
    assert (clocks["confirmation"], clocks["performance:2-1"], clocks["confirmation:2"]) == (
        "cancelled",
        "running",
        "running",
    )
    assert papers(town, ref)[-1] == ("agreement", "agreement-2", "complete")
    assert ("agreement", "agreement-1", "complete") in papers(town, ref)
    assert town.case(ref).state == "performing"


def test_remediation_without_a_breach_is_refused(sqlite_town):
    ref = signed(sqlite_town, sqlite_town.bring("agreed"))
    with pytest.raises(TransitionRefused, match="没有未履行的记录"):
        sqlite_town.act("jiamed", ref, "remediate", asked_by=[1, 2], **REASON)


def test_remediation_that_fails_leaves_the_agreement_in_force(town):
    two = [pay(), pay(due_on="2026-09-01")]
    ref = town.bring("mediating")
    town.step(ref, "record_session")
    town.step(ref, "draft_agreement", clauses=two)
    breached(town, signed(town, ref))
    town.act("jiamed", ref, "remediate", asked_by=[1, 2], **REASON)
    town.act("jiamed", ref, "record_session", **town.session("failed"))
    town.do("jiamed", ref, "terminate", reason="no_agreement", routes=["court"])
    case = town.case(ref)
    assert (case.state, case.outcome, case.end_reason) == ("ended", "agreed_written", "no_agreement")
    [agreement] = town.of(ref, queries.agreements)
    assert agreement.state == "in_force"
    assert ("agreement", "agreement-1", "complete") in papers(town, ref)
    [paper] = [one for one in town.of(ref, queries.documents) if one.form == "termination_notice"]
    assert paper.snapshot["notice"]["binding"] == case.number
    town.act("jiamed", ref, "tell_notice", parties=[1, 2])
    with pytest.raises(TransitionRefused, match="协议第2条还没有履行结果"):
        town.act("jiamed", ref, "close")
    town.act("jiamed", ref, "follow_up")
    town.act("jiamed", ref, "record_performance", clause=2, performed_on="2026-04-10")
    town.act("jiamed", ref, "close")
    assert (town.case(ref).state, town.case(ref).outcome) == ("closed", "agreed_written")


def test_oral_agreement_that_was_not_kept_is_talked_about_anew_in_the_ordinary_way(town):
    ref = town.register("grid", workflow="simple")
    agreed_orally(town, ref)
    town.act(
        "grid", ref, "record_breach", clause=1, noticed_on="2026-03-02", account="没付", routes=["court"]
    )
    town.act("grid", ref, "remediate", asked_by=[1, 2], **REASON)
    case = town.case(ref)
    assert (case.workflow, case.state, case.remediated, case.outcome) == (
        "ordinary",
        "preparing",
        1,
        "agreed_oral",
    )
    assert (town.clocks(ref)["mediation_limit"], town.clocks(ref)["state:preparing"]) == (
        "running",
        "running",
    )
    assert [state for state, _unit in town.tasks(ref)] == ["preparing"]


# — 补充协议 —


def supplement(town: Town, ref: str, **changes: object) -> None:
    said = {
        "asked_by": [1, 2],
        "facts": "原协议没有约定沟渠清淤。",
        "matters": "清淤由谁负责。",
        "clauses": [pay(amount_fen=5000, due_on="2026-05-01")],
    }
    town.do("jiamed", ref, "supplement", **{**said, **changes})


def test_supplement_is_signed_as_the_first_and_both_are_performed(town):
    ref = signed(town, town.bring("agreed"))
    supplement(town, ref)
    assert town.case(ref).state == "supplementing"
    first, second = town.of(ref, queries.agreements)
    assert (second.kind, second.supplements, second.state) == ("supplementary", 1, "signing")
    sign_all(town, ref)
    case = town.case(ref)
    assert (case.state, case.outcome) == ("performing", "agreed_written")
    first, second = town.of(ref, queries.agreements)
    assert (first.state, second.state, second.number) == ("in_force", "in_force", f"{case.number}-2")
    with pytest.raises(InputInvalid, match="本案有几份生效的协议"):
        town.act("jiamed", ref, "record_performance", clause=1, performed_on="2026-03-02")
    town.act("jiamed", ref, "record_performance", clause=1, agreement=2, performed_on="2026-03-02")
    assert (town.clocks(ref)["performance:1"], town.clocks(ref)["performance:2-1"]) == ("running", "met")
    with pytest.raises(TransitionRefused, match="另一份协议第1条还没有履行结果"):
        town.act("jiamed", ref, "close")
    town.act("jiamed", ref, "record_performance", clause=1, agreement=1, performed_on="2026-03-02")
    town.act("jiamed", ref, "close")


def test_supplement_is_not_sealed_before_its_own_text_is_reviewed(town):
    ref = town.bring("agreed")
    ask(town, ref, "sulead")
    town.act("sulead", ref, "approve", task=number(town, ref, "sulead"))
    signed(town, ref)
    supplement(town, ref)
    for slot in ("party-01", "party-02", "mediator-01", "recorder"):
        town.sign(ref, slot)
    before = town.dump()
    with pytest.raises(TransitionRefused) as refused:
        town.do("jiamed", ref, "seal")
    assert [one.message for one in refused.value.reasons] == [
        "「协议审核」通过以后，协议条款变了",
        "「协议审核」通过以后，协议文本变了",
        "「协议审核」通过以后，协议金额变了",
    ]
    assert town.dump() == before
    town.act("jiamed", ref, "resubmit")
    town.act("sulead", ref, "reject", task=number(town, ref, "sulead"), opinion="第一条不清")
    with pytest.raises(TransitionRefused, match="「协议审核」被驳回了"):
        town.do("jiamed", ref, "seal")
    town.act("jiamed", ref, "resubmit")
    town.act("sulead", ref, "approve", task=number(town, ref, "sulead"))
    town.do("jiamed", ref, "seal")
    assert town.case(ref).state == "performing"
    assert [row.state for row in town.of(ref, queries.agreements)] == ["in_force", "in_force"]


def test_supplement_that_is_dropped_leaves_the_first_as_it_was(sqlite_town):
    ref = signed(sqlite_town, sqlite_town.bring("agreed"))
    supplement(sqlite_town, ref)
    with pytest.raises(TransitionRefused, match="补充协议办理「不再补充」"):
        sqlite_town.act("jiamed", ref, "seal")
    with pytest.raises(TransitionRefused, match="补充协议办理「不再补充」"):
        sqlite_town.act(
            "jiamed", ref, "void_paper", paper="agreement:agreement-2", basis="not_in_force", reason="x"
        )
    sqlite_town.act("jiamed", ref, "drop_supplement", reason="一方反悔")
    first, second = sqlite_town.of(ref, queries.agreements)
    assert (first.state, second.state, sqlite_town.case(ref).state) == ("in_force", "void", "performing")
    assert papers(sqlite_town, ref)[-1] == ("agreement", "agreement-2", "void")
    assert papers(sqlite_town, ref)[-2] == ("agreement", "agreement-1", "complete")


def by_a_mediator(town: Town, ref: str) -> None:
    """The people's mediator has the case of the grid worker, and brings it to the ordinary way."""
    mediators = [{"person": "jiamed"}, {"person": "jiarec", "role": "recorder"}]
    town.act("grid", ref, "replace_mediator", mediators=mediators, reason="双方要另订补充协议")
    town.act("jiamed", ref, "turn_ordinary", reason="双方商定改期")


def test_oral_agreement_is_supplemented_in_the_ordinary_way_with_all_that_is_on_file(town):
    ref = town.register("grid", workflow="simple")
    office = town.instance.office
    town.instance.office = replace(office, rules=replace(office.rules, written_unless_at_once=False))
    agreed_orally(town, ref, at_once=False)
    number, before = (
        town.case(ref).number,
        {row.name: (row.due_at, row.state) for row in town.of(ref, queries.deadlines)},
    )
    with pytest.raises(NotPermitted, match="「转普通程序」由人民调解员办理"):
        town.act("grid", ref, "turn_ordinary", reason="双方商定改期")
    by_a_mediator(town, ref)
    with town.reading() as session:
        jiamed = person(session, "jiamed").id
    case = town.case(ref)
    assert (case.workflow, case.state, case.number, case.outcome) == (
        "ordinary",
        "performing",
        number,
        "agreed_oral",
    )
    [turn] = town.of(ref, queries.open_tasks)
    assert (turn.kind, turn.state, turn.person_id) == ("turn", "performing", jiamed)
    after = {row.name: (row.due_at, row.state) for row in town.of(ref, queries.deadlines)}
    assert {name: after[name] for name in before if not name.startswith("state:")} == {
        name: one for name, one in before.items() if not name.startswith("state:")
    }
    assert after["state:performing"][1] == "running"
    supplement(town, ref)
    sign_all(town, ref)
    assert town.case(ref).state == "performing"
    assert [(row.kind, row.state) for row in town.of(ref, queries.agreements)] == [
        ("main", "in_force"),
        ("supplementary", "in_force"),
    ]
    for agreement in (1, 2):
        town.act(
            "jiamed", ref, "record_performance", clause=1, agreement=agreement, performed_on="2026-03-02"
        )
    town.act("jiawin", ref, "seal_paper", paper="oral_agreement")
    town.act("jiamed", ref, "close")
    town.act("grid", ref, "visit", party=1, method="phone", performance="done", situation="已经付清")


def test_oral_agreement_of_which_all_was_performed_goes_on_closed_in_the_ordinary_way(sqlite_town):
    town = sqlite_town
    ref = town.register("grid", workflow="simple")
    agreed_orally(town, ref)
    town.act("jiawin", ref, "seal_paper", paper="oral_agreement")
    town.act("grid", ref, "record_performance", clause=1, performed_on="2026-03-02")
    town.act("grid", ref, "close")
    closed_at = town.case(ref).closed_at
    by_a_mediator(town, ref)
    case = town.case(ref)
    assert (case.workflow, case.state, case.closed_at) == ("ordinary", "closed", closed_at)
    supplement(town, ref)
    assert (town.case(ref).state, town.case(ref).closed_at) == ("supplementing", None)
    town.act("jiamed", ref, "drop_supplement", reason="不另订了")
    town.act("jiamed", ref, "close")
    assert town.tasks(ref) == [("closed", "jia-1")]


@pytest.mark.parametrize("version", [3, 4])
def test_change_of_substance_is_sent_where_the_case_can_go(sqlite_town, version):
    town = sqlite_town
    office = town.instance.office
    town.instance.office = replace(office, newest={**office.newest, "simple": version})
    ref = town.register("grid", workflow="simple")
    town.instance.office = office
    agreed_orally(town, ref)
    town.act("jiawin", ref, "seal_paper", paper="oral_agreement")
    before = town.dump()
    with pytest.raises(TransitionRefused) as refused:
        town.act(
            "grid", ref, "correct", paper="oral_agreement", slips=[slip("amount", "100", "200")], **REASON
        )
    [step] = {one.next_step for one in refused.value.reasons if one.guard == "slips_only"}
    assert step.endswith("由网格员调解的，先「更换调解员」" if version == 4 else "（mediation case migrate）")
    with pytest.raises(TransitionRefused) as refused:
        town.act("grid", ref, "remediate", asked_by=[1, 2], **REASON)
    [reason] = refused.value.reasons
    assert reason.next_step.endswith(step.partition("：")[2])
    assert town.dump() == before
    migrate_cases(town.instance, "simple", 4, Plan(format=1))
    by_a_mediator(town, ref)
    assert (town.case(ref).workflow, town.case(ref).state) == ("ordinary", "performing")


def test_case_that_never_had_an_agreement_is_not_sent_to_record_a_breach(sqlite_town):
    town = sqlite_town
    ref = town.register("grid", workflow="simple")
    town.act("grid", ref, "withdraw", reason="settled_themselves", asked_by=[1])
    town.act("grid", ref, "close")
    with pytest.raises(TransitionRefused, match="本案没有达成过协议") as refused:
        town.act("grid", ref, "remediate", asked_by=[1, 2], **REASON)
    assert "记录未履行" not in str(refused.value)


def test_supplement_to_what_a_court_has_set_aside_meanwhile_comes_not_into_force(town):
    ref = signed(town, town.bring("agreed"))
    supplement(town, ref)
    town.do("jiamed", ref, "void_paper", paper="agreement:agreement-1", **set_aside(town), **REASON)
    before = town.dump()
    with pytest.raises(TransitionRefused, match="所补充的第1号协议已经不再有效"):
        sign_all(town, ref)
    assert town.dump() == before
    town.act("jiamed", ref, "drop_supplement", reason="原协议已被撤销")
    assert [row.state for row in town.of(ref, queries.agreements)] == ["void", "void"]


def test_supplement_needs_everybody_and_whole_clauses(sqlite_town):
    ref = signed(sqlite_town, sqlite_town.bring("agreed"))
    before = sqlite_town.dump()
    with pytest.raises(TransitionRefused) as refused:
        supplement(sqlite_town, ref, asked_by=[1], clauses=[pay(amount_fen=None)])
    assert {one.guard for one in refused.value.reasons} == {"supplement_asked_by_all", "clauses_complete"}
    assert sqlite_town.dump() == before


# — 更正 —


def slip(field: str = "address", wrong: str = "1号", right: str = "11号") -> dict[str, str]:
    return {"field": field, "where": "申请人的住址", "wrong": wrong, "right": right}


def test_slip_in_a_notice_of_suspension_is_put_right(town):
    ref = town.bring("mediating")
    words = {"kind": "appraisal", "asked_by": [1, 2], "evidence": "鉴定委拖书。", "expected_on": "2026-04-30"}
    town.do("jiamed", ref, "suspend", **words)
    before = town.dump()
    typo = {"field": "wording", "where": "中止的依据", "wrong": "委拖", "right": "委托"}
    town.act("jiamed", ref, "correct", paper="suspension_notice", slips=[typo], reason="笔误")
    assert town.last(ref).act == "correct"
    assert town.dump() != before


def test_correction_is_a_paper_of_its_own_and_the_first_stays_valid(town):
    ref = signed(town, town.bring("agreed"))
    town.do("jiamed", ref, "correct", paper="agreement", slips=[slip()], reason="笔误")
    [row] = town.of(ref, aftercare.corrections)
    assert (row.ordinal, row.slips, row.told) == (1, [slip()], {})
    assert papers(town, ref)[-1] == ("correction_notice", "correction-1", "complete")
    told = town.of(ref, queries.documents)[-1].snapshot
    assert told["correction"]["paper_issued_by"] == told["committee"]["name"] == told["case"]["accepted_by"]
    original = next(one for one in town.of(ref, queries.documents) if one.form == "agreement")
    assert original.state == "complete"
    found = town.instance.paper("jiamed", ref, "agreement")
    assert found is not None
    assert town.instance.verify(found[0]).verdict == "valid"
    [one, _two] = town.of(ref, queries.parties)
    assert one.address == "示例甲嘎查11号"
    town.act("jiamed", ref, "record_performance", clause=1, performed_on="2026-03-02")
    with pytest.raises(TransitionRefused, match="还有当事人没有收到更正书"):
        town.act("jiamed", ref, "close")
    town.act("jiamed", ref, "tell_notice", parties=[1, 2], paper="correction_notice")
    town.act("jiamed", ref, "close")
    assert set(town.of(ref, aftercare.corrections)[0].told) == {"1", "2"}


def test_second_correction_of_the_same_spot_reaches_what_the_first_made_of_it(sqlite_town):
    """The paper stays as it is: its words are named, not those of the first correction."""
    town = sqlite_town
    ref = signed(town, town.bring("agreed"))
    for one in (slip(), slip(right="21号")):
        town.do("jiamed", ref, "correct", paper="agreement", slips=[one], reason="笔误")
    assert town.of(ref, queries.parties)[0].address == "示例甲嘎查21号"
    shared = {**slip("ethnicity", "汉族", "蒙古族"), "where": "被申请人"}
    for one in (shared, {**shared, "right": "回族"}):
        town.do("jiamed", ref, "correct", paper="agreement", slips=[one], reason="笔误")
    assert [row.details["ethnicity"] for row in town.of(ref, queries.parties)] == ["汉族", "回族"]


def test_values_that_stand_with_the_wrong_party_change_places(sqlite_town):
    town = sqlite_town
    phones = ("13900000001", "13900000002")
    parties = [
        party("applicant", 1, phone=phones[0], ethnicity="蒙古族"),
        party(
            "respondent",
            2,
            phone=phones[1],
            agents=[{"kind": "agent", "name": "丙某2的弟", "powers": ["apply"]}],
        ),
    ]
    ref = signed(town, town.bring("agreed", parties=parties))
    changed = [slip("phone", *phones), slip("phone", *reversed(phones)), slip("name", "丙某2", "丙某二")]
    changed += [
        slip("ethnicity", "蒙古族", "汉族"),
        {**slip("ethnicity", "汉族", "蒙古族"), "where": "被申请人"},
    ]
    town.do("jiamed", ref, "correct", paper="agreement", slips=changed, reason="写反了")
    rows = town.of(ref, queries.parties)
    assert [(row.phone, row.details["ethnicity"]) for row in rows] == [
        (phones[1], "汉族"),
        (phones[0], "蒙古族"),
    ]
    again = {**slip("ethnicity", "汉族", "回族"), "where": "申请人"}
    town.do("jiamed", ref, "correct", paper="agreement", slips=[again], reason="笔误")
    assert [row.details["ethnicity"] for row in town.of(ref, queries.parties)] == ["回族", "蒙古族"]
    assert [agent.name for agent in town.of(ref, queries.agents)] == ["丙某2的弟"]


def test_slip_in_what_parties_have_in_common_is_put_right_for_whom_it_names(town):
    ref = signed(town, town.bring("agreed"))
    one, two = town.of(ref, queries.parties)
    assert one.details["ethnicity"] == two.details["ethnicity"] == "汉族"
    before = town.dump()
    wrong = {**slip("ethnicity", "汉族", "蒙古族"), "where": "首部"}
    slips = [wrong, slip("sex", one.details["sex"], "不详")]
    with pytest.raises(InputInvalid) as refused:
        town.act("jiamed", ref, "correct", paper="agreement", slips=slips, reason="笔误")
    assert {problem.key for problem in refused.value.problems} >= {"slips[0].where", "slips[1].right"}
    assert town.dump() == before
    for where, ordinal in (("被申请人的民族", 2), (f"{one.name}一栏", 1)):
        told = {**wrong, "where": where}
        town.do("jiamed", ref, "correct", paper="agreement", slips=[told], reason="笔误")
        kept = {row.ordinal: row.details["ethnicity"] for row in town.of(ref, queries.parties)}
        assert kept[ordinal] == "蒙古族"
        assert list(kept.values()).count("蒙古族") == 3 - ordinal


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (slip("amount", "100", "200"), "金额不是笔误"),
        (slip("seal", "x", "y"), "印章不是笔误"),
        (slip("wording", "支付人民币100元", "支付人民币1000元"), "不是笔误"),
        (slip("wording", "丙某2于", "乙某1于"), "不是笔误"),
        (slip("name", "乙某1", "丁戊己"), "不是笔误"),
        (slip("wording", "现金", "转账"), "不是笔误"),
        (slip("wording", "以现金", "以转账"), "不是笔误"),
    ],
)
def test_correction_of_substance_is_refused(sqlite_town, wrong, why):
    ref = signed(sqlite_town, sqlite_town.bring("agreed"))
    before = sqlite_town.dump()
    with pytest.raises(TransitionRefused, match=why):
        sqlite_town.act("jiamed", ref, "correct", paper="agreement", slips=[wrong], reason="笔误")
    assert sqlite_town.dump() == before


@pytest.mark.parametrize(
    ("wrong", "right", "is_slip"),
    [
        ("开门配合查看", "关门拒绝查看", False),
        ("重做排水沟", "粉刷排水沟", False),
        ("自行出资", "自行", False),
        ("负全部责任，没有其他人的责任", "没有责任，其他人负全部责任", False),
        ("先查看后施工", "先施工后查看", False),
        ("重做", "重作", True),
        ("排水沟", "排水的沟", True),
        ("合", "何", True),
        ("某", "谋", False),
        ("应该", "应当", False),
        ("该", "当", False),
        ("申请", "被申请", False),
        ("欠款五千元，打伤申请人", "没有欠款，没有打人", False),
        ("欠款五千元", "欠款九万元", False),
        ("争议的是修沟", "争议的是断水", False),
        ("雨水倒灌", "雨水倒贯", True),
        ("配合", "合配", True),
    ],
)
def test_more_of_what_was_agreed_than_a_character_is_no_slip(sqlite_town, wrong, right, is_slip):
    """The facts, what is done and who is responsible are substance in whatever words; a character is a slip."""
    town, ref = sqlite_town, sqlite_town.bring("agreed")
    clause = pay(act="do", what="重做排水沟，先查看后施工", amount_fen=None, manner="自行出资", place="门前")
    open_door = pay(
        1, 2, act="do", what="开门配合查看，申请时应该到场", amount_fen=None, manner=None, place="门前"
    )
    town.step(
        ref,
        "draft_agreement",
        facts="雨水倒灌，欠款五千元，打伤申请人。",
        matters="争议的是修沟。",
        responsibility="对方负全部责任，没有其他人的责任",
        clauses=[clause, open_door],
    )
    signed(town, ref)
    before = town.dump()
    said = {"paper": "agreement", "slips": [slip("wording", wrong, right)], "reason": "笔误"}
    if is_slip:
        town.act("jiamed", ref, "correct", **said)
        return
    with pytest.raises(TransitionRefused, match="不是笔误"):
        town.act("jiamed", ref, "correct", **said)
    assert town.dump() == before


@pytest.mark.parametrize(
    ("slips", "together"),
    [
        ([("重", "粉"), ("做", "刷")], "1、2"),
        ([("重做", "粉做"), ("做排", "刷排")], "1、2"),
        ([("自", "代"), ("出", "付")], "1、2"),
        ([("看后", "看工后"), ("后施", "后代施")], "1、2"),
        ([("重做", "重作"), ("配", "拒"), ("合", "绝")], "2、3"),
        ([("申", "伸"), ("应", "映"), ("场", "厂")], "1、2、3"),
        ([("配", "合"), ("合", "配")], None),
        ([("重做", "重作"), ("沟", "钩")], None),
        ([("做", "作"), ("自", "字"), ("开", "并")], None),
    ],
)
@pytest.mark.parametrize("at_once", [True, False])
def test_slips_beside_one_another_change_what_was_agreed(sqlite_town, slips, together, at_once):
    """Listed together, or one after the other in corrections of the same paper."""
    town, ref = sqlite_town, sqlite_town.bring("agreed")
    clause = pay(act="do", what="重做排水沟，先查看后施工", amount_fen=None, manner="自行出资", place="门前")
    open_door = pay(
        1, 2, act="do", what="开门配合查看，申请时应该到场", amount_fen=None, manner=None, place="门前"
    )
    town.step(ref, "draft_agreement", clauses=[clause, open_door])
    signed(town, ref)
    said = [slip("wording", *one) for one in slips]
    if not at_once:
        for one in said[:-1]:
            town.do("jiamed", ref, "correct", paper="agreement", slips=[one], reason="笔误")
        said, together = said[-1:], together and "1"
    before = town.dump()
    if together is None:
        town.act("jiamed", ref, "correct", paper="agreement", slips=said, reason="笔误")
        return
    with pytest.raises(TransitionRefused, match=f"第{together}处更正与旁边的更正（包括以前的）合在一起"):
        town.act("jiamed", ref, "correct", paper="agreement", slips=said, reason="笔误")
    assert town.dump() == before


@pytest.mark.parametrize("at_once", [True, False])
def test_name_and_number_of_one_party_together_make_another_party(sqlite_town, at_once):
    town, ref = sqlite_town, signed(sqlite_town, sqlite_town.bring("agreed"))
    one, other = town.of(ref, queries.parties)
    number = party(number=3)["id_number"]
    name = slip("name", one.name, one.name[:-1] + "九")
    town.do(
        "jiamed",
        ref,
        "correct",
        paper="agreement",
        slips=[slip("id_number", other.id_number, number)],
        reason="笔误",
    )
    slips = [name, slip("id_number", one.id_number, party(number=4)["id_number"])]
    if not at_once:
        town.do("jiamed", ref, "correct", paper="agreement", slips=slips[:1], reason="笔误")
        slips = slips[1:]
    before = town.dump()
    told = "第1、2处更正" if at_once else "第1处更正"
    with pytest.raises(TransitionRefused, match=f"{told}与旁边的更正（包括以前的）合在一起改变了当事人"):
        town.act("jiamed", ref, "correct", paper="agreement", slips=slips, reason="笔误")
    assert town.dump() == before


def test_number_of_another_party_is_no_slip(sqlite_town):
    ref = signed(sqlite_town, sqlite_town.bring("agreed"))
    one, other = (row.id_number for row in sqlite_town.of(ref, queries.parties))
    with pytest.raises(TransitionRefused, match="不是笔误"):
        sqlite_town.act(
            "jiamed",
            ref,
            "correct",
            paper="agreement",
            slips=[slip("id_number", one, other)],
            reason="笔误",
        )


def test_correction_of_what_does_not_stand_there_tells_all_at_once(sqlite_town):
    ref = signed(sqlite_town, sqlite_town.bring("agreed"))
    slips = [slip(wrong="99号", right="9号"), slip(right="1号"), slip("colour")]
    with pytest.raises(InputInvalid) as told:
        sqlite_town.act("jiamed", ref, "correct", paper="agreement", slips=slips, reason="笔误")
    assert [problem.key for problem in told.value.problems] == [
        "slips[0].wrong",
        "slips[1].right",
        "slips[2].field",
    ]
    with pytest.raises(InputInvalid, match="没有有效的文书") as told:
        sqlite_town.act("jiamed", ref, "correct", paper="return_visit", slips=slips, reason="笔误")
    assert [problem.key for problem in told.value.problems] == ["paper", "slips[1].right", "slips[2].field"]


def test_correction_that_would_strike_several_parties_or_part_of_a_number_is_refused(sqlite_town):
    town = sqlite_town
    ref = signed(town, town.bring("agreed", parties=[party("applicant", 1), party("respondent", 21)]))
    number = party()["id_number"]
    slips = [
        slip(),
        slip("id_number", number[:6], "110101"),
        slip("id_number", number, number[:-2] + "00"),
    ]
    before = town.dump()
    with pytest.raises(InputInvalid) as told:
        town.act("jiamed", ref, "correct", paper="agreement", slips=slips, reason="笔误")
    assert sorted({problem.key for problem in told.value.problems}) == [
        "slips[0].wrong",
        "slips[1].right",
        "slips[1].wrong",
        "slips[2].right",
    ]
    assert town.dump() == before
    right = party(number=3)["id_number"]
    slips = [slip(wrong="嘎查1号", right="嘎查11号"), slip("id_number", number, right)]
    town.act("jiamed", ref, "correct", paper="agreement", slips=slips, reason="笔误")
    rows = town.of(ref, queries.parties)
    assert [(row.address, row.id_number) for row in rows] == [
        ("示例甲嘎查11号", right),
        ("示例甲嘎查21号", party(number=21)["id_number"]),
    ]


def test_correction_of_a_paper_that_is_not_out_is_refused(sqlite_town):
    ref = sqlite_town.bring("agreed")
    sqlite_town.do("jiamed", ref, "conclude_written")
    with pytest.raises(TransitionRefused, match="还没有签署完毕"):
        sqlite_town.act("jiamed", ref, "correct", paper="agreement", slips=[slip()], reason="笔误")


# — 作废 —


def set_aside(town: Town) -> dict[str, object]:
    """A court's decision of today."""
    today = local_day(town.clock.now()).isoformat()
    decision = {"court": "示例旗人民法院", "number": "（2026）示例调确1号", "decided_on": today}
    return {"basis": "court_decision", "decision": decision}


def test_agreement_that_a_court_has_set_aside_is_void_and_may_be_talked_about_anew(town):
    ref = signed(town, town.bring("agreed"))
    town.do("jiamed", ref, "void_paper", paper="agreement", **set_aside(town), **REASON)
    [agreement] = town.of(ref, queries.agreements)
    assert (agreement.state, town.clocks(ref)["performance:1"], town.clocks(ref)["confirmation"]) == (
        "void",
        "cancelled",
        "cancelled",
    )
    assert [one for one in papers(town, ref) if one[0] in {"agreement", "voiding_notice"}] == [
        ("agreement", "agreement-1", "void"),
        ("voiding_notice", "voiding-1", "complete"),
    ]
    assert town.last(ref).act == "document.signed"
    with pytest.raises(InputInvalid, match="agreement:agreement-1 已经作废"):
        town.act("jiamed", ref, "correct", paper="agreement:agreement-1", slips=[slip()], reason="笔误")
    town.act("jiamed", ref, "remediate", asked_by=[1, 2], **REASON)
    assert town.case(ref).state == "preparing"


def renewed(town: Town) -> str:
    """A case whose first agreement, of two clauses, was not performed and gave way to a second."""
    ref = town.bring("mediating")
    town.step(ref, "record_session")
    town.step(ref, "draft_agreement", clauses=[pay(), pay(due_on="2026-09-01")])
    breached(town, signed(town, ref))
    town.act("jiamed", ref, "remediate", asked_by=[1, 2], **REASON)
    town.act("jiamed", ref, "record_session", **town.session("agreed"))
    town.step(ref, "draft_agreement", clauses=[pay(due_on="2026-06-01")])
    return signed(town, ref)


def test_of_two_agreements_the_one_to_be_void_is_named(town):
    ref = renewed(town)
    before = town.dump()
    court = set_aside(town)
    named = "agreement:agreement-1（已被新协议取代）、agreement:agreement-2（生效）"
    for words in ({"basis": "new_agreement"}, court):
        with pytest.raises(InputInvalid, match=f"人民调解协议书有2份，请写明是哪一份：{named}"):
            town.act("jiamed", ref, "void_paper", paper="agreement", **words, **REASON)
    with pytest.raises(InputInvalid, match="请写明是哪一份"):
        town.act("jiamed", ref, "correct", paper="agreement", slips=[slip()], reason="笔误")
    assert town.dump() == before
    town.do("jiamed", ref, "void_paper", paper="agreement:agreement-1", basis="new_agreement", **REASON)
    assert [row.state for row in town.of(ref, queries.agreements)] == ["void", "in_force"]


def test_nothing_is_owed_of_an_agreement_that_was_replaced_when_a_court_sets_the_later_one_aside(town):
    ref = renewed(town)
    before = {**set_aside(town)["decision"], "decided_on": "2026-03-01"}
    with pytest.raises(InputInvalid, match="裁判日期早于协议生效"):
        town.act(
            "jiamed",
            ref,
            "void_paper",
            paper="agreement:agreement-2",
            basis="court_decision",
            decision=before,
            **REASON,
        )
    town.do("jiamed", ref, "void_paper", paper="agreement:agreement-2", **set_aside(town), **REASON)
    assert [row.state for row in town.of(ref, queries.agreements)] == ["replaced", "void"]
    town.act("jiamed", ref, "tell_notice", parties=[1, 2])
    town.act("jiamed", ref, "close")
    assert town.case(ref).state == "closed"


def test_the_first_of_two_notices_is_named_by_its_form_alone(sqlite_town):
    town = sqlite_town
    ref = breached(town, signed(town, town.bring("agreed", claims=["修沟", "赔粮"]), settles=[1], rest=REST))
    town.act("jiamed", ref, "remediate", asked_by=[1, 2], **REASON)
    town.act("jiamed", ref, "record_session", **town.session("failed"))
    town.do("jiamed", ref, "terminate", reason="no_agreement", routes=["court"])
    with town.reading() as session:
        hall, case = town.hall(session), town.case(ref)
        found = [find_paper(hall, case, f"termination_notice{more}").subject for more in ("", ":notice-2")]
        shown = [queries.document(session, case.id, "termination_notice", name) for name in ("", "notice-2")]
    assert found == ["", "notice-2"] == [one.subject for one in shown if one]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ({"basis": "not_in_force"}, "这份文书已经生效"),
        ({"basis": "new_agreement"}, "没有各方当事人取代它的"),
    ],
)
def test_agreement_in_force_is_not_voided_otherwise(sqlite_town, words, why):
    ref = signed(sqlite_town, sqlite_town.bring("agreed"))
    before = sqlite_town.dump()
    with pytest.raises(TransitionRefused, match=why):
        sqlite_town.act("jiamed", ref, "void_paper", paper="agreement", **words, **REASON)
    with pytest.raises(InputInvalid, match="decision"):
        sqlite_town.act("jiamed", ref, "void_paper", paper="agreement", basis="court_decision", **REASON)
    assert sqlite_town.dump() == before


def test_paper_that_nobody_has_signed_is_void_and_may_be_printed_again(sqlite_town):
    ref = sqlite_town.bring("mediating")
    sqlite_town.instance.issue("jiamed", ref, "mediation_record")
    sqlite_town.do("jiamed", ref, "void_paper", paper="mediation_record", basis="not_in_force", **REASON)
    sqlite_town.instance.issue("jiamed", ref, "mediation_record")
    assert [one[2] for one in papers(sqlite_town, ref) if one[0] == "mediation_record"] == ["void", "frozen"]


def test_register_of_an_oral_agreement_is_void_and_the_agreement_binds(sqlite_town):
    ref = sqlite_town.bring("mediating")
    sqlite_town.step(ref, "record_session")
    sqlite_town.step(ref, "draft_agreement", clauses=[pay(at_once=True)])
    sqlite_town.act("jiamed", ref, "conclude_oral")
    sqlite_town.instance.issue("jiamed", ref, "oral_agreement")
    sqlite_town.act("jiamed", ref, "void_paper", paper="oral_agreement", basis="not_in_force", **REASON)
    assert [row.state for row in sqlite_town.of(ref, queries.agreements)] == ["in_force"]
    with pytest.raises(InputInvalid):
        sqlite_town.act("jiamed", ref, "void_paper", paper="scan", basis="not_in_force", **REASON)


def test_agreement_in_signing_is_not_voided_beside_its_talks(sqlite_town):
    ref = sqlite_town.bring("agreed")
    sqlite_town.do("jiamed", ref, "conclude_written")
    with pytest.raises(TransitionRefused, match="协议书正在签署"):
        sqlite_town.act("jiamed", ref, "void_paper", paper="agreement", basis="not_in_force", **REASON)


# — 签署 —


def test_agent_signs_a_record_only_with_that_power(sqlite_town):
    ref = sqlite_town.bring("mediating", parties=[party(agents=[AGENT]), party("respondent", 2)])
    sqlite_town.instance.issue("jiamed", ref, "mediation_record")
    said = {"paper": "mediation_record", "agent": 1, "slot": "party-01", "identity_check": "id_card_seen"}
    with pytest.raises(TransitionRefused, match="没有「签署调解记录」的权限"):
        sqlite_town.act("jiamed", ref, "sign_paper", **said, agrees=True, drawing=drawing())


def test_agreement_is_sealed_in_its_own_ceremony_only(sqlite_town):
    ref = sqlite_town.bring("agreed")
    sqlite_town.do("jiamed", ref, "conclude_written")
    with pytest.raises(InputInvalid, match="签署协议书"):
        sqlite_town.act("jiamed", ref, "seal_paper", paper="agreement")
    with pytest.raises(InputInvalid, match="不写 paper"):
        sqlite_town.act("jiamed", ref, "seal", paper="acceptance_register")
    assert sqlite_town.case(ref).state == "signing"


def test_page_tells_of_all_that_came_after(sqlite_town):
    ref = signed(sqlite_town, sqlite_town.bring("agreed", claims=["修沟", "赔粮"]), settles=[1], rest=REST)
    sqlite_town.do("jiamed", ref, "correct", paper="agreement", slips=[slip()], reason="笔误")
    shown = sqlite_town.instance.case("jiamed", ref).aftercare
    assert set(shown) == {"agreements", "corrections"}
    [agreement] = shown["agreements"]
    assert (agreement["remark"], agreement["settles"], agreement["rest"]) == (
        "部分达成协议",
        ["修沟"],
        ["赔粮"],
    )
    [correction] = shown["corrections"]
    assert correction["slips"] == [{**slip(), "field": "住址"}]


def test_notice_for_the_rest_and_one_of_a_failed_second_talk_are_two_papers(sqlite_town):
    ref = signed(sqlite_town, sqlite_town.bring("agreed", claims=["修沟", "赔粮"]), settles=[1], rest=REST)
    breached(sqlite_town, ref)
    sqlite_town.act("jiamed", ref, "remediate", asked_by=[1, 2], **REASON)
    sqlite_town.do("jiamed", ref, "refuse", party=2, routes=["court"])
    found = [one for one in papers(sqlite_town, ref) if one[0] == "termination_notice"]
    assert found == [("termination_notice", "", "complete"), ("termination_notice", "notice-2", "complete")]
    with pytest.raises(TransitionRefused, match="还有当事人没有收到通知"):
        sqlite_town.act("jiamed", ref, "close")


def test_name_that_no_paper_can_have_is_told_in_words(sqlite_town):
    ref = sqlite_town.bring("mediating")
    with pytest.raises(InputInvalid) as refused:
        sqlite_town.act("jiamed", ref, "void_paper", paper="协议书", basis="not_in_force", reason="写错")
    [problem] = refused.value.problems
    assert problem.key == "paper"
    assert problem.message.startswith("应当是文书的名称，如 agreement；")
    assert problem.message.endswith("现在写的是 “协议书”")


@pytest.mark.parametrize("verb", ["conclude_written", "conclude_oral"])
def test_who_concludes_without_a_draft_is_told_the_act_by_its_title(sqlite_town, verb):
    ref = sqlite_town.bring("mediating")
    with pytest.raises(InputInvalid) as refused:
        sqlite_town.act("jiamed", ref, verb)
    assert ("agreement", "还没有拟协议，请先办理「拟协议」") in [
        (one.key, one.message) for one in refused.value.problems
    ]
