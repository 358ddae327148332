"""The store of document bytes: encrypted files, found by the SHA-256 of what they hold.

A file's name is a keyed hash of that SHA-256, so that a listing of the folder does not tell which papers exist. A file
appears whole or not at all: written under a temporary name, made durable, then renamed. Folders 0700, files 0600.
"""

import contextlib
import fcntl
import hmac
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from mediation.crypto import Keyring, sha256
from mediation.errors import NotFound, StorageError, cause_of
from mediation.language import _

_UNFINISHED = ".part"


class Store(Protocol):
    """Where the bytes of papers lie: in a folder (FileStore), or in PostgreSQL (table_store.TableStore)."""

    def put(self, data: bytes) -> str: ...
    def get(self, digest: str) -> bytes: ...
    def has(self, digest: str) -> bool: ...
    def delete(self, digest: str) -> None: ...
    def sweep(self, known: Collection[str], older_than: datetime) -> int: ...
    def put_sealed(self, name: str, sealed: bytes) -> None: ...
    def sealed_files(self) -> Iterator[tuple[str, bytes]]: ...


class FileStore:
    """The store of one instance, in one folder; any number of processes may use it at once."""

    def __init__(self, folder: Path, keyring: Keyring) -> None:
        self._folder = folder
        self._keyring = keyring

    def put(self, data: bytes) -> str:
        """Keep the bytes durably and return their SHA-256. The same bytes twice are one file, and its age starts anew."""
        digest = sha256(data)
        self.put_sealed(stored_name(self._keyring, digest), sealed_as(self._keyring, digest, data))
        return digest

    def put_sealed(self, name: str, sealed: bytes) -> None:
        """Keep what is sealed already, under the name that it has in the other store."""
        path = self._folder / name[:2] / name
        with _storage_errors(), self._lock(fcntl.LOCK_SH):
            self._make_folder(path.parent)
            unfinished = path.parent / f"{path.name}.{os.urandom(8).hex()}{_UNFINISHED}"
            try:
                _write(unfinished, sealed)
                unfinished.replace(path)
            finally:
                unfinished.unlink(missing_ok=True)
            _sync(path.parent)

    def get(self, digest: str) -> bytes:
        """The bytes with this SHA-256; NotFound if they are not here, StorageError if they were altered."""
        try:
            sealed = self._path(digest).read_bytes()
        except FileNotFoundError:
            raise NotFound(_("文件库中没有这份文件（{digest}）。").format(digest=digest[:12])) from None
        except OSError as error:
            raise _failed(error) from error
        return opened(self._keyring, digest, sealed)

    def has(self, digest: str) -> bool:
        """Are the bytes with this SHA-256 here? Does not open them."""
        return self._path(digest).is_file()

    def delete(self, digest: str) -> None:
        """Delete the bytes with this SHA-256 for good, as an erasure does; nothing happens if they are not here."""
        path = self._path(digest)
        with _storage_errors(), self._lock(fcntl.LOCK_EX):
            path.unlink(missing_ok=True)
            if path.parent.is_dir():
                _sync(path.parent)

    def sweep(self, known: Collection[str], older_than: datetime) -> int:
        """Delete what no row knows and what was left unfinished, if written before `older_than`; how many.

        `known` holds the SHA-256 of all bytes that rows refer to. `older_than` is on the computer's clock: leave an
        hour, because bytes are stored before the row that refers to them is committed.
        """
        names = {self._path(digest).name for digest in known}
        swept = 0
        with _storage_errors(), self._lock(fcntl.LOCK_EX):
            for path in sorted(self._folder.glob("??/*")):
                if path.name not in names and path.stat().st_mtime < older_than.timestamp():
                    path.unlink()
                    swept += 1
        return swept

    def sealed_files(self) -> Iterator[tuple[str, bytes]]:
        """(name, ciphertext) of everything here, one at a time: for a backup, or a move to the other store."""
        for path in self.paths():
            try:
                sealed = path.read_bytes()
            except FileNotFoundError:
                continue  # erased meanwhile
            yield path.name, sealed

    def paths(self) -> Iterator[Path]:
        """The files, one of the 256 folders at a time."""
        if not self._folder.is_dir():
            return
        for folder in sorted(path for path in self._folder.iterdir() if path.is_dir()):
            yield from (path for path in sorted(folder.iterdir()) if path.suffix != _UNFINISHED)

    def _path(self, digest: str) -> Path:
        name = stored_name(self._keyring, digest)
        return self._folder / name[:2] / name

    @contextmanager
    def _lock(self, kind: int) -> Iterator[None]:
        """Writers share the lock, the sweep holds it alone: it never takes a file that is being written again."""
        self._make_folder(self._folder)
        handle = os.open(self._folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, kind)
            yield
        finally:
            os.close(handle)

    def _make_folder(self, folder: Path) -> None:
        if not folder.is_dir():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with contextlib.suppress(FileNotFoundError):
                _sync(folder.parent)


def stored_name(keyring: Keyring, digest: str) -> str:
    """The name under which the bytes with this SHA-256 lie in any store."""
    return hmac.digest(keyring.derived("store file name"), digest.encode(), "sha256").hex()[:40]


def sealed_as(keyring: Keyring, digest: str, data: bytes) -> bytes:
    """The bytes as they lie in any store."""
    return keyring.encrypt(data, _what(digest))


def opened(keyring: Keyring, digest: str, sealed: bytes) -> bytes:
    """The bytes with this SHA-256. Raises StorageError if they were altered."""
    data = keyring.decrypt(sealed, _what(digest))
    if sha256(data) != digest:
        raise StorageError(_("文件库中的文件与记录的校验值不符（{digest}）。").format(digest=digest[:12]))
    return data


def _what(digest: str) -> str:
    return f"store {digest}"


def _write(path: Path, data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _storage_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _failed(error) from error


def _failed(error: OSError) -> StorageError:
    return StorageError(_("文件库读写失败：{cause}").format(cause=cause_of(error)))
