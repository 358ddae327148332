"""What must not be read is not in the text, wherever it came from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediation.notices.facts import fact_at, is_known_fact, without
from mediation.notices.readers import masked_address, masked_name

WORDS = st.text("甲乙丙1", min_size=2, max_size=4)


@given(st.lists(WORDS | st.sampled_from(["，在", "家"])), st.lists(WORDS))
def test_no_withheld_word_is_left(pieces, withheld):
    text = without("".join(pieces), withheld)
    assert [word for word in withheld if word in text] == []


def test_one_character_stands_for_too_much():
    assert without("王某和王大户", ["王", "王大户"]) == "王某和（略）"


@pytest.mark.parametrize(
    ("path", "known"),
    [
        ("case.number", True),
        ("case", True),
        ("site", True),
        ("payload.anything", True),
        ("payload", False),
        ("case.moon", False),
        ("moon", False),
        ("site.moon", False),
        ("appointment.starts_at", True),
    ],
)
def test_known_facts_are_those_of_the_model(path, known):
    assert is_known_fact(path) == known


def test_fact_is_found_or_none():
    facts = {"case": {"number": "1"}, "unit": None}
    assert [fact_at(facts, path) for path in ("case.number", "unit.name", "moon")] == ["1", None, None]


def test_masks_leave_little():
    assert (
        masked_name("罗开富"),
        masked_address("13900000001"),
        masked_address("office@example.invalid"),
    ) == ("罗**", "139****0001", "of***@example.invalid")
