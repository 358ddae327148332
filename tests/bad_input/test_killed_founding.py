"""A founding that is killed anywhere is gone on with by the next one, and is then as sound as any."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mediation.app import Instance
from mediation.clock import SetClock
from mediation.founding import found_instance
from mediation.settings import Settings
from tests.town import MORNING, write_site

PROGRAM = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import Engine, event
from mediation.clock import SetClock
from mediation.founding import found_instance
from tests.bad_input.test_killed_founding import settings
from tests.town import MORNING

site, data, where, left = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])

def arrive(what, *_more):
    global left
    left -= what == where
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(lambda what, args: arrive(what) if str(data) in str(args) else None)
event.listen(Engine, "commit", lambda _connection: arrive("commit"))
found_instance(settings(data), site, SetClock(MORNING))
"""


def settings(folder: Path) -> Settings:
    url = f"sqlite:///{folder / 'mediation.db'}"
    return Settings(data=folder, database_url=url, key_file=folder / "keys" / "master.key")


@pytest.mark.parametrize(
    ("where", "nth"),
    [("os.mkdir", 1), ("os.link", 1), ("os.link", 2), ("os.link", 4), ("commit", 1), ("commit", 2), ("os.rename", 1)],
)  # fmt: skip
def test_next_start_goes_on(tmp_path, where, nth):
    site, data = write_site(tmp_path / "site"), tmp_path / "data"
    words = [sys.executable, "-c", PROGRAM, str(site), str(data), where, str(nth)]
    root = Path(__file__).parents[2]
    assert subprocess.run(words, cwd=root, check=False).returncode == -signal.SIGKILL
    assert not (data / "site").exists()
    founded = found_instance(settings(data), site, SetClock(MORNING))
    with Instance.open(settings(data), SetClock(MORNING)) as instance:
        report = instance.verify_trail()
        assert instance.authority.root_fingerprint == founded.root_fingerprint
    assert (founded.units, report.ok, report.heads) == (8, True, 1)
    assert list(data.rglob("*.new")) == []
