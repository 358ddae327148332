"""Instalments are performed line by line, with proofs; what is late is urged, recorded, and told with its ways."""

import base64
import json
from dataclasses import replace
from datetime import date

import pytest

from mediation.cases import queries
from mediation.cases.clock_titles import clock_title
from mediation.cases.performance import queries as performance
from mediation.clock import local_moment
from mediation.errors import InputInvalid, NotFound, TransitionRefused
from tests.town import drawing, pay

THREE = [
    {"amount_fen": 1000_00, "due_on": "2026-03-20"},
    {"amount_fen": 1000_00, "due_on": "2026-04-20"},
    {"amount_fen": 500_00, "due_on": "2026-05-20"},
]


def by_instalments(**changes):
    said = pay(amount_fen=2500_00, instalments=THREE, manner="转账")
    said.pop("due_on")
    return {**said, **changes}


def in_force(town, *clauses):
    """An oral agreement with these clauses, in force since today."""
    ref = town.bring("mediating")
    town.step(ref, "record_session")
    words = {"facts": "雨水倒灌。", "matters": "赔偿。", "clauses": list(clauses) or [by_instalments()]}
    town.step(ref, "draft_agreement", **words)
    rules = replace(town.instance.office.rules, written_unless_at_once=False, written_over_fen=None)
    town.instance.office = replace(town.instance.office, rules=rules)
    town.step(ref, "conclude_oral")
    return ref


def payloads(town, ref):
    """(notice, payload) of all notices of a case in the outbox."""
    rows = town.rows(f"SELECT payload FROM outbox WHERE kind = 'notice' AND case_id = {town.case(ref).id}")  # noqa: S608
    found = [json.loads(row[0]) if isinstance(row[0], str) else row[0] for row in rows]
    return [(one["notice"], one) for one in found]


def perform(town, ref, day, **words):
    town.clock.put(local_moment(date.fromisoformat(day), 10))
    return town.act("jiamed", ref, "record_performance", performed_on=day, **{"clause": 1, **words})


def ledger(town, ref):
    return town.instance.case("jiamed", ref).ledger[0]


