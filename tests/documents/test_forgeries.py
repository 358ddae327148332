"""Some of each family of forgeries, and some of each kind of genuine paper; `python -m tests.documents.forgeries` judges all."""

import re
from itertools import islice

import pytest

from mediation.documents.press import Renderer
from mediation.documents.verify import Verdict, verify
from tests.documents.forgeries import PAGE, flaw_of, judged
from tests.documents.forging import by_force, genuine, in_streams, makers, shadow_paper
from tests.documents.genuine import Genuine, plain, printed

_OF_EACH = 2


@pytest.mark.parametrize("make", makers(), ids=lambda make: make.__name__.strip("_"))
def test_forged_paper_is_never_valid(make) -> None:
    seen = [(forged, judged(forged)) for forged in islice(make(), _OF_EACH)]
    assert len(seen) == _OF_EACH
    assert [
        flaw_of(one, against, verdict)
        for one, said in seen
        for against, verdict in said
        if flaw_of(one, against, verdict)
    ] == []


def test_what_the_forgeries_are_made_from_is_valid() -> None:
    """Else they would fail for another reason than the one that they are named after."""
    for paper in (genuine(), in_streams(), by_force(shadow_paper()[0])):
        assert verify(paper.pdf, paper.trust).verdict is Verdict.VALID


@pytest.mark.parametrize("places", [(0, 3), (8,)])
def test_genuine_paper_made_by_hand_is_valid(places: tuple[int, ...]) -> None:
    papers = list(plain(places))
    assert len(papers) == len(places)
    for one in papers:
        assert _verdict(one) == (one.name, Verdict.VALID)


def test_genuine_paper_set_by_the_program_is_valid(press: Renderer) -> None:
    for one in islice(printed(press), 2):
        assert _verdict(one) == (one.name, Verdict.VALID)


def test_page_tells_enough_of_both() -> None:
    counts = [
        int(count)
        for count in re.findall(r"^\| \*\*all\*\* \| \*\*(\d+)\*\*", PAGE.read_text("utf-8"), re.MULTILINE)
    ]
    forged, good = counts
    assert (forged >= 60, good >= 30) == (True, True)


def test_page_names_every_family() -> None:
    page = PAGE.read_text("utf-8")
    assert [make.__name__ for make in makers() if f"| {next(make()).family} |" not in page] == []


def _verdict(one: Genuine) -> tuple[str, Verdict]:
    return one.name, verify(one.paper.pdf, one.paper.trust).verdict
