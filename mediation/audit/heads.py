"""Heads over the ends of all chains: numbered, linked, signed. An exported head is what finds a later rewrite.

end    canonical JSON of [chain, ordinal, hash] of a chain's last event
root   Merkle root (audit/merkle.py) over the ends, in order of the chains' bytes
head   SHA-256 of "mediation head 1", a line feed, and the canonical object of number, made_at, last_event_id,
       chains, events, root, previous; the same bytes are what is signed
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from mediation.audit import merkle
from mediation.audit.models import TrailHead
from mediation.audit.queries import chain_ends, head_of, last_event_id
from mediation.audit.trail import canonical
from mediation.errors import CaseChanged

_KIND = "mediation head 1"
_INSERT = insert(TrailHead.metadata.tables["trail_head"])
SIGNED_COLUMNS = ("number", "made_at", "last_event_id", "chains", "events", "root", "previous")


def make_head(session: Session, now: datetime, sign: Callable[[bytes], str]) -> TrailHead:
    """Make the next head over every chain, signed by `sign`, which gets the bytes that are hashed.

    First act of its transaction on PostgreSQL: it waits for the writers at work and holds off new ones, so that no event up
    to its last one appears later. Raises CaseChanged if another head was made at the same time.
    """
    if session.connection().dialect.name == "postgresql":
        session.connection().execute(text("LOCK TABLE audit_event IN SHARE ROW EXCLUSIVE MODE"))
    last = last_event_id(session)
    before = head_of(session)
    root, chains, events = root_over(chain_ends(session, last))
    columns: dict[str, Any] = {
        "number": before.number + 1 if before else 1,
        "made_at": max(now, before.made_at) if before else now,
        "last_event_id": last,
        "chains": chains,
        "events": events,
        "root": root,
        "previous": before.hash if before else "",
    }
    columns["hash"] = head_hash(columns)
    columns["signature"] = sign(signed_bytes(columns))
    try:
        session.connection().execute(_INSERT, columns)
    except IntegrityError as error:
        raise CaseChanged from error
    return TrailHead(**columns)


def root_over(ends: Iterable[tuple[str, int, str]]) -> tuple[str, int, int]:
    """The Merkle root over chains' ends given in order, how many chains they are, and how many events in all."""
    tree, chains, events = merkle.Tree(), 0, 0
    for end in ends:
        tree.add(_entry(end))
        chains += 1
        events += end[1] if isinstance(end[1], int) else 0
    return tree.root(), chains, events


def signed_bytes(columns: Mapping[str, Any]) -> bytes:
    """What is hashed and signed of a head."""
    return f"{_KIND}\n".encode() + canonical({name: columns[name] for name in SIGNED_COLUMNS})


def head_hash(columns: Mapping[str, Any]) -> str:
    """The hash of a head, as lower-case hexadecimal."""
    return hashlib.sha256(signed_bytes(columns)).hexdigest()


def _entry(end: tuple[str, int, str]) -> bytes:
    try:
        return canonical(list(end))
    except ValueError:  # a damaged row: no head that we made has this entry
        return repr(end).encode("ascii", "backslashreplace")
