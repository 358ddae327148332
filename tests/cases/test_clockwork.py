"""Clocks run out once each, never early; what follows is done in the same transaction."""

import threading
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from mediation.cases import clockwork, queries
from mediation.cases.office import Timing
from mediation.deadlines.calendar import Span
from mediation.errors import InputInvalid, StorageError, TransitionNotAllowed, TransitionRefused
from mediation.storage.engine import Database
from tests.cases.aftercare.words import signed
from tests.town import pay


def due_of(town, ref, name):
    return next(row for row in reversed(town.of(ref, queries.deadlines)) if row.name == name).due_at


def test_site_may_say_what_a_missed_limit_brings_about(sqlite_town):
    """In the place of the definition's own effect, or of none."""
    town = sqlite_town
    rules = town.instance.office.rules
    own = replace(
        rules,
        mediation_limit=replace(rules.mediation_limit, on_miss="remind_owner"),
        confirmation=replace(rules.confirmation, on_miss="remind_owner"),
        state_limits={
            "ordinary.received": Timing(Span(1, "working_days"), "示例规定", on_miss="tell_limit_missed"),
            "ordinary.mediating": Timing(Span(2, "days"), "示例规定"),
        },
    )
    town.instance.office = replace(town.instance.office, rules=own)
    ref = town.bring("agreed")
    signed(town, ref)
    said = {row.name: row.on_miss for row in town.of(ref, queries.deadlines)}
    assert said["state:registered"] == "remind_owner"
    assert said["state:received"] == "tell_limit_missed"
    assert said["state:mediating"] == "remind_owner"
    assert said["mediation_limit"] == "remind_owner"
    assert [effect for name, effect in said.items() if name.startswith("confirmation")] == ["remind_owner"]


def test_clock_is_not_taken_a_moment_early_and_once_when_due(town):
    ref = town.register()
    due = due_of(town, ref, "state:registered")
    town.clock.put(due - timedelta(seconds=1))
    assert town.instance.run_deadlines().missed == []
    before = town.case(ref).version
    town.clock.put(due)
    [missed] = town.instance.run_deadlines().missed
    assert (missed.deadline, missed.due_at, missed.on_miss) == ("state:registered", due, "remind_owner")
    assert missed.title == "这一步的期限：已登记"
    assert town.clocks(ref) == {"state:registered": "missed"}
    assert town.outbox(ref) == [("notice", "overdue")]
    case = town.case(ref)
    assert (case.state, case.version) == ("registered", before + 1)
    event = town.last(ref)
    assert (event.act, event.actor, event.facts["deadline"]) == (
        "deadline.missed",
        "system:clock",
        "state:registered",
    )
    assert town.instance.run_deadlines().missed == []
    assert town.tasks(ref) == [("registered", "jia")]
    town.step(ref, "triage")  # late, but still possible


