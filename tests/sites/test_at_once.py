"""A site that is wrong in several places: each place is told, whatever else is wrong, and nothing that only follows from it."""

from datetime import date
from itertools import combinations

import pytest

from mediation.founding import inspect
from mediation.sites.folder import survey_site
from mediation.sites.rolls import without_hearsay
from mediation.sites.routing_checks import misnamed
from tests.sites.conftest import COMMITTEES, PEOPLE, SITE, UNITS

DAY = date(2026, 3, 2)
FURTHER = {
    "duty.yaml": """\
format: 1
presence: [{unit: gang, at: hu, mode: on_call, answer: {hours: 2, article: 示例规定}}]
desks: [{key: hall, title: 接待厅, unit: hu, begins: 2026-03-02, shifts: [[zhang], [wang]]}]
""",
    "supervision.yaml": """\
format: 1
supervisors: {units: [{unit: dui, by: hu}]}
week: {units: [hu]}
abbreviations: {gang: 港}
""",
    "responsibilities.yaml": """\
format: 1
version: 1
in_force_from: 2026-01-01
lines: [{code: '1', text: 港里的由港办理, categories: ['99'], unit: gang}]
""",
    "routing.yaml": """\
format: 1
hit_policy: first
rules:
  - {id: port, because: 港里的, when: {place: [dui]}, then: {level: harbour}}
  - {id: rest, because: 其余的, then: {unit: gang}}
""",
}
NAMES = {
    "post": ("people.csv", "港长,gang", "港长,nowhere", "单位代码"),
    "contact": ("people.csv", "2024-01-01,gang", "2024-01-01,nowhere", "联系单位"),
    "superior": ("units.csv", "boat,gang", "boat,nowhere", "上级"),
    "committee": ("committees.yaml", "unit: gang", "unit: nowhere", "committees[0].unit"),
    "member": ("committees.yaml", "person: li", "person: nobody", "committees[0].members[2].person"),
    "present": ("duty.yaml", "unit: gang", "unit: nowhere", "presence[0].unit"),
    "shift": ("duty.yaml", "[wang]", "[nobody]", "desks[0].shifts[1][0]"),
    "supervised": ("supervision.yaml", "unit: dui", "unit: nowhere", "supervisors.units[0].unit"),
    "supervises": ("supervision.yaml", "by: hu", "by: dui", "supervisors.units[0].by"),
    "line": ("responsibilities.yaml", "unit: gang", "unit: nowhere", "lines[0].unit"),
    "rule": ("routing.yaml", "unit: gang", "unit: nowhere", "rules[1].then.unit"),
    "place": ("routing.yaml", "place: [dui]", "place: [nowhere]", "rules[0].when.place[0]"),
}
"""Files that name something that is not there: file, right, wrong, key."""
CELLS = {
    "kind": ("units.csv", "示例渔港,area", "示例渔港,sea", "种类"),
    "day": ("units.csv", "12,2024-01-01", "12,2024-02-30", "生效日期"),
    "households": ("units.csv", ",12,", ",一打,", "户数"),
    "rank": ("units.csv", "area,boat", "area,lake", "层级"),
    "sex": ("people.csv", "王示,女", "王示,雌", "性别"),
    "begun": ("people.csv", "elder,船老大,船老大,dui,2024-01-01", "elder,船老大,船老大,dui,昨天", "任职日期"),
    "before": ("people.csv", "湖区主任,hu,2024-01-01", "湖区主任,hu,2023-01-01", "任职日期"),
    "chain": ("site.yaml", "working_days: 5", "working_days: 0", "chain[1].working_days"),
    "leader": ("site.yaml", "leader: fleet_elder", "leader: captain", "chain[0].leader"),
    "kept": ("site.yaml", "sample: true", "sample: true\nkeeping: {years: forever}", "keeping.years"),
    "seat": ("committees.yaml", "kind: township", "kind: no", "committees[0].kind"),
    "term": ("committees.yaml", "2027-12-31", "2030-12-31", "committees[0].term_to"),
    "roster": ("committees.yaml", "role: director", "role: member", "committees[0].members"),
    "wizard": ("duty.yaml", "mode: on_call", "mode: never", "presence[0].mode"),
    "matter": ("responsibilities.yaml", "'99'", "'88'", "lines[0].categories[0]"),
    "tier": ("routing.yaml", "unit: gang}", "unit: gang, tier: sky}", "rules[1].then.tier"),
}
"""Files that are wrong by themselves."""
FAULTS = NAMES | CELLS
SILENT = {("superior", "rank"): "rank", ("supervised", "supervises"): "supervises"}
"""Of two faults, the one that nobody can know of beside the other: what is below what, without knowing where one of them lies."""
UNIT_HEADINGS = UNITS.splitlines()[0].split(",")
PERSON_HEADINGS = PEOPLE.splitlines()[0].split(",")
REQUIRED = {
    "代码",
    "名称",
    "生效日期",
    "人员代码",
    "岗位代码",
    "岗位种类",
    "岗位名称",
    "单位代码",
    "任职日期",
}


