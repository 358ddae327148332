"""Counts of attempts: within a window, apart for each, forgotten after it."""

from datetime import timedelta

import pytest

from mediation.accounts import attempts

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
