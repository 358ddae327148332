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

from benchmarks.results import Row, Section, over, short
from benchmarks.scale_data import Scaled, scaled
from mediation.cases import queries
from mediation.cases.hall import Hall
from mediation.cases.window.alike import alike
from mediation.deadlines import queries as deadline_queries
from tests.postgresql import running_server

_SMALL = 10_000
_FLAT = {"sqlite": 0.25, "postgresql": 0.8}
"""Milliseconds below which a question meets the mark whatever the ratio."""
_FIGURES = ("worklist", "counts", "due sweep", "search", "duplicate search")
"""A question that begins with one of these is that figure; others are held to none."""
_PAGES = (50, 25, 10, 5, 2, 1)
_STORES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
Ask = Callable[[], tuple[float, int]]
"""Asks once; the seconds that it took, and how many rows it gave."""


Question = Callable[[int], Ask]
"""What is asked for a page of so many rows."""


@dataclass
class Answered:
    """The seconds that each asking took, and how many rows there were."""

    seconds: list[float] = field(default_factory=list)
    rows: int = 0


@dataclass(frozen=True)
class Found:
    """The same page at both sizes, and the longest that the large one gives."""

    small: Answered
    large: Answered
    longest: Answered

    @property
    def all(self) -> tuple[Answered, Answered, Answered]:
        return self.small, self.large, self.longest


