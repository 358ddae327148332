"""Encrypted columns. The key hangs on the engine's dialect, so that each open database uses its own.

The type cannot know its row: its associated data is table and column. A ciphertext copied to another row of the same
column opens; the audit trail's commitments find that.
"""

import json
from typing import Any, NoReturn

from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator, TypeEngine

from mediation.crypto import Keyring
from mediation.errors import KeyMissing

_KEYRING = "mediation_keyring"


def give_keyring(dialect: Dialect, keyring: Keyring) -> None:
    """Let the encrypted columns of an engine use the keyring."""
    setattr(dialect, _KEYRING, keyring)


def keyring_of(dialect: Dialect) -> Keyring:
    """The keyring that the engine was opened with."""
    keyring = getattr(dialect, _KEYRING, None)
    if not isinstance(keyring, Keyring):
        raise KeyMissing
    return keyring


class _Refusing(TypeEngine.Comparator[Any]):
    """Encrypted columns neither compare nor sort: look up by the keyed hash, search by pieces."""

    def operate(self, op: Any, *other: Any, **kwargs: Any) -> NoReturn:  # noqa: ARG002 — SQLAlchemy's signature
        raise TypeError(f"{self.expr} is encrypted: no {op.__name__} on it; use its look-up column or search")

    reverse_operate = operate


class Encrypted(TypeDecorator[Any]):
    """A column of JSON-able values (str, dict, list, int), stored as AES-GCM ciphertext.

    `where` is "table.column"; None stays NULL.
    """

    impl = LargeBinary
    cache_ok = True
    comparator_factory = _Refusing

    def __init__(self, where: str) -> None:
        super().__init__()
        self.where = where

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        plain = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        return keyring_of(dialect).encrypt(plain, self.where)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        if value is None:
            return None
        return json.loads(keyring_of(dialect).decrypt(bytes(value), self.where))


class EncryptedBytes(Encrypted):
    """The same for bytes: drawings, scans, thumbnails."""

    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        return None if value is None else keyring_of(dialect).encrypt(value, self.where)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else keyring_of(dialect).decrypt(bytes(value), self.where)
