"""What every request passes, whatever happens behind: the host it names, safe headers, one line in the log.

The line holds method, route, status, time and the id of the post or account that asked; never an address as it was asked for, whose words may name a party.
"""

import contextlib
import logging
import time
from collections.abc import Collection, Mapping
from http.cookies import CookieError, SimpleCookie

from prometheus_client import Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mediation.clock import Clock
from mediation.language import speak, usual_language
from mediation.web.brakes import Brakes
from mediation.web.errors import ACTING, PROBLEM_JSON, HostUnknown, answer, is_too_large
from mediation.web.pages.failures import too_large, too_often
from mediation.web.pages.shell import LANGUAGE
from mediation.web.seats import place_of

HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})
SAFE_HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "font-src 'self'; manifest-src 'self'; worker-src 'self'; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_KEPT_A_WHILE = ("/static/", "/calendar/")
"""Where an answer may say for itself whether it is kept: our own files, and the calendars of programmes."""
TOO_OFTEN = 429
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_log = logging.getLogger("mediation.web")


class Gate:
    """Wraps the whole application, its own error answers too."""

    def __init__(
        self,
        app: ASGIApp,
        durations: Histogram,
        clock: Clock,
        brakes: Brakes,
        hosts: Collection[str] = HOSTS,
    ) -> None:
        self._app = app
        self._durations = durations
        self._clock = clock
        self._hosts = hosts
        self._brakes = brakes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.monotonic()
        speak(language_of(scope) or usual_language())  # before any thread begins: what is said there follows
        passage = _Passage(scope, receive, send)
        if host_of(scope) not in self._hosts:
            await answer(HostUnknown())(scope, receive, passage.send)
        elif self._is_held(scope):
            await too_often(Request(scope))(scope, receive, passage.send)
        else:
            with contextlib.suppress(
                Exception
            ):  # answered and logged already, without what its message may hold
                await self._app(scope, receive, passage.send)
            if passage.status == TOO_OFTEN and scope["method"] == "POST":
                self._brakes.note(scope["path"], place_of(Request(scope)), self._clock.now())
        spent, method, route = time.monotonic() - began, _method(scope), _route(scope)
        self._durations.labels(method, route, passage.status).observe(spent)
        who = scope.get(ACTING, "nobody")
        _log.info("%s %s %d %.0f ms %s", scope["method"], route, passage.status, spent * 1000, who)

    def _is_held(self, scope: Scope) -> bool:
        """Does somebody go on who has been refused again and again just now?"""
        if scope["method"] != "POST":
            return False
        return self._brakes.holds(scope["path"], place_of(Request(scope)), self._clock.now())


class _Passage:
    """One answer on its way out."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.status = 0
        self._scope = scope
        self._receive = receive
        self._send = send
        self._replaced = False

    async def send(self, message: Message) -> None:
        if message["type"] != "http.response.start":
            if not self._replaced:
                await self._send(message)
            return
        self.status = message["status"]
        headers = MutableHeaders(scope=message)
        told = headers.get("content-type", "").startswith((PROBLEM_JSON, "text/html"))
        if is_too_large(self.status) and not told:
            # The framework answers a body that nobody has read by a bare line of text.
            await too_large(Request(self._scope))(self._scope, self._receive, self.send)
            self._replaced = True
            return
        kept = headers.get("cache-control")
        headers.update(SAFE_HEADERS)
        if headers.get("content-type", "").startswith("text/html"):
            headers["Content-Security-Policy"] = PAGE_POLICY
            headers["Referrer-Policy"] = "same-origin"
        if kept is not None and self._scope["path"].startswith(_KEPT_A_WHILE):
            headers["Cache-Control"] = kept
        if self._scope.get("scheme") == "https":
            message["headers"] = [_secured(*one) for one in message["headers"]]
        await self._send(message)


def language_of(scope: Scope) -> str:
    """What a reader has chosen by the cookie, or a program by Accept-Language; nothing for the usual language."""
    headers = Headers(scope=scope)
    if scope["path"].startswith("/api/"):
        asked = headers.get("accept-language", "").strip().lower()[:2]
    else:
        try:
            held = SimpleCookie(headers.get("cookie", "")).get(LANGUAGE)
        except CookieError:
            held = None
        asked = held.value if held is not None else ""
    return asked if asked in {"zh", "en"} else ""


def host_of(scope: Scope) -> str:
    """The host that a request names, without its port, in lower case; nothing if it names none."""
    host = Headers(scope=scope).get("host", "").lower()
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]


def _secured(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    """A cookie that was set over TLS goes back over TLS only, whoever set it."""
    if name != b"set-cookie" or b"; secure" in value.lower():
        return name, value
    return name, value + b"; Secure"


def _method(scope: Scope) -> str:
    """The method, if it is one that is known: whoever asks by others must not make the figures grow without end."""
    return scope["method"] if scope["method"] in _METHODS else "other"


def _route(scope: Scope) -> str:
    """The route's pattern, as in /api/v1/cases/{ref}."""
    return getattr(scope.get("route"), "path", "-")
