"""notices: one's own tray, what a case's people were told, what has not arrived, a preview without an instance."""

import json

import pytest

from mediation.cli import run
from tests.town import environment, party, sqlite_founded, sqlite_town

__all__ = ["sqlite_founded", "sqlite_town"]


@pytest.fixture
def told(sqlite_town):
    """A party with an appointment that is off since the case went up, and a leader with that case."""
    parties = [party("applicant", 1, phone="13900000001"), party("respondent", 2)]
    ref = sqlite_town.bring("mediating", parties=parties)
    said = {"kind": "session", "starts_at": "2026-03-05T09:30:00+08:00", "place": "调解室", "told": [1]}
    sqlite_town.act("jiamed", ref, "arrange", **said)
    sqlite_town.act("jiamed", ref, "escalate", reason="跨嘎查")
    with environment(sqlite_town):
        yield ref


def said(capsys, *words):
    assert run(words) == 0
    return capsys.readouterr().out


def test_tray_is_delivered_listed_and_read(told, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    assert "送到 4" in said(capsys, "notices", "deliver")
    [row] = json.loads(said(capsys, "--as", "sulead", "notices", "list", "--unread", "--json"))
    assert row["subject"].startswith("【示例】有纠纷上报")
    assert "未读" in said(capsys, "--as", "sulead", "notices", "list")
    assert "决定由谁接办" in said(capsys, "--as", "sulead", "notices", "show", row["id"])
    assert json.loads(said(capsys, "--as", "sulead", "notices", "list", "--unread", "--json")) == []
    assert run(["--as", "jiamed", "notices", "show", row["id"]]) == 1


def test_case_tells_whom_it_told_with_names_masked(told, capsys):
    said(capsys, "notices", "deliver")
    rows = json.loads(said(capsys, "--as", "jiamed", "notices", "list", "--case", told, "--json"))
    assert [(row["to"], row["channel"], row["state"]) for row in rows] == [
        ("乙**", "file", "sent"),
        ("乙**", "file", "sent"),
        ("苏度", "file", "sent"),
        ("苏长", "file", "sent"),
    ]
    assert "通知：约定时间1条、取消约定1条、上报2条" in said(capsys, "--as", "jiamed", "case", "show", told)


@pytest.mark.slow
def test_letter_to_a_party_is_printed_for_those_who_see_the_case(told, capsys, tmp_path):
    said(capsys, "notices", "deliver")
    [row, *_staff] = json.loads(said(capsys, "--as", "jiamed", "notices", "list", "--case", told, "--json"))
    file = tmp_path / "slip.pdf"
    said(capsys, "--as", "jiamed", "notices", "slip", row["id"], "-o", str(file))
    assert file.read_bytes().startswith(b"%PDF")
    assert run(["--as", "yimed", "notices", "slip", row["id"], "-o", str(tmp_path / "other.pdf")]) == 1
    assert not (tmp_path / "other.pdf").exists()


def test_nothing_failed_is_said_and_an_unknown_id_is_refused(told, capsys):
    assert json.loads(said(capsys, "notices", "failed", "--json")) == []
    assert "0 条" in said(capsys, "notices", "failed")
    assert run(["notices", "retry", "0" * 26]) == 1


def test_preview_needs_no_instance(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("MEDIATION_DATA", str(tmp_path / "nothing"))
    assert "停在“调解中”" in said(capsys, "notices", "preview", "overdue")
    assert json.loads(said(capsys, "notices", "preview", "overdue", "--json"))["to"] == ["owner", "unit"]
    assert run(["notices", "preview", "moonrise"]) == 1
    assert run(["notices", "preview", "overdue", "--site", str(tmp_path / "none")]) == 1
