"""The tree: against plain recomputation on random trees, and the cases that a site meets."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediation.errors import NotFound
from mediation.units.chain import Chain, Level
from mediation.units.responsibilities import Line
from mediation.units.routing import Destination, destination
from mediation.units.tree import Node, Seat, Tree

DAY = date(2026, 3, 2)
CHAIN = Chain([Level(key, key, 1, "unit_leader") for key in ("low", "middle", "high")])


@st.composite
def random_trees(draw):
    """Nodes 1…n; each one's parent is an earlier node; levels at random."""
    count = draw(st.integers(1, 30))
    levels = st.sampled_from(["low", "middle", "high", None])
    return [
        Node(
            id=number,
            code=f"u{number}",
            name=f"u{number}",
            level=draw(levels),
            parent=None if number == 1 else draw(st.integers(1, number - 1)),
        )
        for number in range(1, count + 1)
    ]


def plain_lineage(nodes, unit):
    found = [unit]
    while (parent := nodes[found[-1] - 1].parent) is not None:
        found.append(parent)
    return found


@given(random_trees(), st.data())
def test_lineage_subtree_and_superior_agree_with_plain_walks(nodes, data):
    tree = Tree(nodes)
    one = data.draw(st.integers(1, len(nodes)))
    other = data.draw(st.integers(1, len(nodes)))
    lineage = plain_lineage(nodes, one)
    assert [node.id for node in tree.lineage(one)] == lineage
    assert [node.id for node in tree.ancestors(one)] == lineage[1:]
    assert tree.subtree(one) == {node.id for node in nodes if one in plain_lineage(nodes, node.id)}
    assert tree.is_below_or_same(one, other) == (other in lineage)
    shared = [unit for unit in lineage if unit in plain_lineage(nodes, other)]
    assert tree.lowest_common_superior(one, other).id == shared[0]
    assert {child.id for child in tree.children(one)} == {node.id for node in nodes if node.parent == one}


@given(random_trees(), st.data())
def test_climbing_goes_up_the_levels_and_ends(nodes, data):
    tree = Tree(nodes)
    at = data.draw(st.integers(1, len(nodes)))
    steps = 0
    while (above := tree.above(at, CHAIN)) is not None:
        own = CHAIN.rank(tree.unit(at).level)
        between = [node for node in tree.ancestors(at) if tree.is_below_or_same(node.id, above.id)][:-1]
        assert above.id in plain_lineage(nodes, at)[1:]
        assert own is None or CHAIN.rank(above.level) > own
        assert all(CHAIN.rank(node.level) is None or CHAIN.rank(node.level) <= (own or 0) for node in between)
        at, steps = above.id, steps + 1
    assert steps <= len(CHAIN)


def test_a_department_climbs_to_its_own_level_and_a_missing_level_is_skipped():
    tree = Tree(
        [
            Node(1, "county", "县"),
            Node(2, "town", "镇", level="high", parent=1),
            Node(3, "justice", "司法所", kind="justice", parent=2),
            Node(4, "grid", "网格", level="low", parent=2),
        ]
    )
    assert tree.above(3, CHAIN).code == "town"
    assert tree.above(4, CHAIN).code == "town"
    assert tree.above(2, CHAIN) is None
    assert tree.above(1, CHAIN) is None
    assert tree.level_of(3, CHAIN).key == "high"
    assert tree.level_of(1, CHAIN) is None


def test_a_unit_that_is_over_is_not_in_the_tree_of_the_day():
    nodes = [
        Node(1, "town", "镇", valid_from=date(2024, 1, 1)),
        Node(2, "old", "旧村", parent=1, valid_from=date(2024, 1, 1), valid_to=date(2026, 3, 1)),
        Node(3, "new", "新村", parent=1, valid_from=date(2026, 3, 2)),
    ]
    assert {node.code for node in Tree(nodes, DAY).nodes} == {"town", "new"}
    assert {node.code for node in Tree(nodes, date(2026, 3, 1)).nodes} == {"town", "old"}
    with pytest.raises(NotFound, match=r"^没有代码为 old 的单位，或当日已不存续$"):
        Tree(nodes, DAY).by_code("old")
    with pytest.raises(NotFound, match=r"^没有这个单位，或当日已不存续$"):
        Tree(nodes, date(2026, 3, 1)).unit(3)
    assert Tree(nodes, DAY).day == DAY
    assert 2 not in Tree(nodes, DAY)
    assert [node.name for node in Tree(nodes, DAY).lineage(2)] == ["旧村（已撤销）", "镇"]
    assert Tree(nodes, DAY).standing(2) is None


def test_a_merged_unit_lies_where_its_successor_lies():
    over = {"valid_from": date(2024, 1, 1), "valid_to": date(2026, 3, 1)}
    nodes = [
        Node(1, "town", "镇"),
        Node(2, "west", "西镇", valid_from=date(2024, 1, 1), valid_to=date(2025, 12, 31), successor=1),
        Node(3, "new", "新村", parent=1),
        Node(4, "old", "旧村", parent=2, **over, successor=3),
        Node(5, "older", "老村", parent=2, valid_to=date(2024, 12, 31), successor=4),
    ]
    tree = Tree(nodes, DAY)
    assert [node.name for node in tree.lineage(5)] == ["老村（已撤并）", "新村", "镇"]
    assert [node.code for node in tree.lineage(4)] == ["old", "new", "town"]
    assert {unit: node.code for unit, node in tree.merged.items()} == {2: "town", 4: "new", 5: "new"}
    assert tree.standing(3).code == "new"
    heirs = {code: tree.heir(code) for code in ("town", "new", "older", "nowhere")}
    assert {code: heir and heir.code for code, heir in heirs.items()} == {
        "town": "town", "new": "new", "older": "new", "nowhere": None,
    }  # fmt: skip
    before = Tree(nodes, date(2026, 3, 1))
    assert [node.name for node in before.lineage(4)] == ["旧村"]


