"""duty.yaml: every problem at once, with its place; in force once applied."""

from datetime import date

import pytest

from mediation.errors import SiteError
from mediation.sites import duty
from mediation.sites.folder import read_site
from tests.town import write_site

DAY = date(2026, 3, 2)


def problems(folder, text):
    site = write_site(folder / "site", duty=text)
    with pytest.raises(SiteError) as wrong:
        read_site(site, DAY)
    return [(one.line, one.key) for one in wrong.value.problems if one.file == duty.FILE]


def test_day_that_does_not_exist_and_key_that_stands_twice_hide_no_name(tmp_path):
    text = """
format: 1
presence:
  - {unit: nowhere, at: su, mode: resident, mode: resident}
desks:
  - {key: hall, title: 厅, unit: gone, begins: 2026-02-30, shifts: [[nobody]]}
"""
    assert problems(tmp_path, text) == [
        (3, "presence[0].mode"),
        (3, "presence[0].unit"),
        (5, "desks[0].begins"),
        (5, "desks[0].shifts[0][0]"),
        (5, "desks[0].unit"),
    ]


def test_key_that_stands_twice_is_refused_though_all_else_is_right(tmp_path):
    assert problems(tmp_path, "format: 1\npresence: []\npresence: []\n") == [(3, "presence")]


def test_file_is_read_as_it_is_written(tmp_path):
    said = read_site(write_site(tmp_path / "site"), DAY).duty
    assert said is not None
    assert [(one.unit, one.mode) for one in said.presence] == [("su-pai", "on_call"), ("yi", "rotating")]
    assert said.desks[0].shifts == (("suwin",), ("sudis", "sumed2"))


def test_site_without_the_file_has_no_duty(tmp_path):
    site = write_site(tmp_path / "site")
    (site / duty.FILE).unlink()
    assert read_site(site, DAY).duty is None


def test_every_wrong_word_is_told_with_its_line(tmp_path):
    text = """
format: 1
presence:
  - {unit: nowhere, at: su, mode: resident}
  - {unit: su, at: su, mode: resident}
  - {unit: su, at: su, mode: resident}
desks:
  - {key: hall, title: 厅, unit: gone, begins: 2026-03-02, shifts: [[suwin, suwin], [], [nobody]]}
  - {key: hall, title: 厅, unit: su, begins: 2026-03-02, shifts: [[jiaold]]}
experts:
  - {person: lin, kind: wizard, units: [su, gone]}
"""
    assert problems(tmp_path, text) == [
        (3, "presence[0].unit"),
        (4, "presence[1].at"),
        (5, "presence[2].at"),
        (5, "presence[2].unit"),
        (7, "desks[0].shifts[0]"),
        (7, "desks[0].shifts[1]"),
        (7, "desks[0].shifts[2][0]"),
        (7, "desks[0].unit"),
        (8, "desks[1].key"),
        (8, "desks[1].shifts[0][0]"),
        (10, "experts[0].kind"),
        (10, "experts[0].units[1]"),
    ]


def test_answer_that_names_an_effect_is_told(tmp_path):
    """Whoever does not answer in time is reminded, whatever the site."""
    answer = "answer: {hours: 2, article: 示例规定, on_miss: remind_owner}"
    text = f"""
format: 1
presence:
  - {{unit: su-pai, at: su, mode: on_call, {answer}}}
experts:
  - {{person: lin, kind: lawyer, units: [su], {answer}}}
"""
    assert problems(tmp_path, text) == [(3, "presence[0].answer.on_miss"), (5, "experts[0].answer.on_miss")]


def test_a_wrong_shape_hides_no_name_that_nobody_has(tmp_path):
    text = """
format: 1
presence:
  - {unit: nowhere, at: su, mode: asleep}
  - {unit: yi, at: gone, mode: resident}
desks:
  - {key: hall, title: 厅, unit: gone, begins: soon, shifts: [[nobody]]}
  - {key: room, title: 室, unit: gone, begins: 2026-03-02, shifts: [[nobody]], chairs: 2}
"""
    assert problems(tmp_path, text) == [
        (3, "presence[0].mode"),
        (3, "presence[0].unit"),
        (4, "presence[1].at"),
        (6, "desks[0].begins"),
        (6, "desks[0].shifts[0][0]"),
        (6, "desks[0].unit"),
        (7, "desks[1].chairs"),
        (7, "desks[1].shifts[0][0]"),
        (7, "desks[1].unit"),
    ]


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("{unit: yi, at: su, mode: rotating}", "presence[0]"),
        ("{unit: yi, at: su, mode: on_call}", "presence[0]"),
        ("{unit: yi, at: su, mode: on_call, days: [mon], answer: {hours: 1, article: 规定}}", "presence[0]"),
        ('{unit: yi, at: su, mode: resident, hours: "17:00-09:00"}', "presence[0].hours"),
        ("{unit: yi, at: su, mode: resident, days: [day]}", "presence[0].days[0]"),
        ("{unit: yi, at: su, mode: rotating, days: [tue, tue]}", "presence[0].days"),
    ],
)
def test_presence_says_what_its_mode_needs(tmp_path, line, key):
    assert problems(tmp_path, f"format: 1\npresence:\n  - {line}\n") == [(3, key)]


def test_unit_that_nobody_can_call_is_a_warning(tmp_path):
    site = write_site(tmp_path / "site")

    def warned():
        return [(one.key, one.message) for one in read_site(site, DAY).warnings if one.file == duty.FILE]

    assert warned() == []
    people = (site / "people.csv").read_text(encoding="utf-8")
    (site / "people.csv").write_text(people.replace(",su-pai,", ",su,"), encoding="utf-8")
    assert warned() == [
        ("presence[0].unit", "su-pai 当日没有在任的人员，呼叫不到；请在 people.csv 补上岗位"),
    ]
