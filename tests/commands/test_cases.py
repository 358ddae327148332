"""What the command line shows of tasks and approvals."""

import json
from datetime import timedelta

from mediation.cli import run
from tests.cases.desk import ask, number
from tests.town import MORNING, pay


def told(town, capsys, who, *words):
    """What a command prints that somebody runs in the town."""
    town.instance.database.close()
    assert run(["--data", str(town.instance.settings.data), "--as", who, "case", *words]) == 0
    return capsys.readouterr().out


def test_tasks_lists_what_waits_on_the_actor(sqlite_town, capsys):
    ref = sqlite_town.bring("agreed")
    ask(sqlite_town, ref, "sulead", question="请审")
    asked = number(sqlite_town, ref, "sulead")
    [row] = json.loads(told(sqlite_town, capsys, "sulead", "tasks", "--json"))
    assert (row["case"], row["task"], row["kind"], row["title"], row["asked_by"], row["lent"]) == (
        ref,
        asked,
        "approval",
        "协议审核",
        "包和",
        False,
    )
    assert "协议审核" in told(sqlite_town, capsys, "sulead", "tasks")
    assert json.loads(told(sqlite_town, capsys, "yimed", "tasks", "--json")) == []


def test_resubmitting_says_which_fact_did_it(sqlite_town, capsys):
    town = sqlite_town
    ref = town.bring("agreed")
    ask(town, ref, "sulead")
    town.act("sulead", ref, "approve")
    words = {"facts": "雨水倒灌。", "matters": "由谁修沟。", "clauses": [pay(amount_fen=200_00)]}
    town.act("jiamed", ref, "draft_agreement", **words)
    shown = told(town, capsys, "jiamed", "show", ref).splitlines()
    assert "  协议审核  已通过（此后协议条款、协议金额变了）" in shown
    assert told(town, capsys, "jiamed", "do", ref, "resubmit").splitlines()[1:] == [
        "「协议审核」再送审：协议条款、协议金额变了"
    ]


def test_show_tells_what_is_arranged_and_still_to_come(sqlite_town, capsys):
    town = sqlite_town
    ref = town.bring("preparing")
    for days in (2, 3):
        starts = MORNING + timedelta(days=days)
        town.act("jiamed", ref, "arrange", kind="session", starts_at=starts, place="调解室")
    town.act("jiamed", ref, "cancel_appointment", ordinal=1, why="下雨")
    shown = told(town, capsys, "jiamed", "show", ref).splitlines()
    assert [line for line in shown if line.startswith("约定")] == [
        "约定2：2026-03-05 09:00 调解，调解室，包和"
    ]
