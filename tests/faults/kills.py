"""Clients at work while servers, workers and the processes that make papers are killed with -9, one after another."""

import os
import signal
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.faults.load import Judged, at_work, settle, wait_for_answers
from tests.jobs.conftest import Hosts, Running


@dataclass
class Killed(Judged):
    """What a run came to, and who was killed how often."""

    kills: Counter[str] = field(default_factory=Counter)


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
    with at_work(hosts.town, port, folder, clients, seed) as clients_at_work:
        for _kill in range(kills):
            wait_for_answers(folder, chance.randint(2, 30))
            if clients_at_work.poll() is not None:
                done.found.append(f"the clients ended with {clients_at_work.returncode}")
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
    if clients_at_work.returncode != 0:
        done.found.append(f"the clients ended with {clients_at_work.returncode}")
    settle(done, hosts.town, folder, list(running.values()))
    return done


def _child(running: Running, chance: Random) -> int | None:
    """One of the processes that a process has started; nothing if it has none at the moment."""
    pid = running.process.pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8").split()
    except OSError:
        return None
    return int(chance.choice(children)) if children else None
