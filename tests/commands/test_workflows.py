"""`workflow matrix` prints what the published pages say, and refuses what is not there."""

import pytest

from mediation.cli import run
from tests.workflow import matrices


def test_matrix_prints_the_newest_version(capsys):
    assert run(["workflow", "matrix", "simple"]) == 0
    assert capsys.readouterr().out.strip() == matrices.pages()["simple.md"].strip()


def test_matrix_of_an_older_version(capsys):
    assert run(["workflow", "matrix", "simple", "--version", "1"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "# 合法性矩阵：简易调解（simple 第1版）"


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