def sums(town, ref):
    found = ledger(town, ref)
    return tuple(found[key] // 100 for key in ("total_fen", "paid_fen", "left_fen", "overdue_fen"))


def test_agreement_in_force_has_a_clock_for_each_instalment(town):
    ref = in_force(town, by_instalments(), pay(at_once=True))
    assert {name: state for name, state in town.clocks(ref).items() if name.startswith("performance")} == {
        "performance:1.1": "running", "performance:1.2": "running", "performance:1.3": "running",
    }  # fmt: skip
    [clause, _other] = town.instance.case("jiamed", ref).agreement["clauses"]
    assert clause["text"] == (
        "丙某2以转账方式分3期向乙某1支付人民币2500元（大写：贰仟伍佰元整）："
        "第1期人民币1000元（大写：壹仟元整），于2026年3月20日前（含当日）付清；"
        "第2期人民币1000元（大写：壹仟元整），于2026年4月20日前（含当日）付清；"
        "第3期人民币500元（大写：伍佰元整），于2026年5月20日前（含当日）付清。"
    )
    assert clause["due_on"] == date(2026, 5, 20)
    assert [part["part"] for part in ledger(town, ref)["parts"]] == ["1.1", "1.2", "1.3", "2"]


def test_payments_are_put_on_the_earliest_due_and_proved(town):
    ref = in_force(town)
    receipt = drawing()
    done = perform(town, ref, "2026-03-10", amount_fen=1200_00, proof="收条一张", proof_file=receipt)
    assert done.told == ("本条尚欠1300元",)
    assert sums(town, ref) == (2500, 1200, 1300, 0)
    assert town.clocks(ref)["performance:1.1"] == "met"
    assert town.clocks(ref)["performance:1.2"] == "running"
    lines = town.of(ref, performance.entries_of_case)
    assert [(one.ordinal, one.instalment, one.amount_fen, one.proof) for one in lines] == [
        (1, 1, 1000_00, "收条一张"), (2, 2, 200_00, "收条一张"),
    ]  # fmt: skip
    assert town.instance.performance_proof("jiamed", ref, 2) == base64.b64decode(receipt)
    event = town.last(ref)
    assert event.facts["parts"] == ["1.1", "1.2"]
    assert event.facts["proof_sha256"] == lines[0].sha256
    assert "收条" not in str(event.facts)
    perform(town, ref, "2026-04-01", instalment=2)
    perform(town, ref, "2026-05-01")
    [clause] = town.instance.case("jiamed", ref).agreement["clauses"]
    assert clause["performed_on"] == date(2026, 5, 1)
    assert sums(town, ref) == (2500, 2500, 0, 0)
    assert {state for name, state in town.clocks(ref).items() if name.startswith("performance")} == {"met"}
    with pytest.raises(NotFound):
        town.instance.performance_proof("jiamed", ref, 4)
    assert town.instance.verify_trail().problems == []


def test_instalment_that_is_missed_is_urged_and_may_be_paid_late(town):
    ref = in_force(town)
    town.clock.put(local_moment(date(2026, 3, 21), 9))
    assert "performance:1.1" in [one.deadline for one in town.instance.run_deadlines().missed]
    assert ("notice", "performance_due") in town.outbox(ref)
    assert sums(town, ref) == (2500, 0, 2500, 1000)
    words = {"clause": 1, "noticed_on": "2026-03-21", "account": "没有付。"}
    with pytest.raises(TransitionRefused, match="没有写明告知当事人的其他途径"):
        town.act("jiamed", ref, "record_breach", **words)
    words["routes"] = ["court"]
    done = town.act("jiamed", ref, "record_breach", **words)
    assert done.told == (
        "协议没有经人民法院确认，不能直接申请强制执行",
        "全体当事人都同意的，可以办理「再次调解」；也可以就协议的履行向人民法院起诉（人民调解法第32条）",
    )
    assert town.last(ref).facts["parts"] == ["1.1"]
    with pytest.raises(TransitionRefused) as refused:
        town.act("jiamed", ref, "close")
    assert [str(one.message) for one in refused.value.reasons if one.guard == "instalments_settled"] == [
        "协议第1条的第2、3期还没有履行结果"
    ]
    perform(town, ref, "2026-03-25", instalment=1)
    [clause] = town.of(
        ref, lambda session, case: queries.clauses(session, queries.latest_agreement(session, case).id)
    )
    assert (clause.breached_on, clause.performed_on) == (None, None)
    rows = town.of(ref, performance.instalments_of_case)[clause.id]
    assert [(row.performed_on, row.breached_on) for row in rows] == [
        (date(2026, 3, 25), None), (None, None), (None, None),
    ]  # fmt: skip


def test_reminders_come_before_each_instalment(town):
    ref = in_force(town)
    town.clock.put(local_moment(date(2026, 3, 20), 9))
    sent = [(one.deadline, one.point) for one in town.instance.clocks.remind()]
    assert ("performance:1.1", "last_working_day") in sent
    assert not any(name == "performance:1.2" for name, _point in sent)
    assert ("notice", "reminder") in town.outbox(ref)
    town.instance.post_room.deliver_waiting()
    letters = [
        one for one in town.instance.case("jiamed", ref).notices if one["notice"] == "performance_reminder"
    ]
    assert [(one["to"], one["state"]) for one in letters] == [("丙**", "sent")]


def test_what_is_late_is_named_by_clause_and_instalment(sqlite_town):
    town = sqlite_town
    ref = in_force(town)
    town.clock.put(local_moment(date(2026, 4, 21), 9))
    town.instance.run_deadlines()
    due = [row for kind, row in payloads(town, ref) if kind == "performance_due"]
    assert [(one["part"], one["clause"], one["instalment"]) for one in due] == [("1.1", 1, 1), ("1.2", 1, 2)]


def test_agreed_day_explains_itself_as_agreed_and_not_as_counted(sqlite_town):
    town = sqlite_town
    ref = in_force(town)
    [clock] = town.instance.clocks.explain("jiamed", ref, "performance:1.1")
    assert clock.why[:4] == (
        "当事人在协议里约定的日期，遇休息日也不顺延（依据：人民调解法第31条）",
        "2026年3月2日开始计时（协议生效）",
        "现截止于2026年3月20日24时",
        "正在计时",
    )


def test_part_payment_of_a_clause_without_instalments(town):
    ref = in_force(town, pay(amount_fen=300_00))
    perform(town, ref, "2026-03-03", amount_fen=100_00)
    assert sums(town, ref) == (300, 100, 200, 0)
    assert town.clocks(ref)["performance:1"] == "running"
    perform(town, ref, "2026-03-04", amount_fen=200_00)
    assert sums(town, ref) == (300, 300, 0, 0)
    assert town.clocks(ref)["performance:1"] == "met"


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ({"amount_fen": 2500_01}, "amount_fen"),
        ({"instalment": 1, "amount_fen": 1000_01}, "amount_fen"),
        ({"instalment": 4}, "instalment"),
        ({"clause": 2, "amount_fen": 1}, "amount_fen"),
        ({"clause": 3}, "clause"),
        ({"proof_file": "????"}, "proof_file"),
        ({"proof_file": base64.b64encode(b"MZ not a picture").decode()}, "proof_file"),
        ({"performed_on": "2026-03-11"}, "performed_on"),
    ],
)
def test_performance_that_cannot_be_is_refused_and_writes_nothing(sqlite_town, words, key):
    town = sqlite_town
    ref = in_force(town, by_instalments(), pay(act="do", what="修沟", amount_fen=None))
    town.clock.put(local_moment(date(2026, 3, 10), 9))
    before = town.dump()
    with pytest.raises(InputInvalid) as caught:
        town.act("jiamed", ref, "record_performance", **{"clause": 1, "performed_on": "2026-03-10", **words})
    assert [one.key for one in caught.value.problems] == [key]
    assert town.dump() == before


