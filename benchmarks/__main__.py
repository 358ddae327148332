"""`./run bench engine|documents|cli|clocks|scale|web|year [--quick]`: measures, shows, and writes benchmarks/RESULTS.md.

`--quick` takes few samples, to see that everything runs, and writes nothing.
"""

import argparse
import gc
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Started as a folder, Python puts the folder itself first: then `import cli` would find ours.
sys.path[:] = [str(ROOT), *(entry for entry in sys.path if entry != str(ROOT / "benchmarks"))]

from benchmarks.results import Section, not_run, show, write  # noqa: E402  needs the path

_PARTS = ("engine", "documents", "cli", "clocks", "scale", "web", "year")


def main() -> int:
    """Run the parts that are named, all of them if none is."""
    reader = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    reader.add_argument("parts", nargs="*", metavar="|".join(_PARTS), help="all if left out")
    reader.add_argument("--quick", action="store_true", help="few samples; nothing is written")
    reader.add_argument(
        "--cases",
        type=int,
        help="scale, web: size of the large database; year: disputes (1,000,000; 10,000)",
    )
    reader.add_argument(
        "--store", choices=("sqlite", "postgresql"), help="scale: this store only; nothing is written"
    )
    words = reader.parse_args()
    gc.set_threshold(10_000, 20, 20)  # as the program's own command line does
    unknown = [part for part in words.parts if part not in _PARTS]
    if unknown:
        reader.error(f"unknown: {' '.join(unknown)}; there are {', '.join(_PARTS)}")
    for name in words.parts or [part for part in _PARTS if part != "clocks"]:  # scale measures them too
        if name == "clocks":
            sections = iter([_measure_clocks(words.quick)])
        elif name == "scale":
            stores = (words.store,) if words.store else ("sqlite", "postgresql")
            sections = _measure_scale(words.quick, words.cases or 1_000_000, stores)
        elif name == "web":
            sections = _measure_web(words.quick, words.cases or 1_000_000)
        elif name == "year":
            sections = iter([_measure_year(words.quick, words.cases or 10_000)])
        elif name == "engine":
            sections = _measure_engine(words.quick)
        else:
            sections = iter([_measure_of(name)(words.quick)])
        for section in sections:
            show(section)
            if not (words.quick or words.store):
                write(section)
    _tell_not_run()
    return 0


def _tell_not_run() -> None:
    for name, command in not_run().items():
        print(f"Not yet run: {name} ({command})", flush=True)


def _measure_engine(quick: bool) -> Iterator[Section]:
    from benchmarks import complaint, engine, rivals  # noqa: PLC0415

    yield engine.measure(quick)
    yield rivals.measure(quick)
    yield complaint.measure(quick)


def _measure_clocks(quick: bool) -> Section:
    from benchmarks.clocks import measure  # noqa: PLC0415

    return measure(quick)


def _measure_scale(quick: bool, cases: int, stores: Sequence[str]) -> Iterator[Section]:
    from benchmarks import clocks, scale  # noqa: PLC0415

    yield clocks.measure(quick, stores)
    yield scale.measure(quick, cases, stores)


def _measure_web(quick: bool, cases: int) -> Iterator[Section]:
    from benchmarks import web, web_pages  # noqa: PLC0415

    yield web_pages.measure()
    yield web.measure(quick, cases)


def _measure_year(quick: bool, cases: int) -> Section:
    from benchmarks.year import measure  # noqa: PLC0415

    return measure(quick, cases)


def _measure_of(name: str) -> Callable[[bool], Section]:
    """Each part is imported when it runs: what one needs must not weigh on another."""
    if name == "documents":
        from benchmarks.documents import measure  # noqa: PLC0415
    else:
        from benchmarks.cli import measure  # noqa: PLC0415
    return measure


if __name__ == "__main__":
    sys.exit(main())
