"""The runs over mutants: what they are told to run is there, what they read is told rightly; `./run mutants` runs them all."""

from fnmatch import fnmatch
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mutants.again import asked_again, changed_functions
from tests.mutants.page import PAGE, enter, functions_left, rows_on, take
from tests.mutants.quick import EXAMPLES, pytest_collection_modifyitems
from tests.mutants.running import ROOT, Result, Survivor, changed, function_of, keys_of, mutate
from tests.mutants.scope import MODULES


def test_every_module_and_its_tests_are_there():
    wanted = [f"mediation/{module}.py" for module in MODULES]
    wanted += [f"tests/{path}" for tests in MODULES.values() for path in tests]
    assert [path for path in wanted if not (ROOT / path).is_file()] == []


def test_page_tells_of_no_other_module():
    assert set(rows_on(PAGE.read_text("utf-8"))) <= set(MODULES)


def test_change_is_read_from_the_two_texts_of_a_function():
    lines = [
        *("def xǁBookǁread__mutmut_orig(self):", "    return self.page > 1", ""),
        *("def xǁBookǁread__mutmut_2(self):", "    return self.page >= 1"),
    ]
    spans = {"xǁBookǁread__mutmut_orig": (1, 2), "xǁBookǁread__mutmut_2": (4, 5)}
    assert changed(lines, spans, "xǁBookǁread__mutmut_2") == (
        *("-return self.page > 1", "+return self.page >= 1"),
    )
    keys = ("mediation.book.xǁBookǁread__mutmut_2", "mediation.book.x__read__mutmut_13")
    assert [function_of(key) for key in keys] == ["Book.read", "_read"]
    patterns = (keys_of("book", "Book.read"), keys_of("book", "_read"))
    assert all(fnmatch(key, pattern) for key, pattern in zip(keys, patterns, strict=True))


def test_page_takes_a_newer_result_in_place_of_an_older_one(tmp_path):
    page = tmp_path / "mutants.md"
    left = Survivor("rank", ("-return a or b", "+return a and b"), tested=True)
    unreached = Survivor("top", ("-return a", "+return None"), tested=False)
    for module, killed, survivors in (
        ("units/chain", 1, (left, unreached)),
        ("units/tree", 3, ()),
        ("units/chain", 1, (left, unreached)),
    ):
        enter(Result(module, 3, killed, 0, survivors, 1.0), "2026-03-02", "abc", page)
    text = page.read_text("utf-8")
    assert [line for line in text.splitlines() if line.startswith(("| units", "Together", "- "))] == [
        "| units/chain | test_chain | 3 | 1 | 0 | 2 | 33.3 % | 2026-03-02 | abc | 1 |",
        "| units/tree | test_tree | 3 | 3 | 0 | 0 | 100.0 % | 2026-03-02 | abc | 1 |",
        "Together: 6 mutants, 4 found out, 2 survived: 66.7 %.",
        "- rank: `` return a or b `` → `` return a and b `` — not explained",
        "- top: not reached by these tests; mutants: 1",
    ]


def test_rows_of_another_page_take_the_place_of_those_here(tmp_path):
    here, there = tmp_path / "here.md", tmp_path / "there.md"
    left = Survivor("rank", ("-return a or b", "+return a and b"), tested=True)
    enter(Result("units/chain", 3, 2, 0, (left,), 1.0), "2026-03-02", "abc", here)
    enter(Result("units/tree", 3, 2, 0, (left,), 1.0), "2026-03-02", "abc", here)
    for module in ("units/chain", "units/tree"):
        enter(Result(module, 3, 3, 0, (), 1.0), "2026-03-03", "def", there)
    assert take(["units/chain", "audit/trail"], there, here) == [
        "| units/chain | test_chain | 3 | 3 | 0 | 0 | 100.0 % | 2026-03-03 | def | 1 |"
    ]
    lines = here.read_text("utf-8").splitlines()
    assert [line for line in lines if line.startswith(("Together", "### ", "- "))] == [
        "Together: 6 mutants, 5 found out, 1 survived: 83.3 %.",
        "### units/tree",
        "- rank: `` return a or b `` → `` return a and b `` — not explained",
    ]


BEFORE = """
class Book:
    def read(self):
        \"\"\"Old words.\"\"\"
        return self.page

    @property
    def last(self):
        return 1

def top(a):
    return a
"""


def test_functions_that_are_others_now_are_asked_again():
    now = BEFORE.replace("Old words", "New words").replace("return 1", "return 2")
    assert changed_functions(BEFORE, now) == []
    now = now.replace("return self.page", "return self.page + 1").replace("def top(a)", "def top(b)")
    assert changed_functions(BEFORE, now) == ["Book.read", "top"]


def test_functions_in_which_something_survived_are_asked_again_if_they_are_still_there():
    survived = "- Book.read: `` a `` → `` b ``\n- gone: not reached by these tests; mutants: 1\n"
    assert asked_again(BEFORE, BEFORE.replace("return a", "return -a"), survived) == ["Book.read", "top"]


def test_module_that_the_page_does_not_know_is_asked_whole(tmp_path):
    assert functions_left("units/chain", tmp_path / "mutants.md") is None


def test_what_was_not_asked_again_counts_as_killed(tmp_path):
    result = Result("units/chain", 9, 2, 1, (), 1.0, kept=6)
    assert "| 9 | 8 | 1 | 0 | 100.0 % |" in enter(result, "2026-03-02", "abc", tmp_path / "mutants.md")


def test_what_had_no_end_and_was_not_asked_again_has_none_still(tmp_path):
    page = tmp_path / "mutants.md"
    enter(Result("units/chain", 9, 5, 3, (), 1.0), "2026-03-02", "abc", page)
    for again, row in (
        (Result("units/chain", 9, 2, 1, (), 1.0, kept=6), "| 9 | 6 | 3 | 0 | 100.0 % |"),
        (Result("units/chain", 9, 8, 0, (), 1.0, kept=1), "| 9 | 8 | 1 | 0 | 100.0 % |"),
        (Result("units/chain", 9, 9, 0, (), 1.0), "| 9 | 9 | 0 | 0 | 100.0 % |"),
    ):
        assert row in enter(again, "2026-03-03", "def", page)


def test_tests_that_draw_much_draw_less():
    @settings(max_examples=400)
    @given(st.integers())
    def much(_number):
        pass

    @settings(max_examples=3)
    @given(st.integers())
    def little(_number):
        pass

    pytest_collection_modifyitems([SimpleNamespace(obj=one) for one in (much, little, len)])
    asked = [one._hypothesis_internal_use_settings.max_examples for one in (much, little)]
    assert asked == [EXAMPLES, 3]


@pytest.mark.slow
def test_small_module_is_mutated_and_its_mutants_are_found_out():
    result = mutate("units/chain", MODULES["units/chain"], children=2)
    assert (result.mutants > 20, result.killed >= 0.85 * result.mutants) == (True, True)
    assert result.mutants == result.killed + result.timeouts + len(result.survivors)
