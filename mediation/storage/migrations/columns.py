"""The kinds of column of the migrations. Frozen: a new kind gets a new function, an old one never changes.

They name the stored types alone and nothing of the program's, so that an old migration means the same for ever.
Constraints get their names from storage.engine.NAMING.
"""

from typing import Any

import sqlalchemy as sa


def text(name: str, *args: Any, **more: Any) -> sa.Column[Any]:
    return _column(name, sa.String(), *args, **more)


def number(name: str, *args: Any, **more: Any) -> sa.Column[Any]:
    return _column(name, sa.Integer(), *args, **more)


def large(name: str, *args: Any, **more: Any) -> sa.Column[Any]:
    """A whole number of up to 63 bits: fen, search pieces."""
    return _column(name, sa.BigInteger(), *args, **more)


def truth(name: str, *args: Any, **more: Any) -> sa.Column[Any]:
    return _column(name, sa.Boolean(), *args, **more)


def day(name: str, *args: Any, **more: Any) -> sa.Column[Any]:
    return _column(name, sa.Date(), *args, **more)


def moment(name: str, *args: Any, **more: Any) -> sa.Column[Any]:
    """A moment with its zone on PostgreSQL, in UTC without one on SQLite."""
    return _column(name, sa.DateTime(timezone=True), *args, **more)


def tree(name: str, *args: Any, **more: Any) -> sa.Column[Any]:
    """A JSON value."""
    return _column(name, sa.JSON(), *args, **more)


def raw(name: str, *args: Any, **more: Any) -> sa.Column[Any]:
    """Bytes: keyed hashes."""
    return _column(name, sa.LargeBinary(), *args, **more)


def sealed(name: str, *args: Any, **more: Any) -> sa.Column[Any]:
    """The ciphertext of an encrypted column."""
    return _column(name, sa.LargeBinary(), *args, **more)


def _column(name: str, kind: Any, *args: Any, **more: Any) -> sa.Column[Any]:
    if not more.get("primary_key"):
        more.setdefault("nullable", False)
    return sa.Column(name, kind, *args, **more)
