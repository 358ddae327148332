"""Processes of the program that are there at once: children of one that has loaded everything and opened nothing.

`python -m tests.jobs.nursery SOCKET`: each message on the socket has a module, what its `main` is told, and the end of a pipe for
what it says. The answer is the child's number, and a second message tells how it ended. A child is the whole program with
nothing left out but the loading of its modules, which takes a server that is killed again and again most of its time.
"""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).parents[2]
_LOADED = (
    *("mediation.app", "mediation.commands.serving", "mediation.web.app", "mediation.jobs.workshop"),
    *("mediation.jobs.engine", "uvicorn", "uvicorn.protocols.http.h11_impl", "uvicorn.lifespan.on"),
    *("psycopg", "sqlalchemy.dialects.postgresql.psycopg", "tests.jobs.process"),
)
_LOOK = 0.02
_PATIENCE = 120.0
_LONGEST = 1 << 16


class Child:
    """One of them; as much of a `subprocess.Popen` as the tests use."""

    def __init__(self, nursery: "Nursery", pid: int, args: list[str], said: int) -> None:
        self._nursery, self.pid, self.args = nursery, pid, args
        self.stdout = os.fdopen(said, encoding="utf-8")

    def poll(self) -> int | None:
        """How it ended: its code, or minus the signal; None while it lives."""
        if self.pid not in self._nursery.ended:
            self._nursery.listen(0)
        return self._nursery.ended.get(self.pid)

    def wait(self, timeout: float | None = None) -> int:
        """Raises subprocess.TimeoutExpired."""
        until = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if until is not None and time.monotonic() > until:
                raise subprocess.TimeoutExpired(self.args, timeout or 0)
            self._nursery.listen(_LOOK)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Nursery:
    """The process that bears the others, for as long as the `with` block lasts."""

    def __init__(self) -> None:
        self.ended: dict[int, int] = {}
        self._born: list[int] = []
        self._line, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with far:
            command = [sys.executable, "-m", "tests.jobs.nursery", str(far.fileno())]
            self._process = subprocess.Popen(command, cwd=ROOT, pass_fds=[far.fileno()])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._line.close()
        self._process.wait()

    def bear(self, words: list[str], more: dict[str, str], module: str = "tests.jobs.process") -> Child:
        """A process of the module with these words, and so much more in its environment."""
        said, says = os.pipe()
        told = {"module": module, "words": words, "more": more}
        try:
            socket.send_fds(self._line, [json.dumps(told).encode()], [says])
        finally:
            os.close(says)
        while not self._born:
            self.listen(None)
        return Child(self, self._born.pop(), words, said)

    def see_killed(self, module: str, *words: str) -> None:
        """Let a process of the module do its work until it is killed, as it has to be."""
        child = self.bear(list(words), {}, module)
        with child.stdout:
            said = child.stdout.read()
        assert child.wait(timeout=_PATIENCE) == -signal.SIGKILL, said

    def listen(self, seconds: float | None) -> None:
        """Take what it has told, waiting so long for something. Raises RuntimeError if it is gone."""
        while select.select([self._line], [], [], seconds)[0]:
            data = self._line.recv(_LONGEST)
            if not data:
                raise RuntimeError("the nursery is gone")
            told: dict[str, Any] = json.loads(data)
            if "born" in told:
                self._born.append(told["born"])
            else:
                self.ended[told["dead"]] = told["code"]
            seconds = 0


def wait_to_be_born(line: socket.socket) -> str:
    """Bear children as they are asked for; returns in each of them its module, and never in their parent but by SystemExit."""
    while True:
        _tell_of_the_dead(line)
        if not select.select([line], [], [], _LOOK)[0]:
            continue
        data, pipes, _flags, _address = socket.recv_fds(line, _LONGEST, 1)
        if not data:
            sys.exit(0)
        pid = os.fork()
        if not pid:
            line.close()
            told = json.loads(data)
            _become(told, pipes[0])
            return str(told["module"])
        os.close(pipes[0])
        line.send(json.dumps({"born": pid}).encode())


def _tell_of_the_dead(line: socket.socket) -> None:
    with suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            with suppress(OSError):
                line.send(json.dumps({"dead": pid, "code": os.waitstatus_to_exitcode(status)}).encode())


def _become(told: dict[str, Any], says: int) -> None:
    """Say what is said into the pipe. A process that it starts must not load this program as its own beginning."""
    os.dup2(says, sys.stdout.fileno())
    os.dup2(says, sys.stderr.fileno())
    os.close(says)
    os.environ.update(told["more"])
    sys.argv[1:] = told["words"]
    beginning = sys.modules["__main__"]
    beginning.__spec__ = None
    vars(beginning).pop("__file__", None)


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    for name in _LOADED:
        import_module(name)
    module = wait_to_be_born(socket.socket(fileno=int(sys.argv[1])))
    import_module(module).main()


if __name__ == "__main__":
    main()
