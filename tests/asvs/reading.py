"""The rows of ASVS.md, what is wrong with them, and the counts at its head."""

import ast
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.asvs.items import AIMED_AT, LEVEL_1, LEVEL_2

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "ASVS.md"
HOWS = ("test", "by design", "not met", "does not apply")
_ROW = re.compile(r"\| (?P<item>\d+\.\d+\.\d+) \| (?P<what>[^|]+) \| (?P<how>[^|]+) \| (?P<where>[^|]+) \|")
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
_FILE = re.compile(r"(?:tests|docs|templates|deploy)/[\w/.-]+\.(?:py|md|html|conf|example)")
_COUNTS = re.compile(r"(<!-- counts: [^>]*-->\n).*?(<!-- end of counts -->)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Row:
    """One item, as the page answers for it."""

    item: str
    how: str
    where: str

    @property
    def tests(self) -> list[tuple[str, str]]:
        """File and name of each test that is named."""
        return _TEST.findall(self.where)


def rows_of(page: str) -> list[Row]:
    """The rows, in their order."""
    found = [match.groupdict() for line in page.splitlines() if (match := _ROW.fullmatch(line))]
    return [Row(row["item"], row["how"].strip(), row["where"]) for row in found]


def problems_of(page: str) -> list[str]:
    """All that is wrong with the page."""
    rows = rows_of(page)
    lines = [line for line in page.splitlines() if re.match(r"\| \d+\.", line)]
    found = [f"{len(lines) - len(rows)} rows cannot be read"] if len(lines) != len(rows) else []
    wanted, had = [*LEVEL_1, *LEVEL_2, *AIMED_AT], Counter(row.item for row in rows)
    found += [f"{item}: {had[item]} times" for item in wanted if had[item] != 1]
    found += [f"{item}: not an item of these levels" for item in had if item not in wanted]
    numbers = [tuple(map(int, row.item.split("."))) for row in rows]
    if numbers != sorted(numbers):
        found.append("the items are out of order")
    for row in rows:
        found += _problems_of(row)
    return found


def _problems_of(row: Row) -> list[str]:
    found = [f"{row.item}: {row.how}"] if row.how not in HOWS else []
    if (row.how == "test") != bool(row.tests):
        found.append(f"{row.item}: {row.how}, with {len(row.tests)} tests named")
    found += [f"{row.item}: no {name} in {file}" for file, name in row.tests if name not in _tests_in(file)]
    found += [
        f"{row.item}: there is no {name}" for name in _FILE.findall(row.where) if not (ROOT / name).is_file()
    ]
    return found


@cache
def _tests_in(file: str) -> frozenset[str]:
    if not (ROOT / file).is_file():
        return frozenset()
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def counted(page: str) -> str:
    """The page with the counts of its rows at its head."""
    rows = rows_of(page)
    table = ["| level | " + " | ".join(HOWS) + " | items |", "|---|" + "---:|" * (len(HOWS) + 1)]
    for title, items in (("1", LEVEL_1), ("2", LEVEL_2), ("3, those aimed at", AIMED_AT)):
        had = Counter(row.how for row in rows if row.item in items)
        table.append(f"| {title} | " + " | ".join(str(had[how]) for how in HOWS) + f" | {len(items)} |")
    had = Counter(row.how for row in rows)
    table.append("| **all** | " + " | ".join(f"**{had[how]}**" for how in HOWS) + f" | **{len(rows)}** |")
    tests = {test for row in rows for test in row.tests}
    table.append(f"\n{len(tests)} tests are named.")
    return _COUNTS.sub(lambda match: match[1] + "\n" + "\n".join(table) + "\n\n" + match[2], page)
