"""撤村并居 while a round of approval is under way: units that have become one speak with one voice."""

from datetime import timedelta

import pytest

from mediation.cases import task_page
from mediation.errors import InputInvalid, TransitionRefused
from tests.cases.desk import approval, ask, book, clock, notices, number, rounds, with_approvals
from tests.test_renewing import MERGED, MERGED_PEOPLE, YILEAD, apply
from tests.town import PEOPLE, postgresql_founded, sqlite_founded, town

__all__ = ["apply", "postgresql_founded", "sqlite_founded", "town"]


@pytest.fixture
def asked(town, apply):
    """Ask by a rule; each of `:jia`, `:yi` and whoever else signs has somebody who may."""
    apply(people=PEOPLE + YILEAD)

    def _asked(rule, *signers):
        ref = town.bring("mediating")
        with_approvals(town, board=approval(rule))
        ask(town, ref, *signers, name="board")
        return ref

    return _asked


@pytest.fixture
def merge(town, apply):
    """jia becomes one with yi, as the tree tells; the town's own approvals are there as before."""

    def _merge(rule):
        town.clock.advance(timedelta(days=1))
        apply(**{**MERGED, "people": MERGED_PEOPLE + YILEAD})
        town.instance.cases("yiwin")
        with_approvals(town, board=approval(rule))

    return _merge


def counted(town, ref):
    with town.reading() as session:
        hall = town.hall(session, "jiamed")
        [one] = task_page.case_approvals(hall, town.case(ref))
    return one["signers"], one["agreed"], one["needed"], one["state"]


def merged(town, ref):
    return [event.facts for event in town.events(ref) if event.act == "unit.merged"]


@pytest.mark.parametrize("rule", ["all", "in_order", "any", "vote"])
def test_unit_that_signs_beside_the_one_it_was_merged_into_signs_no_more(town, asked, merge, rule):
    ref = asked(rule, ":jia", ":yi", "sulead")
    theirs = number(town, ref, ":jia")
    merge(rule)
    [event] = merged(town, ref)
    assert event["approvals"] == {"board": {"removed": [theirs], "round": "open"}}
    assert event["moved"]["task"] == ["jia", "yi"]
    assert book(town, ref) == {
        ":jia": "removed", ":yi": "open", "sulead": "waiting" if rule == "in_order" else "open",
    }  # fmt: skip
    assert clock(town, ref, theirs) == "cancelled"
    needed = {"any": 1}.get(rule, 2)
    assert counted(town, ref) == (2, 0, needed, "open")
    with pytest.raises(TransitionRefused):
        town.act("jialead", ref, "approve", task=theirs)
    town.act("jialead", ref, "approve", task=number(town, ref, ":yi"))
    if rule != "any":
        assert counted(town, ref) == (2, 1, 2, "open")
        town.act("sulead", ref, "approve")
    assert rounds(town, ref) == [("board", "agreed")]
    assert town.instance.verify_trail().ok


def test_whoever_comes_next_is_asked_when_the_unit_whose_turn_it_was_signs_no_more(town, asked, merge):
    ref = asked("in_order", ":jia", "sulead", ":yi")
    told = notices(town, ref).count("task_asked")
    merge("in_order")
    assert book(town, ref) == {":jia": "removed", "sulead": "open", ":yi": "waiting"}
    assert notices(town, ref).count("task_asked") == told + 1
    town.act("sulead", ref, "approve")
    town.act("yilead", ref, "approve")
    assert rounds(town, ref) == [("board", "agreed")]


