"""A site folder: sound ones load as they are, broken ones are told all that is wrong."""

import re
from copy import deepcopy
from datetime import date
from pathlib import Path

import pytest
import yaml

from mediation.errors import SiteError
from mediation.founding import inspect
from mediation.people import queries as people
from mediation.sites.applying import apply_site
from mediation.sites.folder import read_site
from mediation.units import queries as units

ESHAN = Path(__file__).parents[2] / "examples" / "eshan"
DAY = date(2026, 3, 2)
JUDICIAL = (
    "司法行政纠纷类别(18 类)里没有可用的代码 {}；可用：01 婚姻家庭、02 邻里、03 房屋宅基地、04 合同、05 生产经营、06 损害赔偿、07 山林土地、"
    "08 征地拆迁、09 环境污染、10 拖欠农民工工资、11 其他劳动争议、12 旅游、13 电子商务、14 其他消费、15 医疗、16 道路交通事故、17 物业、99 其他"
)


def edit(site, file, *changes):
    path = site / file
    text = path.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text)


def told(site):
    with pytest.raises(SiteError) as caught:
        read_site(site, DAY)
    return [(one.file, one.line, one.key, one.message) for one in caught.value.problems]


def test_three_levels_of_other_names_need_no_code(site, database, clock):
    found = read_site(site, DAY)
    assert [(level.key, level.name) for level in found.chain] == [
        ("boat", "船队"),
        ("harbour", "渔港"),
        ("lake", "湖区"),
    ]
    assert (found.notes, found.warnings) == ((), ())
    with database.writing() as session:
        apply_site(session, found, clock.now())
    with database.reading() as session:
        tree, chain = units.load_tree(session, DAY), units.load_chain(session)
        assert tree.above(tree.by_code("dui").id, chain).code == "gang"
        elder = people.actor_from_text(session, "li", DAY)
        assert elder.counts_as == {"fleet_elder", "grid_worker", "unit_leader"}
        assert units.competent_committee(session, elder.unit_id, DAY).code == "gang-tw"


def test_sheets_from_chinese_excel_are_read_and_said_so(site):
    for name in ("units.csv", "people.csv"):
        text = (site / name).read_text(encoding="utf-8").replace("\n", "\r\n")
        (site / name).write_bytes(text.encode("gb18030"))
    found = read_site(site, DAY)
    assert [(note.file, note.message) for note in found.notes] == [
        ("units.csv", "文件是 GB18030 编码（中文 Excel 的写法），已按此读取"),
        ("people.csv", "文件是 GB18030 编码（中文 Excel 的写法），已按此读取"),
    ]
    assert found.units[0].node.name == "示例湖区"


