"""One module's mutants, by mutmut, in a copy of the tree of their own."""

import difflib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.postgresql import folder_in_memory

ROOT = Path(__file__).parents[2]
_COPIED = ("docs", "examples", "templates", "workflows")
_KILLED = {1, 3}
_TIMEOUT = {-24, 24, 36, 152, 255}
_UNTESTED = {5, 33}
_ASKED = """
[tool.mutmut]
source_paths = ["mediation"]
only_mutate = ["mediation/{module}.py"]
also_copy = {copied}
# caches that are emptied between two runs leave fonts to be closed by the collector
pytest_add_cli_args = ["-p", "no:cacheprovider", "-p", "_hypothesis_pytestplugin", "-p", "tests.mutants.quick", "-W", "ignore::ResourceWarning", "-W", "ignore::pytest.PytestUnraisableExceptionWarning", "-k", "not postgresql"]
pytest_add_cli_args_test_selection = {tests}
timeout_constant = 4.0
timeout_multiplier = 5.0
track_dependencies = false
use_git_change_detection = false
"""


@dataclass(frozen=True)
class Survivor:
    """A change that no test minded. `lines`: what was taken out and put in, as a diff has it."""

    function: str
    lines: tuple[str, ...]
    tested: bool


@dataclass(frozen=True)
class Result:
    """What became of a module's mutants."""

    module: str
    mutants: int
    killed: int
    timeouts: int
    survivors: tuple[Survivor, ...]
    seconds: float
    kept: int = 0
    """Those that were not asked again: they were found out the last time."""

    @property
    def score(self) -> float:
        """The part that was found out, from 0 to 1."""
        return self.found_out / self.mutants if self.mutants else 1.0

    @property
    def found_out(self) -> int:
        """How many are known not to pass for the program."""
        return self.killed + self.timeouts + self.kept


class Unfinished(Exception):
    """mutmut gave up; what it said last."""


def mutate(module: str, tests: Sequence[str], children: int, functions: Sequence[str] = ()) -> Result:
    """Run the tests over every mutant of the module: `workflow/engine`, `test files under tests/`.

    `functions`: of these only, all if there are none. Raises Unfinished.
    """
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mutants-", dir=folder_in_memory()) as name:
        folder = Path(name)
        _lay_out(folder, module, tests)
        done = subprocess.run(
            [
                Path(sys.executable).with_name("mutmut"),
                "run",
                "--max-children",
                str(children),
                *(keys_of(module, name) for name in functions),
            ],
            cwd=folder,
            env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_DEBUG_TEMPROOT": name},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Unfinished(done.stdout[-3000:] + done.stderr[-1000:])
        return _read(
            folder / "mutants" / "mediation" / f"{module}.py",
            module,
            time.monotonic() - began,
            part=bool(functions),
        )


def code_now() -> str:
    """The last commit that changed the program; those that only change tests and pages do not count."""
    git = shutil.which("git") or "git"
    command = [git, "log", "-1", "--format=%h", "--", "mediation", "templates", "workflows"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return told.stdout.strip()


def function_of(key: str) -> str:
    """`x_read__mutmut_3` → `read`, `xǁBookǁread__mutmut_3` → `Book.read`."""
    name = key.rpartition(".")[2].rpartition("__mutmut_")[0]
    return name.removeprefix("xǁ").replace("ǁ", ".") if name.startswith("xǁ") else name.removeprefix("x_")


def keys_of(module: str, function: str) -> str:
    """The pattern of the keys of a function's mutants: what function_of undoes."""
    owner, _dot, name = function.rpartition(".")
    place = f"xǁ{owner}ǁ{name}" if owner else f"x_{name}"
    return f"mediation.{module.replace('/', '.')}.{place}__mutmut_*"


def changed(lines: Sequence[str], spans: dict[str, tuple[int, int]], name: str) -> tuple[str, ...]:
    texts = [
        [re.sub(r"__mutmut_(orig|\d+)\(", "(", line).strip() for line in lines[first - 1 : last]]
        for first, last in (spans[name.rpartition("__mutmut_")[0] + "__mutmut_orig"], spans[name])
    ]
    diff = difflib.unified_diff(*texts, lineterm="", n=0)
    return tuple(line for line in diff if line[0] in "+-" and line[:3] not in ("+++", "---"))


def _lay_out(folder: Path, module: str, tests: Sequence[str]) -> None:
    for one in (*_COPIED, "mediation", "tests"):
        (folder / one).symlink_to(ROOT / one)
    asked = _ASKED.format(
        module=module,
        copied=json.dumps(list(_COPIED)),
        tests=json.dumps([f"tests/{one}" for one in tests]),
    )
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    (folder / "pyproject.toml").write_text(text + asked, encoding="utf-8")


def _read(mutated: Path, module: str, seconds: float, *, part: bool) -> Result:
    codes: dict[str, int | None] = json.loads(Path(f"{mutated}.meta").read_text("utf-8"))["exit_code_by_key"]
    decided = _KILLED | _TIMEOUT | _UNTESTED | {0} | ({None} if part else set())
    undecided = {key: code for key, code in codes.items() if code not in decided}
    if undecided:
        raise Unfinished(f"neither killed nor survived: {undecided}")
    spans: dict[str, tuple[int, int]] = json.loads(Path(f"{mutated}.spans").read_text("utf-8"))["spans"]
    lines = mutated.read_text("utf-8").splitlines()
    survivors = [
        Survivor(function_of(key), changed(lines, spans, key.rpartition(".")[2]), tested=code == 0)
        for key, code in codes.items()
        if code in _UNTESTED | {0}
    ]
    return Result(
        module=module,
        mutants=len(codes),
        killed=sum(code in _KILLED for code in codes.values()),
        timeouts=sum(code in _TIMEOUT for code in codes.values()),
        survivors=tuple(survivors),
        seconds=seconds,
        kept=sum(code is None for code in codes.values()),
    )
