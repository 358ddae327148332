"""The guard on steps back: a state that the definition allows and the case has been in."""

import pytest

from mediation.workflow.guards import CONDITIONS
from tests.workflow.stand import case, sentences, under

BACK = under("reject", back_to=("accepted", "preparing"))


def going_back(to: object) -> list[str]:
    facts = case(
        state="mediating", visited=("registered", "received", "accepted", "mediating"), act={"to": to}
    )
    return sentences("went_through_it", facts, BACK)


def test_went_through_it_passes_a_state_that_the_case_was_in():
    assert going_back("accepted") == []


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("preparing", "这件纠纷没有经过「调解准备」；可以退到：已受理（accepted）"),
        ("received", "不能退到「已签收待受理」；可以退到：已受理（accepted）"),
        ("moon", "不能退到「moon」；可以退到：已受理（accepted）"),
        (None, "没有写明退到哪一步；可以退到：已受理（accepted）"),
        (7, "没有写明退到哪一步；可以退到：已受理（accepted）"),
    ],
)
def test_went_through_it_refuses(to, said):
    assert going_back(to) == [said]


@pytest.mark.parametrize(("act", "answer"), [({}, False), ({"to": ""}, False), ({"to": "accepted"}, True)])
def test_condition_goes_back_follows_the_act(act, answer):
    assert CONDITIONS["goes_back"].holds(case(act=act)) is answer
