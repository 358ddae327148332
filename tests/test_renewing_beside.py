"""What running cases have against a site's files is told beside whatever is wrong in them, as far as it does not hang on that."""

from datetime import date, timedelta

import pytest

from mediation.cases import queries
from mediation.errors import SiteError
from tests.test_renewing import MERGED, apply, without
from tests.town import (
    COMMITTEES,
    PEOPLE,
    SITE,
    UNITS,
    postgresql_founded,
    sqlite_founded,
    town,
)

__all__ = ["apply", "postgresql_founded", "sqlite_founded", "town"]


def swap(text, right, wrong):
    assert right in text
    return text.replace(right, wrong, 1)


def of_cases(apply, since=None, **changed):
    """Whom and what the running cases speak for, in (file, key)."""
    with pytest.raises(SiteError) as refused:
        apply(since=since, **changed)
    told = [(one.file, one.key) for one in refused.value.problems if "手里还有" in one.message or "还有在办" in one.message or "不能改名" in one.message]  # fmt: skip
    assert len(told) < len(refused.value.problems)
    return sorted(told)


GONE = "".join(line for line in UNITS.splitlines(keepends=True) if not line.startswith("jia"))
STAYED = PEOPLE.replace(",jia,", ",yi,").replace(",jia-1,", ",yi-1,").replace(",jia-2,", ",yi-1,")
LEFT = "".join(line for line in STAYED.splitlines(keepends=True) if not line.startswith("jiamed,"))
MOVED = COMMITTEES.replace("unit: jia,", "unit: yi,").replace("person: jiamed,", "person: jiaarc,")
RENAMED = MOVED.replace("示例乙嘎查村民委员会人民", "示例乙嘎查人民")
ENDS = {"units": GONE, "people": LEFT, "committees": RENAMED}
TOLD = [("committees.yaml", "yi-tw"), ("people.csv", "jiamed"), ("units.csv", "jia")]
"""Files with which a unit, a person and a committee's name go, that cases need."""
BESIDE = {
    "another unit": ("units", ",police,,su", ",police,,nowhere"),
    "another unit's code": ("units", "\nyi-1,", "\nyi 1,"),
    "a number of households": ("units", ",浩特,yi,,,12", ",浩特,yi,,,十二"),
    "another person's day": ("people", "登记员,嘎查文书,yi,,2025-01-01", "登记员,嘎查文书,yi,,2025-02-30"),
    "another person's code": ("people", "\nlin,", "\nlin x,"),
    "another person's unit": ("people", ",su-pai,", ",nowhere,"),
    "a column too many": ("people", "联系方式\n", "联系方式,备注\n"),
    "a heading of units": ("units", "户数", "户 数"),
    "a heading of people": ("people", "专长", "特长"),
    "a member": ("committees", "person: hua,", "person: nobody,"),
    "who left on a roster": ("committees", "person: jiaarc,", "person: jiamed,"),
    "a committee's term": ("committees", "2027-12-31", "2030-12-31"),
    "a committee's shape": ("committees", "term_to: 2027-12-31", "term_to: soon, colour: red"),
    "the settings": ("site", "over_yuan: 5000", "over_yuan: much"),
    "the settings' format": ("site", "format: 1", "format: 2"),
}


def test_what_cases_have_against_the_files_is_told_beside_any_mistake_in_them(town, apply):
    town.bring("mediating")
    town.clock.advance(timedelta(days=1))
    before = town.dump()
    for what, (file, right, wrong) in BESIDE.items():
        text = swap({**ENDS, "site": SITE}[file], right, wrong)
        assert (what, of_cases(apply, **{**ENDS, file: text})) == (what, TOLD)
    assert of_cases(apply, since="2026-3-3", **ENDS) == [one for one in TOLD if one[0] != "people.csv"]
    assert of_cases(apply, site=swap(SITE, "name: ", "name: [1]\nabout: "), **ENDS) == TOLD
    assert town.dump() == before


