"""`./run fuzz --rounds N --seed S [--store sqlite|postgresql]`: the long form, entered in docs/fuzz.md.

First every site's story is told by the API, then one site is asked everything as everybody. Exit code 1 if anything was found.
"""

import argparse
import logging
import platform
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from time import monotonic

from mediation.clock import SystemClock, local_day
from mediation.demo.play import play_demo
from mediation.settings import Settings
from tests.contract.barrage import Tally, barrage
from tests.contract.flood import flood
from tests.contract.roles import roles_of
from tests.contract.stand import Stand, founded
from tests.contract.stories import EXAMPLES, SITES, good_words, players_over_http
from tests.postgresql import running_server
from tests.walk.__main__ import code_of

PAGE = Path(__file__).parents[2] / "docs" / "fuzz.md"
_HEAD = """# The API under made-up requests

Written by `./run fuzz --rounds N --seed S`. First the story of every site under examples/ is told by the API, each act as the post
that does it; so every verb is carried out. Then [schemathesis](https://schemathesis.readthedocs.io) makes up requests from
`/api/v1/openapi.json`, and every operation is asked as everybody: one post of each kind of the site eshan, tokens that are good for
one thing only, a revoked one, each kind of account that has logged in to the pages, and nobody. Of four requests two are about
cases, items, papers that are there, with words that were once good but for one; one is made up wholly; one is what the document
does not allow. Every answer is held against the document: status, kind, headers, and the shape of what it says; what the document
forbids must be refused, and what it allows may not be called malformed; whoever has no token is told so and nothing else. A finding
is anything that does not hold, and any 5xx. `./run test` holds a short form of the same (tests/contract).

| day | code | machine | store | seed | rounds | operations | reached (2xx) | roles | requests | 2xx | 4xx | 5xx | findings | seconds |
|---|---|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|
"""


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="./run fuzz")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--store", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--no-stories", action="store_true", help="only the made-up requests; enters nothing")
    parser.add_argument(
        "--flood", action="store_true", help="flood the residents' form instead; see docs/flood.md"
    )
    said = parser.parse_args(words)
    if said.flood:
        return flood()
    logging.disable(logging.CRITICAL)
    began, tally = monotonic(), Tally()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=_memory())))
        server = stack.enter_context(running_server()) if said.store == "postgresql" else None
        url = server.create_database if server else str
        if not said.no_stories:
            for site in SITES:
                _tell(site, folder, url(), tally)
        instance = stack.enter_context(founded(folder / "fuzzed", url()))
        stand = Stand(instance, tally)
        roles = roles_of(instance, stand.over.client)
        barrage(stand.over.barrage, roles, stand.real, good_words(), said.rounds, said.seed)
    for finding in tally.findings:
        sys.stdout.write(f"{finding}\n")
    unreached = sorted(set(stand.over.barrage.operations) - {name for name, n in tally.reached.items() if n})
    line = _row(said, tally, len(unreached), len(roles), round(monotonic() - began))
    sys.stdout.write(f"never reached: {', '.join(unreached) or 'none'}\n{line}\n")
    if not said.no_stories:
        page = PAGE.read_text("utf-8") if PAGE.exists() else _HEAD
        kept = [row for row in page.splitlines() if row.startswith("| 2")]
        PAGE.write_text(_HEAD + "\n".join([*kept, line]) + "\n", encoding="utf-8")
    return 1 if tally.found or unreached else 0


def _tell(site: str, folder: Path, url: str, tally: Tally) -> None:
    out = folder / site
    data = out / "data"
    store = url or f"sqlite:///{data / 'mediation.db'}"
    settings = Settings(data=data, database_url=store, key_file=data / "keys" / "master.key")
    play_demo(EXAMPLES / site, out, settings, players=players_over_http(tally))


def _memory() -> str | None:
    memory = Path("/dev/shm")  # noqa: S108  a folder in memory, if there is one
    return str(memory) if memory.is_dir() else None


def _row(said: argparse.Namespace, tally: Tally, unreached: int, roles: int, seconds: int) -> str:
    by_hundreds = [
        sum(count for status, count in tally.statuses.items() if status // 100 == kind) for kind in (2, 4, 5)
    ]
    cells = (
        local_day(SystemClock().now()).isoformat(),
        code_of(),
        f"{platform.machine()}, Python {platform.python_version()}",
        said.store,
        said.seed,
        said.rounds,
        tally.operations,
        tally.operations - unreached,
        roles,
        *(f"{count:,}" for count in (tally.requests, *by_hundreds, len(tally.found))),
        seconds,
    )
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


if __name__ == "__main__":
    raise SystemExit(main())
