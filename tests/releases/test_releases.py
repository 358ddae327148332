"""What every release has kept is opened, read, proved and worked on by the present program."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from mediation.app import Instance
from mediation.cases import queries
from mediation.clock import SetClock
from mediation.errors import DatabaseOutdated
from mediation.founding import upgrade_instance
from mediation.migrating import migrate_cases
from mediation.settings import Settings, embedded_settings
from mediation.storage.upgrade import known_versions
from mediation.units import queries as units
from mediation.workflow.migration import Plan
from tests.releases.keep import ABOUT, unpack
from tests.walk.sight import untold

HERE = Path(__file__).parent
KEPT = sorted(path.parent.name for path in HERE.glob(f"*/{ABOUT}"))


@dataclass
class Kept:
    """An instance of an earlier release, unpacked; what the release said of it."""

    settings: Settings
    about: dict[str, Any]

    @property
    def clock(self) -> SetClock:
        """An hour after the last thing that happened in it."""
        with closing(sqlite3.connect(self.settings.data / "mediation.db")) as database:
            last = database.execute("SELECT max(recorded_at) FROM audit_event").fetchone()[0]
        return SetClock(datetime.fromisoformat(last).replace(tzinfo=UTC) + timedelta(hours=1))


@pytest.fixture(params=KEPT)
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    unpack(request.param, tmp_path)
    about = json.loads((HERE / request.param / ABOUT).read_text("utf-8"))
    return Kept(embedded_settings(tmp_path / "data"), about)


@pytest.fixture
def opened(kept: Kept) -> Iterator[tuple[Instance, dict[str, Any]]]:
    clock = kept.clock
    upgrade_instance(kept.settings, clock)
    with Instance.open(kept.settings, clock) as instance:
        yield instance, kept.about


def test_every_release_is_kept():
    assert KEPT == ["0.1.0", "0.2.0", "0.3.0", "0.4.0", "0.5.0"]


def test_a_database_of_an_earlier_release_is_upgraded_once_and_asked_for_before(kept):
    with closing(sqlite3.connect(kept.settings.data / "mediation.db")) as database:
        (before,) = database.execute("SELECT version_num FROM alembic_version").fetchone()
    if before != known_versions()[-1]:
        with pytest.raises(DatabaseOutdated):
            Instance.open(kept.settings, kept.clock)
    assert upgrade_instance(kept.settings, kept.clock) == (before, known_versions()[-1])
    assert upgrade_instance(kept.settings, kept.clock) == (known_versions()[-1], known_versions()[-1])


def test_every_case_of_an_earlier_release_stands_as_it_stood(opened):
    instance, about = opened
    with instance.database.reading() as session:
        found = {
            case.temporary_number: {
                "number": case.number,
                "state": case.state,
                "version": case.version,
                "workflow": f"{case.workflow}/{case.workflow_version}",
                "workflow_sha256": case.workflow_sha256,
            }
            for case in queries.all_cases(session)
        }
    assert found == about["cases"]
    listed = [row.number for row in instance.cases("zhouyumei:mediator")]
    assert listed == [case["number"] for case in about["cases"].values() if case["state"] == "mediating"]


def test_the_trail_and_the_papers_of_an_earlier_release_are_still_proved(opened):
    instance, about = opened
    report = instance.verify_trail()
    assert (report.ok, report.problems) == (True, [])
    for digest, paper in about["papers"].items():
        if paper["state"] == "complete":
            assert instance.verify(instance.store.get(digest)).verdict == "valid", paper


def test_the_history_of_an_earlier_release_tells_the_case_as_it_stands(opened):
    """Folded event by event from the first. The trail of 0.1.0 does not tell yet what a column has become."""
    instance, about = opened
    untold_yet = ("holder", "risk", "target", "number") if about["version"] == "0.1.0" else ()
    with instance.database.reader.connect() as connection:
        refs = connection.execute(text("SELECT public_id FROM dispute")).scalars().all()
        found = [one for ref in refs for one in untold(connection, ref)]
    assert len(refs) == len(about["cases"])
    assert [one for one in found if not (untold_yet and one.startswith(untold_yet))] == []


def test_a_definition_that_a_case_is_pinned_to_is_served_for_ever(opened):
    instance, about = opened
    with instance.database.reading() as session:
        kept = {row.name: row.sha256 for row in units.configurations(session, "workflow")}
    assert {name: kept[name] for name in about["definitions"]} == about["definitions"]
    for case in about["cases"].values():
        name, _slash, version = case["workflow"].partition("/")
        assert instance.office.engine(name, int(version)).sha256 == case["workflow_sha256"]


def test_running_cases_of_an_earlier_release_go_on(opened):
    instance, about = opened
    by_state = {case["state"]: (ref, case["version"]) for ref, case in about["cases"].items()}
    ref, version = by_state["mediating"]
    words = {"party": 1, "body": "白学林表示同意共同清沟。"}
    done = instance.do("zhouyumei:mediator", ref, "note_privately", words)
    assert (done.act.state, done.act.version, done.warnings) == ("mediating", version + 1, [])
    ref, version = by_state["dispatched"]
    done = instance.do("zhangxiaofeng:registrar", ref, "acknowledge")
    assert (done.act.state, done.act.version, done.warnings) == ("received", version + 1, [])
    report = instance.verify_trail()
    assert (report.ok, report.events) == (True, about["events"] + 2)


def test_running_cases_of_an_earlier_release_can_go_on_in_the_newest_definitions(opened):
    instance, about = opened
    running = {
        case["workflow"].partition("/")[0] for case in about["cases"].values() if case["state"] != "archived"
    }
    for name in sorted(running):
        newest = instance.office.newest[name]
        migrated = migrate_cases(instance, name, newest, Plan(format=1))
        assert migrated.is_complete, migrated.cases
    with instance.database.reading() as session:
        now = {case.temporary_number: case for case in queries.all_cases(session)}
    for ref, case in about["cases"].items():
        assert (now[ref].state, now[ref].number) == (case["state"], case["number"])
        if case["state"] != "archived":
            assert now[ref].workflow_version == instance.office.newest[now[ref].workflow]
    assert instance.verify_trail().ok
