"""How figures are shown and kept: one section of RESULTS.md for each part, with the machine it was measured on.

A row that is one of the figures which the program is held to ends with its mark, its aim and its verdict, and below the table
stands why a missed one is missed.
"""

import os
import platform
import re
import sqlite3
import statistics
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.figures import FIGURES, KEPT, MARK, MISSED, Came, keep, short, why_missed
from mediation.clock import SystemClock

FILE = Path(__file__).with_name("RESULTS.md")
_HEAD = (
    "# Results\n\nWritten by `./run bench`; not edited by hand. Medians, with the first and third quartile in brackets. "
    "A baseline is alternated with what it stands beside, in the same run, so that a busy machine slows both.\n"
)
_SECTIONS: Mapping[str, str] = {
    "cli": "cli",
    "clocks": "clocks",
    "documents": "documents",
    "engine": "engine",
    "engine: a customer's dispute": "engine",
    "engine: beside others": "engine",
    "scale": "scale",
    "web": "web",
    "web pages": "web",
    "year": "year",
}
"""Every section that there should be, and the part of `./run bench` that writes it."""
_JUDGED = ("figure", "mark", "aim", "verdict")


@dataclass(frozen=True)
class Row:
    """A row that is one of the figures: which, its value, and what it is of.

    `spared`: so little in itself that it meets the mark whatever the ratio.
    """

    cells: Sequence[str]
    figure: str
    value: float
    what: str = ""
    spared: bool = False

    @property
    def came(self) -> Came:
        verdict = FIGURES[self.figure].verdict(self.value)
        if self.spared and verdict == MISSED:
            verdict = MARK
        return Came(self.figure, self.what or self.cells[0], self.value, verdict)

    @property
    def judged(self) -> tuple[str, str, str, str]:
        figure = FIGURES[self.figure]
        return self.figure, figure.bound(figure.mark), figure.bound(figure.aim), self.came.verdict


@dataclass(frozen=True)
class Section:
    """One part's figures. `packages`: those whose version matters to it. `notes`: what the reader must know."""

    name: str
    about: str
    columns: Sequence[str]
    rows: Sequence[Row | Sequence[str]]
    packages: Sequence[str] = ()
    notes: Sequence[str] = ()

    @property
    def came(self) -> list[Came]:
        return [row.came for row in self.rows if isinstance(row, Row)]


def spread(seconds: Sequence[float], unit: str = "ms") -> str:
    """`median [first quartile–third quartile]` in the unit (s, ms or µs)."""
    factor = {"s": 1.0, "ms": 1e3, "µs": 1e6}[unit]
    low, middle, high = statistics.quantiles(seconds, n=4)
    return f"{short(middle * factor)} [{short(low * factor)}–{short(high * factor)}] {unit}"


def over(these: Sequence[float], those: Sequence[float]) -> float:
    """The median of these over the median of those."""
    return statistics.median(these) / statistics.median(those)


def ratio(these: Sequence[float], those: Sequence[float]) -> str:
    """The same as a cell."""
    return short(over(these, those))


def show(section: Section) -> None:
    """Print a section."""
    print(_text(section), flush=True)


def write(section: Section, file: Path = FILE, kept: Path = KEPT) -> None:
    """Put a section into RESULTS.md in place of its last one, and what came out for its figures beside it."""
    _write_page({**_sections(file), section.name: _text(section)}, file)
    keep(section.name, _today(), _commit(), section.came, kept)


def not_run(file: Path = FILE) -> dict[str, str]:
    """Sections that were never measured, with the command that does."""
    there = _sections(file)
    return {
        name: f"./run bench {part}"
        for name, part in _SECTIONS.items()
        if name not in there or there[name] == _not_run(name)
    }


def _write_page(sections: Mapping[str, str], file: Path) -> None:
    whole = {**{name: _not_run(name) for name in _SECTIONS}, **sections}
    file.write_text("\n".join([_HEAD, *(whole[name] for name in sorted(whole))]), encoding="utf-8")


def _sections(file: Path) -> dict[str, str]:
    kept = file.read_text(encoding="utf-8") if file.exists() else ""
    return {
        part.splitlines()[0].strip(): f"## {part.strip()}\n"
        for part in re.split(r"^## ", kept, flags=re.MULTILINE)[1:]
    }


def _not_run(name: str) -> str:
    return f"## {name}\n\nNot yet run: `./run bench {_SECTIONS[name]}`.\n"


def _text(section: Section) -> str:
    notes = [*section.notes, *why_missed(one.figure for one in section.came if one.verdict == MISSED)]
    paragraphs = [
        f"## {section.name}",
        section.about,
        _machine(section.packages),
        "\n".join("| " + " | ".join(row) + " |" for row in _table(section)),
        "\n".join(f"- {note}" for note in notes),
    ]
    return "\n\n".join(part for part in paragraphs if part) + "\n"


def _table(section: Section) -> list[Sequence[str]]:
    """Verdicts stand in the last columns, where a section has any."""
    more = _JUDGED if section.came else ()
    rows = [
        (*row.cells, *row.judged) if isinstance(row, Row) else (*row, *("" for _column in more))
        for row in section.rows
    ]
    columns = (*section.columns, *more)
    return [columns, ["---"] * len(columns), *rows]


def _machine(packages: Sequence[str]) -> str:
    versions = [f"Python {platform.python_version()}", f"SQLite {sqlite3.sqlite_version}"]
    for package in packages:
        try:
            versions.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            versions.append(f"{package} missing")
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    return (
        f"{_today()}, commit {_commit()}; {_processor()}, {os.cpu_count()} cores, {_system()}, load average {load} "
        f"at the end; {', '.join(versions)}."
    )


def _today() -> str:
    return SystemClock().now().date().isoformat()


def _system() -> str:
    named = platform.freedesktop_os_release().get("PRETTY_NAME", "") if platform.system() == "Linux" else ""
    return f"{named or platform.system()}, kernel {platform.release()}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    found = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(found, platform.machine())


def _commit() -> str:
    """The commit, and whether the program measured differed from it."""
    try:
        commit = _git("rev-parse", "--short", "HEAD")
        changed = _git("status", "--porcelain", "--", "mediation", "templates", "workflows")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return f"{commit} with changes not committed" if changed else commit


def _git(*words: str) -> str:
    command = ["git", "-C", str(FILE.parent.parent), *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