def spoil(site, *names):
    """Put faults into the site; where they stand, none if they cannot stand beside one another."""
    places = []
    for file, right, wrong, key in (FAULTS[name] for name in names):
        text = (site / file).read_text(encoding="utf-8")
        if right not in text:
            return None
        (site / file).write_text(text.replace(right, wrong, 1), encoding="utf-8")
        places.append((file, key))
    return places


def told(site):
    """Where the site is wrong, its rules of routing too; each place as often as it is told."""
    found = survey_site(site, DAY)
    problems = list(found.unsifted)
    if found.routing is not None and found.names is not None:
        problems += misnamed(found.routing, found.routing_lines, found.names)
    return sorted((one.file, one.key) for one in without_hearsay(problems, found.rolls))


def write(folder, /, **changed):
    files = {
        "units.csv": UNITS,
        "people.csv": PEOPLE,
        "committees.yaml": COMMITTEES,
        "site.yaml": SITE,
        **FURTHER,
    }
    for name, text in files.items():
        (folder / name).write_text(changed.get(name.partition(".")[0], text), encoding="utf-8")


@pytest.fixture
def lake(site):
    write(site)
    return site


def test_the_site_is_right(lake):
    assert inspect(lake, DAY).problems == []


@pytest.mark.parametrize("name", FAULTS)
def test_of_one_fault_nothing_else_is_told(lake, name):
    assert spoil(lake, name) == told(lake)


@pytest.mark.parametrize("first", FAULTS)
def test_of_two_faults_both_are_told(lake, first):
    for one, other in combinations(FAULTS, 2):
        if first == one:
            write(lake)
            places = spoil(lake, one, other)
            if places is not None:
                silent = SILENT.get((one, other)) or SILENT.get((other, one))
                expected = [place for place, name in zip(places, (one, other), strict=True) if name != silent]
                assert (one, other, told(lake)) == (one, other, sorted(expected))


HANGS_ON = {
    ("units.csv", "代码"): {name for name, fault in NAMES.items() if name not in ("member", "shift")},
    ("units.csv", "上级"): {"superior"},
    ("people.csv", "人员代码"): {"member", "shift"},
    ("people.csv", "单位代码"): {"post"},
    ("people.csv", "联系单位"): {"contact"},
}
"""What nobody can know of without a column."""


@pytest.mark.parametrize(
    ("file", "heading"),
    [
        *(("units.csv", heading) for heading in UNIT_HEADINGS),
        *(("people.csv", heading) for heading in PERSON_HEADINGS),
    ],
)
def test_a_heading_that_is_wrong_hides_only_what_hangs_on_its_column(lake, file, heading):
    of_heading = [(file, "列")] + ([(file, heading)] if heading in REQUIRED else [])
    wrong = {"units": UNITS, "people": PEOPLE}[file.partition(".")[0]].replace(heading, "列", 1)
    write(lake, **{file.partition(".")[0]: wrong})
    assert told(lake) == sorted(of_heading)
    for name, fault in NAMES.items():
        write(lake, **{file.partition(".")[0]: wrong})
        assert spoil(lake, name)
        hidden = name in HANGS_ON.get((file, heading), ())
        assert (name, told(lake)) == (name, sorted([*of_heading, *([] if hidden else [fault[::3]])]))


