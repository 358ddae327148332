"""Clients of the API, in a process of their own: `python -m tests.faults.clients PLAN.json`. They log what they asked and heard.

Each takes disputes of its own from registration to the sealed agreement, and meddles with the disputes of the others now
and then. What is not answered is sent again with the same key until it is. A log is a file of lines, one JSON object each:
`asked` before a request goes out, `heard` when an answer has come in, `gone` when none came.
"""

import hashlib
import http.client
import json
import os
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

_PATIENCE = 1200.0  # a server that is killed again and again, on a machine that does much else
_AGAIN = 0.25
_ONE_ANSWER = 30.0
_TOLD = ("case", "version", "event_number", "event_hash", "type")


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
        self._log = Log(plan.folder / f"{self._name}.jsonl")

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
        request = Request(who, path, words, key, tag)
        found = ask(self._plan.port, self._plan.tokens[who], request, self._log)
        return (found.status, found.answer, found.tag) if found is not None else None


@dataclass(frozen=True)
class Request:
    """What is asked: who asks for what, the words of an act (none: it reads), its key, the version that was seen.

    `kind`: of words that are bytes, as a form with files is.
    """

    who: str
    path: str
    words: Any
    key: str
    tag: str | None = None
    kind: str = "application/json"


@dataclass(frozen=True)
class Heard:
    """What was answered."""

    status: int
    answer: dict[str, Any]
    tag: str | None


class Log:
    """A client's log: one line for each thing asked, heard, or not heard."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")
        self._name, self._asked = path.stem, 0

    def asked(self, request: Request) -> str:
        """Told before anything is sent; returns what tells this time of asking from others of the same key."""
        self._asked += 1
        turn = f"{self._name}/{self._asked}"
        writes = request.words is not None
        self.note("asked", turn=turn, key=request.key, path=request.path, writes=writes, tag=request.tag)
        return turn

    def note(self, what: str, **told: Any) -> None:
        self._file.write(json.dumps({"at": time.monotonic(), "what": what, **told}) + "\n")
        self._file.flush()

    def close(self) -> None:
        self._file.close()


def ask(port: int, token: str, request: Request, log: Log, patience: float = _ONE_ANSWER) -> Heard | None:
    """Ask once, and log it; None if no whole answer came."""
    headers = {"Authorization": f"Bearer {token}"}
    body = None
    if request.words is not None:
        headers |= {"Content-Type": request.kind, "Idempotency-Key": request.key}
        body = request.words if isinstance(request.words, bytes) else json.dumps(request.words).encode()
    if request.tag is not None:
        headers["If-Match"] = request.tag
    turn = log.asked(request)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=patience)
    try:
        connection.request("GET" if body is None else "POST", f"/api/v1{request.path}", body, headers)
        found = connection.getresponse()
        data = found.read()
        answer = dict(json.loads(data or b"{}"))
    except (OSError, ValueError, http.client.HTTPException) as error:
        log.note("gone", turn=turn, key=request.key, why=type(error).__name__)
        return None
    finally:
        connection.close()
    told = {name: answer.get(name) for name in _TOLD}
    again, tag = found.headers.get("Idempotent-Replayed") == "true", found.headers.get("ETag")
    told |= {"status": found.status, "again": again, "tag": tag, "body": hashlib.sha256(data).hexdigest()}
    log.note("heard", turn=turn, key=request.key, path=request.path, **told)
    return Heard(found.status, answer, tag)


def main() -> None:
    threading.excepthook = end_all
    told = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    way = [(who, trigger, words) for who, trigger, words in told.pop("way")]
    plan = Plan(**{**told, "way": way, "folder": Path(told["folder"]), "stop": Path(told["stop"])})
    threads = [threading.Thread(target=Client(plan, number).work) for number in range(plan.clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def end_all(words: threading.ExceptHookArgs) -> None:
    """A client that breaks down is a fault of this program, and must not look like one that has nothing to say."""
    sys.__excepthook__(words.exc_type, words.exc_value or words.exc_type(), words.exc_traceback)
    os._exit(3)


if __name__ == "__main__":
    main()
