"""A site brought into the database: whole, once, and again."""

from datetime import date, timedelta
from pathlib import Path
from shutil import copytree

import pytest

from mediation.clock import local_day
from mediation.errors import NotFound, NotPermitted
from mediation.people import queries as people
from mediation.sites.applying import Change, apply_from, apply_site, place_problems
from mediation.sites.configuration import codes_in_force, settings_in_force
from mediation.sites.folder import read_site, survey_site
from mediation.units import queries as units

ESHAN = Path(__file__).parents[2] / "examples" / "eshan"
DAY = date(2026, 3, 2)


@pytest.fixture
def applied(database, clock):
    with database.writing() as session:
        apply_site(session, read_site(ESHAN, DAY), clock.now())
    return database


def test_the_same_site_again_changes_nothing(applied, clock):
    clock.advance(timedelta(days=3))
    with applied.writing() as session:
        assert apply_site(session, read_site(ESHAN, DAY), clock.now()) == []


def test_units_people_committees_and_configuration_are_there(applied):
    with applied.reading() as session:
        tree = units.load_tree(session, DAY)
        chain = units.load_chain(session)
        assert len(tree) == 44  # the merged village is over
        assert chain.keys == ("household", "area", "group", "village", "township")
        climbed = [tree.by_code("yicun-1-1-2")]
        while (above := tree.above(climbed[-1].id, chain)) is not None:
            climbed.append(above)
        assert [node.code for node in climbed] == ["yicun-1-1-2", "yicun-1-1", "yicun-1", "yicun", "dong"]
        assert len(people.people(session)) == 45
        village = units.competent_committee(session, tree.by_code("yicun-1-1-2").id, DAY)
        township = units.competent_committee(session, tree.by_code("dong-sifasuo").id, DAY)
        assert (village.code, township.code) == ("yicun-tw", "dong-tw")
        assert units.competent_committee(session, tree.by_code("xian-sifa").id, DAY) is None
        assert village.seal_text == "示例一村村民委员会人民调解委员会"
        assert village.sample
        roster = units.roster(session, village.id, DAY)
        assert sorted(member.role for member in roster) == [
            "director",
            "member",
            "member",
            "member",
            "member",
        ]
        settings = settings_in_force(session)
        assert settings == read_site(ESHAN, DAY).settings
        assert codes_in_force(session).lists == read_site(ESHAN, DAY).codes.lists


def test_what_the_files_no_longer_name_ends_yesterday(applied, clock, tmp_path):
    folder = tmp_path / "site"
    copytree(ESHAN, folder)
    sheet = (folder / "people.csv").read_text()
    kept = [line for line in sheet.splitlines() if not line.startswith("gujingwei,")]
    (folder / "people.csv").write_text("\n".join(kept).replace("专职网格员", "网格员", 1) + "\n")
    with applied.writing() as session:
        changes = apply_site(session, read_site(folder, DAY), clock.now())
    assert changes == [
        Change("人员", "gujingwei", "ended"),
        Change("岗位", "shenyan:grid", "changed", ("title",)),
        Change("岗位", "gujingwei:adviser", "ended"),
    ]
    with applied.reading() as session:
        [post] = people.posts_of(session, people.person(session, "gujingwei").id)
        assert post.valid_to == DAY - timedelta(days=1)
        with pytest.raises(NotPermitted, match="已停用"):
            people.actor(session, "gujingwei", None, DAY)


def test_going_back_to_an_earlier_configuration_is_a_version_of_its_own(applied, clock, tmp_path):
    folder = tmp_path / "site"
    copytree(ESHAN, folder)
    text = (folder / "site.yaml").read_text()
    (folder / "site.yaml").write_text(text.replace("over_yuan: 5000", "over_yuan: 8000"))
    began = clock.now()
    for source in (folder, ESHAN):
        clock.advance(timedelta(days=1))
        with applied.writing() as session:
            changes = apply_site(session, read_site(source, DAY), clock.now())
        assert changes == [Change("配置", "site/site", "changed")]
    with applied.reading() as session:
        amounts = [
            settings_in_force(session, moment).written_required.over_yuan
            for moment in (began, began + timedelta(days=1), None)
        ]
        assert amounts == [5000, 8000, 5000]
        assert units.configuration(session, "site", "site").version == 3


