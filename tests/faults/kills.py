"""Clients at work while servers, workers and the processes that make papers are killed with -9, one after another."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from tests.faults import check_log
from tests.jobs.conftest import Hosts, Running, wait_until
from tests.jobs.test_arrangement import REGISTER, WAY

ROOT = Path(__file__).parents[2]
_QUIET = 120.0
_PATIENCE = 30.0


@dataclass
class Killed:
    """What a run came to."""

    kills: Counter[str] = field(default_factory=Counter)
    asked: int = 0
    acknowledged: int = 0
    unanswered: int = 0
    cases: int = 0
    found: list[str] = field(default_factory=list)


def kill_under_load(
    hosts: Hosts, port: int, folder: Path, *, kills: int, clients: int, seed: int, worker: bool = False
) -> Killed:
    """Kill so many times, start anew, let the clients finish, and hold what they were told against the database.

    On one machine a kill takes the server or one of its children; with `worker` there is a worker process beside it.
    """
    chance, done = Random(seed), Killed()  # noqa: S311 — no secret
    begin = {"serve": lambda: hosts.serve("serve", port)}
    if worker:
        begin["worker"] = lambda: hosts.worker("worker")
    running = {name: start() for name, start in begin.items()}
    with _clients(hosts, port, folder, clients, seed) as at_work:
        for _kill in range(kills):
            _wait_for_answers(folder, chance.randint(2, 30))
            if at_work.poll() is not None:
                done.found.append(f"the clients ended with {at_work.returncode}")
                break
            name = chance.choice(sorted(running))
            child = _child(running[name], chance)
            if child is not None and chance.random() < 0.4:
                with suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
                done.kills[f"child of {name}"] += 1
                continue
            running[name].kill()
            done.kills[name] += 1
            running[name] = begin[name]()
    if at_work.returncode != 0:
        done.found.append(f"the clients ended with {at_work.returncode}")
    town = hosts.town
    waiting = "SELECT count(*) FROM outbox WHERE handed_on_at IS NULL"
    with suppress(AssertionError):
        wait_until(lambda: town.rows(waiting) == [(0,)], _QUIET)
    left = town.rows(waiting)[0][0]
    done.found += [f"{left} rows of the outbox are left"] if left else []
    for one in running.values():
        one.stop()
    done.found += [str(problem) for problem in town.instance.verify_trail().problems]
    _count(done, folder, town.instance.settings.database_url)
    return done


def _wait_for_answers(folder: Path, most: int) -> None:
    """Let the clients get somewhere, wherever they are then."""
    before, until = _answers(folder), time.monotonic() + _PATIENCE
    while _answers(folder) < before + most and time.monotonic() < until:
        time.sleep(0.02)


def _answers(folder: Path) -> int:
    return sum(path.read_bytes().count(b'"heard"') for path in folder.glob("*.jsonl"))


def _count(done: Killed, folder: Path, url: str) -> None:
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
    done.cases = len({line["case"] for line in lines if line.get("event_hash")})


@contextmanager
def _clients(
    hosts: Hosts, port: int, folder: Path, clients: int, seed: int
) -> Iterator["subprocess.Popen[bytes]"]:
    """The clients, at work until the block ends and they have finished what they asked."""
    folder.mkdir(parents=True)
    instance = hosts.town.instance
    plan: dict[str, Any] = {
        "port": port,
        "folder": str(folder),
        "stop": str(folder / "stop"),
        "clients": clients,
        "seed": seed,
        "tokens": {
            who: instance.issue_token(who, "故障", 30) for who in {"jiawin", *(one[0] for one in WAY)}
        },
        "register": REGISTER,
        "registrar": "jiawin",
        "way": WAY,
    }
    told = folder / "plan.json"
    told.write_text(json.dumps(plan), encoding="utf-8")
    at_work = subprocess.Popen([sys.executable, "-m", "tests.faults.clients", str(told)], cwd=ROOT)
    try:
        yield at_work
    finally:
        (folder / "stop").touch()
        try:
            at_work.wait(timeout=300)
        except subprocess.TimeoutExpired:
            at_work.kill()
            at_work.wait()


def _child(running: Running, chance: Random) -> int | None:
    """One of the processes that a process has started; nothing if it has none at the moment."""
    pid = running.process.pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8").split()
    except OSError:
        return None
    return int(chance.choice(children)) if children else None
