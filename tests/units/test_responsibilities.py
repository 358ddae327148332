"""Who leads in which matter where: the finest line that reaches the place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediation.units.responsibilities import Line, Matter, ResponsibilityList, answers_at
from mediation.units.tree import Node, Tree

COUNTY, LABOUR, NORTH, SOUTH, POLICE, POLICE_2, ELM, OAK = range(1, 9)
TREE = Tree(
    [
        Node(COUNTY, "xian", "县", level="county"),
        Node(LABOUR, "renshe", "人社局", kind="labour", parent=COUNTY),
        Node(NORTH, "bei", "北镇", level="township", parent=COUNTY),
        Node(SOUTH, "nan", "南镇", level="township", parent=COUNTY),
        Node(POLICE, "pai", "派出所", kind="police", parent=NORTH),
        Node(ELM, "yu", "榆村", level="village", parent=NORTH),
        Node(OAK, "li", "栎村", level="village", parent=SOUTH),
    ]
)
VILLAGE = Line("1", "村", categories=("02",), kind="area", level="village")
POLICE_LINE = Line("2", "所", governance=("03",), kind="police", level="township")
FINE = Line("3", "细", governance=("0303",), unit="bei")
COUNTY_LINE = Line("4", "县", categories=("11",), unit="renshe")
HELPS = Line("5", "配合", role="support", categories=("02",), unit="renshe")
LINES = ResponsibilityList(1, lines=(VILLAGE, POLICE_LINE, FINE, COUNTY_LINE, HELPS))


def leads(category, governance, place):
    return [(line.code, node.code) for line, node in LINES.leads(TREE, Matter(category, governance), place)]


@pytest.mark.parametrize(
    ("category", "governance", "place", "expected"),
    [
        ("02", "0201", ELM, [("1", "yu")]),
        ("02", "0201", OAK, [("1", "li")]),
        ("02", "0201", NORTH, []),
        ("06", "0303", ELM, [("3", "bei")]),
        ("06", "0302", ELM, [("2", "pai")]),
        ("06", "0302", OAK, []),
        ("06", "0303", OAK, []),
        ("11", "0701", OAK, [("4", "renshe")]),
        ("99", "", OAK, []),
        ("02", "", ELM, [("1", "yu")]),
    ],
)
def test_finest_line_that_reaches_the_place_says_who_leads(category, governance, place, expected):
    assert leads(category, governance, place) == expected


@pytest.mark.parametrize(
    ("category", "governance", "fineness"),
    [("", "0303", 3), ("", "03", 2), ("", "0302", 2), ("02", "0201", 1), ("06", "0201", 0)],
)
def test_line_names_a_matter_the_closer_the_longer_the_code(category, governance, fineness):
    line = Line("1", "细", categories=("02",), governance=("03", "0303"), unit="bei")
    assert line.fineness(Matter(category, governance)) == fineness


def test_line_of_a_unit_that_is_not_there_reaches_nowhere():
    assert Line("1", "无", categories=("02",), unit="gone").units_at(TREE, ELM) == ()


def test_line_for_a_unit_is_that_by_which_it_leads():
    matter = Matter("02", "0201")
    assert LINES.line_for(TREE, matter, ELM, ELM) == VILLAGE
    assert LINES.line_for(TREE, matter, ELM, OAK) is None
    assert LINES.line_for(TREE, matter, ELM, LABOUR) is None


def test_line_is_found_by_its_code():
    assert (LINES.line("5"), LINES.line("6"), ResponsibilityList().line("1")) == (HELPS, None, None)


@pytest.mark.parametrize(
    ("unit", "place", "answer"),
    [(LABOUR, OAK, True), (POLICE, ELM, True), (POLICE, OAK, False), (NORTH, ELM, True), (ELM, NORTH, False)],
)
def test_unit_answers_in_its_own_area(unit, place, answer):
    assert answers_at(TREE, TREE.unit(unit), place) is answer


def test_department_that_belongs_to_no_area_answers_for_itself():
    tree = Tree([Node(1, "zhi", "直属所", kind="police"), Node(2, "ban", "值班室", kind="police", parent=1)])
    assert (answers_at(tree, tree.unit(1), 2), answers_at(tree, tree.unit(2), 1)) == (True, False)


def test_two_lines_of_one_matter_and_place_clash_once():
    other = Line("6", "乡", categories=("02", "07"), kind="area", level="township")
    found = list(
        ResponsibilityList(1, lines=(*LINES.lines, other)).clashes(
            TREE, [Matter("02", "0201"), Matter("02", "0299"), Matter("07", "0901")]
        )
    )
    assert [(one.first.code, one.second.code, one.place.code) for one in found] == [("1", "6", "yu")]
    assert [unit.code for unit in found[0].units] == ["yu", "bei"]
    assert found[0].matter == Matter("02", "0201")


def test_line_that_fits_two_departments_of_a_place_clashes_with_itself():
    tree = Tree([*TREE.nodes, Node(POLICE_2, "pai-2", "二所", kind="police", parent=NORTH)])
    found = list(LINES.clashes(tree, [Matter("06", "0302")]))
    assert [(one.first.code, one.second.code) for one in found] == [("2", "2")]
    lines = ResponsibilityList(1, lines=(FINE, POLICE_LINE))
    both = list(lines.clashes(tree, [Matter("06", "0303"), Matter("06", "0302")]))
    assert [(one.first.code, one.second.code) for one in both] == [("2", "2")]


def test_lines_of_one_matter_for_different_places_do_not_clash():
    lines = (Line("1", "北", categories=("02",), unit="bei"), Line("2", "南", categories=("02",), unit="nan"))
    assert list(ResponsibilityList(1, lines=lines).clashes(TREE, [Matter("02", "")])) == []


_LINES = st.lists(
    st.builds(
        lambda codes, unit: (tuple(codes), unit),
        st.lists(st.sampled_from(["02", "06", "11"]), min_size=1, max_size=3, unique=True),
        st.sampled_from([node.code for node in TREE.nodes]),
    ),
    max_size=6,
)


@given(_LINES)
def test_list_without_clashes_has_one_lead_at_most_everywhere(said):
    lines = tuple(Line(str(n), "x", categories=codes, unit=unit) for n, (codes, unit) in enumerate(said))
    found = ResponsibilityList(1, lines=lines)
    matters = [Matter(code, "") for code in ("02", "06", "11")]
    most = max(
        (
            len({node.id for _line, node in found.leads(TREE, matter, place.id)})
            for matter in matters
            for place in TREE.nodes
        ),
        default=0,
    )
    assert (most <= 1) is (list(found.clashes(TREE, matters)) == [])