def test_an_actor_is_a_person_in_one_post(applied):
    with applied.reading() as session:
        tree = units.load_tree(session, DAY)
        leader = people.actor_from_text(session, "puyongan", DAY)
        assert leader.code == "puyongan:leader"
        assert leader.label == "普永安（乡党委书记）"
        assert leader.counts_as == {"unit_leader"}
        assert leader.sees == {tree.by_code("dong").id, tree.by_code("yicun").id}
        household = people.actor_from_text(session, "pufugui:household", DAY)
        assert household.counts_as == {"household_leader", "grid_worker", "unit_leader", "registrar"}
        assert not household.sees_below
        own = people.actor_from_text(session, "mayong", DAY)
        assert own.counts_as == {"red_grid_leader", "grid_leader", "grid_worker", "unit_leader"}
        assert people.actor_of_post(session, own.post_id, DAY) == own


@pytest.mark.parametrize(
    ("said", "day", "error", "message"),
    [
        ("nobody", DAY, NotFound, "没有代码为 nobody 的人员"),
        ("fangmin:chief", DAY, NotFound,
         ("方敏 没有代码为 chief 的岗位\n岗位：\n  archivist  乡档案员（2025-01-01 至 现在）\n"
         "  recorder  乡调委会记录员（2025-01-01 至 现在）\n  registrar  乡综治中心登记员（2025-01-01 至 现在）")),
        ("pufugui", DAY, NotPermitted,
         ("普富贵 有 2 个岗位，请写明用哪一个：--as pufugui:岗位\n岗位：\n  area  片长（2025-01-01 至 现在）\n"
         "  household  党员联户长（2025-01-01 至 2027-12-31）")),
        ("pufugui:household", date(2028, 1, 1), NotPermitted,
         ("普富贵 的岗位 household（党员联户长）在 2028-01-01 不在任期内\n岗位：\n  area  片长（2025-01-01 至 现在）\n"
         "  household  党员联户长（2025-01-01 至 2027-12-31）")),
        ("duanlihua", date(2028, 1, 1), NotPermitted,
         "段丽华 在 2028-01-01 没有在任的岗位\n岗位：\n  household  党员联户长（2025-01-01 至 2027-12-31）"),
    ],
)  # fmt: skip
def test_an_actor_who_cannot_act_is_told_why(applied, said, day, error, message):
    with applied.reading() as session, pytest.raises(error) as caught:
        people.actor_from_text(session, said, day)
    assert str(caught.value) == message


def test_what_has_ended_does_not_end_again(applied, clock, tmp_path):
    folder = tmp_path / "site"
    copytree(ESHAN, folder)
    sheet = (folder / "people.csv").read_text()
    kept = [line for line in sheet.splitlines() if not line.startswith("duanlihua,")]
    (folder / "people.csv").write_text("\n".join(kept) + "\n")
    ended = DAY - timedelta(days=1)
    for expected in (3, 0, 0):  # the person, the post until 2027, its contact
        with applied.writing() as session:
            changes = apply_site(session, read_site(folder, DAY), clock.now())
        assert [change.how for change in changes] == ["ended"] * expected
        clock.advance(timedelta(days=1))
    with applied.reading() as session:
        [post] = people.posts_of(session, people.person(session, "duanlihua").id)
        [duty] = [row for row in people.all_contact_duties(session) if row.post_id == post.id]
        assert (post.valid_to, duty.valid_to) == (ended, ended)


GRIDS = """代码,名称,层级,上级,区划代码,网格编码,户数,生效日期
hu,示例湖区,lake,,590300000000,,,2024-01-01
gang,示例渔港,harbour,hu,590300100000,,,2024-01-01
dui,示例船队,boat,gang,,590300100000001,12,2024-01-01
dui-2,示例二队,boat,gang,,590300100000002,12,2024-01-01
"""


@pytest.fixture
def bring(database, clock, site):
    """Apply the lake with other units, on a day; the changes and problems told."""

    def _bring(sheet, since=None):
        (site / "units.csv").write_text(sheet, encoding="utf-8")
        now = clock.now()
        with database.writing() as session:
            applied = apply_from(session, read_site(site, DAY), now, since or local_day(now))
        return [str(one) for one in applied.changes], [str(one) for one in applied.problems]

    return _bring


