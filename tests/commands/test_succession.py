"""The command that hands over."""

import json
from datetime import timedelta

import pytest

from mediation.cases import queries
from mediation.cli import run

GIVE = ("hand-over", "--from", "jiamed", "--to", "jiamed2", "--reason", "leave")


def told(town, capsys, *words, who="jialead", code=0):
    """What a command prints that somebody runs in the town."""
    town.instance.database.close()
    assert run(["--data", str(town.instance.settings.data), "--as", who, *words]) == code
    shown = capsys.readouterr()
    return shown.out if code == 0 else shown.err


@pytest.fixture
def case(sqlite_town):
    return sqlite_town.bring("preparing")


def presiding(town, ref):
    return next(
        person.code for row, person, _post in town.of(ref, queries.mediators) if row.role == "presiding"
    )


def test_hand_over_is_tried_done_and_given_back(sqlite_town, case, capsys):
    town = sqlite_town
    number = town.case(case).number
    until = (town.instance.clock.now() + timedelta(days=900)).date().isoformat()
    lines = told(town, capsys, *GIVE, "--until", until, "--dry-run").splitlines()
    assert lines == [
        "包和（jiamed） → 包平（jiamed2）：纠纷 1、调解、记录 1、待办 1",
        f"  {number} → 包平（jiamed2）",
        "以上只是试算，什么也没有保存。",
    ]
    assert presiding(town, case) == "jiamed"
    done = json.loads(told(town, capsys, *GIVE, "--until", until, "--json"))
    assert ([one["case"] for one in done["cases"]], presiding(town, case)) == ([case], "jiamed2")
    back = told(town, capsys, "hand-over", "--back", done["handover"])
    assert back.splitlines() == [
        "包平（jiamed2） → 包和（jiamed）：纠纷 1、调解、记录 1、待办 1",
        f"  {number} → 包和（jiamed）",
    ]
    assert presiding(town, case) == "jiamed"


def test_hand_over_of_one_case_to_another(sqlite_town, case, capsys):
    number = sqlite_town.case(case).number
    told(sqlite_town, capsys, *GIVE, "--case", f"{number}=sumed")
    assert presiding(sqlite_town, case) == "sumed"


def test_hand_over_tells_pairs_that_are_none_and_options_that_do_not_go_with_back(sqlite_town, case, capsys):
    before = sqlite_town.dump()
    shown = told(sqlite_town, capsys, *GIVE, "--case", "x", "--case", "=y", code=1)
    assert (shown.count("应当写作 案号=人员代码"), sqlite_town.dump()) == (2, before)
    shown = told(sqlite_town, capsys, *GIVE, "--back", "x", code=1)
    assert "交回时不写 --from、--to、--reason" in shown


def test_hand_over_of_one_case_to_two_is_refused_and_what_the_file_says_of_it_is_kept(
    sqlite_town, case, capsys, tmp_path
):
    before = sqlite_town.dump()
    shown = told(sqlite_town, capsys, *GIVE, "--case", f"{case}=sumed", "--case", f"{case}=jiamed2", code=1)
    assert shown.splitlines()[1:] == [f"  --case {case}=jiamed2: 这一件写了两次"]
    file = tmp_path / "words.yaml"
    file.write_text(f"cases: {{{case}: {{conflict: moon}}}}\n")
    shown = told(sqlite_town, capsys, *GIVE, "--with", str(file), "--case", f"{case}=sumed", code=1)
    assert (f"{file}:1 cases." in shown, "没有可用的代码 moon" in shown) == (True, True)
    assert sqlite_town.dump() == before


def test_file_that_is_not_there_hides_nothing_of_a_hand_over(sqlite_town, case, capsys, tmp_path):
    before = sqlite_town.dump()
    none = ["--with", str(tmp_path / "none.yaml")]
    shown = told(sqlite_town, capsys, "hand-over", "--back", "abc", "--case", "x", *none, code=1)
    assert "none.yaml" in shown
    assert "  --case x: 应当写作 案号=人员代码" in shown.splitlines()
    assert "  --back: 没有编号为 abc 的移交" in shown.splitlines()
    words = ["hand-over", "--from", "nobody", "--reason", "bogus", "--case", "x", *none]
    shown = told(sqlite_town, capsys, *words, code=1)
    assert "  --case x: 应当写作 案号=人员代码" in shown.splitlines()
    assert "none.yaml" in shown
    assert "--from: " in shown
    assert "--reason: " in shown
    assert "--to: " not in shown, "the file may say it"
    assert sqlite_town.dump() == before


