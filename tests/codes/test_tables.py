"""Lists of codes: what is shipped, and what a site may put in its place."""

from datetime import date
from pathlib import Path

import pytest

from mediation import codes
from mediation.codes.tables import survey
from mediation.errors import NotFound, SiteError

SHIPPED = codes.load()


def write(site: Path, name: str, text: str) -> Path:
    (site / "codes").mkdir(exist_ok=True)
    (site / "codes" / f"{name}.yaml").write_text(text)
    return site


def problems(site):
    with pytest.raises(SiteError) as caught:
        codes.load(site)
    return [(one.file, one.line, one.key, one.message) for one in caught.value.problems]


def test_both_category_systems_are_whole():
    judicial = SHIPPED.entries("judicial_categories")
    governance = SHIPPED.entries("governance_categories")
    assert [entry.code for entry in judicial] == [f"{number:02d}" for number in range(1, 18)] + ["99"]
    assert len([entry for entry in governance if entry.parent is None]) == 17
    assert len([entry for entry in governance if entry.parent]) == 78
    known = {entry.code for entry in judicial}
    assert {SHIPPED.judicial_of(entry.code) for entry in governance} <= known


@pytest.mark.parametrize(
    ("governance", "judicial"),
    [
        ("0102", "01"), ("0204", None), ("0299", "02"), ("0402", "17"), ("0502", "15"), ("0503", "16"), ("0504", "09"),
        ("0601", "14"), ("0701", "11"), ("0901", "07"), ("0902", "03"), ("0903", "07"), ("1102", "08"), ("02", "02"),
        ("04", "99"), ("99", "99"),
    ],
)  # fmt: skip
def test_governance_categories_map_to_judicial_ones(governance, judicial):
    if judicial is None:
        with pytest.raises(NotFound):
            SHIPPED.judicial_of(governance)
    else:
        assert SHIPPED.judicial_of(governance) == judicial


def test_classes_11_to_16_are_mostly_not_mediated():
    routed = {entry.code[:2] for entry in SHIPPED.entries("governance_categories") if not entry.for_mediation}
    assert routed == {"11", "12", "13", "14", "15", "16"}
    assert SHIPPED.is_not_for_mediation("1501")
    assert not SHIPPED.is_not_for_mediation("0101")
    assert not SHIPPED.is_not_for_mediation("7777")


def test_every_source_has_its_heading_in_the_statistics():
    assert {entry.group for entry in SHIPPED.entries("sources")} == {"applied", "own_initiative", "referred"}


def test_kinds_of_post_act_as_known_kinds():
    kinds = {entry.code for entry in SHIPPED.entries("post_kinds")}
    assert {kind for entry in SHIPPED.entries("post_kinds") for kind in entry.acts_as} <= kinds


def test_a_code_is_chosen_only_within_its_validity():
    assert SHIPPED.is_known("judicial_categories", "12")
    assert not SHIPPED.on(date(2014, 12, 31)).is_known("judicial_categories", "12")
    assert SHIPPED.on(date(2014, 12, 31)).title("judicial_categories", "12") == "旅游"
    assert SHIPPED.on(date(2015, 1, 1)).is_known("judicial_categories", "12")
    then, now = (SHIPPED.on(date(year, 1, 1)).entries("judicial_categories") for year in (2014, 2015))
    assert {entry.code for entry in now} - {entry.code for entry in then} >= {"12"}


def test_an_unknown_code_is_answered_with_what_could_be_chosen():
    assert SHIPPED.fault("risks", "low") is None
    assert SHIPPED.fault("risks", "huge") == "风险等级里没有可用的代码 huge；可用：low 低、medium 中、high 高"
    with pytest.raises(NotFound, match=r"^没有名为 nothing 的代码表$"):
        SHIPPED.title("nothing", "x")
    with pytest.raises(NotFound, match=r"^风险等级里没有代码 huge$"):
        SHIPPED.title("risks", "huge")


