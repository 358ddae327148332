"""kill -9 while telling: once into the queue; outside once more at most for each kill, under the same id, and counted."""

import threading

import pytest

from mediation.webhooks.delivery import LEASE
from tests.jobs.nursery import Nursery
from tests.town import Town
from tests.webhooks.conftest import add, messages, switch_on


def waiting(town: Town, url: str, **settings) -> None:
    switch_on(town, **settings)
    add(town, url, "case.register")
    town.register()


def killed_at(nursery: Nursery, town: Town, point: str) -> None:
    """Let another process call what waits, and be killed there."""
    settings = town.instance.settings
    told = (str(settings.data), settings.database_url, town.clock.now().isoformat(), point)
    nursery.see_killed("tests.webhooks.killed", *told)


@pytest.mark.slow
def test_message_out_at_the_kill_is_repeated_once_under_its_id_and_counted(nursery, town, receiver):
    waiting(town, receiver.url)
    killed_at(nursery, town, "after_calling")
    assert (len(receiver.taken), messages(town)) == (1, [("waiting", "", 1, 0)])
    assert town.instance.webhooks.deliver_waiting().sent == 0  # its lease still runs: it may be on its way
    town.clock.advance(LEASE)
    called = town.instance.webhooks.deliver_waiting()
    assert (called.sent, called.repeats, messages(town)) == (1, 1, [("sent", "", 2, 1)])
    assert (len(receiver.ids()), len(set(receiver.ids()))) == (2, 1)


@pytest.mark.slow
def test_message_that_was_entered_at_the_kill_goes_out_once(nursery, sqlite_town, receiver):
    waiting(sqlite_town, receiver.url)
    killed_at(nursery, sqlite_town, "after_entering")
    assert (receiver.taken, messages(sqlite_town)) == ([], [("waiting", "", 0, 0)])
    assert sqlite_town.instance.webhooks.deliver_waiting().sent == 1
    assert (len(receiver.taken), messages(sqlite_town)) == (1, [("sent", "", 1, 0)])


@pytest.mark.slow
def test_who_is_killed_every_time_does_not_go_on_for_ever(nursery, sqlite_town, receiver):
    waiting(sqlite_town, receiver.url, attempts=1)
    killed_at(nursery, sqlite_town, "after_calling")
    sqlite_town.clock.advance(LEASE)
    sqlite_town.instance.webhooks.deliver_waiting()
    assert (len(receiver.taken), messages(sqlite_town)) == (1, [("parked", "killed", 2, 1)])


def test_many_at_once_send_each_message_once(town, receiver):
    waiting(town, receiver.url)
    for _case in range(3):
        town.register()
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        town.instance.webhooks.deliver_waiting()

    threads = [threading.Thread(target=work) for _worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(receiver.ids()), len(set(receiver.ids()))) == (4, 4)
    assert messages(town) == [("sent", "", 1, 0)] * 4
