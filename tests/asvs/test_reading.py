"""ASVS.md answers for every item once, names tests that are there, and counts them right."""

import pytest

from tests.asvs.items import LEVEL_1, LEVEL_2
from tests.asvs.reading import PAGE, counted, problems_of

TEXT = PAGE.read_text("utf-8")


def test_page_answers_for_every_item_and_its_tests_are_there():
    assert problems_of(TEXT) == []


def test_counts_are_those_of_the_rows():
    assert counted(TEXT) == TEXT


def test_page_claims_nothing():
    assert "Nobody outside has judged it" in TEXT
    assert (len(LEVEL_1), len(LEVEL_2)) == (70, 183)


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        (
            "::test_idle_and_long_sessions_end",
            "::test_gone",
            "7.3.1: no test_gone in tests/accounts/test_entering.py",
        ),
        ("| 1.2.6 |", "| 1.2.7 |", "1.2.6: 0 times"),
        ("| 1.2.6 |", "| 1.99.6 |", "1.99.6: not an item of these levels"),
        ("prefixed | not met |", "prefixed | met |", "3.3.1: met"),
        ("docs/guards.md", "docs/none.md", "2.1.2: there is no docs/none.md"),
    ],
)
def test_what_is_wrong_is_found(before, after, problem):
    assert problem in problems_of(TEXT.replace(before, after, 1))
