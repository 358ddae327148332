"""docs/plants.md: each planted bug, where, and the test that caught it; each run replaces what it has planted again."""

import re
from dataclasses import dataclass
from pathlib import Path

from tests.plants.planting import ROOT
from tests.plants.plants import PLANTS, Plant

PAGE = ROOT / "docs" / "plants.md"
_HEAD = """# Planted bugs

Written by `./run plants`; not edited by hand.

Each bug is put into a copy of the tree by an exact exchange of text (`tests/plants/plants.py`), one at a time; then the tests that
are meant to catch it are run there, up to the first that fails. Before, the same tests are run without a bug and must pass.
That the texts still stand where they are to be exchanged is held by a test of the suite.

| name | bug | where | caught by | the test was there before | day | code | seconds |
|---|---|---|---|---|---|---|---:|
{rows}
"""


@dataclass(frozen=True)
class Row:
    """What came of one bug. `caught`: the test, empty if none failed."""

    name: str
    caught: str
    day: str
    code: str
    seconds: float


def enter(row: Row, page: Path = PAGE) -> str:
    """Put a row on the page in place of an older one of the same name."""
    rows = rows_on(page.read_text("utf-8")) if page.exists() else {}
    plant = next(one for one in PLANTS if one.name == row.name)
    rows[row.name] = text = _line(plant, row)
    known = [rows[one.name] for one in PLANTS if one.name in rows]
    page.write_text(_HEAD.format(rows="\n".join(known)), encoding="utf-8")
    return text


def rows_on(text: str) -> dict[str, str]:
    """The page's rows by the names of their bugs."""
    return {found[1]: found[0] for found in re.finditer(r"^\| `([a-z-]+)` \|.*$", text, re.MULTILINE)}


def _line(plant: Plant, row: Row) -> str:
    where = ", ".join(dict.fromkeys(f"`{edit.path}`" for edit in plant.edits))
    cells = (
        *(f"`{plant.name}`", plant.bug, where, f"`{row.caught}`" if row.caught else "**nothing**"),
        *("no: written for it" if plant.written else "yes", row.day, row.code, f"{row.seconds:,.0f}"),
    )
    return f"| {' | '.join(cells)} |"
