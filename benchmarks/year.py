"""A county's year of disputes, played through the engine on an injected clock; its papers are rows, neither set nor signed."""

import statistics
import tempfile
from pathlib import Path

from benchmarks.engine import bare_mover
from benchmarks.figures import short
from benchmarks.results import Row, Section
from benchmarks.year_site import TOWNSHIPS, VILLAGES, write_county
from mediation.simulation.report import Report
from mediation.simulation.year import simulate

CASES = 10_000
_QUICK = 30
_MOVES = 20_000
_FLAT = 1.25
"""The most memory of the last quarter over that of the first, below which it counts as flat."""


def measure(quick: bool, cases: int = CASES) -> Section:
    """One year, and what it took."""
    with tempfile.TemporaryDirectory() as name:
        people = write_county(Path(name) / "county")
        before = _bare_move()
        report = simulate(Path(name) / "county", _QUICK if quick else cases, 1)
        moves = before, _bare_move()
    run = report.run
    memory = [run[f"memory_mib_quarter_{quarter}"] for quarter in (1, 2, 3, 4)]
    flat = "flat" if memory[-1] <= _FLAT * memory[0] else "not flat"
    return Section(
        "year",
        f"`mediation simulate` of a county with {TOWNSHIPS} townships of {VILLAGES} villages each and {people} people, on SQLite, "
        "in one process: acts by the site's people through the engine, clocks, reminders, supervision and notices by the daily round. "
        f"The mark is {CASES:,} disputes in under 900 seconds on two idle cores, memory flat. A bare move of `transitions`, timed before and after, tells how fast "
        "the machine runs Python.",
        ("what", "came"),
        [
            *_rows(report, moves),
            ("most memory at each quarter's end", f"{', '.join(f'{one:.0f}' for one in memory)} MiB: {flat}"),
        ],
        ("sqlalchemy", "sqlmodel", "pydantic"),
        (
            (
                "Wall seconds depend on what else the machine does (load average above), and both on how fast it is; what a dispute takes in bare moves "
                "of the same run does so least. Founding the county is in all of them."
            ),
            "The database and the files of the year are thrown away and not pressed onto the disk at each commit; all else is as in daily work.",
        ),
    )


def _rows(report: Report, moves: tuple[float, float]) -> list[Row | tuple[str, str]]:
    run, events = report.run, sum(report.acts.values())
    seconds, one = float(run["seconds"]), run["cpu_seconds"] / report.cases
    took = ("seconds", f"{seconds:,.0f}")
    return [
        ("disputes", f"{report.cases:,}"),
        Row(took, "county-year", seconds) if report.cases == CASES else took,
        ("CPU seconds", f"{run['cpu_seconds']:,.0f}"),
        ("CPU milliseconds per dispute", f"{one * 1000:,.0f}"),
        ("bare move before, after", " µs, ".join(short(move * 1e6) for move in moves) + " µs"),
        ("a dispute, in bare moves", f"{one / statistics.mean(moves):,.0f}"),
        ("events of the trail", f"{events:,}"),
        ("papers as rows", f"{report.papers_as_rows:,}"),
        (
            "notices asked for, letters in trays",
            f"{report.notices['asked_for']:,}, {report.notices.get('letters_sent', 0):,}",
        ),
        (
            "acts refused, disputes nobody went on with",
            f"{sum(report.refused.values()):,}, {sum(report.left_lying.values()):,}",
        ),
        ("clocks that ran out", f"{sum(report.clocks_run_out.values()):,}"),
        ("each clock once, none early, none overlooked", _said(report.each_clock_once)),
        ("each notice once to each reader", _said(report.each_notice_once)),
        ("the whole trail verifies", _said(report.trail_is_whole)),
    ]


def _bare_move() -> float:
    """The median of many, in seconds."""
    move = bare_mover()
    return statistics.median(move() for _time in range(_MOVES))


def _said(holds: bool) -> str:
    return "yes" if holds else "no"
