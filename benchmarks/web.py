"""What a request costs: an act by the API, and a page of the worklist, beside a bare endpoint and a plain one.

Each side is a process of its own, uvicorn with one worker; one client asks them in turn over connections that stay open.
"""

import gzip
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.results import Row, Section, over, short, spread
from benchmarks.scale_data import scaled
from benchmarks.web_servers import NAMES, settings_of
from mediation.accounts import keeping
from mediation.app import Instance
from mediation.clock import SetClock
from mediation.founding import found_instance
from tests.browser.conftest import PASSWORD
from tests.town import MORNING, Town, write_site

_ROOT = Path(__file__).resolve().parent.parent
_MEMORY = Path("/dev/shm")
_WARM, _BESIDE = 20, 5
"""So many of each to warm up; so many of one side before the turn of the next: each finds its processor as a server at work does."""
_IDLE = 3
"""Seconds after which a server may be about to close a connection that nobody uses."""
_SMALL = 10_000
_PAGE = "/cases?view=waiting"


@dataclass
class Line:
    """An open connection to a server."""

    port: int
    process: int
    _socket: socket.socket = field(init=False)
    _used: float = field(init=False)

    def __post_init__(self) -> None:
        self._connect()

    def _connect(self) -> None:
        self._socket = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._used = time.monotonic()

    def ask(self, request: bytes) -> tuple[float, int, bytes, bytes]:
        """Seconds until the whole answer is there, its status, heads and body."""
        if time.monotonic() - self._used > _IDLE:
            self.close()
            self._connect()
        begun = time.perf_counter()
        self._socket.sendall(request)
        found = b""
        while b"\r\n\r\n" not in found:
            found += self._more()
        heads, _end, body = found.partition(b"\r\n\r\n")
        length = next(
            int(line[15:]) for line in heads.split(b"\r\n") if line.lower().startswith(b"content-length:")
        )
        while len(body) < length:
            body += self._more()
        took = time.perf_counter() - begun
        self._used = time.monotonic()
        return took, int(heads[9:12]), heads, body

    def worked(self) -> float:
        """Seconds of processor that the server has had, all its threads together."""
        told = (one.read_text() for one in Path(f"/proc/{self.process}/task").glob("*/schedstat"))
        return sum(int(text.split()[0]) for text in told) / 1e9

    def close(self) -> None:
        self._socket.close()

    def _more(self) -> bytes:
        found = self._socket.recv(262_144)
        if not found:
            raise ConnectionError("the server has closed the connection")
        return found


def request(method: str, path: str, body: bytes = b"", **heads: str) -> bytes:
    """A request as bytes, as a browser or a program sends it."""
    told = {
        "Host": "127.0.0.1",
        "Accept-Encoding": "gzip",
        **{k.replace("_", "-"): v for k, v in heads.items()},
    }
    if method == "POST":
        told["Content-Length"] = str(len(body))
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


@contextmanager
def serving(name: str, data: Path, moment: datetime) -> Iterator[Line]:
    """A server of `web_servers.py` in a process of its own, with a connection to it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, str(_ROOT / "benchmarks" / "web_servers.py")]
    process = subprocess.Popen(
        [*command, name, str(data), str(port), moment.isoformat()],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        line = _connected(port, process)
        try:
            yield line
        finally:
            line.close()
    finally:
        process.terminate()
        process.wait(30)


def _connected(port: int, process: subprocess.Popen[bytes]) -> Line:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        try:
            return Line(port, process.pid)
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server does not answer")


@dataclass
class Asked:
    """What requests of one kind took: seconds until the answer, and seconds of the server's processor."""

    seconds: list[float] = field(default_factory=list)
    worked: list[float] = field(default_factory=list)

    def ask(self, line: Line, requests: Sequence[bytes], check: Callable[[int, bytes], None]) -> None:
        """Ask these one after another; the processor's time is shared among them."""
        before = line.worked()
        for one in requests:
            took, status, _heads, body = line.ask(one)
            check(status, body)
            self.seconds.append(took)
        self.worked.append((line.worked() - before) / len(requests))

    def forget(self) -> None:
        """That was to warm up."""
        self.seconds.clear()
        self.worked.clear()


