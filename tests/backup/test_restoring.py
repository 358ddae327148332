"""What was backed up comes back, on either store; what is not whole, genuine and fitting is refused, all reasons at once."""

import io
import json
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mediation.app import Instance
from mediation.backup import pack, restoring
from mediation.backup.judging import judged
from mediation.backup.pack import read_header
from mediation.crypto import create_keyring
from mediation.errors import InputInvalid, Problem, StorageError
from mediation.resources import program_version
from mediation.storage.unfinished import end_filling
from tests.backup.lived import CANARIES, Lived, files, sealed, stored


@pytest.fixture(scope="module")
def small_backup(sqlite_living, tmp_path_factory) -> tuple[Lived, Path, bytes]:
    """One backup for tests that damage copies of it."""
    from tests.backup.lived import lived_copy

    folder = tmp_path_factory.mktemp("small")
    with lived_copy(*sqlite_living, folder) as own:
        own.backup(folder / "town.backup")
        yield own, folder, (folder / "town.backup").read_bytes()


def test_restore_on_either_store_gives_back_every_row_and_file(lived: Lived, empty_url, tmp_path):
    made = lived.backup(tmp_path / "town.backup")
    done = lived.restored(tmp_path / "town.backup", tmp_path / "back", empty_url)
    there = lived.elsewhere(tmp_path / "back", empty_url)
    keyring = lived.town.instance.keyring
    assert (done.problems, done.rows, done.files) == ([], made.rows, made.files)
    assert (done.chains, done.events, done.head) == (made.chains, made.events, made.head)
    assert done.files_checked == done.files  # each once, whichever papers and revisions have its bytes
    assert done.papers_checked == 1
    assert stored(there, keyring) == stored(lived.settings, keyring)
    assert files(there.data / "site") == files(lived.settings.data / "site")
    assert sealed(there, keyring) == sealed(lived.settings, keyring)
    assert not (there.data / "keys" / "master.key").exists()


def test_restored_instance_goes_on_working(lived: Lived, empty_url, tmp_path):
    lived.backup(tmp_path / "town.backup")
    lived.restored(tmp_path / "town.backup", tmp_path / "back", empty_url)
    there = lived.elsewhere(tmp_path / "back", empty_url)
    with Instance(there, lived.town.instance.keyring, lived.town.clock) as instance:
        own = replace(lived.town, instance=instance)
        ref = own.register("jiawin", title="又一件")
        own.bring("received", ref)
        own.act("jiamed", lived.going_on, "note_privately", party=1, body="再谈")
        assert [row.title for row in instance.cases("jiawin", words="界沟")] == [
            f"{CANARIES[0]}与{CANARIES[1]}界沟纠纷"
        ]
        assert instance.verify_trail().problems == []


def test_restored_file_lost_since_is_told(sqlite_lived: Lived, tmp_path):
    lost = next(path for path in sqlite_lived.settings.store.glob("??/*"))
    lost.unlink()
    made = sqlite_lived.backup(tmp_path / "town.backup")
    done = sqlite_lived.restored(tmp_path / "town.backup", tmp_path / "back")
    assert len(made.missing) == 1
    assert len(done.problems) >= 2  # the backup knew it, and the check found it
    assert not done.ok


def sabotaged(monkeypatch, sabotage) -> None:
    """Something goes wrong after the rows and the files have been put in place, before they are checked."""

    def end(data: Path) -> None:
        end_filling(data)
        sabotage(data)

    monkeypatch.setattr(restoring, "end_filling", end)


def test_head_that_has_not_come_back_is_told(sqlite_lived: Lived, tmp_path, monkeypatch):
    def forget_heads(data: Path) -> None:
        with closing(sqlite3.connect(data / "mediation.db")) as connection:
            connection.execute("DROP TRIGGER trail_head_no_delete")
            connection.execute("DELETE FROM trail_head")
            connection.commit()

    made = sqlite_lived.backup(tmp_path / "town.backup")
    sabotaged(monkeypatch, forget_heads)
    done = sqlite_lived.restored(tmp_path / "town.backup", tmp_path / "back")
    assert made.head is not None
    assert f"总摘要第{made.head}号与备份时不同" in done.problems


