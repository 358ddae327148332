"""Where jobs are done, other systems are told by themselves, and again after a failure; a silent one holds no paper back."""

from datetime import timedelta

import pytest

from mediation.jobs.workshop import Workshop
from tests.jobs.conftest import wait_until
from tests.jobs.test_killed import is_done_once, owing, waiting
from tests.webhooks.conftest import add, messages, switch_on


@pytest.mark.slow
def test_told_by_itself_and_again_after_a_failure_while_papers_go_on(town, receiver):
    receiver.answers = [(0, {}), (200, {})]
    switch_on(town, seconds=1)
    add(town, receiver.url, "case.terminate")
    ref = owing(town)
    town.clock.advance(timedelta(seconds=6))
    with Workshop(town.instance.day_work, polling=0.1):
        wait_until(lambda: waiting(town) == 0)
        is_done_once(town, ref)
        wait_until(lambda: [row[:2] for row in messages(town)] == [("waiting", "timeout")])
        town.clock.advance(timedelta(seconds=70))
        wait_until(lambda: messages(town) == [("sent", "", 2, 0)])
    assert (len(receiver.ids()), len(set(receiver.ids()))) == (2, 1)