def test_a_site_replaces_a_list_adds_to_one_and_brings_its_own(tmp_path):
    head = "title: 测试\nversion: 2\nvalid_from: 2026-01-01\n"
    write(tmp_path, "routes", f"name: routes\n{head}codes:\n  - {{code: court, title: 去法院}}\n")
    write(
        tmp_path,
        "sources",
        f"name: sources\n{head}extends: true\ncodes:\n  - {{code: radio, title: 广播来电, group: applied}}\n",
    )
    write(
        tmp_path,
        "festivals",
        f"name: festivals\n{head}codes:\n  - {{code: 01, title: 火把节}}\n  - {{code: 7, title: 七}}\n",
    )
    loaded = codes.load(tmp_path)
    assert [entry.title for entry in loaded.entries("routes")] == ["去法院"]
    assert len(loaded.entries("sources")) == len(SHIPPED.entries("sources")) + 1
    assert [(entry.code, entry.title) for entry in loaded.entries("festivals")] == [
        ("01", "火把节"),
        ("7", "七"),
    ]
    write(tmp_path, "festivals", f"name: festivals\n{head}codes:\n  - {{code: true, title: 火把节}}\n")
    assert [key for _file, _line, key, _message in problems(tmp_path)] == ["codes[0].code"]


def test_a_list_is_refused_with_all_its_problems(tmp_path):
    write(
        tmp_path,
        "routes",
        "name: ways\ntitle: 测试\nversion: 1\nvalid_from: 2026-01-01\ncodes:\n"
        "  - {code: a, title: 甲}\n  - {code: a, title: 乙}\n"
        "  - {code: b, title: 丙, parent: z, valid_from: 2026-02-01, valid_to: 2026-01-01}\n",
    )
    write(tmp_path, "risks", "name: risks\ntitle: 风险\nversion: one\nvalid_from: 2026-02-30\ncodes: []\n")
    write(
        tmp_path,
        "tiers",
        "name: tiers\ntitle: 难易\nversion: 1\nvalid_from: 2026-01-01\ncodes:\n  - {code: simple, title: 易}\n",
    )
    assert problems(tmp_path) == [
        ("codes/risks.yaml", 3, "version", "应当是整数；现在写的是 “one”"),
        ("codes/risks.yaml", 4, "valid_from", "日期 2026-02-30 不存在"),
        ("codes/risks.yaml", 5, "codes", "至少要有 1 项"),
        ("codes/routes.yaml", 1, "name", "name 应当与文件名相同：routes"),
        ("codes/routes.yaml", 7, "codes[1]", "代码 a 出现两次"),
        ("codes/routes.yaml", 8, "codes[2]", "上级代码 z 不在表里"),
        ("codes/routes.yaml", 8, "codes[2]", "失效日期早于生效日期"),
        ("codes/tiers.yaml", None, "codes", "程序要用的代码不能去掉：ordinary、complex"),
    ]


def test_parent_of_what_a_site_adds_stands_in_its_own_list_or_the_shipped_one(tmp_path):
    head = "name: sources\ntitle: 来源\nversion: 2\nvalid_from: 2026-01-01\nextends: true\ncodes:\n"
    write(
        tmp_path,
        "sources",
        f"{head}  - {{code: a, title: 甲, parent: police_referral}}\n  - {{code: b, title: 乙, parent: a}}\n"
        "  - {code: c, title: 丙, parent: polic_referral}\n",
    )
    assert problems(tmp_path) == [("codes/sources.yaml", 9, "codes[2]", "上级代码 polic_referral 不在表里")]
    write(tmp_path, "ways", head.replace("sources", "ways") + "  - {code: a, title: 甲, parent: visit}\n")
    assert problems(tmp_path)[1:] == [("codes/ways.yaml", 7, "codes[0]", "上级代码 visit 不在表里")]


def test_what_cannot_be_read_in_a_list_hides_nothing_of_the_rest(tmp_path):
    write(
        tmp_path,
        "routes",
        "title: 测试\nname: ways\nversion: zwei\nvalid_from: 2026-01-01\ncodes:\n"
        "  - {code: x}\n  - {code: a, title: 甲}\n  - {code: a, title: 乙}\n"
        "  - {code: b, title: 丙, parent: z, valid_from: 2026-02-01, valid_to: 2026-01-01}\n",
    )
    assert sorted(problems(tmp_path)) == [
        ("codes/routes.yaml", 2, "name", "name 应当与文件名相同：routes"),
        ("codes/routes.yaml", 3, "version", "应当是整数；现在写的是 “zwei”"),
        ("codes/routes.yaml", 6, "codes[0].title", "缺少这一项"),
        ("codes/routes.yaml", 8, "codes[2]", "代码 a 出现两次"),
        ("codes/routes.yaml", 9, "codes[3]", "上级代码 z 不在表里"),
        ("codes/routes.yaml", 9, "codes[3]", "失效日期早于生效日期"),
    ]


