"""Guards on who mediates."""

import pytest

from mediation.workflow.facts import MediatorFacts
from tests.workflow.stand import CASE, case, sentences


def with_mediators(*mediators: MediatorFacts):
    return case(mediators=mediators)


def test_one_presides_passes_with_one_and_others_beside():
    facts = with_mediators(
        MediatorFacts("m1"), MediatorFacts("m2", "mediator"), MediatorFacts("m3", "recorder")
    )
    assert sentences("one_presides", facts) == []


@pytest.mark.parametrize(
    ("mediators", "sentence"),
    [
        ((), "还没有主持调解员"),
        ((MediatorFacts("m1", "recorder"),), "还没有主持调解员"),
        ((MediatorFacts("m1"), MediatorFacts("m2")), "登记了2名主持调解员，只能有一名"),
    ],
)
def test_one_presides_refuses_none_and_two(mediators, sentence):
    assert sentences("one_presides", with_mediators(*mediators)) == [sentence]


def test_mediators_in_office_passes_within_the_term():
    assert sentences("mediators_in_office", CASE) == []


def test_mediators_in_office_refuses_each_whose_term_is_over():
    facts = with_mediators(
        MediatorFacts("m1", in_office=False), MediatorFacts("m2"), MediatorFacts("m3", in_office=False)
    )
    assert sentences("mediators_in_office", facts) == ["m1的岗位不在任期内", "m3的岗位不在任期内"]


def test_mediators_in_office_refuses_who_is_on_no_roster_but_for_recorders():
    facts = with_mediators(
        MediatorFacts("m1", on_roster=False), MediatorFacts("m2", "recorder", on_roster=False)
    )
    assert sentences("mediators_in_office", facts) == [
        "m1现在不是本单位、上级或者下级调委会的委员，也没有受其聘任，不能担任调解员"
    ]


def test_no_conflict_of_interest_passes_without_one():
    assert sentences("no_conflict_of_interest", CASE) == []


def test_no_conflict_of_interest_passes_when_both_sides_keep_the_mediator():
    facts = with_mediators(MediatorFacts("m1", conflict="near_relative", kept_by_both=True))
    assert sentences("no_conflict_of_interest", facts) == []


def test_no_conflict_of_interest_refuses_a_relative():
    facts = with_mediators(MediatorFacts("m1", conflict="near_relative"))
    assert sentences("no_conflict_of_interest", facts) == [
        "m1与当事人或者纠纷有利害关系，双方没有同意由其调解"
    ]


def test_parties_accept_mediators_passes_without_objection():
    assert sentences("parties_accept_mediators", CASE) == []


@pytest.mark.parametrize(("ordinal", "who"), [(2, "被申请人"), (9, "当事人")])
def test_parties_accept_mediators_refuses_when_a_party_objects(ordinal, who):
    facts = with_mediators(MediatorFacts("m1", kept_by_both=True, objected_by=ordinal))
    assert sentences("parties_accept_mediators", facts) == [f"{who}不接受m1调解"]
