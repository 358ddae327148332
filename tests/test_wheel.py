"""The package as others install it: a wheel of its own, in an environment that does not see the checkout."""

import os
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from the checkout, without the network."""
    folder = tmp_path_factory.mktemp("wheel")
    _run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], cwd=ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an environment with the wheel in it. What it depends on is lent from the environment of the tests:
    by its folder's path without that folder's .pth files, one of which leads to the checkout."""
    folder = tmp_path_factory.mktemp("installed") / "environment"
    venv.create(folder, with_pip=False, symlinks=True)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)}))
    _run(
        [
            sys.executable,
            "-m",
            "uv",
            "pip",
            "install",
            "--quiet",
            "--offline",
            "--no-deps",
            "--python",
            str(folder),
            str(wheel),
        ]
    )
    (packages / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return folder


def test_wheel_holds_what_the_program_reads(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for kind in ("workflows", "templates"):
        checkout = {f"mediation/_shipped/{path.relative_to(ROOT).as_posix()}" for path in _files(ROOT / kind)}
        assert checkout == {name for name in names if name.startswith(f"mediation/_shipped/{kind}/")}
    package = {path.relative_to(ROOT).as_posix() for path in _files(ROOT / "mediation")}
    assert package == {name for name in names if name.startswith("mediation/") and "/_shipped/" not in name}
    assert {name.partition("/")[0] for name in names} == {"mediation", _dist_info()}
    assert f"{_dist_info()}/licenses/LICENSE" in names


def test_installed_wheel_does_not_see_the_checkout(installed: Path, tmp_path: Path) -> None:
    where = _python(
        installed, tmp_path, "import mediation, mediation.resources as r; print(r.shipped('workflows'))"
    ).stdout
    assert Path(where.strip()).is_relative_to(installed)
    assert Path(where.strip()).is_dir()


def test_installed_wheel_finds_every_workflow_and_form(installed: Path, tmp_path: Path) -> None:
    script = "from mediation.resources import folders; print(*folders('workflows'), *folders('templates', 'documents'))"
    assert set(_python(installed, tmp_path, script).stdout.split()) == {
        path.name
        for parent in ("workflows", "templates/documents")
        for path in (ROOT / parent).iterdir()
        if path.is_dir() and not path.name.startswith("_") and any(_files(path))
    }


@pytest.mark.parametrize("words", [["--help"], ["check"]])
def test_installed_command_works_elsewhere(installed: Path, tmp_path: Path, words: list[str]) -> None:
    _run([str(installed / "bin" / "mediation"), *words], cwd=tmp_path, env=_surroundings())


def _files(folder: Path) -> list[Path]:
    """Files that git would keep."""
    return [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"]


def _dist_info() -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return f"{project['name']}-{project['version']}.dist-info"


def _python(environment: Path, folder: Path, script: str) -> subprocess.CompletedProcess[str]:
    return _run([str(environment / "bin" / "python"), "-c", script], cwd=folder, env=_surroundings())


def _surroundings() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "MEDIATION_DATA"}}


def _run(command: list[str], **how: object) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(command, capture_output=True, text=True, check=False, **how)  # type: ignore[call-overload]
    assert done.returncode == 0, done.stdout + done.stderr
    return done
