"""The ladder carried out by the daily round: each step once, recorded, told by codes; after an outage the right one."""

import json
import threading
from datetime import timedelta

from mediation.cases import clockwork
from mediation.cases import queries as cases
from mediation.deadlines import queries as deadline_queries
from mediation.sites.supervision import shipped
from mediation.supervision import pages, queries
from tests.cases.aftercare.words import breached, signed
from tests.cases.ownership.words import contested, rule
from tests.supervision.desk import day, events, papers, run, steps, told, with_rules

EARLY = {
    "key": "reminder",
    "title": "到期提醒",
    "when": {"before": {"working_days": 1}},
    "tell": [{"whom": "unit", "posts": ["dispatcher", "mediator"]}],
}
"""A step before the end, as a site may still have it."""

REGISTERED = "state:registered"  # one working day from Monday: due at the end of Tuesday 3 March


def test_item_of_a_case_names_the_dispute_to_whoever_may_see_it_and_to_no_other(town):
    town.register()
    for moment in (day(3, 4), day(3, 5), day(3, 11)):
        run(town, moment)
    [row] = town.instance.supervision.items("sulead")
    assert (row.case_title, row.case in row.subject) == ("排水纠纷", True)
    assert town.instance.supervision.item("jialead", row.id).row.case_title == "排水纠纷"
    with town.reading() as session:
        other = town.instance._hall(session, "yimed")
        items = queries.open_items_at(session, [other.tree.by_code("jia").id])
        assert [one.case_title for one in pages.rows(other, items)] == [""]


def test_case_that_waits_climbs_a_step_at_a_time(town):
    ref = town.register()
    assert run(town, day(3, 2, 20)) == []
    assert run(town, day(3, 3, 20)) == []
    assert run(town, day(3, 4)) == [(REGISTERED, "urging")]
    assert run(town, day(3, 5)) == [(REGISTERED, "yellow")]
    assert run(town, day(3, 10, 23)) == []
    assert run(town, day(3, 11)) == [(REGISTERED, "red")]
    assert run(town, day(3, 25)) == [(REGISTERED, "listed")]
    assert run(town, day(6, 1)) == []
    assert [row[1:] for row in steps(town, ref)] == sorted(
        [(key, "taken") for key in ("urging", "yellow", "red", "listed")]
    )
    assert [(one["step"], one["due_at"][:10], one["unit"], one["passed"]) for one in events(town, ref)] == [
        ("urging", "2026-03-03", "jia", []),  # in UTC
        ("yellow", "2026-03-04", "jia", []),
        ("red", "2026-03-10", "jia", []),
        ("listed", "2026-03-24", "jia", []),
    ]
    assert town.last(ref).actor == "system:supervision"
    assert told(town, ref) == [
        ("urging", "jia", ["unit_leader"]),
        ("yellow", "jia", ["unit_leader"]),
        ("red", "jia", ["unit_leader"]),
        ("red", "su", ["unit_leader", "dispatcher"]),
        ("listed", "jia", ["unit_leader"]),
        ("listed", "su", ["unit_leader", "dispatcher"]),
    ]
    assert papers(town) == [
        ("urging_notice", "printed"),
        ("card_notice", "printed"),
        ("supervision_letter", "printed"),
        ("card_notice", "printed"),
    ]
    assert town.instance.verify_trail().problems == []


def test_after_an_outage_the_right_step_is_taken_with_its_true_moment(town):
    ref = town.register()
    assert run(town, day(3, 12, 9)) == [(REGISTERED, "red")]
    assert steps(town, ref) == [
        (REGISTERED, "red", "taken"),
        (REGISTERED, "urging", "passed"),
        (REGISTERED, "yellow", "passed"),
    ]
    assert events(town, ref)[0]["due_at"] == day(3, 11).isoformat()
    assert run(town, day(3, 12, 9)) == []


def test_what_was_done_in_time_or_late_climbs_no_further(town):
    with_rules(
        town,
        ladder=[EARLY, *(json.loads(step.model_dump_json(exclude_none=True)) for step in shipped().ladder)],
    )
    ref = town.register()
    assert run(town, day(3, 3, 8)) == [(REGISTERED, "reminder")]
    assert run(town, day(3, 4)) == [(REGISTERED, "urging")]
    town.step(ref, "triage")
    assert run(town, day(3, 5, 1)) == [("state:triaged", "reminder")]
    town.step(ref, "keep")
    assert run(town, day(3, 7)) == []
    assert [row[1] for row in steps(town, ref)] == ["reminder", "urging", "reminder"]


def test_unit_that_is_asked_to_take_a_case_answers_for_its_clock(town):
    ref = town.register("suwin")
    town.act("suwin", ref, "triage", tier="ordinary")
    town.act("suwin", ref, "dispatch", to="jia")
    assert run(town, day(3, 4)) == [("state:dispatched", "urging")]
    assert events(town, ref)[-1]["unit"] == "jia"
    assert told(town, ref) == [("urging", "jia", ["unit_leader"])]


def test_second_yellow_of_a_unit_is_a_red_one(town):
    first = town.register()
    run(town, day(3, 5))
    assert [row[1] for row in steps(town, first) if row[2] == "taken"] == ["yellow"]
    town.step(first, "triage")
    town.step(first, "keep")
    second = town.register()  # due on Friday; a working day late at the end of Monday
    town.clock.put(day(3, 10))
    taken = {(one.case, one.step) for one in town.instance.run_deadlines().supervised.steps}
    assert (town.case(second).temporary_number, "red") in taken
    assert (REGISTERED, "yellow", "passed") in steps(town, second)


