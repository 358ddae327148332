"""Clients at work while servers, workers and the processes that make papers are killed with -9, one after another."""

import resource
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import cycle, islice
from os import kill
from pathlib import Path
from random import Random
from signal import SIGKILL

from tests.faults.load import DONE, Answers, Judged, at_work, settle
from tests.jobs.conftest import Hosts, Running
from tests.jobs.nursery import Nursery

PRESS = "press at work"
_NO_LIMIT = resource.RLIM_INFINITY
_PATIENCE = 60.0
_LOOK = 0.002


@dataclass
class Killed(Judged):
    """What a run came to, and who was killed how often."""

    kills: Counter[str] = field(default_factory=Counter)


def kill_under_load(
    hosts: Hosts,
    port: int,
    folder: Path,
    *,
    kills: int,
    clients: int,
    seed: int,
    worker: bool = False,
    presses: int = 0,
) -> Killed:
    """Kill so many times, start anew, let the clients finish, and hold what they were told against the database.

    Killed are the server, with `worker` by turns it and a worker process beside it; besides them, `presses` times, a process
    that makes papers, while it makes one. The order is by chance. A press that never was at work when its turn had come
    is left alone, and a server or worker killed in its place.
    """
    chance, done = Random(seed), Killed()  # noqa: S311 — no secret
    with Nursery() as nursery:
        hosts.nursery = nursery
        begin = {"serve": lambda: hosts.serve("serve", port)}
        if worker:
            begin["worker"] = lambda: hosts.worker("worker")
        turns = [*islice(cycle(begin), kills), *[PRESS] * presses]
        chance.shuffle(turns)
        running = {name: start() for name, start in begin.items()}
        try:
            with at_work(hosts.town, port, folder, clients, seed) as clients_at_work:
                answers = Answers(folder, DONE)
                for turn in turns:
                    answers.wait_for(chance.randint(1, 4))
                    if clients_at_work.poll() is not None:
                        break
                    if turn == PRESS and _kill_press(list(running.values())):
                        done.kills[PRESS] += 1
                        continue
                    name = turn if turn in begin else chance.choice(sorted(begin))
                    running[name].kill()
                    done.kills[name] += 1
                    running[name] = begin[name]()
            if clients_at_work.returncode != 0:
                done.found.append(f"the clients ended with {clients_at_work.returncode}")
            settle(done, hosts.town, folder, list(running.values()))
        finally:
            for one in hosts.running:
                one.end()
    return done


def _kill_press(running: Sequence[Running]) -> bool:
    """Wait for a press that is making a paper, and kill it there; whether there was one."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        for press in (press for one in running for press in _presses(one.process.pid)):
            if _at_work(press):
                with suppress(ProcessLookupError):
                    kill(press, SIGKILL)
                    return True
        time.sleep(_LOOK)
    return False


def _presses(pid: int) -> list[int]:
    """The processes that a process has started, in whichever of its threads, to make papers."""
    found: list[str] = []
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            found += children.read_text("utf-8").split()
    return [int(child) for child in found if b"spawn_main" in _command(child)]


def _command(pid: str) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def _at_work(press: int) -> bool:
    """Whether it has been given work, which limits its seconds, and computes, and does not wait for more."""
    try:
        state = Path(f"/proc/{press}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
        return state == "R" and resource.prlimit(press, resource.RLIMIT_CPU)[0] != _NO_LIMIT
    except OSError:
        return False
