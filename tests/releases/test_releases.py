"""What every release has kept is opened, read, proved and worked on by the present program."""

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from mediation.accounts import keeping
from mediation.app import Instance
from mediation.cases import queries
from mediation.clock import SetClock
from mediation.demo.player import with_drawings
from mediation.demo.script import read_script
from mediation.errors import DatabaseOutdated
from mediation.founding import upgrade_instance
from mediation.migrating import migrate_cases
from mediation.reading import read_yaml
from mediation.settings import Settings, embedded_settings
from mediation.storage.upgrade import known_versions
from mediation.units import queries as units
from mediation.web.app import build_app
from mediation.workflow.migration import Plan
from tests.releases.keep import refuse_gaps
from tests.releases.kept import ABOUT, EMPTY, empty, running, stored_rows, unpack
from tests.releases.played import OWN, write_site
from tests.walk.sight import untold
from tests.web.conftest import ADDRESS
from tests.web.pages.conftest import Browser

HERE = Path(__file__).parent
ESHAN = HERE.parents[1] / "examples" / "eshan"
ABOUTS = {path.parent.name: json.loads(path.read_text("utf-8")) for path in HERE.glob(f"*/{ABOUT}")}
KEPT = sorted(ABOUTS, key=lambda version: [int(part) for part in version.split(".")])
RICH = [version for version in KEPT if "rows" in ABOUTS[version]]
"""Those with a row in every table: from 0.6.0 on."""
CHANGED: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "0004": {
        "task": ("kind", "facts_hash")
    },  # `own` became `turn`; the hash went into the new approval rounds
}
"""Migration → table → columns that it has written anew or taken away. No other value may change, and no row may go."""
GROWN = {"configuration"}
"""Tables to which an upgrade adds rows: what the program ships anew comes into use with it."""
LEADER = "jiangpeiwen"


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


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, bool], Path]:
    """Unpacks each version once and upgrades it once; the folder is to be copied."""
    made: dict[tuple[str, bool], Path] = {}

    def folder(version: str, upgraded: bool) -> Path:
        if (version, upgraded) not in made:
            target = tmp_path_factory.mktemp("kept") / version
            if upgraded:
                shutil.copytree(folder(version, False), target)
                settings = embedded_settings(target / "data")
                upgrade_instance(settings, Kept(settings, {}).clock)
            else:
                unpack(version, target)
            made[version, upgraded] = target
        return made[version, upgraded]

    return folder


@pytest.fixture(params=KEPT)
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def kept(version: str, folders: Callable[[str, bool], Path], tmp_path: Path) -> Kept:
    shutil.copytree(folders(version, False), tmp_path, dirs_exist_ok=True)
    return Kept(embedded_settings(tmp_path / "data"), ABOUTS[version])


@pytest.fixture
def opened(
    version: str, folders: Callable[[str, bool], Path], tmp_path: Path
) -> Iterator[tuple[Instance, dict[str, Any]]]:
    shutil.copytree(folders(version, True), tmp_path, dirs_exist_ok=True)
    settings = embedded_settings(tmp_path / "data")
    with Instance.open(settings, Kept(settings, {}).clock) as instance:
        yield instance, ABOUTS[version]


def test_every_release_is_kept():
    assert [*(f"0.{minor}.0" for minor in range(1, 13))] == KEPT


def test_a_database_of_an_earlier_release_is_upgraded_once_and_asked_for_before(kept):
    with closing(sqlite3.connect(kept.settings.data / "mediation.db")) as database:
        (before,) = database.execute("SELECT version_num FROM alembic_version").fetchone()
    if before != known_versions()[-1]:
        with pytest.raises(DatabaseOutdated):
            Instance.open(kept.settings, kept.clock)
    assert upgrade_instance(kept.settings, kept.clock) == (before, known_versions()[-1])
    assert upgrade_instance(kept.settings, kept.clock) == (known_versions()[-1], known_versions()[-1])


def test_nothing_is_kept_while_a_table_is_empty_or_a_running_case_has_no_next_act():
    """What the keeper refuses. The releases up to 0.5.0 kept five disputes only, and leave tables empty."""
    assert KEPT[5:] == RICH
    for version in RICH:
        about = ABOUTS[version]
        assert empty(about) == set(EMPTY) & set(about["rows"]), version
        assert {one["case"] for one in about["next"]} == running(about), version


def test_keeper_refuses_a_table_that_should_have_rows_or_none_and_a_running_case_that_nobody_goes_on_with():
    cases = {"临-1": {"state": "archived"}, "临-2": {"state": "mediating"}}
    good = {"rows": {"suspension": 1, **dict.fromkeys(EMPTY, 0)}, "cases": cases, "next": [{"case": "临-2"}]}
    refuse_gaps(good)
    for bad in (
        {"rows": {**good["rows"], "suspension": 0}},
        {"rows": {**good["rows"], "stored_file": 1}},
        {"next": []},
        {"next": [{"case": "临-1"}, {"case": "临-2"}]},
    ):
        with pytest.raises(SystemExit, match=r"临-2|suspension|stored_file"):
            refuse_gaps({**good, **bad})