@pytest.mark.parametrize(
    ("row", "spoilt"),
    [("gang,", "ga ng,"), ("gang,", ","), ("gang,", "5.9E+14,"), ("dui,", "gang,"), ("hu,", "hú,")],
)
def test_what_names_a_unit_whose_own_code_cannot_be_read_is_not_told(lake, row, spoilt):
    write(lake, units=UNITS.replace(f"\n{row}", f"\n{spoilt}"))
    assert told(lake) == [("units.csv", "代码")]


def test_a_code_unlike_what_stands_in_the_row_or_one_too_many_is_told(lake):
    units = UNITS.replace("\ngang,", "\nga ng,")
    write(lake, units=units)
    spoil(lake, "committee")
    assert told(lake) == [("committees.yaml", "committees[0].unit"), ("units.csv", "代码")]
    write(lake, units=UNITS.replace("\ngang,", "\n,"))
    spoil(lake, "committee")
    assert ("committees.yaml", "committees[0].unit") in told(lake)


@pytest.mark.parametrize("spoilt", ["li x", ""])
def test_what_names_somebody_whose_own_code_cannot_be_read_is_not_told(lake, spoilt):
    write(lake, people=PEOPLE.replace("\nli,", f"\n{spoilt},"))
    assert told(lake) == [("people.csv", "人员代码")]
    spoil(lake, "shift")
    assert ("duty.yaml", "desks[0].shifts[1][0]") in told(lake)


def test_a_row_whose_code_cannot_be_read_is_judged_all_the_same(lake):
    write(
        lake,
        people=PEOPLE.replace("\nli,李示,男,汉族,elder,船老大", "\nl i,李示,男,汉族,elder,船长").replace(
            "船老大,dui,", "船老大,nowhere,"
        ),
        units=UNITS.replace("\ndui,示例船队,area", "\nd ui,示例船队,sea").replace(
            ",12,2024-01-01", ",一打,2024-02-30"
        ),
    )
    assert told(lake) == [
        *(("people.csv", key) for key in ("人员代码", "单位代码", "岗位种类")),
        *(("units.csv", key) for key in ("代码", "户数", "生效日期", "种类")),
    ]


def test_a_cell_that_is_wrong_is_told_once(lake):
    write(
        lake,
        units=UNITS.replace("area,boat,gang", "area,boat,ga ng"),
        people=PEOPLE.replace("王示", "王" * 41, 1).replace("\nwang,,", "\nwang,王示,"),
    )
    assert told(lake) == [("people.csv", "姓名"), ("units.csv", "上级")]


@pytest.mark.parametrize(
    ("cells", "spoilt"),
    [
        ("590300100000001,12", "59030010000000,12"),  # the grid's own code
        ("hu,590300100000,", "hu,5903001,"),  # the place above
        ("harbour,hu", "harbour,h u"),  # the place of the unit above
        ("harbour,hu", "harbour,"),
        ("area,,zu", "area,,z u"),
        ("area,,zu", "area,,"),
        ("area,,zu", "area,,nowhere"),
        ("2024-12-31", "2024-12-32"),
    ],
)
def test_of_units_below_one_that_cannot_be_read_nothing_is_told(lake, cells, spoilt):
    """Codes and contacts below are right, and would only not fit what cannot be read."""
    deeper = (
        UNITS
        + "zu,示例小组,area,,dui,,59030010000000101,12,2024-01-01,,\n"
        + "hang,示例行,area,,zu,,5903001000000010101,12,2024-01-01,,\n"
        + "wan,示例旧湾,area,,hu,590300200000,,,2024-01-01,2024-12-31,\n"
        + "bin,示例滨,area,,hu,590300200000,,,2025-01-01,,\n"
    )
    write(lake, units=deeper)
    assert told(lake) == []
    write(lake, units=deeper.replace(cells, spoilt, 1))
    [(file, _key)] = told(lake)
    assert file == "units.csv"