def test_clock_that_several_run_at_once_is_taken_once(town):
    refs = [town.register() for _case in range(6)]
    town.clock.advance(timedelta(days=10))
    found: list[list[object]] = []

    def run() -> None:
        found.append(town.instance.run_deadlines().missed)

    threads = [threading.Thread(target=run) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert sorted(one.case for some in found for one in some) == sorted(
        town.case(ref).temporary_number for ref in refs
    )
    assert [town.acts(ref).count("deadline.missed") for ref in refs] == [1] * 6
    assert town.instance.verify_trail().problems == []


def test_clocks_found_after_an_outage_keep_their_true_due_time(town):
    ref = town.register()
    due = due_of(town, ref, "state:registered")
    town.clock.put(due + timedelta(days=3, hours=5))
    [missed] = town.instance.run_deadlines().missed
    assert (missed.due_at, missed.found_at) == (due, town.clock.now())
    event = town.last(ref)
    assert (event.facts["due_at"], event.facts["found_at"]) == (due.isoformat(), missed.found_at.isoformat())
    [row] = [row for row in town.of(ref, queries.deadlines) if row.name == "state:registered"]
    assert (row.due_at, row.ended_at, row.state) == (due, missed.found_at, "missed")
    [explained] = town.instance.clocks.explain("jiawin", ref, "state:registered")
    assert "到期时间为2026年3月3日24时，系统于2026年3月7日05时00分办理" in explained.why


def test_computer_clock_that_goes_back_and_on_makes_nothing_early_or_double(town):
    early = town.register()
    town.clock.put(due_of(town, early, "state:registered") + timedelta(hours=1))
    assert len(town.instance.run_deadlines().missed) == 1
    late = town.register()
    due = due_of(town, late, "state:registered")
    town.clock.put(town.clock.now() - timedelta(days=1))
    assert town.instance.run_deadlines().missed == []
    town.clock.put(due - timedelta(microseconds=1))
    assert town.instance.run_deadlines().missed == []
    town.clock.put(due + timedelta(days=31))
    assert [one.due_at for one in town.instance.run_deadlines().missed] == [due]
    town.clock.put(due - timedelta(days=1))
    assert town.instance.run_deadlines().missed == []
    assert [town.acts(ref).count("deadline.missed") for ref in (early, late)] == [1, 1]
    assert town.instance.verify_trail().problems == []


def test_clock_that_cannot_be_carried_out_does_not_keep_the_others_waiting(town):
    first, second = town.register(), town.register()
    town.clock.advance(timedelta(days=10))
    with town.instance.database.writing() as session:
        [row] = queries.deadlines(session, queries.case_id_of(session, first))
        row.on_miss = "no_such_effect"
        session.add(row)
    found = town.instance.run_deadlines()
    assert [one.case for one in found.missed] == [town.case(second).temporary_number]
    assert [town.case(first).temporary_number in left for left in found.left] == [True]
    assert town.clocks(first) == {"state:registered": "running"}


def test_clock_that_fails_in_a_way_nobody_foresaw_keeps_no_other_waiting(town, monkeypatch, caplog):
    """The words of such an error may name people: what is told and logged is its kind and place."""
    bad, good = town.bring("registered"), town.bring("registered")
    town.clock.put(due_of(town, good, "state:registered") + timedelta(minutes=1))
    run_out = clockwork.run_out

    def failing(hall, deadline_id, case_id):
        if case_id == town.case(bad).id:
            raise LookupError("甲某1")
        return run_out(hall, deadline_id, case_id)

    monkeypatch.setattr(clockwork, "run_out", failing)
    mark = town.instance.day_work.due_mark(town.clock.now())
    found = town.instance.run_deadlines()
    assert [one.case for one in found.missed] == [town.case(good).temporary_number]
    (left,) = [one for one in found.left if "期限没有办成" in one]
    assert left.startswith(f"{town.case(bad).temporary_number} 的期限没有办成：LookupError (")
    assert "甲某1" not in left + caplog.text
    assert "LookupError" in caplog.text
    monkeypatch.undo()
    assert town.instance.day_work.due_mark(town.clock.now()) in mark.split(",")
    assert [one.case for one in town.instance.run_deadlines().missed] == [town.case(bad).temporary_number]
    assert town.instance.day_work.due_mark(town.clock.now()) == ""


def test_database_whose_connections_break_in_mid_sweep_loses_and_doubles_nothing(
    postgresql_founded, tmp_path
):
    """On PostgreSQL only: an embedded database has no connections of others to break."""
    with postgresql_founded.copied(tmp_path) as town:
        refs = [town.register() for _case in range(12)]
        town.clock.advance(timedelta(days=10))
        with _breaking_connections(town) as broken:
            for _try in range(60):
                with suppress(StorageError):
                    town.instance.clocks.sweep([])
        town.instance.clocks.sweep([])
        assert broken[0] > 0
        assert [town.clocks(ref)["state:registered"] for ref in refs] == ["missed"] * 12
        assert [town.acts(ref).count("deadline.missed") for ref in refs] == [1] * 12
        assert [town.outbox(ref).count(("notice", "overdue")) for ref in refs] == [1] * 12
        assert town.instance.verify_trail().problems == []


@contextmanager
def _breaking_connections(town):
    """Meanwhile the server breaks off every connection, again and again; how often."""
    stop, broken = threading.Event(), [0]
    other = Database(town.instance.settings.database_url, town.instance.keyring)

    def break_off():
        while not stop.wait(0.01):
            with other.reader.connect() as connection:
                broken[0] += connection.exec_driver_sql(_BREAK_OFF).rowcount

    thread = threading.Thread(target=break_off)
    thread.start()
    try:
        yield broken
    finally:
        stop.set()
        thread.join()
        other.close()


_BREAK_OFF = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def test_clock_of_what_was_done_in_time_does_not_run_out(town):
    ref = town.bring("triaged")
    town.clock.put(due_of(town, ref, "state:triaged") - timedelta(minutes=30))
    town.step(ref, "keep")
    town.clock.advance(timedelta(hours=2))
    assert [one.deadline for one in town.instance.run_deadlines().missed] == []
    assert town.clocks(ref)["state:triaged"] == "met"


@pytest.mark.parametrize("run_first", [True, False])
def test_limit_that_is_over_stops_the_talks_and_leaves_the_ending(town, run_first):
    ref = town.bring("mediating")
    due = due_of(town, ref, "mediation_limit")
    town.clock.put(due)
    if run_first:
        assert "mediation_limit" in [one.deadline for one in town.instance.run_deadlines().missed]
        assert ("notice", "limit_missed") in town.outbox(ref)
    before = town.dump()
    for trigger, words in (
        ("record_session", town.session()),
        ("draft_agreement", {"facts": "x", "matters": "y", "clauses": [pay(at_once=True)]}),
    ):
        with pytest.raises(TransitionRefused, match="调解期限已经届满"):
            town.act("jiamed", ref, trigger, **words)
    assert town.dump() == before
    town.act("jiamed", ref, "terminate", reason="time_over", routes=["court"])
    assert town.case(ref).outcome == "terminated"


@pytest.mark.parametrize("run_first", [True, False])
def test_limit_that_is_over_is_extended_by_all_only(town, run_first):
    ref = town.bring("mediating")
    due = due_of(town, ref, "mediation_limit")
    town.clock.put(due + timedelta(days=2))
    if run_first:
        town.instance.run_deadlines()
    with pytest.raises(TransitionRefused):
        town.act("jiamed", ref, "extend", asked_by=[1], days=20, reason="快成了")
    town.act("jiamed", ref, "extend", asked_by=[1, 2], days=20, reason="快成了")
    assert due_of(town, ref, "mediation_limit") > town.clock.now()
    town.act("jiamed", ref, "record_session", **town.session("agreed"))
    town.clock.put(due_of(town, ref, "mediation_limit"))
    with pytest.raises(TransitionRefused, match="调解期限已经届满"):
        town.act("jiamed", ref, "record_session", **town.session())


def test_extension_that_is_over_before_it_begins_is_refused(town):
    ref = town.bring("mediating")
    town.clock.put(due_of(town, ref, "mediation_limit") + timedelta(days=30))
    before = town.dump()
    with pytest.raises(InputInvalid, match="延长后仍然已经届满"):
        town.act("jiamed", ref, "extend", asked_by=[1, 2], days=2, reason="快成了")
    assert town.dump() == before


def test_extension_of_a_limit_that_was_met_is_refused(town):
    ref = town.bring("signing")
    town.step(ref, "terminate")
    with pytest.raises(TransitionNotAllowed):
        town.act("jiamed", ref, "extend", asked_by=[1, 2], days=2, reason="x")


def test_performance_is_urged_once_when_its_day_has_passed(town):
    ref = town.bring("mediating")
    no_pay = {"obligor": 2, "obligee": 1, "act": "do", "what": "修沟", "due_on": "2026-03-20"}
    town.act("jiamed", ref, "draft_agreement", facts="x", matters="y", clauses=[no_pay, pay(at_once=True)])
    town.instance.office = _oral_allowed(town.instance.office)
    town.act("jiamed", ref, "conclude_oral")
    town.clock.put(due_of(town, ref, "performance:1"))
    missed = [one.deadline for one in town.instance.run_deadlines().missed]
    assert missed == ["performance:1"]
    assert ("notice", "performance_due") in town.outbox(ref)
    town.act(
        "jiamed", ref, "record_breach", clause=1, noticed_on="2026-03-21", account="没有修", routes=["court"]
    )
    assert town.clocks(ref)["performance:1"] == "missed"


def _oral_allowed(office):
    return replace(office, rules=replace(office.rules, written_unless_at_once=False))
