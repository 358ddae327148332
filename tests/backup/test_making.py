"""A backup is one moment of a working instance, in one file that is whole or not there."""

import base64
import hashlib
import hmac
import json
import os
import signal
import subprocess
import sys
import tarfile
import threading
import time

import pytest

from mediation.backup.making import make_backup
from mediation.errors import StorageError
from tests.backup.lived import CANARIES, Lived


def test_backup_is_a_tar_file_of_named_parts(lived: Lived, tmp_path):
    made = lived.backup(tmp_path / "town.backup")
    with tarfile.open(tmp_path / "town.backup") as tar:
        names = tar.getnames()
    assert (names[0], names[-3:]) == ("header.json", ["summary.json", "manifest.jsonl", "seal"])
    assert {name.partition("/")[0] for name in names[1:-3]} == {"tables", "chains", "site", "keys", "store"}
    assert made.bytes == (tmp_path / "town.backup").stat().st_size
    assert (tmp_path / "town.backup").stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.glob(".*.part")) == []


def test_seal_is_what_the_page_on_backups_says(sqlite_lived: Lived, tmp_path):
    sqlite_lived.backup(tmp_path / "town.backup")
    content = (tmp_path / "town.backup").read_bytes()
    with tarfile.open(tmp_path / "town.backup") as tar:
        seal = tar.getmember("seal")
        told = tar.extractfile(seal).read().decode()
        manifest = [json.loads(line) for line in tar.extractfile("manifest.jsonl").read().splitlines()]
        parts = {name: tar.extractfile(name).read() for name in tar.getnames()[:-2]}
    oldest = next(iter(sqlite_lived.town.instance.keyring.secrets.values()))
    extracted = hmac.digest(bytes(32), oldest, "sha256")
    key = hmac.digest(extracted, b"mediation backup seal\x01", "sha256")
    assert told == hmac.digest(key, content[: seal.offset], "sha256").hex()
    assert manifest == [
        {"path": name, "bytes": len(part), "sha256": hashlib.sha256(part).hexdigest()}
        for name, part in parts.items()
    ]


def test_backup_holds_no_person_in_clear_and_no_key(lived: Lived, tmp_path):
    lived.backup(tmp_path / "town.backup")
    content = (tmp_path / "town.backup").read_bytes()
    for canary in CANARIES:
        assert canary.encode() not in content
        assert canary.encode("unicode_escape") not in content
    for secret in lived.town.instance.keyring.secrets.values():
        assert secret not in content
        assert base64.b64encode(secret) not in content
        assert secret.hex().encode() not in content


def test_backup_under_load_is_one_moment(lived: Lived, tmp_path):
    stop, failed = threading.Event(), []

    def act() -> None:
        try:
            while not stop.is_set():
                lived.town.act("jiamed", lived.going_on, "note_privately", party=1, body="又谈了一次")
                lived.town.register("jiawin", title="新来的")
        except Exception as error:  # noqa: BLE001 — told below
            failed.append(error)

    worker = threading.Thread(target=act)
    worker.start()
    time.sleep(0.3)
    try:
        first = lived.backup(tmp_path / "first.backup")
        second = lived.backup(tmp_path / "second.backup")
    finally:
        stop.set()
        worker.join()
    assert failed == []
    assert second.events > first.events
    for number, made in (("first", first), ("second", second)):
        done = lived.restored(tmp_path / f"{number}.backup", tmp_path / number)
        assert (done.problems, done.events, done.chains) == ([], made.events, made.chains)


_BACKUP = """
import sys
from pathlib import Path
from mediation.backup.making import make_backup
from mediation.clock import SystemClock
from mediation.crypto import read_keyring
from mediation.settings import Settings
data, url, key, file = sys.argv[1:]
settings = Settings(data=Path(data), database_url=url, key_file=Path(key))
make_backup(settings, read_keyring(settings), SystemClock(), Path(file))
"""


def test_killed_backup_leaves_the_former_one(sqlite_lived: Lived, tmp_path):
    where = sqlite_lived.settings
    target = tmp_path / "town.backup"
    sqlite_lived.backup(target)
    before = target.read_bytes()
    (where.store / "zz").mkdir()
    for at in range(40):
        (where.store / "zz" / f"{at:040d}").write_bytes(os.urandom(3_000_000))
    process = subprocess.Popen(
        [sys.executable, "-c", _BACKUP, where.data, where.database_url, where.key_file, target]
    )
    while not any(path.stat().st_size > 5_000_000 for path in tmp_path.glob(".town.backup.*.part")):
        time.sleep(0.005)
        assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert target.read_bytes() == before


@pytest.mark.parametrize("place", ["none/town.backup", "."])
def test_backup_that_cannot_be_written_says_why(sqlite_lived: Lived, tmp_path, place):
    with pytest.raises(StorageError, match=r"没有写成：没有这个文件或文件夹|是文件夹"):
        sqlite_lived.backup(tmp_path / place)


def test_backup_takes_the_place_of_nothing_but_a_backup(sqlite_lived: Lived, tmp_path):
    where = sqlite_lived.settings
    (tmp_path / "notes.txt").write_text("mine")
    for other in (where.data / "mediation.db", where.key_file, tmp_path / "notes.txt"):
        before = other.read_bytes()
        with pytest.raises(StorageError, match="已经有了，而且不是备份"):
            sqlite_lived.backup(other)
        assert other.read_bytes() == before
    (tmp_path / "town.backup").touch()  # as mktemp makes it
    first = sqlite_lived.backup(tmp_path / "town.backup")
    assert sqlite_lived.backup(tmp_path / "town.backup").rows == first.rows


def test_unfinished_restore_is_not_backed_up(sqlite_lived: Lived, tmp_path):
    (sqlite_lived.settings.data / "RESTORE-UNFINISHED").touch()
    town = sqlite_lived.town
    with pytest.raises(StorageError, match="恢复没有完成"):
        make_backup(sqlite_lived.settings, town.instance.keyring, town.clock, tmp_path / "town.backup")
    assert not (tmp_path / "town.backup").exists()
