"""Servers of the tests' own on loopback, for what leaves the machine: one for HTTP, one for mail."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass
class Request:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> Any:
        return json.loads(self.body)


@dataclass
class Gateway:
    """Takes what is posted. `answers` are given in turn, (status, JSON); the last one again and again; status 0: none at all."""

    url: str = ""
    answers: list[tuple[int, Any]] = field(default_factory=lambda: [(200, {"code": 0, "errcode": 0})])
    taken: list[Request] = field(default_factory=list)
    drip: float = 0.0

    def next_answer(self) -> tuple[int, Any]:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def gateway() -> Iterator[Gateway]:
    """A server for HTTP."""
    desk = Gateway()
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            desk.taken.append(Request(self.path, dict(self.headers), body))
            status, answer = desk.next_answer()
            if not status:
                return
            data = json.dumps(answer).encode() if not isinstance(answer, bytes) else answer
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            for at in range(len(data)):
                if desk.drip and over.wait(desk.drip):
                    return
                self.wfile.write(data[at : at + 1] if desk.drip else data)
                if not desk.drip:
                    return

        def log_message(self, *_words: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    desk.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield desk
    finally:
        over.set()
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Post:
    """What a mail server took. `refusing`: mailbox → the reply that it gets. `silent`: it hangs up when it has the mail."""

    port: int = 0
    taken: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    refusing: dict[str, str] = field(default_factory=dict)
    silent: bool = False
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)


@contextmanager
def mail_server(*, password: str = "") -> Iterator[Post]:
    """A server for mail; with a password it takes nothing without it."""
    post = Post()

    class Handler:
        async def handle_RCPT(  # noqa: N802 — the server's own name
            self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
        ) -> str:
            if address in post.refusing:
                return post.refusing[address]
            envelope.rcpt_tos.append(address)
            return "250 OK"

        async def handle_DATA(  # noqa: N802 — the server's own name
            self, server: SMTP, _session: Session, envelope: Envelope
        ) -> str:
            mail: Any = message_from_bytes(bytes(envelope.content or b""), policy=policy.default)
            post.taken.append((list(envelope.rcpt_tos), mail))
            if post.silent and server.transport is not None:
                server.transport.abort()
            return "250 OK"

    def authenticator(
        _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: Any
    ) -> AuthResult:
        assert isinstance(given, LoginPassword)
        post.logins.append((given.login, given.password))
        right = given.password == password.encode()
        return AuthResult(success=right, handled=right)

    class Anywhere(Controller):
        def _trigger_server(self) -> None:
            post.port = self.server.sockets[0].getsockname()[1]
            self.port = post.port
            super()._trigger_server()

    options: dict[str, Any] = {}
    if password:
        options = {"authenticator": authenticator, "auth_require_tls": False}
    controller = Anywhere(Handler(), hostname="127.0.0.1", port=0, **options)
    controller.start()
    try:
        yield post
    finally:
        controller.stop()
