"""The script that sets everything up: what it answers without setting anything up."""

import shutil
import subprocess
from pathlib import Path

import pytest

RUN = Path(__file__).parent.parent / "run"


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A copy of the script in a folder with a space in its name, and nothing set up beside it."""
    folder = tmp_path / "a copy"
    folder.mkdir()
    shutil.copy(RUN, folder)
    shutil.copytree(RUN.parent / "requirements", folder / "requirements")
    return folder


@pytest.mark.parametrize(
    "shell", [shell for shell in ("dash", "bash", "ksh", "busybox") if shutil.which(shell)]
)
def test_run_is_read_by_every_shell(shell: str) -> None:
    command = [shell, "sh", "-n"] if shell == "busybox" else [shell, "-n"]
    assert subprocess.run([*command, RUN], check=False).returncode == 0


@pytest.mark.parametrize("words", [["help"], ["--help"], []])
def test_run_help_names_every_command(elsewhere: Path, words: list[str]) -> None:
    done = _run(elsewhere, *words)
    assert done.returncode == 0
    for command in ("demo", "test", "serve", "mediation", "lint", "bench", "lock", "help"):
        assert f"\n./run {command}" in f"\n{done.stdout}"
    assert not (elsewhere / ".venv").exists()


def test_run_unknown_command_is_refused(elsewhere: Path) -> None:
    done = _run(elsewhere, "frobnicate")
    assert (done.returncode, done.stderr.splitlines()[0]) == (2, "run: unknown command: frobnicate")
    assert not (elsewhere / ".venv").exists()


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["--out"], "run: --out needs a folder"),
        (["a", "b"], "run: demo takes one site, or all"),
        (["--fast"], "run: demo does not know --fast"),
    ],
)
def test_run_demo_with_wrong_words_says_so(elsewhere: Path, words: list[str], answer: str) -> None:
    done = _run(elsewhere, "demo", *words)
    assert (done.returncode, done.stderr.splitlines()[0]) == (1, answer)


@pytest.mark.parametrize(
    "words",
    [
        [command, *before, asked]
        for command in ("demo", "serve", "test", "lint", "bench", "walk", "fuzz", "sbom", "lock")
        for before, asked in ([[], "--help"], [["eshan"], "-h"])
    ],
)
def test_run_asked_for_a_commands_help_sets_nothing_up(elsewhere: Path, words: list[str]) -> None:
    done = _run(elsewhere, *words)
    assert done.returncode == 0
    told = [line for line in done.stdout.splitlines() if line.startswith("./run ")]
    assert {line.split()[1] for line in told} == {words[0]}
    assert "setting up" not in done.stderr
    assert not (elsewhere / ".venv").exists()


def test_run_serve_asked_for_help_tells_its_options_and_plays_nothing() -> None:
    done = subprocess.run([RUN, "serve", "--help"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "--sample-time" in done.stdout


def test_run_without_apt_says_what_to_install(elsewhere: Path, tmp_path: Path) -> None:
    """On a system that has neither Python nor apt-get."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("sh", "cat", "cksum", "dirname", "readlink", "sed", "uname", "flock", "id"):
        found = shutil.which(name)
        if found:
            (programs / name).symlink_to(found)
    done = _run(elsewhere, "test", PATH=str(programs))
    assert done.returncode == 1
    assert (
        "missing: python3 python3-venv libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 poppler-utils"
        in done.stderr
    )
    assert "brew install" in done.stderr
    assert not (elsewhere / ".venv").exists()


def test_command_imported_again_by_a_worker_does_nothing() -> None:
    """The worker that makes papers is spawned and imports the command's file under another name."""
    written = RUN.read_text(encoding="utf-8").split('text = f"#!{sys.executable}', 1)[1].split('"\n', 1)[0]
    command = written.encode().decode("unicode_escape")
    names: dict[str, object] = {"__name__": "__mp_main__"}
    exec(compile(command.lstrip(), "mediation", "exec"), names)  # noqa: S102  our own text
    assert callable(names["main"])


def _run(folder: Path, *words: str, **surroundings: str) -> subprocess.CompletedProcess[str]:
    command = [str(folder / "run"), *words]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, cwd="/", env=surroundings or None
    )
