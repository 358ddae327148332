"""`./run plants [NAME ...]`: bugs planted one at a time in a copy of the tree; the tests that are meant to catch them must.

NAME is a name of tests/plants/plants.py; all if left out, some minutes. What came of it is entered in docs/plants.md.
Exit code 1 if a bug was not caught, or if the tests fail without one.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from mediation.clock import SystemClock, local_day
from tests.mutants.running import code_now
from tests.plants.page import Row, enter
from tests.plants.planting import Copy
from tests.plants.plants import PLANTS
from tests.postgresql import folder_in_memory


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="./run plants", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="all if left out")
    said = parser.parse_args(words)
    unknown = set(said.names) - {plant.name for plant in PLANTS}
    if unknown:
        parser.error(
            f"unknown: {' '.join(sorted(unknown))}; there are {', '.join(one.name for one in PLANTS)}"
        )
    plants = [plant for plant in PLANTS if not said.names or plant.name in said.names]
    day, well = str(local_day(SystemClock().now())), True
    with (
        tempfile.TemporaryDirectory(prefix="plants-", dir=folder_in_memory()) as name,
        Copy(Path(name)) as copy,
    ):
        for plant in plants:
            clean = copy.tested(plant, "-x")
            if not clean.ran or clean.failed or clean.errors:
                sys.stdout.write(f"{plant.name}: without the bug: {clean}\n")
                well = False
                continue
            with copy.planted(plant):
                found = copy.tested(plant, "-x")
            caught = found.failed[0] if found.failed else ""
            row = Row(plant.name, caught, day, code_now(), clean.seconds + found.seconds)
            sys.stdout.write(f"{enter(row)}\n")
            sys.stdout.flush()
            well = well and bool(caught)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
