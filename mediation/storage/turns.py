"""Turns: what only one transaction at a time may do, where no row could be locked for it.

On PostgreSQL a write transaction sees what others commit while it runs; what it has read may not hold any more when it
writes. Whoever takes the turn first and reads then is safe: the next one waits until the first has committed.
"""

import hashlib

from sqlalchemy import text
from sqlmodel import Session


def take(session: Session, name: str) -> None:
    """Wait for the turn of this name and keep it to the end of the transaction (on SQLite there is one writer anyway)."""
    if session.get_bind().dialect.name == "postgresql":
        key = int.from_bytes(hashlib.sha256(f"mediation turn {name}".encode()).digest()[:8], signed=True)
        session.connection().execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
