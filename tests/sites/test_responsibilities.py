"""The responsibility list of a site: every problem at once, with its place; in force from its day."""

from datetime import date, timedelta

import pytest

from mediation.errors import SiteError
from mediation.sites import responsibilities
from mediation.sites.applying import apply_from
from mediation.sites.configuration import come_into_force, responsibilities_in_force
from mediation.sites.folder import read_site

DAY = date(2026, 3, 2)
LIST = """\
format: 1
version: 1
in_force_from: 2026-01-01
lines:
  - {code: "1", text: 邻里纠纷由渔港牵头, categories: ["02"], kind: area, level: harbour}
  - {code: "2", text: 其他由湖区牵头, categories: ["99"], unit: hu}
"""


def write(site, text=LIST):
    (site / responsibilities.FILE).write_text(text, encoding="utf-8")
    return site


def problems(site):
    with pytest.raises(SiteError) as wrong:
        read_site(site, DAY)
    return [(one.file, one.line, one.key, one.message) for one in wrong.value.problems]


def test_site_without_the_file_has_no_list(site):
    assert read_site(site, DAY).responsibilities is None


def test_list_is_read_as_it_is_written(site):
    said = read_site(write(site), DAY).responsibilities
    assert said is not None
    assert [(line.code, line.role, line.unit, line.kind, line.level) for line in said.lines] == [
        ("1", "lead", None, "area", "harbour"),
        ("2", "lead", "hu", None, None),
    ]
    assert (said.ownership.working_days, said.to_list("x").sha256) == (3, "x")


def test_everything_that_is_not_there_is_told_at_once(site):
    text = LIST + (
        '  - {code: "1", text: 甲, categories: ["88"], unit: nowhere}\n'
        '  - {code: "3", text: 乙, governance: ["0000"], kind: ship, level: sky}\n'
    )
    found = problems(write(site, text))
    assert [(line, key) for _file, line, key, _message in found] == [
        (7, "lines[2].categories[0]"),
        (7, "lines[2].code"),
        (7, "lines[2].unit"),
        (8, "lines[3].governance[0]"),
        (8, "lines[3].kind"),
        (8, "lines[3].level"),
    ]


def test_time_for_disagreeing_that_names_an_effect_is_told(site):
    """The next unit above is asked to rule when it is over, whatever the site."""
    ownership = "ownership: {working_days: 5, article: 示例规定, on_miss: remind_owner}\nlines:"
    [(file, line, key, message)] = problems(write(site, LIST.replace("lines:", ownership, 1)))
    assert (file, line, key) == (responsibilities.FILE, 4, "ownership.on_miss")
    assert message.startswith("这里不写 on_miss")


def test_a_wrong_shape_hides_no_name_that_nobody_has(site):
    text = LIST.replace("version: 1", "version: one") + (
        '  - {code: "3", text: 甲, categories: ["01"], unit: hu, role: none}\n'
        '  - {code: "3", text: 乙, categories: ["02", "88"], unit: nowhere, colour: red}\n'
    )
    found = problems(write(site, text))
    assert [(line, key) for _file, line, key, _message in found] == [
        (2, "version"),
        (7, "lines[2].role"),
        (8, "lines[3].categories[1]"),
        (8, "lines[3].code"),
        (8, "lines[3].colour"),
        (8, "lines[3].unit"),
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{code: "3", text: 甲, unit: hu}', "categories、governance 至少写一项"),
        ('{code: "3", text: 甲, categories: ["01"]}', "unit 和 kind、level 要写一种，而且只能写一种"),
        ('{code: "3", text: 甲, categories: ["01"], unit: hu, kind: area, level: lake}', "只能写一种"),
        ('{code: "3", text: 甲, categories: ["01"], kind: area}', "kind 和 level 要一起写"),
        ('{code: "3", text: 甲, categories: ["02"], unit: gang}', None),
        ('{code: "3", text: 甲, categories: ["02"], unit: hu}', "只能有一个牵头单位"),
        ('{code: "3", text: 甲, categories: ["02"], unit: hu, role: support}', None),
        ('{code: "3", text: 甲, categories: ["01"], unit: hu, role: none}', "lead"),
        ('{code: "3", text: 甲, categories: ["01"], unit: hu, colour: red}', "没有这个键"),
    ],
)
def test_line_that_says_nothing_or_two_things_is_a_problem(site, line, message):
    write(site, f"{LIST}  - {line}\n")
    if message is None:
        assert read_site(site, DAY).responsibilities is not None
    else:
        [(file, number, _key, told)] = problems(site)
        assert (file, number) == (responsibilities.FILE, 7)
        assert message in told


def test_applied_list_is_in_force_with_its_hash_and_the_same_again_changes_nothing(site, database, clock):
    now = clock.now()
    with database.writing() as session:
        changes = apply_from(session, read_site(write(site), DAY), now, DAY).changes
        assert "新增 责任清单 第1版" in [str(one) for one in changes]
        found, ownership = responsibilities_in_force(session)
        assert (found.version, len(found.sha256), len(found.lines)) == (1, 64, 2)
        assert ownership.working_days == 3
        again = apply_from(session, read_site(site, DAY), now, DAY).changes
        assert [str(one) for one in again] == []


def test_changed_list_needs_a_new_version(site, database, clock):
    with database.writing() as session:
        apply_from(session, read_site(write(site), DAY), clock.now(), DAY)
        changed = write(site, LIST.replace("邻里纠纷由渔港牵头", "邻里纠纷由渔港包办"))
        found = apply_from(session, read_site(changed, DAY), clock.now(), DAY).problems
    assert [(one.file, one.key, one.message) for one in found] == [
        (responsibilities.FILE, "version", "责任清单第1版已经应用过，内容不能改动；改了的清单写 version: 2")
    ]


def test_list_of_a_later_day_waits_for_it(site, database, clock):
    now, later = clock.now(), DAY + timedelta(days=400)
    with database.writing() as session:
        apply_from(session, read_site(write(site), DAY), now, DAY)
        text = LIST.replace("version: 1", "version: 2").replace("2026-01-01", later.isoformat())
        changes = apply_from(session, read_site(write(site, text), DAY), now, DAY).changes
        assert [(one.how, one.since) for one in changes] == [("planned", later)]
        assert responsibilities_in_force(session)[0].version == 1
        assert come_into_force(session, now + timedelta(days=500)) == ["responsibilities/site"]
        assert responsibilities_in_force(session)[0].version == 2


def test_instance_without_a_list_has_none(database):
    with database.reading() as session:
        found, ownership = responsibilities_in_force(session)
    assert (found.version, found.lines, ownership.working_days) == (0, (), 3)
