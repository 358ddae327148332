"""The root over a list of entries, against the definition in RFC 6962."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediation.audit.merkle import Tree


def _by_definition(entries: list[bytes]) -> bytes:
    if not entries:
        return hashlib.sha256().digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    left = 1
    while left * 2 < len(entries):
        left *= 2
    return hashlib.sha256(b"\x01" + _by_definition(entries[:left]) + _by_definition(entries[left:])).digest()


def _root(entries: list[bytes]) -> str:
    tree = Tree()
    for entry in entries:
        tree.add(entry)
    return tree.root()


@given(st.lists(st.binary(max_size=3), max_size=70))
def test_root_is_that_of_the_definition(entries) -> None:
    assert _root(entries) == _by_definition(entries).hex()


@pytest.mark.parametrize("count", range(18))
def test_root_of_any_number_of_entries(count: int) -> None:
    entries = [bytes([number]) for number in range(count)]
    assert _root(entries) == _by_definition(entries).hex()


def test_root_can_be_asked_for_in_between() -> None:
    tree = Tree()
    roots = []
    for entry in (b"a", b"b", b"c"):
        tree.add(entry)
        roots.append(tree.root())
    assert roots == [_root([b"a"]), _root([b"a", b"b"]), _root([b"a", b"b", b"c"])]
