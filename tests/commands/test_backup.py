"""The three commands: what they print, their exit codes, and that wrong words change nothing."""

import json
import re
from pathlib import Path

import pytest

from mediation.backup.erasures import LIST_FILE
from mediation.cli import run
from mediation.clock import local_day
from tests.backup.conftest import postgresql_founded, sqlite_founded, sqlite_lived, sqlite_living
from tests.backup.lived import CANARIES, Lived

__all__ = ["postgresql_founded", "sqlite_founded", "sqlite_lived", "sqlite_living"]


def said(capsys, words: list[str], code: int = 0) -> str:
    """What a command prints, on whichever stream its exit code asks for."""
    assert run(words) == code, capsys.readouterr()
    out, err = capsys.readouterr()
    return err if code else out


@pytest.fixture
def data(sqlite_lived: Lived, monkeypatch: pytest.MonkeyPatch) -> str:
    for name in ("DATABASE_URL", "MEDIATION_DATA", "MEDIATION_KEY_FILE", "MEDIATION_KEY_COMMAND"):
        monkeypatch.delenv(name, raising=False)
    return str(sqlite_lived.settings.data)


def test_backup_restore_and_erasure_from_the_command_line(capsys, sqlite_lived: Lived, data, tmp_path):
    ref, file, back = sqlite_lived.put_away, tmp_path / "town.backup", tmp_path / "back"
    assert "密钥文件不在备份里" in said(capsys, ["--data", data, "backup", str(file)])
    asked = said(capsys, ["--data", data, "--as", "jiaarc", "erase", ref, "--reason", "purpose_done"])
    day = local_day(sqlite_lived.town.last(ref).recorded_at)
    told = f"全案的资料；原因：处理目的已实现、无法实现或者不再必要；包档（jiaarc）于 {day} 提出"
    assert asked == (
        f"已提出删除 {ref}：{told}\n请另一人核对以后确认：mediation --as 人员 erase {ref} --confirm\n"
    )
    page = said(capsys, ["--data", data, "--as", "jialead", "case", "show", ref])
    assert f"等待另一人确认的删除：{told}\n  mediation --as 人员 erase {ref} --confirm\n" in page
    done = said(capsys, ["--data", data, "--as", "jialead", "erase", ref, "--confirm"])
    assert done == (
        f"已删除 {ref}：全案的资料；原因：处理目的已实现、无法实现或者不再必要；jiaarc 提出，jialead 确认。"
        "不能恢复；以前的备份里还有，请按期销毁\n"
    )
    kept = tmp_path / "erasures.json"
    assert (
        said(capsys, ["--data", data, "erase", "--export", str(kept)]) == f"删除清单（1 条）已写到 {kept}\n"
    )
    assert kept.read_bytes() == (Path(data) / "keys" / LIST_FILE).read_bytes()
    words = ["restore", str(file), "--data", str(back), "--key-file", f"{data}/keys/master.key"]
    told = said(capsys, [*words, "--erasures", str(kept)])
    assert "重新执行删除 1 次\n核对通过。\n" in told
    counted = re.search(r"文件 (\d+) 份\n.*\n核对文件 (\d+) 份（其余 (\d+) 份没有记录再用到，不核对）", told)
    assert counted is not None
    assert int(counted[1]) == int(counted[2]) + int(counted[3])
    assert f"MEDIATION_KEY_FILE={data}/keys/master.key" in told
    said(capsys, ["--data", data, "audit", "verify"])
    page = json.loads(said(capsys, ["--data", data, "--as", "jiamed", "case", "show", ref, "--json"]))
    assert CANARIES[0] not in json.dumps(page, ensure_ascii=False)
    assert "核验" not in said(capsys, ["--data", data, "--as", "jiamed", "case", "list"])


