"""One call of another system: a signed POST to an address that may be called, within a time that no answer can stretch.

Only the status of the answer counts. No redirect is followed, and no more than a small body is read.
"""

import socket
import ssl
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse
from math import ceil
from typing import Final

from mediation.notices.channels.calling import Held, within
from mediation.webhooks.addresses import NotAllowed, Target, numeric_addresses

_MOST_READ: Final = 16 * 1024
_OK, _OK_END, _REDIRECT_END = 200, 300, 400
GONE: Final = "gone"
_GONE_STATUS = 410
_LONGEST_PAUSE: Final = 6 * 3600


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a call. `why`: a code, empty if it was taken. `pause`: seconds that the other side asks us to wait."""

    why: str = ""
    pause: int = 0


def call(
    target: Target,
    body: bytes,
    headers: Mapping[str, str],
    inside: Collection[str],
    seconds: float,
    now: datetime,
) -> Answered:
    """Post it, and say what came of it; raises nothing.

    `why`: not_allowed, unknown_host, tls, timeout, unreachable, redirect, gone, or http_<status>.
    """
    connection = HTTPConnection(target.host, target.port, timeout=seconds)
    with within(seconds) as held:
        try:
            numeric = numeric_addresses(target, inside)
            connection.sock = _connect(target, numeric[0], seconds, held)
            sent = {"Host": target.named, "Connection": "close", **headers}
            connection.request("POST", target.path, body=body, headers=sent)
            answer = connection.getresponse()
            return Answered("timeout") if held.over else _judged(answer, now)
        except NotAllowed:
            return Answered("not_allowed")
        except socket.gaierror:
            return Answered("unknown_host")
        except (OSError, HTTPException, ValueError) as error:
            if held.over or isinstance(error, TimeoutError):
                return Answered("timeout")
            return Answered("tls" if isinstance(error, ssl.SSLError) else "unreachable")
        finally:
            connection.close()


def _connect(target: Target, numeric: str, seconds: float, held: Held) -> socket.socket:
    """A connection to exactly this numeric address; the certificate must be the name's."""
    found = socket.create_connection((numeric, target.port), timeout=seconds)
    try:
        if target.scheme == "https":
            context = ssl.create_default_context()
            encrypted = context.wrap_socket(found, server_hostname=target.host, do_handshake_on_connect=False)
            found = encrypted
            held.hold(encrypted)
            encrypted.do_handshake()
        else:
            held.hold(found)
    except BaseException:
        found.close()
        raise
    return found


def _judged(answer: HTTPResponse, now: datetime) -> Answered:
    with suppress(OSError, HTTPException, ValueError):
        if answer.length is not None and answer.length <= _MOST_READ:
            answer.read()  # a connection that is closed on unread bytes looks to the other side as if it broke
    status = answer.status
    if _OK <= status < _OK_END:
        return Answered()
    if status == _GONE_STATUS:
        return Answered(GONE)
    why = "redirect" if _OK_END <= status < _REDIRECT_END else f"http_{status}"
    return Answered(why, _pause(answer.headers.get("Retry-After", ""), answer.headers.get("Date", ""), now))


def _pause(said: str, there: str, here: datetime) -> int:
    """Seconds of a Retry-After, six hours at most (RFC 9110 §10.2.3).

    A date is counted from the other side's own Date, so that a clock that goes wrong does not matter; from ours without one.
    """
    if said.isascii() and said.isdecimal() and len(said) < 9:  # noqa: PLR2004
        return min(int(said), _LONGEST_PAUSE)
    until = _moment(said)
    if until is None:
        return 0
    return min(max(ceil((until - (_moment(there) or here)).total_seconds()), 0), _LONGEST_PAUSE)


def _moment(said: str) -> datetime | None:
    """A date of HTTP; None for anything else."""
    try:
        found = parsedate_to_datetime(said)
    except (TypeError, ValueError, OverflowError):
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
