"""Guards on instalments, on asking a court to confirm an agreement, and on what follows from its ruling."""

import pytest

from mediation.workflow.facts import AgreementFacts, ClauseFacts
from mediation.workflow.guards import CONDITIONS
from tests.workflow.stand import acting, case, sentences, under

OPEN = ClauseFacts(ordinal=2, breached=True, open_instalments=(2, 3))


def test_court_confirms_is_what_the_ruling_says():
    assert CONDITIONS["court_confirms"].holds(acting(confirmation_result="confirmed"))
    assert not CONDITIONS["court_confirms"].holds(acting(confirmation_result="dismissed"))


def test_instalments_settled_passes_without_any_and_when_all_have_a_result():
    assert sentences("instalments_settled", case()) == []
    settled = AgreementFacts(clauses=(ClauseFacts(ordinal=1, performed=True),))
    assert sentences("instalments_settled", case(agreement=settled)) == []


def test_instalments_settled_refuses_naming_the_open_ones_of_every_agreement():
    facts = case(agreement=AgreementFacts(clauses=(OPEN,)), other_clauses=(OPEN,))
    assert sentences("instalments_settled", facts) == ["协议第2条的第2、3期还没有履行结果"] * 2


def test_confirmation_asked_by_all_passes_when_all_ask():
    assert sentences("confirmation_asked_by_all", acting(asked_by=[1, 2])) == []


def test_confirmation_asked_by_all_refuses_naming_who_does_not():
    assert sentences("confirmation_asked_by_all", acting(asked_by=[1])) == ["被申请人没有共同申请"]


def test_within_confirmation_time_passes_in_time():
    assert sentences("within_confirmation_time", acting(confirmation_time="")) == []


def test_within_confirmation_time_refuses_with_the_last_day():
    found = sentences("within_confirmation_time", acting(confirmation_time="2026年4月1日"))
    assert found == ["申请期限已于2026年4月1日届满"]


def test_not_before_a_court_passes_what_was_never_applied_for():
    assert sentences("not_before_a_court", acting(confirmation_state="")) == []


@pytest.mark.parametrize(
    ("state", "why"),
    [
        ("applied", "这份协议已经申请司法确认，人民法院还没有裁定"),
        ("confirmed", "这份协议已经人民法院确认"),
        ("dismissed", "就这份协议的申请已被人民法院驳回"),
    ],
)
def test_not_before_a_court_refuses_a_second_application(state, why):
    assert sentences("not_before_a_court", acting(confirmation_state=state)) == [why]


def test_before_a_court_passes_what_waits_for_its_ruling():
    assert sentences("before_a_court", acting(confirmation_state="applied")) == []


@pytest.mark.parametrize("state", ["", "confirmed", "dismissed"])
def test_before_a_court_refuses_a_ruling_that_nobody_waits_for(state):
    assert sentences("before_a_court", acting(confirmation_state=state)) == ["没有等待裁定的司法确认申请"]


@pytest.mark.parametrize(
    "facts",
    [{"dismissed": True}, {"annulled": True}, {"other_clauses": (ClauseFacts(ordinal=1, breached=True),)}],
)
def test_breached_annulled_or_dismissed_passes_on_each_ground(facts):
    assert sentences("breached_annulled_or_dismissed", case(**facts), under("remediate")) == []


def test_breached_annulled_or_dismissed_refuses_without_a_ground():
    assert sentences("breached_annulled_or_dismissed", case(), under("remediate")) == [
        "没有未履行的记录，协议没有被人民法院确认无效，司法确认的申请也没有被驳回"
    ]