def test_erasure_of_a_party_is_confirmed_by_its_number_or_taken_back(capsys, sqlite_lived: Lived, data):
    ref, leader = sqlite_lived.put_away, ["--data", data, "--as", "jialead"]
    ask = ["--data", data, "--as", "jiaarc", "erase", ref, "--reason", "consent_withdrawn"]
    asked = json.loads(said(capsys, [*ask, "--party", "2", "--json"]))["asked"]
    assert (asked["party"], asked["by"], asked["scope"]) == (2, "jiaarc", f"第 2 号当事人{CANARIES[1]}的资料")
    assert asked["to_confirm"] == f"mediation --as 人员 erase {ref} --confirm --party 2"
    assert "已经提出过别的删除，还没有确认：第 2 号当事人" in said(capsys, ask, 1)
    refused = said(capsys, [*leader, "erase", ref, "--confirm"], 1)
    assert (
        f"提出的不是删除全案的资料，而是：第 2 号当事人{CANARIES[1]}的资料；原因：个人撤回同意；包档"
        in refused
    )
    assert asked["to_confirm"] in refused
    assert "已撤回删除" in said(capsys, [*leader, "erase", ref, "--withdraw"])
    assert "等待另一人确认的删除" not in said(capsys, [*leader, "case", "show", ref])
    said(capsys, [*ask, "--party", "2"])
    done = said(capsys, [*leader, "erase", ref, "--confirm", "--party", "2"])
    assert done.startswith(
        f"已删除 {ref}：第 2 号当事人的资料；原因：个人撤回同意；jiaarc 提出，jialead 确认。"
    )


def test_answers_as_json(capsys, data, tmp_path):
    file = tmp_path / "town.backup"
    made = json.loads(said(capsys, ["--data", data, "backup", str(file), "--json"]))
    assert (made["file"], made["bytes"], made["missing"]) == (str(file), file.stat().st_size, [])
    words = ["restore", str(file), "--data", str(tmp_path / "back"), "--key-file", f"{data}/keys/master.key"]
    done = json.loads(said(capsys, [*words, "--json"]))
    assert (done["ok"], done["rows"], done["events"]) == (True, made["rows"], made["events"])


def test_restore_onto_itself_is_refused(capsys, data, tmp_path):
    said(capsys, ["--data", data, "backup", str(tmp_path / "town.backup")])
    told = said(capsys, ["--data", data, "restore", str(tmp_path / "town.backup")], 1)
    assert told.startswith("没有恢复，目标没有改动，原因如下：\n")
    assert "目标文件夹不是空的" in told


def test_restore_without_the_key_says_so(capsys, data, tmp_path):
    said(capsys, ["--data", data, "backup", str(tmp_path / "town.backup")])
    words = ["restore", str(tmp_path / "town.backup"), "--data", str(tmp_path / "back")]
    sentence = "恢复要用备份时的那一把密钥：请用 --key-file 指明它的密钥文件\n"
    told = said(capsys, words, 1)
    assert f"找不到密钥文件 {tmp_path / 'back/keys/master.key'}" in told
    assert told.endswith(sentence)
    wrong = tmp_path / "wrong.key"
    told = said(capsys, [*words, "--key-file", str(wrong)], 1)
    assert f"找不到密钥文件 {wrong}" in told
    assert told.endswith(sentence)
    assert not (tmp_path / "back").exists()


def test_restore_without_the_key_tells_what_else_is_wrong(capsys, data, tmp_path):
    file, full = tmp_path / "town.backup", tmp_path / "full"
    said(capsys, ["--data", data, "backup", str(file)])
    file.write_bytes(file.read_bytes()[:-100])
    full.mkdir()
    (full / "letter.txt").write_text("x")
    words = ["restore", str(file), "--data", str(full), "--key-file", str(tmp_path / "no.key")]
    told = said(capsys, [*words, "--erasures", str(tmp_path / "none.json")], 1)
    for part in ("被截断过", "no.key", "letter.txt", "none.json"):
        assert part in told
    (tmp_path / "other.json").write_text("{}")
    assert "这不是本实例的删除清单" in said(capsys, [*words, "--erasures", str(tmp_path / "other.json")], 1)
    said(capsys, ["--data", data, "erase", "--export", str(tmp_path / "list.json")])
    assert "删除清单" not in said(capsys, [*words, "--erasures", str(tmp_path / "list.json")], 1).replace(
        "密钥文件和删除清单", ""
    )
    assert [path.name for path in full.iterdir()] == ["letter.txt"]


