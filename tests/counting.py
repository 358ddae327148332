"""TESTING.md, made anew from the tests and from what the long runs have written: `python -m tests.counting`."""

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import FIGURES, KEPT, measured, missed_in, why_missed
from mediation.clock import SystemClock, local_day
from tests.faults.page import rows_of
from tests.plants.page import rows_on

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "TESTING.md"
KINDS = (
    ("each module by itself", "the folders that mirror `mediation/`", None),
    ("public failures of other programs", "`tests/peers`", "peers"),
    ("stories of each role over HTTP", "`tests/journeys`", "journeys"),
    ("a real browser", "`tests/browser`", "browser"),
    ("everything wrong at once, in every kind of file", "`tests/bad_input`", "bad_input"),
    ("the five sites and all that is shipped", "`tests/shipped`", "shipped"),
    ("databases that each release has kept", "`tests/releases`", "releases"),
    ("failing calls, kills, words at rest, spoiled files", "`tests/faults`", "faults"),
    ("hostile files, handed in", "`tests/uploads`", "uploads"),
    ("the page of attacks", "`tests/attacks`", "attacks"),
    ("random walks of many people", "`tests/walk`", "walk"),
    ("bugs that are planted", "`tests/plants`", "plants"),
    ("small changes that are to be found out", "`tests/mutants`", "mutants"),
    ("rules of the house: layers, places, names", "`tests/architecture`", "architecture"),
)
_NAMED = {folder for _what, _where, folder in KINDS if folder}
_TEXT = """# Testing

Written by `python -m tests.counting`; not edited by hand. Counted on {day} at {code}.

`./run test` runs everything below on SQLite and, where a database is asked, on PostgreSQL too; it starts a server of its own. Warnings are errors.
What takes minutes or hours runs by a command of its own and enters its result in a page.

## Counted

| what | where | test functions | tests run |
|---|---|---:|---:|
{kinds}| **all** | | **{functions:,}** | **{items:,}** |

- Lines of code that are not blank: {program:,} of the program, {tests:,} of its tests: {ratio:.2f} lines of test to each line of program.
- {given} tests draw their input at random (hypothesis); two of these are state machines in which several people act against each other.
- {peers} public failures of other programs are cited on [docs/peers.md](docs/peers.md), each with its test.
- Databases of {releases} releases are opened, upgraded, proved and worked on.

## What runs longer

| what | command | so far |
|---|---|---|
| people of a town do whatever comes to mind, looked at after each act | `./run walk` | {walk} |
| one call after another fails in every act | `./run faults acts` | {acts} |
| servers, workers and their children killed under load | `./run faults kills` | {kills} |
| sixteen clients on one case, round after round | `./run faults rounds` | {rounds} |
| connections cut, the database restarted under load | `./run faults cuts` | {cuts} |
| disk full, and room again | `./run faults disk` | {disk} |
| the clock set back a day, a month's outage | `./run faults clock` | {clock} |
| definition files spoiled at random | `./run faults yaml` | {yaml} |
| every operation of the API, as every role, with made-up requests | `./run fuzz` | [docs/fuzz.md](docs/fuzz.md) |
| three hundred hostile files handed in; what the time of a refusal tells | `./run attacks` | [docs/attacks.md](docs/attacks.md) |
| a flood of applications, and how long the staff wait meanwhile | `./run fuzz --flood` | [docs/flood.md](docs/flood.md) |
| bugs planted one at a time, each to be caught by tests | `./run plants` | {plants} |
| small changes in pure modules, each to be found out by fast tests | `./run mutants` | {mutants} |
| speed, beside baselines in the same run | `./run bench` | [benchmarks/RESULTS.md](benchmarks/RESULTS.md) |

## Figures

What `./run bench` came to when it was run last; all rows of a figure, from the worst to the best, stand in
[benchmarks/RESULTS.md](benchmarks/RESULTS.md). The verdict is that of the worst. What is not measured anew stands there as it came out of an earlier commit.

| figure | what | mark | aim | came out | verdict | day | commit |
|---|---|---|---|---|---|---|---|
{figures}
## How a test is written here

Tests mirror the path of what they test. They ask for the state *and* for the trail, by equality where they can. What they fear is said in their name. A new test is seen to
fail once: the code is broken on purpose. Nothing is mocked: a clock that can be set, a town that is founded once and copied, real servers on loopback,
real PDF readers (pdfsig) as a second judge.

## What is not tested

- Compose, nginx and Caddy of `deploy/`: the same arrangement is rehearsed as plain processes.
- Other browsers than Chromium; a tablet's own voice; printers and ID-card readers (a reader is a keyboard here).
- Mail over TLS against a real server; the providers of SMS behind the webhook channel.
- PostgreSQL on a disk that loses power: the tests' server does not wait for its disk.
"""