def test_hand_over_by_somebody_else_is_refused(sqlite_town, case, capsys):
    before = sqlite_town.dump()
    assert "移交由包和所在单位" in told(sqlite_town, capsys, *GIVE, who="jiamed", code=1)
    assert sqlite_town.dump() == before


def test_hand_over_tells_of_an_option_as_such_and_of_what_stands_in_the_file_by_its_line(
    sqlite_town, case, capsys, tmp_path
):
    number, before = sqlite_town.case(case).number, sqlite_town.dump()
    file = tmp_path / "words.yaml"
    file.write_text(f"why: 休假\ncases:\n  {number}: {{conflict: nothing}}\n  nocase: {{to: sumed}}\n")
    words = ("hand-over", "--from", "jiamed", "--to", "nobody", "--reason", "holiday", "--until", "soon")
    shown = told(sqlite_town, capsys, *words, "--case", "none=x", "--case", "y", "--with", str(file), code=1)
    places = {line.rpartition(": ")[0].strip() or line for line in shown.splitlines()[1:]}
    assert {one.split(": ")[0] for one in places} == {
        "--to",
        "--reason",
        "--until",
        "--case y",
        "--case none=x",
        f"{file}:3 cases.{number}",
        f"{file}:4 cases.nocase",
    }
    file.write_text("cases: [1]\n")
    assert f"{file}:1 cases: " in told(sqlite_town, capsys, *GIVE, "--with", str(file), code=1)
    shown = told(sqlite_town, capsys, *GIVE, "--back", "x", "--with", str(file), code=1)
    assert shown.splitlines()[1] == "  --back: 交回时不写 --from、--to、--reason"
    assert sqlite_town.dump() == before


def test_hand_over_tells_of_a_key_that_stands_twice_beside_the_rest(sqlite_town, case, capsys, tmp_path):
    before = sqlite_town.dump()
    file = tmp_path / "words.yaml"
    file.write_text("to: jiamed2\nto: nobody\nfrom: jiamed\nreason: left\n")
    shown = told(sqlite_town, capsys, "hand-over", "--with", str(file), code=1)
    assert [line.split(": ")[0] for line in shown.splitlines()[1:]] == [f"  {file}:2 to"] * 2
    file.write_text("why: 休假\nwhy: 出差\n")
    shown = told(sqlite_town, capsys, *GIVE, "--with", str(file), code=1)
    assert shown.splitlines()[1:] == [f"  {file}:2 why: 这个键写了两次（第一次在第1行）"]
    assert sqlite_town.dump() == before
    given = json.loads(told(sqlite_town, capsys, *GIVE, "--json"))["handover"]
    before = sqlite_town.dump()
    shown = told(sqlite_town, capsys, "hand-over", "--back", given, "--with", str(file), code=1)
    assert shown.splitlines()[1:] == [f"  {file}:2 why: 这个键写了两次（第一次在第1行）"]
    assert sqlite_town.dump() == before


def test_hand_over_names_the_options_that_are_missing(sqlite_town, case, capsys, tmp_path):
    shown = told(sqlite_town, capsys, "hand-over", code=1)
    assert shown.splitlines()[1:] == [f"  --{key}: 缺少这一项" for key in ("from", "to", "reason")]
    file = tmp_path / "words.yaml"
    file.write_text("from: nobody\n")
    shown = told(sqlite_town, capsys, "hand-over", "--to", "jiamed2", "--with", str(file), code=1)
    assert shown.splitlines()[1:] == ["  --reason: 缺少这一项", f"  {file}:1 from: 没有代码为 nobody 的人员"]


def test_giving_back_what_never_was_is_told_beside_options_that_do_not_go_with_it(sqlite_town, case, capsys):
    shown = told(
        sqlite_town, capsys, "hand-over", "--back", "none", "--from", "jiamed", "--case", "y", code=1
    )
    assert shown.splitlines()[1:] == [
        "  --case y: 应当写作 案号=人员代码",
        "  --back: 交回时不写 --from、--case",
        "  --back: 没有编号为 none 的移交",
    ]
    assert told(sqlite_town, capsys, "hand-over", "--back", "none", code=1) == "没有编号为 none 的移交\n"
    given = json.loads(told(sqlite_town, capsys, *GIVE, "--json"))["handover"]
    before = sqlite_town.dump()
    shown = told(sqlite_town, capsys, "hand-over", "--back", given, "--leads", code=1)
    assert shown.splitlines()[1:] == ["  --back: 交回时不写 --leads"]
    assert sqlite_town.dump() == before