def test_file_that_has_come_back_altered_is_named(sqlite_lived: Lived, tmp_path, monkeypatch):
    def alter(data: Path) -> None:
        for path in (data / "store").glob("??/*"):
            *rest, last = path.read_bytes()
            path.write_bytes(bytes([*rest, last ^ 1]))

    sqlite_lived.backup(tmp_path / "town.backup")
    sabotaged(monkeypatch, alter)
    done = sqlite_lived.restored(tmp_path / "town.backup", tmp_path / "back")
    told = [one for one in done.problems if one.startswith("文件 ")]
    assert len(set(told)) == done.files_checked


def refused(own: Lived, file: Path, back: Path, **changed) -> list[str]:
    """The reasons, and nothing has come into being."""
    where = replace(own.elsewhere(back), **changed.pop("where", {}))
    before = files(back) if back.exists() else None
    with pytest.raises(InputInvalid) as error:
        judged(file, where, changed.pop("keyring", own.town.instance.keyring), changed.pop("erasures", None))
    assert (files(back) if back.exists() else None) == before
    return [problem.message for problem in error.value.problems]


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(data=st.data())
def test_any_changed_byte_is_refused(small_backup, data):
    own, folder, whole = small_backup
    at = data.draw(st.integers(0, len(whole) - 1))
    by = data.draw(st.integers(1, 255))
    damaged = folder / "damaged.backup"
    damaged.write_bytes(whole[:at] + bytes([whole[at] ^ by]) + whole[at + 1 :])
    assert len(refused(own, damaged, folder / "back")) >= 1


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(data=st.data())
def test_any_cut_or_lengthened_file_is_refused(small_backup, data):
    own, folder, whole = small_backup
    cut = folder / "cut.backup"
    kept = data.draw(st.integers(0, len(whole) - 1))
    cut.write_bytes(whole[:kept])
    assert len(refused(own, cut, folder / "back")) >= 1
    cut.write_bytes(whole + data.draw(st.binary(min_size=1, max_size=2000)))
    assert len(refused(own, cut, folder / "back")) >= 1


def test_whole_file_is_not_refused(small_backup):
    own, folder, _whole = small_backup
    header, _keyring, listed = judged(
        folder / "town.backup", own.elsewhere(folder / "back"), own.town.instance.keyring, None
    )
    assert header["format"] == "mediation backup 1"
    assert listed == []


def test_key_file_may_have_been_put_in_its_place_beforehand_but_no_other(small_backup, tmp_path):
    own, folder, _whole = small_backup
    keys = tmp_path / "back" / "keys"
    keys.mkdir(parents=True)
    shutil.copy(own.settings.key_file, keys / "master.key")
    judged(folder / "town.backup", own.elsewhere(tmp_path / "back"), own.town.instance.keyring, None)
    (keys / "master.key").write_text("another")
    assert refused(own, folder / "town.backup", tmp_path / "back") == [
        "目标文件夹不是空的（有 keys）：请换一个空的，里面只可以有密钥文件和删除清单"
    ]