@dataclass
class Furnished:
    """An instance's folder with cases that wait to be accepted, who may do it, and when it is."""

    data: Path
    token: str
    refs: list[str]
    moment: datetime


def measure(quick: bool, cases: int = 1_000_000) -> Section:
    """An act and a page beside their peers, on disk and in memory; the page with many and with few cases in the archive."""
    acts = 30 if quick else 300
    large = cases if not quick else 20_000
    small = min(_SMALL, large // 10)
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        ready = _furnish(folder / "ready", acts + _WARM)
        places = {"disk": folder}
        if _MEMORY.is_dir():
            places["memory"] = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=_MEMORY)))
        for where, place in places.items():
            rows += _writes(ready, place / "writes", where)
        rows += _page(ready, folder / "page")
        rows += _scaled_pages(folder, (small, large), 20 if quick else 200)
    return Section(
        "web",
        "Requests to uvicorn with one worker on SQLite (WAL, synchronous=FULL), from one client over a connection that stays open; "
        "compressed as the server sends it. Ratios are of rates, ours over the one beside; of the last row, of times, many over few. What a worker can do in a second is "
        "told by the processor's time of its server: on a machine that others use too, a longer request waits for its turn more than once.",
        (
            "what",
            "ours",
            "of processor",
            "beside",
            "its time",
            "of processor",
            "ratio of times",
            "ratio of processor",
        ),
        rows,
        ("fastapi", "starlette", "uvicorn", "h11", "sqlalchemy", "sqlmodel", "jinja2"),
        (
            f"{acts} acts, each on a case of its own, in turn with its peers, {_BESIDE} at a time, after {_WARM} to warm up.",
            "Disk: the folder of temporary files; memory: /dev/shm, where a commit waits for nothing and what is left is the program.",
            "SQLModel: `accept` written by hand as an endpoint on a session (`benchmarks/web_servers.py`): the same rows in the same tables, held by a test; it judges by a few lines of its own and counts days without a calendar.",
            "The verdict goes by the ratio of times, since the marks are of rates; the ratio of processor stands beside it.",
            "Bare: `async def` that returns a JSON object of one key.",
            f"Worklist pages at {small:,} and {large:,} cases: rows as `bench scale` multiplies them; a registrar of the county, 50 rows.",
        ),
    )


def _furnish(folder: Path, cases: int) -> Furnished:
    settings = settings_of(folder / "data")
    clock = SetClock(MORNING)
    found_instance(settings, write_site(folder / "site"), clock)
    with Instance.open(settings, clock) as instance:
        town = Town(instance, clock)
        token = instance.issue_token("jiawin", "bench", 300)
        refs = []
        for _case in range(cases):
            clock.put(MORNING)
            refs.append(town.bring("received"))
        _account(instance, "jiawin", "jiawin")
        moment = clock.now() + timedelta(minutes=1)
    return Furnished(folder / "data", token, refs, moment)


def _account(instance: Instance, name: str, person: str) -> None:
    with instance.database.writing() as session:
        keeping.make_account(
            session,
            name,
            instance.clock.now(),
            by="bench",
            kind="staff",
            person=person,
            password=PASSWORD,
            must_change=False,
        )


def _copy(ready: Furnished, folder: Path) -> Path:
    shutil.copytree(ready.data, folder)
    return folder


