"""A disk that is full but for a few pages more each time, while acts are sent; then there is room again."""

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mediation.clock import local_day
from tests.faults.clients import Heard, Log, Request, ask
from tests.faults.evidence import picture
from tests.faults.load import Judged, given, settle, tokens
from tests.jobs.conftest import Hosts, Running
from tests.jobs.test_arrangement import REGISTER
from tests.town import MORNING
from tests.walk.sight import findings, untold

_PAGE = 4096
_SIZE = "40m"
_LEFT = (0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 48, 64)
"""So many pages of the disk are left each time, and begun again from the first."""
_BACKUP_EVERY = 4
_FULL = 503
_PATIENCE = 180.0  # the first picture waits for the process that judges it


@dataclass
class Filled(Judged):
    """What a run came to."""

    times: int = 0
    short: int = 0
    got_through: int = 0
    backups: int = 0


def why_not() -> str:
    """Why no small disk can be had here; nothing if one can."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "a small file system can be mounted by root on Linux only"
    return "" if shutil.which("mount") else "there is no mount"


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A file system of its own, of little room, in memory. Raises OSError where none may be mounted."""
    folder.mkdir(parents=True)
    mount, unmount = shutil.which("mount") or "mount", shutil.which("umount") or "umount"
    made = subprocess.run(
        [mount, "-t", "tmpfs", "-o", f"size={_SIZE},mode=0700", "tmpfs", str(folder)],
        check=False,
        capture_output=True,
    )
    if made.returncode:
        raise OSError(made.stderr.decode(errors="replace").strip())
    try:
        yield folder
    finally:
        subprocess.run([unmount, "-l", str(folder)], check=True)


class FillingUp:
    """One run on one town, whose data folder lies on the small disk."""

    def __init__(self, hosts: Hosts, port: int, disk: Path, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.done = Filled()
        self._hosts, self._town, self._port, self._folder = hosts, hosts.town, port, folder
        self._filler, self._backup = disk / "filler", disk / "backup"
        self._log = Log(folder / "client-0.jsonl")
        self._ref = given(self._town, folder, "mediating")
        self._tokens = tokens(self._town, {"jiawin", "jiamed"})
        self._server: Running = hosts.serve("serve", port)

    def go(self, times: int) -> Filled:
        """So many times full, and room again."""
        for number in range(times):
            requests = list(self._requests(number))
            self._fill(_LEFT[number % len(_LEFT)] * _PAGE)
            self.done.times += 1
            self._read("with the disk full", (200, _FULL))  # nobody reads of persons unless it can be noted
            refused = [one for one in requests if not self._try(one)]
            if number % _BACKUP_EVERY == 0:
                self._back_up(number, is_full=True)
            self._filler.unlink()
            self._make_good(number, refused)
        self._back_up(times, is_full=False)
        self._log.close()
        settle(self.done, self._town, self._folder, [self._server])
        self._look_at_cases()
        return self.done

    def _requests(self, number: int) -> Iterator[Request]:
        """An act, a registration, evidence with a file; another content each time."""
        note = {"party": 1, "body": f"第{number}次谈话。" * 40}
        yield Request("jiamed", f"/cases/{self._ref}/acts/note_privately", note, f"note-{number}")
        yield Request("jiawin", "/cases", {**REGISTER, "title": f"排水纠纷{number}"}, f"register-{number}")
        data, kind = _form(number)
        yield Request("jiamed", f"/cases/{self._ref}/evidence", data, f"evidence-{number}", kind=kind)

    def _try(self, request: Request) -> bool:
        """Whether it was done; what was refused for want of room has left nothing, and was told in words."""
        found = self._ask(request)
        if found is not None and found.status in (200, 201):
            self.done.got_through += 1
            return True
        self.done.short += 1
        if found is None or found.status != _FULL or not found.answer.get("detail"):
            self._find(request.key, f"answered {found and (found.status, found.answer)}")
        if self._kept(request.key):
            self._find(request.key, "half done: its answer is kept")
        return False

    def _ask(self, request: Request) -> Heard | None:
        return ask(self._port, self._tokens[request.who], request, self._log, _PATIENCE)

    def _make_good(self, number: int, refused: list[Request]) -> None:
        for request in refused:
            found = self._ask(request)
            if found is None or found.status not in (200, 201):
                self._find(request.key, f"with room again: {found and (found.status, found.answer)}")
        self._read("with room again", (200,))
        if self._server.process.poll() is not None:
            self._find(f"time {number}", f"the server ended with {self._server.process.returncode}")
            self._server = self._hosts.serve("serve", self._port)

    def _read(self, when: str, right: tuple[int, ...]) -> None:
        request = Request("jiamed", f"/cases/{self._ref}", None, f"read-{self.done.times}-{when}")
        found = self._ask(request)
        if found is None or found.status not in right:
            self._find("reading", f"{when}: {found and (found.status, found.answer)}")

    def _back_up(self, number: int, *, is_full: bool) -> None:
        data = str(self._town.instance.settings.data)
        command = [sys.executable, "-m", "mediation.cli", "--data", data, "backup", str(self._backup)]
        ended = subprocess.run(command, capture_output=True, text=True, check=False, env=self._surroundings())
        left = sorted(path.name for path in self._backup.parent.glob("*backup*"))
        wanted = (1, []) if is_full else (0, [self._backup.name])
        if (
            (ended.returncode, left) != wanted
            or "Traceback" in ended.stderr
            or not (ended.stderr or ended.stdout)
        ):
            self._find(f"backup {number}", f"{ended.returncode}, {left}: {ended.stderr[-300:]}")
        self.done.backups += is_full

    def _surroundings(self) -> dict[str, str]:
        return {**os.environ, "DATABASE_URL": self._town.instance.settings.database_url, "PYTHONUTF8": "1"}

    def _fill(self, left: int) -> None:
        """Fill the disk up, then give back so much."""
        with self._filler.open("wb", buffering=0) as file:
            size = 0
            try:
                while True:
                    size += file.write(bytes(_PAGE))
            except OSError:
                file.truncate(max(size - left, 0))

    def _kept(self, key: str) -> bool:
        return self._town.rows(f"SELECT count(*) FROM idempotency_key WHERE key = '{key}'") != [(0,)]  # noqa: S608

    def _look_at_cases(self) -> None:
        instance = self._town.instance
        definitions = {key: engine.definition for key, engine in instance.office.engines.items()}
        with instance.database.reader.connect() as connection:
            for (ref,) in self._town.rows("SELECT public_id FROM dispute"):
                for one in (
                    *findings(connection, ref, definitions, local_day(MORNING)),
                    *untold(connection, ref),
                ):
                    self._find(ref, one)

    def _find(self, what: str, finding: str) -> None:
        self.done.found.append(f"{what}: {finding}")


def _form(number: int) -> tuple[bytes, str]:
    """A form with one photograph, that weighs something, as a browser sends it."""
    noise = random.Random(number).randbytes(30_000)  # noqa: S311 — a picture, not a key
    photograph = picture(number % 256, noise)
    words: dict[str, Any] = {
        "kind": "documentary",
        "name": "借条",
        "given_by": "村委会",
        "shows": "约定",
        "medium": "copy",
    }
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{said}\r\n'
        for name, said in words.items()
    ]
    head = f'--x\r\nContent-Disposition: form-data; name="files"; filename="{photograph.name}"\r\n\r\n'
    data = "".join(parts).encode() + head.encode() + photograph.data + b"\r\n--x--\r\n"
    return data, "multipart/form-data; boundary=x"
