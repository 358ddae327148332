"""How figures are shown and kept: one section of RESULTS.md for each part, with the machine it was measured on."""

import os
import platform
import re
import sqlite3
import statistics
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from mediation.clock import SystemClock

FILE = Path(__file__).with_name("RESULTS.md")
_HEAD = (
    "# Results\n\nWritten by `./run bench`; not edited by hand. Medians, with the first and third quartile in brackets. "
    "A baseline is alternated with what it stands beside, in the same run, so that a busy machine slows both.\n"
)


@dataclass(frozen=True)
class Section:
    """One part's figures. `packages`: those whose version matters to it. `notes`: what the reader must know."""

    name: str
    about: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    packages: Sequence[str] = ()
    notes: Sequence[str] = ()


def spread(seconds: Sequence[float], unit: str = "ms") -> str:
    """`median [first quartile–third quartile]` in the unit (s, ms or µs)."""
    factor = {"s": 1.0, "ms": 1e3, "µs": 1e6}[unit]
    low, middle, high = statistics.quantiles(seconds, n=4)
    return f"{_short(middle * factor)} [{_short(low * factor)}–{_short(high * factor)}] {unit}"


def ratio(these: Sequence[float], those: Sequence[float]) -> str:
    """The median of these over the median of those."""
    return f"{statistics.median(these) / statistics.median(those):.2f}"


def show(section: Section) -> None:
    """Print a section."""
    print(_text(section), flush=True)


def write(section: Section) -> None:
    """Put a section into RESULTS.md in place of its last one."""
    kept = FILE.read_text(encoding="utf-8") if FILE.exists() else ""
    sections = {
        part.splitlines()[0].strip(): f"## {part.strip()}\n"
        for part in re.split(r"^## ", kept, flags=re.MULTILINE)[1:]
    }
    sections[section.name] = _text(section)
    FILE.write_text("\n".join([_HEAD, *(sections[name] for name in sorted(sections))]), encoding="utf-8")


def _text(section: Section) -> str:
    table = [
        section.columns,
        ["---"] * len(section.columns),
        *section.rows,
    ]
    lines = ["| " + " | ".join(row) + " |" for row in table]
    notes = [f"- {note}" for note in section.notes]
    paragraphs = [
        f"## {section.name}",
        section.about,
        _machine(section.packages),
        "\n".join(lines),
        "\n".join(notes),
    ]
    return "\n\n".join(part for part in paragraphs if part) + "\n"


def _machine(packages: Sequence[str]) -> str:
    versions = [f"Python {platform.python_version()}", f"SQLite {sqlite3.sqlite_version}"]
    for package in packages:
        try:
            versions.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            versions.append(f"{package} missing")
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    today = SystemClock().now().date().isoformat()
    return (
        f"{today}, commit {_commit()}; {_processor()}, {os.cpu_count()} cores, {_system()}, load average {load} "
        f"at the end; {', '.join(versions)}."
    )


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


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
