"""All sites of a folder are played; one that cannot is told with its reason, and the others stand beside it."""

import json
import shutil

import pytest

from mediation.cli import run
from mediation.demo.round import play_round, sites_in
from mediation.errors import NotFound
from tests.demo.test_play import ESHAN, SMALL


@pytest.fixture
def sites(tmp_path):
    """Two small counties: in the second the dispute does not end as the file says."""
    for name, text in (("first", SMALL), ("second", SMALL.replace("party_refused", "withdrawn"))):
        target = tmp_path / "sites" / name
        shutil.copytree(ESHAN, target, ignore=shutil.ignore_patterns("disputes.yaml"))
        (target / "disputes.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "sites" / "notes").mkdir()
    return tmp_path / "sites"


def test_a_site_that_fails_is_told_and_the_others_are_played_and_the_command_fails(sites, tmp_path, capsys):
    out = tmp_path / "out"
    assert run(["demo", "--all", str(sites), "--out", str(out)]) == 1
    shown = capsys.readouterr().out.splitlines()
    head, first, second = (line.split() for line in shown[-5:-2])
    assert head == [
        "部署单位",
        "纠纷",
        "书面",
        "口头",
        "其他结果",
        "文书",
        "平板有效",
        "手签",
        "日志",
        "结论",
    ]
    assert (first[:8], first[9]) == (["first", "1", "0", "0", "1", "1", "0/0", "0"], "通过")
    assert second == ["second", *["-"] * 8, "没有演完"]
    assert any("应为 withdrawn，实为 party_refused" in line for line in shown)
    figures = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    own = json.loads((out / "first" / "summary.json").read_text(encoding="utf-8"))
    assert [(one["site"], one["summary"]) for one in figures] == [("first", own), ("second", None)]
    assert not (out / "second" / "summary.json").exists()


def test_a_folder_without_sites_is_refused(tmp_path):
    with pytest.raises(NotFound):
        play_round(tmp_path, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_sites_are_the_folders_that_hold_a_site_file(sites):
    assert [path.name for path in sites_in(sites)] == ["first", "second"]


@pytest.mark.parametrize("words", [[], ["--site", "a", "--all", "b"]])
def test_demo_of_no_site_or_of_one_and_all_is_refused(tmp_path, capsys, words):
    assert run(["demo", *words, "--out", str(tmp_path / "out")]) == 1
    assert "--site DIR（一个部署单位）或者 --all DIR（每一个）" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
