"""What clocks and notices cost: a sweep beside a transition, a transition with and without them, a killed worker's work."""

import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from benchmarks.results import Section, ratio, spread
from benchmarks.scale_data import scaled
from mediation.cases import outgoing
from mediation.deadlines import queries as deadline_queries
from mediation.deadlines import timers
from tests.jobs.conftest import Hosts, wait_until
from tests.jobs.test_killed import owing, waiting
from tests.notices.conftest import sms, switch
from tests.notices.servers import gateway
from tests.notices.test_killed import appointed
from tests.postgresql import running_server
from tests.town import MORNING, Town, founded_town

_BATCH, _BESIDE = 100, 4
"""So many clocks are carried out, and beside them so many transitions, in turn."""
_WARM = 3
_STORES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True)
class Act:
    """An act, who does it, on a case that has been brought so far, in which words; what of clocks and notices it brings."""

    trigger: str
    who: str
    brought: str
    brings: str
    words: dict[str, Any] = field(default_factory=dict)


ACTS = (
    Act("keep", "jiawin", "triaged", "two clocks end, two begin"),
    Act("accept", "jiawin", "received", "a clock ends, two begin"),
    Act(
        "escalate", "jiamed", "mediating", "a clock ends, one begins, a notice", {"reason": "超出本级能力。"}
    ),
    Act(
        "give_part", "jiamed", "mediating", "a clock begins, a notice", {"unit": "su-pai", "what": "核实界线"}
    ),
)


def measure(quick: bool, stores: Sequence[str] = ("sqlite", "postgresql")) -> Section:
    """A sweep of 10,000 clocks that have run out, four acts with and without clocks and notices, a worker killed."""
    clocks, cases, kills = (1_000, 10, 1) if quick else (10_000, 60, 5)
    rows: list[list[str]] = []
    for store in stores:
        with tempfile.TemporaryDirectory() as name, ExitStack() as open_ones:
            folder = Path(name)
            server = open_ones.enter_context(running_server(durable=True)) if store == "postgresql" else None

            def fresh(place: str, server: Any = server, folder: Path = folder) -> str:
                return server.create_database() if server else f"sqlite:///{folder / place}/data/mediation.db"

            with scaled(folder / "swept", fresh("swept"), clocks * 11) as large:
                swept, beside = _sweep(large.town, clocks)
            rows.append(
                [
                    _STORES[store],
                    f"due sweep of {clocks:,} clocks, each",
                    spread(swept),
                    "`accept`, a transition",
                    spread(beside),
                    ratio(swept, beside),
                    "2",
                ]
            )
            with founded_town(folder / "acts", fresh("acts"), server) as founded:
                with founded.copied(folder / "one") as full, founded.copied(folder / "other") as bare:
                    rows += [_compared(_STORES[store], act, full, bare, cases) for act in ACTS]
                if server is not None:
                    rows += [
                        _seconds(
                            f"worker killed with -9 in mid-task, {kills} times: done by the other after",
                            _taken_over(founded, folder, kills),
                        ),
                        _seconds(
                            f"worker killed with -9 while it sends an SMS, {min(kills, 3)} times: sent again, with the same id, after",
                            _sent_again(founded, folder, min(kills, 3)),
                        ),
                    ]
    return Section(
        "clocks",
        "Every act and every clock is one durable transaction. The ratio is of medians; the last column is the mark.",
        ("store", "what", "ours", "beside", "its time", "ratio", "at most"),
        rows,
        ("sqlalchemy", "sqlmodel", "psycopg", "dbos"),
        (
            f"The sweep: {_BATCH} clocks of open cases, each of which reminds its owner, then {_BESIDE} `accept` on others, till done.",
            f"Acts: {cases} cases each, in turn on two copies of one town, after {_WARM} to warm up.",
            "Without: clocks are neither counted nor written nor ended, and nothing is put into the outbox.",
            "A notice is a row of the outbox within the act; it is composed and delivered afterwards, by a worker.",
        ),
    )


