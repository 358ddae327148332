"""The only place that makes ids. Keys and nonces come from the operating system in crypto."""

import hashlib
import secrets

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def new_public_id() -> str:
    """An id that can be shown and cannot be guessed: 26 characters, 130 bits, no i, l, o or u."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(26))


def new_token() -> str:
    """A secret of 256 bits for a link or an API token; only its hash is kept.

    None begins with a hyphen: a command would take it for an option.
    """
    token = secrets.token_urlsafe(32)
    while token.startswith("-"):
        token = secrets.token_urlsafe(32)
    return token


def new_query_code() -> str:
    """The code by which a party follows a case: 10 characters in two groups, easily read aloud."""
    code = "".join(secrets.choice(_ALPHABET).upper() for _ in range(10))
    return f"{code[:5]}-{code[5:]}"


def derived_public_id(*parts: str) -> str:
    """An id that is the same for the same parts, and as hard to guess as the first of them: for what must not be made twice."""
    number = int.from_bytes(hashlib.sha256("\x00".join(parts).encode()).digest())
    return "".join(_ALPHABET[number >> (5 * place) & 31] for place in range(26))


def new_password() -> str:
    """A first password, to be read aloud and changed at once: 12 characters in three groups, 60 bits."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(3))
