"""A paper is named by its form, and by its subject where there are several."""

import pytest

from mediation.errors import InputInvalid


def test_name_that_no_paper_can_have_is_told_in_words(sqlite_town):
    ref = sqlite_town.bring("mediating")
    with pytest.raises(InputInvalid) as refused:
        sqlite_town.act("jiamed", ref, "void_paper", paper="协议书", basis="not_in_force", reason="写错")
    [problem] = refused.value.problems
    assert problem.key == "paper"
    assert problem.message.startswith("应当是文书的名称，如 agreement；")
    assert problem.message.endswith("现在写的是 “协议书”")
