"""Keeps a small instance of the present version for all later ones to open: `python -m tests.releases.keep` at each release.

What played.py plays is packed into tests/releases/<version>/, unless a table is empty or a running case has no next act.
The key in it is a test key, made for this instance alone: it guards invented people only.
Of each paper only its newest revision is kept, and of unsigned papers none but the one that is being signed.
"""

import json
import sqlite3
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mediation.app import Instance
from mediation.cases import queries
from mediation.cases.evidence import queries as evidence
from mediation.settings import Settings, embedded_settings
from mediation.units import queries as units
from tests.releases.kept import ABOUT, EMPTY, HERE, PACKED, empty, running, stored_rows
from tests.releases.played import Played, play

SEEN_BY = ("zhouyumei:mediator", "jiangpeiwen:dispatcher")


def keep(project: Path, target: Path) -> None:
    """Play, pack and describe an instance of the version of the project whose code is running."""
    version = str(tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]["version"])
    folder = target / version
    if folder.exists():
        sys.exit(f"{folder} is there already: what a release has kept is never made anew")
    with tempfile.TemporaryDirectory() as work:
        settings = embedded_settings(Path(work) / "out" / "data")
        played = play(project / "examples" / "eshan", Path(work), settings)
        about = {"version": version, **_described(settings, played)}
        _shrink(settings, about.pop("files"))
        about["rows"] = {name: len(found) for name, found in stored_rows(settings).items()}
        refuse_gaps(about)
        folder.mkdir(parents=True)
        with tarfile.open(folder / PACKED, "w:xz", preset=9) as packed:
            packed.add(settings.data, "data")
    written = json.dumps(about, ensure_ascii=False, indent=2, default=str)
    (folder / ABOUT).write_text(written + "\n", encoding="utf-8")


def refuse_gaps(about: Mapping[str, Any]) -> None:
    """End here if a table is empty that should not be (or the other way round), or a running case has no next act."""
    if empty(about) != set(EMPTY):
        sys.exit(f"empty: {sorted(empty(about))}; what may be: {sorted(EMPTY)}")
    acted_on = {one["case"] for one in about["next"]}
    if running(about) != acted_on:
        sys.exit(f"running: {sorted(running(about))}; with a next act: {sorted(acted_on)}")


def _described(settings: Settings, played: Played) -> dict[str, Any]:
    """What a later version must find again; `files` are the document files that are to be kept."""
    with Instance.open(settings) as instance:
        with instance.database.reading() as session:
            cases = queries.all_cases(session)
            papers = [(case, paper) for case in cases for paper in queries.documents(session, case.id or 0)]
            pieces = [piece.sha256 for case in cases for piece in evidence.of_case(session, case.id or 0)]
            definitions = {row.name: row.sha256 for row in units.configurations(session, "workflow")}
        signed = [one for one in papers if one[1].state in {"complete", "signing"}]
        by_id = {case.public_id: case for case in cases}
        return {
            "root_fingerprint": instance.authority.root_fingerprint,
            "events": instance.verify_trail().events,
            "definitions": definitions,
            "cases": {
                case.temporary_number: {
                    "number": case.number,
                    "state": case.state,
                    "version": case.version,
                    "workflow": f"{case.workflow}/{case.workflow_version}",
                    "workflow_sha256": case.workflow_sha256,
                }
                for case in cases
            },
            "papers": {
                paper.sha256: {"form": paper.form, "state": paper.state, "case": case.temporary_number}
                for case, paper in signed
            },
            "pieces": pieces,
            "seen": {who: [row.number for row in instance.cases(who)] for who in SEEN_BY},
            "login": played.login,
            "next": [
                {**act, "case": by_id[act["case"]].temporary_number, "title": by_id[act["case"]].title}
                for act in played.next
            ],
            "files": list(_paths(instance, [*(paper.sha256 for _case, paper in signed), *pieces])),
        }


def _paths(instance: Instance, digests: list[str]) -> Iterator[Path]:
    for digest in digests:
        yield instance.store._path(digest)


def _shrink(settings: Settings, files: list[Path]) -> None:
    """Leave the wanted files in the store, and one compact database file."""
    for path in sorted(settings.store.rglob("*")):
        if path.is_file() and path not in files:
            path.unlink()
    database = sqlite3.connect(settings.data / "mediation.db")
    database.execute("VACUUM")
    database.execute("PRAGMA journal_mode=DELETE")
    database.close()


if __name__ == "__main__":
    project = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parents[1]
    keep(project, HERE)
