"""What users of Camunda's engines (camunda/camunda, camunda/camunda-bpm-platform) could not do, or only within limits."""

from datetime import date, timedelta

from mediation.cases import queries
from mediation.clock import local_moment
from mediation.deadlines.calendar import last_day
from mediation.documents.verify import Verdict
from tests.cases.aftercare.words import signed
from tests.cases.renewal.versions import add_versions, migrate
from tests.cases.renewal.versions import number as case_number
from tests.town import pay


def test_case_moves_with_its_running_clocks(town, tmp_path):
    """camunda/camunda-docs#3094: an instance at a task with a timer or another boundary event could not be migrated."""
    ref = town.bring("preparing")
    before = [row.model_dump() for row in town.of(ref, queries.deadlines)]
    assert [row["name"] for row in before if row["state"] == "running"] == [
        "mediation_limit",
        "state:preparing",
    ]
    add_versions(
        town, tmp_path, {7: {"limit: {working_days: 5, article": "limit: {working_days: 9, article"}}
    )
    assert migrate(town, 7) == {case_number(town, ref): ("moves", "preparing")}
    assert [row.model_dump() for row in town.of(ref, queries.deadlines)] == before
    due = {row["name"]: row["due_at"] for row in before}["state:preparing"]
    town.clock.put(due)
    assert [one.deadline for one in town.instance.run_deadlines().missed] == ["state:preparing"]
    assert town.clocks(ref)["state:preparing"] == "missed"


def test_long_case_goes_on_in_the_definition_of_its_last_day(town, tmp_path):
    """camunda/camunda#3254: cases ran up to two years, the process changed meanwhile, and there was no way over."""
    ref = town.bring("mediating")
    town.step(ref, "draft_agreement", clauses=[pay(due_on="2027-10-20")])
    signed(town, ref)
    began, agreements = town.case(ref), town.of(ref, queries.agreements)
    for version in (7, 8):
        town.clock.advance(timedelta(days=300))
        town.instance.run_deadlines()
        add_versions(town, tmp_path / str(version), {number: {} for number in range(7, version + 1)})
        assert migrate(town, version) == {began.number: ("moves", "performing")}
    now = town.case(ref)
    assert (now.workflow_version, now.state, now.number) == (8, "performing", began.number)
    assert town.of(ref, queries.agreements) == agreements
    town.act("jiamed", ref, "record_performance", clause=1, performed_on=town.clock.now().date())
    town.act("jiamed", ref, "close")
    assert town.case(ref).state == "closed"
    pdf, _id = town.instance.paper("jiamed", ref, "agreement")
    assert (town.instance.verify(pdf).verdict, town.instance.verify_trail().ok) == (Verdict.VALID, True)


def test_each_task_is_counted_by_its_own_rule(town):
    """camunda/camunda-bpm-platform#1155: one calendar counted every task, and none could be told to count otherwise."""
    town.clock.put(local_moment(date(2026, 4, 30), 9))  # five days off begin
    ref = town.bring("mediating")
    due = {row.name: last_day(row.due_at) for row in town.of(ref, queries.deadlines)}
    assert due["state:preparing"] == date(2026, 5, 11)  # five working days, one of them a Saturday
    assert due["state:mediating"] == date(2026, 5, 15)  # fifteen days
    town.act("jiamed", ref, "promise", party=1, what="再去", due_on="2026-05-03")
    [promised] = [row for row in town.of(ref, queries.deadlines) if row.name.startswith("task:")]
    assert last_day(promised.due_at) == date(2026, 5, 3)  # the day that was promised, Sunday or not
