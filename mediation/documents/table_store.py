"""The store of document bytes in PostgreSQL: for processes on several hosts that share no disk.

The same interface and the same ciphertexts as `store.FileStore`; a row's name is the file's. Bytes are durable before the
row that refers to them, so each is put in a transaction of its own.
"""

from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

from sqlmodel import Session

from mediation.clock import Clock
from mediation.crypto import Keyring, sha256
from mediation.documents import queries
from mediation.documents.store import FileStore, Store, opened, sealed_as, stored_name
from mediation.errors import NotFound, StorageError
from mediation.language import _
from mediation.storage.engine import Database

MOST_BYTES: Final = 64 * 1024 * 1024
"""The largest file: what the API takes at most. PostgreSQL reads and writes it whole, several times over in memory."""


class Sessions(Protocol):
    """What the store needs of the database."""

    def reading(self) -> AbstractContextManager[Session]: ...
    def writing(self) -> AbstractContextManager[Session]: ...


def open_store(database: Database, folder: Path, keyring: Keyring, clock: Clock) -> Store:
    """The store of an instance: the folder on SQLite, the database itself on PostgreSQL.

    Raises StorageError if papers still lie in the folder of an instance on PostgreSQL: they are to be moved first.
    """
    files = FileStore(folder, keyring)
    if database.on_sqlite:
        return files
    if next(files.paths(), None) is not None:
        message = _(
            "{folder} 里还有文书文件，而 PostgreSQL 上的文书保存在数据库里：请先运行 mediation store move"
        )
        raise StorageError(message.format(folder=folder))
    return TableStore(database, keyring, clock)


def move_files(folder: Path, target: "TableStore", keyring: Keyring) -> tuple[int, int]:
    """Move the files of a folder into the database, each durable there before it goes here; how many, and their bytes.

    It can be broken off and begun again.
    """
    files = FileStore(folder, keyring)
    count = size = 0
    for path in list(files.paths()):
        sealed = path.read_bytes()
        target.put_sealed(path.name, sealed)
        path.unlink()
        count, size = count + 1, size + len(sealed)
    return count, size


class TableStore:
    """The store of one instance; any number of processes may use it at once."""

    def __init__(self, sessions: Sessions, keyring: Keyring, clock: Clock) -> None:
        self._sessions = sessions
        self._keyring = keyring
        self._clock = clock

    def put(self, data: bytes) -> str:
        """Keep the bytes durably and return their SHA-256. The same bytes twice are one row, and its age starts anew."""
        if len(data) > MOST_BYTES:
            message = _("文件有 {size} 字节，超过了 {most} 字节的上限，没有保存。")
            raise StorageError(message.format(size=len(data), most=MOST_BYTES))
        digest = sha256(data)
        self.put_sealed(stored_name(self._keyring, digest), sealed_as(self._keyring, digest, data))
        return digest

    def put_sealed(self, name: str, sealed: bytes) -> None:
        """Keep what is sealed already, under the name that it has in the other store."""
        with self._sessions.writing() as session:
            queries.put(session, name, sealed, self._clock.now())

    def get(self, digest: str) -> bytes:
        """The bytes with this SHA-256; NotFound if they are not here, StorageError if they were altered."""
        with self._sessions.reading() as session:
            sealed = queries.content(session, stored_name(self._keyring, digest))
        if sealed is None:
            raise NotFound(_("文件库中没有这份文件（{digest}）。").format(digest=digest[:12]))
        return opened(self._keyring, digest, sealed)

    def has(self, digest: str) -> bool:
        """Are the bytes with this SHA-256 here? Does not open them."""
        with self._sessions.reading() as session:
            return queries.has(session, stored_name(self._keyring, digest))

    def delete(self, digest: str) -> None:
        """Delete the bytes with this SHA-256 for good, as an erasure does; nothing happens if they are not here."""
        with self._sessions.writing() as session:
            queries.delete_named(session, [stored_name(self._keyring, digest)], None)

    def sweep(self, known: Collection[str], older_than: datetime) -> int:
        """Delete what no row knows, if put before `older_than`; how many. See `FileStore.sweep`."""
        names = {stored_name(self._keyring, digest) for digest in known}
        with self._sessions.reading() as session:
            old = queries.older(session, older_than)
        orphans = [name for name in old if name not in names]
        with self._sessions.writing() as session:
            # What is being put again at this moment is young by then, and stays.
            return queries.delete_named(session, orphans, older_than)

    def sealed_files(self) -> Iterator[tuple[str, bytes]]:
        """(name, ciphertext) of everything here, one at a time in order of names: for a backup."""
        after = ""
        while True:
            with self._sessions.reading() as session:
                found = queries.next_after(session, after)
            if found is None:
                return
            yield found
            after = found[0]
