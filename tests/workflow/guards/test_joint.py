"""Guards of joint mediation."""

from mediation.workflow.facts import MediatorFacts
from mediation.workflow.guards import CONDITIONS
from tests.workflow.stand import case, sentences


def test_condition_conferred_follows_the_count():
    holds = CONDITIONS["conferred"].holds
    assert [holds(case(conferences=n)) for n in (0, 1, 2)] == [False, True, True]


def test_conference_held_passes_after_one():
    assert sentences("conference_held", case(conferences=1)) == []


def test_conference_held_refuses_before_any():
    expected = ["还没有会商记录，牵头单位和各单位的分工没有定"]
    assert sentences("conference_held", case(conferences=0)) == expected


def test_leader_named_passes_with_a_leader():
    assert sentences("leader_named", case(leader_named=True)) == []


def test_leader_named_refuses_without():
    assert sentences("leader_named", case(leader_named=False)) == ["还没有确定包案领导"]


def test_risk_assessed_passes_after_an_assessment():
    assert sentences("risk_assessed", case(risk_assessed=True)) == []


def test_risk_assessed_refuses_without():
    assert sentences("risk_assessed", case(risk_assessed=False)) == ["还没有评估激化的风险"]


def test_two_mediators_at_least_passes_with_two_and_a_recorder():
    mediators = (MediatorFacts("m1"), MediatorFacts("m2", "mediator"), MediatorFacts("m3", "recorder"))
    assert sentences("two_mediators_at_least", case(mediators=mediators)) == []


def test_two_mediators_at_least_refuses_one_with_a_recorder():
    mediators = (MediatorFacts("m1"), MediatorFacts("m3", "recorder"))
    expected = ["只指定了1名调解员，联合调解要有两名以上"]
    assert sentences("two_mediators_at_least", case(mediators=mediators)) == expected


def test_parts_answered_passes_with_none_open():
    assert sentences("parts_answered", case(open_parts=0)) == []


def test_parts_answered_refuses_and_counts_them():
    assert sentences("parts_answered", case(open_parts=3)) == ["还有3项协办分工没有办复"]


def test_peoples_mediation_leads_passes_on_its_own_route():
    assert sentences("peoples_mediation_leads", case(route="people")) == []


def test_peoples_mediation_leads_refuses_on_each_other_route():
    found = [sentences("peoples_mediation_leads", case(route=way)) for way in ("administrative", "judicial")]
    assert found == [
        ["现由行政调解主导，人民调解委员会不能出具人民调解协议书"],
        ["现由司法调解主导，人民调解委员会不能出具人民调解协议书"],
    ]
