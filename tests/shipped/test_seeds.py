"""docs/seeds.md names every mechanism of the five source texts, and only disputes that the sites really hold."""

import re
from functools import cache
from pathlib import Path

import pytest

from mediation.demo.said import Disputes
from mediation.reading import checked, read_yaml

ROOT = Path(__file__).parents[2]
SEEDS = {"000": "eshan", "001": "dezhou", "002": "houma", "003": "jiangdong", "004": "dulan"}
MECHANISMS = {"000": 23, "001": 21, "002": 33, "003": 22, "004": 13}
_HEADING = re.compile(r"## (\d{3}) examples/(\w+):")
_DISPUTE = re.compile(r"`([a-z]+)/([a-z0-9-]+)`")
_CAPABILITY = re.compile(r"\b[LCPWGSX][1-9][0-9]?\b")


def _rows() -> list[tuple[str, str, str, str]]:
    """Seed, mechanism, state and the rest of every row of the table."""
    found, seed = [], ""
    for line in (ROOT / "docs" / "seeds.md").read_text().splitlines():
        if heading := _HEADING.match(line):
            seed = heading[1]
            assert heading[2] == SEEDS[seed]
        elif seed and line.startswith("| ") and not line.startswith("| mechanism "):
            mechanism, state, where = (cell.strip() for cell in line.strip("| ").split(" | "))
            found.append((seed, mechanism, state, where))
    return found


ROWS = _rows()


@cache
def _disputes(site: str) -> set[str]:
    data, lines = read_yaml(ROOT / "examples" / site / "disputes.yaml")
    script, problems = checked(Disputes, data, lines, "disputes.yaml")
    assert problems == []
    assert script is not None
    return {one.key for one in script.disputes}


def test_every_mechanism_of_every_source_has_its_row():
    assert {seed: sum(row[0] == seed for row in ROWS) for seed in SEEDS} == MECHANISMS
    assert len({row[:2] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}-{row[1]}")
def test_what_works_is_played_by_a_dispute_and_what_does_not_says_why(row):
    seed, _mechanism, state, where = row
    named = _DISPUTE.findall(where)
    assert state in {"works", "later", "out of scope"}
    assert [one for one in named if one[0] not in SEEDS.values() or one[1] not in _disputes(one[0])] == []
    if state == "works":
        assert SEEDS[seed] in {site for site, _key in named}
    elif state == "later":
        assert _CAPABILITY.search(where)
    else:
        assert len(where) > 10


def test_a_dispute_that_no_site_holds_is_found():
    assert _DISPUTE.findall("`dulan/nothing`") == [("dulan", "nothing")]
    assert "nothing" not in _disputes("dulan")
