"""A PostgreSQL server that is stopped at once, as `pg_ctl stop -m immediate` does it, and started again as it was."""

import os
import signal
import subprocess
import time
from pathlib import Path

import psycopg
from sqlalchemy import make_url

_PATIENCE = 120.0


class Restarter:
    """Restarts the tests' own server; whoever makes one calls `end` before the server's own end."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(self._url) as connection:
            found = connection.execute("SHOW data_directory").fetchone()
        assert found is not None
        self._data = Path(str(found[0]))
        self._begun: subprocess.Popen[bytes] | None = None
        self.restarts = 0

    def restart(self) -> None:
        """Every connection is lost, nothing is written at the end; returns when it has recovered and answers."""
        pid = int((self._data / "postmaster.pid").read_text("utf-8").split()[0])
        home = Path(f"/proc/{pid}")
        words = [os.fsdecode(word) for word in (home / "cmdline").read_bytes().split(b"\0")[:-1]]
        folder, who = (home / "cwd").readlink(), home.stat()
        os.kill(pid, signal.SIGQUIT)
        self._wait_for_end(home)
        as_whom = {"user": who.st_uid, "group": who.st_gid, "extra_groups": []} if os.geteuid() == 0 else {}
        with (folder / "log").open("ab") as log:
            self._begun = subprocess.Popen(
                words,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={"LC_ALL": "C"},
                **as_whom,
            )
        self._wait_for_answer()
        self.restarts += 1

    def end(self) -> None:
        """Stop what was started here."""
        if self._begun is not None and self._begun.poll() is None:
            self._begun.send_signal(signal.SIGQUIT)
            self._begun.wait(_PATIENCE)

    def _wait_for_end(self, home: Path) -> None:
        until = time.monotonic() + _PATIENCE
        while home.exists() and " (postgres) Z" not in (home / "stat").read_text("utf-8"):
            if self._begun is not None:
                self._begun.poll()
            if time.monotonic() > until:
                raise AssertionError("the server has not ended")
            time.sleep(0.05)
        (self._data / "postmaster.pid").unlink(missing_ok=True)

    def _wait_for_answer(self) -> None:
        until = time.monotonic() + _PATIENCE
        while True:
            try:
                psycopg.connect(self._url).close()
            except psycopg.OperationalError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)
            else:
                return
