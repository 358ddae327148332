"""Killed at any point: no acknowledged act is lost, none is applied twice, the next start goes on."""

import sqlite3
from typing import Any

import pytest
from sqlalchemy import event

from mediation.cases import queries
from mediation.errors import StorageError
from tests.cases.killed import SAID
from tests.jobs.nursery import Nursery
from tests.town import Town


def killed_at(nursery: Nursery, town: Town, ref: str, point: str) -> None:
    """Let another process do the act, and be killed there."""
    settings = town.instance.settings
    told = (str(settings.data), settings.database_url, ref, point)
    nursery.see_killed("tests.cases.killed", *told)


def test_killed_before_the_commit_nothing_has_happened(nursery, town):
    ref = town.bring("mediating")
    before = town.dump()
    killed_at(nursery, town, ref, "before_commit")
    assert town.dump() == before
    town.act("jiamed", ref, "terminate", **SAID)
    assert town.acts(ref).count("terminate") == 1


def finished(town: Town, ref: str) -> None:
    """The act is there once, its paper is made once and verifies, the case goes on to its end."""
    assert town.acts(ref).count("terminate") == 1
    assert town.instance.make_owed_papers() == []
    [paper] = town.of(ref, queries.documents)
    assert (paper.form, paper.state) == ("termination_notice", "complete")
    assert town.rows("SELECT count(*) FROM outbox WHERE handed_on_at IS NULL AND kind = 'issue_paper'") == [
        (0,)
    ]
    pdf, _id = town.instance.paper("jiamed", ref, "termination_notice")
    assert town.instance.verify(pdf).verdict == "valid"
    town.act("jiamed", ref, "tell_notice", parties=[1, 2])
    town.act("jiamed", ref, "close")
    assert town.instance.verify_trail().problems == []


@pytest.mark.slow
@pytest.mark.parametrize("point", ["after_commit", "after_put", "before_crossing_off"])
def test_killed_after_the_commit_the_next_start_goes_on(nursery, sqlite_town, point):
    ref = sqlite_town.bring("mediating")
    killed_at(nursery, sqlite_town, ref, point)
    sqlite_town.clock.put(sqlite_town.events(ref)[-1].recorded_at)
    finished(sqlite_town, ref)


@pytest.mark.parametrize(
    ("state", "who", "trigger", "words"),
    [
        ("received", "jiawin", "accept", {}),
        ("mediating", "jiamed", "terminate", SAID),
        ("triaged", "jiawin", "dispatch", {"to": "yi"}),
    ],
)
def test_store_that_fails_at_any_statement_leaves_nothing_half(sqlite_town, state, who, trigger, words):
    """The n-th statement fails, for n = 1, 2 … until the act gets through: after each the tables are as before."""
    town = sqlite_town
    ref = town.bring(state)
    before = town.dump()
    left = [0]

    def fail(*_anything: Any) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise sqlite3.OperationalError("disk I/O error")

    engine = town.instance.database.writer
    event.listen(engine, "before_cursor_execute", fail)
    for number in range(1, 200):
        left[0] = number
        try:
            town.instance.act(who, ref, trigger, words)
        except (StorageError, sqlite3.OperationalError):
            left[0] = -1
            assert town.dump() == before
        else:
            break
    else:
        pytest.fail("the act never got through")
    event.remove(engine, "before_cursor_execute", fail)
    assert number > 10
    assert town.acts(ref).count(trigger) == 1
    assert town.instance.verify_trail().problems == []
