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
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from mediation.clock import SystemClock, local_day
from mediation.settings import Settings, embedded_settings
from tests.faults.acts import Plan, play
from tests.faults.kills import kill_under_load
from tests.faults.page import PAGE, PARTS, Row, enter, taken_from
from tests.faults.yaml_files import spoil_files
from tests.jobs.conftest import Hosts
from tests.postgresql import folder_in_memory, running_server
from tests.town import founded_town

ROOT = Path(__file__).parents[2]
STORES = ("sqlite", "postgresql")
SITES = tuple(sorted(path.parent.name for path in ROOT.glob("examples/*/disputes.yaml")))
_KILLS = {"sqlite": (200, 8), "postgresql": (20, 8)}


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="./run faults", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="|".join(PARTS), help="all if left out")
    parser.add_argument("--site", choices=SITES, help="acts: this site only")
    parser.add_argument("--store", choices=STORES, help="this store only")
    parser.add_argument("--kills", type=int, help="how many (200 on SQLite, 20 on PostgreSQL)")
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
    for store in stores:
        if "acts" in parts:
            for site in (said.site,) if said.site else SITES:
                yield acts_row(store, site)
        if "kills" in parts:
            kills, clients = _KILLS[store]
            yield kills_row(store, said.kills or kills, clients, said.seed)


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
    cells = (
        *(store, site, f"{len(tries.calls):,}", f"{total:,}"),
        *(f"{kinds['commit']:,}, {kinds['answer of a commit']:,}", f"{files:,}", f"{len(found):,}"),
        f"{time.monotonic() - began:,.0f}",
    )
    return Row("acts", (*_where(), *cells), tuple(found))


def kills_row(store: str, kills: int, clients: int, seed: int) -> Row:
    """Kills under load on one store."""
    began = time.monotonic()
    with ExitStack() as stack:
        folder = _folder(stack)
        server = stack.enter_context(running_server()) if store == "postgresql" else None
        url = server.create_database() if server else f"sqlite:///{folder / 'data' / 'mediation.db'}"
        founded = stack.enter_context(founded_town(folder, url, server))
        with founded.copied(folder / "town") as town:
            hosts = Hosts(town, folder / "hosts")
            stack.callback(lambda: [one.end() for one in hosts.running])
            done = kill_under_load(
                hosts, _port(), folder / "logs", kills=kills, clients=clients, seed=seed, worker=bool(server)
            )
    killed = ", ".join(f"{count} {name}" for name, count in sorted(done.kills.items()))
    cells = (
        *(store, str(clients), killed, f"{done.asked:,}", f"{done.unanswered:,}", f"{done.acknowledged:,}"),
        *(f"{done.cases:,}", f"{len(done.found):,}", f"{time.monotonic() - began:,.0f}"),
    )
    return Row("kills", (*_where(), *cells), tuple(done.found))


def yaml_row(files: int, seed: int) -> Row:
    """Spoiled definitions."""
    began = time.monotonic()
    done = spoil_files(files, seed)
    cells = (f"{done.files:,}", f"{done.accepted:,}", f"{done.refused:,}", f"{len(done.found):,}")
    return Row("yaml", (*_where(), *cells, f"{time.monotonic() - began:,.0f}"), tuple(done.found))


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
