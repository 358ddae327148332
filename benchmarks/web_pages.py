"""What every page weighs at a first visit, as a real browser loads it: nothing kept from before, compressed as it is served."""

import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from benchmarks.results import Section
from benchmarks.web_servers import settings_of
from mediation.accounts import keeping, queries
from mediation.app import Instance
from mediation.clock import SetClock
from mediation.founding import found_instance
from mediation.web.app import build_app, listen
from tests.browser.conftest import CHROMIUM, PASSWORD
from tests.web.conftest import ESHAN, MORNING, REGISTRAR, dispute
from tests.web.pages.weighing import (
    ADMINISTRATORS,
    HEAVIEST,
    MOST_RESIDENT,
    MOST_STAFF,
    PAGES,
    PARTY,
    Page,
    bring,
    digits,
    is_for_residents,
)

_CASES = 60
"""So many cases besides, so that lists are full."""
_DESK, _PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


def measure() -> Section:
    """Bytes over the line of each page with all that it loads, and how many files."""
    if not CHROMIUM.exists():
        raise SystemExit(f"bench web weighs pages with a real browser: this system has no {CHROMIUM}")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  starts a browser's driver

    with (
        tempfile.TemporaryDirectory() as name,
        _house(Path(name)) as (address, named),
        sync_playwright() as found,
    ):
        browser = found.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        version = browser.version
        looked = _Looking(browser, address, named)
        rows = sorted((_row(one, looked) for one in PAGES), key=lambda row: (row[0], -row[-2]))
        browser.close()
    heaviest = {kind: max(row[-2] for row in rows if row[0] == kind) for kind in ("resident", "staff")}
    return Section(
        "web pages",
        f"Bytes over the line at a first visit: the page and all that it loads, heads too, compressed as it is served. The heaviest page of "
        f"staff {heaviest['staff']:,} (mark {MOST_STAFF:,}), of residents {heaviest['resident']:,} (mark {MOST_RESIDENT:,}).",
        ("for", "page", "files", "bytes", "met"),
        [[*row[:2], f"{row[2]}", f"{row[3]:,}", row[4]] for row in rows],
        ("fastapi", "starlette", "jinja2", "playwright"),
        (
            f"Chromium {version}, each page in a fresh profile; staff at {_sized(_DESK)}, residents on a phone of {_sized(_PHONE)}.",
            f"The example site eshan with {_CASES} cases besides those that the pages show.",
            f"The agreement is that of the example's dispute `{HEAVIEST}`, the longest: four pages.",
            "Pictures of papers are most of the weight where they stand, 15 to 35 kB a page on a phone, 20 to 60 kB at a desk, as WebP.",
            "Those of later pages are loaded as one reads on, and count as far as the browser loads them unasked.",
        ),
    )


def _row(one: Page, looked: "_Looking") -> tuple[str, str, int, int, str]:
    weight, files = looked.at(one)
    kind, most = ("resident", MOST_RESIDENT) if is_for_residents(one) else ("staff", MOST_STAFF)
    path = one.path if one.who != PARTY else f"{one.path}, opened"
    return kind, f"`{path}`", files, weight, "yes" if weight <= most else "no"


def _sized(viewport: Mapping[str, int]) -> str:
    return f"{viewport['width']} by {viewport['height']}"


class _Looking:
    """A browser that sees each page as if for the first time."""

    def __init__(self, browser: Any, address: str, named: Mapping[str, str]) -> None:
        self._browser = browser
        self._address = address
        self._named = named
        self._come_in: dict[str, Any] = {}

    def at(self, one: Page) -> tuple[int, int]:
        """Bytes and files of a page."""
        path = one.path.format(**self._named)
        known = self._known(one.who, path)
        size = _PHONE if is_for_residents(one) else _DESK
        context = self._browser.new_context(storage_state=known, viewport=size, locale="zh-CN")
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        came: list[float] = []
        session.on("Network.loadingFinished", lambda told: came.append(told["encodedDataLength"]))
        answer = page.goto(self._address + path, wait_until="networkidle")
        assert answer is not None
        assert answer.status == 200, path
        context.close()
        return round(sum(came)), len(came)

    def _known(self, who: str, path: str) -> Any:
        """The cookies of whoever looks; nobody has any."""
        if not who:
            return None
        if who not in self._come_in:
            context = self._browser.new_context(locale="zh-CN")
            page = context.new_page()
            if who == PARTY:
                page.goto(self._address + path)
                page.fill("#digits", digits())
                page.click("main form button")
            else:
                page.goto(f"{self._address}/login")
                page.fill("#name", who)
                page.fill("#password", PASSWORD)
                page.click("main button.primary")
            page.wait_for_load_state("networkidle")
            self._come_in[who] = context.storage_state()
            context.close()
        return self._come_in[who]


@contextmanager
def _house(folder: Path) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The example site with its cases, served by a thread."""
    settings = settings_of(folder / "data")
    clock = SetClock(MORNING)
    found_instance(settings, ESHAN, clock)
    with Instance.open(settings, clock) as instance, listen("127.0.0.1", 0) as listening:
        for number in range(_CASES):
            instance.register(REGISTRAR, dispute(title=f"相邻排水纠纷之{number + 1}"))
        named = bring(instance)
        _accounts(instance)
        server = uvicorn.Server(
            uvicorn.Config(build_app(instance), access_log=False, log_config=None, lifespan="off", ws="none")
        )
        serving = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        serving.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", named
        server.should_exit = True
        serving.join(20)


def _accounts(instance: Instance) -> None:
    with instance.database.writing() as session:
        for who in sorted({one.who for one in PAGES} - {"", PARTY}):
            if queries.account_named(session, who) is None:
                keeping.make_account(
                    session,
                    who,
                    instance.clock.now(),
                    by="bench",
                    kind=who if who in ADMINISTRATORS else "staff",
                    person="" if who in ADMINISTRATORS else who,
                    password=PASSWORD,
                    must_change=False,
                )
