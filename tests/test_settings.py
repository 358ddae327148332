"""DATABASE_URL: only what can be opened is taken; everything else is told in words, before anything is made."""

import pytest

from mediation.cli import run
from mediation.language import speak
from mediation.settings import read_settings


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("mysql://u:hidden@h/db", "数据库只能是 PostgreSQL 或 SQLite，不能是 mysql"),
        ("mysql+pymysql://u:hidden@h/db", "不能是 mysql+pymysql"),
        ("postgresql+asyncpg://u:hidden@h/db", "不能是 postgresql+asyncpg"),
        ("POSTGRESQL://u:hidden@h/db", "不能是 POSTGRESQL"),
        ("hidden", "这不是数据库地址"),
        ("postgresql://u:hidden@h:port/db", "这不是数据库地址，或者端口不是数字"),
        ("sqlite://", "没有写明数据库文件"),
        ("sqlite:///:memory:", "没有写明数据库文件"),
    ],
)
@pytest.mark.parametrize(
    "words", [["init", "--site", "examples/eshan"], ["worker"], ["--as", "x", "case", "list"]]
)
def test_database_that_cannot_be_opened_is_told_before_anything_is_made(
    monkeypatch, capsys, tmp_path, url, told, words
):
    data = tmp_path / "data"
    monkeypatch.setenv("DATABASE_URL", url)
    assert run(["--data", str(data), *words]) == 1
    out, err = capsys.readouterr()
    first, *problems = err.splitlines()
    assert (out, first) == ("", "设置有误，没有办理：")
    assert [told in one and "postgresql://用户@主机/数据库" in one for one in problems] == [True]
    assert problems[0].startswith("  DATABASE_URL: ")
    assert "hidden" not in err
    assert not data.exists()


def test_database_that_cannot_be_opened_is_told_with_the_other_faults_of_a_restore(
    monkeypatch, capsys, tmp_path
):
    (tmp_path / "letter").write_text("x", encoding="utf-8")
    monkeypatch.setenv("DATABASE_URL", "mysql://h/db")
    assert run(["restore", str(tmp_path / "none"), "--data", str(tmp_path)]) == 1
    told = capsys.readouterr().err
    for wanted in ("备份读不出来", "找不到密钥文件", "目标文件夹不是空的", "DATABASE_URL: 数据库只能是"):
        assert wanted in told


@pytest.mark.parametrize(
    "url",
    [
        "",
        "postgres://u:p@h/db",
        "postgresql://u:p@h:5432/db?sslmode=verify-full",
        "postgresql:///db?host=/run/postgresql",
        "postgresql+psycopg://h/db",
        "sqlite:////srv/mediation.db",
        "sqlite+pysqlite:////srv/mediation.db",
    ],
)
def test_database_that_can_be_opened_is_taken(monkeypatch, tmp_path, url):
    monkeypatch.setenv("DATABASE_URL", url)
    read_settings(tmp_path).refuse_unusable()


def test_database_is_told_of_in_english(monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", "mysql://h/db")
    speak("en")
    try:
        assert run(["--as", "x", "case", "list"]) == 1
    finally:
        speak("")
    assert "The database can only be PostgreSQL or SQLite, not mysql" in capsys.readouterr().err
