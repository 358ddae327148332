"""Counts of attempts: within a window, apart for each, forgotten after it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from mediation.accounts import attempts, entering, keeping, queries

SPAN = timedelta(minutes=10)


def count(town, who):
    with town.instance.database.writing() as session:
        return attempts.count(session, town.instance.keyring, "login", who, town.clock.now(), SPAN)


def refuse(town, who, most):
    with town.reading() as session:
        attempts.refuse_too_many(session, town.instance.keyring, "login", who, town.clock.now(), SPAN, most)


def test_attempts_are_counted_apart_and_anew_in_each_window(town):
    assert [count(town, "a"), count(town, "a"), count(town, "b")] == [1, 2, 1]
    with pytest.raises(attempts.TriedTooOften):
        refuse(town, "a", 2)
    refuse(town, "b", 2)
    town.clock.advance(SPAN)
    refuse(town, "a", 2)
    assert count(town, "a") == 1


def test_attempts_at_once_each_count(town):
    """Two who begin a window in the same moment, and two who add to it, must not count as one."""
    with ThreadPoolExecutor(8) as threads:
        seen = list(threads.map(lambda _time: count(town, "a"), range(24)))
    assert sorted(seen) == list(range(1, 25))
    with pytest.raises(attempts.TriedTooOften):
        refuse(town, "a", 24)


def test_wrong_passwords_at_once_each_count(town):
    database, now = town.instance.database, town.clock.now()
    with database.writing() as session:
        keeping.make_account(
            session, "jiawin", now, by="test", person="jiawin", password="清明时节雨纷纷-2026"
        )

    def guess(_time: int) -> object:
        with database.writing() as session:
            return entering.enter(session, town.instance.keyring, "jiawin", "wrong", now)

    with ThreadPoolExecutor(4) as threads:
        tries = list(threads.map(guess, range(entering.FREE_FAILURES)))
    assert {type(one) for one in tries} == {entering.Refused}
    with database.reading() as session:
        account = queries.account_named(session, "jiawin")
        assert (account.failures, account.locked_until is not None) == (entering.FREE_FAILURES, True)
