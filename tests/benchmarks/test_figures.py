"""Figures are judged by their marks alone, kept as they came out, and missed ones told with what was tried."""

import pytest

from benchmarks.figures import (
    AIM,
    FIGURES,
    MARK,
    MISSED,
    Came,
    Figure,
    keep,
    measured,
    missed_in,
    why_missed,
)
from benchmarks.reasons import REASONS


@pytest.mark.parametrize(
    ("value", "verdict"), [(0.299, MISSED), (0.3, MARK), (0.499, MARK), (0.5, AIM), (12, AIM)]
)
def test_figure_that_is_to_be_at_least_its_mark(value, verdict):
    assert Figure("an act", 0.3, 0.5).verdict(value) == verdict


@pytest.mark.parametrize(("value", "verdict"), [(0.61, MARK), (0.9, MARK), (0.6, AIM), (0.901, MISSED)])
def test_figure_that_is_to_be_at_most_its_mark(value, verdict):
    assert Figure("a paper", 0.9, 0.6, most=True).verdict(value) == verdict


def test_figure_without_an_aim_meets_its_mark_at_best():
    figure = FIGURES["signature: bytes"]
    assert (figure.verdict(4.15), figure.bound(figure.mark), figure.bound(figure.aim)) == (MARK, "≤ 7 kB", "")


def test_value_is_judged_as_it_is_printed():
    assert Figure("an act", 0.3, 0.5).verdict(0.29961) == MARK


def test_reasons_are_of_figures_that_there_are():
    assert REASONS.keys() <= FIGURES.keys()


def test_missed_figures_of_one_reason_stand_together_and_one_without_says_so():
    told = why_missed(["django-fsm-2", "SpiffWorkflow", "counts", "django-fsm-2", "memory of nothing"])
    assert [one.partition(".")[0] for one in told] == [
        "Missed: django-fsm-2, SpiffWorkflow",
        "Missed: counts, memory of nothing",
    ]
    assert "Tried: all that was tried for the act itself" in told[0]
    assert told[1] == "Missed: counts, memory of nothing. No reason is known yet."


def test_last_run_of_a_section_takes_the_place_of_the_one_before(tmp_path):
    kept = tmp_path / "figures.json"
    keep("web", "2026-11-29", "aaa", [Came("page: bare JSON", "page", 0.053, MARK)], kept)
    keep("engine", "2026-11-29", "aaa", [Came("act, SQLite", "accept", 0.41, MARK)], kept)
    rows = [
        Came("act, SQLite", "register", 0.28, MISSED),
        Came("act, SQLite", "triage", 0.34, MARK),
        Came("act, PostgreSQL", "register", 0.62, MARK),
    ]
    keep("engine", "2026-12-01", "bbb", rows, kept)
    found = measured(kept)
    assert {key: (one.came, one.verdict, one.day, one.commit) for key, one in found.items()} == {
        "act, SQLite": ("0.280–0.340", "missed (1 of 2 rows)", "2026-12-01", "bbb"),
        "act, PostgreSQL": ("0.620", MARK, "2026-12-01", "bbb"),
        "page: bare JSON": ("0.053", MARK, "2026-11-29", "aaa"),
    }
    assert missed_in(found) == ["act, SQLite"]


def test_range_goes_from_the_worst_row_to_the_best(tmp_path):
    kept = tmp_path / "figures.json"
    rows = [Came("search", one, value, MARK) for one, value in (("a", 1.1), ("b", 2.0), ("c", 1.5))]
    keep("scale", "2026-12-01", "bbb", rows, kept)
    assert measured(kept)["search"].came == "2.00–1.10"


def test_nothing_kept_is_nothing_measured(tmp_path):
    assert measured(tmp_path / "figures.json") == {}
