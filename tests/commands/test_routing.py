"""routing check, explain, suggest: as people and programs see them."""

import json
from pathlib import Path

import pytest

from mediation import cli
from tests.cases.routing.routes import RULES
from tests.town import environment, sqlite_founded, sqlite_town

__all__ = ["sqlite_founded", "sqlite_town"]

HOUMA = Path(__file__).parents[2] / "examples" / "houma"


def said(capsys, *words):
    code = cli.run(list(words))
    out = capsys.readouterr()
    return code, out.out, out.err


def test_check_says_how_many_classes_of_disputes_are_covered(capsys):
    code, out, _err = said(capsys, "routing", "check", "--site", str(HOUMA), "--json")
    found = json.loads(out)
    assert (code, found["ok"], found["policy"], found["rules"]) == (0, True, "first", 12)


def test_check_fails_on_a_site_without_rules_and_on_wrong_ones(capsys, tmp_path):
    import shutil

    site = tmp_path / "houma"
    shutil.copytree(HOUMA, site)
    text = (site / "routing.yaml").read_text(encoding="utf-8")
    (site / "routing.yaml").write_text(
        text.replace("hit_policy: first", "hit_policy: only"), encoding="utf-8"
    )
    code, out, err = said(capsys, "routing", "check", "--site", str(site))
    assert (code, out) == (1, "")
    assert " rules[11]: 规则 rest：与规则 administrative 都符合同一件纠纷" in err
    (site / "routing.yaml").unlink()
    assert said(capsys, "routing", "check", "--site", str(site))[0] == 1


def test_check_tells_names_that_nobody_has_beside_what_has_the_wrong_shape(capsys, tmp_path):
    import shutil

    site = tmp_path / "houma"
    shutil.copytree(HOUMA, site)
    rules = (site / "routing.yaml").read_text(encoding="utf-8")
    rules = rules.replace("hit_policy: first", "hit_policy: firstly")
    rules = rules.replace("definition: joint", "definition: none_such", 1)
    (site / "routing.yaml").write_text(rules, encoding="utf-8")
    code, out, err = said(capsys, "routing", "check", "--site", str(site))
    assert (code, out) == (1, "")
    assert "hit_policy" in err
    assert "none_such" in err


def test_explain_answers_from_options_alone(capsys):
    options = ["--governance", "0401", "--place", "bw5-17", "--amount", "5200", "--source", "visit"]
    code, out, _err = said(capsys, "routing", "explain", "--site", str(HOUMA), *options)
    assert code == 0
    assert out.splitlines() == [
        "分流建议：交示例爱家调解工作室（爱家调解工作室办理：北社区的家事、邻里和财产纠纷，由爱家调解工作室的老法官、老检察官、老民警办）",
        "  · 综治类别是财物返还及损害赔偿，属于物权相关",
        "  · 所在地是示例北社区五级网格17，属于示例北社区",
        "流程：普通调解；办理层级：村（社区）；难易：一般",
        "期限：7个工作日（示例河市规定·村（社区）办理时限）",
        "不是这条规则的话，下一条符合的是“村（社区）办理”：会交给示例北社区，按普通调解办理",
        "所在地：示例北社区五级网格17",
    ]


@pytest.mark.parametrize(
    ("options", "keys"),
    [
        (
            ["--site", str(HOUMA), "--governance", "7", "--risk", "huge"],
            ["--governance", "--risk", "--place"],
        ),
        (["--site", str(HOUMA), "--place", "nowhere"], ["--place"]),
        (
            ["--site", str(HOUMA), "--headcount", "-3", "--amount", "-1", "--risk", "huge"],
            ["--risk", "--place", "--headcount", "--amount"],
        ),
        (["--site", str(HOUMA), "--place", "bw5-17", "--amount", "nan"], ["--amount"]),
        ([], ["CASE"]),
        (["X1", "--site", str(HOUMA)], ["CASE"]),
    ],
)
def test_explain_tells_every_wrong_option_at_once(capsys, options, keys):
    code, out, err = said(capsys, "routing", "explain", *options, "--json")
    assert (code, out) == (1, "")
    assert [problem["key"] for problem in json.loads(err)["error"]["problems"]] == keys


