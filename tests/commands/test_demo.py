"""demo: what it came to, in words."""

from mediation.cli import run
from mediation.commands.demo import _lines
from mediation.demo.play import MARKER, Summary
from tests.demo.test_play import ESHAN


def test_outcomes_steps_and_channels_are_told_in_words():
    summary = Summary(
        site="湖区",
        cases=2,
        by_outcome={"agreed_oral": 1, "withdrawn": 1},
        steps_taken={"urging": 2},
        items_by_state={"struck_off": 1},
        notices_by_channel={"file": 3},
        titles={"agreed_oral": "达成口头协议", "withdrawn": "申请人撤回", "urging": "催办"},
    )
    told = _lines(summary)
    assert told[0] == "湖区：纠纷 2 件（达成口头协议 1、申请人撤回 1）"
    assert told[2:4] == [
        "督办阶梯：催办 2；督办台账：已销号 1；督办、周报文书 0 份",
        "通知已送出：站内 3",
    ]


def test_earlier_demo_that_is_replaced_is_told_in_one_line(tmp_path, monkeypatch, capsys):
    """It is told before the first thing is done: here every site is played in no time."""
    monkeypatch.setattr(
        "mediation.demo.play.play_demo", lambda site, *_words: Summary(site.name, audit_ok=True)
    )
    monkeypatch.setattr(
        "mediation.demo.round.play_demo", lambda site, *_words: Summary(site.name, audit_ok=True)
    )
    out = tmp_path / "out"
    for name in ("first", "second", "third"):
        (tmp_path / "sites" / name).mkdir(parents=True)
        (tmp_path / "sites" / name / "site.yaml").write_text("", encoding="utf-8")
        (out / name).mkdir(parents=True)
        (out / name / MARKER).write_text("", encoding="utf-8")
    for name in ("first", "third"):
        (out / name / "data").mkdir()
    before = "上一次的演示，连同其中的改动，开演时即替换："
    one, two, three = (
        ["--site", str(tmp_path / "sites" / name), "--out", str(out / name)]
        for name in ("first", "second", "third")
    )
    told = []
    for words in (one, two, [*three, "--json"], ["--all", str(tmp_path / "sites"), "--out", str(out)]):
        assert run(["demo", *words]) == 0
        told.append(capsys.readouterr().err)
    assert told == [f"{before}{out / 'first'}\n", "", "", f"{before}{out / 'first'}、{out / 'third'}\n"]


def test_folder_that_no_demo_made_is_refused_and_left_alone(tmp_path, capsys):
    out = tmp_path / "out"
    out.mkdir()
    (out / "letter.txt").write_text("mine", encoding="utf-8")
    assert run(["demo", "--site", str(ESHAN), "--out", str(out)]) == 1
    assert capsys.readouterr().err == f"{out} 里有别的东西，不会覆盖；请换一个文件夹。\n"
    assert [path.name for path in out.iterdir()] == ["letter.txt"]
