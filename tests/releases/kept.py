"""What releases have kept: where it lies, how it is unpacked, what is said of it and what lies in it."""

import sqlite3
import tarfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from mediation.settings import Settings

HERE = Path(__file__).parent
PACKED = "instance.tar.xz"
ABOUT = "about.json"
EMPTY: Mapping[str, str] = {
    "shared_file": "the data folder's files for several hosts, which share a database of PostgreSQL",
    "stored_file": "papers in the database itself, which is so on PostgreSQL",
}
"""Tables without a row in what is kept, and why. All others have one."""


def unpack(version: str, folder: Path) -> None:
    """Put the data folder that a release has kept into the folder."""
    careful = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}  # unknown before Python 3.11.4
    with tarfile.open(HERE / version / PACKED) as packed:
        packed.extractall(folder, **careful)  # noqa: S202 — what we have packed ourselves


def stored_rows(settings: Settings) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table as it lies in the file: column → value, what is encrypted as it is."""
    with closing(sqlite3.connect(settings.data / "mediation.db")) as database:
        database.row_factory = sqlite3.Row
        names = (
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        )
        return {
            name: [dict(row) for row in database.execute(f'SELECT * FROM "{name}"')]  # noqa: S608 — a table's name
            for (name,) in database.execute(names).fetchall()
        }


def running(about: Mapping[str, Any]) -> set[str]:
    """The temporary numbers of the kept cases that run."""
    return {ref for ref, case in about["cases"].items() if case["state"] != "archived"}


def empty(about: Mapping[str, Any]) -> set[str]:
    """The tables of which no row is kept."""
    return {name for name, rows in about["rows"].items() if rows == 0}
