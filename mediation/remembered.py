"""What the YAML files of an instance say, kept beside its data under the hash of their text: parsing them takes longest
at its start.

The files stay the source. The whole memory is one file, sealed under the instance's key and bound to the parser that
made it: whoever can write it without the key can make it unreadable, and an unreadable one is as none. All that a
content has to satisfy is judged anew each time that it is recalled.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from mediation.crypto import Keyring
from mediation.errors import MediationError
from mediation.reading import remembering

FILE = "cache/parsed"
"""Within the data folder; may be deleted at any time."""
_MOST_TEXTS = 400
_MOST_BYTES = 32 * 1024 * 1024
_DATE = ""
"""Stands for a key in the JSON of a date: no YAML file can have it."""


@contextmanager
def remembered(data: Path, keyring: Keyring) -> Iterator[None]:
    """Within: no text is parsed that an earlier opening of the instance has parsed; what is new is kept at the end."""
    memory = _Sealed(data / FILE, keyring)
    with remembering(memory):
        yield
    memory.write_new()


class _Sealed:
    """The memory of one instance, read when it is asked for the first time."""

    def __init__(self, file: Path, keyring: Keyring) -> None:
        self._file, self._keyring = file, keyring
        self._known: dict[str, str] | None = None
        self._new: dict[str, str] = {}

    def recall(self, digest: str) -> Any:
        if self._known is None:
            self._known = _read(self._file, self._keyring)
        text = self._known.get(digest)
        return None if text is None else json.loads(text, object_hook=_with_date)

    def keep(self, digest: str, content: Any) -> None:
        if content is not None:
            self._new[digest] = json.dumps(
                content, ensure_ascii=False, separators=(",", ":"), default=_of_date
            )

    def write_new(self) -> None:
        """Write the file anew if something has come to it; where that cannot be done, the next opening parses again."""
        if not self._new:
            return
        known = self._known or {}
        texts = {**known, **self._new} if len(known) + len(self._new) <= _MOST_TEXTS else self._new
        sealed = self._keyring.encrypt(json.dumps(texts, ensure_ascii=False).encode(), _sort())
        unfinished = self._file.with_name(f"{self._file.name}.{os.urandom(8).hex()}.part")
        with suppress(OSError):
            self._file.parent.mkdir(mode=0o700, exist_ok=True)
            try:
                unfinished.touch(mode=0o600, exist_ok=False)
                unfinished.write_bytes(sealed)
                unfinished.replace(self._file)
            finally:
                unfinished.unlink(missing_ok=True)


def _read(file: Path, keyring: Keyring) -> dict[str, str]:
    """Digest → JSON; nothing if the file is not there, was altered, or is another parser's."""
    with suppress(OSError, ValueError, MediationError):
        if file.is_file() and file.stat().st_size <= _MOST_BYTES:
            found: dict[str, str] = json.loads(keyring.decrypt(file.read_bytes(), _sort()))
            return found
    return {}


@cache
def _sort() -> str:
    """What the file is, and of which parser: the program text that gives a content its meaning, ruamel's version in it."""
    total = hashlib.sha256()
    for module in ("mediation.remembered", "mediation.yaml_text", "ruamel.yaml"):
        spec = find_spec(module)
        assert spec is not None
        assert spec.origin is not None
        total.update(Path(spec.origin).read_bytes())
    return f"parsed {total.hexdigest()}"


def _of_date(value: Any) -> dict[str, str]:
    assert isinstance(value, date)
    return {_DATE: value.isoformat()}


def _with_date(value: dict[str, Any]) -> Any:
    return date.fromisoformat(value[_DATE]) if _DATE in value else value
