"""Who imports whom (contracts in pyproject.toml), and how little a command imports."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

LINT_IMPORTS = [
    sys.executable,
    "-c",
    "from importlinter.cli import lint_imports_command; lint_imports_command()",
]
HEAVY = {
    "fastapi",
    "starlette",
    "uvicorn",
    "weasyprint",
    "pyhanko",
    "dbos",
    "alembic",
    "PIL",
    "lxml",
    "fontTools",
    "aiohttp",
    "prometheus_client",
}


def test_layers_and_other_contracts_are_kept() -> None:
    done = _lint_imports(ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("documents/breach.py", "import mediation.cases.models", "Upper layers"),
        ("units/breach.py", "import mediation.people.models", "Upper layers"),
        ("workflow/breach.py", "def read():\n    import sqlalchemy", "know no database"),
        ("breach.py", "", "Upper layers"),  # a new module has no layer until someone gives it one
        ("cases/breach.py", "import fastapi", "Only the web"),
    ],
)
def test_contracts_find_what_they_are_for(tmp_path: Path, file: str, line: str, contract: str) -> None:
    shutil.copytree(
        ROOT / "mediation", tmp_path / "mediation", ignore=shutil.ignore_patterns("*.ttf", "__pycache__")
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "mediation" / file).write_text(line)
    done = _lint_imports(tmp_path)
    assert done.returncode == 1, done.stdout
    assert contract in done.stdout
    assert "breach" in done.stdout


@pytest.mark.parametrize("what", ["import mediation.cli", "help"])
def test_command_line_starts_without_what_is_heavy(what: str) -> None:
    start = "import mediation.cli"
    if what == "help":
        start += (
            "\nsys.argv = ['mediation', '--help']\ntry:\n    mediation.cli.main()\nexcept SystemExit: pass"
        )
    script = (
        f"import sys\n{start}\nprint('modules:', *sorted({{name.partition('.')[0] for name in sys.modules}}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    modules = set(done.stdout.splitlines()[-1].removeprefix("modules: ").split())
    assert modules & HEAVY == set()


def test_instance_is_imported_without_what_only_papers_need() -> None:
    script = (
        "import sys, mediation.app\n"
        "print(*sorted({'fontTools', 'jinja2', 'segno', 'PIL', 'weasyprint', 'pyhanko', 'cryptography.x509', 'dbos'} & {*sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr


def _lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [*LINT_IMPORTS, "--no-logo", "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_help_loads_no_command_and_nothing_of_an_instance() -> None:
    script = (
        "import sys\nfrom mediation.cli import run\nrun(['--help'])\n"
        "print('modules:', *sorted(name for name in sys.modules if name.startswith(('mediation.', 'sqlalchemy', 'pydantic', 'rich', 'ruamel'))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1].split()[1:] == [
        f"mediation.{name}"
        for name in (
            "catalogue",
            "cli",
            "commands",
            "commands.context",
            "commands.listed",
            "errors",
            "language",
        )
    ]
