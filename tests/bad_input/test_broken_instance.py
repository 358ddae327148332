"""An instance of which a part is lost, spoilt or another's answers with a sentence, exit code 1, and changes nothing."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from mediation.cli import run
from tests.town import Founded

LIST = ("--as", "jiamed", "case", "list")
SPOILT = "数据库文件已损坏，或不是本程序的数据库；请从备份恢复"


@pytest.fixture
def data(sqlite_founded: Founded, tmp_path: Path) -> Path:
    shutil.copytree(sqlite_founded.settings.data, tmp_path / "town")
    return tmp_path / "town"


def version(data: Path, number: str) -> None:
    with sqlite3.connect(data / "mediation.db") as database:
        database.execute("UPDATE alembic_version SET version_num = ?", (number,))
    database.close()


def replace_by_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


BREAKS: dict[str, tuple[Callable[[Path], object], str]] = {
    "no database": (
        lambda data: (data / "mediation.db").unlink(),
        "数据库 {data}/mediation.db 还没有建立，请先运行 mediation init。",
    ),
    "empty database": (
        lambda data: (data / "mediation.db").write_bytes(b""),
        "数据库还没有建立，请先运行 mediation init 或 mediation database upgrade。",
    ),
    "no database at all": (
        lambda data: (data / "mediation.db").write_bytes(b"garbage " * 100),
        f"数据库没有响应或不能读写：{SPOILT}",
    ),
    "a folder": (
        lambda data: replace_by_folder(data / "mediation.db"),
        "数据库没有响应或不能读写：打不开数据库文件，请检查路径和权限",
    ),
    "newer": (
        lambda data: version(data, "9999"),
        "数据库由更新版本的程序建立（9999），本程序只认识到 {head}：请升级程序，不要降级使用。",
    ),
    "older": (
        lambda data: version(data, "0001"),
        "数据库是旧版本（0001），程序需要 {head}：请先备份，再运行 mediation database upgrade。",
    ),
    "no key": (
        lambda data: (data / "keys" / "master.key").unlink(),
        "找不到密钥文件 {data}/keys/master.key。没有它，加密的资料打不开：请从备份放回原处（见 SECURITY.md）。",
    ),
    "spoilt key": (
        lambda data: (data / "keys" / "master.key").write_bytes(b"\xff\xfe\x00"),
        "密钥文件的内容不完整或已损坏，请从备份恢复。",
    ),
    "no root": (
        lambda data: (data / "keys" / "root.sealed").unlink(),
        "找不到签名密钥 {data}/keys/root.sealed：请先运行 mediation init，或从备份恢复。",
    ),
    "cut root": (
        lambda data: (data / "keys" / "root.sealed").write_bytes(b"x\n"),
        "加密资料不完整：被截短过，或没有写完。",
    ),
}


@pytest.mark.parametrize("broken", BREAKS)
@pytest.mark.parametrize("command", [LIST, ("audit", "verify")], ids=["list", "verify"])
def test_broken_instance_answers_in_words(capsys, data, broken, command):
    from mediation.storage.upgrade import known_versions

    spoil, told = BREAKS[broken]
    spoil(data)
    assert run(["--data", str(data), *command]) == 1
    expected = told.format(data=data, head=known_versions()[-1])
    assert tuple(capsys.readouterr()) == ("", expected + "\n")


def test_key_of_another_instance_opens_nothing(capsys, data):
    other = {"format": 1, "current": "0000000a", "keys": {"0000000a": "A" * 43 + "="}}
    (data / "keys" / "master.key").write_text(json.dumps(other))
    assert run(["--data", str(data), *LIST, "--json"]) == 1
    out, err = capsys.readouterr()
    assert (out, json.loads(err)["error"]["kind"]) == ("", "KeyMissing")


def test_founding_over_an_instance_is_refused(capsys, data, tmp_path):
    before = (data / "mediation.db").read_bytes()
    assert run(["--data", str(data), "init", "--site", str(tmp_path)]) == 1
    assert capsys.readouterr().err == f"{data} 里已经有一个实例，不会覆盖。\n"
    assert (data / "mediation.db").read_bytes() == before


@pytest.mark.parametrize(
    "actor", ["nobody", "jiamed:frob", "jiaold", "twin", "a:b:c", "a\udcff", "", ":"], ids=repr
)
def test_stranger_and_ended_post_are_told(capsys, data, actor):
    assert run(["--data", str(data), "--as", actor, "case", "list"]) == 1
    out, err = capsys.readouterr()
    assert (out, "Traceback" in err, err.strip() != "") == ("", False, True)


@pytest.mark.parametrize("number", ["999", "〔2026〕示例甲人调字第9号", "a\udcff", "%", "' OR 1=1 --"])
def test_case_that_is_not_there_is_told(capsys, data, number):
    for more in (["show", number], ["do", number, "accept"]):
        assert run(["--data", str(data), "--as", "jiamed", "case", *more]) == 1
        out, err = capsys.readouterr()
        assert (out, "Traceback" in err, err.strip() != "") == ("", False, True)
