"""`workflow matrix` prints what the published pages say, of a site's own definitions too, and refuses what is not there."""

import shutil
from pathlib import Path

import pytest

from mediation.cli import run
from mediation.resources import shipped
from tests.cases.renewal.versions import add_versions
from tests.town import SITE, environment, write_site
from tests.workflow import matrices

OWN_KIND = SITE + "post_kinds:\n  - {code: elder, title: 寨老, acts_as: [mediator]}\n"


def test_matrix_prints_the_newest_version(capsys):
    assert run(["workflow", "matrix", "simple"]) == 0
    assert capsys.readouterr().out.strip() == matrices.pages()["simple.md"].strip()


def test_matrix_of_an_older_version(capsys):
    assert run(["workflow", "matrix", "simple", "--version", "1"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "# 合法性矩阵：简易调解（simple 第1版）"


def test_matrix_and_diagram_are_of_what_the_instance_has_in_use(sqlite_town, tmp_path, capsys):
    add_versions(sqlite_town, tmp_path, {9: {"title: 普通调解": "title: 本旗调解"}})
    with environment(sqlite_town):
        assert [run(["workflow", "matrix", "ordinary", *more]) for more in ([], ["--version", "3"])] == [0, 0]
        assert run(["diagram", "ordinary"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert [line for line in told if line.startswith(("# ", "    %%"))] == [
        "# 合法性矩阵：本旗调解（ordinary 第9版）",
        "# 合法性矩阵：普通调解（ordinary 第3版）",
        "    %% 本旗调解 (ordinary v9)",
    ]


def test_matrix_of_a_site_is_in_its_own_words(tmp_path: Path, capsys):
    site = write_site(tmp_path / "site", site=OWN_KIND)
    own = site / "workflows" / "camp"
    shutil.copytree(
        shipped("workflows") / "simple", own, ignore=shutil.ignore_patterns("v[2-9]*", "scenarios*")
    )
    text = (own / "v1.yaml").read_text(encoding="utf-8")
    text = text.replace("name: simple", "name: camp").replace(
        "[mediator, grid_worker], relation: [holder, first_receiver]",
        "[elder], relation: [holder, first_receiver]",
    )
    (own / "v1.yaml").write_text(text, encoding="utf-8")
    assert run(["workflow", "matrix", "camp", "--site", str(site)]) == 0
    assert "由寨老" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["moon"], "没有流程 moon"),
        (["simple", "--version", "9"], "没有流程 simple 第9版"),
        (["simple", "--site", "/nowhere"], "没有这个文件夹"),
    ],
)
def test_matrix_of_what_is_not_there_is_refused(capsys, words, said):
    assert run(["workflow", "matrix", *words]) == 1
    captured = capsys.readouterr()
    assert (captured.out, said in captured.err) == ("", True)
