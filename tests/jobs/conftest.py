"""Processes of the program as an operator starts them, each with a data folder of its own; all are ended with the test."""

import os
import queue
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.jobs.nursery import Child, Nursery
from tests.town import Town, postgresql_founded, sqlite_founded, sqlite_town, town

__all__ = ["postgresql_founded", "sqlite_founded", "sqlite_town", "town"]

ROOT = Path(__file__).parents[2]
PATIENCE = 180.0  # on a machine that does much else
KILLED = -signal.SIGKILL


@dataclass
class Running:
    """One process, and the lines that it has said."""

    process: subprocess.Popen[str] | Child
    lines: "queue.Queue[str]" = field(default_factory=queue.Queue)
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.listening = threading.Thread(target=self._listen, daemon=True)
        self.listening.start()

    def wait_for(self, words: str) -> str:
        """The first line, from what has not been read yet, that holds the words."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                line = self.lines.get(timeout=0.2)
            except queue.Empty:
                if self.process.poll() is not None and self.lines.empty():
                    break
                continue
            self.said.append(line)
            if words in line:
                return line
        raise AssertionError(f"never said {words!r}:\n" + "".join(self.said))

    def kill(self) -> None:
        self.process.kill()
        assert self.process.wait(timeout=PATIENCE) == KILLED

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=PATIENCE)

    def end(self) -> None:
        """It is dead, or dies now; all that it has said is here."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.listening.join()
        assert self.process.stdout is not None
        self.process.stdout.close()

    def rest(self) -> list[str]:
        """What has been said and not been waited for."""
        return [self.lines.get() for _line in range(self.lines.qsize())]

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.put(line)


@dataclass
class Hosts:
    """Starts processes against one town. On PostgreSQL each is a host of its own that was given nothing but the key file."""

    town: Town
    folder: Path
    running: list[Running] = field(default_factory=list)
    began: float = field(default_factory=time.time)
    nursery: Nursery | None = None
    """Where they are born, if many are to be killed: there at once, with all modules loaded."""

    def start(self, name: str, *words: str, stuck: bool = False) -> Running:
        settings = self.town.instance.settings
        data = settings.data
        if settings.on_postgresql:
            data = self.folder / name
            (data / "keys").mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.copy(settings.key_file, data / "keys" / "master.key")
        told = [str(self.began), "yes" if stuck else "no", "--data", str(data), *words]
        more = {"DATABASE_URL": settings.database_url, "PYTHONUTF8": "1"}
        self.running.append(Running(self.nursery.bear(told, more) if self.nursery else _begun(told, more)))
        return self.running[-1]

    def worker(self, name: str, *, stuck: bool = False) -> Running:
        """A worker, at work."""
        found = self.start(name, "worker", stuck=stuck)
        found.wait_for("已开始办理")
        return found

    def serve(self, name: str, port: int) -> Running:
        """A server, answering."""
        found = self.start(name, "serve", "--port", str(port))
        found.wait_for(f":{port} 提供")
        return found


def _begun(words: list[str], more: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.jobs.process", *words],
        cwd=ROOT,
        env={**os.environ, **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.fixture
def hosts(town: Town, tmp_path: Path) -> Iterator[Hosts]:
    yield from _hosts(town, tmp_path)


@pytest.fixture
def sqlite_hosts(sqlite_town: Town, tmp_path: Path) -> Iterator[Hosts]:
    yield from _hosts(sqlite_town, tmp_path)


@pytest.fixture
def postgresql_hosts(postgresql_founded, tmp_path: Path) -> Iterator[Hosts]:
    with postgresql_founded.copied(tmp_path) as own:
        yield from _hosts(own, tmp_path)


def _hosts(town: Town, folder: Path) -> Iterator[Hosts]:
    found = Hosts(town, folder / "hosts")
    try:
        yield found
    finally:
        for one in found.running:
            one.end()
            # Shown if the test fails.
            sys.stdout.write("".join([f"— {one.process.args[-2:]}\n", *one.said, *one.rest()]))


def wait_until(true: Callable[[], bool], seconds: float = PATIENCE) -> float:
    """Wait for it; how long it took, in seconds."""
    began = time.monotonic()
    while not true():
        if time.monotonic() - began > seconds:
            raise AssertionError(f"not within {seconds} seconds")
        time.sleep(0.1)
    return time.monotonic() - began


@pytest.fixture
def unused_port() -> int:
    """A port that was free just now."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])
