"""Year files are read strictly; a site's own stand before the shipped ones."""

from datetime import date
from pathlib import Path

import pytest

from mediation.deadlines.year_files import SHIPPED, read_calendar
from mediation.errors import SiteError

_GOOD = (
    "year: 2028\nsource: 测试\nprovisional: false\nholidays:\n  元旦: [2028-01-03]\nworkdays: [2028-01-08]\n"
)


def _problems(folder: Path) -> list[str]:
    with pytest.raises(SiteError) as refused:
        read_calendar(folder)
    return [str(problem) for problem in refused.value.problems]


def test_shipped_years_are_read() -> None:
    assert [path.stem for path in sorted(SHIPPED.glob("*.yaml"))] == ["2025", "2026", "2027"]
    calendar = read_calendar()
    assert [calendar.is_provisional(date(year, 5, 6)) for year in (2024, 2025, 2026, 2027)] == [
        True,
        False,
        False,
        True,
    ]


def test_site_adds_a_year(tmp_path: Path) -> None:
    (tmp_path / "2028.yaml").write_text(_GOOD)
    calendar = read_calendar(tmp_path)
    assert not calendar.is_workday(date(2028, 1, 3))
    assert calendar.rest_name(date(2028, 1, 3)) == "元旦"
    assert calendar.is_workday(date(2028, 1, 8))
    assert calendar.is_provisional(date(2028, 6, 1)) is False
    assert not calendar.is_workday(date(2026, 1, 1))


def test_site_replaces_a_shipped_year(tmp_path: Path) -> None:
    (tmp_path / "2027.yaml").write_text(_GOOD.replace("2028-01-08", "2027-01-09").replace("2028", "2027"))
    before, after = read_calendar(), read_calendar(tmp_path)
    assert (before.is_provisional(date(2027, 1, 4)), after.is_provisional(date(2027, 1, 4))) == (True, False)
    assert before.version([2027]) != after.version([2027])
    assert before.version([2026]) == after.version([2026])


def test_version_follows_the_content_alone(tmp_path: Path) -> None:
    versions = []
    for text in (_GOOD, "# a remark\n" + _GOOD, _GOOD.replace("01-08", "01-09")):
        (tmp_path / "2028.yaml").write_text(text)
        versions.append(read_calendar(tmp_path).version([2028]))
    assert versions[0] == versions[1] != versions[2]


def test_every_problem_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "calendars"
    folder.mkdir()
    (folder / "2028.yaml").write_text(_GOOD.replace("provisional: false", "provisional: no\nextra: 1"))
    (folder / "2029.yaml").write_text(_GOOD)
    (folder / "2030.yaml").write_text("year: 2030\nholidays: [\n")
    found = _problems(folder)
    assert [problem.partition(":")[0] for problem in found] == [
        "calendars/2028.yaml",
        "calendars/2028.yaml",
        "calendars/2029.yaml",
        "calendars/2030.yaml",
    ]
    assert found[0].startswith("calendars/2028.yaml:3 provisional:")
    assert found[2] == "calendars/2029.yaml:1 year: 文件名应为 2028.yaml"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2028-01-08", "2028-02-30"),
        ("2028-01-08", "2027-01-08"),
        ("2028-01-08", "2028-01-03"),
        ("2028-01-08", "2028-01-08, 2028-01-08"),
        ("2028-01-08", "2028-01-05"),  # a Wednesday
        ("2028-01-08", "八号"),
        ("2028-01-08", "[" * 5000),
        ("year: 2028", "year: 2028\nyear: 2028"),
        ("year: 2028", "year: '2028'"),
        ("year: 2028", "year: 99"),
        ("source: 测试", "source: ''"),
        ("workdays: [2028-01-08]", ""),
        ("[2028-01-03]", "2028-01-03"),
    ],
)
def test_wrong_file_is_refused(tmp_path: Path, old: str, new: str) -> None:
    assert old in _GOOD
    (tmp_path / "2028.yaml").write_text(_GOOD.replace(old, new))
    assert {problem.partition(":")[0] for problem in _problems(tmp_path)} == {f"{tmp_path.name}/2028.yaml"}


def test_year_file_tells_all_that_is_wrong_with_its_days_at_once(tmp_path):
    """Each at its line, beside what has the wrong shape."""
    content = """\
year: 2027
source: 7
provisional: false
holidays:
  a: [2027-01-01, 2027-01-01, 八号, 2028-01-01]
workdays:
  - [2027-01-09]
  - 2027-01-04
  - 2027-01-01
"""
    (tmp_path / "2027.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(SiteError) as refused:
        read_calendar(tmp_path)
    told = sorted((one.line, one.key, one.message) for one in refused.value.problems)
    assert [(line, key) for line, key, _message in told] == [
        (2, "source"),
        (5, "holidays.a[1]"),
        (5, "holidays.a[2]"),
        (5, "holidays.a[3]"),
        (7, "workdays[0]"),
        (8, "workdays[1]"),
        (9, "workdays[2]"),
        (9, "workdays[2]"),
    ]
    assert [
        message for line, key, message in told if key in {"holidays.a[1]", "holidays.a[3]"} or line > 7
    ] == [
        "2027-01-01 写了两次",
        "2028-01-01 不在 2027 年",
        "2027-01-04 本来就不是周末，不用写成调休上班日",
        "2027-01-01 写了两次",
        "2027-01-01 本来就不是周末，不用写成调休上班日",
    ]