def measure(quick: bool, cases: int = 1_000_000, stores: Sequence[str] = ("sqlite", "postgresql")) -> Section:
    """Medians of each question at both sizes on each store."""
    small = min(_SMALL, cases // 10) if not quick else 3_000  # of which the smallest group has a case
    large = cases if not quick else 12_000
    times = 5 if quick else 21
    rows: list[Row | list[str]] = []
    notes: list[str] = []
    for store in stores:
        with tempfile.TemporaryDirectory() as name, _databases(store, Path(name), (small, large)) as pair:
            found = _asked(pair, times)
        searches = {what: one for what, one in found.items() if what.startswith("search")}
        others = {what: one for what, one in found.items() if what not in searches}
        rows += [_row(store, what, one) for what, one in {**others, **_searches(searches)}.items()]
        worst = max(searches, key=lambda what: statistics.median(searches[what].longest.seconds))
        small_ms, large_ms, longest_ms = map(_ms, searches[worst].all)
        notes.append(
            f"{_STORES[store]}: the slowest search is `{worst}`: {longest_ms} ms for {searches[worst].longest.rows} rows of the large "
            f"database; {small_ms} and {large_ms} ms for a page as long as both can fill."
        )
    return Section(
        "scale",
        f"Medians at {small:,} and {large:,} cases, one of ten open, in a tree of four levels with 1,361 units, through the "
        "program's own functions: Instance.cases opens a transaction, finds the actor, loads the tree of units and opens the "
        f"rows' ciphertexts each time. What takes under {_FLAT['sqlite']} ms ({_FLAT['postgresql']} ms on PostgreSQL) meets the mark whatever the ratio.",
        ("store", "what", "rows", f"{small:,}", f"{large:,}", f"longest page at {large:,}", "ratio"),
        rows,
        ("sqlalchemy", "sqlmodel", "psycopg"),
        (
            f"{times} times each, in turn at both sizes, after one to warm up.",
            f"Pages of one length stand side by side, the longest of {', '.join(map(str, _PAGES))} rows that the small database fills.",
            "`query` is the statement alone, within an open transaction; the rest is the whole call.",
            (
                "Duplicate search: both parties of one case of the group are typed anew, one with ID number and phone, as at the counter; "
                "a hundred times as many people bear each name in the large database as in the small one."
            ),
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


def _asked(pair: Sequence[Scaled], times: int) -> dict[str, Found]:
    """What is asked → times and rows at each size, in turn; a page is as long as the small one can fill it."""
    found: dict[str, Found] = {}
    small, large = (_questions(one) for one in pair)
    for what in small:
        rows = next((rows for rows in _PAGES if small[what](rows)()[1] == rows), 1)
        asks = (small[what](rows), large[what](rows), large[what](_PAGES[0]))
        took = Found(Answered(), Answered(), Answered())
        gc.collect()
        for turn in range(times + 1):
            for ask, answered in zip(asks, took.all, strict=True):
                needed, answered.rows = ask()
                if turn:
                    answered.seconds.append(needed)
        found[what] = took
    return found


def _questions(scaled: Scaled) -> dict[str, Question]:
    instance = scaled.town.instance
    now = instance.clock.now() + timedelta(days=12)
    asked: dict[str, Question] = {
        "due sweep, 100 clocks (query)": lambda _most: _query(
            scaled, "", lambda hall: deadline_queries.expired(hall.session, now, None, 100)
        )
    }
    for unit, actor in scaled.units.items():
        asked |= {
            f"one case by its id, {unit} (query)": partial(_one, scaled, actor),
            f"worklist, {unit}": partial(_page, scaled, actor, waiting=True),
            f"worklist, next page, {unit}": partial(_next_page, scaled, actor),
            f"all cases, {unit}": partial(_page, scaled, actor),
            f"worklist, {unit} (query)": partial(_rows_of, scaled, actor, queries.worklist),
            f"all cases, {unit} (query)": partial(_rows_of, scaled, actor, queries.cases),
            f"counts by state, {unit} (query)": partial(_counts, scaled, actor),
            f"duplicate search, {unit}": partial(_alike_at_the_counter, scaled, actor),
            f"duplicate search, {unit} (query)": partial(_alike, scaled, actor),
        }
        for kind, said in scaled.words.items():
            asked[f"search, {unit}: {kind}"] = partial(_page, scaled, actor, words=said)
    return asked


def _one(scaled: Scaled, actor: str, _most: int) -> Ask:
    ref = scaled.town.instance.cases(actor, most=1)[0].id
    return _query(scaled, actor, lambda hall: [queries.find_case(hall.session, hall.actor, ref)])


def _page(scaled: Scaled, actor: str, most: int, **asked_for: Any) -> Ask:
    return _call(partial(scaled.town.instance.cases, actor, most=most, **asked_for))


def _next_page(scaled: Scaled, actor: str, most: int) -> Ask:
    first = scaled.town.instance.cases(actor, waiting=True, most=most)
    last = (first[-1].id, first[-1].due_at) if first else None
    return _page(scaled, actor, most, waiting=True, before=last)


def _rows_of(scaled: Scaled, actor: str, ask: Callable[..., Sized], most: int) -> Ask:
    return _query(scaled, actor, lambda hall: ask(hall.session, hall.actor, most=most))


def _counts(scaled: Scaled, actor: str, _most: int) -> Ask:
    return _query(scaled, actor, lambda hall: queries.counts_by_state(hall.session, hall.actor))


def _alike_at_the_counter(scaled: Scaled, actor: str, _most: int) -> Ask:
    return _call(partial(scaled.town.instance.window.alike, actor, scaled.people))


def _alike(scaled: Scaled, actor: str, most: int) -> Ask:
    return _query(scaled, actor, lambda hall: alike(hall, scaled.people, most))


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


def _searches(found: dict[str, Found]) -> dict[str, Found]:
    """The searches of one unit together: the medians of each."""
    units: dict[str, Found] = {}
    for what, one in found.items():
        unit = what.partition(",")[2].partition(":")[0].strip()
        count = sum(f", {unit}:" in other for other in found)
        title = f"search of 2 to 8 characters, {unit}, median of {count}"
        into = units.setdefault(title, Found(Answered(), Answered(), Answered()))
        for answered, medians in zip(one.all, into.all, strict=True):
            medians.seconds.append(statistics.median(answered.seconds))
            medians.rows += answered.rows
    return units


def _row(store: str, what: str, found: Found) -> Row | list[str]:
    small, large = found.small, found.large
    ratio = over(large.seconds, small.seconds)
    rows = f"{small.rows}" if small.rows == large.rows else f"{small.rows} → {large.rows}"
    longest = f"{_ms(found.longest)} ms, {found.longest.rows} rows"
    cells = [_STORES[store], what, rows, f"{_ms(small)} ms", f"{_ms(large)} ms", longest, short(ratio)]
    figure = next((name for name in _FIGURES if what.startswith(name)), "")
    if not figure:
        return cells
    spared = statistics.median(large.seconds) * 1000 < _FLAT[store]
    return Row(cells, figure, ratio, f"{_STORES[store]}, {what}", spared)


def _ms(answered: Answered) -> str:
    return f"{statistics.median(answered.seconds) * 1000:.2f}"
