"""Clients at work in a process of their own, and what a run came to when they have ended: judged by the other program."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults import check_log
from tests.faults.clients import Log, Request
from tests.jobs.conftest import Running, wait_until
from tests.jobs.test_arrangement import REGISTER, WAY
from tests.town import Town

ROOT = Path(__file__).parents[2]
_QUIET = 720.0
"""What a job has left undone, comes again after ten minutes."""
_PATIENCE = 30.0


@dataclass
class Judged:
    """What a run came to."""

    asked: int = 0
    acknowledged: int = 0
    refused: int = 0
    unanswered: int = 0
    cases: int = 0
    found: list[str] = field(default_factory=list)


@contextmanager
def at_work(
    town: Town, port: int, folder: Path, clients: int, seed: int
) -> Iterator["subprocess.Popen[bytes]"]:
    """Clients that take disputes to their end, until the block ends and they have finished what they asked."""
    plan: dict[str, Any] = {
        "port": port,
        "folder": str(folder),
        "stop": str(folder / "stop"),
        "clients": clients,
        "seed": seed,
        "tokens": tokens(town, {"jiawin", *(one[0] for one in WAY)}),
        "register": REGISTER,
        "registrar": "jiawin",
        "way": WAY,
    }
    with program("tests.faults.clients", plan, folder) as running:
        yield running


@contextmanager
def program(module: str, plan: dict[str, Any], folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A program of clients with its plan; it is told to stop when the block ends, and waited for."""
    folder.mkdir(parents=True, exist_ok=True)
    told = folder / "plan.json"
    told.write_text(json.dumps(plan), encoding="utf-8")
    running = subprocess.Popen([sys.executable, "-m", module, str(told)], cwd=ROOT)
    try:
        yield running
    finally:
        (folder / "stop").touch()
        try:
            running.wait(timeout=300)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def tokens(town: Town, people: set[str]) -> dict[str, str]:
    """Who → a token of theirs."""
    return {who: town.instance.issue_token(who, "故障", 90) for who in sorted(people)}


def settle(done: Judged, town: Town, folder: Path, running: Sequence[Running]) -> None:
    """Nothing may be left to do; then everything ends, the trail is verified, and the logs are held against the database."""
    waiting = "SELECT count(*) FROM outbox WHERE handed_on_at IS NULL"
    with suppress(AssertionError):
        wait_until(lambda: town.rows(waiting) == [(0,)], _QUIET)
    left = town.rows(waiting)[0][0]
    done.found += [f"{left} rows of the outbox are left"] if left else []
    for one in running:
        one.stop()
    done.found += [str(problem) for problem in town.instance.verify_trail().problems]
    _count(done, folder, town.instance.settings.database_url)


def given(town: Town, folder: Path, to: str) -> str:
    """A case that was there before the clients, brought to a state; the logs tell that it was asked for, and what it had then."""
    folder.mkdir(parents=True, exist_ok=True)
    log = Log(folder / "given.jsonl")
    log.asked(Request("", "/cases", {}, "given"))
    ref = town.bring(to)
    log.note("given", case=ref, event_number=len(town.acts(ref)))
    log.close()
    return ref


ANSWERED, DONE = b'"what": "heard"', b'"event_hash": "'
"""By what a client's log shows an answer, and one that something was done."""


class Answers:
    """How many answers the clients have had, told from what their logs have grown by. `mark`: which answers count."""

    def __init__(self, folder: Path, mark: bytes = ANSWERED) -> None:
        self._folder, self._mark, self._count = folder, mark, 0
        self._read: dict[Path, int] = {}

    def wait_for(self, more: int) -> None:
        """Let the clients get so many answers more, or as many as they get in half a minute."""
        wanted, until = self._now() + more, time.monotonic() + _PATIENCE
        while self._now() < wanted and time.monotonic() < until:
            time.sleep(0.02)

    def _now(self) -> int:
        for path in self._folder.glob("client-*.jsonl"):
            with path.open("rb") as log:
                log.seek(self._read.get(path, 0))
                lines = log.read().rpartition(b"\n")[0]
            self._count += lines.count(self._mark)
            self._read[path] = self._read.get(path, 0) + len(lines)
        return self._count


def _count(done: Judged, folder: Path, url: str) -> None:
    """The other program's verdict, and how much there was to judge."""
    database = url.removeprefix("sqlite:///")
    command = [sys.executable, str(Path(check_log.__file__)), str(folder), database]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    done.found += checked.stdout.splitlines()
    if checked.returncode not in (0, 1) or checked.stderr:
        done.found.append(f"the checker ended with {checked.returncode}: {checked.stderr[-300:]}")
    lines = check_log.read_logs(folder)
    done.asked = sum(line["what"] == "asked" for line in lines)
    done.unanswered = sum(line["what"] == "gone" for line in lines)
    done.acknowledged = len({line["key"] for line in lines if line.get("event_hash")})
    done.refused = len({line["key"] for line in lines if line.get("status") == 409})
    done.cases = len({line["case"] for line in lines if line.get("event_hash")})
