"""token: issued for what it is for, listed without itself, revoked."""

import json

from mediation.cli import run
from tests.town import environment


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
