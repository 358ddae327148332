"""A wrong command line gets a sentence, exit code 1 or 2, and nothing on standard output; never a traceback."""

import json
from pathlib import Path

import pytest
from typer.main import get_command

from mediation.cli import main_app, run
from mediation.commands.listed import LISTED

HINT = "用法见：mediation"


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (["frob"], "没有名为 frob 的命令", f"{HINT} --help"),
        (["case", "frob"], "没有名为 frob 的命令", f"{HINT} case --help"),
        (["case", "show", "1", "--frob"], "没有 --frob 这个选项", f"{HINT} case show --help"),
        (["case", "do", "1"], "缺少 TRIGGER", f"{HINT} case do --help"),
        (["case", "show", "1", "2", "3"], "多了 2 3", f"{HINT} case show --help"),
        (["init"], "缺少 --site", f"{HINT} init --help"),
        (["case", "list", "--most", "0"], "--most：不能小于 1", f"{HINT} case list --help"),
        (["case", "list", "--most", "many"], "--most：应当是整数", f"{HINT} case list --help"),
        (
            ["duty", "today", "--at", "noon"],
            "--at：应当是日期和时间，如 2026-03-02T09:30",
            f"{HINT} duty today --help",
        ),
        (["serve", "--port", "99999"], "--port：不能大于 65535", f"{HINT} serve --help"),
        (["--as"], "选项 --as 后面缺少内容", ""),
    ],
)
def test_words_that_no_command_takes_are_told_in_words(capsys, words, message, hint):
    assert run(words) == 2
    assert tuple(capsys.readouterr()) == ("", "\n".join(filter(None, (message, hint))) + "\n")
    assert run([*words, "--json"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert json.loads(err)["error"]["kind"] == "UsageError"


@pytest.mark.parametrize(
    "words",
    [
        ["--as", "x", "case", "list"],
        ["--as", "x", "case", "show", "1"],
        ["audit", "verify"],
        ["audit", "head"],
        ["deadlines", "run"],
        ["trust", "export", "-o", "x"],
        ["token", "revoke", "x"],
        ["--as", "x", "render", "1", "agreement", "-o", "x"],
    ],
)
def test_folder_without_an_instance_says_how_to_make_one(capsys, tmp_path, words):
    assert run(["--data", str(tmp_path), *words]) == 1
    told = f"{tmp_path} 里没有实例；请用 --data 指明数据目录，或先建立：mediation init --site DIR\n"
    assert tuple(capsys.readouterr()) == ("", told)
    assert list(tmp_path.iterdir()) == []


def test_host_that_has_not_the_key_file_of_the_instance_is_told_which_is_missing(
    capsys, tmp_path, monkeypatch
):
    monkeypatch.setenv("DATABASE_URL", "postgresql://mediation@db.example/mediation")
    monkeypatch.setenv("MEDIATION_KEY_FILE", str(tmp_path / "etc" / "master.key"))
    assert run(["--data", str(tmp_path / "worker"), "deadlines", "run"]) == 1
    out, err = capsys.readouterr()
    assert (out, err.partition("：")[0]) == ("", f"找不到密钥文件 {tmp_path / 'etc' / 'master.key'}")
    assert list(tmp_path.iterdir()) == []


def test_refusal_is_json_on_standard_error_when_asked(capsys, tmp_path):
    assert run(["--data", str(tmp_path), "case", "list", "--json"]) == 1
    out, err = capsys.readouterr()
    message = "请在命令前写明以谁的身份办理：mediation --as 人员代码[:岗位代码] …"
    assert (out, json.loads(err)["error"]["problems"]) == (
        "",
        [{"message": message, "file": "", "line": None, "key": "--as"}],
    )


@pytest.mark.parametrize("command", ["check", "init", "demo", "diagram"])
def test_site_that_is_not_there_is_told_and_nothing_made(capsys, tmp_path, command):
    site, out = str(tmp_path / "nowhere"), str(tmp_path / "out")
    more = {"demo": ["--out", out], "diagram": ["ordinary"]}.get(command, [])
    assert run(["--data", out, command, "--site", site, *more]) == 1
    assert f"{site}: 没有这个文件夹" in "".join(capsys.readouterr())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("place", "cause"), [("", "这是文件夹，不是文件"), ("nowhere.pdf", "没有这个文件或文件夹")]
)
def test_paper_that_cannot_be_read_is_told(capsys, tmp_path: Path, place, cause):
    path = tmp_path / place
    assert run(["verify", str(path)]) == 1
    assert tuple(capsys.readouterr()) == ("", f"读不到文件 {path}：{cause}\n")


def test_help_lists_every_command_as_the_command_itself_says() -> None:
    listed = get_command(main_app)
    loaded = get_command(main_app).load_all()
    assert list(loaded.commands) == list(LISTED)
    for name, command in loaded.commands.items():
        assert (command.help or "").split("\n\n")[0] == LISTED[name].about
        assert type(listed.commands[name]).__name__ == "TyperCommand"
        assert command.callback is not None or command.commands


def test_misspelt_command_is_told_as_it_was_written(capsys):
    assert run(["chek"]) == 2
    assert tuple(capsys.readouterr()) == ("", f"没有名为 chek 的命令\n{HINT} --help\n")
