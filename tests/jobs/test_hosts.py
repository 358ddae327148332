"""A host that was given the key file and the database, and nothing else; and what goes along with a backup."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from mediation.app import Instance
from mediation.backup import queries as backup_queries
from mediation.crypto import create_keyring, write_key_file
from mediation.documents.authority import has_seal
from mediation.errors import StorageError
from mediation.jobs.workshop import Workshop
from mediation.renewing import apply_to_instance
from mediation.storage import shared
from mediation.storage.engine import Database, Table
from mediation.storage.loading import is_empty
from mediation.storage.upgrade import ENGINE_SCHEMA, ENGINE_TABLES
from tests.jobs.conftest import ROOT
from tests.jobs.test_killed import is_done_once, owing
from tests.town import COMMITTEES, SITE, Town, write_site

ANOTHER = """
  - {code: jia-qy, name: 示例甲合作社人民调解委员会, abbreviation: 示例甲社, kind: enterprise, unit: jia, term_from: 2025-01-01,
     term_to: 2027-12-31, members: [{person: jiamed, role: director}, {person: jiamed2}, {person: jiawin}]}
"""


@pytest.fixture
def postgresql_town(postgresql_founded, tmp_path: Path) -> Iterator[Town]:
    with postgresql_founded.copied(tmp_path) as own:
        yield own


@pytest.fixture
def second(postgresql_town: Town, tmp_path: Path) -> Iterator[Town]:
    """The same instance on another host."""
    settings = postgresql_town.instance.settings
    data = tmp_path / "second"
    (data / "keys").mkdir(mode=0o700, parents=True)
    shutil.copy(settings.key_file, data / "keys" / "master.key")
    there = replace(settings, data=data, key_file=data / "keys" / "master.key")
    with Instance.open(there, postgresql_town.clock) as instance:
        yield Town(instance, postgresql_town.clock)


@pytest.mark.slow
def test_paper_made_on_one_host_is_had_on_the_other(postgresql_town: Town, second: Town):
    ref = owing(postgresql_town)
    assert second.instance.make_owed_papers() == []
    is_done_once(postgresql_town, ref)
    assert not (second.instance.settings.data / "store").exists()


def test_site_applied_on_one_host_is_in_force_on_the_other_with_its_next_act(
    postgresql_town: Town, second: Town, tmp_path: Path
):
    changed = {
        "site": SITE.replace("mediation: {days: 30", "mediation: {days: 20"),
        "committees": COMMITTEES + ANOTHER,
    }
    before = second.instance.office.rules.mediation_limit
    settings = postgresql_town.instance.settings
    apply_to_instance(settings, write_site(tmp_path / "changed", **changed), clock=postgresql_town.clock)
    second.register()
    assert second.instance.office.rules.mediation_limit != before
    data = second.instance.settings.data
    assert shared.shared_files(data) == shared.shared_files(settings.data)
    assert has_seal("jia-qy", data / "keys")


def test_site_applied_on_the_second_host_cuts_no_seal_twice(
    postgresql_town: Town, second: Town, tmp_path: Path
):
    clock = postgresql_town.clock
    first, there = postgresql_town.instance.settings, second.instance.settings
    folder = write_site(tmp_path / "changed", committees=COMMITTEES + ANOTHER)
    apply_to_instance(first, folder, clock=clock)
    cut = shared.folder_files(first.data / "keys")
    apply_to_instance(there, folder, clock=clock)
    assert shared.folder_files(there.data / "keys") == cut


def test_host_with_another_key_is_refused(postgresql_town: Town, tmp_path: Path):

    data = tmp_path / "stranger"
    write_key_file(create_keyring(), data / "keys" / "master.key")
    there = replace(postgresql_town.instance.settings, data=data, key_file=data / "keys" / "master.key")
    with pytest.raises(StorageError):
        Instance.open(there, postgresql_town.clock)
    assert not (data / "site").exists()


def test_tables_of_the_engine_are_known_and_go_into_no_backup(town):
    with Workshop(town.instance.day_work):
        pass
    with town.reading() as session:
        carried = {table.name for table in backup_queries.stored_tables(session)}
        found = inspect(session.connection())
        present = set(found.get_table_names())
        if town.instance.database.on_sqlite:
            assert present - set(Table.metadata.tables) == ENGINE_TABLES | {"alembic_version"}
        else:
            apart = set(found.get_table_names(schema=ENGINE_SCHEMA))
            assert apart == ENGINE_TABLES | {"event_dispatch_kv"}  # made there only
    assert carried == set(Table.metadata.tables) - {"stored_file", "shared_file"}


def test_database_in_which_an_engine_has_left_jobs_is_not_empty(empty_postgresql_store, keyring):

    assert is_empty(empty_postgresql_store, keyring)
    database = Database(empty_postgresql_store, keyring)
    with database.writing() as session:
        session.connection().execute(text("CREATE SCHEMA dbos"))
        session.connection().execute(text("CREATE TABLE dbos.workflow_status (id int)"))
    database.close()
    assert not is_empty(empty_postgresql_store, keyring)


def test_server_on_postgresql_loads_no_engine():
    script = (
        "import sys, mediation.app, mediation.web.app, mediation.jobs.figures\n"
        "print(*sorted({'dbos', 'mediation.jobs.engine'} & {*sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr
