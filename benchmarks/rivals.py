"""One complete durable act beside the bare step of other engines, all in turn in the same run, all as durable."""

import tempfile
import time
from pathlib import Path

from benchmarks.peers import peers
from benchmarks.results import Row, Section, over, short, spread
from tests.town import Town, founded_town

_WARM = 6


def measure(quick: bool) -> Section:
    """`accept` of this program, then one step of each peer, again and again."""
    times = 6 if quick else 120
    ours: list[float] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'town' / 'data' / 'mediation.db'}"
        with (
            founded_town(folder / "town", url) as founded,
            founded.copied(folder / "ours") as town,
            peers(folder) as (found, left_out),
        ):
            cases = [town.bring("received") for _time in range(_WARM + times)]
            for number, case in enumerate(cases):
                seconds = _accept(town, case)
                if number >= _WARM:
                    ours.append(seconds)
                for peer in found:
                    peer.step(kept=number >= _WARM)
    rows = [
        Row(
            (
                f"{peer.title}: {peer.about}",
                spread(peer.seconds),
                spread(ours),
                short(over(peer.seconds, ours)),
            ),
            peer.title,
            over(peer.seconds, ours),
        )
        for peer in found
    ]
    return Section(
        "engine: beside others",
        "One complete act (`accept`: scope, eight guards, compare-and-swap, tasks, clocks, worklists, hash-chained trail, encryption) "
        "beside a bare step of other engines, which do none of that. The ratio is their time over ours: above 1 ours is faster.",
        ("their bare step", "theirs", "our act", "their time over ours"),
        rows,
        ("sqlalchemy", "transitions"),
        (
            f"Measured with {', '.join(version for peer in found for version in peer.versions)}, as installed at this run.",
            f"{times} times each, in turn, after {_WARM} to warm up; each in a warm process of its own, seconds counted in it.",
            "All on SQLite, WAL, synchronous=FULL, one BEGIN IMMEDIATE and one commit a step.",
            "A way of six steps that wait for somebody and a gateway before the last. Ours runs its ordinary way.",
            "bpmn-engine and SpiffWorkflow keep a process as one JSON text, read and written anew at each step.",
            *left_out,
        ),
    )


def _accept(town: Town, case: str) -> float:
    begun = time.perf_counter()
    town.instance.act("jiawin", case, "accept")
    return time.perf_counter() - begun
