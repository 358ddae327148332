"""Killed in the middle of a job: the job is done by the next process, and its effect is there once."""

import sys
import time

import pytest

from mediation.cases import queries
from tests.jobs.conftest import Hosts, wait_until
from tests.town import Town

SAID = {"reason": "no_agreement", "routes": ["court"]}


def owing(town: Town) -> str:
    """A case that owes a paper: its mediation has been ended without agreement."""
    ref = town.bring("mediating")
    town.act("jiamed", ref, "terminate", **SAID)
    return ref


def waiting(town: Town) -> int:
    [(count,)] = town.rows("SELECT count(*) FROM outbox WHERE handed_on_at IS NULL AND kind = 'issue_paper'")
    return int(count)


def is_done_once(town: Town, ref: str) -> None:
    """One paper, issued by one event, and it verifies."""
    [paper] = town.of(ref, queries.documents)
    assert (paper.form, paper.state) == ("termination_notice", "complete")
    assert town.acts(ref).count("document.frozen") == 1
    assert town.acts(ref).count("document.signed") == paper.revisions
    found = town.instance.paper("jiamed", ref, "termination_notice")
    assert found is not None
    assert town.instance.verify(found[0]).verdict == "valid"
    assert town.instance.verify_trail().problems == []


@pytest.mark.slow
def test_worker_killed_in_the_middle_of_a_job_is_replaced_within_thirty_seconds(postgresql_hosts: Hosts):
    town = postgresql_hosts.town
    ref = owing(town)
    first = postgresql_hosts.worker("first", stuck=True)
    first.wait_for("begun")
    second = postgresql_hosts.worker("second")
    assert waiting(town) == 1
    first.kill()
    began = time.monotonic()
    second.wait_for("已不在")
    assert time.monotonic() - began < 30
    wait_until(lambda: waiting(town) == 0)
    sys.stdout.write(f"taken over and done after {time.monotonic() - began:.1f} s\n")
    is_done_once(town, ref)
    assert second.stop() == 0


@pytest.mark.slow
def test_server_killed_in_the_middle_of_a_job_goes_on_with_it_when_started_again(
    sqlite_hosts: Hosts, unused_port: int
):
    town = sqlite_hosts.town
    ref = owing(town)
    first = sqlite_hosts.start("first", "serve", "--port", str(unused_port), stuck=True)
    first.wait_for("begun")
    first.kill()
    assert waiting(town) == 1
    again = sqlite_hosts.serve("again", unused_port)
    wait_until(lambda: waiting(town) == 0)
    is_done_once(town, ref)
    assert again.stop() == 0