def test_nothing_is_written_over_that_is_not_its_own(capsys, sqlite_lived: Lived, data, tmp_path):
    own = sqlite_lived.settings
    before = {
        path: path.read_bytes()
        for path in own.data.rglob("*")
        if path.is_file() and path.parent.name == "keys"
    }
    for path in (own.key_file, own.data / "store" / "list", own.data / "mediation.db"):
        told = said(capsys, ["--data", data, "erase", "--export", str(path)], 1)
        assert "是实例自己的文件或者在它自己的文件夹里" in told
        for words in (["audit", "head", "-o"], ["backup"]):
            told = said(capsys, ["--data", data, *words, str(path)], 1)
            assert "是实例自己的文件或者在它自己的文件夹里" in told
    assert {path: path.read_bytes() for path in before} == before
    ref = sqlite_lived.put_away
    said(capsys, ["--data", data, "--as", "jiaarc", "erase", ref, "--reason", "purpose_done"])
    words = ["--data", data, "--as", "jialead", "erase", ref, "--confirm"]
    assert "没有这个文件或文件夹" in said(capsys, [*words, "--export", "/none/list.json"], 1)
    letter = tmp_path / "letter.txt"
    letter.write_text("x")
    assert "不是删除清单：请换一个地方" in said(capsys, [*words, "--export", str(letter)], 1)
    assert letter.read_text() == "x"
    assert "已删除" in said(capsys, words)  # which it was not before


def test_heads_that_are_none_are_all_named_and_none_is_made_that_cannot_be_written(
    capsys, sqlite_lived: Lived, data, tmp_path
):
    (tmp_path / "other").write_text("x")
    heads = ["--head", str(tmp_path / "none"), "--head", str(tmp_path / "other"), "--head", str(tmp_path)]
    told = said(capsys, ["--data", data, "audit", "verify", *heads], 1)
    for name in ("none", "other", str(tmp_path)):
        assert f"{name}: " in told
    before = sqlite_lived.town.dump()
    for place in (tmp_path / "no" / "head", tmp_path):
        assert "写不进去" in said(capsys, ["--data", data, "audit", "head", "-o", str(place)], 1)
    assert sqlite_lived.town.dump() == before


def test_lost_file_makes_the_exit_code_of_a_backup_1(capsys, sqlite_lived: Lived, data, tmp_path):
    next(sqlite_lived.settings.store.glob("??/*")).unlink()
    assert run(["--data", data, "backup", str(tmp_path / "town.backup")]) == 1
    assert "文件库里缺少：" in capsys.readouterr().out
    assert (tmp_path / "town.backup").exists()


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        (["erase"], ["CASE"]),
        (["erase", "1"], ["--reason"]),
        (["erase", "1", "--withdraw", "--party", "1"], ["--withdraw"]),
        (["erase", "1", "--withdraw", "--confirm"], ["--withdraw"]),
        (["erase", "1", "--confirm", "--reason", "term_over"], ["--confirm"]),
    ],
)
def test_words_that_do_not_go_together_are_told(capsys, data, words, keys):
    told = json.loads(said(capsys, ["--data", data, *words, "--json"], 1))
    assert [problem["key"] for problem in told["error"]["problems"]] == keys


def test_folder_without_an_instance_has_nothing_to_back_up(capsys, tmp_path):
    told = said(capsys, ["--data", str(tmp_path), "backup", str(tmp_path / "town.backup")], 1)
    assert told == f"{tmp_path} 里没有实例，没有可以备份的内容。\n"
    assert list(tmp_path.iterdir()) == []