def test_the_topmost_unit_is_not_blamed_for_one_above_it_whose_superior_cannot_be_read(lake):
    head, top, *others = UNITS.splitlines(keepends=True)
    write(lake, units="".join([head, *others, top]).replace("harbour,hu", "harbour,h u"))
    assert told(lake) == [("units.csv", "上级")]


CLASHING = """\
format: 1
version: 1
in_force_from: 2026-01-01
lines:
  - {code: '1', text: 港里的由港办理, categories: ['99'], unit: gang}
  - {code: '2', text: 船队的由船队办理, categories: ['99'], unit: dui}
"""


@pytest.mark.parametrize(("name", "is_told"), [("households", True), ("day", False), ("kind", False)])
def test_lines_that_clash_are_told_unless_it_is_not_known_how_units_lie(lake, name, is_told):
    write(lake, responsibilities=CLASHING)
    assert told(lake) == [("responsibilities.yaml", "lines[1]")]
    write(lake, responsibilities=CLASHING)
    [place] = spoil(lake, name)
    assert told(lake) == [*([("responsibilities.yaml", "lines[1]")] if is_told else []), place]


def test_who_may_hold_a_post_in_a_row_that_cannot_be_read_is_not_told_to_hold_none(lake):
    ended = PEOPLE.replace("岗位代码,", "岗位代码,任期届满,").replace(
        ",leader,unit_leader,湖区主任", ",leader,2025-01-01,unit_leader,湖区主任"
    )
    ended = (
        ended.replace(",leader,unit_leader,港长", ",leader,,unit_leader,港长")
        .replace(",mediator,mediator,", ",mediator,,mediator,")
        .replace(",elder,船老大,", ",elder,,船老大,")
    )
    write(lake, people=ended)
    assert told(lake) == [("duty.yaml", "desks[0].shifts[0][0]")]
    for name, is_told in (("张示", False), ("", False), ("赵示", True)):
        further = f"zhang 2,{name or '赵示'},男,汉族,second,,unit_leader,副主任,hu,2024-01-01,\n"
        write(lake, people=ended + (further if name else further.replace("赵示", "")))
        assert (("duty.yaml", "desks[0].shifts[0][0]") in told(lake)) == is_told


def test_a_level_without_a_key_beside_one_given_twice_is_told(lake):
    write(lake, site=SITE.replace("{key: harbour, ", "{key: boat, ").replace("{key: lake, ", "{"))
    assert told(lake) == [("site.yaml", "chain[1].key"), ("site.yaml", "chain[2].key")]


TERMS = """\
人员代码,姓名,性别,民族,岗位代码,岗位种类,岗位名称,单位代码,任职日期,任期届满,联系单位
zhang,张示,男,汉族,leader,unit_leader,湖区主任,hu,2024-01-01,,gang
wang,王示,女,汉族,leader,unit_leader,港长,gang,2024-01-01,,
wang,,,,mediator,mediator,调解员,gang,2024-01-01,,
li,李示,男,汉族,elder,船老大,船老大,dui,2024-01-01,,dui
"""


def test_a_post_at_a_unit_that_is_not_there_hides_nothing_else_of_its_row(lake):
    row = "zhao,赵示,男,汉族,mediator,mediator,调解员,nowhere,2027-01-01,2025-12-31,gang;nothing\n"
    write(lake, people=TERMS + row)
    assert told(lake) == [("people.csv", key) for key in ("任期届满", "单位代码", "联系单位")]


