"""An instance of an older version can be backed up, and its backup restored into this version on either store."""

import json
from pathlib import Path

import pytest

from mediation.app import Instance
from mediation.backup.making import make_backup
from mediation.backup.restoring import restore
from mediation.clock import SystemClock
from mediation.crypto import read_keyring
from mediation.settings import Settings, embedded_settings
from mediation.storage.upgrade import known_versions
from tests.releases.kept import unpack

KEPT = Path(__file__).parents[1] / "releases"


RELEASES = sorted(
    (path.name for path in KEPT.iterdir() if path.name[0].isdigit()),
    key=lambda release: int(release.split(".")[1]),
)
ONTO = [
    *((RELEASES[0], store) for store in ("sqlite", "postgresql")),
    *((release, ("sqlite", "postgresql")[at % 2]) for at, release in enumerate(RELEASES[1:-1])),
    *((RELEASES[-1], store) for store in ("sqlite", "postgresql")),
]
"""The first and the last onto both stores, those between onto one or the other."""


@pytest.mark.parametrize(("release", "empty_url"), ONTO, indirect=["empty_url"])
def test_backup_of_an_older_version_is_restored_into_this_one(release, empty_url, tmp_path):
    unpack(release, tmp_path / "old")
    about = json.loads((KEPT / release / "about.json").read_text("utf-8"))
    old = embedded_settings(tmp_path / "old" / "data")
    keyring = read_keyring(old)
    make_backup(old, keyring, SystemClock(), tmp_path / "old.backup")
    there = Settings(data=tmp_path / "back", database_url=empty_url, key_file=old.key_file)
    done = restore(tmp_path / "old.backup", there, keyring, SystemClock())
    lost = [problem for problem in done.problems if "文件库" not in problem]  # not every file was kept
    assert lost == []
    stopped = done.webhooks_stopped  # each leaves an event
    assert (done.events, done.schema in known_versions()) == (about["events"] + stopped, True)
    assert stopped == about.get("rows", {}).get("webhook", 0)
    assert done.papers_checked > 0
    with Instance.open(there) as instance, instance.database.reading() as session:
        from mediation.cases import queries

        found = {case.temporary_number: case.state for case in queries.all_cases(session)}
    assert found == {number: case["state"] for number, case in about["cases"].items()}