def test_problems_of_all_files_come_at_once(site):
    edit(
        site,
        "site.yaml",
        ("leader: fleet_elder", "leader: captain"),
        ("name: 湖区}", "name: 湖区, court: no\n  , moon: 1}"),
    )
    edit(site, "units.csv", ("12,2024-01-01", "一打,2024-02-30"))
    assert told(site) == [
        ("site.yaml", 6, "place.moon", "没有这个键；请检查拼写"),
        ("site.yaml", 8, "chain[0].leader", "不认识的岗位种类 captain；应为 "
         + "、".join(sorted(read_site(ESHAN, DAY).post_kinds.codes - {"red_grid_leader", "village_police"} | {"fleet_elder"}))
         + " 之一"),
        ("units.csv", 4, "户数", "应当是整数；现在写的是 “一打”"),
        ("units.csv", 4, "生效日期", "日期 2024-02-30 不存在"),
    ]  # fmt: skip
    edit(site, "site.yaml", ("moon: 1", ""), ("court: no\n  , }", "court: no}"))
    edit(site, "people.csv", ("湖区主任,hu", "湖区主任,haidi"), ("elder,船老大", "elder,船长"))
    edit(
        site,
        "committees.yaml",
        ("person: li", "person: nobody"),
        ("unit: gang", "unit: sea"),
        ("2027-12-31", "2030-12-31"),
    )
    assert told(site) == [
        ("committees.yaml", 7, "committees[0].unit", "没有代码为 sea 的单位"),
        ("committees.yaml", 9, "committees[0].term_to", "任期三年（人民调解法第九条），应不晚于 2027-12-31"),
        ("committees.yaml", 13, "committees[0].members[2].person", "people.csv 里没有 nobody"),
        ("people.csv", 2, "单位代码", "没有代码为 haidi 的单位"),
        ("people.csv", 5, "岗位种类", "不认识的岗位种类 船长；应为 "
         + "、".join(sorted(read_site(ESHAN, DAY).post_kinds.codes - {"red_grid_leader", "village_police"} | {"fleet_elder"}))
         + " 之一"),
        ("site.yaml", 7, "chain[0].leader", "不认识的岗位种类 captain；应为 "
         + "、".join(sorted(read_site(ESHAN, DAY).post_kinds.codes - {"red_grid_leader", "village_police"} | {"fleet_elder"}))
         + " 之一"),
        ("units.csv", 4, "户数", "应当是整数；现在写的是 “一打”"),
        ("units.csv", 4, "生效日期", "日期 2024-02-30 不存在"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("site.yaml", "format: 1", "format: 2", ("site.yaml", 1, "format", "应当是 1 之一；现在写的是 2")),
        ("site.yaml", "name: lake\n", "name: lake\nname: sea\n", ("site.yaml", 3, "name", "这个键写了两次（第一次在第2行）")),
        ("site.yaml", "sample: true", "sample: no", ("site.yaml", 4, "sample", "应当是 true 或 false；现在写的是 “no”")),
        ("site.yaml", "key: harbour", "key: boat", ("site.yaml", 8, "chain[1].key", "boat 已用在第1级")),
        ("site.yaml", "working_days: 5", "working_days: 0", ("site.yaml", 8, "chain[1].working_days", "应当大于 0；现在写的是 0")),
        ("site.yaml", "acts_as: [grid_worker", "acts_as: [os.system", ("site.yaml", 11, "post_kinds[0].acts_as[0]",
         "写法不对，应当符合 ^[a-z][a-z0-9_]{0,39}$；现在写的是 “os.system”")),
        ("site.yaml", "sample: true", "numbers: {case: '{yyyy}{abbreviation}{n.real}'}", ("site.yaml", 4, "numbers.case",
         "编号格式里只能用 {yyyy}、{abbreviation}、{n}")),
        ("site.yaml", "sample: true", "limits: {mediation: {days: 3, months: 1, article: x}}", ("site.yaml", 4, "limits.mediation",
         "minutes、hours、days、working_days、months 要写、而且只能写一个")),
        ("site.yaml", "sample: true", "limits: {states: {ordinary.asleep: {days: 3, article: x}}}", ("site.yaml", 4, "limits.states.ordinary.asleep",
         "没有这个流程状态；应写成 流程.状态，如 ordinary.dispatched")),
        ("site.yaml", "sample: true", "micro_grid: {fewest: 9, most: 3}", ("site.yaml", 4, "micro_grid", "most 不能小于 fewest")),
        ("site.yaml", "sample: true", "keeping: {years: 5, categories: {'77': 30}}", ("site.yaml", 4, "keeping.categories.77",
         JUDICIAL.format(77))),
        ("site.yaml", "sample: true", "keeping: {years: forever}", ("site.yaml", 4, "keeping.years",
         "应当是 0 至 200 的整年数，或者 permanent")),
        ("units.csv", "dui,示例船队,area,boat,gang", "dui,示例船队,area,boat,nirgends", ("units.csv", 4, "上级", "没有代码为 nirgends 的单位")),
        ("units.csv", "dui,", "gang,", ("units.csv", 4, "代码", "代码 gang 已在第3行")),
        ("units.csv", "590300100000001", "5.903E+14", ("units.csv", 4, "网格编码", "5.903E+14 是 Excel 的科学记数，末几位已经丢失；请把该列设为文本后重填")),
        ("units.csv", "示例渔港,area,harbour", "示例渔港,area,boat", ("units.csv", 4, "层级", "层级“船队”应低于上级单位 gang 的层级“船队”")),
        ("people.csv", "wang,,,,mediator", "wang,王二,,,mediator", ("people.csv", 4, "姓名", "与同一人第3行写的 '王示' 不一致")),
        ("people.csv", "wang,,,,mediator", "wang,,,,leader", ("people.csv", 4, "岗位代码", "岗位代码 leader 已在第3行")),
        ("people.csv", "2024-01-01,gang", "2023-01-01,gang", ("people.csv", 2, "任职日期", "早于单位 hu 的生效日期 2024-01-01")),
        ("people.csv", "2024-01-01,dui", "2024-01-01,gang", ("people.csv", 5, "联系单位", "gang 不在岗位所在单位 dui 之下，不能联系")),
        ("committees.yaml", "role: director", "role: member", ("committees.yaml", 10, "committees[0].members", "应有一名主任（人民调解法第八条），现在是0名")),
        ("committees.yaml", "2025-01-01", "2025-13-01", ("committees.yaml", 8, "committees[0].term_from", "日期 2025-13-01 不存在")),
    ],
)  # fmt: skip
def test_one_thing_wrong_is_named_with_its_place(site, file, old, new, expected):
    edit(site, file, (old, new))
    assert expected in told(site)


