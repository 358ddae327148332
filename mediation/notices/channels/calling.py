"""One request to another machine: JSON over HTTP, within a time that no answer can stretch; no redirect is followed."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
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
_TRY_AGAIN = frozenset({408, 425, 429})


def post_json(url: str, body: Any, headers: Mapping[str, str]) -> Any:
    """Post it and return the answer as JSON, None if it is none. SendingRefused for 4xx, SendingFailed for all else."""
    data = json.dumps(body, ensure_ascii=False).encode() if not isinstance(body, bytes) else body
    parts = urlsplit(url)
    path = parts.path or "/"
    target = f"{path}?{parts.query}" if parts.query else path
    connection = _connection(parts.scheme, parts.hostname or "", parts.port)
    sent = {"Content-Type": "application/json; charset=utf-8", **headers}
    try:
        with within(BUDGET, lambda: _cut(connection)):
            connection.request("POST", target, body=data, headers=sent)
            answer = connection.getresponse()
            status, content = answer.status, answer.read(_MOST_ANSWER)
    except (OSError, HTTPException, ValueError) as error:
        raise SendingFailed(_("连不上对方：{cause}").format(cause=type(error).__name__)) from error
    finally:
        connection.close()
    if _OK <= status < _OK_END:
        return _read(content)
    refused = _REFUSED <= status < _REFUSED_END and status not in _TRY_AGAIN
    message = _("对方答复 HTTP {status}").format(status=status)
    raise SendingRefused(message) if refused else SendingFailed(message)


@contextmanager
def within(seconds: float, cut: Callable[[], None]) -> Iterator[None]:
    """Cut a connection when the time is over, however slowly the other side goes on answering."""
    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
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


def _cut(connection: HTTPConnection) -> None:
    if connection.sock is not None:
        connection.sock.close()


def _read(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None
