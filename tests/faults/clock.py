"""The server's clock put back a day, forward, and a month on while the server is down: by libfaketime, for the program as it is."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.faults.clients import Log, Request, ask
from tests.faults.load import Judged, settle, tokens
from tests.jobs.conftest import Hosts, Running, wait_until
from tests.jobs.test_arrangement import REGISTER, WAY
from tests.town import MORNING

ROOT = Path(__file__).parents[2]
_EVENTS = "SELECT chain, act, recorded_at, facts FROM audit_event ORDER BY chain, ordinal"
_RUNNING = "SELECT id, due_at FROM deadline WHERE state = 'running'"
_PATIENCE = 180.0
_LOOKS = 8.0
"""Within so many seconds a server looks at its clocks at least once."""


@dataclass
class Shifted(Judged):
    """What a run came to."""

    back: int = 0
    run_out: int = 0
    in_outage: int = 0


def library() -> Path | None:
    """libfaketime, where Debian's package of that name puts it."""
    return next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))), None)


def why_not() -> str:
    """Why no clock can be set here; nothing if it can."""
    return "" if library() else "libfaketime is not installed (Debian: apt-get install libfaketime)"


class ShiftedClock:
    """Starts processes whose clock is the town's second morning, more or less what it is put to, and goes on from there."""

    def __init__(self, hosts: Hosts, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._hosts, self._file = hosts, folder / "clock"
        self._base = MORNING + timedelta(days=1) - datetime.now(UTC)
        self.put(timedelta())

    def put(self, shift: timedelta) -> None:
        """For processes at work too, at once."""
        self._shift = shift
        beside = self._file.with_suffix(".new")
        beside.write_text(f"{(self._base + shift).total_seconds():+.0f}\n", encoding="utf-8")
        beside.replace(self._file)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._base + self._shift

    def start(self, *words: str, until: str) -> Running:
        settings = self._hosts.town.instance.settings
        environment = {
            **os.environ,
            "DATABASE_URL": settings.database_url,
            "PYTHONUTF8": "1",
            "LD_PRELOAD": str(library()),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_RESET": "1",
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "mediation.cli", "--data", str(settings.data), *words],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        found = Running(process)
        self._hosts.running.append(found)
        found.wait_for(until)
        return found


class Shifting:
    """One run on one town."""

    def __init__(self, hosts: Hosts, port: int, folder: Path) -> None:
        self.done = Shifted()
        self._town, self._port, self._folder = hosts.town, port, folder
        self._clock = ShiftedClock(hosts, folder)
        self._log = Log(folder / "client-0.jsonl")
        self._tokens = tokens(hosts.town, {"jiawin", *(one[0] for one in WAY)})
        self._refs: list[str] = []
        self._acts: Counter[str] = Counter()
        self._asked = 0

    def go(self) -> Shifted:
        """A day back, forward, four days on, two back; then a month in which nothing runs."""
        running = self._begin()
        self._register(3)
        self._act(0)
        self._clock.put(timedelta(days=-1))
        self._register(1)
        self._act(0)
        self._act(1)
        self._is_told()
        self._clock.put(timedelta(hours=1))
        self._act(1)
        self._clock.put(timedelta(days=4))
        self._wait_for_sweep()
        self._clock.put(timedelta(days=2))
        self._act(2)
        time.sleep(_LOOKS)
        self._end(running)
        self._clock.put(timedelta(days=34))
        due = {key: _moment(at) for key, at in self._town.rows(_RUNNING) if _moment(at) <= self._clock.now()}
        running = self._begin()
        self._wait_for_sweep()
        self._log.close()
        self._judge_outage(due)
        settle(self.done, self._town, self._folder, running)
        self._judge_trail()
        return self.done

    def _begin(self) -> list[Running]:
        found = [self._clock.start("serve", "--port", str(self._port), until=f":{self._port} 提供")]
        if self._town.instance.settings.on_postgresql:
            found.append(self._clock.start("worker", until="已开始办理"))
        return found

    def _end(self, running: list[Running]) -> None:
        for one in running:
            if one.stop() != 0:
                last = " ".join("".join([*one.said, *one.rest()]).split())[-600:]
                self.done.found.append(f"a process ended with {one.process.returncode}: {last}")

    def _register(self, count: int) -> None:
        for _number in range(count):
            self._refs.append(str(self._sure("jiawin", "/cases", REGISTER)["case"]))

    def _act(self, number: int) -> None:
        """The next act of a case."""
        ref = self._refs[number]
        who, trigger, words = WAY[self._acts[ref]]
        self._acts[ref] += 1
        self._sure(who, f"/cases/{ref}/acts/{trigger}", words)

    def _is_told(self) -> None:
        """Whoever looks at the case sees under which clock it was recorded."""
        trail = self._sure("jiawin", f"/cases/{self._refs[0]}", None).get("trail", [])
        if [one["clock_back"] for one in trail][-1:] != [True]:
            self.done.found.append("the case's trail does not tell that the clock had gone back")

    def _sure(self, who: str, path: str, words: Any) -> dict[str, Any]:
        self._asked += 1
        request = Request(who, path, words, f"clock-{self._asked}")
        found = ask(self._port, self._tokens[who], request, self._log, _PATIENCE)
        if found is None or found.status not in (200, 201):
            raise AssertionError(f"{path}: {found}")
        return found.answer

    def _wait_for_sweep(self) -> None:
        """All that is due has run out."""

        def is_swept() -> bool:
            return not [at for _key, at in self._town.rows(_RUNNING) if _moment(at) < self._clock.now()]

        try:
            wait_until(is_swept, _PATIENCE)
        except AssertionError:
            self.done.found.append(f"at {self._clock.now()} clocks wait that have run out")

    def _judge_outage(self, due: dict[int, datetime]) -> None:
        """What was due while nothing ran has run out, or was ended by something that did; its time is what it was."""
        self.done.in_outage = len(due)
        now = {
            key: (state, _moment(at))
            for key, state, at in self._town.rows("SELECT id, state, due_at FROM deadline")
        }
        self.done.found += [
            f"clock {key}, due {at}, is {now[key]}"
            for key, at in due.items()
            if now[key][0] == "running" or now[key][1] != at
        ]

    def _judge_trail(self) -> None:
        rows = [(chain, act, _moment(at), _json(facts)) for chain, act, at, facts in self._town.rows(_EVENTS)]
        self.done.back = sum(bool(facts.get("clock_back")) for _chain, _act, _at, facts in rows)
        self.done.run_out = sum(act == "deadline.missed" for _chain, act, _at, _facts in rows)
        self.done.found += list(misrecorded(rows))
        self.done.found += [] if self.done.back and self.done.run_out else ["nothing was tried"]


def misrecorded(rows: list[tuple[str, str, datetime, dict[str, Any]]]) -> Iterator[str]:
    """What is wrong in (chain, act, recorded at, facts) in order: time that goes back, clocks that ran out early or twice."""
    last: dict[str, datetime] = {}
    for chain, act, at, _facts in rows:
        if at < last.get(chain, at):
            yield f"{chain}: {act} was recorded before the event before it"
        last[chain] = at
    missed = [(chain, facts) for chain, act, _at, facts in rows if act == "deadline.missed"]
    for chain, facts in missed:
        if datetime.fromisoformat(facts["found_at"]) < datetime.fromisoformat(facts["due_at"]):
            yield f"{chain}: {facts['deadline']} ran out before it was due"
    times = Counter((chain, facts["deadline"], facts["due_at"]) for chain, facts in missed)
    yield from (
        f"{chain}: {name}, due {due}, ran out {n} times" for (chain, name, due), n in times.items() if n > 1
    )


def _moment(said: Any) -> datetime:
    found = datetime.fromisoformat(said) if isinstance(said, str) else said
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _json(said: Any) -> dict[str, Any]:
    return dict(json.loads(said)) if isinstance(said, str) else dict(said)
