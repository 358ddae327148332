"""`./run bench engine|documents|cli [--quick]`: measures, shows, and writes benchmarks/RESULTS.md.

`--quick` takes few samples, to see that everything runs, and writes nothing.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Started as a folder, Python puts the folder itself first: then `import cli` would find ours.
sys.path[:] = [str(ROOT), *(entry for entry in sys.path if entry != str(ROOT / "benchmarks"))]

from benchmarks.results import Section, show, write  # noqa: E402  needs the path


def main() -> int:
    """Run the parts that are named, all of them if none is."""
    reader = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    reader.add_argument("parts", nargs="*", metavar="engine|documents|cli", help="all if left out")
    reader.add_argument("--quick", action="store_true", help="few samples; nothing is written")
    words = reader.parse_args()
    unknown = [part for part in words.parts if part not in ("engine", "documents", "cli")]
    if unknown:
        reader.error(f"unknown: {' '.join(unknown)}; there are engine, documents and cli")
    for name in words.parts or ("engine", "documents", "cli"):
        section = _measure_of(name)(words.quick)
        show(section)
        if not words.quick:
            write(section)
    return 0


def _measure_of(name: str) -> Callable[[bool], Section]:
    """Each part is imported when it runs: what one needs must not weigh on another."""
    if name == "engine":
        from benchmarks.engine import measure  # noqa: PLC0415
    elif name == "documents":
        from benchmarks.documents import measure  # noqa: PLC0415
    else:
        from benchmarks.cli import measure  # noqa: PLC0415
    return measure


if __name__ == "__main__":
    sys.exit(main())
