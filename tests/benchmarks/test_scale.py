"""`bench scale` asks what the counter asks, of people who are there."""

import pytest

from benchmarks import scale
from benchmarks.scale_data import Scaled, scaled


@pytest.fixture
def large(tmp_path):
    with scaled(tmp_path, f"sqlite:///{tmp_path / 'data' / 'mediation.db'}", 40) as found:
        yield found


def test_duplicate_search_finds_the_case_whose_parties_are_typed_again(large: Scaled):
    found = large.town.instance.window.alike(large.units["county"], large.people)
    assert (found[0].sure, len(found[0].because)) == (True, 2)
    asked = scale._questions(large)
    assert [what for what in asked if what.startswith("duplicate")] == [
        f"duplicate search, {unit}{kind}" for unit in large.units for kind in ("", " (query)")
    ]
    for what in ("duplicate search, county", "duplicate search, county (query)"):
        _seconds, rows = asked[what](1)()
        assert rows >= 1


def test_rows_of_the_figures_are_judged_and_others_told():
    slow = scale.Found(*(scale.Answered([seconds] * 3, 1) for seconds in (0.004, 0.009, 0.009)))
    quick = scale.Found(*(scale.Answered([seconds] * 3, 1) for seconds in (0.0001, 0.00024, 0.0003)))
    verdicts = {
        what: scale._row("sqlite", what, found)
        for what, found in {
            "search of 2 to 8 characters, town": slow,
            "worklist, next page, town": slow,
            "due sweep, 100 clocks (query)": quick,
            "all cases, town": slow,
        }.items()
    }
    assert {
        what: row.came.verdict if isinstance(row, scale.Row) else "" for what, row in verdicts.items()
    } == {
        "search of 2 to 8 characters, town": "missed",
        "worklist, next page, town": "missed",
        "due sweep, 100 clocks (query)": "met: mark",
        "all cases, town": "",
    }
