"""The command line speaks English where MEDIATION_LANGUAGE says so: the help of every command, and what it refuses."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from mediation.cli import main_app, run
from mediation.language import speak
from tests.web.english import CHINESE

get_command(main_app).load_all()  # what is loaded keeps its language: before any test here speaks English

_HELP_OF_ALL = """
import contextlib, io, json
import typer
from mediation.cli import main_app, run

def commands(command, path):
    yield path
    for name, one in getattr(command, "commands", {}).items():
        yield from commands(one, [*path, name])

said = {}
for words in commands(typer.main.get_command(main_app).load_all(), []):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        run([*words, "--help"])
    said[" ".join(words)] = out.getvalue()
print(json.dumps(said))
"""


def test_help_of_every_command_is_in_english() -> None:
    """In a process of its own: what commands and options are called is said when they are loaded."""
    settings = {**os.environ, "MEDIATION_LANGUAGE": "en"}
    root = Path(__file__).parents[1]
    answer = subprocess.run(
        [sys.executable, "-c", _HELP_OF_ALL],
        env=settings,
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    said: dict[str, str] = json.loads(answer.stdout)

    assert len(said) > 90
    assert {words: text for words, text in said.items() if CHINESE.search(text)} == {}
    assert "Usage: mediation case show [OPTIONS]" in said["case show"]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["frob"], 2, ["There is no command frob", "Usage: mediation --help"]),
        (["case", "show"], 2, ["NUMBER is missing", "Usage: mediation case show --help"]),
        (
            ["case", "list", "--most", "many"],
            2,
            ["--most: must be a whole number", "Usage: mediation case list --help"],
        ),
        (["case", "show", "1", "2", "3"], 2, ["2 3 is too much", "Usage: mediation case show --help"]),
        (
            ["case", "list"],
            1,
            [
                "There is something to mend; nothing has been saved:",
                "  --as: Say before the command who acts: mediation --as PERSON[:POST] …",
            ],
        ),
        (["verify", "nowhere.pdf"], 1, ["Cannot read the file nowhere.pdf: There is no such file or folder"]),
    ],
)
def test_wrong_input_is_refused_in_english(capsys: Any, words: list[str], code: int, told: list[str]) -> None:
    speak("en")
    try:
        assert run(words) == code
    finally:
        speak("")
    assert tuple(capsys.readouterr()) == ("", "\n".join(told) + "\n")