def test_an_absent_folder_or_file_is_told(site, tmp_path):
    assert told(tmp_path / "none") == [(str(tmp_path / "none"), None, "", "没有这个文件夹")]
    (site / "committees.yaml").unlink()
    (site / "people.csv").unlink()
    assert told(site) == [
        ("committees.yaml", None, "", "没有这个文件"),
        ("people.csv", None, "", "没有这个文件"),
    ]


def test_units_in_a_ring_hide_nothing_that_is_wrong_with_posts(site):
    edit(site, "units.csv", ("dui,示例船队,area,boat,gang", "dui,示例船队,area,boat,dui"))
    edit(site, "people.csv", ("湖区主任,hu", "湖区主任,haidi"))
    assert told(site) == [
        ("people.csv", 2, "单位代码", "没有代码为 haidi 的单位"),
        ("units.csv", 4, "上级", "上级关系成了环：dui → dui"),
    ]


def test_what_should_be_put_right_is_warned_about(site):
    edit(site, "units.csv", ("001,12", "001,16"))
    edit(
        site,
        "people.csv",
        ("船老大,dui,2024-01-01,dui", "船老大,dui,2024-01-01,"),
        ("mediator,mediator", "mediator,recorder"),
    )
    edit(site, "committees.yaml", ("2025-01-01", "2023-04-01"), ("2027-12-31", "2026-03-31"))
    edit(site, "site.yaml", ("name: 湖区}", "name: 湖区, multi_ethnic: true}"))
    warned = [(one.file, one.line, one.key, one.message) for one in read_site(site, DAY).warnings]
    assert warned == [
        ("committees.yaml", 3, "gang-tw", "示例渔港人民调解委员会：多民族居住的地区应当有人数较少民族的成员（人民调解法第八条），名单里没有看到"),
        ("committees.yaml", 3, "gang-tw", "示例渔港人民调解委员会：任期将于 2026-03-31 届满，请准备换届"),
        ("committees.yaml", 3, "gang-tw", "示例渔港人民调解委员会：所在单位没有在任的调解员"),
        ("units.csv", 4, "", "示例船队：没有联系人（联村、联组、联片或联户）"),
        ("units.csv", 4, "户数", "示例船队：有16户，微网格应为10至15户"),
    ]  # fmt: skip


def test_the_example_is_sound_and_nothing_of_it_could_be_real():
    site = read_site(ESHAN, DAY)
    assert (site.notes, site.warnings) == ((), ())
    assert site.settings.sample
    assert all("示例" in committee.name for committee in site.committees)
    assert all("示例" in unit.node.name for unit in site.units)
    numbers = [unit.node.place_code or unit.node.grid_code for unit in site.units]
    assert {number[:2] for number in numbers if number} == {"59"}
    assert all(person.phone is None for person in site.people)
    grids = [unit.node for unit in site.units if unit.node.level == "household"]
    assert len(grids) == 12
    assert all(10 <= node.households <= 15 for node in grids)
    assert all(len(node.grid_code) == 17 for node in grids)
    for committee in site.committees:
        staffed = [
            post
            for person in site.people
            for post in person.posts
            if post.unit == committee.unit and site.post_kinds.counts_as(post.kind) & {"mediator", "recorder"}
        ]
        assert len(staffed) >= 3


@pytest.mark.parametrize("file", ["units.csv", "people.csv"])
def test_a_sheet_that_cannot_be_read_is_told_once_not_by_all_who_point_at_it(site, file):
    (site / file).write_bytes(b"")
    assert told(site) == [(file, 1, "", "文件是空的，第一行应为表头")]


