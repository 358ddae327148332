"""The token of a session's forms under its masks."""

from hypothesis import given
from hypothesis import strategies as st

from mediation.web.form_tokens import is_same, masked

TOKEN, OTHER = "00112233445566778899aabbccddeeff", "00112233445566778899aabbccddeefe"


def test_masked_twice_shares_no_bytes_and_is_the_same():
    one, other = masked(TOKEN), masked(TOKEN)
    assert (one != other, is_same(one, other), TOKEN in one) == (True, True, False)
    assert [at for at in range(0, 64, 8) if one[at : at + 8] == other[at : at + 8]] == []


def test_masked_token_of_another_session_is_not_the_same():
    assert is_same(masked(TOKEN), masked(OTHER)) is False


@given(st.one_of(st.text(max_size=80), st.binary(max_size=40).map(bytes.hex)))
def test_what_is_no_token_is_the_same_as_nothing(text):
    assert (is_same(text, masked(TOKEN)), is_same(text, text if len(text) != 64 else "")) == (False, False)