ENDED = UNITS.replace(
    "嘎查,su,590121200201,,,2024-01-01,,", "嘎查,su,590121200201,,,2024-01-01,2026-03-02,yi"
)
HEARSAY = {
    "the code of the unit": ("units", "\njia,", "\nj ia,"),
    "no code of the unit": ("units", "\njia,示例甲嘎查,", "\n,,"),
    "the code twice": ("units", "\njia,", "\nyi,"),
    "all codes": ("units", "代码,名称", "代 码,名称"),
    "the whole sheet": ("units", UNITS, ""),
    "an open quotation": ("units", "su,示例苏木", 'su,"示例苏木'),
    "its last day": ("units", "嘎查,su,590121200201,,,2024-01-01,,", "嘎查,su,590121200201,,,2024-01-01,2026-02-30,"),
    "the unit it went to": ("units", "嘎查,su,590121200201,,,2024-01-01,,", "嘎查,su,590121200201,,,2024-01-01,2026-03-02,nowhere"),
    "where it went, by no heading": ("units", UNITS, ENDED.replace("并入", "并到")),
    "the code of the person": ("people", "\njiamed,", "\njia med,"),
    "no code of the person": ("people", "\njiamed,包和,", "\n,,"),
    "another's code": ("people", "\njiamed,", "\nlin,"),
    "all codes of people": ("people", "人员代码", "人员 代码"),
    "all posts": ("people", "岗位代码", "岗位 代码"),
    "all kinds": ("people", "岗位种类", "岗位 种类"),
    "the kind": ("people", "mediator,人民调解员,调委会主任,jia", "mediator,调解大师,调委会主任,jia"),
    "the unit of the post": ("people", "调委会主任,jia,", "调委会主任,jai,"),
    "the post": ("people", "mediator,人民调解员,调委会主任,jia", "med iator,人民调解员,调委会主任,jia"),
    "the term": ("people", "2025-01-01,2027-12-31", "2025-01-01,2025-02-30"),
    "the days of all": ("people", "任期届满", "任期 届满"),
    "nobody": ("people", PEOPLE, ""),
    "what the person is": ("people", "包和,女", "包和,雌"),
    "a level": ("site", "key: gacha", "key: [1]"),
    "the site's name": ("site", "name: ", "name: [1]\nabout: "),
    "the name": ("committees", "name: 示例乙嘎查村民委员会人民调解委员会", "name: [示例乙嘎查]"),
    "the code of the committee": ("committees", "code: yi-tw", "code: [yi-tw]"),
}  # fmt: skip
"""What cannot be read must not look as if it had ended."""


@pytest.mark.parametrize("since", [None, date(2026, 3, 10)], ids=["at once", "planned"])
def test_nothing_is_told_that_hangs_on_what_cannot_be_read(town, apply, since):
    town.bring("mediating")
    town.clock.advance(timedelta(days=1))
    before = town.dump()
    right = {"units": UNITS, "people": PEOPLE, "committees": COMMITTEES, "site": SITE}
    for what, (file, old, new) in HEARSAY.items():
        with pytest.raises(SiteError) as refused:
            apply(since=since, **{file: swap(right[file], old, new)})
        own = {one.file for one in refused.value.problems}
        hearsay = ("还有", "没有生效日期", "只属于一个部署单位")
        found = [str(one) for one in refused.value.problems if any(word in one.message for word in hearsay)]
        assert (what, found) == (what, [])
        assert file in {one.partition(".")[0] for one in own}
    assert town.dump() == before


def test_posts_that_outlast_their_merged_unit_are_not_told_to_be_left(town, apply):
    """They may be meant to move with it."""
    town.bring("mediating")
    town.clock.advance(timedelta(days=1))
    forgotten = {**MERGED, "people": PEOPLE}
    with pytest.raises(SiteError) as refused:
        apply(**forgotten)
    own = {("people.csv", "任期届满"), ("people.csv", "联系单位")}
    assert {(one.file, one.key) for one in refused.value.problems} == own
    people = without("jiamed").replace(",jia,", ",yi,")
    committees = swap(MERGED["committees"], "person: jiamed,", "person: jiaarc,")
    wrong = swap(people, ",su-pai,", ",nowhere,")
    assert of_cases(apply, **{**MERGED, "people": wrong, "committees": committees}) == [
        ("people.csv", "jiamed")
    ]