def test_a_wrong_shape_of_the_settings_hides_none_of_their_names(site):
    """What is misnamed in the rest of the file is told at once, at its place in the file."""
    names = """\
written_required: {tiers: [complex, endless]}
keeping: {years: 5, categories: {'77': 30}}
limits: {states: {ordinary.asleep: {days: 3, article: x}}, mediation: {days: 3}}
numbers: {case: '{yyyy}{abbreviation}', notice: 7}
colour: red
"""
    edit(
        site,
        "site.yaml",
        ("sample: true\n", "sample: no\n" + names),
        ("acts_as: [grid_worker", "acts_as: [5, os.system"),
    )
    keys = [
        "sample",
        "written_required.tiers[1]",
        "keeping.categories.77",
        "limits.mediation.article",
        "limits.states.ordinary.asleep",
        "numbers.case",
        "numbers.notice",
        "colour",
        "post_kinds[0].acts_as[0]",
        "post_kinds[0].acts_as[1]",
    ]
    assert [(file, key) for file, _line, key, _message in told(site)] == [("site.yaml", key) for key in keys]


def test_of_a_level_that_cannot_be_read_nobody_is_told_that_it_is_missing(site):
    edit(
        site,
        "site.yaml",
        ("working_days: 5", "working_days: 0"),
        ("sample: true\n", "sample: true\nmicro_grid: {level: harbour}\n"),
    )
    assert [key for _file, _line, key, _message in told(site)] == ["chain[1].working_days"]


def test_a_name_twice_beside_a_level_that_cannot_be_read_is_told_at_its_place(site):
    path = site / "site.yaml"
    text = path.read_text(encoding="utf-8")
    first = next(line for line in text.splitlines() if line.lstrip().startswith("- {key: "))
    path.write_text(text.replace(first, f"  - {{key: none}}\n{first}\n{first}"), encoding="utf-8")
    doubled = [(key, message) for _file, _line, key, message in told(site) if "已用在" in message]
    assert [(key, message.split("第")[1]) for key, message in doubled] == [
        ("chain[2].key", "2级"),
        ("chain[2].name", "2级"),
    ]


def test_other_files_are_judged_when_the_settings_are_wrong(site):
    edit(site, "site.yaml", ("format: 1", "format: 2"))
    edit(site, "committees.yaml", ("unit: gang", "unit: nowhere"), ("kind: township", "kind: no"))
    edit(site, "people.csv", ("wang,王示,女", "wang,王示,雌"))
    assert [(file, line, key) for file, line, key, _message in told(site)] == [
        ("committees.yaml", 6, "committees[0].kind"),
        ("committees.yaml", 7, "committees[0].unit"),
        ("people.csv", 3, "性别"),
        ("site.yaml", 1, "format"),
    ]


WRONG_ITEMS = {
    ("committees.yaml", "committees"): (
        ["code", "name", "abbreviation", "kind", "unit", "term_from"],
        (
            "{code: gang-tw, name: 甲, abbreviation: 甲, kind: sect, unit: nowhere, term_from: 2025-01-01,"
            " numbers: {case: '{yyyy}'}, members: [{person: nobody, role: guru}]}"
        ),
    ),
    ("responsibilities.yaml", "version: 1\nin_force_from: 2026-01-01\nlines"): (
        ["code", "text"],
        "{code: '1', text: 甲, categories: ['88'], governance: ['0000'], unit: nowhere}",
    ),
    ("duty.yaml", "presence"): (
        ["unit", "at", "mode"],
        "{unit: nowhere, at: there, mode: rotating, days: [mon, mon]}",
    ),
    ("duty.yaml", "desks"): (
        ["key", "title", "unit", "begins", "shifts"],
        "{key: hall, title: 厅, unit: gone, begins: 2026-03-02, days: [tue, tue], shifts: [[nobody], []]}",
    ),
    ("duty.yaml", "experts"): (
        ["person", "kind", "units"],
        "{person: nobody, kind: wizard, units: [gone]}",
    ),
    ("supervision.yaml", "ladder"): (
        ["key", "title", "when"],
        "{key: a, title: 甲, when: {at_end: true}, tell: [{whom: sky, posts: [captain]}]}",
    ),
}
"""(File, what stands before its items) → the keys that an item needs, an item in which all names are wrong."""


