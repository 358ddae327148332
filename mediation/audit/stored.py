"""Reading back what is stored of an event, without trusting it."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from mediation.crypto import Keyring
from mediation.errors import StorageError


def read_event(row: Mapping[str, Any]) -> dict[str, Any] | None:
    """The columns of an event as they were hashed, from what is stored; None if some cannot have been written by us."""
    try:
        return {
            **row,
            "recorded_at": _moment(row["recorded_at"]),
            "occurred_at": _moment(row["occurred_at"]),
            "facts": _tree(row["facts"]),
            "commitments": _tree(row["commitments"]),
        }
    except (ValueError, TypeError, RecursionError):
        return None


def read_head_row(row: Mapping[str, Any]) -> dict[str, Any] | None:
    """The columns of a head as they were hashed; None if some cannot have been written by us."""
    numbers = ("number", "last_event_id", "chains", "events")
    try:
        head = {**row, "made_at": _moment(row["made_at"])}
    except (ValueError, TypeError):
        return None
    texts = ("root", "previous", "hash", "signature")
    well_made = all(type(head[name]) is int for name in numbers) and all(
        type(head[name]) is str for name in texts
    )
    return head if well_made else None


def open_details(sealed: bytes, keyring: Keyring) -> dict[str, Any] | None:
    """The salted details; None if they do not open or are not what we write."""
    try:
        details = json.loads(keyring.decrypt(sealed, "event_detail.details"))
    except (StorageError, ValueError, RecursionError):
        return None
    well_made = isinstance(details, dict) and all(
        isinstance(one, dict) and one.keys() == {"salt", "value"} for one in details.values()
    )
    return details if well_made else None


def _moment(stored: Any) -> datetime:
    """SQLite keeps UTC without saying so; PostgreSQL gives aware moments."""
    if isinstance(stored, datetime):
        return stored.astimezone(UTC)
    moment = datetime.fromisoformat(stored)
    if moment.tzinfo is not None:
        raise ValueError(stored)
    return moment.replace(tzinfo=UTC)


def _tree(stored: Any) -> Any:
    if not isinstance(stored, str):
        raise TypeError
    return json.loads(stored, parse_float=_refuse, parse_constant=_refuse, object_pairs_hook=_without_twins)


def _refuse(number: str) -> None:
    raise ValueError(number)


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice")
    return found