@pytest.mark.parametrize("since", [None, date(2026, 3, 10)], ids=["at once", "planned"])
def test_who_takes_a_kind_of_post_that_is_new_is_not_told_to_leave(town, apply, since):
    """What it counts as stands in the files alone."""
    ref = town.bring("mediating")
    town.act("jialead", ref, "put_in_charge", person="sulead")
    town.clock.advance(timedelta(days=1))
    people = swap(PEOPLE, "leader,单位负责人,苏木书记", "leader,总负责人,苏木书记")
    new = SITE + "post_kinds: [{code: elder, title: 总负责人, acts_as: [unit_leader], scope: subtree}]\n"
    wrong = swap(new, "code: elder", "code: [1]")
    for site, duty in ((new, "format: 2"), (wrong, "format: 1")):
        with pytest.raises(SiteError) as refused:
            apply(since=since, site=site, people=people, duty=duty)
        assert [one.key for one in refused.value.problems if "手里还有" in one.message] == []
    assert [one.key for one in refused.value.problems if "没有生效日期" in one.message] == []


def test_mediators_whose_roster_ends_are_warned_of_until_they_are_on_another(town, apply):
    ref = town.bring("mediating")
    number = town.case(ref).number
    town.clock.advance(timedelta(days=1))

    def off(since=None, **changed):
        """Of a dry run: who is warned of, with the words."""
        warned = apply(since=since, dry_run=True, **{**MERGED, **changed}).warnings
        return [(one.file, one.key, one.message) for one in warned if "名单上" in one.message]

    told = (
        f"正在调解 {number}，从 {{}} 起不在有权调解的调委会名单上；请写进名单（委员或者受聘），或者更换调解员"
    )
    assert off() == [("committees.yaml", "jiamed", f"包和 {told.format('2026-03-03')}")]
    appointed = swap(
        MERGED["committees"], "{person: yimed2}", "{person: yimed2}, {person: jiamed, role: appointed}"
    )
    assert off(committees=appointed) == []
    right = {"units": UNITS, "people": PEOPLE}
    ending = swap(
        COMMITTEES,
        "{person: jiamed, role: director}, {person: jiamed2}",
        "{person: jiaarc, role: director}, {person: jiamed2}",
    )
    assert off(**right, committees=COMMITTEES) == []
    assert off(since=date(2026, 3, 20), **right, committees=ending) == [
        ("committees.yaml", "jiamed", f"包和 {told.format('2026-03-20')}")
    ]


def test_who_mediates_by_one_of_several_posts_leaves_with_that_one_alone(town, apply):
    """Posts are sorted by their codes: that of the grid comes first, and is not the one by which anybody mediates here."""
    own = next(one for one in PEOPLE.splitlines(keepends=True) if one.startswith("jiamed,"))
    grid = "jiamed,,,,,,grid,网格员,甲社区网格员,jia-1,,2025-01-01,{end},,\n"
    ref = town.bring("accepted")
    apply(people=swap(PEOPLE, own, own + grid.format(end="")))
    mediators = [{"person": "jiamed"}, {"person": "jiarec", "role": "recorder"}]
    town.act("jiamed:mediator", ref, "assign", mediators=mediators)
    kinds = {one.role: post.kind for one, _person, post in town.of(ref, queries.mediators)}
    assert kinds["presiding"] == "mediator"
    town.clock.advance(timedelta(days=1))
    before = town.dump()
    with pytest.raises(SiteError, match="包和 手里还有"):
        apply(people=swap(PEOPLE, own, own.replace("2027-12-31", "2026-03-02") + grid.format(end="")))
    assert town.dump() == before
    apply(people=swap(PEOPLE, own, own + grid.format(end="2026-03-02")))
    town.act("jiamed", ref, "record_session", **town.session("agreed"))
