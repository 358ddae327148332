"""Jobs in this process: what is left in the outbox and what runs out is done by itself, once."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from mediation.cases import queries as case_queries
from mediation.clock import SystemClock
from mediation.errors import InputInvalid, StorageError
from mediation.jobs import queries
from mediation.jobs.engine import Engine, forget_old
from mediation.jobs.relay import Relay
from mediation.jobs.retrying import retry
from mediation.jobs.workshop import Workshop
from tests.jobs.conftest import wait_until
from tests.jobs.test_killed import is_done_once, owing, waiting
from tests.town import Town


@pytest.fixture
def workshop(town: Town) -> Iterator[Workshop]:
    with Workshop(town.instance.day_work, polling=0.1) as opened:
        yield opened


def jobs_of(town: Town) -> dict[str, list[str]]:
    """Name → states of the jobs that the engine knows."""
    found: dict[str, list[str]] = {}
    with town.reading() as session:
        states = ("ENQUEUED", "PENDING", "SUCCESS", "ERROR")
        for job in queries.jobs(session, states, 100):
            found.setdefault(job["name"], []).append(job["state"])
    return found


def test_owed_paper_is_made_by_itself_and_once(town, workshop):
    ref = owing(town)
    town.clock.advance(timedelta(seconds=6))
    wait_until(lambda: waiting(town) == 0)
    is_done_once(town, ref)
    [(row,)] = town.rows("SELECT public_id FROM outbox WHERE kind = 'issue_paper'")
    wait_until(lambda: jobs_of(town).get("outbox_row") == ["SUCCESS"])
    assert jobs_of(town)["daily_round"] == ["SUCCESS"]
    assert workshop.engine.ended([row]) == [row]
    assert workshop.relay.hand_on() == 0


def test_clock_that_runs_out_is_run_out_by_itself_and_once(town, workshop):
    ref = town.bring("registered")
    due = next(row.due_at for row in town.of(ref, case_queries.deadlines) if row.state == "running")
    town.clock.put(due + timedelta(minutes=1))
    wait_until(lambda: "deadline.missed" in town.acts(ref))
    assert town.acts(ref).count("deadline.missed") == 1
    with town.reading() as session:
        assert queries.overdue(session, town.clock.now()) == 0


def test_second_workshop_on_sqlite_is_refused(sqlite_town):
    with Workshop(sqlite_town.instance.day_work), pytest.raises(StorageError, match="另一个进程"):
        Workshop(sqlite_town.instance.day_work)


class Work:
    """The town's work, but outbox rows are carried out as the test says."""

    kinds = ("issue_paper",)
    calls = ()

    def __init__(self, town: Town, carry_out: Any) -> None:
        self._own = town.instance.day_work
        self.database = self._own.database
        self.clock = self._own.clock
        self.carry_out = carry_out
        self.due_mark = self._own.due_mark
        self.run_out_due = self._own.run_out_due
        self.anything_to_send = self._own.anything_to_send
        self.send_again = self._own.send_again

    def daily_round(self) -> None:
        """Nothing."""


def test_job_that_fails_keeps_its_words_to_itself_and_is_done_on_somebodys_word(town, caplog):
    owing(town)
    town.clock.advance(timedelta(seconds=6))
    tries: list[str] = []

    def carry_out(row: str) -> str:
        tries.append(row)
        if len(tries) == 1:
            raise InputInvalid([], "甲某1 的身份证号码不对")
        return town.instance.day_work.carry_out(row)

    with Workshop(Work(town, carry_out), polling=0.1):
        wait_until(lambda: jobs_of(town).get("outbox_row") == ["ERROR"])
        assert waiting(town) == 1
        kept = "".join(str(town.rows(f"SELECT * FROM {table}")) for table in _tables(town))  # noqa: S608 — constants
        assert "InputInvalid" in kept
        assert retry(town.instance.database, "no such job") == 0
        assert retry(town.instance.database, tries[0]) == 1
        wait_until(lambda: waiting(town) == 0)
    assert len(tries) == 2
    assert [word for word in ("甲某1", "身份证") if word in kept + caplog.text] == []


def _tables(town: Town) -> list[str]:
    schema = "" if town.instance.database.on_sqlite else "dbos."
    names = ("workflow_status", "workflow_input", "workflow_output", "operation_outputs")
    return [schema + name for name in names]


def test_what_is_still_not_carried_out_is_begun_again(town):
    owing(town)
    town.clock.advance(timedelta(seconds=6))
    tries: list[str] = []

    def carry_out(row: str) -> str:
        tries.append(row)
        return "left" if len(tries) == 1 else town.instance.day_work.carry_out(row)

    with Workshop(Work(town, carry_out), polling=0.1) as workshop:
        wait_until(lambda: jobs_of(town).get("outbox_row") == ["SUCCESS"])
        assert workshop.relay.try_again() == 0
        town.clock.advance(timedelta(minutes=11))
        assert workshop.relay.try_again() == 1
        wait_until(lambda: waiting(town) == 0)
    assert len(tries) == 2


def test_two_relays_hand_a_row_on_once(town):
    owing(town)
    town.clock.advance(timedelta(seconds=6))
    with Workshop(Work(town, lambda _row: "left"), polling=0.1) as workshop:
        workshop.relay.stop()

        with town.instance.database.writing() as session:
            queries.take_back(session, [row[0] for row in town.rows("SELECT public_id FROM outbox")])
        relays = [Relay(Work(town, None), workshop.engine) for _relay in range(4)]
        handed: list[int] = []
        threads = [threading.Thread(target=lambda one=one: handed.append(one.hand_on())) for one in relays]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(handed) == [0, 0, 0, 1]
        assert len(jobs_of(town)["outbox_row"]) == 1
        workshop.relay = relays[0]
        relays[0].start()


def test_row_that_an_act_has_just_left_is_left_to_the_act(town):
    owing(town)
    engine = Engine.__new__(Engine)  # not asked: there is nothing to enter
    assert Relay(town.instance.day_work, engine).hand_on() == 0


def test_old_jobs_are_forgotten_and_young_ones_kept(town, workshop):
    wait_until(lambda: jobs_of(town).get("daily_round") == ["SUCCESS"])
    assert forget_old(workshop.engine.client, SystemClock().now() - timedelta(days=7)) == 0
    assert forget_old(workshop.engine.client, SystemClock().now() + timedelta(minutes=1)) >= 1
    assert "daily_round" not in jobs_of(town)


def test_what_a_sweep_leaves_as_it_was_is_tried_at_longer_spans(sqlite_town):
    """A clock that fails is due after each sweep as before it; a new one is not kept waiting by it."""
    work = Work(sqlite_town, None)
    due = ["7"]
    work.due_mark = lambda _now: due[0]
    work.run_out_due = lambda _stop: 0
    with Workshop(work, polling=0.05) as workshop:
        workshop.relay.stop()
        relay = Relay(work, workshop.engine)

        def looks(count: int) -> list[int]:
            tried = []
            for look in range(count):
                wait_until(lambda: set(jobs_of(sqlite_town).get("run_out", [])) <= {"SUCCESS"})
                tried += [look] if relay.run_out() else []
            return tried

        assert looks(33) == [0, 2, 5, 10, 19, 32]
        due[0] = "7,8"
        assert looks(3) == [0, 2]
        due[0] = ""
        assert looks(3) == []
        due[0] = "7"
        assert looks(1) == [0]
