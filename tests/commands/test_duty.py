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
