"""送审会签 after a rejection: whoever said no is asked again, as long as they can sign."""

import pytest
from sqlalchemy import text

from mediation.cases.tasks import queries
from mediation.errors import InputInvalid
from mediation.people import queries as people
from tests.cases.desk import approval, ask, book, rounds, with_approvals
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


def test_rejection_in_a_round_that_was_taken_back_stands_too(town):
    """By vote a round may still be open after a no."""
    with_approvals(town, vote=approval("vote", least=2))
    ref = town.bring("agreed")
    ask(town, ref, "sulead", "sumed", "jialead", name="vote")
    town.act("sulead", ref, "reject", opinion="不妥")
    town.act("jiamed", ref, "take_back", approval="vote")
    with pytest.raises(InputInvalid, match="驳回过上一轮"):
        ask(town, ref, "sumed", "jialead", name="vote")
    ask(town, ref, "sumed", "sulead", name="vote")


def test_step_back_by_who_may_not_answer_the_task_that_waits_leaves_it_alone(town):
    """A deputy does the work of who is on leave, but signs only with a post that may."""
    ref = town.register("suwin")
    for trigger, words in (("triage", {"tier": "ordinary"}), ("keep", {}), ("accept", {})):
        town.act("suwin", ref, trigger, **words)
    mediators = [{"person": "sumed"}, {"person": "sumed2", "role": "recorder"}]
    town.act("sumed", ref, "assign", mediators=mediators)
    town.act("sumed", ref, "record_session", **town.session("agreed"))
    words = {"facts": "雨水倒灌。", "matters": "由谁修沟。", "clauses": [pay()]}
    town.act("sumed", ref, "draft_agreement", **words)
    ask(town, ref, "sulead", who="sumed")
    leave = {"person": "sulead", "deputy": "sudis", "since": "2026-03-02", "until": "2026-03-20"}
    town.instance.duty.record_leave("sulead", leave)
    town.act("sudis", ref, "reject", to="preparing", opinion="材料不全")
    assert (town.case(ref).state, book(town, ref)["sulead"]) == ("preparing", "lapsed")


def test_step_back_by_who_has_several_tasks_wants_one_named(town):
    ref = town.bring("agreed")
    ask(town, ref, "jialead")
    ask(town, ref, "jialead", name="extension_review", days=5)
    before = town.dump()
    with pytest.raises(InputInvalid, match="等您会签的有2项"):
        town.act("jialead", ref, "reject", to="accepted", opinion="重来")
    assert town.dump() == before
    review = next(one.ordinal for one in town.of(ref, queries.tasks) if one.kind == "approval")
    town.act("jialead", ref, "reject", task=review, to="accepted", opinion="重来")
    assert ("agreement_review", "rejected") in rounds(town, ref)


def test_step_back_by_who_was_lent_a_signature_leaves_it_alone(sqlite_town):
    """Who was lent it gives an opinion, and decides nothing."""
    town = sqlite_town
    ref = town.bring("agreed")
    ask(town, ref, "sulead")
    town.act("sulead", ref, "delegate", to={"person": "jialead"})
    town.act("jialead", ref, "reject", to="preparing", opinion="材料不全")
    assert (town.case(ref).state, rounds(town, ref)[-1]) == ("preparing", ("agreement_review", "lapsed"))


def test_no_of_a_round_that_was_taken_back_stands_after_an_older_yes(sqlite_town):
    town = sqlite_town
    with_approvals(town, board=approval("any", least=1))
    ref = town.bring("agreed")
    ask(town, ref, "sulead", "sumed", name="board")
    town.act("sulead", ref, "approve")
    words = {"facts": "雨水倒灌。", "matters": "由谁修沟。", "clauses": [pay(amount_fen=1)]}
    town.act("jiamed", ref, "draft_agreement", **words)
    ask(town, ref, "sulead", "jialead", name="board")
    town.act("sulead", ref, "reject", opinion="不妥")
    town.act("jiamed", ref, "take_back", approval="board")
    with pytest.raises(InputInvalid, match="驳回过上一轮"):
        ask(town, ref, "jialead", name="board")
    ask(town, ref, "sulead", "jialead", name="board")
    with pytest.raises(InputInvalid, match="不能减签"):
        town.act("jiamed", ref, "remove_signer", approval="board", signer={"person": "sulead"})


def test_no_that_the_others_overruled_binds_nobody(sqlite_town):
    town = sqlite_town
    with_approvals(town, board=approval("any", least=1))
    ref = town.bring("agreed")
    ask(town, ref, "sulead", "jialead", name="board")
    town.act("sulead", ref, "reject", opinion="不妥")
    town.act("jialead", ref, "approve")
    assert rounds(town, ref)[-1] == ("board", "agreed")
    words = {"facts": "雨水倒灌。", "matters": "由谁修沟。", "clauses": [pay(amount_fen=1)]}
    town.act("jiamed", ref, "draft_agreement", **words)
    for _time in range(2):
        ask(town, ref, "jialead", name="board")
        town.act("jiamed", ref, "take_back", approval="board")


def taken_back_after_a_no(town: Town) -> str:
    """sulead agreed and jialead rejected; then sulead and sumed said no to a vote that was taken back."""
    with_approvals(town, vote=approval("vote", least=2))
    ref = town.bring("agreed")
    ask(town, ref, "sulead", "jialead", name="vote")
    town.act("sulead", ref, "approve")
    town.act("jialead", ref, "reject", opinion="金额不清")
    ask(town, ref, "jialead", "sulead", "sumed", "sumed2", "jiamed2", name="vote")
    town.act("sulead", ref, "reject", opinion="想了想，不妥")
    town.act("sumed", ref, "reject", opinion="不妥")
    town.act("jiamed", ref, "take_back", approval="vote")
    assert rounds(town, ref) == [("vote", "rejected"), ("vote", "taken_back")]
    return ref


def test_yes_that_was_taken_for_a_no_in_a_round_taken_back_is_not_carried_over(town):
    ref = taken_back_after_a_no(town)
    done = town.act("jiamed", ref, "resubmit")
    assert any("苏和（示例苏木）以前表示过不同意" in one for one in done.told), done.told
    assert {name: book(town, ref)[name] for name in ("sulead", "jialead", "sumed")} == dict.fromkeys(
        ("sulead", "jialead", "sumed"), "open"
    )
    assert "sumed2" not in {name for name, state in book(town, ref).items() if state == "open"}
    assert "kept" not in town.last(ref).facts
    with pytest.raises(InputInvalid, match="不能减签"):
        town.act("jiamed", ref, "remove_signer", approval="vote", signer={"person": "sumed"})


def test_who_rejected_and_works_elsewhere_since_is_asked_all_the_same(sqlite_town):
    town = sqlite_town
    ref = rejected(town)
    with town.instance.database.writing() as session:
        moved = "UPDATE post SET unit_id = (SELECT id FROM unit WHERE code = 'su') WHERE person_id = :person"
        values = {"person": people.person(session, "jialead").id}
        session.connection().execute(text(moved), values)
        town.note_people(session)
    with pytest.raises(InputInvalid, match="驳回过上一轮"):
        ask(town, ref, "sulead")
    with pytest.raises(InputInvalid, match="驳回过上一轮"):
        ask(town, ref, "yilead")
    ask(town, ref, "sulead", "jialead")
