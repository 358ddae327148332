"""The list of erasures that an operator keeps: ids and codes only, sealed with a key derived from the instance's.

It lies beside the signing keys in the data folder, goes with every backup, and can be kept elsewhere; a restore applies
it again, so that what was erased after a backup does not come back with it.
"""

import hmac
import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mediation.audit.models import CaseErasure
from mediation.backup.pack import seal_key
from mediation.crypto import Keyring
from mediation.errors import InputInvalid, Problem, StorageError, cause_of
from mediation.language import _

LIST_FILE = "erasures.json"
_FORMAT = "mediation erasures 1"
_TEXTS = ("public_id", "chain", "reason", "requested_by", "confirmed_by")


@dataclass(frozen=True, slots=True)
class Entry:
    """One erasure as the list has it."""

    public_id: str
    chain: str
    party: int | None
    reason: str
    requested_by: str
    confirmed_by: str
    erased_at: datetime

    @classmethod
    def of(cls, row: CaseErasure) -> "Entry":
        return cls(
            row.public_id,
            row.chain,
            row.party,
            row.reason,
            row.requested_by,
            row.confirmed_by,
            row.erased_at.astimezone(UTC),
        )

    def row(self) -> CaseErasure:
        """For the database."""
        return CaseErasure(**{name: getattr(self, name) for name in self.__slots__})


def read_list(file: Path, keyring: Keyring) -> list[Entry]:
    """The entries of a list. Raises InputInvalid if it is none, was changed, or is of another instance."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise InputInvalid([Problem(cause_of(error), str(file))]) from error
    entries = parse_list(content, keyring)
    if entries is None:
        message = _("这不是本实例的删除清单，或者被改动过：请换一份没有改动的")
        raise InputInvalid([Problem(message, str(file))])
    return entries


def looks_like_list(file: Path) -> bool:
    """Whether a file has the shape of a list, whoever wrote it and whatever was changed in it."""
    with suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
        said = json.loads(file.read_bytes())
        return said["format"] == _FORMAT and bool(said["seal"]) and all(map(_entry, said["erasures"]))
    return False


def parse_list(content: bytes, keyring: Keyring) -> list[Entry] | None:
    """The entries, or None if the content was not written by who holds the key."""
    with suppress(ValueError, KeyError, TypeError, RecursionError):
        said = json.loads(content)
        seal = _seal(said["erasures"], keyring)
        if said["format"] == _FORMAT and hmac.compare_digest(str(said["seal"]), seal):
            return [_entry(one) for one in said["erasures"]]
    return None


def list_bytes(entries: Iterable[Entry], keyring: Keyring) -> bytes:
    """A list as a file."""
    erasures = [
        {
            **{name: getattr(entry, name) for name in _TEXTS},
            "party": entry.party,
            "erased_at": entry.erased_at.isoformat(),
        }
        for entry in entries
    ]
    said = {"format": _FORMAT, "erasures": erasures, "seal": _seal(erasures, keyring)}
    return (json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode()


def keep_list(data: Path, rows: Iterable[CaseErasure], keyring: Keyring) -> list[Entry]:
    """Write the list beside the keys: what the database knows, and what an earlier list knew. Raises StorageError."""
    return keep_entries(data, [Entry.of(row) for row in rows], keyring)


def keep_entries(data: Path, entries: Iterable[Entry], keyring: Keyring) -> list[Entry]:
    """The same from entries."""
    file = data / "keys" / LIST_FILE
    found = {entry.public_id: entry for entry in (read_list(file, keyring) if file.exists() else [])}
    found.update({entry.public_id: entry for entry in entries})
    merged = sorted(found.values(), key=lambda entry: entry.erased_at)
    try:
        write_whole(file, list_bytes(merged, keyring))
    except OSError as error:
        message = _("删除清单 {file} 没有写成：{cause}").format(file=file, cause=cause_of(error))
        raise StorageError(message) from error
    return merged


def write_whole(file: Path, content: bytes) -> None:
    """A file (0600) with this content, durable, in place of a former one."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = file.with_name(f".{file.name}.{os.getpid()}.part")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as target:
        target.write(content)
        target.flush()
        os.fsync(target.fileno())
    unfinished.replace(file)


def _entry(said: Mapping[str, Any]) -> Entry:
    party = said["party"]
    if not (party is None or isinstance(party, int)):
        raise TypeError(party)
    erased_at = datetime.fromisoformat(said["erased_at"])
    texts = {name: str(said[name]) for name in _TEXTS}
    return Entry(party=party, erased_at=erased_at, **texts)


def _seal(erasures: Any, keyring: Keyring) -> str:
    said = json.dumps(erasures, ensure_ascii=False, sort_keys=True).encode()
    return hmac.digest(seal_key(keyring), b"mediation erasures\n" + said, "sha256").hex()
