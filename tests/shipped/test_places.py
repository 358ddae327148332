"""What the files of single places promise beside their disputes."""

from collections import defaultdict
from datetime import date
from pathlib import Path

from mediation.reading import read_yaml
from mediation.sites.folder import Site, read_site
from mediation.workflow.loader import load_definitions

EXAMPLES = Path(__file__).parents[2] / "examples"
DAY = date(2026, 6, 1)


def _site(name: str) -> Site:
    return read_site(EXAMPLES / name, DAY)


def test_every_grid_of_dulan_has_one_head_four_wardens_and_one_policeman():
    site = _site("dulan")
    grids = {unit.node.code for unit in site.units if unit.node.grid_code}
    kinds = defaultdict(set)
    for person in site.people:
        for post in person.posts:
            kinds[post.unit].add(post.kind)
    six = {
        "grid_head",
        "grassland_warden",
        "forest_warden",
        "culture_warden",
        "grid_worker",
        "village_police",
    }
    assert len(grids) == 5
    assert {grid: kinds[grid] for grid in grids} == dict.fromkeys(grids, six)


def test_one_stop_centre_of_jiangdong_has_six_desks_with_duties():
    site = _site("jiangdong")
    desks = {
        post.kind: post.duties
        for person in site.people
        for post in person.posts
        if post.unit == "xinqu-zx" and post.kind.startswith("desk_")
    }
    assert set(desks) == {
        "desk_reception",
        "desk_command",
        "desk_routing",
        "desk_mediation",
        "desk_confirmation",
        "desk_supervision",
    }
    assert [kind for kind, duties in desks.items() if not duties] == []


def test_departments_of_jiangdong_are_resident_in_three_ways():
    site = _site("jiangdong")
    ways = {
        post.contact_kind
        for person in site.people
        for post in person.posts
        if post.contact_units == ("xinqu-zx",)
    }
    assert ways == {"standing", "rota", "on_call"}
    assert site.codes.title("contact_kinds", "rota") == "轮驻"


def test_village_supervisor_of_jiangdong_may_look_and_not_act():
    kinds = _site("jiangdong").post_kinds
    assert kinds.counts_as("village_supervisor") == {"village_supervisor", "auditor"}
    assert not kinds.sees_below("village_supervisor")


def test_routes_of_dulan_add_notary_and_consultation_to_the_shipped_ones():
    codes = _site("dulan").codes
    assert codes.fault("routes", "court") is None
    assert [codes.fault("routes", code) for code in ("notary", "consultation", "grassland")] == [None] * 3


def test_council_of_dulan_votes_and_reviews_in_order_by_a_definition_of_the_sites_own():
    approvals = load_definitions(EXAMPLES / "dulan").newest("council").approvals
    assert {name: (one.rule, one.least) for name, one in approvals.items()} == {
        "council": ("vote", 3), "clearance": ("in_order", 2),
    }  # fmt: skip
    told, _lines = read_yaml(EXAMPLES / "dulan" / "disputes.yaml")
    [well] = [one for one in told["disputes"] if one["key"] == "well"]
    done = [
        one["do"]
        for one in well["acts"]
        if one["do"] in {"ask_approval", "approve", "reject", "conclude_oral"}
    ]
    assert done == [
        "ask_approval",
        "approve",
        "reject",
        "conclude_oral",
        "approve",
        "approve",
        "ask_approval",
        "approve",
        "approve",
        "conclude_oral",
        "approve",
        "conclude_oral",
    ]
    asked = [one["with"] for one in well["acts"] if one["do"] == "ask_approval"]
    assert [(one["approval"], len(one["signers"])) for one in asked] == [("council", 5), ("clearance", 2)]
