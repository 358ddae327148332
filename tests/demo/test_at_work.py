"""A played sample is brought to work: disputes with other people wait in many states; what was played stays as it was."""

import re
import shutil
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from mediation.app import Instance
from mediation.audit import queries as trail
from mediation.cases import queries
from mediation.cases.tasks import queries as tasks
from mediation.cli import run
from mediation.clock import SetClock, local_day
from mediation.demo.at_work import bring_to_work
from mediation.demo.play import play_demo
from mediation.demo.underway import read_underway
from mediation.founding import found_instance
from mediation.intake import queries as applications
from mediation.settings import embedded_settings
from mediation.supervision import queries as supervision
from mediation.web.app import build_app
from tests.demo.test_play import ESHAN, settings_in, site
from tests.town import MORNING

__all__ = ["site"]


@pytest.fixture
def at_work(site, tmp_path):
    """The small sample at work, with its accounts: where it lies, and its site."""
    settings = embedded_settings(tmp_path / "out" / "data")
    play_demo(site, tmp_path / "out", settings)
    shutil.copy(ESHAN / "disputes.yaml", site)
    assert run(["--data", str(settings.data), "account", "furnish", "--site", str(site)]) == 0
    return settings, site


def cases(settings):
    with Instance.open(settings) as instance, instance.database.reading() as session:
        found = queries.all_cases(session)
        names = {case.public_id: [one.name for one in queries.parties(session, case.id)] for case in found}
        return found, names, instance.verify_trail().ok


def test_played_sample_is_brought_to_work(site, tmp_path):
    settings = settings_in(tmp_path / "out")
    play_demo(site, tmp_path / "out", settings)
    before, told, _ok = cases(settings)
    shutil.copy(ESHAN / "disputes.yaml", site)
    taken = bring_to_work(settings, site)
    after, names, ok = cases(settings)
    fresh = [case for case in after if case.public_id not in told]
    assert (len(fresh), ok) == (taken, True)
    assert taken >= 15
    assert len({case.state for case in fresh if case.open}) >= 6
    with Instance.open(settings) as instance, instance.database.reading() as session:
        unsigned = [
            [slot.role for slot in queries.slots(session, paper.id) if slot.signed_at is None]
            for case in fresh
            if case.state == "signing"
            for paper in queries.documents(session, case.id)
        ]
        asked = [task for case in fresh for task in tasks.tasks(session, case.id) if task.kind == "approval"]
        last = trail.last_moment(session)
    assert sorted(unsigned) == [["party", "mediator", "recorder", "seal"], ["seal"]]
    assert [task.due_at < last for task in asked] == [True]
    assert {(case.public_id, case.outcome) for case in before} <= {
        (case.public_id, case.outcome) for case in after
    }
    assert not {name for ref in told for name in told[ref]} & {
        name for case in fresh for name in names[case.public_id]
    }


FIRST_WORK = re.compile(r'(?:href|action)="/(?:cases|board|leader|day)/([a-z0-9]{20,})|逐件催办')
NO_ACT_IS_THEIRS = {"renzhiyuan"}
"""Holds a post of a kind that no definition gives an act to."""


def test_what_is_under_way_stands_as_its_file_says_and_is_found_by_those_whose_account_is_printed(at_work):
    settings, site = at_work
    _stands_as_its_file_says(settings, site)
    assert _without_work(settings) == NO_ACT_IS_THEIRS


def _stands_as_its_file_says(settings, site):
    """On a day of the same name."""
    told, _steps = read_underway(site)
    with Instance.open(settings) as instance, instance.database.reading() as session:
        stand = {case.title: (case.state, case.outcome) for case in queries.all_cases(session)}
        items = supervision.items_by_state(session)
        opened = local_day(trail.last_moment(session))
        waiting = applications.waiting_in_all(session)
    assert {dispute.key: stand[dispute.acts[0].words["title"]] for dispute in told.disputes} == {
        dispute.key: (dispute.expect.state, dispute.expect.outcome) for dispute in told.disputes
    }
    assert (items["limited"] >= 1, items["mending"]) == (True, 1)  # the ladder opens some of its own
    assert opened.weekday() == told.today.weekday()
    assert waiting == len(told.applications)


def _without_work(settings):
    """Who finds nothing of theirs on their first page."""
    rows = [line.split("\t") for line in (settings.data / "accounts.txt").read_text("utf-8").splitlines()]
    with Instance.open(settings) as instance, instance.database.reading() as session:
        opens = trail.last_moment(session) + timedelta(minutes=1)
    idle = []
    with Instance.open(settings, SetClock(opens)) as instance:
        web = build_app(instance)
        for name, password, *_rest in rows:
            client = TestClient(web, base_url="http://localhost")
            client.post("/login", data={"to": "/", "name": name, "password": password})
            if not name.endswith("-admin") and not FIRST_WORK.search(client.get("/").text):
                idle.append(name)
    return set(idle)


def test_instance_in_which_nothing_was_played_is_left_alone(site, tmp_path):
    settings = settings_in(tmp_path / "out")
    found_instance(settings, site, SetClock(MORNING))
    assert bring_to_work(settings, site) == 0
    assert cases(settings)[0] == []
