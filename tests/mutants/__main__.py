"""`./run mutants [MODULE ...]`: small changes in the pure modules and in `transition`, each to be found out by fast tests.

MODULE is a name of tests/mutants/scope.py, as in `units/chain`; all if left out, hours. What came of each is entered in
docs/mutants.md as soon as it is done. Exit code 1 if a module stays below the mark.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from mediation.clock import SystemClock, local_day
from tests.mutants.page import enter, functions_left, take
from tests.mutants.running import Unfinished, code_now, mutate
from tests.mutants.scope import MARK, MODULES


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="./run mutants", description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="all if left out")
    parser.add_argument("--children", type=int, default=2, help="how many mutants at once (2)")
    parser.add_argument("--take", type=Path, help="do nothing, but enter what this page says of the modules")
    parser.add_argument(
        "--left", action="store_true", help="only where something survived or is changed since"
    )
    said = parser.parse_args(words)
    unknown = [module for module in said.modules if module not in MODULES]
    if unknown:
        parser.error(f"unknown: {' '.join(unknown)}; there are {', '.join(MODULES)}")
    if said.take is not None:
        sys.stdout.writelines(f"{row}\n" for row in take(said.modules or MODULES, said.take))
        return 0
    well = True
    for module in said.modules or MODULES:
        functions = functions_left(module) if said.left else None
        if functions == []:
            continue
        try:
            result = mutate(module, MODULES[module], said.children, functions or ())
        except Unfinished as left:
            sys.stdout.write(f"{module}: {left}\n")
            well = False
            continue
        sys.stdout.write(f"{enter(result, str(local_day(SystemClock().now())), code_now())}\n")
        sys.stdout.flush()
        well = well and result.score >= MARK
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
