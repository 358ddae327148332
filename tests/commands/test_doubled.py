"""A key that stands twice in the words of an act: told beside what else is wrong, and nothing is done, were all else right."""

import json

import pytest

from mediation.cli import run
from tests.cases.kinship.test_batch import three
from tests.supervision.desk import opened
from tests.town import party

TWICE = "这个键写了两次（第一次在第1行）"
REGISTER = {
    "source": "applied",
    "governance_category": "0201",
    "narrative": "雨水倒灌。",
    "parties": [party("applicant", 1), party("respondent", 2)],
}


@pytest.fixture
def refused(sqlite_town, capsys, tmp_path):
    """What is wrong with words of which the first two lines say the same key; the town is as before."""

    def run_with(who: str, words: tuple[str, ...], content: str) -> list[str]:
        file = tmp_path / "words.yaml"
        file.write_text(content, encoding="utf-8")
        before = sqlite_town.dump()
        sqlite_town.instance.database.close()
        place = ("--data", str(sqlite_town.instance.settings.data), "--as", who)
        assert run([*place, *words, "--with", str(file)]) == 1
        assert sqlite_town.dump() == before
        return capsys.readouterr().err.replace(str(file), "F").splitlines()[1:]

    return run_with


def test_in_a_registration(refused):
    rest = "\n".join(f"{key}: {json.dumps(value)}" for key, value in REGISTER.items())
    assert refused("jiawin", ("case", "register"), f"title: 甲\ntitle: 乙\n{rest}\n") == [
        f"  F:2 title: {TWICE}"
    ]
    wrong = rest.replace("0201", "9999").replace("applied", "nobody")
    found = refused("jiawin", ("case", "register"), f"title: 甲\ntitle: 乙\n{wrong}\n")
    assert [line.split(": ")[0] for line in found] == [
        "  F:2 title",
        "  F:3 source",
        "  F:4 governance_category",
    ]


def test_in_an_act_on_a_case(refused, sqlite_town):
    ref = sqlite_town.bring("received")
    words = ("case", "do", ref, "amend")
    assert refused("jiawin", words, "title: 甲\ntitle: 乙\n") == [f"  F:2 title: {TWICE}"]
    found = refused("jiawin", words, "title: 甲\ntitle: []\nfrob: 1\n")
    assert [line.split(": ")[0] for line in found] == ["  F:2 title", "  F:2 title", "  F:3 frob"]


def test_in_an_act_that_signs_nothing_is_signed_to_find_out_more(refused, sqlite_town):
    ref = sqlite_town.bring("signing")
    words = ("case", "do", ref, "sign")
    assert refused("jiamed", words, "as: x\nas: y\n")[0] == f"  F:2 as: {TWICE}"
    found = refused("jiamed", (*words, "-s", "line", "-s", "=1", "-s", "party={"), "as: x\nas: y\nfrob: 1\n")
    places = [line.split(": ")[0] for line in found]
    assert places[:4] == ["  F:2 as", "  line", "  =1", "  party"]
    assert "  F:3 frob" in places


def test_pairs_that_are_none_hide_nothing_else(refused, sqlite_town):
    ref = sqlite_town.bring("mediating")
    pairs = ("-s", "what", "-s", "due_on={", "-s", "=1", "-s", "unit=nowhere", "-s", "x=1")
    found = refused("jiawin", ("case", "do", ref, "give_part", *pairs), "title: 甲\ntitle: 乙\n")
    assert [line.split(": ")[0] for line in found] == [
        "  F:2 title", "  what", "  due_on", "  =1", "  F:2 title", "  x", "  unit",
    ]  # fmt: skip


def test_in_an_act_on_a_series(refused, sqlite_town):
    series, _refs = three(sqlite_town)
    words = ("case", "batch", "amend", "--series", series)
    for more in ((), ("--dry-run",)):
        assert refused("jiamed", (*words, *more), "title: 甲\ntitle: 乙\n") == [f"  F:2 title: {TWICE}"]
    found = refused("jiamed", ("case", "batch", "sign", "--series", series), "as: x\nas: y\n")
    assert found == [f"  F:2 as: {TWICE}", "  TRIGGER: 签名、盖章、附扫描件要逐件办理"]


def test_in_an_act_of_supervision(refused, sqlite_town):
    rest = "unit: jia\nproblem: 两件没有记录\ndue_on: 2099-03-20\n"
    twice = "subject: 甲\nsubject: 乙\n"
    assert refused("sulead", ("supervision", "open"), twice + rest) == [f"  F:2 subject: {TWICE}"]
    found = refused("sulead", ("supervision", "open"), twice + rest.replace("jia", "nowhere"))
    assert [line.split(": ")[0] for line in found] == ["  F:2 subject", "  F:3 unit"]
    item = opened(sqlite_town, due_on="2099-03-20")
    words = ("supervision", "report", item)
    assert refused("jialead", words, "account: 甲\naccount: 乙\n") == [f"  F:2 account: {TWICE}"]