def test_a_post_code_that_stands_twice_hides_nothing_else_of_its_row(lake):
    row = "wang,,,,mediator,captain,调解员,nowhere,2027-01-01,2025-12-31,gang;nothing\n"
    write(lake, people=TERMS + row)
    keys = ("任期届满", "单位代码", "岗位代码", "岗位种类", "联系单位")
    assert told(lake) == [("people.csv", key) for key in keys]


def test_a_unit_that_stands_twice_in_a_cell_is_told_once(lake):
    write(lake, people=TERMS.replace(",,gang\n", ",,gang；dui gang gang\n"))
    [problem] = survey_site(lake, DAY).problems
    assert str(problem) == "people.csv:2 联系单位: gang 出现两次"
    write(lake, people=TERMS.replace(",,gang\n", ",,nowhere;nowhere\n"))
    assert told(lake) == [("people.csv", "联系单位")] * 2


SECOND = "dui,示例二队,{kind},{level},{above},{place},{grid},{households},{begins},{ends},{successor}\n"
RIGHT_SECOND = {
    "kind": "area",
    "level": "boat",
    "above": "gang",
    "place": "",
    "grid": "590300100000002",
    "households": "12",
    "begins": "2024-01-01",
    "ends": "",
    "successor": "",
}
ROW_FAULTS = [
    ({"kind": "sea"}, "种类"),
    ({"level": "shore"}, "层级"),
    ({"level": "lake"}, "层级"),
    ({"place": "590400000000", "grid": ""}, "区划代码"),
    ({"place": "590300100000"}, "区划代码"),
    ({"grid": "590300200000001"}, "网格编码"),
    ({"households": "一打"}, "户数"),
    ({"begins": "2023-01-01"}, "生效日期"),
    ({"ends": "2023-12-31"}, "失效日期"),
    ({"successor": "gang"}, "失效日期"),
]


@pytest.mark.parametrize("code", ["dui", "d ui", ""])
@pytest.mark.parametrize(("wrong", "key"), ROW_FAULTS)
def test_a_unit_code_that_stands_twice_or_cannot_be_read_hides_nothing_else_of_its_row(
    lake, code, wrong, key
):
    row = SECOND.format(**RIGHT_SECOND | wrong).replace("dui", code, 1)
    third = "san,示例三队,area,boat,gang,,590300100000003,12,2024-01-01,,\n"
    write(lake, units=UNITS + row + third)
    assert told(lake) == sorted([("units.csv", "代码"), ("units.csv", key)])
    numbered = SECOND.format(**RIGHT_SECOND | {"grid": "590300100000003"}).replace("dui", code, 1)
    write(lake, units=UNITS + numbered + third)
    assert told(lake) == [("units.csv", "代码"), ("units.csv", "网格编码")]
    assert (
        survey_site(lake, DAY).problems[-1].message == f"与单位 {code if code == 'dui' else '示例二队'} 重复"
    )


@pytest.mark.parametrize("line", [1, 2, 3])
def test_of_a_line_that_stands_twice_only_its_code_is_told(lake, line):
    lines = UNITS.splitlines(keepends=True)
    write(lake, units="".join(lines) + lines[line])
    assert told(lake) == [("units.csv", "代码")]


def test_of_what_lies_below_a_code_that_two_units_have_nothing_is_told(lake):
    """Nobody knows below which of them."""
    other = "gang,示例旧湾,area,,hu,590300200000,,,2025-01-01,2025-12-31,\n"
    head, top, *others = UNITS.splitlines(keepends=True)
    write(lake, units="".join([head, top, other, *others]))
    assert told(lake) == [("units.csv", "代码")]


def test_a_second_unit_without_one_above_is_told_though_its_code_cannot_be_read(lake):
    head, top, *others = UNITS.splitlines(keepends=True)
    write(lake, units=UNITS + "wa n,示例湾,area,,,590300200000,,,2024-01-01,,\n")
    assert told(lake) == [("units.csv", "上级"), ("units.csv", "代码")]
    write(lake, units="".join([head, top.replace("hu,", "h u,"), *others]))
    assert told(lake) == [("units.csv", "代码")]
