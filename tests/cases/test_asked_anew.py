"""送审会签 after a rejection: whoever said no is asked again, as long as they can sign."""

import pytest

from mediation.errors import InputInvalid
from tests.cases.desk import ask, rounds
from tests.cases.test_recusals import recuse
from tests.town import Town, pay


def rejected(town: Town) -> str:
    """A draft to which sulead agreed, and which jialead rejected."""
    ref = town.bring("agreed")
    ask(town, ref, "sulead", "jialead")
    town.act("sulead", ref, "approve")
    town.act("jialead", ref, "reject", opinion="金额不清")
    return ref


def test_rejection_is_not_got_round_by_asking_others(town):
    ref = rejected(town)
    before = town.dump()
    with pytest.raises(InputInvalid) as refused:
        ask(town, ref, "sulead", due_on="2020-01-01")
    assert {one.key for one in refused.value.problems} == {"signers", "due_on"}
    assert any("驳回过上一轮，改好以后也要由这一位再看" in one.message for one in refused.value.problems)
    assert town.dump() == before
    ask(town, ref, "jialead")
    town.act("jialead", ref, "approve")
    assert rounds(town, ref)[-1] == ("agreement_review", "agreed")


def test_a_round_that_was_taken_back_in_between_lifts_nothing(town):
    ref = rejected(town)
    ask(town, ref, "jialead")
    town.act("jiamed", ref, "take_back", approval="agreement_review")
    with pytest.raises(InputInvalid, match="驳回过上一轮"):
        ask(town, ref, "sulead")


def test_who_rejected_and_agreed_since_may_be_left_out(town):
    ref = rejected(town)
    ask(town, ref, "jialead")
    town.act("jialead", ref, "approve")
    words = {"facts": "雨水倒灌。", "matters": "由谁修沟。", "clauses": [pay(amount_fen=1)]}
    town.act("jiamed", ref, "draft_agreement", **words)
    ask(town, ref, "sulead")
    assert rounds(town, ref)[-1] == ("agreement_review", "open")


def test_who_can_sign_no_more_is_not_waited_for(town):
    ref = rejected(town)
    recuse(town, "sudis", ref, "jialead")
    ask(town, ref, "sulead")
    town.act("sulead", ref, "approve")
    assert rounds(town, ref)[-1] == ("agreement_review", "agreed")
