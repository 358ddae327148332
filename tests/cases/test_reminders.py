"""Who has the turn is reminded once at each point, in duty hours, before the end; an outage makes nothing double or late."""

import json
import threading
from datetime import date, timedelta

from mediation.cases import queries
from mediation.cases import reminders as sending
from mediation.clock import local_moment
from mediation.deadlines import queries as deadline_queries


def reminders(town, ref, name=None):
    """(clock, point, sent) of the reminders of a case."""
    rows = town.of(ref, deadline_queries.reminders)
    clocks = {row.id: row.name for row in town.of(ref, queries.deadlines)}
    return [
        (clocks[row.deadline_id], row.point, row.sent_at)
        for row in rows
        if name in {None, clocks[row.deadline_id]}
    ]


def notices(town, ref):
    case = town.case(ref)
    rows = town.rows("SELECT payload, case_id FROM outbox ORDER BY id")
    found = [json.loads(said) if isinstance(said, str) else said for said, of in rows if of == case.id]
    return [one for one in found if one.get("notice") == "reminder"]


def at(day, hour=9, minute=0):
    return local_moment(date.fromisoformat(day), hour, minute)


def test_reminder_comes_once_in_duty_hours_to_who_has_the_turn(town):
    ref = town.bring("mediating")  # half of the limit's time is over before five on the 17th
    before = town.case(ref).version

    def remind(moment):
        town.clock.put(moment)
        return [one.point for one in town.instance.clocks.remind() if one.deadline == "mediation_limit"]

    assert remind(at("2026-03-17", 16, 30)) == []
    assert remind(at("2026-03-17", 20)) == []  # found at night: it waits for the morning
    assert remind(at("2026-03-18", 8, 29)) == []
    assert remind(at("2026-03-18", 8, 30)) == ["50%"]
    assert remind(at("2026-03-18", 9)) == []
    assert reminders(town, ref, "mediation_limit") == [("mediation_limit", "50%", at("2026-03-18", 8, 30))]
    [payload] = [one for one in notices(town, ref) if one["deadline"] == "mediation_limit"]
    assert (payload["unit"], payload["person"], payload["point"]) == ("jia", "jiamed", "50%")
    assert town.case(ref).version == before  # whoever reads the case is not disturbed


def test_reminder_that_fails_keeps_no_other_waiting_and_comes_again(town, monkeypatch):
    bad, good = town.bring("mediating"), town.bring("mediating")
    tell, case_id = sending._tell, town.case(bad).id

    def failing(hall, case, *more):
        if case.id == case_id:
            raise LookupError("甲某1")
        tell(hall, case, *more)

    monkeypatch.setattr(sending, "_tell", failing)
    town.clock.put(at("2026-03-18", 9))
    left: list[str] = []
    sent = {one.case for one in town.instance.clocks.remind(left)}
    assert sent == {town.case(good).number}
    assert left != []
    assert {one.partition(" ")[0] for one in left} == {town.case(bad).number}
    assert "甲某1" not in "".join(left)
    assert reminders(town, bad) == []
    monkeypatch.undo()
    assert {one.case for one in town.instance.clocks.remind(left)} == {town.case(bad).number}


def test_several_found_after_an_outage_are_one_reminder(town):
    ref = town.bring("mediating")
    town.clock.put(at("2026-04-01", 15))
    sent = [one.point for one in town.instance.clocks.remind() if one.deadline == "mediation_limit"]
    assert sent == ["last_working_day"]
    assert [(point, when is not None) for _name, point, when in reminders(town, ref, "mediation_limit")] == [
        ("50%", False), ("5 working_days", False), ("last_working_day", True),
    ]  # fmt: skip
    assert town.instance.clocks.remind() == []


def test_nobody_is_reminded_of_what_has_run_out_or_was_done(town):
    late, done = town.bring("mediating"), town.bring("mediating")
    town.instance.clocks.remind()
    town.step(done, "terminate")
    town.clock.put(at("2026-04-02", 9))
    assert [one.deadline for one in town.instance.clocks.remind() if one.deadline == "mediation_limit"] == []
    assert reminders(town, late, "mediation_limit") == []
    assert reminders(town, done, "mediation_limit") == []


def test_clock_that_is_put_off_reminds_anew_of_its_new_end(town):
    ref = town.bring("mediating")
    town.clock.put(at("2026-04-01", 9))
    town.instance.clocks.remind()
    town.act("jiamed", ref, "extend", asked_by=[1, 2], days=20, reason="快成了")
    town.clock.put(at("2026-04-21", 9))
    again = [one.point for one in town.instance.clocks.remind() if one.deadline == "mediation_limit"]
    assert again == ["last_working_day"]
    points = [point for _name, point, when in reminders(town, ref, "mediation_limit") if when]
    assert points == ["last_working_day", "last_working_day"]


def test_clock_that_rests_reminds_nobody(town):
    ref = town.bring("mediating")
    town.instance.clocks.remind()
    town.act(
        "jiamed", ref, "suspend", kind="appraisal", asked_by=[1], evidence="鉴定", expected_on="2026-05-20"
    )
    town.clock.put(at("2026-04-01", 9))
    assert [one.deadline for one in town.instance.clocks.remind() if one.deadline == "mediation_limit"] == []


def test_reminder_that_several_send_at_once_is_sent_once(town):
    refs = [town.bring("mediating") for _case in range(3)]
    town.clock.put(at("2026-04-01", 9))
    found: list[object] = []

    def run() -> None:
        found.extend(one.case for one in town.instance.clocks.remind() if one.deadline == "mediation_limit")

    threads = [threading.Thread(target=run) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == sorted(town.case(ref).number for ref in refs)
    assert [len(reminders(town, ref, "mediation_limit")) for ref in refs] == [3, 3, 3]


def test_clock_a_day_back_reminds_nobody_twice(town):
    ref = town.bring("mediating")
    town.clock.put(at("2026-04-01", 9))
    town.instance.clocks.remind()
    sent = reminders(town, ref)
    town.clock.put(at("2026-03-31", 9))
    town.instance.clocks.remind()
    town.clock.put(at("2026-04-01", 9) + timedelta(minutes=1))
    town.instance.clocks.remind()
    assert reminders(town, ref) == sent
