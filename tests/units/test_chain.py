"""The chain of levels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediation.units.chain import Chain, Level


def levels(count):
    return [Level(f"l{number}", f"第{number}级", number, "unit_leader") for number in range(1, count + 1)]


@given(st.integers(3, 7))
def test_three_to_seven_levels_keep_their_order(count):
    chain = Chain(levels(count))
    assert [chain.rank(level.key) for level in chain] == list(range(count))
    assert chain.top.key == f"l{count}"
    assert chain.level("l2").working_days == 2
    assert Chain.from_plain(chain.to_plain()).levels == chain.levels


@pytest.mark.parametrize("count", [0, 1, 2, 8, 20])
def test_another_number_of_levels_is_refused(count):
    with pytest.raises(ValueError, match="3 to 7"):
        Chain(levels(count))


def test_a_key_stands_once():
    with pytest.raises(ValueError, match="once"):
        Chain([*levels(3), levels(1)[0]])


def test_an_unknown_level_has_no_rank():
    chain = Chain(levels(3))
    assert (chain.rank("l9"), chain.rank(None), "l9" in chain, "l1" in chain) == (None, None, False, True)
