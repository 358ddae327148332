"""routing.yaml: sound ones load, broken ones are told all that is wrong; what is in force is kept with its version."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from mediation.clock import local_day
from mediation.errors import SiteError
from mediation.founding import checked_site, inspect
from mediation.people.suggesting import Weights
from mediation.reading import checked, parse_yaml
from mediation.sites.applying import apply_from
from mediation.sites.configuration import come_into_force, routing_in_force
from mediation.sites.folder import read_site
from mediation.sites.routing import RoutingSaid
from mediation.units import queries as units

DAY = date(2026, 3, 2)
SOUND = """\
format: 1
hit_policy: first
rules:
  - id: crowd
    because: 人多的到渔港
    when: {headcount: {from: 10}, governance: ["02"], place: [gang]}
    but_not: {source: [hotline]}
    then: {level: harbour, tier: complex, limit: {working_days: 9, article: 示例规定}}
  - id: rest
    because: 其余的也到渔港
    then: {unit: gang}
mediators: {language: 7}
"""
BROKEN = """\
format: 1
hit_policy: only
rules:
  - id: one
    because: 理由
    when: {category: ["77"], governance: ["0201", "7777"], place: [nowhere, gang], risk: [huge], source: [moon]}
    but_not: {place: [beyond]}
    then: {level: sky, tier: hopeless, definition: magic}
  - id: one
    because: 理由
    then: {unit: nobody}
  - id: two
    because: 理由
    then: {department: {kind: wizard, at: sky}}
