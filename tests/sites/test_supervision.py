"""supervision.yaml: what is left out is as shipped; what is wrong is told at once, with its line; what is applied is in force."""

from datetime import date, timedelta

import pytest

from mediation.cases import clock_titles
from mediation.clock import local_day
from mediation.errors import SiteError
from mediation.sites.applying import apply_from
from mediation.sites.configuration import come_into_force
from mediation.sites.folder import read_site
from mediation.sites.supervision import CLOCKS, OverSaid, shipped, supervision_in_force, supervisor_of
from mediation.units import queries as units
from mediation.units.chain import Chain, Level
from mediation.units.tree import Node, Tree

DAY = date(2026, 3, 2)
GOOD = """\
format: 1
lights: {share: 30, working_days: 2}
supervisors:
  posts: [unit_leader]
  units:
    - {unit: dui, by: hu}
"""


def write(site, text):
    (site / "supervision.yaml").write_text(text, encoding="utf-8")
    return site


def told(site):
    with pytest.raises(SiteError) as caught:
        read_site(site, DAY)
    return [(one.file, one.line, one.key, one.message) for one in caught.value.problems]


def test_site_without_the_file_has_what_is_shipped(site, database, clock):
    found = read_site(site, DAY)
    assert found.supervision == shipped()
    with database.reading() as session:
        assert supervision_in_force(session) == shipped()  # an instance of before there was such a file


def test_what_the_file_leaves_out_is_as_shipped(site):
    found = read_site(write(site, GOOD), DAY).supervision
    assert (found.lights.share, found.ladder, found.week) == (30, shipped().ladder, shipped().week)


def test_what_is_planned_for_a_day_is_in_force_from_that_day(site, database, clock):
    with database.writing() as session:
        apply_from(session, read_site(site, DAY), clock.now(), DAY)
    changed = read_site(write(site, GOOD), DAY)
    with database.writing() as session:
        applied = apply_from(session, changed, clock.now(), DAY + timedelta(days=2))
    assert [(one.code, one.how) for one in applied.changes] == [("supervision/site", "planned")]
    for days, share in ((0, 25), (1, 25), (2, 30)):
        clock.advance(timedelta(days=1 if days else 0))
        with database.writing() as session:
            come_into_force(session, clock.now())
            assert (local_day(clock.now()), supervision_in_force(session).lights.share) == (
                DAY + timedelta(days=days),
                share,
            )


def test_nearest_rule_says_who_supervises_and_else_the_unit_above(site, database, clock):
    with database.writing() as session:
        apply_from(session, read_site(write(site, GOOD), DAY), clock.now(), DAY)
    with database.reading() as session:
        tree, chain, said = (
            units.load_tree(session, DAY),
            units.load_chain(session),
            supervision_in_force(session),
        )
        by = {
            node.code: found and tree.unit(found).code
            for node in tree.nodes
            for found in [supervisor_of(said, tree, chain, node.id)]
        }
    assert by == {"hu": None, "gang": "hu", "dui": "hu"}


def test_supervisor_that_has_ended_supervises_nobody_any_more():
    said = shipped()
    named = said.supervisors.model_copy(update={"units": (OverSaid(unit="village", by="office"),)})
    said = said.model_copy(update={"supervisors": named})
    chain = Chain([Level(key, key, 1, "unit_leader") for key in ("low", "middle", "high")])
    town = Node(1, "town", "镇", level="high")
    village = Node(2, "village", "村", level="low", parent=1)
    office = Node(3, "office", "所", parent=1, valid_to=DAY)
    assert supervisor_of(said, Tree([town, village, office], DAY), chain, 2) == 3
    assert supervisor_of(said, Tree([town, village, office], DAY + timedelta(days=1)), chain, 2) == 1


def test_all_that_is_wrong_is_told_at_once(site):
    text = """\
format: 1
lights: {share: 120}
clocks: state
moon: 1
ladder:
  - key: Reminder
    title: 提醒
    when: {before: {working_days: 1, days: 400}}
  - key: urging
    title: 催办
    when: {}
    explain: {days: 3}
numbers: {letter: "督{n}号"}
week:
  reminder: {title: x, day: 9, at: "9点"}
"""
    assert [(line, key) for _file, line, key, _message in told(write(site, text))] == [
        (2, "lights.share"),
        (3, "clocks"),
        (4, "moon"),
        (6, "ladder[0].key"),
        (8, "ladder[0].when.before"),
        (8, "ladder[0].when.before.days"),
        (11, "ladder[1].when"),
        (13, "numbers.letter"),
        (15, "week.reminder.at"),
        (15, "week.reminder.day"),
    ]