def _sweep(town: Town, clocks: int) -> tuple[list[float], list[float]]:
    """Seconds of each clock (a batch's time over its clocks), and of each transition beside."""
    moment = MORNING + timedelta(days=120)
    refs = []
    for _case in range(clocks // _BATCH * _BESIDE):
        town.clock.put(moment)
        refs.append(town.bring("received"))
    left: list[str] = []
    swept: list[float] = []
    beside: list[float] = []
    while refs:
        town.clock.put(moment)
        begun = time.perf_counter()
        missed = town.instance.clocks.sweep(left, _BATCH)
        swept.append((time.perf_counter() - begun) / _BATCH)
        assert (len(missed), left) == (_BATCH, [])
        for _turn in range(_BESIDE):
            town.clock.put(moment)
            beside.append(_timed(partial(town.act, "jiawin", refs.pop(), "accept")))
    return swept, beside


def _compared(store: str, act: Act, full: Town, bare: Town, cases: int) -> list[str]:
    ours, without = [], []
    for number in range(cases + _WARM):
        one, other = full.bring(act.brought), bare.bring(act.brought)
        took = _timed(partial(full.act, act.who, one, act.trigger, **act.words))
        with _neither_clocks_nor_notices():
            spared = _timed(partial(bare.act, act.who, other, act.trigger, **act.words))
        if number >= _WARM:
            ours.append(took)
            without.append(spared)
    what = f"`{act.trigger}` ({act.brings})"
    return [store, what, spread(ours), "the same without", spread(without), ratio(ours, without), "1.5"]


@contextmanager
def _neither_clocks_nor_notices() -> Iterator[None]:
    never = SimpleNamespace(due_at=MORNING + timedelta(days=1))
    with ExitStack() as patched:
        for owner, name, answer in (
            (timers, "start", never),
            (timers, "meet", True),
            (timers, "meet_named", 1),
            (timers, "meet_state", 1),
            (timers, "cancel", True),
            (timers, "cancel_named", 1),
            (deadline_queries, "deadlines_of", []),
            (outgoing, "_post", None),
        ):
            patched.enter_context(patch.object(owner, name, lambda *_a, answer=answer, **_k: answer))
        yield


def _taken_over(founded: Any, folder: Path, kills: int) -> list[float]:
    """Seconds from the kill until the other worker has done the work."""
    took = []
    for number in range(kills):
        with founded.copied(folder / f"killed-{number}") as town:
            hosts = Hosts(town, folder / f"hosts-{number}")
            try:
                owing(town)
                first = hosts.worker("first", stuck=True)
                first.wait_for("begun")
                hosts.worker("second")
                first.kill()
                begun = time.perf_counter()
                wait_until(lambda town=town: waiting(town) == 0)
                took.append(time.perf_counter() - begun)
            finally:
                for one in hosts.running:
                    one.end()
    return took


def _sent_again(founded: Any, folder: Path, kills: int) -> list[float]:
    """Seconds from the kill, while a message is on its way, until the gateway has it from the other worker, once more."""
    took = []
    for number in range(kills):
        with founded.copied(folder / f"sending-{number}") as town, gateway() as sms_gateway:
            switch(town, outward=True, channels={"sms": sms(sms_gateway.url)})
            sms_gateway.drip = 2.0
            hosts = Hosts(town, folder / f"senders-{number}")
            try:
                appointed(town)
                first = hosts.worker("first")
                wait_until(lambda taken=sms_gateway.taken: len(taken) == 1)
                hosts.worker("second")
                first.kill()
                sms_gateway.drip = 0.0
                begun = time.perf_counter()
                wait_until(lambda taken=sms_gateway.taken: len(taken) == 2)
                took.append(time.perf_counter() - begun)
                assert len({json.loads(one.body)["msgid"] for one in sms_gateway.taken}) == 1
            finally:
                for one in hosts.running:
                    one.end()
    return took


def _seconds(what: str, took: Sequence[float]) -> list[str]:
    seconds = "–".join(f"{second:.1f}" for second in sorted({min(took), max(took)}))
    return ["PostgreSQL", what, f"{seconds} s", "", "", "", "30 s"]


def _timed(work: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