"""


def write(site, text):
    (site / "routing.yaml").write_text(text, encoding="utf-8")
    return site


def problems_of(site):
    return [(one.file, one.line, one.key, one.message) for one in inspect(site, DAY).problems]


def told(site):
    return [(file, line, key) for file, line, key, _message in problems_of(site)]


def test_all_that_is_wrong_with_a_limit_is_told_at_once(site):
    write(site, SOUND.replace("{working_days: 9, article: 示例规定}", "{working_days: 9, hours: 0}"))
    at = "rules[0].then.limit"
    assert [(key, message) for file, _line, key, message in problems_of(site) if file == "routing.yaml"] == [
        (at, "hours、days、working_days、months 要写、而且只能写一个"),
        (f"{at}.article", "缺少这一项"),
        (f"{at}.hours", "应当大于 0；现在写的是 0"),
    ]


def test_names_nobody_has_are_told_beside_what_is_wrong_with_other_files(site):
    """The policy is proved only when all else is right; what is misnamed need not wait for that."""
    alone = [one for one in told(write(site, BROKEN)) if one[0] == "routing.yaml"]
    text = (site / "committees.yaml").read_text(encoding="utf-8")
    (site / "committees.yaml").write_text(text.replace("format: 1", "format: 2"), encoding="utf-8")
    both = told(site)
    assert [one for one in both if one[0] == "routing.yaml"] == alone != []
    assert {one[0] for one in both} == {"committees.yaml", "routing.yaml"}
    (site / "site.yaml").write_text((site / "site.yaml").read_text("utf-8") + "colour: red\n", "utf-8")
    files = [one[0] for one in told(site)]
    assert files == sorted(files)  # told by file, as one goes through them
    (site / "units.csv").write_text("nothing\n", encoding="utf-8")
    of_units = (".place[", "then.unit")
    assert [one for one in told(site) if one[0] == "routing.yaml"] == [
        one for one in alone if not any(part in one[2] for part in of_units)
    ]


def test_a_wrong_shape_hides_no_name_that_nobody_has(site):
    """Places and numbers of rules stay those of the file, whatever is left out of it."""
    text = BROKEN.replace("hit_policy: only", "hit_policy: any").replace(
        "  - id: two\n", "  - id: two\n    colour: red\n"
    )
    text = text.replace("rules:\n", "rules:\n  - {id: none, because: 理由, then: {limit: 3}}\n")
    found = [(key, message) for _file, _line, key, message in sorted(problems_of(write(site, text)))]
    assert [key for key, _message in found if not key.startswith("rules[1].")] == [
        "hit_policy",
        "rules[0].then.limit",
        "rules[2].id",
        "rules[2].then.unit",
        "rules[3].colour",
        "rules[3].then.department.at",
        "rules[3].then.department.kind",
    ]
    assert {key.partition(".")[2] for key, _message in found if key.startswith("rules[1].")} == {
        key.partition(".")[2]
        for _file, _line, key, _message in problems_of(write(site, BROKEN))
        if key.startswith("rules[0].")
    }
    assert dict(found)["rules[2].id"] == "规则 one 已在第2条"


WRONG = {
    "people.csv": (
        "王示,女,汉族,leader,unit_leader,港长,gang",
        "王示,女,汉族,leader,unit_leader,港长,nowhere",
    ),
    "site.yaml": ("title: 湖区示例\n", ""),
    "supervision.yaml": ("", "format: 1\nlanterns: 3\n"),
    "codes/colours.yaml": ("", "name: colours\n"),
    "codes/tiers.yaml": ("", "name: tiers\n"),
    "codes/post_kinds.yaml": ("", "name: post_kinds\n"),
    "workflows/own/v1.yaml": ("", "nothing: 1\n"),
}
HIDDEN_BY = {"codes/tiers.yaml": {"rules[0].then.tier"}}


@pytest.mark.parametrize("file", sorted(WRONG))
def test_one_wrong_file_hides_only_what_hangs_on_it(site, file):
    alone = [one for one in told(write(site, BROKEN)) if one[0] == "routing.yaml"]
    before, after = WRONG[file]
    path = site / file
    path.parent.mkdir(parents=True, exist_ok=True)
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    both = told(site)
    assert {one[0] for one in both} == {file, "routing.yaml"}
    hidden = HIDDEN_BY.get(file, set())
    # Messages may differ: a definition that cannot be read is among those that there are.
    found = [one[:3] for one in both if one[0] == "routing.yaml"]
    assert found == [one[:3] for one in alone if one[2] not in hidden]


THEN = ["then.level", "then.tier", "then.definition"]


@pytest.mark.parametrize(
    ("right", "wrong", "key", "hidden"),
    [
        ("key: harbour", "key: [1]", "key", {"rules[0].then.level", "rules[2].then.department.at"}),
        ("working_days: 5", "working_days: 0", "working_days", set()),
    ],
)
def test_levels_are_not_judged_by_a_chain_of_which_a_level_is_not_known(site, right, wrong, key, hidden):
    alone = [one for one in told(write(site, BROKEN)) if one[0] == "routing.yaml"]
    path = site / "site.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    assert told(site) == [
        *[one for one in alone if one[2] not in hidden],
        ("site.yaml", 8, f"chain[1].{key}"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "wrong", "gone"),
    [
        (
            "    then: {level: sky,",
            "    then: {level: [], luck: 1,",
            ["then.level", "then.luck"],
            ["then.level"],
        ),
        ("    then: {level: sky, tier: hopeless, definition: magic}\n", "    then: 5\n", ["then"], THEN),
        ("    then: {level: sky, tier: hopeless, definition: magic}\n", "", ["then"], THEN),
        ("    because: 理由\n    when:", "    when:", ["because"], []),
        ("  - id: one\n    because: 理由\n    when:", "  - because: 理由\n    when:", ["id"], []),
        (
            "  - id: one\n    because: 理由\n    when:",
            "  - id: A B\n    because: 1\n    when:",
            ["id", "because"],
            [],
        ),
    ],
)
def test_what_is_wrong_in_a_rule_hides_none_of_its_other_names(site, old, new, wrong, gone):
    before = [key for _file, _line, key in told(write(site, BROKEN))]
    text = BROKEN.replace(old, new, 1)
    assert text != BROKEN
    after = [key for _file, _line, key in told(write(site, text))]
    unsaid = [f"rules[0].{key}" for key in gone] + ["rules[1].id"] * ("id" in wrong)
    assert sorted(after) == sorted(
        [key for key in before if key not in unsaid] + [f"rules[0].{key}" for key in wrong]
    )


def test_a_sound_file_is_part_of_the_site(site):
    found = checked_site(write(site, SOUND), DAY)
    assert [rule.id for rule in found.routing.rules] == ["crowd", "rest"]
    assert found.routing.mediators.language == 7


def test_every_name_that_nobody_has_is_told_at_once_with_its_line(site):
    assert told(write(site, BROKEN)) == [
        ("routing.yaml", 6, "rules[0].when.category[0]"),
        ("routing.yaml", 6, "rules[0].when.governance[1]"),
        ("routing.yaml", 6, "rules[0].when.place[0]"),
        ("routing.yaml", 6, "rules[0].when.risk[0]"),
        ("routing.yaml", 6, "rules[0].when.source[0]"),
        ("routing.yaml", 7, "rules[0].but_not.place[0]"),
        ("routing.yaml", 8, "rules[0].then.definition"),
        ("routing.yaml", 8, "rules[0].then.level"),
        ("routing.yaml", 8, "rules[0].then.tier"),
        ("routing.yaml", 9, "rules[1].id"),
        ("routing.yaml", 11, "rules[1].then.unit"),
        ("routing.yaml", 14, "rules[2].then.department.at"),
        ("routing.yaml", 14, "rules[2].then.department.kind"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("hit_policy: first", "hit_policy: best", "hit_policy"),
        ("{from: 10}", "{from: 10, under: 10}", "rules[0].when.headcount"),
        ("{from: 10}", "{}", "rules[0].when.headcount"),
        ('["02"]', "[]", "rules[0].when.governance"),
        ("{unit: gang}", "{tier: simple}", "rules[1].then"),
        ("{unit: gang}", "{unit: gang, department: {kind: court}}", "rules[1].then"),
        ("working_days: 9", "working_days: 9, days: 3", "rules[0].then.limit"),
        ("working_days: 9, article: 示例规定", "working_days: 9", "rules[0].then.limit.article"),
        ("    because: 其余的也到渔港\n", "", "rules[1].because"),
        ("language: 7", "luck: 7", "mediators.luck"),
        ("{from: 10}", "{from: 10, till: 12}", "rules[0].when.headcount.till"),
    ],
)
def test_a_wrong_shape_is_told_with_its_key(site, old, new, key):
    assert old in SOUND
    assert [found[2] for found in told(write(site, SOUND.replace(old, new)))] == [key]


def test_an_uncovered_dispute_is_told_in_words(site):
    found = inspect(write(site, SOUND.partition("  - id: rest")[0]), DAY).problems
    assert [(one.line, one.key) for one in found] == [(3, "rules")]
    assert found[0].message.startswith("有纠纷没有规则符合，例如：司法行政类别婚姻家庭，综治类别")


def test_two_rules_for_one_dispute_are_told_where_only_one_may_fit(site):
    found = inspect(write(site, SOUND.replace("first", "only")), DAY).problems
    assert [(one.line, one.key) for one in found] == [(9, "rules[1]")]
    assert found[0].message.startswith("规则 rest：与规则 crowd 都符合同一件纠纷，例如：")


def test_a_unit_without_committee_or_without_anybody_for_the_definition_is_told(site):
    (site / "units.csv").write_text(
        (site / "units.csv").read_text(encoding="utf-8")
        + "hu-fy,示例湖区法院,court,,hu,,,,2024-01-01,,\ngang-sifa,示例渔港司法所,justice,,gang,,,,2024-01-01,,\n",
        encoding="utf-8",
    )
    courts = write(site, SOUND.replace("{unit: gang}", "{department: {kind: court}}"))
    assert [one.message for one in inspect(courts, DAY).problems] == [
        "示例湖区法院及其上级没有在任的人民调解委员会，不能编号受理",
        "示例湖区法院没有人能办理 ordinary 流程的“已交办待签收、已签收待受理、已受理”；请改交别的单位，或者补上岗位",
    ]
    office = write(site, SOUND.replace("{unit: gang}", "{level: boat, unit: gang-sifa}"))
    assert [one.message for one in inspect(office, DAY).problems] == [
        "示例渔港司法所不在层级 船队 上",
        "示例渔港司法所没有人能办理 ordinary 流程的“已交办待签收、已签收待受理、已受理”；请改交别的单位，或者补上岗位",
    ]


def test_a_department_that_cannot_be_found_from_some_place_is_told(site):
    found = inspect(write(site, SOUND.replace("{unit: gang}", "{department: {kind: labour}}")), DAY).problems
    assert [one.message for one in found] == [
        "从示例湖区出发找不到它所指的单位（共3处）；请写明 unit，或者限定 place"
    ]


def beside_the_chain(site):
    """The lake above its harbours lies on no level, as counties do whose chain begins below them."""
    units = (site / "units.csv").read_text(encoding="utf-8")
    text = units.replace("hu,示例湖区,area,lake,", "hu,示例湖区,area,,")
    text += "hu-renshe,示例湖区人社局,labour,,hu,,,,2024-01-01,,\n"
    (site / "units.csv").write_text(text, encoding="utf-8")
    return site


def messages_with(site, text):
    return [one.message for one in inspect(write(site, text), DAY).problems]


def test_a_dispute_that_a_unit_beside_the_chain_takes_in_needs_a_rule_too(site):
    below = SOUND.replace("    then: {unit: gang}", "    when: {place: [gang]}\n    then: {unit: gang}")
    assert messages_with(site, below) != []
    assert ["所在地示例湖区，" in one for one in messages_with(beside_the_chain(site), below)] == [True]
    assert messages_with(site, SOUND) == []


def test_a_rule_for_places_beside_the_chain_alone_has_to_find_a_unit(site):
    beside_the_chain(site)
    only = "    when: {place: [hu]}\n    but_not: {place: [gang]}\n    then: "
    rest = "  - id: above\n    because: 湖区受理的\n" + only
    text = SOUND.replace("  - id: rest", rest + "{level: harbour}\n  - id: rest")
    assert messages_with(site, text) == [
        "从示例湖区出发找不到它所指的单位（共2处）；请写明 unit，或者限定 place"
    ]
    assert (
        messages_with(site, text.replace("{level: harbour}\n  - id: rest", "{unit: gang}\n  - id: rest"))
        == []
    )
    office = text.replace("{level: harbour}\n  - id: rest", "{department: {kind: labour}}\n  - id: rest")
    assert [one[:7] for one in messages_with(site, office)] == ["示例湖区人社局"] * 2


def test_a_level_that_places_on_the_chain_find_may_be_left_to_a_person_elsewhere(site):
    text = SOUND.replace("{unit: gang}", "{level: harbour}")
    assert messages_with(beside_the_chain(site), text) == []


def test_a_level_without_people_for_the_definition_is_a_warning(site):
    found = inspect(write(site, SOUND.replace("{unit: gang}", "{level: lake}")), DAY)
    assert [one.message for one in found.problems] == [
        "示例湖区及其上级没有在任的人民调解委员会，不能编号受理"
    ]


def applied(database, site, clock, since=None):
    found = read_site(site, DAY)
    with database.writing() as session:
        done = apply_from(session, found, clock.now(), since or local_day(clock.now()))
        assert done.problems == []
    return [str(change) for change in done.changes if "routing" in str(change)]


def in_force(database):
    with database.reading() as session:
        units.forget(session)
        found = routing_in_force(session)
        return found and (found.rules.version, [rule.id for rule in found.rules.rules])


def test_rules_are_kept_with_their_version_and_taken_away_with_their_file(site, database, clock):
    applied(database, site, clock)
    assert in_force(database) is None
    assert applied(database, write(site, SOUND), clock) == ["新增 配置 routing/site"]
    assert in_force(database) == (1, ["crowd", "rest"])
    assert applied(database, site, clock) == []
    changed = write(site, SOUND.replace("id: rest", "id: others"))
    assert len(applied(database, changed, clock)) == 1
    assert in_force(database) == (2, ["crowd", "others"])
    (site / "routing.yaml").unlink()
    assert len(applied(database, site, clock)) == 1
    assert in_force(database) is None
    assert applied(database, site, clock) == []


def test_first_rules_may_be_planned_for_a_day_to_come(site, database, clock):
    applied(database, site, clock)
    write(site, SOUND)
    assert len(applied(database, site, clock, local_day(clock.now()) + timedelta(days=3))) == 1
    assert in_force(database) is None
    clock.advance(timedelta(days=4))
    with database.writing() as session:
        assert come_into_force(session, clock.now()) == ["routing/site"]
    assert in_force(database) == (1, ["crowd", "rest"])


def test_a_wrong_file_leaves_the_rules_in_force_alone(site, database, clock):
    applied(database, write(site, SOUND), clock)
    with pytest.raises(SiteError):
        checked_site(write(site, BROKEN), DAY)
    assert in_force(database) == (1, ["crowd", "rest"])


def test_the_file_in_the_docs_is_one(tmp_path):
    page = (Path(__file__).parents[2] / "docs" / "routing.md").read_text(encoding="utf-8")
    text = page.split("```yaml\n")[1].split("```")[0]
    data, lines = parse_yaml(text, "routing.yaml")
    found, wrong = checked(RoutingSaid, data, lines, "routing.yaml")
    assert wrong == []
    assert (found.rules[0].id, found.mediators) == ("workers", Weights())
