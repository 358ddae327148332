"""Whoever goes on after being refused is refused from memory, for a while, at that address alone."""

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from mediation.web import brakes
from mediation.web.brakes import HELD, PATIENCE, Brakes
from tests.web.conftest import ADDRESS, MORNING
from tests.web.pages.conftest import quick_hashes

__all__ = ["quick_hashes"]


def held(one, path="/p/apply", place="10.0.0.1", after=timedelta(0)):
    return one.holds(path, place, MORNING + after)


@pytest.fixture
def braked():
    one = Brakes()
    for _time in range(PATIENCE):
        assert not held(one)
        one.note("/p/apply", "10.0.0.1", MORNING)
    return one


def test_refused_again_and_again_is_held_there_and_for_a_while(braked):
    assert held(braked)
    assert not held(braked, place="10.0.0.2")
    assert not held(braked, path="/p/follow")
    assert held(braked, after=HELD - timedelta(seconds=1))
    assert not held(braked, after=HELD)
    assert not held(braked, after=timedelta(seconds=-1))


def test_after_a_while_one_is_let_through_and_counts_on_if_refused(braked):
    braked.note("/p/apply", "10.0.0.1", MORNING + HELD)
    assert held(braked, after=HELD + timedelta(seconds=1))
    later = HELD * 3
    braked.note("/p/apply", "10.0.0.1", MORNING + later)
    assert not held(braked, after=later)


def test_memory_is_bounded_and_the_longest_gone_go_first(braked, monkeypatch):
    monkeypatch.setattr(brakes, "MOST_PLACES", 3)
    for at in range(3):
        braked.note("/p/apply", f"10.0.1.{at}", MORNING)
    assert (held(braked), len(braked._refused)) == (False, 3)


@pytest.mark.parametrize("instance", ["sqlite"], indirect=True, scope="session")
def test_guesses_go_on_and_are_refused_without_a_look_at_them(instance, application, clock, monkeypatch):
    clock.put(MORNING + timedelta(days=200))
    client = TestClient(application, base_url=ADDRESS, client=("10.77.0.1", 40_000))

    def guess():
        return client.post("/p/follow", data={"code": "00000-00000"})

    assert [guess().status_code for _time in range(20)] == [404] * 20
    told = [guess() for _time in range(PATIENCE)]
    assert {(one.status_code, "00000-00000" in one.text) for one in told} == {(429, True)}
    with (
        instance.database.writing()
    ):  # the only writer is taken: nobody who asked the database would get through
        bare = guess()
    assert (bare.status_code, bare.headers["retry-after"], "00000-00000" in bare.text) == (429, "30", False)
    assert "试的次数太多了" in bare.text
    other = TestClient(application, base_url=ADDRESS, client=("10.77.0.2", 40_000))
    assert other.post("/p/follow", data={"code": "00000-00000"}).status_code == 404
    clock.advance(timedelta(minutes=15))
    assert guess().status_code == 404
