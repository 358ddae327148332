"""Files from strangers: forty of the corpus of `./run fuzz --uploads`, over HTTP, with the worker that opens them."""

import pytest

from tests.uploads.corpus import FAMILIES, corpus, drawn
from tests.uploads.judging import hand_in
from tests.web.conftest import application, clock, counter, instance, set_clock

__all__ = ["application", "clock", "counter", "instance", "set_clock"]
pytestmark = pytest.mark.parametrize("instance", ["sqlite"], indirect=True, scope="session")
_MEMORY = 2 * 1024
"""MiB that the worker may take: mediation.documents.press.MEMORY_BYTES."""


def test_corpus_is_three_hundred_files_the_same_for_a_seed_and_others_for_another(instance):
    one, other = corpus(5, heavy=False), corpus(6, heavy=False)
    assert (len(one), len({(each.family, each.what, each.data) for each in one}) > 290) == (300, True)
    assert corpus(5, heavy=False) == one
    assert one != other
    assert {each.family for each in drawn(5, 40)} == {each.family for each in one}
    assert len({each.family for each in one}) == len(FAMILIES) + 1


def test_files_of_every_family_are_taken_for_what_they_are_or_refused_in_words(counter, caplog):
    outcome = hand_in(counter, drawn(20260302, 40))
    assert outcome.found == []
    assert (outcome.taken.total() + outcome.refused.total(), len(outcome.workers)) == (40, 1)
    assert outcome.most_memory < _MEMORY
    assert "岱钦巴图尔" not in caplog.text