def _writes(ready: Furnished, folder: Path, where: str) -> list[Row]:
    """`accept` on ours and on the plain endpoint, case by case, with bare requests between."""
    times = {name: Asked() for name in NAMES}
    with ExitStack() as stack:
        lines = {
            name: stack.enter_context(serving(name, _copy(ready, folder / name), ready.moment))
            for name in times
        }
        heads = {"Authorization": f"Bearer {ready.token}", "Content_Type": "application/json"}
        for at in range(0, len(ready.refs), _BESIDE):
            acts = [
                request("POST", f"/api/v1/cases/{ref}/acts/accept", b"{}", **heads)
                for ref in ready.refs[at : at + _BESIDE]
            ]
            times["ours"].ask(lines["ours"], acts, _is_well)
            times["sqlmodel"].ask(lines["sqlmodel"], acts, _is_well)
            times["bare"].ask(lines["bare"], [request("GET", "/")] * _BESIDE, _is_well)
            if at + _BESIDE == _WARM:
                for one in times.values():
                    one.forget()
    ours = f"`accept` by the API, {where}"
    return [
        _row(ours, times["ours"], "bare JSON endpoint", times["bare"], "API: bare JSON"),
        _row(ours, times["ours"], "the same by an SQLModel session", times["sqlmodel"], "API: SQLModel"),
    ]


def _page(ready: Furnished, folder: Path) -> list[Row]:
    page, bare = Asked(), Asked()
    with ExitStack() as stack:
        ours = stack.enter_context(serving("ours", _copy(ready, folder / "ours"), ready.moment))
        other = stack.enter_context(serving("bare", folder, ready.moment))
        seen = _logged_in(ours, "jiawin")
        for at in range(0, max(60, len(ready.refs)), _BESIDE):
            page.ask(ours, [seen] * _BESIDE, _has_rows)
            bare.ask(other, [request("GET", "/")] * _BESIDE, _is_well)
            if at + _BESIDE == _WARM:
                page.forget()
                bare.forget()
    return [_row("worklist page of 50 rows", page, "bare JSON endpoint", bare, "page: bare JSON")]


def _scaled_pages(folder: Path, sizes: Sequence[int], times: int) -> list[Row]:
    """The worklist page of a county, in turn at both sizes."""
    found = [Asked() for _size in sizes]
    with ExitStack() as stack:
        seats: list[tuple[Line, bytes]] = []
        for size in sizes:
            place = folder / f"scaled-{size}"
            with scaled(place, settings_of(place / "data").database_url, size) as large:
                _account(large.town.instance, "county", "r")
                moment = large.town.clock.now()
            line = stack.enter_context(serving("ours", place / "data", moment))
            seats.append((line, _logged_in(line, "county")))
        for at in range(times + _WARM):
            for (line, seen), asked in zip(seats, found, strict=True):
                asked.ask(line, [seen], _has_rows)
                if at + 1 == _WARM:
                    asked.forget()
    small, large_one = found
    worked = over(large_one.worked, small.worked)
    waited = over(large_one.seconds, small.seconds)
    what = f"worklist page of 50 rows, {sizes[1]:,} cases"
    cells = (what, *_told(large_one), f"{sizes[0]:,} cases", *_told(small), short(waited), short(worked))
    return [Row(cells, "page: growth", waited)]


def _logged_in(line: Line, name: str) -> bytes:
    """The request for the worklist by somebody who has come in."""
    body = urlencode({"name": name, "password": PASSWORD, "to": "/"}).encode()
    kind = "application/x-www-form-urlencoded"
    _took, status, heads, text = line.ask(request("POST", "/login", body, Content_Type=kind))
    assert status == 303, text
    cookie = next(
        part for part in heads.decode().split("\r\n") if part.lower().startswith("set-cookie: sid=")
    )
    shown = cookie[12:].partition(";")[0]
    return request("GET", _PAGE, Cookie=shown, Sec_Fetch_Site="same-origin")


def _is_well(status: int, body: bytes) -> None:
    assert status == 200, body


def _has_rows(status: int, body: bytes) -> None:
    assert (status, gzip.decompress(body).count(b"<tr data-row>")) == (200, 50)


def _row(what: str, ours: Asked, beside: str, its: Asked, figure: str) -> Row:
    waited, worked = over(its.seconds, ours.seconds), over(its.worked, ours.worked)
    return Row((what, *_told(ours), beside, *_told(its), short(waited), short(worked)), figure, waited)


def _told(asked: Asked) -> tuple[str, str]:
    return spread(asked.seconds), f"{statistics.median(asked.worked) * 1000:.2f} ms"
