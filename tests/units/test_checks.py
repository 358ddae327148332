"""Faults and warnings of a tree, each named at its unit and column."""

from dataclasses import replace
from datetime import date

import pytest

from mediation.units.chain import Chain, Level
from mediation.units.checks import coverage_warnings, micro_grid_warnings, significant, tree_faults
from mediation.units.tree import Node, Tree

CHAIN = Chain(
    [
        Level("micro", "联户", 1, "household_leader"),
        Level("grid", "网格", 2, "grid_leader"),
        Level("village", "村", 5, "unit_leader"),
    ]
)
FROM = date(2024, 1, 1)
COUNTY = Node(1, "county", "县", place_code="590121000000", valid_from=FROM)
VILLAGE = Node(2, "village", "村", level="village", parent=1, place_code="590121200201", valid_from=FROM)
GRID = Node(3, "grid", "网格", level="grid", parent=2, grid_code="590121200201001", valid_from=FROM)
MICRO = Node(
    4, "micro", "联户", level="micro", parent=3, grid_code="59012120020100101", households=12, valid_from=FROM
)
SOUND = [COUNTY, VILLAGE, GRID, MICRO]


def faults(*changed):
    by_id = {node.id: node for node in [*SOUND, *changed]}
    return [(one.unit, one.column, one.message) for one in tree_faults(list(by_id.values()), CHAIN)]


def test_a_sound_tree_has_no_faults():
    assert faults() == []


@pytest.mark.parametrize(
    ("node", "column", "message"),
    [
        (replace(MICRO, level="street"), "level", "层级 street 不在层级链里；应为 micro、grid、village 之一"),
        (replace(MICRO, level="village"), "level", "层级“村”应低于上级单位 grid 的层级“网格”"),
        (replace(MICRO, level="grid", grid_code=None), "level", "层级“网格”应低于上级单位 grid 的层级“网格”"),
        (replace(MICRO, parent=None), "parent", "没有上级单位；只有最上面的一个单位（county）可以没有上级"),
        (replace(MICRO, valid_to=date(2023, 1, 1)), "valid_to", "失效日期早于生效日期"),
        (replace(MICRO, valid_from=date(2023, 1, 1)), "valid_from", "早于上级单位 grid 的生效日期 2024-01-01"),
        (replace(VILLAGE, place_code="590122200201"), "place_code", "区划代码应以上级单位 county 的 590121 开头"),
        (replace(VILLAGE, place_code="59012120020"), "place_code", "区划代码应为12位数字"),
        (replace(MICRO, grid_code="59012120020100201"), "grid_code", "网格编码前15位应为所在网格 grid 的编码 590121200201001"),
        (replace(MICRO, grid_code="590121200201002"), "grid_code", "上级单位 grid 已是网格，其下的网格编码应为17位"),
        (replace(MICRO, grid_code="5901212002010"), "grid_code", "网格编码应为15位数字（12位区划+3位网格），网格之下每级再加2位，最多23位"),
        (Node(5, "other", "又一联户", level="micro", parent=3, grid_code=MICRO.grid_code, valid_from=FROM), "grid_code", "与单位 micro 重复"),
        (Node(5, "other", "又一村", level="village", parent=1, place_code=VILLAGE.place_code, valid_from=FROM), "place_code", "与单位 village 重复"),
    ],
)  # fmt: skip
def test_one_fault_is_named_at_its_unit_and_column(node, column, message):
    assert (node.id, column, message) in faults(node)


def test_a_grid_code_of_another_village_is_refused():
    assert faults(replace(GRID, grid_code="590121200202001")) == [
        (3, "grid_code", "网格编码前12位应为所在单位 village 的区划代码 590121200201"),
        (4, "grid_code", "网格编码前15位应为所在网格 grid 的编码 590121200202001"),
    ]


def test_five_levels_of_grids_each_add_two_digits():
    nodes, code = [GRID], "590121200201001"
    for depth in range(4):
        code += f"1{depth}"
        nodes.append(
            Node(
                10 + depth, f"g{depth}", f"第{depth}层", parent=nodes[-1].id, grid_code=code, valid_from=FROM
            )
        )
    assert faults(*nodes) == []
    skipped = replace(nodes[-1], parent=nodes[-3].id)
    assert faults(*nodes[:-1], skipped) == [(13, "grid_code", "上级单位 g1 已是网格，其下的网格编码应为21位")]


def test_a_long_grid_code_below_no_grid_is_refused():
    lonely = Node(10, "deep", "深格", parent=2, grid_code="5901212002010010101", valid_from=FROM)
    assert faults(lonely) == [(10, "grid_code", "编码超过17位，上面却没有编了码的网格")]


def test_a_parent_that_ends_first_leaves_orphans():
    assert faults(replace(VILLAGE, valid_to=date(2026, 1, 1))) == [
        (3, "valid_to", "上级单位 village 在 2026-01-01 失效，此后没有上级")
    ]


def test_a_ring_is_shown_with_its_units():
    assert faults(replace(VILLAGE, parent=4))[:3] == [
        (2, "parent", "上级关系成了环：village → micro → grid → village"),
        (3, "parent", "上级关系成了环：grid → village → micro → grid"),
        (4, "parent", "上级关系成了环：micro → grid → village → micro"),
    ]