def test_a_unit_on_its_last_day_has_not_ended():
    tree = Tree([Node(1, "old", "旧村", valid_to=DAY, successor=2), Node(2, "new", "新村")], DAY)
    assert (tree.merged, tree.standing(1).name) == ({}, "旧村")


def test_successors_that_lead_nowhere_or_round_in_a_ring_leave_nobody():
    over = {"valid_to": date(2026, 3, 1)}
    nodes = [
        Node(1, "a", "a", **over, successor=2),
        Node(2, "b", "b", **over, successor=3),
        Node(3, "c", "c", **over, successor=2),
        Node(4, "d", "d", **over, successor=99),
    ]
    assert [Tree(nodes, DAY).standing(unit) for unit in (1, 2, 3, 4)] == [None] * 4


def test_steps_go_up_to_what_is_shared_and_down_again():
    parents = {1: None, 2: 1, 3: 1, 4: 2, 5: 4, 6: None}
    tree = Tree([Node(number, f"u{number}", f"u{number}", parent=up) for number, up in parents.items()])
    asked = [(1, 1), (5, 2), (2, 5), (5, 3), (3, 5), (5, 6), (6, 3)]
    assert [tree.steps(one, other) for one, other in asked] == [0, 2, 2, 4, 4, 5, 3]
    assert (tree.lowest_common_superior(5, 3).id, tree.lowest_common_superior(5, 6)) == (1, None)


def test_level_that_the_chain_does_not_have_is_passed_over():
    nodes = [Node(1, "town", "镇", level="high"), Node(2, "odd", "异", level="elsewhere", parent=1)]
    assert Tree(nodes).level_of(2, CHAIN).key == "high"


def test_what_has_ended_is_in_the_lineage_but_is_given_nothing_to_do():
    nodes = [
        Node(1, "town", "镇", level="high"),
        Node(2, "new", "新村", level="middle", parent=1),
        Node(3, "old", "旧村", level="middle", parent=1, valid_to=date(2026, 3, 1), successor=2),
        Node(4, "grid", "格", level="low", parent=3, valid_to=date(2026, 3, 1)),
    ]
    tree = Tree(nodes, DAY)
    assert [node.code for node in tree.lineage(4)] == ["grid", "old", "new", "town"]
    assert [node.code for node in tree.standing_lineage(4)] == ["new", "town"]
    assert [code for code in ("grid", "old", "new", "town") if tree.stands(code)] == ["new", "town"]
    assert destination(Destination("middle"), 4, tree, CHAIN) == tree.by_code("new")
    assert destination(Destination("low"), 4, tree, CHAIN) == tree.by_code("new")
    line = Line("1", "村", categories=("02",), kind="area", level="middle")
    assert line.units_at(tree, 4) == (tree.by_code("new"),)


def test_the_nearest_committee_in_office_is_competent():
    tree = Tree([Node(1, "town", "镇"), Node(2, "village", "村", parent=1), Node(3, "grid", "格", parent=2)])
    town = Seat(1, "town-tw", 1, "township")
    village = Seat(2, "village-tw", 2, "village", date(2023, 1, 1), date(2026, 3, 2))
    industry = Seat(3, "a-industry", 2, "industry")
    seats = [town, village, industry]
    assert tree.nearest_committee(3, seats, DAY) == village
    assert tree.nearest_committee(3, seats, date(2026, 3, 3)) == town
    assert tree.nearest_committee(3, seats, DAY, {"industry"}) == industry
    assert tree.nearest_committee(3, [], DAY) is None
    second = Seat(4, "a-village-tw", 2, "village")
    assert tree.nearest_committee(3, [village, second], DAY) == second


def test_coverage_gaps_are_the_units_without_a_contact():
    tree = Tree(
        [
            Node(1, "a", "a", level="high"),
            Node(2, "b", "b", level="low", parent=1),
            Node(3, "c", "c", level="low", parent=1),
        ]
    )
    assert [node.code for node in tree.coverage_gaps(["low"], {2})] == ["c"]


def test_a_tree_with_a_ring_still_answers():
    tree = Tree([Node(1, "a", "a", parent=2), Node(2, "b", "b", parent=1)])
    assert [node.code for node in tree.lineage(1)] == ["a", "b"]
    assert tree.subtree(1) == {1, 2}
    beside = Tree([Node(1, "a", "a", parent=2), Node(2, "b", "b", parent=1), Node(3, "c", "c", parent=1)])
    assert [node.code for node in beside.lineage(3)] == ["c", "a", "b"]


@pytest.mark.parametrize(
    ("seat", "kind", "may"),
    [
        (2, "village", True),
        (1, "township", True),
        (4, "village", True),
        (3, "village", False),
        (3, "industry", True),
        (2, "studio", False),
        (9, "village", False),
    ],
)
def test_mediators_of_a_committee_here_above_or_below_may_mediate(seat, kind, may):
    tree = Tree(
        [Node(1, "u1", "u1"), *(Node(n, f"u{n}", f"u{n}", parent=p) for n, p in ((2, 1), (3, 1), (4, 2)))]
    )
    assert tree.may_mediate_at(2, seat, kind) is may
