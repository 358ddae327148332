"""What houma and dezhou are there to show is really in their files, and their READMEs name just their disputes."""

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from mediation.clock import SystemClock
from mediation.codes import load
from mediation.demo.script import read_script
from mediation.sites.folder import Site, read_site
from mediation.units.tree import Tree

EXAMPLES = Path(__file__).parents[2] / "examples"
DAY = date(2026, 6, 1)
SITES = sorted(path.parent.name for path in EXAMPLES.glob("*/site.yaml"))
_FIRST_CELL = re.compile(r"^\| `([a-z][a-z0-9_-]*)` \|", re.MULTILINE)


def site_of(name: str) -> Site:
    return read_site(EXAMPLES / name, DAY)


@pytest.mark.parametrize("name", ["houma", "dezhou"])
@pytest.mark.parametrize("file", ["README.md", "README.zh-CN.md"])
def test_readme_names_every_dispute_and_no_other(name, file):
    keys = [dispute.key for dispute in read_script(EXAMPLES / name, SystemClock().now())[0].disputes]
    assert _FIRST_CELL.findall((EXAMPLES / name / file).read_text(encoding="utf-8")) == keys


@pytest.mark.parametrize("name", ["houma", "dezhou"])
def test_site_has_nothing_that_should_be_put_right(name):
    assert list(site_of(name).warnings) == []


@pytest.mark.parametrize("name", SITES)
def test_no_place_or_seal_can_be_taken_for_a_real_one(name):
    site = site_of(name)
    codes = [unit.node.place_code or unit.node.grid_code for unit in site.units]
    assert site.settings.sample
    assert {code[:2] for code in codes if code} == {"59"}
    assert [one.name for one in site.committees if "示例" not in one.name] == []


def test_houma_has_a_community_of_170_grids_on_no_level_numbered_by_one_rule():
    site = site_of("houma")
    grids = [unit.node for unit in site.units if unit.node.code.startswith("bw")]
    lengths = Counter(len(str(node.grid_code)) for node in grids)
    assert lengths == {15: 1, 17: 7, 19: 8, 21: 72, 23: 82}
    assert {node.level for node in grids} == {None}
    assert len({node.grid_code for node in grids}) == 170


def test_houma_grids_below_the_chain_climb_to_their_community():
    site = site_of("houma")
    tree = Tree([unit.node for unit in site.units], DAY)
    grids = [node for node in tree.nodes if node.code.startswith("bw")]
    above = [tree.above(node.id, site.chain) for node in grids]
    assert {node.code if node else "" for node in above} == {"beishe"}
    community = tree.by_code("beishe")
    assert {tree.level_of(node.id, site.chain).name for node in (community, *grids)} == {"村（社区）"}


def test_dezhou_has_three_lists_of_the_numbers_that_are_told():
    codes = load(EXAMPLES / "dezhou")
    positive = codes.entries("positive_items")
    classes = Counter(entry.parent for entry in positive)
    assert (classes.pop(None), sum(classes.values()), set(classes.values())) == (7, 21, {3})
    assert [len(codes.entries(name)) for name in ("negative_items", "veto_items")] == [36, 4]


def test_dezhou_has_a_studio_for_each_brand():
    site = site_of("dezhou")
    brands = [entry.about for entry in site.codes.entries("brands")]
    assert brands == [one.unit for one in site.committees if one.kind == "studio"]
    studios = [unit.node.code for unit in site.units if unit.node.kind == "studio"]
    assert sorted(brands) == sorted(studios)