ONE_DAY = "{code: fire, title: 火把节, valid_from: 2026-02-01, valid_to: 2026-02-01}"


def test_a_code_may_be_valid_for_one_day(tmp_path):
    head = "name: festivals\ntitle: 节日\nversion: 1\nvalid_from: 2026-01-01\n"
    loaded = codes.load(write(tmp_path, "festivals", f"{head}codes:\n  - {ONE_DAY}\n"))
    days = [date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 2)]
    assert [loaded.on(day).is_known("festivals", "fire") for day in days] == [False, True, False]


def test_what_a_list_lacks_is_told_only_where_the_list_is_wholly_known(tmp_path):
    """A site's own file with a fault in it may mean to have the code; the other lists are judged as ever."""
    write(tmp_path, "routes", "name: routes\ntitle: 途径\nversion: 1\nvalid_from: 2026-01-01\ncodes: []\n")
    write(tmp_path, "sources", f"name: sources\n{ADDED}codes:\n  - {{code: radio, title: 广播来电}}\n")
    found, wrong = survey(tmp_path)
    assert [problem.file for problem in wrong] == ["codes/routes.yaml"]
    for lists in (found, found.on(date(2026, 3, 2))):
        faults = {name: lists.fault(name, "moon") is not None for name in ("routes", "sources", "risks")}
        assert faults == {"routes": False, "sources": True, "risks": True}
    assert found.doubting("risks").fault("risks", "moon") is None


ADDED = "title: 来源\nversion: 2\nvalid_from: 2026-01-01\nextends: true\n"


def test_a_list_that_a_site_adds_to_stays_as_fixed_as_it_was(tmp_path):
    for name, is_fixed in (("tiers", True), ("routes", False)):
        assert SHIPPED.lists[name].fixed is is_fixed
        write(tmp_path, name, f"name: {name}\n{ADDED}codes:\n  - {{code: more, title: 更多}}\n")
        assert codes.load(tmp_path).lists[name].fixed is is_fixed


def test_a_refused_code_is_answered_with_no_more_than_thirty(tmp_path):
    rows = "".join(f"  - {{code: c{number}, title: 节{number}}}\n" for number in range(1, 32))
    head = "name: festivals\ntitle: 节日\nversion: 1\nvalid_from: 2026-01-01\n"
    told = codes.load(write(tmp_path, "festivals", f"{head}codes:\n{rows}")).fault("festivals", "moon")
    assert told is not None
    assert (told.count("节") - 1, told.endswith("c30 节30")) == (30, True)


def test_a_class_maps_to_what_all_below_it_map_to(tmp_path):
    """A class goes by its categories if all say the same; what maps to nothing maps to the rest."""
    rows = (
        *("{code: '01', title: 甲}", "{code: '0101', title: 甲一, parent: '01', judicial: '05'}"),
        *("{code: '02', title: 乙}", "{code: '0201', title: 乙一, parent: '02'}"),
        *(
            "{code: '0202', title: 乙二, parent: '02', judicial: '05'}",
            "{code: '03', title: 丙, judicial: '06'}",
        ),
    )
    head = "name: governance_categories\ntitle: 类别\nversion: 2\nvalid_from: 2026-01-01\ncodes:\n"
    text = head + "".join(f"  - {row}\n" for row in rows)
    found = codes.load(write(tmp_path, "governance_categories", text))
    mapped = {code: found.judicial_of(code) for code in ("01", "02", "03", "0101", "0201", "0202")}
    assert mapped == {"01": "05", "02": "99", "03": "06", "0101": "05", "0201": "99", "0202": "05"}


def test_the_last_day_of_a_code_belongs_to_it(tmp_path):
    write(
        tmp_path,
        "festivals",
        "name: festivals\ntitle: 节日\nversion: 1\nvalid_from: 2026-01-01\n"
        "codes:\n  - {code: fire, title: 火把节, valid_from: 2026-02-01, valid_to: 2026-03-01}\n",
    )
    loaded = codes.load(tmp_path)
    days = [date(2026, 1, 31), date(2026, 2, 1), date(2026, 3, 1), date(2026, 3, 2)]
    assert [loaded.on(day).is_known("festivals", "fire") for day in days] == [False, True, True, False]
