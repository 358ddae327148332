"""`./run faults [PART ...]`: what can fail is made to fail; docs/faults.md says of each part what it does.

What came of it is entered in docs/faults.md. Exit code 1 if anything was found. Nothing of it is durable but the page:
files lie in memory where there is such a folder.
"""

import argparse
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from mediation.clock import SystemClock, local_day
from mediation.settings import Settings, embedded_settings
from tests.faults import clock, disk
from tests.faults.acts import Plan, play
from tests.faults.cuts import cut_under_load
from tests.faults.kills import kill_under_load
from tests.faults.page import PAGE, PARTS, Row, enter, taken_from
from tests.faults.proxy import AFTER, BEFORE, WITHIN
from tests.faults.restarting import Restarter
from tests.faults.rounds import go_rounds
from tests.faults.yaml_files import spoil_files
from tests.jobs.conftest import Hosts
from tests.postgresql import folder_in_memory, running_server
from tests.town import founded_town

ROOT = Path(__file__).parents[2]
STORES = ("sqlite", "postgresql")
SITES = tuple(sorted(path.parent.name for path in ROOT.glob("examples/*/disputes.yaml")))
_KILLS = {"sqlite": (200, 8), "postgresql": (20, 8)}
_ROUNDS, _CROWD = 500, 16
_CUTS, _RESTARTS = 100, 10
_FILLED = 64


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="./run faults", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="|".join(PARTS), help="all if left out")
    parser.add_argument("--site", choices=SITES, help="acts: this site only")
    parser.add_argument("--store", choices=STORES, help="this store only")
    parser.add_argument(
        "--kills",
        type=int,
        help="how many: 200 on SQLite, a third of them presses; 20 on PostgreSQL, and presses besides",
    )
    parser.add_argument("--rounds", type=int, default=_ROUNDS, help="rounds: how many")
    parser.add_argument("--cuts", type=int, default=_CUTS, help="cuts: how many after the commit")
    parser.add_argument(
        "--restarts", type=int, default=_RESTARTS, help="cuts: of the database, on PostgreSQL"
    )
    parser.add_argument("--filled", type=int, default=_FILLED, help="disk: how many times")
    parser.add_argument("--files", type=int, default=20_000, help="yaml: how many")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--page", type=Path, default=PAGE, help="enter the results there")
    parser.add_argument("--take", type=Path, help="do nothing, but enter the rows of this page")
    said = parser.parse_args(words)
    if said.take is not None:
        enter(taken_from(said.take), said.page)
        return 0
    unknown = [part for part in said.parts if part not in PARTS]
    if unknown:
        parser.error(f"unknown: {' '.join(unknown)}; there are {', '.join(PARTS)}")
    found = False
    for row in _rows(said):
        enter([row], said.page)
        sys.stdout.write("".join([" | ".join(row.cells), "\n", *(f"  {one}\n" for one in row.found)]))
        found = found or bool(row.found)
    return 1 if found else 0


def _rows(said: argparse.Namespace) -> Iterator[Row]:
    stores = (said.store,) if said.store else STORES
    parts = said.parts or PARTS
    if "yaml" in parts:
        yield yaml_row(said.files, said.seed)
    if "disk" in parts and "sqlite" in stores:
        yield from _unless(disk.why_not(), "disk", lambda: disk_row(said.filled))
    for store in stores:
        if "acts" in parts:
            for site in (said.site,) if said.site else SITES:
                yield acts_row(store, site)
        if "rounds" in parts:
            yield rounds_row(store, said.rounds, said.seed)
        if "cuts" in parts:
            yield cuts_row(store, said.cuts, said.restarts if store == "postgresql" else 0, said.seed)
        if "clock" in parts:
            yield from _unless(clock.why_not(), "clock", partial(clock_row, store))
        if "kills" in parts:
            kills, clients = _KILLS[store]
            yield kills_row(store, said.kills or kills, clients, said.seed)


def _unless(reason: str, part: str, make: Callable[[], Row]) -> Iterator[Row]:
    """The row, or word of why the part is left out here."""
    if reason:
        sys.stdout.write(f"{part}: left out, {reason}\n")
        return
    yield make()


def acts_row(store: str, site: str) -> Row:
    """One site under failing calls on one store."""
    began = time.monotonic()
    with ExitStack() as stack:
        folder = _folder(stack)
        server = stack.enter_context(running_server()) if store == "postgresql" else None

        def settings(name: str) -> Settings:
            own = embedded_settings(folder / name)
            return replace(own, database_url=server.create_database()) if server else own

        plain, _none = play(ROOT / "examples" / site, settings("plain"), None)
        tried, tries = play(ROOT / "examples" / site, settings("tried"), Plan())
    found = [*tries.found, *([] if tried == plain else ["the play comes to something else"])]
    kinds, total = tries.kinds, sum(tries.calls.values())
    files = sum(kinds[kind] for kind in ("open", "fsync", "os.rename", "os.remove", "os.mkdir"))
    commits = f"{kinds['commit']:,}, {kinds['answer of a commit']:,}"
    cells = (store, site, f"{len(tries.calls):,}", f"{total:,}", commits)
    return _row("acts", cells, (files,), found, began)