@pytest.mark.parametrize("wrong", [None, {"a": 1}], ids=["missing", "misshapen"])
@pytest.mark.parametrize(("file", "head"), WRONG_ITEMS)
def test_a_key_that_an_item_lacks_hides_none_of_its_other_names(site, file, head, wrong):
    """What only stands for the key is told of nobody: neither as wrong, nor as if others were at odds with it."""
    needed, line = WRONG_ITEMS[file, head]
    item, roster = yaml.safe_load(line), "committees[0].members"

    def keys_told(item):
        text = yaml.safe_dump([item], allow_unicode=True, sort_keys=False)
        (site / file).write_text(f"format: 1\n{head}:\n{text}", encoding="utf-8")
        return [key for of, _line, key, _message in told(site) if of == file]

    told_whole = keys_told(item)
    for key in needed:
        # of a committee whose kind is unknown nobody can say who should sit on it
        whole = [one for one in told_whole if one != roster or key not in {"kind", "members"}]
        assert len(whole) > 1
        found = keys_told({**item, key: wrong} if wrong else {k: v for k, v in item.items() if k != key})
        of_key = re.compile(rf"\w+\[0\]\.{key}\b")
        assert [one for one in found if of_key.match(one)] != []
        assert sorted(one for one in found if not of_key.match(one)) == sorted(
            one for one in whole if not of_key.match(one)
        )


@pytest.mark.parametrize("kind", ["foo: 1", "seal_holder: [1]", "kind: [1]", "members: [{person: 1.5}]"])
def test_what_cannot_be_read_in_a_committee_hides_no_roster_but_its_own_when_that_hangs_on_it(site, kind):
    file = site / "committees.yaml"
    whole = yaml.safe_load(file.read_text("utf-8"))
    first = whole["committees"][0]
    short = {**first, "code": "short", "name": "短", "abbreviation": "短", "members": []}
    key, value = kind.split(": ", 1)
    odd = {**short, "code": "odd", "name": "奇", "abbreviation": "奇", key: yaml.safe_load(value)}
    whole["committees"] = [
        deepcopy(one) for one in (first, odd, short)
    ]  # YAML would write anchors for what is one
    file.write_text(yaml.safe_dump(whole, allow_unicode=True, sort_keys=False), encoding="utf-8")
    rosters = [of for _file, _line, of, message in told(site) if "应有一名主任" in message]
    assert rosters == (
        ["committees[2].members"]
        if key in {"kind", "members"}
        else ["committees[1].members", "committees[2].members"]
    )


def test_a_definition_that_cannot_be_read_hides_no_limit_of_a_state_of_another(site):
    limits = "limits: {states: {ordinary.asleep: {days: 3, article: x}, own.asleep: {days: 3, article: x}, other.on: {days: 3, article: x}}}\n"
    edit(site, "site.yaml", ("sample: true\n", "sample: true\n" + limits))
    (site / "workflows" / "own").mkdir(parents=True)
    (site / "workflows" / "own" / "v1.yaml").write_text("nothing: 1\n", encoding="utf-8")
    keys = ["limits.states.ordinary.asleep", "limits.states.other.on"]
    assert [key for file, _line, key, _message in told(site) if file == "site.yaml"] == keys


_SPANS = "minutes、hours、days、working_days、months 要写、而且只能写一个"


@pytest.mark.parametrize(
    ("limit", "wrong"),
    [
        ("{days: 0, hours: 3, article: x}", {("", _SPANS), (".days", "应当大于 0；现在写的是 0")}),
        ("{hours: 3, days: 3, weeks: 1, article: x}", {("", _SPANS), (".weeks", "没有这个键；请检查拼写")}),
        ("{on_miss: remind_owner}", {("", _SPANS), (".article", "缺少这一项")}),
        ("{weeks: 3, article: x}", {(".weeks", "没有这个键；请检查拼写")}),
        (
            "{days: 3, article: x, on_miss: A B}",
            {(".on_miss", "写法不对，应当符合 ^[a-z][a-z0-9_]{0,39}$；现在写的是 “A B”")},
        ),
        ("3", {("", "应当是“键: 值”的形式；现在写的是 3")}),
    ],
)
def test_all_that_is_wrong_with_a_limit_is_told_at_once(site, limit, wrong):
    limits = f"limits: {{mediation: {limit}, states: {{ordinary.asleep: {limit}}}}}\n"
    edit(site, "site.yaml", ("sample: true\n", "sample: true\n" + limits))
    unknown = "没有这个流程状态；应写成 流程.状态，如 ordinary.dispatched"
    state = "limits.states.ordinary.asleep"
    assert {(key, message) for _file, _line, key, message in told(site)} == {
        (state, unknown),
        *((f"{at}{key}", message) for at in ("limits.mediation", state) for key, message in wrong),
    }