def test_who_has_signed_for_one_of_them_is_asked_for_both_and_may_answer(town, asked, merge):
    """The yes of one is not that of both, be it the unit's that is no more or the other's."""
    former, other = (asked("all", ":jia", ":yi", "sulead") for _each in range(2))
    town.act("jialead", former, "approve")
    town.act("yilead", other, "approve")
    merge("all")
    for ref in (former, other):
        assert counted(town, ref) == (2, 0, 2, "open")
        town.act("sulead", ref, "approve")
        assert rounds(town, ref) == [("board", "open")]
    town.act("jialead", former, "approve", task=number(town, former, ":yi"))
    town.act("yilead", other, "approve")
    for ref in (former, other):
        assert (rounds(town, ref), counted(town, ref)) == ([("board", "agreed")], (2, 2, 2, "agreed"))


@pytest.mark.parametrize(
    ("rule", "signers", "came"),
    [("any", (), "rejected"), ("vote", ("sulead", "sumed", "jiamed"), "open")],
)
def test_the_no_of_one_of_them_is_that_of_both(town, asked, merge, rule, signers, came):
    """Also where the merged unit has nothing left to do in the case: it does not hold it."""
    ref = asked_at_the_other(town, rule, ":jia", ":yi", *signers)
    town.act("jialead", ref, "reject", opinion="不妥")
    theirs = number(town, ref, ":yi")
    merge(rule)
    assert [event["approvals"] for event in merged(town, ref)] == [
        {"board": {"removed": [theirs], "round": came}}
    ]
    assert rounds(town, ref) == [("board", came)]
    assert notices(town, ref).count("approval_rejected") == (came == "rejected")
    assert town.instance.run_deadlines().relocated == []
    assert len(merged(town, ref)) == 1


def test_unit_that_speaks_for_two_counts_once_for_the_least_and_is_not_asked_again(town, asked, merge):
    ref = asked("all", ":jia", ":yi", "sulead")
    voted = asked("vote", ":jia", "sulead", "jiamed")
    town.act("jialead", ref, "approve")
    town.act("jialead", voted, "reject", opinion="不妥")
    merge("all")
    with_approvals(town, board=approval("all", least=2))
    before = town.dump()
    with pytest.raises(InputInvalid, match="至少要2个会签人"):
        town.act("jiamed", ref, "remove_signer", approval="board", signer={"person": "sulead"})
    with pytest.raises(InputInvalid, match="已经在会签人中"):
        town.act("jiamed", voted, "add_signer", approval="board", signer={"unit": "yi"})
    assert town.dump() == before


def asked_at_the_other(town, rule, *signers):
    """In a case of yi's: nothing of it but the round has to do with jia."""
    ref = town.register("yiwin")
    with_approvals(town, board=approval(rule))
    for who, act, words in (
        ("yiwin", "triage", {"tier": "ordinary"}),
        ("yiwin", "keep", {}),
        ("yiwin", "accept", {}),
        ("yimed", "assign", {"mediators": [{"person": "yimed"}]}),
        ("yimed", "record_session", town.session("agreed")),
    ):
        town.act(who, ref, act, **words)
    ask(town, ref, *signers, name="board", who="yimed")
    return ref


def test_a_vote_is_decided_where_the_others_are_enough_without_the_unit_that_is_no_more(town, asked, merge):
    ref = asked("vote", ":jia", ":yi", "sulead", "sumed")
    for who in ("sulead", "sumed"):
        town.act(who, ref, "approve")
    assert rounds(town, ref) == [("board", "open")]
    merge("vote")
    assert merged(town, ref)[0]["approvals"]["board"]["round"] == "agreed"
    assert book(town, ref) == {":jia": "removed", ":yi": "not_needed", "sulead": "agreed", "sumed": "agreed"}
    assert counted(town, ref) == (3, 2, 2, "agreed")
    assert notices(town, ref).count("approval_agreed") == 1


def test_a_round_that_was_decided_before_is_told_as_it_was(town, asked, merge):
    ref = asked("all", ":jia", ":yi")
    town.act("jialead", ref, "approve")
    town.act("yilead", ref, "approve")
    merge("all")
    assert counted(town, ref) == (2, 2, 2, "agreed")
    assert "approvals" not in merged(town, ref)[0]
