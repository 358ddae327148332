"""Guards on closing and archiving."""

import pytest

from mediation.workflow.facts import ClauseFacts
from tests.workflow.stand import CASE, case, sentences, with_agreement


def test_papers_issued_passes_when_none_is_owed():
    assert sentences("papers_issued", CASE) == []


def test_papers_issued_refuses_listing_the_owed():
    facts = case(
        papers_owed=("agreement", "oral_agreement", "termination_notice", "non_acceptance_notice", "x")
    )
    assert sentences("papers_issued", facts) == [
        "还没有制作，或者还没有签完、盖章：人民调解协议书、口头协议登记表、终止调解通知书、不予受理通知书、x"
    ]


def test_clauses_settled_passes_performed_and_breached():
    facts = with_agreement(clauses=(ClauseFacts(1, performed=True), ClauseFacts(2, breached=True)))
    assert sentences("clauses_settled", facts) == []


def test_clauses_settled_refuses_open_clauses():
    facts = with_agreement(clauses=(ClauseFacts(1), ClauseFacts(2, performed=True), ClauseFacts(3)))
    assert sentences("clauses_settled", facts) == ["协议第1、3条还没有履行结果"]


def test_everybody_told_passes_when_told():
    assert sentences("everybody_told", CASE) == []


def test_everybody_told_refuses_when_someone_was_not():
    assert sentences("everybody_told", case(notice_told_to_all=False)) == [
        "还有当事人没有收到通知和其他途径的告知"
    ]


@pytest.mark.parametrize(("outcome", "visits"), [("agreed_oral", 1), ("terminated", 0), ("withdrawn", 0)])
def test_visited_if_agreed_passes_the_visited_and_the_unagreed(outcome, visits):
    assert sentences("visited_if_agreed", case(outcome=outcome, visits=visits)) == []


@pytest.mark.parametrize("outcome", ["agreed_written", "agreed_oral"])
def test_visited_if_agreed_refuses_an_agreement_never_visited(outcome):
    assert sentences("visited_if_agreed", case(outcome=outcome, visits=0)) == ["达成协议的纠纷还没有回访"]


def test_volume_complete_passes_a_whole_volume():
    assert sentences("volume_complete", CASE) == []


def test_volume_complete_refuses_listing_what_is_missing():
    facts = case(volume_lacks=("受理登记表", "权利义务告知书"))
    assert sentences("volume_complete", facts) == ["卷宗还缺少：受理登记表、权利义务告知书"]


@pytest.mark.parametrize(
    "facts",
    [
        case(risk="medium"),
        case(risk="high", police_reports=1),
        case(risk="high", no_report_explained=True),
        case(risk="high", act={"no_report_reason": True}),
    ],
)
def test_danger_reported_passes_without_danger_with_a_report_and_with_a_reason(facts):
    assert sentences("danger_reported", facts) == []


def test_danger_reported_refuses_high_risk_that_nobody_reported():
    assert sentences("danger_reported", case(risk="high", act={"no_report_reason": ""})) == [
        "这件纠纷风险等级为高，还没有向公安机关报告的记录"
    ]
