"""Files are written whole or not at all, and what stands in the way is said in words."""

from pathlib import Path

import pytest

from mediation.commands.console import write_file
from mediation.errors import StorageError


def refused(path: Path) -> str:
    with pytest.raises(StorageError) as caught:
        write_file(path, [b"new"])
    return str(caught.value).removeprefix(f"{path} ")


def test_file_is_written_whole(tmp_path):
    write_file(tmp_path / "a", [b"one", b"two"])
    assert ((tmp_path / "a").read_bytes(), [path.name for path in tmp_path.iterdir()]) == (b"onetwo", ["a"])


def test_file_that_could_not_be_finished_stays_what_it_was(tmp_path):
    def broken():
        yield b"half"
        raise OSError(28, "No space left on device")

    (tmp_path / "a").write_bytes(b"old")
    with pytest.raises(StorageError) as caught:
        write_file(tmp_path / "a", broken())
    assert str(caught.value) == f"{tmp_path / 'a'} 写不进去：磁盘已满"
    assert ((tmp_path / "a").read_bytes(), len(list(tmp_path.iterdir()))) == (b"old", 1)


def test_place_that_takes_no_file_is_said_in_words(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    assert refused(tmp_path) == "写不进去：这是文件夹，不是文件"
    assert refused(tmp_path / "no" / "a") == "写不进去：没有这个文件或文件夹"
    assert refused(tmp_path / "file" / "a") == "写不进去：路径中有一段不是文件夹"
    assert refused(tmp_path / ("长" * 200)) == "写不进去：文件名太长"
    assert refused(tmp_path / "a\0b") == "写不进去：路径里有不能用的字符"


def test_device_takes_what_is_written():
    write_file(Path("/dev/null"), [b"x"])
