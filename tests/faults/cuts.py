"""Clients at work through a proxy that cuts their connections, while the database is stopped at once and started again."""

import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.load import Answers, Judged, at_work, settle
from tests.faults.proxy import AFTER, CuttingProxy
from tests.faults.restarting import Restarter
from tests.jobs.conftest import Hosts, Running

_BETWEEN = 10
_LAST = 5.0
"""Within so many seconds a worker has found out that its database was restarted."""


@dataclass
class Cut(Judged):
    """What a run came to: how often what was cut, how often the database was restarted."""

    cuts: Counter[str] = field(default_factory=Counter)
    restarts: int = 0


def cut_under_load(
    hosts: Hosts,
    port: int,
    folder: Path,
    *,
    cuts: int,
    clients: int,
    seed: int,
    share: int = 8,
    restarter: Restarter | None = None,
    restarts: int = 0,
) -> Cut:
    """Until so many answers were cut off after the commit of their act; restarts of the database are spread over that time."""
    done = Cut()
    running = {"serve": hosts.serve("serve", port)}
    if restarter is not None:
        running["worker"] = hosts.worker("worker")
    with (
        CuttingProxy(port, seed, share) as proxy,
        at_work(hosts.town, proxy.port, folder, clients, seed) as clients_at_work,
    ):
        answers = Answers(folder)
        while proxy.cuts[AFTER] < cuts or done.restarts < restarts:
            answers.wait_for(_BETWEEN)
            if clients_at_work.poll() is not None:
                break
            if restarter is not None and done.restarts < restarts * min(1, proxy.cuts[AFTER] / max(cuts, 1)):
                restarter.restart()
                done.restarts += 1
            if restarter is not None:
                _begin_anew(hosts, running, port)
    if clients_at_work.returncode != 0:
        done.found.append(f"the clients ended with {clients_at_work.returncode}")
    if restarter is not None:
        hosts.town.instance.database.close()  # its connections began before the last restart
        time.sleep(_LAST)
        _begin_anew(hosts, running, port)
    done.cuts = proxy.cuts
    settle(done, hosts.town, folder, list(running.values()))
    return done


def _begin_anew(hosts: Hosts, running: dict[str, Running], port: int) -> None:
    """A worker that has lost its database ends; whoever runs it starts it again. A server goes on."""
    if running["worker"].process.poll() is not None:
        running["worker"] = hosts.worker("worker")
    if running["serve"].process.poll() is not None:
        running["serve"] = hosts.serve("serve", port)
