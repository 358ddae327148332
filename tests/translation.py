"""The English catalogue, made anew from the sources: `python -m tests.translation`.

What is said is found in: `_("…")` in modules and page templates, Chinese words in tables of the modules (they are
said by `_(TABLE[code])`), docstrings of commands (their help), and titles of workflows, code tables, forms and notices. Translations that stand are kept, what is no
longer said is dropped, what is new is entered empty and told.
"""

import ast
import re
import string
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import jinja2
import yaml  # type: ignore[import-untyped]  # it has no stubs
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2.ext import extract_from_ast

from mediation.web.pages.punctuation import Punctuation

ROOT = Path(__file__).parents[1]
CATALOGUE = ROOT / "mediation" / "locale" / "en" / "LC_MESSAGES" / "mediation.po"
NOT_SAID = ROOT / "mediation" / "locale" / "not-said.txt"
"""Chinese words in modules that no reader is told: parts of papers and numbers, headings of site files, patterns."""
HAN = re.compile(r"[\u3400-\u9fff]")
_WITHOUT_TABLES = ("demo", "simulation", "locale")
_BETWEEN = ("、", "；", "，")
"""What `joined` puts between words."""
_TITLES = ("title", "task", "article", "about")


def said() -> set[str]:
    """Every Chinese message that a reader may be told."""
    not_said = set(NOT_SAID.read_text(encoding="utf-8").splitlines())
    found = {*_BETWEEN, *_of_modules(), *_of_pages(), *_of_definitions(), *_of_lists()}
    return {one for one in found if _as_line(one) not in not_said}


def defined() -> set[str]:
    """What definitions call their states, acts and rules, and versioned lists themselves: as instances keep them."""
    return {*_of_definitions(), *_list_titles()}


def fields(text: str) -> list[str]:
    """The places of a message that are filled in: `{name}` and `%s`."""
    try:
        named = [
            field or "" for _text, field, _spec, _kind in string.Formatter().parse(text) if field is not None
        ]
    except ValueError:  # a brace that is meant: such a message is never filled in
        named = []
    return sorted({*named, *re.findall(r"%[sd]", text)})


def _as_line(message: str) -> str:
    return message.replace("\n", "\\n")


def _of_modules() -> Iterator[str]:
    for path in sorted((ROOT / "mediation").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        yield from _of_docstrings(tree, commands=path.parent.name == "commands")
        yield from (one for node in ast.walk(tree) if _is_call(node) for one in _constants(node.args[0]))  # type: ignore[attr-defined]  # a call
        if path.relative_to(ROOT / "mediation").parts[0] not in _WITHOUT_TABLES:
            yield from _of_tables(tree)


def _of_docstrings(tree: ast.AST, *, commands: bool) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield from _of_error(node)
        elif commands and isinstance(node, ast.FunctionDef):
            yield from (one for one in [ast.get_docstring(node) or ""] if HAN.search(one))


def _of_tables(tree: ast.AST) -> Iterator[str]:
    passed_over: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            passed_over |= {id(one.value) for one in node.body if isinstance(one, ast.Expr)}
        elif isinstance(node, ast.JoinedStr):
            passed_over |= {id(one) for one in node.values}
    for node in ast.walk(tree):
        if id(node) not in passed_over:
            yield from (one for one in _constants(node) if HAN.search(one))


def _of_error(node: ast.ClassDef) -> Iterator[str]:
    """The docstring of an error is what it says."""
    text = (ast.get_docstring(node, clean=False) or "").strip()
    if node.bases and HAN.match(text) and text.endswith(("。", "：", ":")):
        yield text


def _is_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_"


def _constants(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def _of_pages() -> Iterator[str]:
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, extensions=[Punctuation]
    )
    for path in sorted((ROOT / "templates" / "pages").rglob("*.html")):
        tree = environment.parse(path.read_text(encoding="utf-8"))
        yield from (one for _line, _name, one in extract_from_ast(tree, ("_",)) if isinstance(one, str))
        yield from (
            one.value
            for one in tree.find_all(jinja2.nodes.Const)
            if isinstance(one.value, str) and HAN.search(one.value)
        )


def _of_definitions() -> Iterator[str]:
    for path in sorted((ROOT / "workflows").glob("*/v*.yaml")):
        yield from _titles(yaml.safe_load(path.read_text(encoding="utf-8")))


def _titles(value: object, key: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _titles(one, str(name))
    elif isinstance(value, list):
        for one in value:
            yield from _titles(one, key)
    elif isinstance(value, str) and key in _TITLES and HAN.search(value):
        yield value


def _list_titles() -> Iterator[str]:
    for path in sorted((ROOT / "mediation" / "codes" / "lists").glob("*.yaml")):
        yield yaml.safe_load(path.read_text(encoding="utf-8"))["title"]


def _of_lists() -> Iterator[str]:
    for path in sorted((ROOT / "mediation" / "codes" / "lists").glob("*.yaml")):
        yield from (one["title"] for one in yaml.safe_load(path.read_text(encoding="utf-8"))["codes"])
    yield from _list_titles()
    yield from _titles(yaml.safe_load((ROOT / "mediation" / "sites" / "supervision.yaml").read_text("utf-8")))
    for path in sorted((ROOT / "templates").glob("*/*/*.yaml")):
        held = yaml.safe_load(path.read_text(encoding="utf-8"))
        if isinstance(held, dict) and isinstance(held.get("title"), str):
            yield held["title"]
            needs = [one for one in held.get("needs", []) if isinstance(one, dict)]
            yield from (need[key] for need in needs for key in ("name", "enter"))


def main() -> int:
    """Write the catalogue anew; tell what has no translation. 1 if there is any."""
    before = Catalog()
    if CATALOGUE.exists():
        with CATALOGUE.open("rb") as file:
            before = read_po(file, locale="en")
    catalogue = Catalog(
        locale="en",
        project="mediation",
        version="en",
        fuzzy=False,
        msgid_bugs_address="see CONTRIBUTING.md",
        last_translator="the project",
        language_team="English",
    )
    catalogue.header_comment = "# English words of the pages, the command line and the refusals. Made by python -m tests.translation."
    missing = []
    for message in sorted(said()):
        known = before.get(message)
        text = str(known.string) if known is not None and not known.fuzzy else ""
        catalogue.add(message, text)
        if not text:
            missing.append(message)
    catalogue.creation_date = catalogue.revision_date = datetime(
        2026, 11, 28, tzinfo=UTC
    )  # made anew: no difference
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as file:
        write_po(file, catalogue, width=110, no_location=True, omit_header=False)
    for message in missing:
        sys.stdout.write(f"no translation: {message!r}\n")
    sys.stdout.write(f"{len(catalogue)} messages, {len(missing)} without translation\n")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
