"""`./run walk --steps N --seed S [--store sqlite|postgresql|both]`: walks, tells, and enters the result in docs/walk.md.

Each store walks in a process of its own, in memory-backed folders where there are some; the PostgreSQL server of the
tests does not flush to disk. All else is the program as it is. Exit code 1 if anything was found.
"""

import argparse
import json
import platform
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from mediation.clock import SystemClock, local_day
from tests.postgresql import running_server
from tests.town import founded_town
from tests.walk.walker import Walk, Walker, with_all_rules

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "walk.md"
LEG = 12_000  # steps: in a longer one the clock may pass the end of the town's terms of office
STORES = ("sqlite", "postgresql")
_HEAD = """# Random walks

Written by `./run walk --steps N --seed S`. Sixteen people of a town with a chain of three levels do whatever comes to mind with a
dozen disputes at a time, under all three definitions: each step is one attempt at one verb. Most people mean well and choose what
the definition knows, as the post that may, with words that fit; the others say whatever to whatever. Time passes, clocks run out.
After each act that was done the case is looked at in plain SQL, and so are the others if it concerned several: one holder, one
turn, no task that nobody can finish or that has no clock, a live clock in every waiting state, a place on the list of everybody
who has something to do, and the last event of the trail telling what the row says. After each refusal nothing may have changed.
A walk goes in legs of 12,000 steps, each in a town founded anew; at the end of each the whole trail is verified against the rows,
the kept counts are compared with the rows, and whoever holds a case must see it, have it among what waits, and find it by its
title. A finding ends a walk; the same seed walks the same way again on either store. In a quarter of the cases the papers are
printed and signed for good; the others stop before the verbs of signing. Most cases are led to verbs that chance alone hardly ever
comes to, such as a ruling on whose it is, or watching an agreement again after new talks have failed; up to seed 701 none was,
and papers were signed in six of a hundred. Files lie in memory where there is such a folder; the PostgreSQL server does not flush
to disk. Up to the first two rows people meant well less often; beside the shipped approvals there are, since 2026-11-30, one by
vote and one in order.

| day | code | machine | store | seed | steps | cases | archived | acts done | refused | clocks run out | verbs done | never done | findings | seconds |
|---|---|---|---|---|---:|---:|---:|---:|---:|---:|---:|---|---:|---:|
"""


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="./run walk")
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--store", choices=(*STORES, "both"), default="both")
    parser.add_argument("--leg", type=int, default=1, help="the first leg: to come back to a finding at once")
    parser.add_argument("--json", action="store_true", help="tell the figures as JSON and enter nothing")
    said = parser.parse_args(words)
    if said.store != "both" and said.json:
        walk = walk_on(said.store, said.steps, said.seed, said.leg)
        sys.stdout.write(json.dumps(_figures(walk), ensure_ascii=False))
        return 1 if walk.found else 0
    stores = STORES if said.store == "both" else (said.store,)
    share = [said.steps // len(stores)] * len(stores)
    share[0] += said.steps - sum(share)
    walkers = [
        (
            store,
            subprocess.Popen(_command(store, steps, said), cwd=ROOT, stdout=subprocess.PIPE, text=True),
        )
        for store, steps in zip(stores, share, strict=True)
    ]
    found = []
    for store, walker in walkers:
        told, _none = walker.communicate()
        found.append((store, json.loads(told)))
    for store, figures in found:
        sys.stdout.write(_line(store, said.seed, figures))
        for finding in figures["found"]:
            sys.stdout.write(f"{finding}\n")
    enter([(store, said.seed, figures) for store, figures in found])
    return 1 if any(figures["found"] for _store, figures in found) else 0


def walk_on(store: str, steps: int, seed: int, first: int = 1) -> Walk:
    """One walk in legs, each on a town of its own; `first`: the number of the first leg."""
    memory = Path("/dev/shm")  # noqa: S108 — a folder in memory, if there is one
    with ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None))
        )
        if store == "sqlite":
            server, url = None, f"sqlite:///{folder / 'data' / 'mediation.db'}"
        else:
            server = stack.enter_context(running_server())
            url = server.create_database()
        founded = stack.enter_context(founded_town(folder, url, server))
        walk = Walk()
        for leg in range(first, -(-steps // LEG) + first):
            with founded.copied(folder / "walk") as town:
                walk.add(
                    Walker(with_all_rules(town).instance, town.clock, f"{seed}/{leg}").go(
                        min(LEG, steps - walk.steps)
                    ),
                    leg,
                )
            shutil.rmtree(folder / "walk")
            if walk.found:
                break
        return walk


def enter(found: Sequence[tuple[str, int, dict[str, Any]]]) -> None:
    """Add the walks to the page, with the totals of all."""
    page = PAGE.read_text("utf-8") if PAGE.exists() else _HEAD
    kept = [line for line in page.splitlines() if line.startswith("| 2")]
    kept += [_row(store, seed, figures) for store, seed, figures in found]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in kept]
    sums = {at: sum(int(row[at].replace(",", "")) for row in cells) for at in (5, 6, 8, 9, 10, 13)}
    total = (
        f"\nAltogether {sums[5]:,} steps, {sums[6]:,} cases, {sums[8]:,} acts done, {sums[9]:,} refused,"
        f" {sums[10]:,} clocks run out, {sums[13]:,} findings.\n"
    )
    missed = unreached([row[12].split(", ") for row in cells])
    if missed:
        total += (
            f"No walk has come to {', '.join(f'`{verb}`' for verb in missed)}: that they do what they should is shown by tests and by"
            " the demos alone.\n"
        )
    PAGE.write_text(_HEAD + "\n".join(kept) + "\n" + total, encoding="utf-8")


def unreached(never_done: Sequence[Sequence[str]]) -> list[str]:
    """The verbs that five walks or more name as never done, and every one since the first that does: before that a verb was not there."""
    verbs = sorted({verb for row in never_done for verb in row} - {"none"})
    naming = {verb: [verb in row for row in never_done] for verb in verbs}
    return [
        verb for verb in verbs if sum(naming[verb]) >= 5 and all(naming[verb][naming[verb].index(True) :])
    ]


def _command(store: str, steps: int, said: argparse.Namespace) -> list[str]:
    figures = ["--steps", str(steps), "--seed", str(said.seed), "--leg", str(said.leg)]
    return [sys.executable, "-m", "tests.walk", *figures, "--store", store, "--json"]


def _figures(walk: Walk) -> dict[str, Any]:
    return {
        "steps": walk.steps,
        "cases": walk.cases,
        "archived": walk.archived,
        "done": dict(walk.done),
        "refused": dict(walk.refused),
        "clocks": walk.clocks,
        "never_done": walk.never_done,
        "found": walk.found,
        "seconds": round(walk.seconds),
    }


def _row(store: str, seed: int, figures: dict[str, Any]) -> str:
    day = local_day(SystemClock().now()).isoformat()
    done, refused = Counter(figures["done"]), Counter(figures["refused"])
    cells = (
        day,
        code_of(),
        f"{platform.machine()}, Python {platform.python_version()}",
        store,
        seed,
        f"{figures['steps']:,}",
        f"{figures['cases']:,}",
        f"{figures['archived']:,}",
        f"{done.total():,}",
        f"{refused.total():,}",
        f"{figures['clocks']:,}",
        len(done),
        ", ".join(figures["never_done"]) or "none",
        sum(1 for line in figures["found"] if line.startswith("leg")),
        figures["seconds"],
    )
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def _line(store: str, seed: int, figures: dict[str, Any]) -> str:
    done, refused = Counter(figures["done"]).total(), Counter(figures["refused"]).total()
    return (
        f"{store}, seed {seed}: {figures['steps']:,} steps, {figures['cases']:,} cases, {done:,} done,"
        f" {refused:,} refused, never done: {', '.join(figures['never_done']) or 'none'}; {figures['seconds']} s\n"
    )


def code_of() -> str:
    """The commit that is checked out, for tables of what was measured."""
    words = ["git", "-C", str(ROOT), "rev-parse", "--short=10", "HEAD"]
    told = subprocess.run(words, capture_output=True, text=True, check=False)
    return told.stdout.strip() or "without git"


if __name__ == "__main__":
    raise SystemExit(main())