def test_paused_clock_does_not_climb(town):
    with_rules(town, clocks=["mediation_limit"])
    ref = town.bring("mediating")
    limit = next(row for row in town.of(ref, cases.deadlines) if row.name == "mediation_limit")
    town.act(
        "jiamed", ref, "suspend", kind="consent", asked_by=[1, 2], evidence="x", expected_on="2026-09-01"
    )
    assert run(town, limit.due_at + timedelta(days=30)) == []
    town.act("jiamed", ref, "resume", result="x")
    assert steps(town, ref) == []


def test_round_that_several_run_at_once_takes_each_step_once(town):
    refs = [town.register() for _case in range(4)]
    town.clock.put(day(3, 12, 9))
    found: list[list[object]] = []

    def climb() -> None:
        found.append(town.instance.supervision.climb())

    threads = [threading.Thread(target=climb) for _number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 3
    assert sum(map(len, found)) == 4
    assert [[row[1] for row in steps(town, ref) if row[2] == "taken"] for ref in refs] == [["red"]] * 4
    assert town.instance.verify_trail().problems == []


def test_clock_that_ran_out_unseen_is_found_in_the_trail(town):
    """As when another process has marked it missed long before anybody climbed."""
    ref = town.register()
    town.clock.put(day(3, 4))
    with town.instance.database.writing() as session:
        [(_due_at, key, case)] = deadline_queries.expired(session, town.clock.now(), None, 10)
        assert clockwork.run_out(town.instance._system_hall(session, "clock"), key, case)
    assert run(town, day(3, 5)) == [(REGISTERED, "yellow")]
    assert [row[1:] for row in steps(town, ref)] == [
        ("urging", "passed"),
        ("yellow", "taken"),
    ]


def test_changed_ladder_is_reckoned_with_anew(town):
    ref = town.register()
    run(town, day(3, 4))
    step = {"key": "early", "title": "早督", "when": {"overdue": {"hours": 2}}}
    urging = {"key": "urging", "title": "催办", "when": {"at_end": True}}
    with_rules(town, ladder=[urging, step])
    assert run(town, day(3, 4, 1)) == []
    assert run(town, day(3, 4, 2)) == [(REGISTERED, "early")]
    assert [row[1] for row in steps(town, ref)] == ["early", "urging"]


def test_dissatisfied_visit_climbs_by_its_count(town):
    run(town, day(3, 2, 10))  # from here on the trail is looked through
    ref = town.bring("triaged")
    town.act("jiawin", ref, "withdraw", reason="和解", asked_by=[1])
    town.act("jiawin", ref, "close")
    before = [row for row in run(town, town.clock.now()) if row[0] == "dissatisfied"]
    words = {"party": 1, "method": "phone", "performance": "done", "situation": "不满意"}
    town.act("jiawin", ref, "visit", satisfaction=3, **words)
    again = [row for row in run(town, town.clock.now()) if row[0] == "dissatisfied"]
    town.act("jiawin", ref, "visit", satisfaction=1, **words)
    last = [row for row in run(town, town.clock.now()) if row[0] == "dissatisfied"]
    assert (before, again, last) == ([], [], [("dissatisfied", "yellow")])
    assert [row for row in run(town, town.clock.now()) if row[0] == "dissatisfied"] == []


def test_repeated_dispute_climbs_by_its_count(town):
    run(town, day(3, 2, 10))
    refs = [town.register() for _case in range(3)]
    for other, key in ((refs[1], []), (refs[2], [("repeats", "red")])):
        town.act("jiawin", refs[0], "link", to=other, kind="repeat", why="同一处排水沟")
        assert [row for row in run(town, town.clock.now()) if row[0] == "repeats"] == key


def test_declines_and_disagreement_climb_and_end_with_the_ruling(town):
    """The second decline is a yellow card of the unit that declined; the superior answers for its ruling in time."""
    run(town, day(3, 2, 10))
    ref = contested(town)
    taken = run(town, town.clock.now())
    assert ("declines", "yellow") in taken
    [card] = [one for one in events(town, ref) if one["cause"] == "declines"]
    assert card["unit"] == "yi"
    ownership = next(row for row in town.of(ref, cases.deadlines) if row.name == "ownership")
    assert ("ownership", "urging") in run(town, ownership.due_at)
    [late] = [one for one in events(town, ref) if one["cause"] == "ownership"]
    assert late["unit"] == "su"
    rule(town, ref, "yi")
    town.act("yiwin", ref, "acknowledge")
    assert [row for row in run(town, ownership.due_at + timedelta(days=60)) if row[0] == "ownership"] == []


def test_limit_of_mediating_anew_climbs_too(sqlite_town):
    """The dispute had ended with an agreement once; what runs now is the time for the second round."""
    town = sqlite_town
    with_rules(town)
    ref = breached(town, signed(town, town.bring("agreed")))
    town.act("jiamed", ref, "remediate", asked_by=[1, 2], reason="双方要求")
    due = max(row.due_at for row in town.of(ref, cases.deadlines) if row.name == "mediation_limit")
    run(town, due)
    assert "mediation_limit" in {clock for clock, _step, _state in steps(town, ref)}
    town.do("jiamed", ref, "terminate", reason="no_agreement", routes=["court"])
    before = [one for one in steps(town, ref) if one[0] == "mediation_limit"]
    run(town, due + timedelta(days=60))
    assert [one for one in steps(town, ref) if one[0] == "mediation_limit"] == before
