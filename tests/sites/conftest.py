"""A small sound site with three levels of other names, written anew for each test."""

from pathlib import Path

import pytest

SITE = """\
format: 1
name: lake
title: 湖区示例
sample: true
place: {code: "590300000000", name: 湖区}
chain:
  - {key: boat, name: 船队, working_days: 1, leader: fleet_elder}
  - {key: harbour, name: 渔港, working_days: 5, leader: unit_leader}
  - {key: lake, name: 湖区, working_days: 15, leader: unit_leader}
post_kinds:
  - {code: fleet_elder, title: 船老大, acts_as: [grid_worker, unit_leader], scope: own}
"""
UNITS = """\
代码,名称,种类,层级,上级,区划代码,网格编码,户数,生效日期,失效日期,并入
hu,示例湖区,area,lake,,590300000000,,,2024-01-01,,
gang,示例渔港,area,harbour,hu,590300100000,,,2024-01-01,,
dui,示例船队,area,boat,gang,,590300100000001,12,2024-01-01,,
"""
PEOPLE = """\
人员代码,姓名,性别,民族,岗位代码,岗位种类,岗位名称,单位代码,任职日期,联系单位
zhang,张示,男,汉族,leader,unit_leader,湖区主任,hu,2024-01-01,gang
wang,王示,女,汉族,leader,unit_leader,港长,gang,2024-01-01,
wang,,,,mediator,mediator,调解员,gang,2024-01-01,
li,李示,男,汉族,elder,船老大,船老大,dui,2024-01-01,dui
"""
COMMITTEES = """\
format: 1
committees:
  - code: gang-tw
    name: 示例渔港人民调解委员会
    abbreviation: 示港
    kind: township
    unit: gang
    term_from: 2025-01-01
    term_to: 2027-12-31
    members:
      - {person: wang, role: director}
      - {person: zhang, role: member}
      - {person: li, role: member}
"""


@pytest.fixture
def site(tmp_path) -> Path:
    folder = tmp_path / "lake"
    folder.mkdir()
    for name, text in [
        ("site.yaml", SITE),
        ("units.csv", UNITS),
        ("people.csv", PEOPLE),
        ("committees.yaml", COMMITTEES),
    ]:
        (folder / name).write_text(text, encoding="utf-8")
    return folder
