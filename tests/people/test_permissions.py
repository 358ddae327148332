"""What a post counts as, and which units its holder sees."""

from dataclasses import replace

import pytest

from mediation.people.actor import Actor
from mediation.people.permissions import PostKind, PostKinds, can_see, units_seen
from mediation.units.tree import Node, Tree

KINDS = PostKinds(
    [
        PostKind("mediator", "调解员"),
        PostKind("grid_worker", "网格员", scope="own"),
        PostKind("grid_leader", "网格长", ("grid_worker",)),
        PostKind("red_leader", "党员网格长", ("grid_leader", "mediator")),
        PostKind("one", "甲", ("other",)),
        PostKind("other", "乙", ("one",)),
    ]
)
TREE = Tree(
    [
        Node(1, "county", "县"),
        Node(2, "town", "镇", parent=1),
        Node(3, "village", "村", parent=2),
        Node(4, "grid", "格", parent=3),
        Node(5, "other", "邻村", parent=2),
        Node(6, "far", "邻镇", parent=1),
    ]
)
ACTOR = Actor(1, "a", "甲", 1, "p", "mediator", "调解员", frozenset({"mediator"}), 3, "village", "村")


def test_a_kind_counts_as_all_it_acts_as():
    assert KINDS.counts_as("red_leader") == {"red_leader", "grid_leader", "grid_worker", "mediator"}
    assert KINDS.counts_as("mediator") == {"mediator"}
    assert KINDS.counts_as("one") == {"one", "other"}


def test_a_kind_that_is_gone_counts_as_itself_and_is_none_of_the_site():
    assert (KINDS.counts_as("gone"), "gone" in KINDS, "mediator" in KINDS) == ({"gone"}, False, True)


def test_a_kind_without_a_scope_sees_what_lies_below():
    plain = {"code": "elder", "title": "寨老"}
    assert PostKinds.from_plain([plain]).kind("elder") == PostKind("elder", "寨老", (), "subtree")


def test_kinds_survive_the_database():
    again = PostKinds.from_plain(KINDS.to_plain())
    assert [again.kind(code) for code in sorted(again.codes)] == [
        KINDS.kind(code) for code in sorted(KINDS.codes)
    ]


def test_the_scope_of_a_kind():
    assert [KINDS.sees_below(code) for code in ("mediator", "grid_worker", "unknown")] == [True, False, False]


@pytest.mark.parametrize(
    ("changes", "seen"),
    [
        ({}, {3, 4}),
        ({"unit_id": 2}, {2, 3, 4, 5}),
        ({"contact_units": (5,)}, {3, 4, 5}),
        ({"contact_units": (99,)}, {3, 4}),
        ({"sees_below": False}, {3}),
        ({"sees_below": False, "unit_id": 4, "contact_units": (4,)}, {4}),
    ],
)
def test_an_actor_sees_the_own_subtree_and_the_contact_units(changes, seen):
    actor = replace(ACTOR, **changes)
    assert units_seen(actor, TREE) == seen
    assert {node.id for node in TREE.nodes if can_see(actor, TREE, node.id)} == seen