def test_a_wrong_shape_hides_no_name_that_nobody_has(site):
    text = """\
format: 1
moon: 1
ladder:
  - key: early
    title: 早
    when: {before: {years: 1}}
  - key: late
    title: 晚
    when: {overdue: {working_days: 5}, again: {step: early, days: 3}}
    tell: [{whom: unit, posts: [captain]}]
supervisors:
  posts: [nobody]
"""
    assert [(line, key) for _file, line, key, _message in told(write(site, text))] == [
        (2, "moon"),
        (6, "ladder[0].when.before.years"),
        (10, "ladder[1].tell[0].posts[0]"),
        (12, "supervisors.posts[0]"),
    ]


@pytest.mark.parametrize(
    ("early", "told_of_step"),
    [("key: early", True), ("key: Früh", False), ("name: early", False)],
)
def test_a_wrong_shape_elsewhere_hides_no_step_that_is_not_there(site, early, told_of_step):
    """A step may be named by what stands under a wrong key: then nothing is told of it."""
    text = f"""\
format: 1
moon: 1
ladder:
  - {early}
    title: 早
    when: {{before: {{working_days: 1}}}}
  - key: late
    title: 晚
    when: {{overdue: {{working_days: 5}}, again: {{step: never, days: 3}}}}
"""
    keys = [key for _file, _line, key, _message in told(write(site, text))]
    assert "moon" in keys
    assert ("ladder[1].when.again.step" in keys) is told_of_step


def test_what_does_not_fit_the_other_files_is_told_with_its_line(site):
    text = """\
format: 1
ladder:
  - key: late
    title: 晚
    when: {overdue: {working_days: 5}}
    tell: [{whom: moon, posts: [captain]}]
  - key: late
    title: 早
    when: {at_end: true, again: {step: never, days: 3}}
supervisors:
  posts: [nobody]
  units:
    - {unit: hu, by: gang}
    - {unit: sea, by: gang}
numbers: {letter: "督{n}号", transfer: "{unit}转{yyyy"}
abbreviations: {sea: 海, hu: 湖, dui: 湖}
week:
  units: [sea]
"""
    found = told(write(site, text))
    assert [(line, key) for _file, line, key, _message in found] == [
        (6, "ladder[0].tell[0].posts[0]"),
        (6, "ladder[0].tell[0].whom"),
        (7, "ladder[1].key"),
        (9, "ladder[1].when"),
        (9, "ladder[1].when.again.step"),
        (11, "supervisors.posts[0]"),
        (13, "supervisors.units[0].by"),
        (14, "supervisors.units[1].unit"),
        (15, "numbers.letter"),
        (15, "numbers.transfer"),
        (16, "abbreviations.dui"),
        (16, "abbreviations.sea"),
        (18, "week.units[0]"),
    ]
    assert found[6][3] == "gang 就是 hu 自己或者它的下级，不能督办它"


def test_a_clock_that_no_case_has_is_told_with_those_that_there_are(site):
    """Else the ladder is off for the clock that was meant."""
    assert told(write(site, "format: 1\nclocks:\n  - nosuch\n  - handling\n")) == [
        (
            "supervision.yaml",
            3,
            "clocks[0]",
            (
                "没有叫 nosuch 的期限；应为 state、task、mediation_limit、handling、ownership、ownership_above、"
                "confirmation、performance、enforcement、risk_review 之一"
            ),
        )
    ]


def test_the_ladder_may_climb_by_every_clock_that_has_a_title(site):
    assert set(CLOCKS) == {*clock_titles.CLOCKS, "state"}
    found = read_site(write(site, f"format: 1\nclocks: [{', '.join(CLOCKS)}]\n"), DAY)
    assert found.supervision.clocks == CLOCKS


def test_problems_of_it_come_with_those_of_the_other_files(site):
    write(site, "format: 2\n")
    people = site / "people.csv"
    people.write_text(people.read_text().replace("湖区主任,hu", "湖区主任,haidi"), encoding="utf-8")
    assert {file for file, _line, _key, _message in told(site)} == {"people.csv", "supervision.yaml"}


def test_file_that_is_no_file_is_told(site):
    (site / "supervision.yaml").mkdir()
    assert [file for file, _line, _key, _message in told(site)] == ["supervision.yaml"]
