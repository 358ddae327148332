"""A browser without scripts: it keeps cookies, follows redirects and fills forms in as they stand on the page."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from typing import Any

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from starlette.testclient import TestClient

from mediation.accounts import keeping, passwords, queries
from mediation.app import Instance
from mediation.clock import SetClock
from tests.web.conftest import ADDRESS

PASSWORD = "清明时节雨纷纷-2026"


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", lambda: quick)


@dataclass
class Browser:
    """One browser with its cookies."""

    client: TestClient
    text: str = ""
    status: int = 0
    address: str = ""

    def get(self, path: str) -> "Browser":
        return self._took(self.client.get(path))

    def post(self, path: str, fields: dict[str, Any] | None = None, **more: Any) -> "Browser":
        """A form, with whatever hidden fields the page before it held."""
        return self._took(self.client.post(path, data={**self.hidden(path), **(fields or {})}, **more))

    def raw_post(self, path: str, fields: dict[str, Any], **headers: str) -> "Browser":
        return self._took(self.client.post(path, data=fields, headers=headers))

    def hidden(self, path: str) -> dict[str, str]:
        """The hidden fields of the form that posts to the path on the present page."""
        for form in re.findall(r"<form\b.*?</form>", self.text, re.DOTALL):
            if f'action="{path}"' in form and 'method="post"' in form:
                found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
                return {unescape(name): unescape(value) for name, value in found}
        return {}

    def log_in(self, name: str, password: str = PASSWORD) -> "Browser":
        self.get("/login")
        return self.post("/login", {"name": name, "password": password})

    def says(self, *sentences: str) -> bool:
        plain = unescape(re.sub(r"<[^>]+>", "", self.text))
        return all(sentence in plain for sentence in sentences)

    def _took(self, answer: Any) -> "Browser":
        self.text, self.status, self.address = answer.text, answer.status_code, answer.url.path
        return self


@pytest.fixture
def browser(application: FastAPI, clock: SetClock) -> Callable[[], Browser]:
    """Makes a browser of its own."""
    return lambda: Browser(TestClient(application, base_url=ADDRESS))


@pytest.fixture
def account(instance: Instance, clock: SetClock) -> Callable[..., str]:
    """Makes an account of a person, or an administrator's, once; returns its login name."""

    def make(name: str, kind: str = "staff") -> str:
        with instance.database.writing() as session:
            if queries.account_named(session, name) is None:
                keeping.make_account(
                    session,
                    name,
                    clock.now(),
                    by="test",
                    kind=kind,
                    person=name if kind == "staff" else "",
                    password=PASSWORD,
                    must_change=False,
                )
        return name

    return make


@pytest.fixture(scope="session")
def _come_in(application: FastAPI) -> dict[str, TestClient]:
    """Who has come in already: logging in again and again would be taken for guessing."""
    return {}


@pytest.fixture
def at_desk(
    browser: Callable[[], Browser], account: Callable[..., str], _come_in: dict[str, TestClient]
) -> Callable[[str], Browser]:
    """Somebody's browser, come in once for all tests."""

    def open_browser(name: str) -> Browser:
        if name not in _come_in:
            _come_in[name] = browser().log_in(account(name)).client
        return Browser(_come_in[name])

    return open_browser
