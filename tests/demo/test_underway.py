"""What is under way is judged whole before it is played, and what is refused in the play ends nothing else."""

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from mediation.app import Instance
from mediation.cases import queries
from mediation.demo.said import DisputeSaid, OfficeActSaid
from mediation.demo.script import Step
from mediation.demo.underway import ApplicationSaid, Furniture, Underway, read_underway
from mediation.errors import SiteError
from mediation.intake import queries as applications
from tests.cases.kinship.test_batch import three
from tests.demo.test_script import ESHAN, GOOD
from tests.jobs.test_killed import owing, waiting
from tests.town import party, postgresql_founded, sqlite_founded, sqlite_town

__all__ = ["postgresql_founded", "sqlite_founded", "sqlite_town"]

APPLICATIONS = """\
today: 2026-11-23
applications:
  - key: tree
    at: 2026-11-22T20:15
    said: {name: 甲某, phone: 0900-5550001, other: 隔壁, place: yicun, account: 树枝伸过来了。, wanted: 修掉。, agrees: true}
  - key: shop
    at: 2026-11-23T23:50
    said: {name: 乙某, phone: 0900-5550002, other: 店家, place: xi, account: 水管裂了。, wanted: 退钱。, agrees: true}
"""


@pytest.fixture
def site(tmp_path):
    """The county of the example with something else under way."""
    shutil.copytree(ESHAN, tmp_path / "site", ignore=shutil.ignore_patterns("disputes.yaml"))
    return tmp_path / "site"