def main() -> None:
    functions = Counter(_folder(path) for path, _node in _functions())
    items = Counter(_folder(ROOT / line.partition("::")[0]) for line in _collected())
    rows = ""
    for what, where, folder in KINDS:
        names = [name for name in functions if (name == folder if folder else name not in _NAMED)]
        counted = sum(functions[name] for name in names), sum(items[name] for name in names)
        rows += f"| {what} | {where} | {counted[0]:,} | {counted[1]:,} |\n"
    program = _lines("mediation")
    tests = _lines("tests")
    PAGE.write_text(
        _TEXT.format(
            day=local_day(SystemClock().now()),
            code=_code(),
            kinds=rows,
            functions=sum(functions.values()),
            items=sum(items.values()),
            program=program,
            tests=tests,
            ratio=tests / program,
            given=sum(_is_given(node) for _path, node in _functions()),
            peers=len(_peers()),
            releases=len(list((ROOT / "tests" / "releases").glob("*/about.json"))),
            figures=figures_told(),
            **_long_runs(),
        ),
        encoding="utf-8",
    )
    sys.stdout.write(f"{PAGE.name}: {sum(functions.values()):,} functions, {sum(items.values()):,} tests\n")


def _functions() -> Iterator[tuple[Path, ast.FunctionDef]]:
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield path, node


def _is_given(node: ast.FunctionDef) -> bool:
    return any(isinstance(one, ast.Call) and ast.unparse(one.func) == "given" for one in node.decorator_list)


def _collected() -> list[str]:
    """The tests that a run has, by pytest itself."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [line for line in told.splitlines() if "::" in line]


def _folder(path: Path) -> str:
    parts = path.relative_to(ROOT / "tests").parts
    return parts[0] if len(parts) > 1 else ""


def _lines(folder: str) -> int:
    files = (ROOT / folder).rglob("*.py")
    return sum(bool(line.strip()) for path in files for line in path.read_text("utf-8").splitlines())


def _peers() -> set[str]:
    """`owner/name#number` of every failure on the page that names a test."""
    found = set()
    for line in (ROOT / "docs" / "peers.md").read_text("utf-8").splitlines():
        cells = line.split("|")
        if len(cells) < 4 or "::" not in cells[2]:
            continue
        for name, first, more in re.findall(r"([\w.-]+/[\w.-]+)(#\d+)((?:, #\d+)*)", cells[1]):
            found |= {f"{name}{number}" for number in (first, *re.findall(r"#\d+", more))}
    return found


def figures_told(kept: Path = KEPT) -> str:
    """A line of the table for each figure, then for those that were missed their reason and what was tried."""
    came = measured(kept)
    lines = []
    for key, figure in FIGURES.items():
        one = came.get(key)
        last = [one.came, one.verdict, one.day, one.commit] if one else ["not measured anew", "", "", ""]
        cells = [key, figure.what, figure.bound(figure.mark), figure.bound(figure.aim), *last]
        lines.append(f"| {' | '.join(cells)} |\n")
    reasons = [f"- {one}\n" for one in why_missed(missed_in(came))]
    return "".join([*lines, *(["\n"] if reasons else []), *reasons])


def _long_runs() -> dict[str, str]:
    walk = (ROOT / "docs" / "walk.md").read_text("utf-8").strip().splitlines()[-1]
    faults = rows_of((ROOT / "docs" / "faults.md").read_text("utf-8"))
    mutants = (ROOT / "docs" / "mutants.md").read_text("utf-8")
    together = re.search(r"^Together: (.*)\.$", mutants, re.MULTILINE)
    plants = rows_on((ROOT / "docs" / "plants.md").read_text("utf-8")).values()
    caught = sum("**nothing**" not in row for row in plants)
    return {
        "plants": f"{caught} of {len(plants)} caught: [docs/plants.md](docs/plants.md)",
        "mutants": f"{together[1] if together else 'not run yet'}: [docs/mutants.md](docs/mutants.md)",
        "walk": f"{walk.removeprefix('Altogether ')} [docs/walk.md](docs/walk.md)",
        "acts": _summed(faults["acts"], 6, "calls failed"),
        "kills": _summed(faults["kills"], 8, "acts acknowledged"),
        "rounds": _summed(faults["rounds"], 5, "rounds"),
        "cuts": _summed(faults["cuts"], 10, "acts acknowledged"),
        "disk": _summed(faults["disk"], 4, "times filled"),
        "clock": _summed(faults["clock"], 7, "deadlines"),
        "yaml": _summed(faults["yaml"], 3, "files"),
    }


def _summed(lines: list[str], column: int, unit: str) -> str:
    """What the rows of a table of docs/faults.md come to: of a column, and of the findings, the last but one."""
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]
    if not rows:
        return "not run yet"
    total = sum(_number(row[column]) for row in rows)
    found = sum(_number(row[-2]) for row in rows)
    return f"{total:,} {unit} in {len(rows)} runs, {found:,} findings: [docs/faults.md](docs/faults.md)"


def _number(text: str) -> int:
    return int(text.replace(",", ""))


def _code() -> str:
    told = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return told.stdout.strip()


if __name__ == "__main__":
    main()
