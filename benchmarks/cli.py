"""Whole commands, from the shell's view, beside a bare interpreter that imports only what the command stands on."""

import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.results import Row, Section, over, short, spread
from benchmarks.scale_data import scaled

_COMMAND = Path(sys.executable).with_name("mediation")


def measure(quick: bool) -> Section:
    """The help beside `import typer`; a list of cases beside `import sqlmodel, typer`."""
    cases, times = (1_000, 4) if quick else (100_000, 11)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = _instance(folder, cases)
        listing = _mediation("--data", str(data), "--as", "r", "case", "list")
        listed = len(json.loads(_run([*listing, "--json"])))
        pairs = (
            ("`mediation --help`", _mediation("--help"), "import typer", "help"),
            (
                f"`mediation case list`, {listed} rows of {cases:,} cases",
                listing,
                "import sqlmodel, typer",
                "case list",
            ),
            (
                "the same with `--waiting`, by an opened instance",
                [*listing, "--waiting"],
                "import sqlmodel, typer",
                "",
            ),
            ("an instance opened", _python(_opened(data)), "import sqlmodel, typer", ""),
            (
                "`python -c 'import mediation.app'`",
                _python("import mediation.app"),
                "import sqlmodel, typer",
                "",
            ),
        )
        rows = [_row(what, command, imports, figure, times) for what, command, imports, figure in pairs]
    return Section(
        "cli",
        "The processor time of a whole process, from start to exit. `over baseline` is the command's time over the baseline's.",
        ("command", "ours", "baseline", "its time", "over baseline"),
        rows,
        ("typer", "sqlmodel", "sqlalchemy", "pydantic"),
        (f"{times} times each, in turn, byte code and files in memory; output thrown away.",),
    )


def _row(what: str, command: list[str], imports: str, figure: str, times: int) -> Row | list[str]:
    ours, theirs = [], []
    for _time in range(times):
        ours.append(_seconds(command))
        theirs.append(_seconds(_python(imports)))
    return _compared(what, ours, imports, theirs, figure)


def _compared(
    what: str, ours: list[float], imports: str, theirs: list[float], figure: str
) -> Row | list[str]:
    value = over(ours, theirs)
    cells = [what, spread(ours), f"`python -c '{imports}'`", spread(theirs), short(value)]
    return Row(cells, figure, value) if figure else cells


def _instance(folder: Path, cases: int) -> Path:
    """An instance with so many cases, all within sight of the county's registrar; its data folder."""
    data = folder / "data"
    with scaled(folder, f"sqlite:///{data / 'mediation.db'}", cases):
        return data


def _opened(data: Path) -> str:
    return (
        "from pathlib import Path; from mediation.settings import read_settings; from mediation.app import Instance\n"
        f"Instance.open(read_settings(Path({str(data)!r}))).close()"
    )


def _mediation(*words: str) -> list[str]:
    return [sys.executable, "-P", str(_COMMAND), *words]


def _python(imports: str) -> list[str]:
    return [sys.executable, "-P", "-c", imports]


def _seconds(command: list[str]) -> float:
    """Of processor time: what else the machine does weighs least on that."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    _run(command)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _run(command: list[str]) -> str:
    surroundings = {
        name: value
        for name, value in os.environ.items()
        if name != "DATABASE_URL" and not name.startswith("MEDIATION_")
    }
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=surroundings)
    return done.stdout