def test_what_the_next_release_keeps_can_be_played(tmp_path):
    """Read whole as the player reads it; each dispute that is left open says what is to be done next."""
    now = datetime(2026, 11, 29, tzinfo=UTC)
    script, _steps = read_script(write_site(ESHAN, tmp_path / "site"), now)
    told, _lines = read_yaml(OWN)
    assert {one.key for one in script.disputes if one.expect.state != "archived"} == set(told["next"])


def test_no_row_of_an_earlier_release_is_lost_or_changed_by_its_upgrade(kept, folders):
    before = stored_rows(kept.settings)
    assert {name: len(rows) for name, rows in before.items()} == kept.about.get("rows", _lengths(before))
    (version,) = (row["version_num"] for row in before.pop("alembic_version"))
    after = stored_rows(embedded_settings(folders(kept.about["version"], True) / "data"))
    for name, rows in before.items():
        changed = {
            column
            for migration, tables in CHANGED.items()
            if migration > version
            for column in tables.get(name, ())
        }
        columns = [column for column in (rows[0] if rows else {}) if column not in changed]
        old, new = ([tuple(row[column] for column in columns) for row in of] for of in (rows, after[name]))
        assert not set(old) - set(new), name
        assert len(new) >= len(old) if name in GROWN else len(new) == len(old), name


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
    mediating = [case["number"] for case in about["cases"].values() if case["state"] == "mediating"]
    for who, numbers in about.get("seen", {"zhouyumei:mediator": mediating}).items():
        assert [row.number for row in instance.cases(who)] == numbers, who


def test_the_trail_and_the_papers_of_an_earlier_release_are_still_proved(opened):
    instance, about = opened
    report = instance.verify_trail()
    assert (report.ok, report.problems) == (True, [])
    for digest, paper in about["papers"].items():
        if paper["state"] == "complete":
            assert instance.verify(instance.store.get(digest)).verdict == "valid", paper
    assert all(instance.store.get(digest) for digest in about.get("pieces", ()))


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


def test_every_running_case_of_an_earlier_release_opens_on_its_page(opened):
    """By the login that was kept; of a release without one the leader gets it now."""
    instance, about = opened
    login = about.get("login") or _login(instance)
    titles = {one["case"]: one["title"] for one in about.get("next", ())}
    browser = Browser(TestClient(build_app(instance), base_url=ADDRESS))
    browser.get("/login").post("/login", login)
    for ref in running(about):
        browser.get(f"/cases/{ref}")
        assert (browser.status, browser.address) == (200, f"/cases/{ref}")
        assert browser.says(about["cases"][ref]["number"] or ref, titles.get(ref, "")), ref


def test_running_cases_of_an_earlier_release_go_on(opened):
    instance, about = opened
    with instance.database.reading() as session:
        ids = {case.temporary_number: case.public_id for case in queries.all_cases(session)}
    acts = about.get("next") or list(_next_of_old(about))
    for one in acts:
        version = about["cases"][one["case"]]["version"]
        words = with_drawings(instance, ids[one["case"]], one["do"], one.get("with", {}))
        done = instance.do(one["as"], one["case"], one["do"], words)
        assert (done.act.state, done.act.version, done.warnings) == (one["state"], version + 1, []), one
    report = instance.verify_trail()
    assert (report.ok, report.events) == (True, about["events"] + len(acts))


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


def _lengths(rows: Mapping[str, list[Any]]) -> dict[str, int]:
    return {name: len(found) for name, found in rows.items()}


def _next_of_old(about: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What is done next in two cases of releases that do not say it themselves."""
    by_state = {case["state"]: ref for ref, case in about["cases"].items()}
    words = {"party": 1, "body": "白学林表示同意共同清沟。"}
    yield {
        "case": by_state["mediating"],
        "as": "zhouyumei:mediator",
        "do": "note_privately",
        "with": words,
        "state": "mediating",
    }
    yield {
        "case": by_state["dispatched"],
        "as": "zhangxiaofeng:registrar",
        "do": "acknowledge",
        "state": "received",
    }


def _login(instance: Instance) -> dict[str, str]:
    password = "清明时节雨纷纷-2026"
    with instance.database.writing() as session:
        keeping.make_account(
            session,
            LEADER,
            instance.clock.now(),
            by="test",
            person=LEADER,
            password=password,
            must_change=False,
        )
    return {"name": LEADER, "password": password}