@pytest.mark.parametrize("effect", ["nothing", "owe_paper", "archive_case", "remind_assignee"])
def test_a_limit_that_brings_about_more_than_that_somebody_is_told_is_refused(site, effect):
    limit = f"{{days: 3, article: x, on_miss: {effect}}}"
    limits = (
        f"limits: {{mediation: {limit}, confirmation: {limit}, states: {{ordinary.dispatched: {limit}}}}}\n"
    )
    edit(site, "site.yaml", ("sample: true\n", "sample: true\n" + limits))
    found = told(site)
    assert [(line, key) for _file, line, key, _message in found] == [
        (5, f"limits.{name}.on_miss") for name in ("confirmation", "mediation", "states.ordinary.dispatched")
    ]
    for message in (one[3] for one in found):
        assert message == f"没有登记过的后果 {effect}；应为 remind_owner、tell_limit_missed 之一"


def test_a_heading_that_is_none_hides_nothing_of_the_other_cells(site):
    units = (site / "units.csv").read_text(encoding="utf-8")
    head, first = units.splitlines()[0], units.splitlines()[1]
    alone = units.replace(first, re.sub("[0-9]{4}-[0-9]{2}-[0-9]{2}", "2026-02-30", first, count=1), 1)
    (site / "units.csv").write_text(alone, encoding="utf-8")
    [wrong] = [one for one in told(site) if "2026-02-30" in one[3]]
    (site / "units.csv").write_text(alone.replace(head, head.replace("名称", "名稱", 1), 1), encoding="utf-8")
    assert wrong in told(site)
    assert {one[2] for one in told(site)} == {"名稱", "名称", wrong[2]}


ENDING = {
    "supervision.yaml": "format: 1\nsupervisors: {units: [{unit: wan, by: hu}]}\nweek: {units: [wan]}\nabbreviations: {wan: 湾}\n",
    "duty.yaml": "format: 1\npresence: [{unit: wan, at: hu, mode: on_call, answer: {hours: 2, article: 示例规定}}]\n",
    "responsibilities.yaml": "format: 1\nversion: 1\nin_force_from: 2026-01-01\nlines: [{code: '1', text: 湾里的由湾办理, categories: ['99'], unit: wan}]\n",
    "routing.yaml": "format: 1\nhit_policy: first\nrules:\n  - {id: bay, because: 湾里的, when: {place: [wan]}, then: {level: harbour}}\n  - {id: rest, because: 其余的, then: {unit: gang}}\n",
}  # fmt: skip


def test_what_names_a_unit_that_will_have_ended_is_warned_of_before(site):
    with (site / "units.csv").open("a", encoding="utf-8") as file:
        file.write("wan,示例湾,area,boat,gang,,590300100000002,12,2024-01-01,2026-03-05,\n")
    for name, text in ENDING.items():
        (site / name).write_text(text, encoding="utf-8")
    refused = "从 2026-03-06 起这份配置会被拒绝，请在此前改好："
    found = inspect(site, DAY)
    assert (found.problems, found.site is None) == ([], False)
    warned = [one for one in found.site.warnings if one.message.startswith(refused)]
    assert {(one.file, one.key) for one in warned} == {
        ("supervision.yaml", "supervisors.units[0].unit"),
        ("supervision.yaml", "week.units[0]"),
        ("supervision.yaml", "abbreviations.wan"),
        ("duty.yaml", "presence[0].unit"),
        ("responsibilities.yaml", "lines[0].unit"),
        ("routing.yaml", "rules[0].when.place[0]"),
    }
    later = inspect(site, date(2026, 3, 6))
    assert {(one.file, one.key, refused + one.message) for one in later.problems} == {
        (one.file, one.key, one.message) for one in warned
    }
