"""webhooks on the command line: added, listed, tested, rotated, what is parked listed and sent again, removed."""

import json

import pytest

from mediation.cli import run
from tests.town import environment
from tests.webhooks.conftest import add, receiver, switch_on

__all__ = ["receiver"]


@pytest.fixture
def said(sqlite_town, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "250")
    switch_on(sqlite_town)

    def say(*words, code=0):
        assert run(words) == code
        told = capsys.readouterr()
        return told.out or told.err

    with environment(sqlite_town):
        yield say


def test_webhook_is_added_listed_tested_given_a_new_secret_and_removed(said, receiver):
    made = json.loads(
        said("webhooks", "add", receiver.url, "--unit", "su", "--kind", "case.accept", "--json")
    )
    assert made["secret"].startswith("whsec_")
    listed = said("webhooks", "list", "--json")
    [line] = json.loads(listed)["webhooks"]
    assert (line["id"], line["address"], line["kinds"]) == (made["id"], receiver.url, ["case.accept"])
    assert made["secret"] not in listed
    assert receiver.url in said("webhooks", "list")
    assert "对方已收下" in said("webhooks", "test", made["id"])
    receiver.answers = [(302, {"Location": "http://127.0.0.1/"})]
    assert "没有照转" in said("webhooks", "test", made["id"], code=1)
    newer = json.loads(said("webhooks", "rotate", made["id"], "--hours", "2", "--json"))["secret"]
    assert newer not in {made["secret"], ""}
    assert "应当是 0 到 168 小时" in said("webhooks", "rotate", made["id"], "--hours", "999", code=1)
    said("webhooks", "remove", made["id"])
    assert json.loads(said("webhooks", "list", "--json"))["webhooks"] == []
    assert "没有编号为" in said("webhooks", "remove", made["id"], code=1)


def test_parked_message_is_among_the_jobs_and_sent_again(said, sqlite_town, receiver):
    receiver.answers = [(500, {}), (500, {}), (200, {})]
    switch_on(sqlite_town, attempts=1)
    add(sqlite_town, receiver.url, "case.register")
    sqlite_town.register()
    sqlite_town.instance.webhooks.deliver_waiting()
    [parked] = json.loads(said("jobs", "list", "--json"))["webhooks"]
    assert (parked["type"], parked["why"], parked["address"]) == ("case.register", "http_500", receiver.url)
    failed, listed = said("jobs", "list", "--failed"), said("webhooks", "messages")
    assert "对方答复 HTTP 500" in failed
    assert "停发" in listed
    assert receiver.url in failed
    assert receiver.url in listed
    assert "已交回 1 项" in said("jobs", "retry", parked["id"])
    assert sqlite_town.instance.webhooks.send_due().parked == 1
    assert "送到 1" in said("webhooks", "again", "all")
    assert json.loads(said("jobs", "list", "--json"))["webhooks"] == []
    assert receiver.ids() == [parked["id"]] * 3
    [sent] = json.loads(said("webhooks", "messages", "--sent", "--json"))
    assert sent["state"] == "sent"


def test_kinds_are_listed_with_what_they_mean(said):
    assert "case.accept  受理" in said("webhooks", "kinds")
    assert "没有 case.nothing 这种事件" in said(
        "webhooks", "add", "https://hooks.example/", "--unit", "su", "--kind", "case.nothing", code=1
    )


def test_administrator_gets_a_token_that_is_listed_and_revoked(said, sqlite_town):
    said("account", "add", "chief", "--kind", "system")
    token = json.loads(said("account", "token", "chief", "--label", "对接", "--json"))["token"]
    listed = said("account", "tokens", "--json")
    assert ([one["label"] for one in json.loads(listed)], token in listed) == (["对接"], False)
    said("account", "revoke-token", "对接")
    assert "已收回" in said("account", "tokens")
    assert "没有这样的有效令牌" in said("account", "revoke-token", token, code=1)
