"""Many clients on one case, round after round, in a process of their own: `python -m tests.faults.crowd PLAN.json`.

In a round some read the case; then all wait for each other and send an act on the version that is known, each with a key of
its own. Some send it twice at once, some again after the answer. What is not answered is sent again. Logs: see `clients`.
"""

import json
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from tests.faults.clients import Heard, Log, Request, ask, end_all

_PATIENCE = 300.0
_AGAIN = 0.1
_READS, _TWICE_AT_ONCE, _ONCE_MORE = 0.25, 0.2, 0.2


@dataclass
class Plan:
    """What the crowd is told. `acts`: (trigger, words), any of which may be done at any time."""

    port: int
    folder: Path
    clients: int
    rounds: int
    seed: int
    token: str
    case: str
    version: int
    acts: list[tuple[str, dict[str, Any]]]


class Crowd:
    """What the clients of a round have in common: where they wait for each other, and the newest version heard."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.gate = threading.Barrier(plan.clients)
        self._lock = threading.Lock()
        self.version = plan.version

    def heard(self, version: int) -> None:
        with self._lock:
            self.version = max(self.version, version)


class Client:
    """One of the crowd, with a log of its own, and one for what it sends at the same time."""

    def __init__(self, crowd: Crowd, number: int) -> None:
        self._crowd, self._plan, self._name = crowd, crowd.plan, f"client-{number:02}"
        self._chance = Random(f"{crowd.plan.seed}/{number}")  # noqa: S311 — no secret
        self._log, self._aside = (
            Log(crowd.plan.folder / f"{self._name}{end}.jsonl") for end in ("", "-aside")
        )

    def work(self) -> None:
        for number in range(self._plan.rounds):
            if self._chance.random() < _READS:
                seen = self._sure(self._log, Request("", self._case, None, f"{self._name}-{number}-read"))
                self._crowd.heard(int(str(seen.tag).strip('"')))
            self._crowd.gate.wait(_PATIENCE)
            known = self._crowd.version
            self._crowd.gate.wait(_PATIENCE)  # nobody may hear of a newer one before all have looked
            self._act(number, f'"{known}"')
        self._log.close()
        self._aside.close()

    @property
    def _case(self) -> str:
        return f"/cases/{self._plan.case}"

    def _act(self, number: int, tag: str) -> None:
        trigger, words = self._plan.acts[number % len(self._plan.acts)]
        request = Request("", f"{self._case}/acts/{trigger}", words, f"{self._name}-{number}", tag)
        turn, beside = self._chance.random(), None
        if turn < _TWICE_AT_ONCE:
            beside = threading.Thread(target=self._sure, args=(self._aside, request))
            beside.start()
        done = self._sure(self._log, request)
        if beside is not None:
            beside.join()
        if _TWICE_AT_ONCE <= turn < _TWICE_AT_ONCE + _ONCE_MORE:
            self._sure(self._log, request)
        if done.status == 200:
            self._crowd.heard(int(done.answer["version"]))

    def _sure(self, log: Log, request: Request) -> Heard:
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            found = ask(self._plan.port, self._plan.token, request, log)
            if found is not None and found.status < 500:
                return found
            time.sleep(_AGAIN)
        raise AssertionError(f"{self._name}: no answer to {request.path} for {_PATIENCE} seconds")


def main() -> None:
    threading.excepthook = end_all
    told = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    crowd = Crowd(Plan(**{**told, "folder": Path(told["folder"])}))
    threads = [threading.Thread(target=Client(crowd, number).work) for number in range(crowd.plan.clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
