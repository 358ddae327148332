"""One backup file: a tar archive that ends in a seal over every byte before it (docs/backup.md has the format).

`header.json`, the parts, `manifest.jsonl` (path, size and SHA-256 of each part), `seal`: HMAC-SHA256 under a key derived
from the instance's key. Any tar program lists and unpacks it; a changed, missing or added byte is found before use.
"""

import hashlib
import hmac
import io
import json
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from mediation.crypto import Keyring
from mediation.errors import StorageError
from mediation.language import _

FORMAT = "mediation backup"
VERSION = 1
HEADER, MANIFEST, SEAL = "header.json", "manifest.jsonl", "seal"
_PURPOSE = "backup seal"
_PIECE = 1 << 20
_BLOCK = tarfile.BLOCKSIZE
_TRAILER = 4 * _BLOCK
"""The seal's own entry (header and one block) and the two empty blocks that end a tar archive."""


def seal_key(keyring: Keyring) -> bytes:
    """What seals the backups and the lists of erasures of an instance; it outlives a rotation of keys."""
    return keyring.derived(_PURPOSE)


def oldest_key(keyring: Keyring) -> str:
    """Id of the key from which the seal's key is derived."""
    return next(iter(keyring.secrets))


class Packer:
    """Writes a backup's parts one after another; holds none of them."""

    def __init__(self, target: IO[bytes], keyring: Keyring, made_at: datetime) -> None:
        self._target = target
        self._mac = hmac.new(seal_key(keyring), digestmod="sha256")
        self._at = int(made_at.timestamp())
        self._manifest = tempfile.TemporaryFile()  # noqa: SIM115 — closed with the seal; names and hashes only
        self.size = 0

    def add(self, path: str, content: bytes) -> None:
        """One part from memory."""
        self.add_stream(path, io.BytesIO(content), len(content))

    def add_file(self, path: str, file: Path) -> bool:
        """One part from a file; False if it is not there any more."""
        try:
            source = file.open("rb")
        except FileNotFoundError:
            return False
        with source:
            size = source.seek(0, io.SEEK_END)
            source.seek(0)
            self.add_stream(path, source, size)
        return True

    def add_stream(self, path: str, source: IO[bytes], size: int) -> None:
        """One part of a known size."""
        digest = self._entry(path, source, size)
        line = {"path": path, "bytes": size, "sha256": digest}
        self._manifest.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")

    def finish(self) -> None:
        """Write the manifest and the seal."""
        size = self._manifest.tell()
        self._manifest.seek(0)
        self._entry(MANIFEST, self._manifest, size)
        self._manifest.close()
        self._write(trailer(self._mac.hexdigest(), self._at))

    def close(self) -> None:
        """Let go of what a broken-off backup has gathered."""
        self._manifest.close()

    def _entry(self, path: str, source: IO[bytes], size: int) -> str:
        self._write(_tar_header(path, size, self._at))
        digest, left = hashlib.sha256(), size
        while left:
            piece = source.read(min(left, _PIECE))
            if not piece:
                raise StorageError(_("备份时 {path} 变短了，请重新备份。").format(path=path))
            digest.update(piece)
            self._write(piece)
            left -= len(piece)
        self._write(bytes(-size % _BLOCK))
        return digest.hexdigest()

    def _write(self, data: bytes) -> None:
        self._mac.update(data)
        self._target.write(data)
        self.size += len(data)


def read_header(backup: Path) -> dict[str, Any] | None:
    """What a backup says of itself, before anything of it is believed; None if it is none. Raises OSError."""
    with backup.open("rb") as file, suppress(tarfile.TarError, ValueError, EOFError, RecursionError):
        with tarfile.open(fileobj=file, mode="r:") as tar:
            first = tar.next()
            content = tar.extractfile(first) if first is not None and first.name == HEADER else None
            header = json.loads(content.read(_PIECE)) if content is not None else None
        if isinstance(header, dict) and str(header.get("format", "")).startswith(FORMAT + " "):
            return header
    return None


def is_whole(backup: Path) -> bool:
    """Whether the file ends as a backup ends; a file that was cut does not."""
    size = backup.stat().st_size
    if size < _TRAILER or size % _BLOCK:
        return False
    with backup.open("rb") as file:
        file.seek(size - _TRAILER)
        return file.read(_BLOCK).startswith(SEAL.encode() + b"\0")


