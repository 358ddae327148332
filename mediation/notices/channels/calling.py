"""One request to another machine: JSON over HTTP, within a time that no answer can stretch; no redirect is followed."""

import json
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, Final
from urllib.parse import urlsplit

from mediation.errors import SendingFailed, SendingRefused
from mediation.language import _

BUDGET: Final = 20.0
"""Seconds that one sending may take in all; a lease is longer."""
_STEP: Final = 10.0
_MOST_ANSWER: Final = 64 * 1024
_OK, _OK_END, _REFUSED, _REFUSED_END = 200, 300, 400, 500
_REDIRECT, _REDIRECT_END = 300, 400
_TRY_AGAIN = frozenset({408, 425, 429})
UNANSWERED: Final = "unanswered"
"""The code of a message that was handed over whole and never answered: it may have arrived."""


def post_json(url: str, body: Any, headers: Mapping[str, str]) -> Any:
    """Post it and return the answer as JSON, None if it is none. SendingRefused for 4xx, SendingFailed for all else.

    `why` of both: tls, timeout, unknown_host, unreachable, unanswered, redirect, or http_<status>.
    """
    data = json.dumps(body, ensure_ascii=False).encode() if not isinstance(body, bytes) else body
    parts = urlsplit(url)
    path = parts.path or "/"
    target = f"{path}?{parts.query}" if parts.query else path
    connection = _connection(parts.scheme, parts.hostname or "", parts.port)
    sent = {"Content-Type": "application/json; charset=utf-8", **headers}
    handed_over = False
    with within(BUDGET) as held:
        try:
            connection.connect()
            held.hold(connection.sock)
            connection.request("POST", target, body=data, headers=sent)
            handed_over = True
            answer = connection.getresponse()
            status, content = answer.status, answer.read(_MOST_ANSWER)
        except (OSError, HTTPException, ValueError) as error:
            if handed_over:
                raise unanswered() from error
            raise not_reached(error, _("连不上对方：{cause}"), held) from error
        finally:
            connection.close()
    if _OK <= status < _OK_END:
        return _read(content)
    refused = _REFUSED <= status < _REFUSED_END and status not in _TRY_AGAIN
    message = _("对方答复 HTTP {status}").format(status=status)
    why = "redirect" if _REDIRECT <= status < _REDIRECT_END else f"http_{status}"
    raise SendingRefused(message, why) if refused else SendingFailed(message, why)


def unanswered() -> SendingFailed:
    """The other side has the message and has not said what became of it, or not so that it can be read."""
    return SendingFailed(_("已交给对方，没有等到答复，可能已经送到"), UNANSWERED)


def not_reached(error: Exception, message: str, held: "Held") -> SendingFailed:
    """Why nothing came of a connection, from what it ended with. `message` takes a {cause}."""
    why = "unreachable"
    if held.over or isinstance(error, TimeoutError):
        why = "timeout"
    elif isinstance(error, ssl.SSLError):
        why = "tls"
    elif isinstance(error, socket.gaierror):
        why = "unknown_host"
    return SendingFailed(message.format(cause=type(error).__name__), why)


class Held:
    """A connection that is cut when its time is over. One that came about too late is cut at once: nothing is sent by it."""

    def __init__(self) -> None:
        self._over = False
        self._socket: socket.socket | None = None

    def hold(self, held: socket.socket | None) -> None:
        """Cut this one. Raises TimeoutError if the time is over already."""
        self._socket = held
        if self._over:
            raise TimeoutError

    @property
    def over(self) -> bool:
        """Whether its time is over."""
        return self._over

    def cut(self) -> None:
        self._over = True
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)  # closing it would not wake who reads from it


@contextmanager
def within(seconds: float) -> Iterator[Held]:
    """A time after which whatever is held is cut, however slowly the other side goes on answering."""
    held = Held()
    timer = threading.Timer(seconds, held.cut)
    timer.daemon = True
    timer.start()
    try:
        yield held
    finally:
        timer.cancel()


def filled(value: Any, words: Mapping[str, str]) -> Any:
    """A JSON value with {name} replaced in every text; nothing in the words is read again."""
    if isinstance(value, str):
        pieces = value.split("{")
        return pieces[0] + "".join(_piece(piece, words) for piece in pieces[1:])
    if isinstance(value, dict):
        return {key: filled(one, words) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [filled(one, words) for one in value]
    return value


def _piece(piece: str, words: Mapping[str, str]) -> str:
    name, closed, rest = piece.partition("}")
    return words[name] + rest if closed and name in words else "{" + piece


def _connection(scheme: str, host: str, port: int | None) -> HTTPConnection:
    if scheme == "https":
        return HTTPSConnection(host, port, timeout=_STEP, context=ssl.create_default_context())
    return HTTPConnection(host, port, timeout=_STEP)


def _read(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None
