"""Python source as the architecture rules read it: parsed, with names followed back to where they were imported."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Source:
    """One file; `path` is relative to the checkout, with slashes."""

    path: str
    tree: ast.Module
    imported: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    def is_in(self, *places: str) -> bool:
        """Whether the file is one of the places; a place that ends with a slash is a folder with all below."""
        return any(
            self.path.startswith(place) if place.endswith("/") else self.path == place for place in places
        )

    def whole_name(self, node: ast.AST) -> str:
        """`datetime.datetime.now` for `dt.now` after `from datetime import datetime as dt`; "" if it cannot be told."""
        if isinstance(node, ast.Name):
            return self.imported.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            before = self.whole_name(node.value)
            return f"{before}.{node.attr}" if before else ""
        return ""

    def calls(self) -> Iterator[ast.Call]:
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))

    def method_calls(self, *names: str) -> Iterator[ast.Call]:
        """Calls `anything.name(...)`."""
        for call in self.calls():
            if isinstance(call.func, ast.Attribute) and call.func.attr in names:
                yield call

    def imports(self) -> Iterator[tuple[int, str]]:
        """Line and whole name of everything imported, also inside functions."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def parse(path: str, text: str) -> Source:
    """The source of a file; raises SyntaxError."""
    tree = ast.parse(text, filename=path)
    imported: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                imported[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                imported[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return Source(path=path, tree=tree, imported=imported)


@cache
def package_sources() -> list[Source]:
    """Every file of the package."""
    return _sources("mediation")


@cache
def sources_of_tests() -> list[Source]:
    """Every file of the tests."""
    return _sources("tests")


def _sources(folder: str) -> list[Source]:
    paths = sorted((ROOT / folder).rglob("*.py"))
    return [parse(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in paths]
