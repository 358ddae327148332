"""Reading what an act says: strange values count as nothing said."""

import pytest

from tests.workflow.stand import APPLICANT, CASE, acting


@pytest.mark.parametrize(("value", "word"), [("a", "a"), (" a ", "a"), (None, ""), (7, ""), (("a",), "")])
def test_word_is_trimmed_text_or_empty(value, word):
    assert acting(key=value).word("key") == word


@pytest.mark.parametrize(
    ("value", "answer"), [(True, True), (False, False), (1, False), ("true", False), (None, False)]
)
def test_is_so_only_when_plainly_true(value, answer):
    assert acting(key=value).is_so("key") is answer


@pytest.mark.parametrize(
    ("value", "words"), [(("a", " b "), ("a", "b")), (["a", "", 7], ("a",)), ("ab", ()), (None, ())]
)
def test_words_are_the_texts_of_a_list(value, words):
    assert acting(key=value).words("key") == words


@pytest.mark.parametrize(
    ("value", "ordinals"), [((1, 2), (1, 2)), ([1, True, "2"], (1,)), (1, ()), (None, ())]
)
def test_ordinals_are_the_whole_numbers_of_a_list(value, ordinals):
    assert acting(key=value).ordinals("key") == ordinals


@pytest.mark.parametrize(
    ("ordinal", "party"), [(1, APPLICANT), (9, None), (True, None), ("1", None), (None, None)]
)
def test_party_is_found_by_its_ordinal(ordinal, party):
    assert CASE.party(ordinal) == party
