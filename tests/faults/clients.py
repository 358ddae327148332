"""Clients of the API, in a process of their own: `python -m tests.faults.clients PLAN.json`. They log what they asked and heard.

Each takes disputes of its own from registration to the sealed agreement, and meddles with the disputes of the others now
and then. What is not answered is sent again with the same key until it is. A log is a file of lines, one JSON object each:
`asked` before a request goes out, `heard` when an answer has come in, `gone` when none came.
"""

import json
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

_PATIENCE = 300.0
_AGAIN = 0.25


@dataclass
class Plan:
    """What the clients are told. `way`: (who, trigger, words) of one dispute; `tokens`: who → token."""

    port: int
    folder: Path
    stop: Path
    clients: int
    seed: int
    tokens: dict[str, str]
    register: dict[str, Any]
    registrar: str
    way: list[tuple[str, str, dict[str, Any]]]
    shared: list[str] = field(default_factory=list)


class Client:
    """One client with a log of its own."""

    def __init__(self, plan: Plan, number: int) -> None:
        self._plan = plan
        self._name = f"client-{number}"
        self._chance = Random(f"{plan.seed}/{number}")  # noqa: S311 — no secret
        self._sent = 0
        self._log = (plan.folder / f"{self._name}.jsonl").open("a", encoding="utf-8")

    def work(self) -> None:
        """Go on until the file `stop` is there, and finish what was asked."""
        while not self._plan.stop.exists():
            self._dispute()
        self._log.close()

    def _dispute(self) -> None:
        status, answer, _tag = self._sure(self._plan.registrar, "/cases", self._plan.register)
        if status != 201:
            return
        ref = str(answer["case"])
        self._plan.shared.append(ref)
        for who, trigger, words in self._plan.way:
            if self._plan.stop.exists():
                return
            if self._chance.random() < 0.3:
                self._meddle()
            for _try in range(40):  # a paper that the act needs may not have been printed yet
                status, answer, _tag = self._sure(who, f"/cases/{ref}/acts/{trigger}", words)
                if status == 200 or self._plan.stop.exists():
                    break
                time.sleep(_AGAIN)

    def _meddle(self) -> None:
        """Look at another dispute, and do whatever comes next in it, on what was seen."""
        ref = self._chance.choice(self._plan.shared)
        who, trigger, words = self._chance.choice(self._plan.way)
        status, _answer, tag = self._sure(who, f"/cases/{ref}", None)
        if status == 200:
            self._sure(who, f"/cases/{ref}/acts/{trigger}", words, tag)

    def _sure(
        self, who: str, path: str, words: Any, tag: str | None = None
    ) -> tuple[int, dict[str, Any], str | None]:
        """Ask until there is an answer, with the same key each time."""
        self._sent += 1
        key = f"{self._name}-{self._sent}"
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            found = self._ask(who, path, words, key, tag)
            if found is not None and found[0] < 500:
                return found
            time.sleep(_AGAIN)
        raise AssertionError(f"{self._name}: no answer to {path} for {_PATIENCE} seconds")

    def _ask(
        self, who: str, path: str, words: Any, key: str, tag: str | None
    ) -> tuple[int, dict[str, Any], str | None] | None:
        headers = {"Authorization": f"Bearer {self._plan.tokens[who]}"}
        body = None
        if words is not None:
            headers |= {"Content-Type": "application/json", "Idempotency-Key": key}
            body = json.dumps(words).encode()
        if tag is not None:
            headers["If-Match"] = tag
        request = urllib.request.Request(f"http://127.0.0.1:{self._plan.port}/api/v1{path}", body, headers)
        self._note("asked", key=key, path=path, writes=words is not None, tag=tag)
        try:
            with urllib.request.urlopen(request, timeout=30) as found:  # noqa: S310 — loopback
                answer = dict(json.load(found))
                self._heard(key, path, found.status, answer, found.headers)
                return found.status, answer, found.headers.get("ETag")
        except urllib.error.HTTPError as error:
            with error:
                answer = dict(json.loads(error.read() or b"{}"))
            self._heard(key, path, error.code, answer, error.headers)
            return error.code, answer, None
        except (OSError, ValueError) as error:
            self._note("gone", key=key, why=type(error).__name__)
            return None

    def _heard(self, key: str, path: str, status: int, answer: dict[str, Any], headers: Any) -> None:
        told = {name: answer.get(name) for name in ("case", "version", "event_number", "event_hash", "type")}
        again = headers.get("Idempotent-Replayed") == "true"
        self._note("heard", key=key, path=path, status=status, again=again, tag=headers.get("ETag"), **told)

    def _note(self, what: str, **told: Any) -> None:
        self._log.write(json.dumps({"at": time.monotonic(), "what": what, **told}) + "\n")
        self._log.flush()


def main() -> None:
    told = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    way = [(who, trigger, words) for who, trigger, words in told.pop("way")]
    plan = Plan(**{**told, "way": way, "folder": Path(told["folder"]), "stop": Path(told["stop"])})
    threads = [threading.Thread(target=Client(plan, number).work) for number in range(plan.clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
