"""The figures that the program is held to: what each is, its mark and its aim, and what came out when it was measured last."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.reasons import REASONS

KEPT = Path(__file__).with_name("figures.json")
"""What came out, as `./run bench` writes it beside RESULTS.md."""
AIM, MARK, MISSED = "met: aim", "met: mark", "missed"
_VERDICTS = (AIM, MARK, MISSED)


@dataclass(frozen=True)
class Figure:
    """One figure. `most`: it is to be at most so much, not at least. Where nothing better than the mark is asked for, no aim."""

    what: str
    mark: float
    aim: float | None = None
    most: bool = False
    unit: str = ""

    def verdict(self, value: float) -> str:
        """By the value as it is printed, so that no row contradicts itself."""
        told = float(short(value).replace(",", ""))
        if self.aim is not None and self._holds(told, self.aim):
            return AIM
        return MARK if self._holds(told, self.mark) else MISSED

    def bound(self, value: float | None) -> str:
        """Mark or aim as it stands in a table."""
        if value is None:
            return ""
        return f"{'≤' if self.most else '≥'} {value:g}{f' {self.unit}' if self.unit else ''}"

    def _holds(self, value: float, bound: float) -> bool:
        return value <= bound if self.most else value >= bound


_PAPER = "warm agreement PDF"
_GROWTH = "1 million cases over 10 thousand"
FIGURES: Mapping[str, Figure] = {
    "act, SQLite": Figure(
        "one complete durable act, SQLite synchronous=FULL: its rate, of a raw sqlite3 script's doing the same statements",
        0.3,
        0.5,
    ),
    "django-fsm-2": Figure("`accept` on SQLite: times as fast as a bare step of django-fsm-2", 1.5, 2.5),
    "SpiffWorkflow": Figure("`accept` on SQLite: times as fast as load, step, save of SpiffWorkflow", 3, 5),
    "django-viewflow": Figure("`accept` on SQLite: times as fast as a bare step of django-viewflow", 5, 10),
    "bpmn-engine": Figure("`accept` on SQLite: times as fast as recover, step, save of bpmn-engine", 20, 30),
    "act, PostgreSQL": Figure(
        "one complete durable act, PostgreSQL, one client: its rate, of raw psycopg's with the same statements",
        0.6,
        0.9,
    ),
    "customer's dispute": Figure(
        "a customer's dispute in Camunda's published shape, two players on two cores",
        100,
        500,
        unit="tasks/s",
    ),
    "paper: WeasyPrint": Figure(
        f"{_PAPER}: times as fast as stock WeasyPrint with the system's Noto CJK", 2, 3
    ),
    "paper: bytes": Figure(f"{_PAPER}: bytes, of stock WeasyPrint's", 0.3, 0.2, most=True),
    "paper: LibreOffice": Figure(
        f"{_PAPER}: time, of LibreOffice's for one document more", 0.9, 0.6, most=True
    ),
    "paper: Chromium": Figure(f"{_PAPER}: time, of warm Chromium's", 0.4, 0.2, most=True),
    "signature: EC": Figure(
        "one signature as the program makes it (EC P-256): times as fast as stock pyHanko with a key of that kind",
        4,
        7,
    ),
    "signature: RSA": Figure("the same with an RSA key on both sides: times as fast as stock pyHanko", 4, 7),
    "signature: bytes": Figure("growth of a paper by one signature, without images", 7, most=True, unit="kB"),
    "worker's memory": Figure(
        "memory of one warm worker that renders and signs", 150, 110, most=True, unit="MiB"
    ),
    "API: bare JSON": Figure("an act by the API: its rate, of a bare FastAPI JSON endpoint's", 0.07, 0.12),
    "API: SQLModel": Figure(
        "an act by the API: times as fast as the same endpoint with an SQLModel session", 2, 3
    ),
    "page: bare JSON": Figure("worklist page of 50: its rate, of a bare FastAPI JSON endpoint's", 0.05, 0.08),
    "page: growth": Figure(f"worklist page of 50: {_GROWTH}", 2, 1.2, most=True),
    "worklist": Figure(f"worklist and its next page: {_GROWTH}", 2, 1.2, most=True),
    "counts": Figure(f"counts: {_GROWTH}", 2, 1.2, most=True),
    "due sweep": Figure(f"due sweep: {_GROWTH}", 2, 1.2, most=True),
    "search": Figure(f"search of 2 to 8 characters: {_GROWTH}", 2, 1.2, most=True),
    "duplicate search": Figure(f"duplicate search: {_GROWTH}", 2, 1.2, most=True),
    "county-year": Figure("a simulated county-year of 10,000 disputes", 900, most=True, unit="s"),
    "case list": Figure(
        '`mediation case list` on 100,000 cases, over `python -c "import sqlmodel, typer"`',
        1.3,
        1.1,
        most=True,
    ),
    "help": Figure("`mediation --help` over `import typer`", 1.3, 1.1, most=True),
}


@dataclass(frozen=True)
class Came:
    """What came out for one row of a figure."""

    figure: str
    what: str
    value: float
    verdict: str


@dataclass(frozen=True)
class Measured:
    """What came out for a figure when it was measured last."""

    day: str
    commit: str
    rows: Sequence[Came]

    @property
    def came(self) -> str:
        """The value, or from the worst row to the best."""
        figure = FIGURES[self.rows[0].figure]
        values = sorted({one.value for one in self.rows}, reverse=figure.most)
        told = "–".join(dict.fromkeys(short(one) for one in (values[0], values[-1])))
        return f"{told} {figure.unit}".strip()

    @property
    def verdict(self) -> str:
        """That of the worst row; of how many, if not of all."""
        verdicts = [one.verdict for one in self.rows]
        worst = max(verdicts, key=_VERDICTS.index)
        count = verdicts.count(worst)
        return worst if count == len(verdicts) else f"{worst} ({count} of {len(verdicts)} rows)"


def short(value: float) -> str:
    """Three digits or so."""
    places = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 1 else 3
    return f"{value:,.{places}f}"


def why_missed(missed: Iterable[str]) -> list[str]:
    """For each figure that was missed its reason and what was tried; figures with the same ones stand together."""
    together: dict[tuple[str, str], list[str]] = {}
    for key in dict.fromkeys(missed):
        reason = REASONS.get(key)
        told = (reason.why, reason.tried) if reason else ("", "")
        together.setdefault(told, []).append(key)
    return [
        f"Missed: {', '.join(keys)}. {why or 'No reason is known yet.'}{f' Tried: {tried}' if tried else ''}"
        for (why, tried), keys in together.items()
    ]


def keep(section: str, day: str, commit: str, rows: Sequence[Came], file: Path = KEPT) -> None:
    """Put what came out for a section in place of its last."""
    kept = _kept(file)
    kept[section] = {"day": day, "commit": commit, "rows": [asdict(one) for one in rows]}
    file.write_text(json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def measured(file: Path = KEPT) -> dict[str, Measured]:
    """What came out last, by figure, in their order; figures that were never measured are not among them."""
    found: dict[str, Measured] = {}
    for section in _kept(file).values():
        rows = [Came(**one) for one in section["rows"]]
        for key in dict.fromkeys(one.figure for one in rows):
            of_figure = [one for one in rows if one.figure == key]
            found[key] = Measured(section["day"], section["commit"], of_figure)
    return {key: found[key] for key in FIGURES if key in found}


def missed_in(came: Mapping[str, Measured]) -> list[str]:
    """The figures of which at least one row was missed."""
    return [key for key, one in came.items() if any(row.verdict == MISSED for row in one.rows)]


def _kept(file: Path) -> dict[str, Any]:
    return dict(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else {}
