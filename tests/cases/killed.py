"""A process that opens a town and is killed in the middle: `python -m tests.cases.killed DATA URL REF POINT`."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlmodel import Session

from mediation.app import Instance
from mediation.cases import clockwork
from mediation.clock import SetClock
from mediation.documents.store import FileStore
from mediation.settings import Settings
from tests.town import MORNING

SAID = {"reason": "no_agreement", "routes": ["court"]}
KILLED = -signal.SIGKILL


def die(*_anything: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def before_commit() -> None:
    """Everything of the act has been written, nothing is committed."""
    event.listen(Session, "before_commit", die)


def after_commit() -> None:
    """The act is committed, its paper not begun."""
    event.listen(Session, "after_commit", die)


def after_put() -> None:
    """The bytes of the paper are in the store, no row knows them."""
    put: Callable[..., str] = FileStore.put

    def put_and_die(self: FileStore, data: bytes) -> str:
        put(self, data)
        die()
        return ""

    FileStore.put = put_and_die  # type: ignore[method-assign]


def before_crossing_off() -> None:
    """The paper is printed, sealed and recorded; the outbox still asks for it."""
    clockwork.cross_off = die


POINTS = {point.__name__: point for point in (before_commit, after_commit, after_put, before_crossing_off)}


def main() -> None:
    data, url, ref, point = sys.argv[1:]
    settings = Settings(data=Path(data), database_url=url, key_file=Path(data) / "keys" / "master.key")
    with Instance.open(settings, SetClock(MORNING)) as instance:
        POINTS[point]()
        instance.do("jiamed", ref, "terminate", SAID)


if __name__ == "__main__":
    main()
