"""docs/attacks.md is what the code says it is, and names tests that are there."""

import re

from tests.attacks.page import ATTACKS, PAGE, ROOT, enter, rows_on, text_of


def test_page_is_as_it_is_written():
    text = PAGE.read_text("utf-8")
    assert text_of(rows_on(text)) == text
    assert all(rows_on(text).values())


def test_every_test_that_is_named_is_there():
    names = [name for one in ATTACKS for name in one.tests if not name.startswith("`")]
    missing = []
    for name in names:
        path, _colons, test = name.partition("::")
        source = (ROOT / path).read_text("utf-8") if (ROOT / path).is_file() else ""
        if not source or (test and not re.search(rf"^def {test}\b", source, re.MULTILINE)):
            missing.append(name)
    assert missing == []


def test_run_replaces_its_own_table_alone(tmp_path):
    page = tmp_path / "attacks.md"
    enter("times", [("2026-01-01", "a")], page)
    enter("uploads", [("2026-01-01", "b")], page)
    enter("uploads", [("2026-01-02", "c")], page)
    assert rows_on(page.read_text("utf-8")) == {
        "times": ["| 2026-01-01 | a |"],
        "uploads": ["| 2026-01-02 | c |"],
    }
