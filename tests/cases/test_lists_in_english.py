"""What may be chosen is listed in the reader's language when something else was asked for."""

import re

import pytest

from mediation.cases import facts
from mediation.errors import InputInvalid, TransitionRefused
from mediation.language import speak, spoken
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


def test_codes_are_listed_with_the_title_of_their_list(sqlite_town: Town) -> None:
    with pytest.raises(InputInvalid) as caught:
        sqlite_town.register(source="nix")
    said = next(str(one.message) for one in caught.value.problems if one.key == "source")
    assert said.startswith("Sources of disputes has no usable code nix. Possible: applied ")
    assert not _CHINESE.search(said)


def test_papers_that_are_lacking_are_listed(sqlite_town: Town) -> None:
    ref = sqlite_town.bring("mediating")
    sqlite_town.step(ref, "terminate")
    case = sqlite_town.case(ref)
    with sqlite_town.reading() as session:
        lacks = facts.volume_lacks(sqlite_town.hall(session), case)
    assert [str(spoken(one)) for one in lacks] == [
        "Notice of the end of mediation",
        "Registration sheet of people’s mediation",
        "Notice of rights and duties in people’s mediation (Applicant (1))",
        "Notice of rights and duties in people’s mediation (Respondent (2))",
    ]
