"""What went wrong in zammad/zammad (tickets of a help desk)."""

from datetime import timedelta

from mediation.cases import queries
from mediation.cases.kinship import queries as kinship
from tests.cases.aftercare.words import pause
from tests.cases.desk import notices
from tests.town import party

DISPUTE = {
    "title": "排水纠纷",
    "source": "applied",
    "governance_category": "0201",
    "narrative": "雨水倒灌。",
    "claims": ["赔粮食"],
    "parties": [party("applicant", 5), party("respondent", 2)],
}


def found_by(town, code):
    """The public id of the case to which a query code leads."""
    key = town.instance.office.keyring.look_up("query code", code)
    with town.reading() as session:
        return kinship.case_of_code(session, key).public_id


def test_query_code_of_a_merged_case_still_leads_somewhere(town):
    """zammad/zammad#3549, osTicket/osTicket#1225: whose ticket was merged saw a closed one, with no word of where it went on."""
    done = town.instance.register("jiawin", DISPUTE)
    main = town.bring("received")
    town.act("jiawin", done.act.case, "merge_into", case=main, why="同一条沟")
    assert found_by(town, done.query_code) == main
    then = town.bring("received")
    town.act("jiawin", main, "merge_into", case=then, why="都是一条沟")
    assert found_by(town, done.query_code) == then


def test_party_of_a_merged_case_is_a_party_where_it_goes_on(town):
    """zammad/zammad#1904: the second customer was no customer of the ticket into which theirs was merged, and saw nothing more."""
    ref = town.instance.register("jiawin", DISPUTE).act.case
    main = town.bring("received")
    name, *_others = (row.name for row in town.of(ref, queries.parties))
    town.act("jiawin", ref, "merge_into", case=main, why="同一条沟")
    assert name in [row.name for row in town.of(main, queries.parties)]
    assert town.case(main).claims == ["修好排水沟", "赔粮食"]
    assert {row.id for row in town.instance.cases("jiawin", words=name)} == {ref, main}
    assert (town.last(ref).facts["into"], town.last(main).facts["case"]) == (main, ref)


def test_clock_does_not_punish_who_waits_on_the_parties(town):
    """zammad/zammad#3140: the agent had answered, the customer was silent, and the ticket escalated against the agent."""
    ref = town.bring("mediating")
    pause(town, ref, kind="consent", asked_by=[1, 2], expected_on="2026-05-29")
    town.clock.advance(timedelta(days=100))
    missed = [one.deadline for one in town.instance.run_deadlines().missed]
    assert missed == ["state:suspended"]  # the day on which they wanted to be back, and not the law's limit
    assert (town.clocks(ref)["mediation_limit"], notices(town, ref).count("limit_missed")) == ("paused", 0)
    town.act("jiamed", ref, "resume", result="双方回来了")
    assert town.clocks(ref)["mediation_limit"] == "running"
    town.act("jiamed", ref, "record_session", **town.session("agreed"))