def has_more(backup: Path) -> bool:
    """Whether something follows the place where the backup ends. Raises OSError."""
    with (
        suppress(tarfile.TarError, ValueError, EOFError, RecursionError),
        backup.open("rb") as file,
        tarfile.open(fileobj=file, mode="r:") as tar,
    ):
        while (entry := tar.next()) is not None:
            tar.members.clear()  # type: ignore[attr-defined]  # it would remember every entry
            if entry.name == SEAL:
                return backup.stat().st_size > entry.offset + _TRAILER
    return False


def is_genuine(backup: Path, keyring: Keyring) -> bool:
    """Whether every byte is as it was written by who holds the key."""
    left = backup.stat().st_size - _TRAILER
    mac = hmac.new(seal_key(keyring), digestmod="sha256")
    with backup.open("rb") as file:
        while left > 0:
            piece = file.read(min(left, _PIECE))
            if not piece:
                return False
            mac.update(piece)
            left -= len(piece)
        found = file.read(_TRAILER + 1)
    with suppress(tarfile.TarError, ValueError):
        at = tarfile.TarInfo.frombuf(found[:_BLOCK], "utf-8", "strict").mtime
        return hmac.compare_digest(found, trailer(mac.hexdigest(), int(at)))
    return False


def is_sound(backup: Path) -> bool:
    """Whether every part is as the manifest says: damage shows without the key, forgery does not. Raises OSError."""
    with suppress(StorageError, tarfile.TarError, ValueError, EOFError, RecursionError):
        for _part in parts(backup):
            pass
        return True
    return False


def trailer(seal: str, at: int) -> bytes:
    """How a backup ends."""
    content = seal.encode()
    return _tar_header(SEAL, len(content), at) + content.ljust(_BLOCK, b"\0") + bytes(2 * _BLOCK)


def parts(backup: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """The parts of a backup, in their order; each can be read until the next is asked for. Only of one that was found genuine
    may anything be believed.

    Each part's bytes are checked against the manifest once more. Raises StorageError if the file was changed meanwhile.
    """
    with (
        tempfile.TemporaryFile() as seen,
        backup.open("rb") as file,
        tarfile.open(fileobj=file, mode="r:") as tar,
    ):
        while (entry := tar.next()) is not None:
            tar.members.clear()  # type: ignore[attr-defined]  # it would remember every entry
            content = tar.extractfile(entry) if _is_plain(entry) else None
            if content is None or not _is_safe(entry.name):
                raise StorageError(_("备份里有不该有的内容：{name}").format(name=entry.name))
            if entry.name == MANIFEST:
                _compare(seen, content)
                return
            counted = _Counted(content)
            yield entry.name, counted  # type: ignore[misc]  # it reads, which is all that is asked of it
            counted.drain()
            line = {"path": entry.name, "bytes": entry.size, "sha256": counted.digest}
            seen.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
    raise StorageError(_("备份没有清单，可能在读取时被改动。"))


def _compare(seen: IO[bytes], manifest: IO[bytes]) -> None:
    seen.seek(0)
    while piece := manifest.read(_PIECE):
        if seen.read(len(piece)) != piece:
            raise StorageError(_("备份的内容与它的清单不符，可能在读取时被改动。"))
    if seen.read(1):
        raise StorageError(_("备份的内容与它的清单不符，可能在读取时被改动。"))


class _Counted:
    """A part being read, with the hash of what went by."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._hash = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._source.read(size)
        self._hash.update(data)
        return data

    def drain(self) -> None:
        while self.read(_PIECE):
            pass

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()


def _is_plain(entry: tarfile.TarInfo) -> bool:
    """A file with all its bytes in the archive: what names another, or says of more bytes than are there, nobody wrote here."""
    return entry.type == tarfile.REGTYPE and not entry.issparse()


def _is_safe(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\0" not in name


def _tar_header(path: str, size: int, at: int) -> bytes:
    entry = tarfile.TarInfo(path)
    entry.size, entry.mtime, entry.mode = size, at, 0o600
    return entry.tobuf(tarfile.PAX_FORMAT, "utf-8", "strict")
