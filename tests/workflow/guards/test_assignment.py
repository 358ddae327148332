"""Guards on who handles a case."""

import re

import pytest

from mediation.workflow.guards import GUARDS
from mediation.workflow.loader import load_definitions
from tests.workflow.stand import APPLICANT, CASE, RESPONDENT, acting, case, sentences


def test_two_sides_named_passes_with_both_sides():
    assert sentences("two_sides_named", CASE) == []


@pytest.mark.parametrize(
    ("parties", "sentence"),
    [
        ((APPLICANT,), "还没有登记被申请人"),
        ((RESPONDENT,), "还没有登记申请人"),
        ((), "还没有登记申请人和被申请人"),
    ],
)
def test_two_sides_named_refuses_a_missing_side(parties, sentence):
    assert sentences("two_sides_named", case(parties=parties)) == [sentence]


def test_target_named_passes_another_unit():
    assert sentences("target_named", acting(target="village-2")) == []


def test_target_named_refuses_no_unit():
    assert sentences("target_named", acting(target=" ")) == ["没有选定交办的单位"]


def test_target_named_refuses_the_holder_itself():
    assert sentences("target_named", acting(target="village-1")) == ["不能交办给现在的主办单位自己"]


def test_reason_given_passes_with_a_code():
    assert sentences("reason_given", acting(reason="no_agreement")) == []


@pytest.mark.parametrize("reason", ["", "  ", None, 7, True])
def test_reason_given_refuses_blank_or_strange_reasons(reason):
    assert sentences("reason_given", acting(reason=reason)) == ["没有写明理由"]


def test_sent_back_at_most_once_passes_the_first_time():
    assert sentences("sent_back_at_most_once", CASE) == []


def test_sent_back_at_most_once_refuses_the_second_time():
    assert sentences("sent_back_at_most_once", case(sent_back=1)) == ["本单位已退回过1次，不能再退回"]


def test_who_cannot_send_back_again_is_named_acts_that_every_definition_has():
    """Cases run on by the first versions, which have no 请示."""
    named = set(re.findall(r"「(\w+)」", GUARDS["sent_back_at_most_once"].next_step))
    guarded = [
        one
        for versions in load_definitions().versions.values()
        for one in versions
        if any("sent_back_at_most_once" in edge.guards for edge in one.edges)
    ]
    assert ("ordinary", 1) in {(one.name, one.version) for one in guarded}
    assert [one for one in guarded if not named <= {trigger.title for trigger in one.triggers.values()}] == []


def test_below_the_top_passes_lower_down():
    assert sentences("below_the_top", CASE) == []


def test_below_the_top_refuses_at_the_top():
    assert sentences("below_the_top", case(at_top=True)) == ["本单位已是层级链的最高一级，没有可以上报的上级"]


def test_overruling_explained_passes_as_suggested_without_rules_or_with_a_reason():
    assert sentences("overruling_explained", CASE) == []
    assert sentences("overruling_explained", acting(off_route=False)) == []
    assert sentences("overruling_explained", acting(off_route=True, overruled_because=True)) == []


def test_overruling_explained_refuses_another_unit_without_a_reason():
    assert sentences("overruling_explained", acting(off_route=True, overruled_because=False)) == [
        "建议由别的单位办理，没有写明不按建议的理由"
    ]
