"""supervision on the command line."""

import csv
import io
import json
import re

import pytest

from mediation.cli import run
from mediation.supervision.hearing import SAID
from tests.supervision.desk import day, opened, with_rules
from tests.town import environment


@pytest.fixture
def town(sqlite_town):
    with environment(sqlite_town):
        yield sqlite_town


def said(capsys, *words, code=0):
    assert run(list(words)) == code
    found = capsys.readouterr()
    return found.err if code else found.out


def test_item_goes_its_way(town, capsys, tmp_path):
    words = [
        "-s",
        "unit=jia",
        "-s",
        "subject=台账不全",
        "-s",
        "problem=两件没有记录",
        "-s",
        "due_on=2099-03-20",
    ]
    out = json.loads(said(capsys, "--as", "sulead", "supervision", "open", *words, "--json"))
    number = out["number"]
    said(capsys, "--as", "jialead", "supervision", "report", number, "-s", "account=补齐了")
    refused = said(capsys, "--as", "jialead", "supervision", "strike-off", number, "-s", "opinion=x", code=1)
    assert "您在责任单位示例甲嘎查任职" in refused
    shown = said(capsys, "--as", "sulead", "supervision", "show", number)
    assert "strike-off  销号" in shown
    assert "  整改  2099-03-20 24:00  已办" in shown.splitlines()
    numbers = [line.split(".")[0].strip() for line in shown.splitlines() if re.match(r"  \d+\. ", line)]
    assert numbers == [str(number) for number in range(1, len(numbers) + 1)]
    page = json.loads(said(capsys, "--as", "sulead", "supervision", "show", number, "--json"))
    file = tmp_path / "letter.pdf"
    said(capsys, "--as", "jialead", "supervision", "paper", page["papers"][0]["id"], "-o", str(file))
    assert file.read_bytes()[:5] == b"%PDF-"
    words = ["strike-off", number, "-s", "opinion=属实"]
    done = said(capsys, "--as", "sulead", "supervision", *words)
    assert done.startswith("已办理：销号，现为 已销号（")
    assert "督办 0 项" in said(capsys, "--as", "sulead", "supervision", "list", "--open")


def test_register_as_a_sheet(town, capsys):
    opened(town)
    rows = list(csv.reader(io.StringIO(said(capsys, "--as", "sulead", "supervision", "list", "--csv"))))
    assert rows[0][:6] == ["序号", "编号", "种类", "立项日期", "督办单位", "责任单位"]
    assert rows[1][4:6] == ["示例苏木", "示例甲嘎查"]


def test_week_is_written_as_files(town, capsys, tmp_path):
    words = ["--as", "sulead", "supervision", "week", "--unit", "su", "--of", "2026-03-04"]
    said(capsys, *words, "--out", str(tmp_path / "week"), "--focus", "汛期排查")
    assert len(list((tmp_path / "week").glob("su-2026-03-02-*.pdf"))) == 4
    assert "不是日期" in said(capsys, *words[:-1], "yesterday", code=1)
    assert "没有代码为 sea 的单位" in said(capsys, *words[:5], "sea", code=1)


def test_every_act_has_its_command(capsys):
    out = said(capsys, "supervision", "--help")
    assert [name for name in SAID if f"  {name.replace('_', '-')} " not in out] == []


def test_steps_are_told_with_the_names_of_clocks(town, capsys):
    with_rules(town)
    ref = town.register()
    town.clock.put(day(3, 4))
    [taken] = town.instance.run_deadlines().supervised.steps
    assert (taken.title, taken.unit_name) == ("催办", "示例甲嘎查")
    town.instance.database.close()
    [line, _paper] = said(capsys, "--as", "sulead", "supervision", "steps", ref).splitlines()
    assert line.rstrip().endswith("已发出  示例甲嘎查  这一步的期限：已登记")
