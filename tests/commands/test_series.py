"""What the command line shows of series, and how it does one act on all of one."""

import json

from mediation.cli import run
from tests.cases.kinship.test_batch import three


def told(town, capsys, who, *words, code=0):
    town.instance.database.close()
    assert run(["--data", str(town.instance.settings.data), "--as", who, "case", *words]) == code
    return capsys.readouterr().out


def test_series_is_listed_shown_and_done_as_one(sqlite_town, capsys):
    town = sqlite_town
    series, refs = three(town)
    assert series in told(town, capsys, "jiawin", "series")
    shown = json.loads(told(town, capsys, "jiawin", "series", series, "--json"))
    assert (shown["title"], [one["id"] for one in shown["cases"]]) == ("某物业系列案", refs)
    tried = told(
        town, capsys, "jiamed", "batch", "accept", "--series", series, "--dry-run", code=1
    ).splitlines()
    assert (tried[0], tried[-1]) == ("可以办 2、没有办 1", "以上只是试算，什么也没有保存。")
    assert town.case(refs[0]).state == "received"
    done = told(town, capsys, "jiamed", "batch", "accept", "--series", series, code=1).splitlines()
    assert done[0] == "已办 2、没有办 1"
    assert [town.case(ref).state for ref in refs] == ["accepted", "accepted", "received"]
