"""The token of a session's forms, under a fresh mask in each answer.

So no two answers hold the same bytes that a length of compressed pages could give away piece by piece (BREACH); it is what
Django does since 1.10. The mask stands before the token that it covers.
"""

import hmac
import os

_BYTES = 16
"""The length of a token; `mediation.accounts.entering.form_token` gives it in hex."""


def masked(token: str) -> str:
    """A session's token as a page carries it; no two are the same."""
    plain = bytes.fromhex(token)
    mask = os.urandom(_BYTES)
    return (mask + _crossed(mask, plain)).hex()


def is_same(one: str, other: str) -> bool:
    """Are both the same token, under whatever masks? What is no token is the same as nothing."""
    plain, expected = _plain(one), _plain(other)
    return plain is not None and expected is not None and hmac.compare_digest(plain, expected)


def _plain(text: str) -> bytes | None:
    try:
        found = bytes.fromhex(text)
    except ValueError:
        return None
    return _crossed(found[:_BYTES], found[_BYTES:]) if len(found) == 2 * _BYTES else None


def _crossed(one: bytes, other: bytes) -> bytes:
    return bytes(left ^ right for left, right in zip(one, other, strict=True))
