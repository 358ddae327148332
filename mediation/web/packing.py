"""Answers compressed on their way out, where that tells nobody anything.

Who watches the network and makes a victim's browser ask again and again for a page that repeats words of the address learns
from the lengths of compressed answers what else stands on the page (BREACH, 2013). So an answer to a request that carries a
cookie is compressed only if the browser says that the request came from one of our own pages, or from nowhere.
"""

import zlib

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LEAST = 600
"""Bytes below which an answer goes out as it is: compressed, it would still fill one packet."""
_LEVEL = 3  # of a page of 50 rows: a third of the time of level 6, a tenth more bytes
_KINDS = (
    "text/html",
    "application/json",
    "application/problem+json",
    "text/plain",
    "text/csv",
    "text/calendar",
)
_OUR_OWN = frozenset({"same-origin", "none"})


class Packed:
    """Compresses what the application answers in one piece, if it is text and the request lets it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and may_pack(Headers(scope=scope)):
            send = _Parcel(send).send
        await self._app(scope, receive, send)


class _Parcel:
    """One answer: its head waits until its body is known."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._head: Message | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._head = message
            return
        head, self._head = self._head, None
        if head is not None:
            if message["type"] == "http.response.body" and not message.get("more_body"):
                message = _packed(head, message)
            await self._send(head)
        await self._send(message)


def may_pack(headers: Headers) -> bool:
    """May an answer to a request with these headers be compressed?"""
    if not accepts_gzip(headers.get("accept-encoding", "")):
        return False
    return "cookie" not in headers or headers.get("sec-fetch-site") in _OUR_OWN


def accepts_gzip(encodings: str) -> bool:
    """Does an Accept-Encoding header take gzip (RFC 9110 §12.5.3)?"""
    for one in encodings.lower().split(","):
        name, _semicolon, weight = one.partition(";")
        if name.strip() in {"gzip", "x-gzip"}:
            return weight.replace(" ", "").removeprefix("q=") not in {"0", "0.0", "0.00", "0.000"}
    return False


def _packed(head: Message, message: Message) -> Message:
    headers = MutableHeaders(scope=head)
    body = message.get("body", b"")
    if not headers.get("content-type", "").startswith(_KINDS) or "content-encoding" in headers:
        return message
    headers.add_vary_header("Accept-Encoding")
    if len(body) < LEAST:
        return message
    small = _gzip(body)
    headers["Content-Encoding"] = "gzip"
    headers["Content-Length"] = str(len(small))
    return {**message, "body": small}


def _gzip(plain: bytes) -> bytes:
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, zlib.MAX_WBITS | 16)  # 16: with the head of gzip
    return packer.compress(plain) + packer.flush()
