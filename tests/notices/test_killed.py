"""kill -9 while delivering: into the file exactly once; outside once more at most for each kill, and that is counted."""

import threading

import pytest

from mediation.notices.delivery import LEASE
from tests.jobs.nursery import Nursery
from tests.notices.conftest import delivered, sms, switch
from tests.town import Town, party


def killed_at(nursery: Nursery, town: Town, point: str) -> None:
    """Let another process deliver, and be killed there."""
    settings = town.instance.settings
    told = (str(settings.data), settings.database_url, town.clock.now().isoformat(), point)
    nursery.see_killed("tests.notices.killed", *told)


def appointed(town: Town, hour: int = 9) -> str:
    parties = [party("applicant", 1, phone="13900000001"), party("respondent", 2)]
    ref = town.bring("mediating", parties=parties)
    starts_at = f"2026-03-05T{hour:02}:30:00+08:00"
    said = {"kind": "session", "starts_at": starts_at, "place": "调解室", "told": [1]}
    town.act("jiamed", ref, "arrange", **said)
    return ref


def files(town: Town) -> int:
    if not town.instance.database.on_sqlite:
        return int(town.rows("SELECT count(*) FROM stored_file")[0][0])
    return sum(path.is_file() for path in town.instance.settings.store.glob("??/*"))


@pytest.mark.slow
@pytest.mark.parametrize("point", ["after_put", "after_entering"])
def test_letter_goes_into_the_file_exactly_once(nursery, town, point):
    appointed(town)
    before = files(town)
    killed_at(nursery, town, point)
    town.instance.post_room.deliver_waiting()
    assert town.instance.post_room.deliver_waiting().rows == 0
    assert delivered(town) == [("party:1", "file", "sent", "", 1, 0)]
    assert files(town) == before + 1


@pytest.mark.slow
def test_message_out_at_the_kill_is_repeated_once_under_its_id_and_counted(nursery, town, sms_gateway):
    switch(town, outward=True, channels={"sms": sms(sms_gateway.url)})
    appointed(town)
    killed_at(nursery, town, "after_sending")
    assert len(sms_gateway.taken) == 1
    assert town.instance.post_room.deliver_waiting().sent == 0  # its lease still runs: it may be on its way
    assert "@" not in town.instance.day_work.due_mark(town.clock.now())
    town.clock.advance(LEASE)
    assert "@" in town.instance.day_work.due_mark(town.clock.now())  # the next look of a worker finds it
    posted = town.instance.post_room.deliver_waiting()
    assert (posted.sent, posted.repeats) == (1, 1)
    assert town.instance.post_room.deliver_waiting().sent == 0
    assert [taken.said["msgid"] for taken in sms_gateway.taken] == 2 * [sms_gateway.taken[0].said["msgid"]]
    assert delivered(town) == [
        ("party:1", "file", "sent", "", 1, 0),
        ("party:1", "sms", "sent", "", 2, 1),
    ]


@pytest.mark.slow
def test_message_that_was_not_out_at_the_kill_goes_out_once(nursery, town, sms_gateway):
    switch(town, outward=True, channels={"sms": sms(sms_gateway.url)})
    appointed(town)
    killed_at(nursery, town, "after_entering")
    assert sms_gateway.taken == []
    town.instance.post_room.deliver_waiting()
    assert len(sms_gateway.taken) == 1
    assert delivered(town)[-1] == ("party:1", "sms", "sent", "", 1, 0)


@pytest.mark.slow
def test_who_is_killed_every_time_does_not_go_on_for_ever(nursery, sqlite_town, sms_gateway):
    switch(sqlite_town, outward=True, channels={"sms": sms(sms_gateway.url)}, attempts=2)
    appointed(sqlite_town)
    for _kill in range(2):
        killed_at(nursery, sqlite_town, "after_sending")
        sqlite_town.clock.advance(LEASE)
    sqlite_town.instance.post_room.deliver_waiting()
    assert len(sms_gateway.taken) == 2
    assert delivered(sqlite_town)[-1] == ("party:1", "sms", "failed", "attempts_used_up", 3, 2)


def test_many_at_once_send_each_message_once(town, sms_gateway):
    switch(town, outward=True, channels={"sms": sms(sms_gateway.url)})
    for hour in (9, 11, 15):
        appointed(town, hour)
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        town.instance.post_room.deliver_waiting()

    threads = [threading.Thread(target=work) for _worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = [taken.said["msgid"] for taken in sms_gateway.taken]
    assert (len(ids), len(set(ids))) == (3, 3)
    assert sorted(delivered(town)) == sorted(
        3 * [("party:1", "file", "sent", "", 1, 0), ("party:1", "sms", "sent", "", 1, 0)]
    )
