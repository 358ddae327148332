"""Bugs planted in a copy of the tree, and the tests run against it there."""

import itertools
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.plants.plants import Edit, Plant

ROOT = Path(__file__).parents[2]
_COPIED = ("benchmarks", "docs", "examples", "mediation", "templates", "tests", "workflows")
_FAILED = re.compile(r"^FAILED (tests/[^\[\n ]+(?:\[.*?\])?)(?: - .*)?$", re.MULTILINE)
_COUNTED = re.compile(r"(\d+) (passed|failed|error)")


@dataclass(frozen=True)
class Outcome:
    """What the tests said: how many ran, and the names of those that failed."""

    ran: int
    failed: tuple[str, ...]
    errors: int
    seconds: float


class Copy:
    """A copy of the tree, in which tests run as they do here."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "copy"
        self._written = itertools.count(int(time.time()))
        left_out = shutil.ignore_patterns("__pycache__", ".hypothesis")
        for name in _COPIED:
            shutil.copytree(ROOT / name, self._folder / name, ignore=left_out)
        for path in ROOT.iterdir():
            if path.is_file() and not path.name.startswith("."):
                shutil.copy(path, self._folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if sys.pycache_prefix:
            shutil.rmtree(f"{sys.pycache_prefix}{self._folder}", ignore_errors=True)

    @contextmanager
    def planted(self, plant: Plant) -> Iterator[None]:
        """The bug is in the copy until the block ends."""
        before = {edit.path: (self._folder / edit.path).read_text("utf-8") for edit in plant.edits}
        try:
            for path, text in planted_texts(plant, before).items():
                self._write(path, text)
            yield
        finally:
            for path, text in before.items():
                self._write(path, text)

    def tested(self, plant: Plant, *words: str) -> Outcome:
        """Run the tests that are meant to catch a bug, with more words for pytest."""
        began = time.monotonic()
        command = [sys.executable, "-m", "pytest", "-q", "-rf", "-p", "no:cacheprovider", "-p", "no:xdist"]
        done = subprocess.run(
            [*command, *plant.words, *words, *(f"tests/{one}" for one in plant.tests)],
            cwd=self._folder,
            env={
                **{name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"},
                "PYTHONPATH": str(self._folder),
                "COLUMNS": "1000",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode not in {0, 1}:
            raise RuntimeError(done.stdout[-3000:] + done.stderr[-3000:])
        counts = dict.fromkeys(("passed", "failed", "error"), 0)
        last = done.stdout.rstrip().rpartition("\n")[2]
        counts |= {kind: int(count) for count, kind in _COUNTED.findall(last)}
        ran = counts["passed"] + counts["failed"]
        return Outcome(ran, tuple(_FAILED.findall(done.stdout)), counts["error"], time.monotonic() - began)

    def _write(self, path: str, text: str) -> None:
        """Each writing in a second of its own: bytecode is told from older one by seconds and length."""
        (self._folder / path).write_text(text, encoding="utf-8")
        second = next(self._written)
        os.utime(self._folder / path, (second, second))


def planted_texts(plant: Plant, before: dict[str, str]) -> dict[str, str]:
    """The files of a plant with the bug in them. ValueError if a text to be exchanged does not stand there once."""
    after = dict(before)
    for edit in plant.edits:
        after[edit.path] = _exchanged(after[edit.path], edit)
    return after


def _exchanged(text: str, edit: Edit) -> str:
    if text.count(edit.old) != 1:
        raise ValueError(f"{edit.path} does not hold this once: {edit.old}")
    return text.replace(edit.old, edit.new)
