"""The planted bugs still fit the code, and what came of them is on the page; `./run plants` plants them all."""

import ast

import pytest

from tests.plants.page import PAGE, Row, enter, rows_on
from tests.plants.planting import ROOT, Copy, planted_texts
from tests.plants.plants import PLANTS, Edit, Plant

TESTS = ROOT / "tests"


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name)
def test_plant_still_fits_the_code(plant):
    before = {edit.path: (ROOT / edit.path).read_text("utf-8") for edit in plant.edits}
    after = planted_texts(plant, before)
    assert all(after[path] != text for path, text in before.items())
    for path, text in after.items():
        if path.endswith(".py"):
            ast.parse(text)
    for one in plant.tests:
        path, _colons, name = one.partition("::")
        assert f"def {name}" in (TESTS / path).read_text("utf-8")


def test_text_that_stands_there_twice_or_not_at_all_is_refused():
    for text in ("a b a", "b"):
        plant = Plant("x", "x", (Edit("x.py", "a", "c"),), ())
        with pytest.raises(ValueError, match=r"x\.py does not hold this once: a"):
            planted_texts(plant, {"x.py": text})


def test_page_tells_of_every_plant_the_test_that_caught_it():
    rows = rows_on(PAGE.read_text("utf-8"))
    assert list(rows) == [plant.name for plant in PLANTS]
    for plant in PLANTS:
        caught = rows[plant.name].split("|")[4].strip().strip("`")
        path, _colons, name = caught.partition("[")[0].partition("::")
        assert f"def {name}(" in (ROOT / path).read_text("utf-8"), plant.name
        assert path.removeprefix("tests/") in {one.partition("::")[0] for one in plant.tests}


def test_page_takes_a_newer_row_in_place_of_an_older_one(tmp_path):
    page = tmp_path / "plants.md"
    for caught in ("tests/a.py::test_a", "", "tests/b.py::test_b"):
        enter(Row("day", caught, "2026-03-02", "abc", 1.2), page)
        enter(Row("begin", caught, "2026-03-02", "abc", 1.2), page)
        assert list(rows_on(page.read_text("utf-8"))) == ["begin", "day"]
        assert (caught or "**nothing**") in rows_on(page.read_text("utf-8"))["day"]


@pytest.mark.slow
def test_bug_is_caught_in_the_copy_and_only_while_it_is_there(tmp_path):
    [plant] = [one for one in PLANTS if one.name == "day"]
    with Copy(tmp_path) as copy:
        with copy.planted(plant):
            found = copy.tested(plant, "-x")
        clean = copy.tested(plant, "-x")
    [caught] = found.failed
    assert caught.startswith("tests/deadlines/test_calendar.py::test_due_by_the_law[2026-01-15-30 days-")
    assert (clean.failed, clean.errors, clean.ran > 40) == ((), 0, True)