def test_part_left_out_and_sealed_anew_without_the_key_is_refused(small_backup):
    own, folder, whole = small_backup
    with tarfile.open(folder / "town.backup") as tar:
        second = tar.getmembers()[1]
    start, end = second.offset, second.offset_data + -(-second.size // 512) * 512
    (folder / "less.backup").write_bytes(whole[:start] + whole[end:])
    assert refused(own, folder / "less.backup", folder / "back") == [
        "备份的内容被改动过，或者存储介质已损坏：请换一份备份"
    ]


def test_everything_that_is_wrong_is_told_at_once(small_backup, tmp_path):
    own, folder, whole = small_backup
    header = pack.read_header(folder / "town.backup")
    newer = whole.replace(
        json.dumps(header["schema"]).encode(), json.dumps("9" * len(header["schema"])).encode(), 1
    )
    (tmp_path / "newer.backup").write_bytes(newer[:-700])
    back = tmp_path / "back"
    back.mkdir()
    (back / "notes.txt").write_text("mine")
    (tmp_path / "list.json").write_text("{}")
    other = create_keyring()
    found = refused(own, tmp_path / "newer.backup", back, keyring=other, erasures=tmp_path / "list.json")
    assert found == [
        f"备份的数据库版本 9999 比本程序新（由 {header['program']} 版写成）：请先升级程序",
        "备份不完整，被截断过或没有写完：请换一份备份",
        f"备份用另一把密钥（{header['key']}）加密，现在的密钥是 {other.current}：请用 --key-file 指明备份时的密钥文件",
        "目标文件夹不是空的（有 notes.txt）：请换一个空的，里面只可以有密钥文件和删除清单",
        "这不是本实例的删除清单，或者被改动过：请换一份没有改动的",
    ]


@pytest.mark.parametrize("is_key_there", [True, False])
def test_damage_is_told_beside_a_key_that_is_another_or_missing(small_backup, tmp_path, is_key_there):
    own, folder, whole = small_backup
    with tarfile.open(folder / "town.backup") as tar:
        second = tar.getmembers()[1]
    at = second.offset_data + second.size // 2
    (tmp_path / "bent.backup").write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    key = create_keyring() if is_key_there else Problem("没有密钥", key="--key-file")
    damaged = "备份的内容被改动过，或者存储介质已损坏：请换一份备份"
    sound = refused(own, folder / "town.backup", tmp_path / "back", keyring=key)
    assert damaged not in sound
    assert len(sound) == 1
    found = refused(own, tmp_path / "bent.backup", tmp_path / "back", keyring=key)
    assert (len(found), damaged in found) == (2, True)


@pytest.mark.parametrize("kind", ["link to nothing", "hard link", "device", "sparse"])
def test_archive_of_somebody_elses_making_is_refused_without_the_key(small_backup, tmp_path, kind):
    own, folder, _whole = small_backup
    with tarfile.open(folder / "town.backup") as genuine:
        header = genuine.getmembers()[0]
        content = genuine.extractfile(header).read()
    hostile = tmp_path / "hostile.backup"
    entry = tarfile.TarInfo("files/x")
    with tarfile.open(hostile, "w", format=tarfile.GNU_FORMAT) as tar:
        tar.addfile(header, io.BytesIO(content))
        if kind == "sparse":
            entry.type, entry.size = tarfile.GNUTYPE_SPARSE, 0
            block = bytearray(entry.tobuf(tarfile.GNU_FORMAT))
            block[483:495] = b"7777777777\0\0"  # so many bytes it says it has, in octal
            block[148:156] = b"        "
            block[148:156] = b"%06o\0 " % sum(block)
            tar.fileobj.write(bytes(block))
            tar.offset += 512
        else:
            kinds = {
                "link to nothing": tarfile.SYMTYPE,
                "hard link": tarfile.LNKTYPE,
                "device": tarfile.CHRTYPE,
            }
            entry.type, entry.linkname = kinds[kind], "nowhere"
            tar.addfile(entry)
    cut = hostile.read_bytes()
    end = cut.rstrip(b"\0")
    blocks = -(-len(end) // 512) * 512
    hostile.write_bytes(cut[:blocks] + pack.trailer("0" * 64, 0))
    found = refused(own, hostile, tmp_path / "back", keyring=create_keyring())
    assert "备份的内容被改动过，或者存储介质已损坏：请换一份备份" in found


def test_file_with_something_behind_it_is_not_said_to_be_cut(small_backup, tmp_path):
    own, _folder, whole = small_backup
    for more in (b"x", bytes(4096)):
        (tmp_path / "longer.backup").write_bytes(whole + more)
        found = refused(own, tmp_path / "longer.backup", tmp_path / "back")
        assert found == ["备份的末尾多了不属于它的内容：请换一份备份"]


def test_header_names_the_version_of_the_program(small_backup, tmp_path):
    _own, folder, _whole = small_backup
    header = read_header(folder / "town.backup")
    assert header is not None
    assert header["program"] == program_version() != "unknown"


def test_newer_format_is_refused(small_backup, tmp_path):
    own, _folder, whole = small_backup
    (tmp_path / "newer.backup").write_bytes(whole.replace(b"mediation backup 1", b"mediation backup 2", 1))
    [reason] = refused(own, tmp_path / "newer.backup", tmp_path / "back")
    assert reason.startswith("备份的格式比本程序新")


def test_database_that_is_not_empty_is_refused(small_backup, tmp_path, store):
    own, folder, _whole = small_backup
    found = refused(own, folder / "town.backup", tmp_path / "back", where={"database_url": store})
    assert found == ["目标数据库不是空的：请换一个空的数据库"]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a backup", b"\0" * 4096])
def test_other_file_is_no_backup(small_backup, tmp_path, content):
    own, _folder, _whole = small_backup
    (tmp_path / "other").write_bytes(content)
    found = refused(own, tmp_path / "other", tmp_path / "back")
    assert found == ["这不是备份文件，或者开头已经损坏：请换一份备份"]


def test_target_below_a_file_is_told_beside_what_is_wrong_with_the_backup(small_backup, tmp_path):
    own, _folder, whole = small_backup
    (tmp_path / "cut.backup").write_bytes(whole[:-700])
    (tmp_path / "notes.txt").write_text("mine")
    cut, below = "备份不完整，被截断过或没有写完：请换一份备份", "这不是文件夹"
    assert refused(own, tmp_path / "cut.backup", tmp_path / "notes.txt" / "back") == [cut, below]
    elsewhere = {"database_url": f"sqlite:///{tmp_path / 'notes.txt' / 'town.db'}"}
    assert refused(own, tmp_path / "cut.backup", tmp_path / "back", where=elsewhere) == [cut, below]


def test_absent_file_is_told(small_backup, tmp_path):
    own, _folder, _whole = small_backup
    assert refused(own, tmp_path / "none", tmp_path / "back") == ["备份读不出来：没有这个文件或文件夹"]


_RESTORE = """
import sys
from pathlib import Path
from mediation.backup.restoring import restore
from mediation.clock import SystemClock
from mediation.crypto import read_keyring
from mediation.settings import Settings
file, data, url, key = sys.argv[1:]
settings = Settings(data=Path(data), database_url=url, key_file=Path(key))
restore(Path(file), settings, read_keyring(settings), SystemClock())
"""


def test_killed_restore_is_not_opened_and_can_be_begun_again(lived: Lived, empty_url, tmp_path):
    if not lived.settings.database_url.startswith("sqlite"):
        pytest.skip("papers of this instance lie in its database: there is no folder to make heavy")
    for at in range(30):  # so that it takes long enough to be killed
        (lived.settings.store / "zz").mkdir(exist_ok=True)
        (lived.settings.store / "zz" / f"zz{at:038d}").write_bytes(bytes(3_000_000))
    lived.backup(tmp_path / "town.backup")
    back = tmp_path / "back"
    there = lived.elsewhere(back, empty_url)
    process = subprocess.Popen(
        [sys.executable, "-c", _RESTORE, tmp_path / "town.backup", back, empty_url, there.key_file]
    )
    while not (back / "store" / "zz").exists():
        time.sleep(0.005)
        assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    with pytest.raises(StorageError, match="恢复没有完成"):
        Instance.open(there)
    assert refused(lived, tmp_path / "town.backup", back) == [
        "上次恢复没有完成：请移走密钥文件以外的内容后再来"
    ]
    shutil.rmtree(back)
    assert lived.restored(tmp_path / "town.backup", back, empty_url).files_checked > 0
