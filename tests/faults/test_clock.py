"""A clock that goes back, and a month without anybody; `./run faults clock` does it to a server by libfaketime."""

from datetime import UTC, datetime, timedelta

import pytest

from mediation.cases import queries
from tests.faults.clock import misrecorded
from tests.town import postgresql_founded, sqlite_founded, sqlite_town, town

__all__ = ["postgresql_founded", "sqlite_founded", "sqlite_town", "town"]

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
DUE = {"deadline": "acceptance", "due_at": AT.isoformat(), "found_at": (AT + timedelta(days=1)).isoformat()}


def recorded(town, ref):
    return [(one.chain, one.act, one.recorded_at, one.facts) for one in town.events(ref)]


def test_trail_stands_still_while_the_clock_is_back_and_each_limit_runs_out_once_at_its_time(town):
    ref = town.register()
    town.act("jiawin", ref, "triage", tier="ordinary")
    before = town.last(ref).recorded_at
    town.clock.advance(timedelta(days=-1))
    town.act("jiawin", ref, "keep")
    assert (town.last(ref).recorded_at, town.last(ref).facts["clock_back"]) == (before, True)
    trail = town.instance.case("jiawin", ref).trail
    assert [one["clock_back"] for one in trail] == [False, False, True]
    due = {row.id: row.due_at for row in town.of(ref, queries.deadlines) if row.state == "running"}
    town.clock.advance(timedelta(days=31))
    missed = town.instance.run_deadlines(papers=False).missed
    assert {one.due_at for one in missed} <= set(due.values())
    assert len(missed) > 0
    town.clock.advance(timedelta(days=-2))
    assert town.instance.run_deadlines(papers=False).missed == []
    town.clock.advance(timedelta(days=3))
    town.instance.run_deadlines(papers=False)
    assert {row.id: row.due_at for row in town.of(ref, queries.deadlines) if row.id in due} == due
    assert list(misrecorded(recorded(town, ref))) == []
    assert town.instance.verify_trail().problems == []


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([("a", "keep", AT, {}), ("a", "triage", AT - timedelta(seconds=1), {})], "recorded before"),
        (
            [("a", "deadline.missed", AT, {**DUE, "found_at": (AT - timedelta(days=1)).isoformat()})],
            "before it was due",
        ),
        ([("a", "deadline.missed", AT, DUE), ("a", "deadline.missed", AT, DUE)], "ran out 2 times"),
        ([("a", "deadline.missed", AT, DUE), ("b", "deadline.missed", AT - timedelta(days=9), DUE)], None),
    ],
)
def test_time_that_is_wrong_is_seen(rows, found):
    told = list(misrecorded(rows))
    assert len(told) == (found is not None)
    assert all(found in one for one in told)
