"""What may be chosen is listed in the reader's language when something else was asked for."""

import re

import pytest

from mediation.errors import InputInvalid, TransitionRefused
from mediation.language import speak
from tests.town import Town

_CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(autouse=True)
def _english() -> object:
    speak("en")
    yield
    speak("")


def test_approvals_are_listed(sqlite_town: Town) -> None:
    ref = sqlite_town.bring("accepted")
    with pytest.raises(TransitionRefused) as caught:
        sqlite_town.act("jiawin", ref, "ask_approval", approval="nix", signers=[{"person": "jialead"}])
    said = next(reason.message for reason in caught.value.reasons if reason.guard == "approval_may_be_asked")
    assert "agreement_review" in said
    assert not _CHINESE.search(said)


def test_grounds_of_erasing_are_listed(sqlite_town: Town) -> None:
    ref = sqlite_town.bring("accepted")
    with pytest.raises(InputInvalid) as caught:
        sqlite_town.instance.request_erasure("jiaarc", ref, "nix")
    said = str(caught.value.problems[0].message)
    assert "term_over" in said
    assert not _CHINESE.search(said)
