"""A calendar that comes moves what it concerns, lists it, and tells it in the trail; a wrong one leaves the old in force."""

import json
from datetime import date, timedelta

import pytest

from mediation.audit.trail import INSTANCE
from mediation.cases import queries
from mediation.cases.recounting import ACT
from mediation.cli import run
from mediation.clock import local_moment
from mediation.deadlines import queries as deadline_queries
from mediation.deadlines.calendar import last_day
from mediation.errors import SiteError
from mediation.founding import share_with_hosts
from mediation.renewing import apply_to_instance
from tests.town import environment, write_site

ANNOUNCED = """year: 2027
source: 示例通知
provisional: false
holidays:
  元旦: [2027-01-01, 2027-01-02, 2027-01-03]
  示例节: [2027-01-18, 2027-01-19, 2027-01-20]
workdays: [2027-01-16]
"""


@pytest.fixture
def late(town):
    """A case in talks whose limit and turn end in January 2027, and one whose limit rests."""
    town.clock.put(local_moment(date(2026, 12, 18), 9))
    running = town.bring("preparing")
    resting = town.bring("mediating")
    town.act(
        "jiamed",
        resting,
        "suspend",
        kind="appraisal",
        asked_by=[1],
        evidence="鉴定",
        expected_on="2027-03-01",
    )
    return running, resting


def announce(town, tmp_path, content=ANNOUNCED, **more):
    folder = write_site(tmp_path / f"site-{len(list(tmp_path.glob('site-*')))}")
    (folder / "calendars").mkdir()
    (folder / "calendars" / "2027.yaml").write_text(content, encoding="utf-8")
    town.instance.database.close()
    town.instance.site_folder = town.instance.settings.data / "site"
    return apply_to_instance(town.instance.settings, folder, clock=town.clock, **more)


def due(town, ref, name):
    return next(row for row in reversed(town.of(ref, queries.deadlines)) if row.name == name)


def test_calendar_that_is_applied_moves_lists_and_tells(town, late, tmp_path):
    running, resting = late
    town.act("jiamed", running, "record_session", **town.session())
    # the limit ends on 17 January 2027, a Sunday; the turn 15 days after the talk, on 2 January
    assert last_day(due(town, running, "mediation_limit").due_at) == date(2027, 1, 18)
    assert town.instance.clocks.recount_if_due().moved == []
    before = {ref: town.case(ref) for ref in late}
    was = {ref: due(town, ref, "mediation_limit").due_at for ref in late}
    turn = due(town, running, "state:mediating").due_at
    tried = announce(town, tmp_path, dry_run=True)
    assert due(town, running, "mediation_limit").due_at == was[running]
    found = announce(town, tmp_path).recounted
    assert found == tried.recounted
    moved = {(one.case, one.deadline): (one.was, one.due_at) for one in found.moved}
    limit = local_moment(date(2027, 1, 22))
    number = before[running].number
    assert moved[number, "mediation_limit"] == (was[running], limit)
    assert moved[before[resting].number, "mediation_limit"] == (was[resting], limit)
    assert due(town, resting, "mediation_limit").state == "paused"
    assert [one.provisional for one in found.moved] == [False] * len(found.moved)
    case = town.case(running)
    [task] = town.of(running, queries.open_tasks)
    moved_turn = due(town, running, "state:mediating").due_at
    assert moved_turn == moved.get((number, "state:mediating"), (None, turn))[1]
    assert {case.due_at, task.due_at} == {moved_turn}
    assert {row[0] for row in town.of(running, queries.open_rows).values()} == {moved_turn}
    event = next(
        one for one in reversed(town.events(running)) if one.facts.get("deadline") == "mediation_limit"
    )
    assert (event.act, event.facts["was"], event.facts["due_at"]) == (
        ACT, was[running].isoformat(), limit.isoformat(),
    )  # fmt: skip
    assert town.instance.verify_trail().problems == []
    with town.reading() as session:
        assert deadline_queries.last_recount(session).moved == len(found.moved)
    assert town.last(INSTANCE).facts["recounted"] == len(found.moved)


def test_calendar_that_comes_with_a_release_is_counted_in_the_daily_round_once(town, late):
    running, _resting = late
    town.instance.run_deadlines()
    folder = town.instance.settings.data / "site" / "calendars"
    folder.mkdir()
    (folder / "2027.yaml").write_text(ANNOUNCED, encoding="utf-8")
    town.instance.site_folder = folder.parent
    if not town.instance.database.on_sqlite:  # there hosts fetch the site's files from the database
        own = town.instance
        with own.database.writing() as session:
            share_with_hosts(session, own.settings, own.keyring, town.clock.now(), folder.parent)
    town.instance._mark = -1  # as another process opens it
    found = town.instance.run_deadlines().recounted
    assert "mediation_limit" in {one.deadline for one in found.moved}
    acts = town.acts(running)
    assert acts.count(ACT) >= 1
    assert town.instance.run_deadlines().recounted is None
    assert town.acts(running) == acts


def test_wrong_calendar_is_refused_with_all_problems_and_the_old_one_stays(town, late, tmp_path):
    before = town.dump()
    wrong = ANNOUNCED.replace("[2027-01-16]", "[2028-01-16, 2027-01-18]").replace("示例通知", "''")
    with pytest.raises(SiteError) as caught:
        announce(town, tmp_path, wrong)
    assert {one.file for one in caught.value.problems} == {"calendars/2027.yaml"}
    assert [(one.line, one.key) for one in caught.value.problems] == [
        (2, "source"),
        (7, "workdays[0]"),
        (7, "workdays[1]"),  # a day that is worked anyhow, and a holiday of the same file
        (7, "workdays[1]"),
    ]
    assert town.dump() == before
    assert town.instance.clocks.recount(dry_run=True).moved == []


def test_command_explains_a_clock_and_lists_a_recount(town, late, capsys):
    running, _resting = late
    number = town.case(running).number
    with environment(town):
        assert run(["--as", "jiamed", "deadlines", "explain", number, "mediation_limit"]) == 0
        told = capsys.readouterr().out
        for words in (
            "依据：示例旗规定·调解期限",
            "自受理之日起",
            "2027年：全国年节",
            "将提醒（期限过半）",
            "正在计时",
        ):
            assert words in told
        assert run(["--as", "jiamed", "deadlines", "explain", number, "nothing"]) == 1
        assert "现有：这一步的期限：已登记、" in capsys.readouterr().err
        assert run(["deadlines", "recount", "--dry-run", "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert (found["moved"], found["left"]) == ([], 0)


def test_what_has_run_out_stays_as_it_was(town, late, tmp_path):
    running, _resting = late
    town.clock.put(due(town, running, "mediation_limit").due_at + timedelta(hours=1))
    town.instance.run_deadlines()
    missed = due(town, running, "mediation_limit")
    announce(town, tmp_path)
    assert due(town, running, "mediation_limit") == missed
    assert missed.state == "missed"
