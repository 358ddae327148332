"""Who sees a case by a task, and how it is found."""

from sqlalchemy import text
from sqlmodel import select

from mediation.cases.models import Dispute
from mediation.cases.scope.queries import visible_to
from mediation.cases.tasks import queries as task_queries
from tests.cases.desk import ask, number, whom


def test_scope_finds_tasks_by_their_indexes_on_sqlite(sqlite_town):
    with sqlite_town.reading() as session:
        actor = sqlite_town.hall(session, "yimed").actor
        connection = session.connection()
        scoped = select(Dispute.id).where(visible_to(actor))
        written = scoped.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
        plan = [row[-1] for row in connection.execute(text(f"EXPLAIN QUERY PLAN {written}"))]
    assert [step for step in plan if step.startswith(("SEARCH task", "SCAN task"))] == [
        "SEARCH task USING INDEX ix_task_seen_unit (unit_id=? AND case_id=?)",
        "SEARCH task USING INDEX ix_task_seen_person (person_id=? AND case_id=?)",
        "SEARCH task USING INDEX ix_task_lent (delegated_by_id=? AND case_id=?)",
    ]


def test_what_waits_on_somebody_is_found_without_looking_through_the_turns_of_others(sqlite_town):
    """It stands behind every page: as the archive grows nothing of it may take longer."""
    with sqlite_town.reading() as session:
        actor = sqlite_town.hall(session, "sulead").actor
        connection = session.connection()
        plans = {}
        for statement in (
            task_queries._count_asked(actor, 9),
            task_queries._my_tasks(actor, 9, task_queries.ASKED),
        ):
            written = statement.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
            steps = [row[-1] for row in connection.execute(text(f"EXPLAIN QUERY PLAN {written}"))]
            plans[len(plans)] = [one for one in steps if one.startswith(("SEARCH task", "SCAN task"))]
    found = [
        "SEARCH task USING INDEX ix_task_person (person_id=?)",
        "SEARCH task USING INDEX ix_task_asked (unit_id=?)",
    ]
    assert plans == {0: found, 1: ["SEARCH task USING INTEGER PRIMARY KEY (rowid=?)", *found]}


def test_my_tasks_are_the_most_urgent_first_and_copies_last(town):
    ref = town.bring("agreed")
    town.act("jiamed", ref, "copy_to", to=[whom("sulead")])
    ask(town, ref, "sulead", due_on="2026-03-20")
    town.act("jiamed", ref, "ask_opinion", unit="su", question="？", due_on="2026-03-05")
    other = town.bring("received")
    town.act("jiawin", other, "promise", party=1, what="再去", due_on="2026-03-10", person="sulead")
    with town.reading() as session:
        actor = town.hall(session, "sulead").actor
        found = [(case.public_id, task.kind) for task, case in task_queries.my_tasks(session, actor)]
    assert found == [(ref, "opinion"), (other, "promise"), (ref, "approval"), (ref, "copy")]


def test_copy_that_was_not_read_waits_on_nobody_once_its_case_is_closed_and_shows_the_case_still(town):
    main, ref = town.bring("accepted"), town.bring("accepted")
    for one in (main, ref):
        town.act("jiawin", one, "copy_to", to=[whom("yimed")])
    town.act("jiawin", ref, "merge_into", case=main, why="同一条沟")
    assert town.case(ref).state == "archived"
    with town.reading() as session:
        actor = town.hall(session, "yimed").actor
        assert [case.public_id for _task, case in task_queries.my_tasks(session, actor)] == [main]
        assert task_queries.count_asked(session, actor, 9) == 1
        seen = session.exec(select(Dispute.public_id).where(visible_to(actor)))
        assert {main, ref} <= set(seen)
    shown = {one: town.instance.case("yimed", one).tasks for one in (main, ref)}
    assert [
        [(one["mine"], len(one["acts"])) for one in shown[case] if one["kind"] == "copy"] for case in shown
    ] == [
        [(True, 1)],
        [(False, 0)],
    ]


def test_states_a_case_has_been_in_are_told_once_each_in_order(sqlite_town):
    town = sqlite_town
    ref = town.bring("agreed")
    ask(town, ref, "sulead")
    town.act("sulead", ref, "reject", task=number(town, ref, "sulead"), to="preparing", opinion="再谈")
    case = town.case(ref)
    with town.reading() as session:
        been = task_queries.states_been_in(session, case)
    assert been == ("registered", "triaged", "received", "accepted", "preparing", "mediating")
