"""The bytes of papers in PostgreSQL: the same as in files, for hosts that share no disk."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from mediation.crypto import Keyring, sha256
from mediation.documents import table_store
from mediation.documents.store import FileStore
from mediation.documents.table_store import TableStore, move_files, open_store
from mediation.errors import KeyMissing, NotFound, StorageError
from mediation.storage.engine import Database

PLAIN = "张喆与李玥的调解协议书".encode() * 50


@pytest.fixture
def files(database: Database, keyring: Keyring, clock) -> TableStore:
    return TableStore(database, keyring, clock)


def rows(database: Database) -> list[tuple[str, str, int, bytes]]:
    with database.reading() as session:
        found = session.connection().execute(
            text("SELECT name, key_id, size, content FROM stored_file ORDER BY name")
        )
        return [(row[0], row[1], row[2], bytes(row[3])) for row in found]


def test_what_is_put_is_got_again(files, database):
    digest = files.put(PLAIN)
    assert (digest, files.get(digest), files.has(digest)) == (sha256(PLAIN), PLAIN, True)
    [(name, key_id, size, content)] = rows(database)
    assert (key_id, size) == ("0000000a", len(content))
    assert [plain for plain in (PLAIN[:30], digest.encode()) if plain in content + name.encode()] == []


def test_same_bytes_twice_are_one_row(files, database):
    assert files.put(PLAIN) == files.put(PLAIN)
    assert len(rows(database)) == 1


def test_what_was_never_put_is_not_found(files):
    digest = sha256(b"never")
    assert files.has(digest) is False
    with pytest.raises(NotFound):
        files.get(digest)
    files.delete(digest)


def test_altered_row_is_an_error(files, database):
    digest = files.put(PLAIN)
    [(_name, _key, _size, content)] = rows(database)
    with database.writing() as session:
        changed = content[:-1] + bytes([content[-1] ^ 1])
        session.connection().execute(text("UPDATE stored_file SET content = :content"), {"content": changed})
    with pytest.raises(StorageError, match="校验不通过"):
        files.get(digest)


def test_row_put_in_place_of_another_is_an_error(files, database):
    one, _other = files.put(PLAIN), files.put(b"other")
    with database.writing() as session:
        session.connection().execute(
            text("UPDATE stored_file SET content = (SELECT content FROM stored_file ORDER BY size LIMIT 1)")
        )
    with pytest.raises(StorageError):
        files.get(one)


def test_other_key_does_not_open(files, database, clock):
    digest = files.put(PLAIN)
    other = Keyring("0000000b", {"0000000b": bytes(32)})
    with pytest.raises((KeyMissing, NotFound)):
        TableStore(database, other, clock).get(digest)


def test_too_large_a_file_is_refused(files, database, monkeypatch):
    monkeypatch.setattr(table_store, "MOST_BYTES", 10)
    with pytest.raises(StorageError, match="11 字节，超过了 10 字节的上限"):
        files.put(b"x" * 11)
    assert rows(database) == []


def test_delete_removes_for_good(files, database):
    digest = files.put(PLAIN)
    files.delete(digest)
    assert (files.has(digest), rows(database)) == (False, [])


def test_sweep_takes_old_orphans_and_leaves_the_rest(files, clock):
    kept, orphan = files.put(PLAIN), files.put(b"orphan")
    clock.advance(timedelta(hours=1))
    young, again = files.put(b"young"), files.put(b"again")
    clock.advance(timedelta(minutes=30))
    assert files.put(b"again") == again
    hour_ago = clock.now() - timedelta(minutes=45)
    assert files.sweep({kept}, hour_ago) == 1
    assert [files.has(one) for one in (kept, orphan, young, again)] == [True, False, True, True]


def test_many_writers_and_sweeps_lose_nothing(files, clock):
    def put(number: int) -> None:
        for at in range(5):
            data = f"{number % 3} {at}".encode()
            assert files.get(files.put(data)) == data

    with ThreadPoolExecutor(6) as pool:
        writing = [pool.submit(put, number) for number in range(6)]
        for _sweep in range(5):
            files.sweep(set(), clock.now() - timedelta(hours=1))
        for one in writing:
            one.result()


def test_store_lies_in_the_folder_on_sqlite_and_in_the_database_on_postgresql(
    database, keyring, clock, tmp_path
):
    store = open_store(database, tmp_path / "store", keyring, clock)
    digest = store.put(PLAIN)
    assert isinstance(store, FileStore if database.on_sqlite else TableStore)
    assert len(rows(database)) == (0 if database.on_sqlite else 1)
    assert next(iter(store.sealed_files()))[1] != PLAIN
    assert store.get(digest) == PLAIN


def test_files_are_moved_whole_and_the_rest_after_a_kill(postgresql_store, keyring, clock, tmp_path):
    database = Database(postgresql_store, keyring)
    folder = FileStore(tmp_path / "store", keyring)
    digests = [folder.put(f"paper {at}".encode()) for at in range(3)]
    with pytest.raises(StorageError, match="mediation store move"):
        open_store(database, tmp_path / "store", keyring, clock)

    class Killed(Exception):
        """In the middle."""

    class Breaking(TableStore):
        left = 1

        def put_sealed(self, name: str, sealed: bytes) -> None:
            if not self.left:
                raise Killed
            self.left -= 1
            super().put_sealed(name, sealed)

    with pytest.raises(Killed):
        move_files(tmp_path / "store", Breaking(database, keyring, clock), keyring)
    assert sum(folder.has(digest) for digest in digests) == 2
    count, size = move_files(tmp_path / "store", TableStore(database, keyring, clock), keyring)
    assert (count, size > 0) == (2, True)
    store = open_store(database, tmp_path / "store", keyring, clock)
    assert [store.get(digest) for digest in digests] == [f"paper {at}".encode() for at in range(3)]
    database.close()