def numbers(database):
    with database.reading() as session:
        return {unit.code: unit.grid_code for unit in units.units(session) if unit.code.startswith("dui")}


ONE, TWO, THREE = "590300100000001", "590300100000002", "590300100000003"
NEW = "dui-3,示例三队,boat,gang,,{},12,2026-03-02\n"


def other(first, second, third=None):
    text = (
        GRIDS.replace(ONE, "first").replace(TWO, "second").replace("first", first).replace("second", second)
    )
    return text + ("" if third is None else NEW.format(third))


@pytest.mark.parametrize(
    ("sheet", "found"),
    [
        (other(TWO, ONE), {"dui": TWO, "dui-2": ONE}),
        (other(TWO, THREE), {"dui": TWO, "dui-2": THREE}),
        (other(THREE, ONE), {"dui": THREE, "dui-2": ONE}),
        (other("", TWO, ONE), {"dui": None, "dui-2": TWO, "dui-3": ONE}),
        (other(TWO, THREE, ONE), {"dui": TWO, "dui-2": THREE, "dui-3": ONE}),
    ],
)
def test_grid_codes_pass_from_unit_to_unit(bring, database, sheet, found):
    bring(GRIDS)
    changes, problems = bring(sheet)
    assert problems == []
    told = {
        f"网格编码 {before or '无'} → {found[code] or '无'}"
        for code, before in (("dui", ONE), ("dui-2", TWO))
        if found[code] != before
    }
    assert {one.partition("：")[2] for one in changes if one.startswith("变更")} == told
    assert numbers(database) == found
    assert bring(sheet) == ([], [])


def test_a_grid_code_that_passes_on_cannot_be_planned(bring):
    bring(GRIDS)
    told = "网格编码没有生效日期，不能预定；请在 2026-03-10 当天再执行"
    _changes, problems = bring(other(TWO, ONE), date(2026, 3, 10))
    assert problems == [f"单位 dui: {told}", f"单位 dui-2: {told}"]


def test_a_grid_code_of_a_unit_that_the_files_no_longer_name_is_not_given_again(bring, database):
    bring(GRIDS)
    without = GRIDS.replace(f"dui-2,示例二队,boat,gang,,{TWO},12,2024-01-01\n", "")
    told = "units.csv:5 网格编码: 这个网格编码属于单位 示例二队（dui-2）；文件里虽然不再有它，编码也不能再给别的单位"
    for _time in ("before it ended", "after"):
        _changes, problems = bring(without + NEW.format(TWO))
        assert problems == [told]
        assert numbers(database) == {"dui": ONE, "dui-2": TWO, "dui-3": None}


def test_a_grid_code_that_is_not_given_again_keeps_none_from_passing_on(bring):
    bring(other(ONE, TWO, THREE))
    row = NEW.format(THREE).replace("dui-3,示例三队", "dui-4,示例四队")
    _changes, problems = bring(other(THREE, ONE) + row.replace(THREE, TWO))
    assert [one.partition(" 网格编码")[0] for one in problems] == ["units.csv:4"]


@pytest.mark.parametrize(
    ("right", "wrong", "count"),
    [
        (",示例渔港,harbour", ",示例渔港,shore", 1),
        ("\ndui,示例船队,", "\ndu i,示例二队,", 0),  # it may be the other unit
        (NEW.format(TWO), NEW.format(TWO + "1"), 0),
        ("网格编码", "网格 编码", 0),
    ],
)
def test_a_grid_code_that_is_not_given_again_is_told_beside_what_is_wrong(
    bring, database, clock, site, right, wrong, count
):
    bring(GRIDS)
    sheet = GRIDS.replace(f"dui-2,示例二队,boat,gang,,{TWO},12,2024-01-01\n", "") + NEW.format(TWO)
    (site / "units.csv").write_text(sheet.replace(right, wrong, 1), encoding="utf-8")
    left = survey_site(site, DAY).left
    with database.writing() as session:
        problems = place_problems(session, left, clock.now(), DAY)
        session.rollback()
    assert [one.line for one in problems] == [5] * count