def kills_row(store: str, kills: int, clients: int, seed: int) -> Row:
    """Kills under load on one store."""
    began = time.monotonic()
    with ExitStack() as stack:
        stand = _stand(stack, store)
        worker, presses = store == "postgresql", kills // 3
        done = kill_under_load(
            stand.hosts,
            _port(),
            stand.logs,
            kills=kills if worker else kills - presses,
            presses=presses,
            clients=clients,
            seed=seed,
            worker=worker,
        )
    killed = ", ".join(f"{count} {name}" for name, count in sorted(done.kills.items()))
    counts = (done.asked, done.unanswered, done.acknowledged, done.cases)
    return _row("kills", (store, str(clients), killed), counts, done.found, began)


def rounds_row(store: str, rounds: int, seed: int) -> Row:
    """Rounds of many clients on one case."""
    began, port = time.monotonic(), _port()
    with ExitStack() as stack:
        stand = _stand(stack, store)
        server, town = stand.hosts.serve("serve", port), stand.hosts.town
        done = go_rounds(town, server, port, stand.logs, rounds=rounds, clients=_CROWD, seed=seed)
    counts = (_CROWD, rounds, done.asked, done.again, done.acknowledged, done.refused, done.versions)
    return _row("rounds", (store,), counts, done.found, began)


def cuts_row(store: str, cuts: int, restarts: int, seed: int) -> Row:
    """Connections cut; on PostgreSQL the database restarted."""
    began, clients = time.monotonic(), 8
    with ExitStack() as stack:
        stand = _stand(stack, store, durable=True)
        asked: dict[str, Any] = {"cuts": cuts, "clients": clients, "seed": seed}
        if restarts:
            asked |= {"restarter": stand.restarter, "restarts": restarts}
        done = cut_under_load(stand.hosts, _port(), stand.logs, **asked)
    cut = tuple(done.cuts[way] for way in (BEFORE, AFTER, WITHIN))
    counts = (clients, *cut, done.restarts, done.asked, done.acknowledged, done.cases)
    return _row("cuts", (store,), counts, done.found, began)


def disk_row(times: int) -> Row:
    """A disk that fills up."""
    began = time.monotonic()
    with ExitStack() as stack:
        folder = _folder(stack)
        small = stack.enter_context(disk.small_disk(folder / "disk"))
        stand = _stand(stack, "sqlite", disk=small)
        done = disk.FillingUp(stand.hosts, _port(), small, stand.logs).go(times)
    counts = (done.times, done.asked, done.short, done.got_through, done.backups)
    return _row("disk", ("sqlite",), counts, done.found, began)


def clock_row(store: str) -> Row:
    """A clock that is put back and forward."""
    began = time.monotonic()
    with ExitStack() as stack:
        stand = _stand(stack, store)
        done = clock.Shifting(stand.hosts, _port(), stand.logs).go()
    counts = (done.cases, done.acknowledged, done.back, done.run_out, done.in_outage)
    return _row("clock", (store,), counts, done.found, began)


def yaml_row(files: int, seed: int) -> Row:
    """Spoiled definitions."""
    began = time.monotonic()
    done = spoil_files(files, seed)
    return _row("yaml", (), (done.files, done.accepted, done.refused), done.found, began)


def _row(
    part: str, words: tuple[str, ...], counts: tuple[int, ...], found: Sequence[str], began: float
) -> Row:
    """Day, code, machine; words; counts; how much was found, and how long it took."""
    numbers = (*counts, len(found), round(time.monotonic() - began))
    return Row(part, (*_where(), *words, *(f"{number:,}" for number in numbers)), tuple(found))


@dataclass(frozen=True)
class Stand:
    """A founded town whose processes end with the run; where the clients' logs go; who restarts the database, if it is PostgreSQL."""

    hosts: Hosts
    logs: Path
    restarter: Restarter | None


def _stand(stack: ExitStack, store: str, *, durable: bool = False, disk: Path | None = None) -> Stand:
    folder = _folder(stack)
    url, server, restarter = f"sqlite:///{folder / 'data' / 'mediation.db'}", None, None
    if store == "postgresql":
        server = stack.enter_context(running_server(durable=durable))
        url = server.create_database()
        restarter = Restarter(url)
        stack.callback(restarter.end)  # before the server's own end, after the town's
    founded = stack.enter_context(founded_town(folder, url, server))
    town = stack.enter_context(founded.copied(disk or folder / "town"))
    hosts = Hosts(town, folder / "hosts")
    stack.callback(lambda: [one.end() for one in hosts.running])
    return Stand(hosts, folder / "logs", restarter)


def _folder(stack: ExitStack) -> Path:
    return Path(stack.enter_context(tempfile.TemporaryDirectory(dir=folder_in_memory())))


def _port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def _where() -> tuple[str, str, str]:
    git = shutil.which("git") or "git"
    told = subprocess.run(
        [git, "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    machine = f"{platform.machine()}, Python {platform.python_version()}"
    return str(local_day(SystemClock().now())), told.stdout.strip(), machine


if __name__ == "__main__":
    sys.exit(main())
