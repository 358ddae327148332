"""The locked requirements: they fit pyproject.toml, carry hashes and name no host."""

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parent.parent
LOCKED = ["runtime.txt", "dev.txt", "uv.txt"]
# The first versions without holes that are published and matter here.
FLOORS = {
    "weasyprint": "70.0",
    "jinja2": "3.1.6",
    "starlette": "1.3.1",
    "fastapi": "0.163",
    "python-multipart": "0.0.30",
    "pyhanko": "0.38",
}


@pytest.mark.parametrize("name", LOCKED)
def test_locked_file_names_no_host(name: str) -> None:
    assert re.findall(r"^.*(?:://|--index|--find-links|--extra).*$", _text(name), re.MULTILINE) == []


@pytest.mark.parametrize("name", LOCKED)
def test_every_locked_package_has_a_version_and_a_hash(name: str) -> None:
    entries = re.split(r"\n(?=\S)", _text(name).strip())
    assert [
        entry
        for entry in entries
        if not re.match(r"[\w.-]+==\S+[^\n]*\\\n +--hash=sha256:[0-9a-f]{64}", entry)
    ] == []


@pytest.mark.parametrize(("name", "groups"), [("runtime.txt", []), ("dev.txt", ["dev"])])
def test_locked_versions_fit_what_the_project_asks_for(name: str, groups: list[str]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = [*project["project"]["dependencies"]]
    for group in groups:
        asked += project["dependency-groups"][group]
    versions = _versions(name)
    for requirement in map(Requirement, asked):
        found = versions.get(canonicalize_name(requirement.name))
        assert found is not None, f"{requirement} is not in requirements/{name}: ./run lock"
        assert found in requirement.specifier, f"{requirement}, but {found} is locked: ./run lock"


def test_every_dependency_has_a_floor() -> None:
    """That the locked versions reach it is held by the test before."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    floors = {
        one: [part.version for part in Requirement(one).specifier if part.operator == ">="] for one in asked
    }
    assert [one for one, versions in floors.items() if len(versions) != 1] == []


def test_bill_of_materials_holds_every_locked_package_with_its_hashes(tmp_path: Path) -> None:
    file = tmp_path / "sbom.json"
    done = subprocess.run([ROOT / "run", "sbom", str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    bill = json.loads(file.read_text(encoding="utf-8"))
    assert (bill["bomFormat"], bill["metadata"]["component"]["name"]) == ("CycloneDX", "mediation")
    listed = {canonicalize_name(one["name"]): one["version"] for one in bill["components"]}
    assert listed == {name: str(version) for name, version in _versions("runtime.txt").items()}
    assert [
        one["name"] for one in bill["components"] if "sha256" not in json.dumps(one).lower().replace("-", "")
    ] == []


def test_development_uses_the_versions_of_the_runtime() -> None:
    runtime, development = _versions("runtime.txt"), _versions("dev.txt")
    assert {name: development.get(name) for name in runtime} == runtime


def test_locked_versions_are_above_the_floors() -> None:
    versions = _versions("runtime.txt")
    assert {
        name: str(versions[name]) for name, floor in FLOORS.items() if versions[name] < Version(floor)
    } == {}


def test_project_asks_for_no_version_below_the_floors() -> None:
    """Whoever installs the wheel gets what pyproject.toml lets in, and not what is locked."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lowest = {
        one.name: Version(part.version)
        for one in map(Requirement, project["project"]["dependencies"])
        for part in one.specifier
        if part.operator == ">="
    }
    assert {name: lowest.get(name) for name in FLOORS} == {
        name: Version(floor) for name, floor in FLOORS.items()
    }


def _text(name: str) -> str:
    return (ROOT / "requirements" / name).read_text(encoding="utf-8")


def _versions(name: str) -> dict[str, Version]:
    """Package → version; of packages locked per platform the last."""
    pins = re.findall(r"^([\w.-]+)==([^\s;\\]+)", _text(name), re.MULTILINE)
    return {canonicalize_name(package): Version(version) for package, version in pins}
