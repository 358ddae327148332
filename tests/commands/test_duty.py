"""duty on the command line."""

import json

from mediation.cli import run
from tests.town import environment

PLAN = ("--as", "sudis", "duty", "plan", "hall", "--days", "14")


def test_plan_names_people_and_is_codes_for_programs(sqlite_town, capsys):
    with environment(sqlite_town):
        assert run([*PLAN]) == 0
        lines = [line.split() for line in capsys.readouterr().out.splitlines()]
        assert run([*PLAN, "--json"]) == 0
        plain = json.loads(capsys.readouterr().out)
    assert {people for _day, people in lines} == {"苏窗（suwin）", "苏度（sudis）、苏平（sumed2）"}
    assert {tuple(people) for _day, people in plain} == {("suwin",), ("sudis", "sumed2")}
    assert [day for day, _people in lines] == [day for day, _people in plain]


def test_leave_names_the_deputy(sqlite_town, capsys):
    words = ("--person", "suwin", "--from", "2099-03-02", "--to", "2099-03-04", "--deputy", "sudis")
    with environment(sqlite_town):
        assert run(["--as", "suwin", "duty", "leave", *words]) == 0
        told = capsys.readouterr().out
        assert run(["--as", "jialead", "duty", "today", "--unit", "su", "--at", "2099-03-03T10:00"]) == 0
        shown = capsys.readouterr().out
    line = "苏窗（suwin） 请假 2099-03-02 至 2099-03-04，由 苏度 代理"
    assert told.startswith(f"已登记：{line}")
    assert line in shown


def test_who_comes_when_called_is_not_called_away(sqlite_town, capsys):
    with environment(sqlite_town):
        assert run(["--as", "sudis", "duty", "today", "--at", "2026-03-02T10:00"]) == 0
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert next(line for line in lines if line.startswith("示例苏木派出所")) == (
        "示例苏木派出所（su-pai） → 示例苏木  随叫随驻  可以呼叫，呼叫后30分钟内答复"
    )
