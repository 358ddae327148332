"""Guards on mediating."""

from dataclasses import replace

import pytest

from mediation.workflow.facts import ParticipantFacts
from tests.workflow.stand import APPLICANT, CASE, RESPONDENT, acting, case, sentences

OBJECTING = (APPLICANT, replace(RESPONDENT, objects_to_public=True))


def test_within_mediation_limit_passes_in_time():
    assert sentences("within_mediation_limit", CASE) == []


def test_within_mediation_limit_refuses_when_time_is_up():
    assert sentences("within_mediation_limit", case(limit_missed=True)) == ["调解期限已经届满"]


@pytest.mark.parametrize(
    "facts",
    [
        case(public=True),
        case(parties=OBJECTING),
        case(parties=OBJECTING, public=True, act={"public": False}),
    ],
)
def test_public_unless_objected_passes_unheard_or_unopposed(facts):
    assert sentences("public_unless_objected", facts) == []


@pytest.mark.parametrize("changes", [{"public": True}, {"act": {"public": True}}])
def test_public_unless_objected_refuses_naming_who_objects(changes):
    facts = case(parties=OBJECTING, **changes)
    assert sentences("public_unless_objected", facts) == ["被申请人要求不公开进行"]


def test_record_made_passes_with_a_record():
    assert sentences("record_made", CASE) == []


def test_record_made_refuses_without_one():
    assert sentences("record_made", case(sessions=0)) == ["还没有调解记录"]


def test_agreed_in_session_passes_when_the_last_one_agreed():
    assert sentences("agreed_in_session", CASE) == []


@pytest.mark.parametrize("result", [None, "to_continue", "failed"])
def test_agreed_in_session_refuses_any_other_result(result):
    assert sentences("agreed_in_session", case(last_result=result)) == ["最近一次调解记录的结果不是达成一致"]


def test_extension_asked_by_all_passes_when_all_ask():
    assert sentences("extension_asked_by_all", acting(asked_by=(2, 1))) == []


@pytest.mark.parametrize(
    ("asked_by", "who"),
    [((1,), "被申请人"), ((), "申请人、被申请人"), (None, "申请人、被申请人"), ((True, 2), "申请人")],
)
def test_extension_asked_by_all_refuses_naming_who_does_not_ask(asked_by, who):
    assert sentences("extension_asked_by_all", acting(asked_by=asked_by)) == [f"{who}没有要求延长"]


def test_extension_asked_by_all_refuses_without_parties():
    assert sentences("extension_asked_by_all", case(parties=())) == ["没有当事人要求延长"]


def test_refuser_named_passes_with_a_party():
    assert sentences("refuser_named", acting(refuser=2)) == []


@pytest.mark.parametrize("refuser", [None, 9, "2", True, [1]])
def test_refuser_named_refuses_nobody_and_strangers(refuser):
    assert sentences("refuser_named", acting(refuser=refuser)) == ["没有写明是哪位当事人拒绝调解"]


def test_routes_named_passes_with_a_route():
    assert sentences("routes_named", acting(routes=("court",))) == []


@pytest.mark.parametrize("routes", [None, (), ("", " "), "court"])
def test_routes_named_refuses_without_any(routes):
    assert sentences("routes_named", acting(routes=routes)) == ["没有写明告知当事人的其他途径"]


HELPER = ParticipantFacts(1, (1,))


def test_participants_agreed_passes_who_does_not_take_part_and_who_all_agreed_to():
    assert sentences("participants_agreed", case(participants=(HELPER,), act={"participants": ()})) == []
    agreed = case(participants=(ParticipantFacts(1, (1, 2)),), act={"participants": (1,)})
    assert sentences("participants_agreed", agreed) == []


def test_participants_agreed_refuses_naming_who_was_not_asked():
    facts = case(participants=(HELPER,), act={"participants": (1,)})
    assert sentences("participants_agreed", facts) == ["第1位参加人没有征得被申请人同意"]


def test_withdrawal_asked_by_all_passes_when_every_applicant_asks():
    assert sentences("withdrawal_asked_by_all", case(act={"asked_by": (1,)})) == []


@pytest.mark.parametrize("asked_by", [(), (2,)])
def test_withdrawal_asked_by_all_refuses_naming_the_silent_applicant(asked_by):
    facts = case(act={"asked_by": asked_by})
    assert sentences("withdrawal_asked_by_all", facts) == ["申请人没有要求撤回申请"]


def test_routes_named_refuses_mere_help_on_the_way():
    facts = case(act={"routes": ["legal_aid", "other_committee"]})
    assert sentences("routes_named", facts) == ["告知的途径里没有仲裁、行政或者司法途径"]
