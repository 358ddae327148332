"""Which functions of a module are worth asking again: those in which something survived, and those that are others now."""

import ast
import re
import shutil
import subprocess
from collections.abc import Iterator

from tests.mutants.running import ROOT


def asked_again(before: str, now: str, survived: str) -> list[str]:
    """Names as they stand on the page. `before`, `now`: the module then and now; `survived`: what the page says of it."""
    there = dict(functions(now))
    left = re.findall(r"^- ([\w.]+): ", survived, re.MULTILINE)
    return [name for name in dict.fromkeys((*left, *changed_functions(before, now))) if name in there]


def changed_functions(before: str, now: str) -> list[str]:
    """The functions of the later text that the earlier one has not, or has otherwise."""
    known = dict(functions(before))
    return [name for name, code in functions(now) if known.get(name) != code]


def functions(text: str) -> Iterator[tuple[str, str]]:
    """What is mutated of a module: its functions without a decorator by name, with their code less words and places."""
    for part in ast.parse(text).body:
        inner = part.body if isinstance(part, ast.ClassDef) else [part]
        owner = f"{part.name}." if isinstance(part, ast.ClassDef) else ""
        for one in inner:
            if isinstance(one, ast.FunctionDef) and not one.decorator_list:
                yield f"{owner}{one.name}", _code(one)


def _code(function: ast.FunctionDef) -> str:
    if ast.get_docstring(function) is not None:
        function.body = function.body[1:]
    return ast.dump(function)


def text_at(commit: str, path: str) -> str | None:
    """A file as it was at a commit; None if there is no such commit any more."""
    git = shutil.which("git") or "git"
    told = subprocess.run(
        [git, "show", f"{commit}:{path}"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return None if told.returncode else told.stdout