def test_a_unit_that_is_its_own_parent_is_a_ring():
    assert faults(replace(MICRO, parent=4)) == [(4, "parent", "上级关系成了环：micro → micro")]


def test_micro_grids_outside_the_bounds_are_warned_about():
    nodes = [
        replace(MICRO, id=number, households=households)
        for number, households in enumerate([9, 10, 15, 16, None])
    ]
    found = micro_grid_warnings([GRID, *nodes], "micro", 10, 15)
    assert [(one.unit, one.column, one.message) for one in found] == [
        (0, "households", "有9户，微网格应为10至15户"),
        (3, "households", "有16户，微网格应为10至15户"),
        (4, "households", "没有填写户数，微网格应为10至15户"),
    ]


def test_uncovered_units_and_empty_levels_are_warned_about():
    found = coverage_warnings(Tree([COUNTY, VILLAGE, GRID]), CHAIN, covered=())
    assert [(one.unit, one.column, one.message) for one in found] == [
        (3, "", "没有联系人（联村、联组、联片或联户）"),
        (0, "level", "层级“联户”上没有单位"),
    ]


@pytest.mark.parametrize(
    ("code", "prefix"),
    [
        ("590121200201", "590121200201"),
        ("590121200000", "590121200"),
        ("590121000000", "590121"),
        ("590100000000", "5901"),
        ("590000000000", "59"),
    ],
)
def test_the_significant_part_of_a_place_code(code, prefix):
    assert significant(code) == prefix


def test_a_unit_is_merged_into_one_that_stands_on_the_day_after():
    ended = replace(GRID, valid_to=date(2026, 3, 1), successor=5)
    child = replace(MICRO, valid_to=date(2026, 3, 1))
    heir = Node(5, "heir", "网格二", level="grid", parent=2, grid_code="590121200201002", valid_from=FROM)
    assert faults(ended, child, heir) == []
    late = replace(heir, valid_from=date(2026, 3, 3))
    assert faults(ended, child, late) == [(3, "successor", "并入的单位 heir 在 2026-03-02 并不存续")]
    assert faults(replace(GRID, successor=5), heir) == [(3, "valid_to", "写了并入的单位，就要写失效日期")]


def test_a_unit_below_a_ring_is_judged_as_far_as_the_ring():
    below = Node(5, "below", "户", level="village", parent=4, valid_from=FROM)
    found = [one for one in faults(replace(VILLAGE, parent=4), below) if one[0] == 5]
    assert found == [(5, "level", "层级“村”应低于上级单位 micro 的层级“联户”")]
    endless = replace(below, level=None, place_code="590121200201")  # no place above it to be found
    assert [one for one in faults(replace(GRID, parent=4), endless) if one[0] == 5] == [
        (5, "place_code", "与单位 village 重复")
    ]


def test_a_unit_of_one_day_and_one_that_is_there_from_the_first_day_on_are_sound():
    assert faults(replace(MICRO, valid_to=FROM)) == []
    undated = replace(MICRO, valid_from=date.min)  # a day that could not be read is told by the reader
    assert faults(undated) == []


def test_a_unit_merged_on_the_last_day_there_is_is_judged_by_that_day():
    ended = replace(MICRO, valid_to=date.max, successor=5)
    heir = Node(5, "heir", "户二", level="micro", parent=3, grid_code="59012120020100102", valid_from=FROM)
    assert faults(ended, heir) == []
    late = replace(heir, valid_from=date.max)
    assert [one for one in faults(ended, late) if one[0] == 4] == []


def test_what_is_below_a_place_with_a_wrong_code_is_not_held_against_it():
    found = faults(replace(VILLAGE, place_code="59012120020"), replace(GRID, place_code="777777777777"))
    assert (3, "place_code", "区划代码应以上级单位 village 的 59012120020 开头") not in found
    assert [one for one in found if one[1] == "place_code"] == [(2, "place_code", "区划代码应为12位数字")]


def test_a_grid_code_of_seventeen_digits_below_no_grid_is_sound():
    assert faults(Node(10, "deep", "深格", parent=2, grid_code="59012120020100201", valid_from=FROM)) == []


@pytest.mark.parametrize(
    ("first", "second", "repeated"),
    [
        ((FROM, date(2025, 1, 1)), (date(2025, 1, 1), None), True),
        ((date(2025, 1, 1), None), (FROM, date(2025, 1, 1)), True),
        ((FROM, date(2025, 1, 1)), (date(2025, 1, 2), None), False),
        ((date(2025, 1, 2), None), (FROM, date(2025, 1, 1)), False),
    ],
)
def test_a_place_code_passes_on_to_a_unit_that_begins_after_the_other_has_ended(first, second, repeated):
    one, other = (
        Node(at, code, code, level="village", parent=1, place_code="590121200202", valid_from=begun, valid_to=ended)
        for at, code, (begun, ended) in ((5, "one", first), (6, "other", second))
    )  # fmt: skip
    assert faults(one, other) == ([(6, "place_code", "与单位 one 重复")] if repeated else [])