def faults(site, text) -> list[tuple[int | None, str | None, str]]:
    (site / "underway.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(SiteError) as refused:
        read_underway(site)
    problems = refused.value.problems
    assert {problem.file for problem in problems} == {"underway.yaml"}
    return [(problem.line, problem.key, problem.message) for problem in problems]


def test_file_that_nothing_is_wrong_with_is_read(site):
    (site / "underway.yaml").write_text(GOOD + APPLICATIONS, encoding="utf-8")
    found, steps = read_underway(site)
    assert ([one.key for one in found.applications], len(steps)) == (["tree", "shop"], 3)


def test_everything_wrong_with_applications_is_told_at_once(site):
    wrong = (
        APPLICATIONS.replace("key: shop", "key: tree")
        .replace("2026-11-23T23:50", "2026-11-24T08:00")
        .replace("0900-5550001", "12-34")
        .replace("place: yicun", "place: nowhere")
        .replace("退钱。, agrees: true", "退钱。")
    )
    assert faults(site, GOOD + wrong) == [
        (18, "applications[0].said.phone", "电话号码不像手机号（11位，1开头）或固定电话（区号加7至8位）"),
        (18, "applications[0].said.place", "请选择事情发生在哪里"),
        (19, "applications[1].key", "key tree 用了两次"),
        (20, "applications[1].at", "晚于 today：演示打开的那一天"),
        (21, "applications[1].said.agrees", "请先看一遍并打勾"),
    ]


def test_place_is_not_told_where_the_site_itself_cannot_be_read(site):
    (site / "units.csv").write_text("代码\n", encoding="utf-8")
    wrong = APPLICATIONS.replace("place: yicun", "place: nowhere").replace("0900-5550001", "12-34")
    assert faults(site, GOOD + wrong) == [
        (18, "applications[0].said.phone", "电话号码不像手机号（11位，1开头）或固定电话（区号加7至8位）")
    ]


def test_act_after_the_day_on_which_the_demo_opens_is_told_of_that_day(site):
    late = GOOD.replace("2026-03-04T09:00", "2026-11-24T09:00")
    assert faults(site, late + APPLICATIONS) == [
        (13, "disputes[1].acts[1].at", "晚于 today：演示打开的那一天")
    ]


# — the play —


def registered(key: str, *acts: dict, **words) -> DisputeSaid:
    said = {
        "title": key,
        "source": "applied",
        "governance_category": "0201",
        "narrative": "沟",
        "parties": [party(), party("respondent", 2)],
        **words,
    }
    first = {"at": "2026-03-03T09:00", "as": "jiawin", "do": "register", "with": said}
    return DisputeSaid.model_validate(
        {
            "key": key,
            "shows": "x",
            "expect": {"outcome": "open", "state": "registered"},
            "acts": [first, *acts],
        }
    )


def application(key: str, at: str, **words) -> ApplicationSaid:
    said = {
        "name": "甲某",
        "phone": "0900-5550001",
        "other": "乙某",
        "place": "jia",
        "account": "树。",
        "wanted": "修。",
    }
    return ApplicationSaid.model_validate({"key": key, "at": at, "said": {**said, "agrees": True, **words}})


def furniture(town, *disputes: DisputeSaid, sent: tuple = (), steps: tuple = ()) -> Furniture:
    found = Underway(format=1, today=date(2026, 3, 3), disputes=disputes, applications=sent)
    acts = [Step(act.at, "underway.yaml", None, act, one) for one in disputes for act in one.acts]
    return Furniture(town.instance, town.clock, (found, [*acts, *steps]), date(2026, 3, 3))


@pytest.fixture
def town(sqlite_town):
    """With every desk about its own database, that of residents too."""
    with Instance.open(sqlite_town.instance.settings, sqlite_town.clock) as instance:
        yield replace(sqlite_town, instance=instance)


def play(town, furnished: Furniture) -> list[datetime]:
    happenings = sorted(furnished.happenings(), key=lambda one: one.at)
    for one in happenings:
        town.clock.put(one.at)
        one.play()
    return [one.at for one in happenings]


def titles(town) -> list[str]:
    with town.reading() as session:
        return sorted(case.title for case in queries.all_cases(session))


def test_act_that_names_a_refused_dispute_ends_its_own_and_nothing_else(town):
    link = {
        "at": "2026-03-03T09:10",
        "as": "jiawin",
        "do": "link",
        "with": {"to": "@refused", "kind": "related", "why": "同一天"},
    }
    triage = {"at": "2026-03-03T09:20", "as": "jiawin", "do": "triage", "with": {"tier": "ordinary"}}
    furnished = furniture(
        town,
        registered("refused", place="nowhere"),
        registered("linked", link, triage),
        registered("other", triage),
    )
    play(town, furnished)
    with town.reading() as session:
        states = {case.title: case.state for case in queries.all_cases(session)}
    assert states == {"linked": "registered", "other": "triaged"}
    assert furnished.taken_in == 2


def test_application_that_is_refused_is_not_sent_and_ends_nothing(town):
    sent = (application("a", "2026-03-03T08:00", place="nowhere"), application("b", "2026-03-03T08:10"))
    play(town, furniture(town, registered("one"), sent=sent))
    with town.reading() as session:
        assert applications.waiting_in_all(session) == 1
    assert titles(town) == ["one"]


def test_application_does_not_put_the_clock_back(town):
    """The demo opens a week later where an application would lie before what has happened."""
    before = town.clock.now()
    moments = play(town, furniture(town, registered("one"), sent=(application("a", "2026-03-01T08:00"),)))
    assert moments[0] > before
    assert moments == [
        datetime(2026, 3, 8, 0, 0, tzinfo=UTC),
        datetime(2026, 3, 10, 1, 0, tzinfo=UTC),
    ]


def test_round_and_batch_leave_papers_to_the_jobs(town):
    """Not only those of what is under way: they would print what every case of the instance owes."""
    owing(town)
    series, refs = three(town)
    before = town.rows("SELECT count(*) FROM document")
    batch = {"series": series, "trigger": "accept", "words": {}}
    act = OfficeActSaid.model_validate(
        {"at": "2026-03-03T10:00", "as": "jiamed", "do": "batch", "with": batch}
    )
    steps = (
        Step(act.at, "underway.yaml", None, act),
        Step(datetime(2026, 3, 3, 10, tzinfo=UTC), "underway.yaml", None),
    )
    owed = waiting(town)
    play(town, furniture(town, registered("one"), steps=steps))
    assert [town.case(ref).state for ref in refs] == ["accepted", "accepted", "received"]
    assert town.rows("SELECT count(*) FROM document") == before
    assert waiting(town) >= owed
