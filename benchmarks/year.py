"""A county's year of disputes, played through the engine on an injected clock; its papers are rows, neither set nor signed."""

import tempfile
from pathlib import Path

from benchmarks.results import Section
from benchmarks.year_site import TOWNSHIPS, VILLAGES, write_county
from mediation.simulation.report import Report
from mediation.simulation.year import simulate

CASES = 10_000
_QUICK = 30
_FLAT = 1.25
"""The most memory of the last quarter over that of the first, below which it counts as flat."""


def measure(quick: bool, cases: int = CASES) -> Section:
    """One year, and what it took."""
    with tempfile.TemporaryDirectory() as name:
        people = write_county(Path(name) / "county")
        report = simulate(Path(name) / "county", _QUICK if quick else cases, 1)
    run = report.run
    memory = [run[f"memory_mib_quarter_{quarter}"] for quarter in (1, 2, 3, 4)]
    flat = "flat" if memory[-1] <= _FLAT * memory[0] else "not flat"
    return Section(
        "year",
        f"`mediation simulate` of a county with {TOWNSHIPS} townships of {VILLAGES} villages each and {people} people, on SQLite, "
        "in one process: acts by the site's people through the engine, clocks, reminders, supervision and notices by the daily round. "
        f"The mark is {CASES:,} disputes in under 900 seconds on two idle cores, memory flat.",
        ("what", "figure"),
        [
            *_rows(report),
            ("most memory at each quarter's end", f"{', '.join(f'{one:.0f}' for one in memory)} MiB: {flat}"),
        ],
        ("sqlalchemy", "sqlmodel", "pydantic"),
        (
            "Wall seconds depend on what else the machine does (load average above); CPU seconds less so. Founding the county is in both.",
            "The database and the files of the year are thrown away and not pressed onto the disk at each commit; all else is as in daily work.",
        ),
    )


def _rows(report: Report) -> list[tuple[str, str]]:
    run, events = report.run, sum(report.acts.values())
    return [
        ("disputes", f"{report.cases:,}"),
        ("seconds", f"{run['seconds']:,.0f}"),
        ("CPU seconds", f"{run['cpu_seconds']:,.0f}"),
        ("CPU milliseconds per dispute", f"{run['cpu_seconds'] / report.cases * 1000:,.0f}"),
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


def _said(holds: bool) -> str:
    return "yes" if holds else "no"
