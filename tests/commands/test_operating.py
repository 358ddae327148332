"""token: issued for what it is for, listed without itself, revoked. deadlines: clocks by their names, never by their keys."""

import json

import pytest

from mediation.cli import run
from mediation.language import speak
from tests.town import environment


@pytest.fixture
def english():
    speak("en")
    yield
    speak("")


def said(capsys, *words):
    assert run(words) == 0
    return capsys.readouterr().out


def test_token_is_issued_for_its_scopes_listed_and_revoked(sqlite_town, capsys):
    with environment(sqlite_town):
        issue = ("--as", "jiamed", "token", "issue", "--label", "报表")
        made = json.loads(said(capsys, *issue, "--scope", "read", "--scope", "act", "--json"))
        [line] = json.loads(said(capsys, "token", "list", "--json"))
        assert (line["label"], line["scopes"], line["revoked_at"]) == ("报表", ["read", "act"], None)
        assert "报表" in said(capsys, "token", "list")
        said(capsys, "token", "revoke", made["token"])
        assert "已收回" in (listed := said(capsys, "token", "list"))
        assert made["token"] not in listed
        assert run([*issue, "--scope", "everything"]) == 1
        assert "没有 everything 这一项用途" in capsys.readouterr().err


def test_clocks_are_told_by_their_names(sqlite_town, capsys):
    ref = sqlite_town.bring("accepted")
    sqlite_town.instance.database.close()
    with environment(sqlite_town):
        explained = said(capsys, "--as", "jiamed", "deadlines", "explain", ref)
        one = said(capsys, "--as", "jiamed", "deadlines", "explain", ref, "调解期限")
        shown = said(capsys, "--as", "jiamed", "case", "show", ref)
        assert run(["--as", "jiamed", "deadlines", "explain", ref, "履行"]) == 1
        refused = capsys.readouterr().err
        ended = said(capsys, "deadlines", "run")
    headings = [line for line in explained.splitlines() if not line.startswith(" ")]
    assert headings[0] == "这一步的期限：已登记"
    assert headings[-2:] == ["调解期限", "这一步的期限：已受理"]
    assert one.splitlines()[0] == "调解期限"
    assert "  调解期限  2026-04-01 24:00" in shown.splitlines()
    assert "现有：这一步的期限：已登记、" in refused
    told = explained + shown + refused + ended
    assert [key for key in ("state:", "mediation_limit", "handling") if key in told] == []


def test_clocks_are_told_in_the_readers_language(sqlite_town, capsys, english):
    ref = sqlite_town.bring("accepted")
    sqlite_town.instance.database.close()
    with environment(sqlite_town):
        explained = said(capsys, "--as", "jiamed", "deadlines", "explain", ref, "Mediation limit")
    assert explained.splitlines()[0] == "Mediation limit"
    assert "  from Accept (2026-03-02)" in explained.splitlines()
