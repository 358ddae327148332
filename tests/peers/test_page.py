"""docs/peers.md names every test of this folder, cites what its test cites, and names nothing that is not there."""

import ast
import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
_ROW = re.compile(r"\| (?P<refs>[^|]+) \| `(?P<file>[\w/]+\.py)::(?P<test>test_\w+)` \| (?P<how>[^|]+) \|")
_LATER = re.compile(
    r"\| (?P<refs>[^|]+) \| (?P<needs>[^|`]+) \| (?P<comes>(?:signing|screens|benchmarks)[^|]*) \|"
)
_REF = re.compile(r"([\w.-]+/[\w.-]+)?#(\d+)")


def cited(words: str) -> list[str]:
    """`owner/name#number` of each thread; one without a name is of the project named before it."""
    found, project = [], ""
    for named, number in _REF.findall(words):
        project = named or project
        found.append(f"{project}#{number}")
    return found


def told_by(file: Path) -> dict[str, str]:
    """Test → the first line of its docstring."""
    tree = ast.parse(file.read_text("utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    return {
        one.name: (ast.get_docstring(one) or "").partition("\n")[0]
        for one in functions
        if one.name.startswith("test_")
    }


LINES = (ROOT / "docs" / "peers.md").read_text("utf-8").splitlines()
ROWS = [found.groupdict() for line in LINES if (found := _ROW.fullmatch(line))]
LATER = [found.groupdict() for line in LINES if (found := _LATER.fullmatch(line))]
TESTS = {file.name: told_by(file) for file in sorted(HERE.glob("test_*.py")) if file != Path(__file__)}


def test_every_line_of_the_tables_was_read():
    tables = [line for line in LINES if line.startswith("| ") and not line.startswith("| Failure |")]
    assert len(tables) == len(ROWS) + len(LATER)
    assert (ROWS != [], LATER != []) == (True, True)


def test_every_test_of_this_folder_has_its_row():
    named = [(row["file"], row["test"]) for row in ROWS if "/" not in row["file"]]
    assert sorted(named) == sorted((file, test) for file, tests in TESTS.items() for test in tests)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["test"])
def test_test_named_in_the_page_is_there_and_cites_the_same(row):
    refs = cited(row["refs"])
    assert refs != []
    if "/" in row["file"]:
        assert row["test"] in told_by(ROOT / row["file"])
    else:
        assert cited(TESTS[row["file"]][row["test"]]) == refs


@pytest.mark.parametrize("row", LATER, ids=lambda row: row["refs"])
def test_what_is_not_testable_yet_names_a_thread(row):
    assert cited(row["refs"]) != []
