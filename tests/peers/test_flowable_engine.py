"""What users of flowable/flowable-engine asked for, and what failed when they built it themselves."""

from mediation.cases.tasks import queries
from tests.cases.desk import ask, book, name_of, rounds


def test_work_goes_back_to_the_person_who_did_the_step(town):
    """flowable/flowable-engine#1222: who found the step before wrong could not hand it back to whoever had done it."""
    ref = town.bring("signing")
    town.act("jialead", ref, "reject", to="mediating", opinion="第一条不清")
    own = town.of(ref, queries.turn)
    assert (own.state, name_of(town, own)) == ("mediating", "jiamed")
    assert [(row.case, row.kind) for row in town.instance.tasks("jiamed")] == [(ref, "turn")]
    assert town.instance.tasks("jialead") == []
    town.step(ref, "draft_agreement", matters="由谁修沟、何时修好。")
    town.act("jiamed", ref, "conclude_written")
    assert town.case(ref).state == "signing"


def test_case_sent_back_out_of_a_parallel_step_ends_it_the_second_time(town):
    """flowable/flowable-engine#1641: sent back out of a parallel gateway and come again, it waited at the join for ever."""
    ref = town.bring("agreed")
    ask(town, ref, "sulead", "jialead")
    town.act("sulead", ref, "approve")
    town.act("jialead", ref, "reject", to="preparing", opinion="再谈")
    town.step(ref, "record_session")
    town.act("jiamed", ref, "resubmit")
    assert book(town, ref) == {"sulead": "agreed", "jialead": "open"}
    town.act("jialead", ref, "approve")
    assert (rounds(town, ref)[-1], book(town, ref)) == (
        ("agreement_review", "agreed"),
        {"sulead": "agreed", "jialead": "agreed"},
    )
    town.act("jiamed", ref, "conclude_written")
    assert town.case(ref).state == "signing"
