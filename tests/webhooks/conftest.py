"""A town that tells other systems what is done, and a receiver that keeps what it is told."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from mediation.sites.configuration import record, settings_in_force
from tests.town import Town, postgresql_founded, sqlite_founded, sqlite_town, town

__all__ = ["postgresql_founded", "sqlite_founded", "sqlite_town", "town"]

BY = "admin"


@dataclass
class Taken:
    """One request, as the receiver took it."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """Takes what is posted. `answers`: (status, headers), in turn, the last one again and again; status 0 hangs until the end."""

    url: str = ""
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=lambda: [(204, {})])
    taken: list[Taken] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def next_answer(self) -> tuple[int, dict[str, str]]:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def ids(self) -> list[str]:
        return [one.headers["webhook-id"] for one in self.taken]


@contextmanager
def receiving() -> Iterator[Receiver]:
    desk = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            desk.taken.append(Taken(self.path, headers, body))
            status, more = desk.next_answer()
            if not status:
                desk.over.wait(30)
                return
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_words: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    desk.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield desk
    finally:
        desk.over.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def closed_port() -> int:
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def switch_on(town: Town, **more: Any) -> None:
    """Put the site's settings for webhooks in force, as `site apply` does."""
    instance = town.instance
    said = {"enabled": True, "inside": ["127.0.0.1"], "seconds": 10, **more}
    with instance.database.writing() as session:
        settings = settings_in_force(session).model_dump(mode="json")
        record(session, "site", "site", {**settings, "webhooks": said}, town.clock.now())


def add(town: Town, url: str, *kinds: str, unit: str = "su") -> tuple[str, str]:
    """A webhook; its id and its secret."""
    return town.instance.webhooks.add(url, list(kinds or ("case.*",)), unit, by=BY)


def messages(town: Town) -> list[tuple[Any, ...]]:
    """(state, why, attempts, repeats) of all messages, in order."""
    return town.rows("SELECT state, why, attempts, repeats FROM webhook_delivery ORDER BY id")


def told(town: Town) -> list[str]:
    """Kinds of the rows that wait in the outbox for webhooks, in order."""
    rows = town.rows("SELECT payload FROM outbox WHERE kind = 'webhook' AND handed_on_at IS NULL ORDER BY id")
    found = [row[0] if isinstance(row[0], dict) else json.loads(row[0]) for row in rows]
    return [one["message"]["type"] for one in found]
