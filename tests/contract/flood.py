"""`./run fuzz --flood`: five thousand applications in a minute, from fifty addresses, to a running server; the staff work meanwhile.

Entered in docs/flood.md: how many came in, what the database grew by, how long a staff page took before and meanwhile, and
whether a neighbour's own application still came in.
"""

import http.client
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import quantiles
from time import monotonic, sleep
from urllib.parse import quote, urlencode

from mediation.accounts import keeping
from mediation.app import Instance
from mediation.clock import SystemClock, local_day
from tests.contract.stand import founded
from tests.walk.__main__ import code_of

PAGE = Path(__file__).parents[2] / "docs" / "flood.md"
_HEAD = """# A flood of applications

Written by `./run fuzz --flood`: a server of its own process over SQLite on the disk is sent applications from fifty addresses of this
machine, evenly over the time, while a clerk opens the list of disputes again and again. No application that comes in is told to a
mediator: all lie in quarantine until a desk takes them in. Sender, server and clerk are three processes that share the machine's
cores; whoever goes on after having been refused five times is refused from memory (mediation/web/brakes.py), and the rest are dealt
with one after another (`PostedInTurn` of mediation/web/seats.py).

| day | code | posts | addresses | seconds | taken in | refused (429) | other | database grew by, kB | staff page p95 before, ms | meanwhile, ms | neighbour's application |
|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|
"""
_SERVE = """
import sys
from pathlib import Path
from mediation.app import Instance
from mediation.settings import Settings
from mediation.web.app import serve

data = Path(sys.argv[1])
with Instance.open(Settings(data, f"sqlite:///{data / 'mediation.db'}", data / "keys" / "master.key")) as instance:
    serve(instance, "127.0.0.1", 0)
"""
_PASSWORD = "清明时节雨纷纷-2026"
_ADDRESSES = 50
_AT_ONCE = 16


def flood(posts: int = 5_000, seconds: float = 60) -> int:
    """Flood, tell, enter. 1 if the neighbour or the clerk was kept out, or the flood came in."""
    with tempfile.TemporaryDirectory() as folder:
        with founded(Path(folder)) as instance:
            _account(instance)
            data = instance.settings.data
        words = [sys.executable, "-c", _SERVE, str(data)]
        environment = {**os.environ, "PYTHONUTF8": "1"}
        server = subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env=environment)
        try:
            assert server.stderr is not None
            line = next(line for line in server.stderr if "http://" in line)
            threading.Thread(target=server.stderr.read, daemon=True).start()
            found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
            assert found is not None
            row, well = _measured(int(found[1]), data, posts, seconds)
        finally:
            server.terminate()
            server.wait(40)
    sys.stdout.write(row + "\n")
    page = PAGE.read_text("utf-8") if PAGE.exists() else _HEAD
    kept = [line for line in page.splitlines() if line.startswith("| 2")]
    PAGE.write_text(_HEAD + "\n".join([*kept, row]) + "\n", encoding="utf-8")
    return 0 if well else 1


def _measured(port: int, data: Path, posts: int, seconds: float) -> tuple[str, bool]:
    cookie = _cookie(port)
    before = [_asked(port, cookie) for _time in range(60)]
    size, meanwhile = _size(data), list[float]()
    over = threading.Event()

    def work() -> None:
        while not over.is_set():
            meanwhile.append(_asked(port, cookie))
            sleep(0.2)

    clerk = threading.Thread(target=work)
    clerk.start()
    with ProcessPoolExecutor(
        1, get_context("spawn")
    ) as elsewhere:  # the clerk is not to wait for the sender's own work
        seen, spent = elsewhere.submit(_sent, port, posts, seconds).result()
    over.set()
    clerk.join()
    neighbour = _post(port, "127.0.9.9", posts)
    grown = (_size(data) - size) // 1024
    taken, refused = seen[200], seen[429]
    cells = (
        local_day(SystemClock().now()).isoformat(),
        code_of(),
        f"{posts:,}",
        _ADDRESSES,
        round(spent),
        taken,
        f"{refused:,}",
        posts - taken - refused,
        f"{grown:,}",
        f"{_p95(before):.0f}",
        f"{_p95(meanwhile):.0f}",
        "came in" if neighbour == http.client.OK else f"refused ({neighbour})",
    )
    row = "| " + " | ".join(str(cell) for cell in cells) + " |"
    return row, neighbour == http.client.OK and taken + refused == posts and taken < posts // 2


def _sent(port: int, posts: int, seconds: float) -> tuple[Counter[int], float]:
    """The flood: how many posts were answered how, and how long it took."""
    began = monotonic()
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        seen = Counter(threads.map(_sender(port, began, seconds / posts), range(posts)))
    return seen, monotonic() - began


def _sender(port: int, began: float, pause: float) -> Callable[[int], int]:
    def send(number: int) -> int:
        sleep(max(0.0, began + number * pause - monotonic()))
        return _post(port, f"127.0.8.{number % _ADDRESSES + 1}", number)

    return send


def _post(port: int, address: str, number: int) -> int:
    said = {
        "name": "赵金雀",
        "phone": f"139{number:08d}",
        "other": "钱隔壁",
        "place": "yicun",
        "account": "地界的树挡了光。" * 20,
        "wanted": "把树剪矮",
        "agrees": "yes",
        "once": f"flood-{number}",
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return _request(port, "POST", "/p/apply", urlencode(said), headers, address)[0]


def _asked(port: int, cookie: str) -> float:
    """Seconds that a clerk waits for the list of disputes."""
    began = monotonic()
    status, _cookie = _request(port, "GET", "/cases", None, {"Cookie": cookie})
    assert status == http.client.OK, status
    return monotonic() - began


def _cookie(port: int) -> str:
    said = urlencode({"name": "zhangxiaofeng", "password": _PASSWORD})
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return _request(port, "POST", "/login", said, headers)[1].partition(";")[0]


def _request(
    port: int, method: str, path: str, body: str | None, headers: dict[str, str], address: str = "127.0.0.1"
) -> tuple[int, str]:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60, source_address=(address, 0))
    try:
        link.request(method, quote(path), body, headers)
        answer = link.getresponse()
        answer.read()
        return answer.status, answer.headers.get("Set-Cookie", "")
    finally:
        link.close()


def _size(data: Path) -> int:
    return sum(path.stat().st_size for path in data.glob("mediation.db*"))


def _p95(spent: list[float]) -> float:
    """Milliseconds."""
    return quantiles(spent, n=20)[-1] * 1000


def _account(instance: Instance) -> None:
    with instance.database.writing() as session:
        keeping.make_account(
            session,
            "zhangxiaofeng",
            instance.clock.now(),
            by="test",
            person="zhangxiaofeng",
            password=_PASSWORD,
            must_change=False,
        )
