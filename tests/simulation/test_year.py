"""A short year: played twice, it comes to the same; every clock that ran out did so once; a changed file shows beside the old one."""

import json
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mediation.cases.clock_titles import CLOCKS
from mediation.cli import main_app
from mediation.errors import SiteError
from mediation.settings import Settings, embedded_settings
from mediation.simulation.report import report_of
from mediation.simulation.year import FIRST_DAY, simulate
from tests.town import SITE, Town, write_site

CASES, DAYS = 16, 40
LATE = "\n  states: {ordinary.closed: {days: 1, article: 示例旗规定·回访, on_miss: remind_owner}}"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_site(tmp_path_factory.mktemp("simulation") / "town")


@pytest.fixture(scope="module")
def report(site):
    return simulate(site, CASES, 7, days=DAYS)


def test_report_calls_clocks_what_their_cases_call_them(report):
    assert {key: report.titles[key] for key in CLOCKS} == CLOCKS
    assert report.titles["state:received"] == "这一步的期限：已签收待受理"


def _counted(report):
    return {name: value for name, value in asdict(report).items() if name != "run"}


def test_year_takes_every_dispute_in(report):
    assert report.acts["register"] == CASES
    assert sum(report.by_outcome.values()) == CASES
    assert report.acts["deadline.missed"] == sum(report.clocks_run_out.values())


def test_nobody_does_what_may_not_be_done_or_leaves_anything_lying(report):
    assert (report.refused, report.left_lying) == ({}, {})


def test_year_comes_to_the_same_by_the_same_seed_on_both_stores(site, report, empty_store, tmp_path):
    data = tmp_path / "data"
    embedded = embedded_settings(data)
    settings = Settings(data=data, database_url=empty_store, key_file=embedded.key_file)
    again = simulate(site, CASES, 7, days=DAYS, settings=settings)
    assert (again.each_clock_once, again.each_notice_once, again.trail_is_whole) == (True, True, True)
    assert _counted(again) == _counted(report)


def test_changed_limit_shows_in_the_comparison(site, tmp_path):
    changed = write_site(
        tmp_path / "late", site=SITE.replace("\nwritten_required", LATE + "\nwritten_required")
    )
    words = ["--site", str(site), "--compare", str(changed), "--cases", "12", "--days", str(DAYS), "--json"]
    answer = CliRunner().invoke(main_app, ["simulate", *words])
    assert answer.exit_code == 0, answer.output
    before, after = json.loads(answer.stdout)
    assert (before["cases"], after["cases"]) == (12, 12)
    for one in (before, after):
        assert sum(one["by_outcome"].values()) == one["registered"] <= one["cases"]
    assert before["by_outcome"] == after["by_outcome"]
    assert before["clocks_run_out"].get("state:closed", 0) < after["clocks_run_out"]["state:closed"]


def test_wrong_second_folder_is_told_before_the_first_is_played(site, tmp_path, monkeypatch):
    monkeypatch.setattr("mediation.simulation.year.simulate", lambda *_words, **_more: pytest.fail("played"))
    wrong = write_site(tmp_path / "wrong", site=SITE.replace("format: 1", "format: 7"))
    answer = CliRunner().invoke(main_app, ["simulate", "--site", str(site), "--compare", str(wrong)])
    assert isinstance(answer.exception, SiteError)
    assert "site.yaml" in str(answer.exception)


def test_help_says_that_all_disputes_come_within_the_days(site):
    told = CliRunner().invoke(main_app, ["simulate", "--help"]).stdout
    assert "这些纠纷在头多少天里来，只看这些天" in told


def test_clock_that_nobody_ran_out_is_found(town: Town):
    town.bring("received")
    town.clock.advance(timedelta(days=30))
    with town.reading() as session:
        found = report_of(session, town.instance.office, FIRST_DAY, town.clock.now())
    assert (found.each_clock_once, found.is_sound) == (False, False)
    town.instance.run_deadlines()
    with town.reading() as session:
        found = report_of(session, town.instance.office, FIRST_DAY, town.clock.now())
    assert found.each_clock_once is True
