"""`./run attacks [uploads] [times] [--seed S]`: at length what the suite tries in short; entered in docs/attacks.md.

Exit code 1 if anything was found.
"""

import argparse
import logging
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from starlette.testclient import TestClient

from mediation.clock import SystemClock, local_day
from mediation.web.app import build_app
from tests.attacks.page import enter
from tests.attacks.times import measured
from tests.contract.stand import founded
from tests.postgresql import folder_in_memory
from tests.uploads.corpus import corpus
from tests.uploads.judging import Outcome, hand_in
from tests.walk.__main__ import code_of
from tests.web.conftest import ADDRESS, Counter

Rows = list[tuple[object, ...]]


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="./run attacks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all if left out")
    parser.add_argument("--seed", type=int, default=1)
    said = parser.parse_args(words)
    unknown = set(said.parts) - set(PARTS)
    if unknown:
        parser.error(f"unknown: {' '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    logging.disable(logging.CRITICAL)
    day, code, well = local_day(SystemClock().now()).isoformat(), code_of(), True
    for name in said.parts or PARTS:
        with tempfile.TemporaryDirectory(prefix="attacks-", dir=folder_in_memory()) as folder:
            rows, found = PARTS[name](Path(folder), said.seed)
        enter(name, [(day, code, *row) for row in rows])
        for row in rows:
            sys.stdout.write(" | ".join(str(cell) for cell in row) + "\n")
        for one in found:
            sys.stdout.write(f"found: {one}\n")
        well = well and not found
    return 0 if well else 1


def uploads(folder: Path, seed: int) -> tuple[Rows, list[str]]:
    """The whole corpus of a seed."""
    samples = corpus(seed)
    with founded(folder) as instance, TestClient(build_app(instance), base_url=ADDRESS) as client:
        outcome = hand_in(Counter(instance, client), samples)
    found = [*outcome.found]
    if outcome.most_memory > 2 * 1024:
        found.append(f"the worker took {outcome.most_memory} MiB")
    families = list(dict.fromkeys(one.family for one in samples))
    rows = [_row(seed, family, outcome) for family in families]
    taken, refused = outcome.taken.total(), outcome.refused.total()
    slowest = max(outcome.slowest.values())
    told = f"workers: {len(outcome.workers)}, the largest {outcome.most_memory} MiB; ended by: {', '.join(outcome.ended) or 'none'}"
    rows.append((seed, "**all**", len(samples), taken, refused, len(found), f"{slowest[0] * 1000:.0f}", told))
    return rows, found


def _row(seed: int, family: str, outcome: Outcome) -> tuple[object, ...]:
    taken, refused = outcome.taken[family], outcome.refused[family]
    spent, what = outcome.slowest[family]
    wrong = sum(one.startswith(f"{family}, ") for one in outcome.found)
    return (seed, family, taken + refused, taken, refused, wrong, f"{spent * 1000:.0f}", what)


PARTS: Mapping[str, Callable[[Path, int], tuple[Rows, list[str]]]] = {"uploads": uploads, "times": measured}


if __name__ == "__main__":
    raise SystemExit(main())