def test_explain_and_suggest_of_a_case(capsys, sqlite_town):
    rules = json.dumps({"format": 1, "hit_policy": "first", "rules": list(RULES)}, ensure_ascii=False)
    with sqlite_town.instance.database.writing() as session:
        from mediation.sites.configuration import record

        record(session, "routing", "site", json.loads(rules), sqlite_town.clock.now())
    ref = sqlite_town.register(place="jia-1")
    sqlite_town.act("jiawin", ref, "triage", tier="ordinary")
    with environment(sqlite_town):
        code, out, _err = said(capsys, "--as", "jiawin", "routing", "explain", ref)
        assert code == 0
        assert "分流建议：交示例甲嘎查（其余的到嘎查）" in out
        assert out.splitlines()[-1].endswith("包窗（研判）：第1版规则“其余的到嘎查”，建议示例甲嘎查")
        code, out, _err = said(capsys, "--as", "jiawin", "routing", "suggest", ref, "--language", "mongolian")
        assert code == 0
        assert "包和（调委会主任，jiamed:mediator）" in out
        assert "不会蒙古语 0" in out
        assert said(capsys, "--as", "yiwin", "routing", "suggest", ref)[0] == 1


def test_explain_of_a_closed_case_tells_how_it_was_decided(capsys, sqlite_town):
    """Not that there may be no rules, or that it may be closed."""
    town = sqlite_town
    bare = town.register()
    town.act("jiawin", bare, "triage", tier="ordinary")
    [rule] = [{**one, "title": "嘎查办理"} for one in RULES if one["id"] == "rest"]
    with town.instance.database.writing() as session:
        from mediation.sites.configuration import record

        rules = {"format": 1, "hit_policy": "first", "rules": [rule]}
        record(session, "routing", "site", rules, town.clock.now())
    ref = town.register(place="jia-1")
    town.act("jiawin", ref, "triage", tier="ordinary")
    for one in (bare, ref):
        town.act("jiawin", one, "withdraw", asked_by=[1], reason="和好了")
    with environment(town):
        told = [
            said(capsys, "--as", "jiawin", "routing", "explain", one)[1].splitlines() for one in (bare, ref)
        ]
    assert told == [
        ["本案已经办结，不再建议去处；办理中没有按分流规则决定过"],
        [
            "本案已经办结，不再建议去处；办理中是这样决定的：",
            "2026-03-02 09:30 包窗（研判）：第1版规则“嘎查办理”，建议示例甲嘎查",
            "  因为：其余的到嘎查",
            "  期限：7个工作日（示例旗规定·嘎查）",
        ],
    ]


def test_proposals_are_rules_without_a_word_of_the_minutes(capsys, sqlite_town):
    """What is pasted into a site's folder lies there in clear, and no erasure reaches it."""
    from mediation.reading import parse_yaml
    from tests.cases.ownership.words import ruled

    town = sqlite_town
    ruled(town)
    before = town.rows("SELECT count(*) FROM reading")
    with environment(town):
        code, out, _err = said(capsys, "--as", "sulead", "routing", "proposals")
        [one] = json.loads(said(capsys, "--as", "sulead", "routing", "proposals", "--json")[1])
    assert (code, parse_yaml(out)[0]) == (0, [one["rule"]])
    assert "沟在该嘎查" not in out
    assert "当事人都在甲嘎查" not in out
    assert one["minutes"] is None
    assert town.rows("SELECT count(*) FROM reading") == before


def test_minutes_are_printed_before_the_rules_when_asked_for_and_were_read(capsys, sqlite_town):
    from mediation.reading import parse_yaml
    from tests.cases.ownership.words import ruled

    town = sqlite_town
    ruled(town)
    before = town.rows("SELECT count(*) FROM reading")[0][0]
    with environment(town):
        code, out, _err = said(capsys, "--as", "sulead", "routing", "proposals", "--minutes")
        [one] = json.loads(said(capsys, "--as", "sulead", "routing", "proposals", "--minutes", "--json")[1])
    minutes, rules = out.split("\n\n分流规则：\n")
    assert code == 0
    assert minutes.splitlines()[0] == f"裁定{one['number']}的记录（不要写进 routing.yaml）："
    assert "      理由：沟在该嘎查" in minutes.splitlines()
    assert "      示例乙嘎查乙窗：当事人都在甲嘎查" in minutes.splitlines()
    assert parse_yaml(rules)[0] == [one["rule"]]
    assert (one["minutes"]["number"], one["minutes"]["reason"]) == (one["number"], "沟在该嘎查")
    assert town.rows("SELECT count(*) FROM reading")[0][0] == before + 1
