"""A site brought into the database: whole, once, and again."""

from datetime import date, timedelta
from pathlib import Path
from shutil import copytree

import pytest

from mediation.errors import NotFound, NotPermitted
from mediation.people import queries as people
from mediation.sites.applying import Change, apply_site
from mediation.sites.configuration import codes_in_force, settings_in_force
from mediation.sites.folder import read_site
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
