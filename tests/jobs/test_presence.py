"""One name per process, and who may take it over."""

import threading
import time
from collections.abc import Callable, Iterator

import psycopg
import pytest
from sqlalchemy import make_url

from mediation.errors import StorageError
from mediation.jobs.presence import AdvisoryPresence, FilePresence
from tests.jobs.conftest import wait_until


@pytest.fixture
def arrive(postgresql_store: str) -> Iterator[Callable[..., AdvisoryPresence]]:
    """Makes presences, which leave with the test."""
    present: list[AdvisoryPresence] = []

    def one(gone: Callable[[], None] = lambda: None) -> AdvisoryPresence:
        present.append(AdvisoryPresence(postgresql_store, gone))
        return present[-1]

    yield one
    for presence in present:
        presence.leave()


def test_second_engine_on_one_file_is_refused_until_the_first_has_left(tmp_path):
    file = tmp_path / "mediation.db"
    first = FilePresence(file)
    with pytest.raises(StorageError) as refused:
        FilePresence(file)
    assert str(refused.value).startswith(f"{file} 的后台任务已由另一个进程办理：SQLite 上只能有一个")
    first.leave()
    FilePresence(file).leave()


def test_lock_file_that_cannot_be_made_is_told(tmp_path):
    with pytest.raises(StorageError, match="打不开"):
        FilePresence(tmp_path / "nowhere" / "mediation.db")


def test_name_of_a_process_that_lives_is_not_to_be_had(arrive):
    first, second, third = arrive(), arrive(), arrive()
    assert len({first.name, second.name, third.name}) == 3
    with second.in_place_of(first.name) as dead:
        assert dead is False
    first.leave()

    def taken_while_third_asks() -> bool:
        with second.in_place_of(first.name) as dead, third.in_place_of(first.name) as dead_too:
            return (dead, dead_too) == (True, False)

    wait_until(taken_while_third_asks)
    with third.in_place_of(first.name) as dead:
        assert dead is True


def test_process_that_loses_its_lock_is_told_at_once(arrive, postgresql_store):
    gone = threading.Event()
    arrive(gone.set)
    plain = make_url(postgresql_store).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    began = time.monotonic()
    assert gone.wait(30)
    assert time.monotonic() - began < 25


def test_database_that_is_not_there_is_told(postgresql_store):
    url = make_url(postgresql_store).set(database="no_such_database").render_as_string(hide_password=False)
    with pytest.raises(StorageError, match="数据库没有响应"):
        AdvisoryPresence(url)


def test_only_one_holds_what_is_done_alone(arrive):
    first, second = arrive(), arrive()
    order: list[str] = []

    def wait() -> None:
        with second.alone("tables"):
            order.append("second")

    with first.alone("tables"):
        waiting = threading.Thread(target=wait)
        waiting.start()
        time.sleep(0.3)
        order.append("first")
    waiting.join()
    assert order == ["first", "second"]
