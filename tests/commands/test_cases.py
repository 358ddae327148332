"""What the command line shows of tasks and approvals."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from mediation.cases import queries
from mediation.cli import run
from mediation.commands.cases import whose
from mediation.errors import InputInvalid
from mediation.language import speak
from tests.cases.desk import ask, number
from tests.town import MORNING, party, pay


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


def test_list_of_a_deputy_says_that_nobody_mediates_by_standing_in(sqlite_town):
    sqlite_town.bring("mediating")
    leave = {"person": "jiamed", "deputy": "jiamed2", "since": "2026-03-02", "until": "2026-03-04"}
    sqlite_town.instance.duty.record_leave("jiamed", leave)
    [row] = sqlite_town.instance.tasks("jiamed2")
    assert whose(row) == "（包和不在岗，不能代为主持调解：等不得的，请更换调解员，或者移交）"
    assert whose(replace(row, kind="opinion")) == "（代包和）"
    assert whose(replace(row, in_place_of="")) == ""


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
        "「协议审核」已再送审：协议条款、协议金额变了"
    ]


def test_an_act_that_leads_into_another_definition_is_called_by_its_title(sqlite_town, capsys):
    ref = sqlite_town.bring("accepted")
    lead = ("jialead", "do", ref)
    said = [
        told(sqlite_town, capsys, *lead, f"{way}", "-s", "reason=涉众").splitlines()[0]
        for way in ("turn_joint", "back_to_ordinary")
    ]
    assert said == [
        "已办理：转联合调解，现为 已受理（第 5 版）",
        "已办理：转回普通程序，现为 已受理（第 6 版）",
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


def test_show_tells_of_kin_people_sums_and_what_became_of_it(sqlite_town, capsys):
    town = sqlite_town
    main = town.bring("agreed", amount_fen=1000_50)
    other = town.register()
    town.act("jiawin", other, "merge_into", case=main, why="同一条沟")
    town.act("jialead", main, "put_in_charge", person="sulead")
    town.act("jiamed", main, "ask_opinion", unit="yi", question="怎么看？")
    done = told(town, capsys, "jiawin", "do", main, "join_series", "--set", "title=排水系列").splitlines()
    assert done[0] == f"已办理：并入系列案，现为 调解中（第 {town.case(main).version} 版）"
    series = town.last(main).facts["series"]
    town.act(
        "jiamed",
        main,
        "draft_agreement",
        facts="雨水倒灌。",
        matters="由谁修沟。",
        clauses=[pay(at_once=True, due_on=None)],
    )
    shown = told(town, capsys, "jiamed", "show", main).splitlines()
    merged = town.case(other)
    assert [
        line for line in shown if line.startswith(("结果", "关联", "系列案", "包案", "涉及金额", "协议"))
    ] == [
        "结果：办理中  风险：低",
        f"关联（并入本案）：{merged.temporary_number} {merged.title}",
        f"系列案：排水系列（{series}）",
        "包案领导：苏长",
        "涉及金额：1000.50元",
        "协议 （未编号）（草稿）：",
    ]
    assert "  包和（主持调解员）" in shown
    assert f"已并入主案 {town.case(main).number} {town.case(main).title}" in told(
        town, capsys, "jiamed", "show", other
    )
    town.act("jiamed", main, "conclude_oral")
    town.act("jiamed", main, "record_performance", clause=1, performed_on="2026-03-02")
    shown = told(town, capsys, "jiamed", "show", main).splitlines()
    assert "结果：达成口头协议  风险：低" in shown
    assert [line for line in shown if "已履行" in line] != []


def test_amend_that_says_nothing_is_refused(sqlite_town):
    town = sqlite_town
    ref = town.bring("received")
    before = town.dump()
    with pytest.raises(InputInvalid, match="没有写要补正什么；可以写：title、narrative"):
        town.act("jiawin", ref, "amend")
    assert town.dump() == before


def test_what_is_registered_is_called_by_the_number_that_its_receipt_shows(sqlite_town, capsys, tmp_path):
    words = {
        "title": "排水纠纷",
        "source": "applied",
        "governance_category": "0201",
        "narrative": "雨水倒灌。",
        "claims": ["修好排水沟"],
        "parties": [party("applicant", 1), party("respondent", 2, name="包平")],
    }
    file = tmp_path / "words.json"
    file.write_text(json.dumps(words), encoding="utf-8")
    out = told(sqlite_town, capsys, "jiawin", "register", "--with", str(file)).splitlines()
    with sqlite_town.reading() as session:
        [case] = queries.all_cases(session)
    assert out[0] == f"已登记：{case.temporary_number}"
    assert out[1].startswith("查询码：")
    assert case.public_id not in "".join(out)
    assert "包平" in "".join(out[2:])
    assert case.title in told(sqlite_town, capsys, "jiawin", "show", case.temporary_number)


def test_what_is_registered_is_told_to_programs_with_its_titles(sqlite_town, capsys, tmp_path):
    words = {
        "title": "排水纠纷",
        "source": "applied",
        "governance_category": "0201",
        "narrative": "雨水倒灌。",
        "parties": [party("applicant", 1), party("respondent", 2)],
    }
    file = tmp_path / "words.json"
    file.write_text(json.dumps(words), encoding="utf-8")
    done = json.loads(told(sqlite_town, capsys, "jiawin", "register", "--with", str(file), "--json"))
    assert (done["trigger_title"], done["state_title"]) == ("登记", "已登记")
    speak("en")
    try:
        done = json.loads(told(sqlite_town, capsys, "jiawin", "register", "--with", str(file), "--json"))
    finally:
        speak("")
    assert (done["trigger_title"], done["state_title"]) == ("Register", "Registered")


def test_what_would_stand_in_the_way_is_told_beside_wrong_words(sqlite_town, capsys, tmp_path):
    town = sqlite_town
    ref = town.bring("received", parties=[party("applicant", 1), party("respondent", 2, consents=False)])
    file = tmp_path / "words.yaml"
    file.write_text("committee: none\n", encoding="utf-8")
    town.instance.database.close()
    words = ["--data", str(town.instance.settings.data), "--as", "jiamed", "case", "do", ref, "accept"]
    assert run([*words, "--with", str(file)]) == 1
    shown = capsys.readouterr().err
    assert f"  {file}:1 committee: " in shown
    assert "内容更正以后，也还不能办理这项操作，原因如下：\n  · 被申请人（2）明确拒绝调解" in shown
    assert run([*words, "--with", str(file), "--json"]) == 1
    error = json.loads(capsys.readouterr().err)["error"]
    assert (error["kind"], len(error["problems"]), len(error["reasons"])) == ("InputInvalid", 1, 1)


def test_case_is_shown_with_why_each_act_was_done(sqlite_town, capsys):
    ref = sqlite_town.bring("triaged")
    sqlite_town.act("jiawin", ref, "dispatch", to="jia-1", opinion="请就近办。", overruled_because="路近")
    assert told(sqlite_town, capsys, "jiawin", "show", ref).splitlines()[-1].endswith("：请就近办；路近")
    ref = sqlite_town.bring("triaged")
    assert "办理时写明的" not in told(sqlite_town, capsys, "jiawin", "show", ref)
    sqlite_town.act("jiawin", ref, "escalate", reason="嘎查办不了。")
    shown = told(sqlite_town, capsys, "jiawin", "show", ref).splitlines()
    assert shown[-2] == "办理时写明的："
    assert shown[-1].endswith(" 包窗（上报）：嘎查办不了。")


def test_who_speaks_for_a_party_is_named_beside_it(sqlite_town, capsys):
    agents = [
        {"kind": "agent", "name": "代甲", "powers": ["sign_record"]},
        {"kind": "group_representative", "name": "代乙"},
    ]
    ref = sqlite_town.register(parties=[party("applicant", 1, agents=agents), party("respondent", 2)])
    shown = told(sqlite_town, capsys, "jiawin", "show", ref).splitlines()
    [at] = [n for n, line in enumerate(shown) if line.startswith("  1. 乙某1")]
    assert shown[at + 1 : at + 3] == ["     代甲（委托代理人）", "     代乙（推选的代表）"]
    assert shown[at + 3].startswith("  2. 丙某2")


def test_act_of_another_way_is_told_by_its_name(sqlite_town, capsys):
    ref = sqlite_town.bring("accepted")
    sqlite_town.instance.database.close()
    data = str(sqlite_town.instance.settings.data)
    assert run(["--data", data, "--as", "jiawin", "case", "do", ref, "call_conference"]) != 0
    assert "没有「召集会商」这项操作" in capsys.readouterr().err