@pytest.mark.parametrize(
    ("changes", "keys"),
    [
        ({"amount_fen": 2600_00}, ["clauses[0].instalments"]),
        ({"instalments": THREE[:1], "amount_fen": None}, ["clauses[0].instalments"]),
        ({"instalments": [THREE[1], THREE[0]], "amount_fen": None}, ["clauses[0].instalments[1].due_on"]),
        ({"due_on": "2026-04-01"}, ["clauses[0].due_on"]),
        ({"act": "do", "what": "修沟"}, ["clauses[0].instalments"]),
        ({"at_once": True}, ["clauses[0].instalments"]),
        (
            {"instalments": [{"amount_fen": 1, "due_on": "2026-02-20"}, THREE[0]], "amount_fen": 9},
            ["clauses[0].instalments", "clauses[0].instalments[0].due_on"],
        ),
    ],
)
def test_instalments_that_are_not_clear_are_refused_all_at_once(sqlite_town, changes, keys):
    town = sqlite_town
    ref = town.bring("mediating")
    with pytest.raises(InputInvalid) as caught:
        town.act(
            "jiamed", ref, "draft_agreement", facts="x", matters="y", clauses=[by_instalments(**changes)]
        )
    assert sorted(one.key for one in caught.value.problems) == keys


def test_breach_of_an_instalment_that_is_not_due_is_refused(sqlite_town):
    town = sqlite_town
    ref = in_force(town)
    for named in ({}, {"instalment": 1}):
        with pytest.raises(InputInvalid, match="履行期限还没有届满"):
            town.act(
                "jiamed", ref, "record_breach", clause=1, noticed_on="2026-03-02", account="x",
                routes=["court"], **named,
            )  # fmt: skip


def test_clocks_of_clauses_are_called_by_clause_instalment_and_agreement(sqlite_town):
    town = sqlite_town
    ref = in_force(town)
    titles = {one.name: one.title for one in town.instance.clocks.explain("jiamed", ref)}
    assert titles["performance:1.2"] == "协议履行期限（第1条第2期）"
    assert titles["confirmation"] == "申请司法确认的期限"
    [row] = [row for row in town.of(ref, queries.deadlines) if row.name == "performance:1.2"]
    engine = town.instance.office.engine("ordinary", town.case(ref).workflow_version)
    named = {
        name: clock_title(row.model_copy(update={"name": name}), engine)
        for name in (
            "enforcement:2",
            "performance:2-1",
            "performance:2-1.3",
            "confirmation:2",
            "ownership_above",
        )
    }
    assert named == {
        "enforcement:2": "申请执行的期限（第2条）",
        "performance:2-1": "协议履行期限（第2份协议第1条）",
        "performance:2-1.3": "协议履行期限（第2份协议第1条第3期）",
        "confirmation:2": "申请司法确认的期限（第2份协议）",
        "ownership_above": "归属争议裁定期限",
    }


def test_later_breach_leaves_the_day_on_which_an_earlier_one_was_found(sqlite_town):
    town = sqlite_town
    ref = in_force(town)
    words = {"clause": 1, "account": "没有付。", "routes": ["court"]}

    def found():
        [rows] = town.of(ref, performance.instalments_of_case).values()
        return [row.breached_on and row.breached_on.isoformat() for row in rows]

    town.clock.put(local_moment(date(2026, 3, 22), 9))
    with pytest.raises(InputInvalid, match="到这一天履行期限还没有届满") as refused:
        town.act("jiamed", ref, "record_breach", noticed_on="2026-03-20", **words)
    assert [one.key for one in refused.value.problems] == ["noticed_on"]
    town.act("jiamed", ref, "record_breach", noticed_on="2026-03-21", **words)
    town.clock.put(local_moment(date(2026, 4, 22), 9))
    town.act("jiamed", ref, "record_breach", noticed_on="2026-04-21", **words)
    assert found() == ["2026-03-21", "2026-04-21", None]
    town.act("jiamed", ref, "record_breach", noticed_on="2026-03-22", instalment=1, **words)
    assert found() == ["2026-03-22", "2026-04-21", None]


def test_breach_of_the_whole_clause_leaves_its_day_with_the_latest_instalment(sqlite_town):
    town = sqlite_town
    ref = in_force(town)
    words = {"clause": 1, "account": "没有付。", "routes": ["court"]}
    town.clock.put(local_moment(date(2026, 4, 22), 9))
    town.act("jiamed", ref, "record_breach", noticed_on="2026-04-10", instalment=1, **words)
    town.act("jiamed", ref, "record_breach", noticed_on="2026-04-01", **words)
    [rows] = town.of(ref, performance.instalments_of_case).values()
    [clause] = town.of(
        ref, lambda session, case: queries.clauses(session, queries.latest_agreement(session, case).id)
    )
    assert [row.breached_on and row.breached_on.isoformat() for row in rows] == ["2026-04-10", None, None]
    assert clause.breached_on.isoformat() == "2026-04-10"
