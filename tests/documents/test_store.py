"""The store: whole files or none, encrypted, found by their hash, swept of orphans."""

import os
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediation.clock import SystemClock
from mediation.crypto import Keyring, create_keyring, sha256
from mediation.documents.store import FileStore
from mediation.errors import KeyMissing, NotFound, StorageError

PLAIN = "当事人张三,身份证号 110101190001010000。".encode()


@pytest.fixture
def files(tmp_path: Path, keyring: Keyring) -> FileStore:
    return FileStore(tmp_path / "store", keyring)


def stored(tmp_path: Path) -> list[Path]:
    return sorted(path for path in (tmp_path / "store").rglob("*") if path.is_file() and path.name != ".lock")


def in_an_hour() -> datetime:
    return SystemClock().now() + timedelta(hours=1)


def test_what_is_put_is_got_again(files: FileStore) -> None:
    digest = files.put(PLAIN)
    assert digest == sha256(PLAIN)
    assert files.get(digest) == PLAIN
    assert files.has(digest)


@given(data=st.binary(max_size=3000))
def test_any_bytes_are_got_again(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    files = FileStore(tmp_path_factory.getbasetemp() / "any", Keyring("0000000a", {"0000000a": bytes(32)}))
    assert files.get(files.put(data)) == data


def test_same_bytes_twice_are_one_file(files: FileStore, tmp_path: Path) -> None:
    assert files.put(PLAIN) == files.put(PLAIN)
    assert len(stored(tmp_path)) == 1


def test_disk_shows_neither_text_nor_hash(files: FileStore, tmp_path: Path) -> None:
    digest = files.put(PLAIN)
    (file,) = stored(tmp_path)
    assert PLAIN[:9] not in file.read_bytes()
    assert digest[:12] not in str(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "store").stat().st_mode) == 0o700


def test_what_was_never_put_is_not_found(files: FileStore) -> None:
    with pytest.raises(NotFound):
        files.get("0" * 64)
    assert not files.has("0" * 64)


@pytest.mark.parametrize("digest", ["../../etc/passwd", "", "/", "\0"])
def test_hash_of_nonsense_is_not_found(files: FileStore, digest: str) -> None:
    with pytest.raises(NotFound):
        files.get(digest)


def test_altered_file_is_an_error(files: FileStore, tmp_path: Path) -> None:
    digest = files.put(PLAIN)
    (file,) = stored(tmp_path)
    altered = bytearray(file.read_bytes())
    altered[-1] ^= 1
    file.write_bytes(altered)
    with pytest.raises(StorageError, match="校验不通过"):
        files.get(digest)


def test_file_put_in_place_of_another_is_an_error(files: FileStore, tmp_path: Path) -> None:
    one = files.put(PLAIN)
    (first,) = stored(tmp_path)
    files.put(b"other")
    (second,) = [file for file in stored(tmp_path) if file != first]
    first.write_bytes(second.read_bytes())
    with pytest.raises(StorageError):
        files.get(one)


def test_emptied_file_is_an_error(files: FileStore, tmp_path: Path) -> None:
    digest = files.put(PLAIN)
    stored(tmp_path)[0].write_bytes(b"")
    with pytest.raises(StorageError):
        files.get(digest)


def test_other_key_does_not_open(files: FileStore, tmp_path: Path) -> None:
    files.put(PLAIN)
    other = create_keyring()
    with pytest.raises(NotFound):
        FileStore(tmp_path / "store", other).get(sha256(PLAIN))


def test_rotated_keyring_still_finds_and_opens(files: FileStore, tmp_path: Path, keyring: Keyring) -> None:
    digest = files.put(PLAIN)
    rotated = Keyring("0000000b", {**keyring.secrets, "0000000b": bytes(range(1, 33))})
    assert FileStore(tmp_path / "store", rotated).get(digest) == PLAIN
    FileStore(tmp_path / "store", rotated).put(PLAIN)
    with pytest.raises(KeyMissing):
        files.get(digest)


def test_sweep_takes_old_orphans_and_leaves_the_rest(files: FileStore, tmp_path: Path) -> None:
    kept, orphan = files.put(PLAIN), files.put(b"orphan")
    unfinished = stored(tmp_path)[0].with_name("a.part")
    unfinished.write_bytes(b"cut off")
    assert files.sweep({kept}, in_an_hour()) == 2
    assert files.get(kept) == PLAIN
    assert not files.has(orphan)
    assert not unfinished.exists()


def test_sweep_leaves_young_orphans(files: FileStore) -> None:
    orphan = files.put(b"orphan")
    assert files.sweep(set(), datetime(2000, 1, 1, tzinfo=UTC)) == 0
    assert files.get(orphan) == b"orphan"


def test_sweep_of_an_empty_store_finds_nothing(files: FileStore) -> None:
    assert files.sweep(set(), in_an_hour()) == 0


def test_putting_again_makes_a_file_young(files: FileStore, tmp_path: Path) -> None:
    digest = files.put(PLAIN)
    os.utime(stored(tmp_path)[0], (0, 0))
    files.put(PLAIN)
    assert files.sweep(set(), SystemClock().now() - timedelta(hours=1)) == 0
    assert files.get(digest) == PLAIN


def test_delete_removes_for_good(files: FileStore, tmp_path: Path) -> None:
    digest = files.put(PLAIN)
    files.delete(digest)
    files.delete(digest)
    assert stored(tmp_path) == []


def test_folder_that_cannot_be_written_is_told(tmp_path: Path, keyring: Keyring) -> None:
    (tmp_path / "store").write_text("a file stands in the way")
    with pytest.raises(StorageError, match="文件库读写失败"):
        FileStore(tmp_path / "store", keyring).put(PLAIN)


def test_many_writers_and_sweeps_lose_nothing(files: FileStore) -> None:
    lost: list[bytes] = []

    def write(number: int) -> None:
        for turn in range(20):
            data = b"%d %d" % (number, turn % 3)
            digest = files.put(data)
            if files.get(digest) != data:
                lost.append(data)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        files.sweep(set(), SystemClock().now() - timedelta(minutes=5))
    for writer in writers:
        writer.join()
    assert lost == []
