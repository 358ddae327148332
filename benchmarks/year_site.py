"""A county for the year bench: townships with villages, the people who work there, and rules that send disputes up or leave them."""

from pathlib import Path

TOWNSHIPS, VILLAGES = 15, 10
_FROM, _TO = "2025-01-01", "2027-12-31"
_SITE = """
format: 1
name: county
title: 示例县矛盾纠纷调解(测速)
sample: true
place: {code: "590121000000", name: 示例县, court: 示例县人民法院, multi_ethnic: true}
chain:
  - {key: village, name: 村, working_days: 7, leader: unit_leader}
  - {key: township, name: 乡镇, working_days: 20, leader: unit_leader}
  - {key: county, name: 县, working_days: 30, leader: unit_leader}
limits:
  mediation: {days: 30, article: 示例县规定·调解期限}
  confirmation: {days: 30, article: 人民调解法第三十三条}
written_required: {over_yuan: 5000, unless_performed_at_once: true, tiers: [complex]}
"""
_ROUTING = """
format: 1
hit_policy: first
rules:
  - {id: crowd, because: 十人以上的由乡镇联合调解, when: {headcount: {from: 10}}, then: {level: township, definition: joint, tier: complex, limit: {working_days: 20, article: 示例县规定·办理时限}}}
  - {id: danger, because: 风险高的由乡镇联合调解, when: {risk: [high]}, then: {level: township, definition: joint, tier: complex, limit: {working_days: 20, article: 示例县规定·办理时限}}}
  - {id: large, because: 五万元以上的由乡镇办理, when: {amount: {from: 50000}}, then: {level: township, limit: {working_days: 20, article: 示例县规定·办理时限}}}
  - {id: rest, because: 其余的由村办理, when: {}, then: {level: village, limit: {working_days: 15, article: 示例县规定·办理时限}}}
"""
_PEOPLE = "人员代码,姓名,性别,民族,语言,专长,岗位代码,岗位种类,岗位名称,单位代码,专职,任职日期,任期届满,联系单位,联系方式"
_UNITS = "代码,名称,种类,层级,上级,区划代码,网格编码,户数,生效日期,失效日期,并入"
_TITLES = {
    "registrar": "登记员",
    "dispatcher": "调度员",
    "mediator": "人民调解员",
    "recorder": "记录员",
    "leader": "单位负责人",
    "archivist": "档案员",
}
_VILLAGE = (("registrar", "recorder", "archivist"), ("leader", "mediator"), ("mediator",))
_TOWNSHIP = (
    ("registrar", "archivist"),
    ("dispatcher", "mediator"),
    ("leader",),
    ("mediator",),
    ("mediator",),
    ("recorder",),
)


def write_county(folder: Path) -> int:
    """Write the site's files; how many people work there."""
    folder.mkdir(parents=True)
    units = [_UNITS, _unit("county", "示例县", "县", "", "590121000000")]
    people = [_PEOPLE, *_staff("county", _TOWNSHIP)]
    committees = ["format: 1", "committees:", _committee("county", "示例县", "county", (2, 4, 5))]
    for town in range(1, TOWNSHIPS + 1):
        place = f"5901212{town:02}"
        units.append(_unit(f"t{town}", f"示例{town}乡", "乡镇", "county", f"{place}000"))
        people += _staff(f"t{town}", _TOWNSHIP)
        committees.append(_committee(f"t{town}", f"示例{town}乡", "township", (2, 4, 5)))
        for village in range(1, VILLAGES + 1):
            code, name = f"t{town}-v{village}", f"示例{town}乡{village}村"
            units.append(_unit(code, name, "村", f"t{town}", f"{place}2{village:02}"))
            people += _staff(code, _VILLAGE)
            committees.append(_committee(code, f"{name}村民委员会", "village", (2, 3, 1)))
    files = {
        "site.yaml": _SITE,
        "routing.yaml": _ROUTING,
        "units.csv": "\n".join(units) + "\n",
        "people.csv": "\n".join(people) + "\n",
        "committees.yaml": "\n".join(committees) + "\n",
    }
    for name, content in files.items():
        (folder / name).write_text(content.lstrip(), encoding="utf-8")
    return len({line.partition(",")[0] for line in people[1:]})


def _unit(code: str, name: str, level: str, above: str, place: str) -> str:
    return f"{code},{name},,{level},{above},{place},,,2024-01-01,,"


def _staff(unit: str, people: tuple[tuple[str, ...], ...]) -> list[str]:
    """Each person with one post or several."""
    lines = []
    for number, kinds in enumerate(people, 1):
        for at, kind in enumerate(kinds):
            person = "某人,女,汉族,,," if at == 0 else ",,,,,"
            lines.append(
                f"{unit}-p{number},{person}{kind},{_TITLES[kind]},{_TITLES[kind]},{unit},,{_FROM},{_TO},,"
            )
    return lines


def _committee(unit: str, name: str, kind: str, people: tuple[int, ...]) -> str:
    members = [
        f"{{person: {unit}-p{number}{', role: director' if at == 0 else ''}}}"
        for at, number in enumerate(people)
    ]
    return (
        f"  - {{code: {unit}-c, name: {name}人民调解委员会, abbreviation: {name}, kind: {kind}, unit: {unit}, "
        f"term_from: {_FROM}, term_to: {_TO}, members: [{', '.join(members)}]}}"
    )
