"""Ten thousand cases beside a million: what people and clocks ask every day must not grow with the archive."""

import gc
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence, Sized
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.results import Section
from benchmarks.scale_data import Scaled, scaled
from mediation.cases import clockwork, queries
from mediation.cases.hall import Hall
from tests.postgresql import running_server

_SMALL = 10_000
_FLAT = {"sqlite": 0.25, "postgresql": 0.8}
"""Milliseconds below which a question counts as flat whatever the ratio."""
_MOST_RATIO = 2
_STORES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
Ask = Callable[[], tuple[float, int]]
"""Asks once; the seconds that it took, and how many rows it gave."""


@dataclass
class Answered:
    """The seconds that each asking took, and how many rows there were."""

    seconds: list[float] = field(default_factory=list)
    rows: int = 0


Both = tuple[Answered, Answered]


def measure(quick: bool, cases: int = 1_000_000, stores: Sequence[str] = ("sqlite", "postgresql")) -> Section:
    """Medians of each question at both sizes on each store."""
    small = min(_SMALL, cases // 10) if not quick else 1_000
    large = cases if not quick else 10_000
    times = 5 if quick else 21
    rows, notes = [], []
    for store in stores:
        with tempfile.TemporaryDirectory() as name, _databases(store, Path(name), (small, large)) as pair:
            found = _asked(pair, times)
        searches = {what: both for what, both in found.items() if what.startswith("search")}
        others = {what: both for what, both in found.items() if what not in searches}
        rows += [_row(store, what, *both) for what, both in {**others, **_searches(searches)}.items()]
        for which in range(2):
            worst = max(searches, key=lambda what: statistics.median(searches[what][which].seconds))
            small_ms, large_ms = map(_ms, searches[worst])
            notes.append(
                f"{_STORES[store]}: the slowest search of the {('small', 'large')[which]} database is `{worst}`: {small_ms} and {large_ms} ms."
            )
    return Section(
        "scale",
        f"Medians at {small:,} and {large:,} cases, one of ten open, in a tree of four levels with 1,361 units, through the "
        "program's own functions: Instance.cases opens a transaction, finds the actor, loads the tree of units and opens the "
        f"rows' ciphertexts each time. Flat: at most {_MOST_RATIO} times as long, or under {_FLAT['sqlite']} ms ({_FLAT['postgresql']} ms on PostgreSQL). `as its answer`: slower only as more rows are found.",
        ("store", "what", f"{small:,}", f"{large:,}", "rows", "ratio", "flat"),
        rows,
        ("sqlalchemy", "sqlmodel", "psycopg"),
        (
            f"{times} times each, in turn at both sizes, after one to warm up. A page has 50 rows.",
            "`query` is the statement alone, within an open transaction; the rest is the whole call.",
            "Rows are multiplied from disputes that the program itself brought about; events, papers and notices of the copies are left out.",
            *notes,
        ),
    )


@contextmanager
def _databases(store: str, folder: Path, sizes: Sequence[int]) -> Iterator[list[Scaled]]:
    with ExitStack() as stack:
        server = stack.enter_context(running_server(durable=True)) if store == "postgresql" else None
        pair = []
        for size in sizes:
            place = folder / str(size)
            url = server.create_database() if server else f"sqlite:///{place / 'data' / 'mediation.db'}"
            pair.append(stack.enter_context(scaled(place, url, size)))
        yield pair


def _asked(pair: Sequence[Scaled], times: int) -> dict[str, Both]:
    """What is asked → time and rows at each size, in turn."""
    found: dict[str, Both] = {}
    small, large = (_questions(one) for one in pair)
    for what in small:
        took = (Answered(), Answered())
        gc.collect()
        for turn in range(times + 1):
            for ask, answered in zip((small[what], large[what]), took, strict=True):
                needed, answered.rows = ask()
                if turn:
                    answered.seconds.append(needed)
        found[what] = took
    return found


def _questions(scaled: Scaled) -> dict[str, Ask]:
    instance = scaled.town.instance
    now = instance.clock.now() + timedelta(days=12)
    asked: dict[str, Ask] = {
        "due sweep, 100 clocks (query)": _query(
            scaled, "", lambda hall: clockwork.due(hall.session, now, 100)
        )
    }
    for unit, actor in scaled.units.items():
        first = instance.cases(actor, waiting=True)
        last = (first[-1].id, first[-1].due_at) if first else None
        asked_for: tuple[tuple[str, dict[str, Any]], ...] = (
            ("worklist", {"waiting": True}),
            ("worklist, next page", {"waiting": True, "before": last}),
            ("all cases", {}),
        )
        for what, words in asked_for:
            asked[f"{what}, {unit}"] = _call(partial(instance.cases, actor, **words))
        asked[f"worklist, {unit} (query)"] = _query(
            scaled, actor, lambda hall: queries.worklist(hall.session, hall.actor)
        )
        asked[f"all cases, {unit} (query)"] = _query(
            scaled, actor, lambda hall: queries.cases(hall.session, hall.actor)
        )
        asked[f"counts by state, {unit} (query)"] = _query(
            scaled, actor, lambda hall: queries.counts_by_state(hall.session, hall.actor)
        )
        for kind, said in scaled.words.items():
            asked[f"search, {unit}: {kind}"] = _call(partial(instance.cases, actor, words=said))
    return asked


def _call(ask: Callable[[], Sized]) -> Ask:
    def asked() -> tuple[float, int]:
        begun = time.perf_counter()
        found = ask()
        return time.perf_counter() - begun, len(found)

    return asked


def _query(scaled: Scaled, actor: str, ask: Callable[[Hall], Sized]) -> Ask:
    """The question within a transaction that is open already."""

    def asked() -> tuple[float, int]:
        with scaled.town.reading() as session:
            hall = scaled.town.hall(session, actor or "suwin")
            begun = time.perf_counter()
            found = ask(hall)
            return time.perf_counter() - begun, len(found)

    return asked


def _searches(found: dict[str, Both]) -> dict[str, Both]:
    """The searches of one unit together: the medians of each."""
    units: dict[str, Both] = {}
    for what, both in found.items():
        unit = what.partition(",")[2].partition(":")[0].strip()
        into = units.setdefault(
            f"search of 2 to 8 characters, {unit}, median of {7}", (Answered(), Answered())
        )
        for answered, medians in zip(both, into, strict=True):
            medians.seconds.append(statistics.median(answered.seconds))
            medians.rows += answered.rows
    return units


def _row(store: str, what: str, small: Answered, large: Answered) -> list[str]:
    ratio = statistics.median(large.seconds) / statistics.median(small.seconds)
    flat = "yes" if ratio <= _MOST_RATIO or statistics.median(large.seconds) * 1000 < _FLAT[store] else "no"
    if flat == "no" and large.rows > small.rows:
        flat = "as its answer" if ratio <= _MOST_RATIO * large.rows / max(small.rows, 1) else "no"
    rows = f"{small.rows} → {large.rows}"
    return [_STORES[store], what, f"{_ms(small)} ms", f"{_ms(large)} ms", rows, f"{ratio:.2f}", flat]


def _ms(answered: Answered) -> str:
    return f"{statistics.median(answered.seconds) * 1000:.2f}"
