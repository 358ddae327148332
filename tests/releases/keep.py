"""Keeps a small instance of the present version for all later ones to open: `python -m tests.releases.keep` at each release.

A few of the shipped example's disputes are played, some to their end and some not; then the data folder is packed into
tests/releases/<version>/. The key in it is a test key, made for this instance alone: it guards invented people only.
Of each paper only its newest revision is kept, and of unsigned papers none but the one that is being signed.
"""

import json
import shutil
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
from mediation.demo.play import play_demo
from mediation.reading import read_yaml
from mediation.settings import Settings, embedded_settings
from mediation.units import queries as units

HERE = Path(__file__).parent
PACKED = "instance.tar.xz"
ABOUT = "about.json"
PLAYED: Mapping[str, tuple[str, str]] = {
    "drainage": ("", "archived"),
    "hens": ("", "archived"),
    "tenancy": ("sign", "signing"),
    "courtyard-wall": ("dispatch", "dispatched"),
    "woodland": ("replace_mediator", "mediating"),
}
"""Dispute → the act after which it is left (the whole of it if empty), and the state in which it then stands."""


def keep(project: Path, target: Path) -> None:
    """Play, pack and describe an instance of the version of the project whose code is running."""
    version = str(tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]["version"])
    folder = target / version
    if folder.exists():
        sys.exit(f"{folder} is there already: what a release has kept is never made anew")
    with tempfile.TemporaryDirectory() as work:
        out = Path(work) / "out"
        settings = embedded_settings(out / "data")
        play_demo(_site(project / "examples" / "eshan", Path(work) / "site"), out, settings)
        about = {"version": version, **_described(settings)}
        _shrink(settings, about.pop("files"))
        folder.mkdir(parents=True)
        with tarfile.open(folder / PACKED, "w:xz", preset=9) as packed:
            packed.add(settings.data, "data")
    (folder / ABOUT).write_text(json.dumps(about, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def unpack(version: str, folder: Path) -> None:
    """Put the data folder that a release has kept into the folder."""
    careful = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}  # unknown before Python 3.11.4
    with tarfile.open(HERE / version / PACKED) as packed:
        packed.extractall(folder, **careful)  # noqa: S202 — what we have packed ourselves


def _site(source: Path, target: Path) -> Path:
    """The example with the chosen disputes only, each cut off where it is to be left."""
    shutil.copytree(source, target)
    told, _lines = read_yaml(source / "disputes.yaml")
    told["disputes"] = [_cut(dispute) for dispute in told["disputes"] if dispute["key"] in PLAYED]
    told["items"] = [item for item in told.get("items", []) if item["raised_by"] in PLAYED]
    told["office"] = [act for act in told.get("office", []) if act["do"] == "leave"]
    (target / "disputes.yaml").write_text(json.dumps(told, ensure_ascii=False, default=str), encoding="utf-8")
    return target


def _cut(dispute: dict[str, Any]) -> dict[str, Any]:
    last, state = PLAYED[dispute["key"]]
    if not last:
        return dispute
    end = next(number for number, act in enumerate(dispute["acts"]) if act["do"] == last) + 1
    return {**dispute, "acts": dispute["acts"][:end], "expect": {"outcome": "open", "state": state}}


def _described(settings: Settings) -> dict[str, Any]:
    """What a later version must find again; `files` are the hashes of the document files that are to be kept."""
    with Instance.open(settings) as instance:
        with instance.database.reading() as session:
            cases = queries.all_cases(session)
            papers = [(case, paper) for case in cases for paper in queries.documents(session, case.id or 0)]
            definitions = {row.name: row.sha256 for row in units.configurations(session, "workflow")}
        signed = [one for one in papers if one[1].state == "complete" or one[0].state == "signing"]
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
            "files": list(_paths(instance, [paper.sha256 for _case, paper in signed])),
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
