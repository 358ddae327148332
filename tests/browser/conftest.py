"""A real browser before a real server: Debian's Chromium, and the application on a free port of this machine."""

import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher

from mediation.accounts import keeping, passwords, queries
from mediation.app import Instance
from mediation.clock import SetClock
from mediation.founding import found_instance
from mediation.settings import Settings
from mediation.web.app import build_app, listen
from tests.web.conftest import ESHAN, MORNING

CHROMIUM = Path("/usr/bin/chromium")
PASSWORD = "清明时节雨纷纷-2026"
SCREENSHOTS = os.environ.get("MEDIATION_SCREENSHOTS", "")
"""A folder for pictures of the pages that the tests pass through; none are taken without it."""


@dataclass
class House:
    """One instance that is being served. `clock` is its own."""

    instance: Instance
    clock: SetClock
    address: str


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The example site, founded in a temporary folder and served by a thread, on SQLite."""
    data = tmp_path_factory.mktemp("house") / "data"
    settings = Settings(
        data=data, database_url=f"sqlite:///{data / 'mediation.db'}", key_file=data / "keys" / "master.key"
    )
    clock = SetClock(MORNING)
    found_instance(settings, ESHAN, clock)
    with Instance.open(settings, clock) as instance, serving(build_app(instance)) as address:
        yield House(instance, clock, address)


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """The application on a free port of this machine, served by a thread until the block ends; its address."""
    import uvicorn

    with listen("127.0.0.1", 0) as listening:
        server = uvicorn.Server(
            uvicorn.Config(app, access_log=False, log_config=None, lifespan="off", ws="none")
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(20)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """One Chromium for a module's tests; left out, with the reason, where the system has none.

    It ends with the module: its driver keeps an event loop running in this thread, in which no other test could sign.
    """
    if not CHROMIUM.exists():
        pytest.skip(f"browser tests are left out: this system has no {CHROMIUM}")
    playwright = pytest.importorskip("playwright.sync_api", reason="browser tests want playwright")
    with playwright.sync_playwright() as found:
        browser = found.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def account(house: House, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """Makes a person's account, once; returns its login name."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", lambda: quick)

    def make(name: str) -> str:
        with house.instance.database.writing() as session:
            if queries.account_named(session, name) is None:
                keeping.make_account(
                    session,
                    name,
                    house.clock.now(),
                    by="test",
                    kind="staff",
                    person=name,
                    password=PASSWORD,
                    must_change=False,
                )
        return name

    return make


@dataclass
class Window:
    """One person's window, with what the browser complained about in it."""

    page: Any
    address: str
    complaints: list[str]

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)

    def log_in(self, name: str) -> None:
        self.go("/login")
        self.page.fill("#name", name)
        self.page.fill("#password", PASSWORD)
        self.page.click("main button.primary")
        self.page.wait_for_url(re.compile(r"/(?!login).*"))

    def look(self, name: str) -> None:
        """Take a picture, if pictures are wanted."""
        if SCREENSHOTS:
            self.page.screenshot(path=str(Path(SCREENSHOTS) / f"{name}.png"), full_page=True)

    def text(self) -> str:
        return str(self.page.inner_text("main"))


@pytest.fixture
def window(chromium: Any, house: House) -> Iterator[Callable[..., Window]]:
    """Opens a window of its own: `width`, `height` in pixels, `javascript`."""
    opened = []

    def make(width: int = 1280, height: int = 900, *, javascript: bool = True) -> Window:
        context = chromium.new_context(
            viewport={"width": width, "height": height}, java_script_enabled=javascript, locale="zh-CN"
        )
        opened.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)  # papers are printed and signed while a form is awaited
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return Window(page, house.address, complaints)

    yield make
    for context in opened:
        context.close()
