"""Every notice that the program posts has a template, and every template is of a notice that is posted."""

import ast
from collections.abc import Iterator

import pytest

from mediation.notices.folders import load_notices
from tests.architecture.source import Source, package_sources, parse

HELD = {"came": ("agreed", "rejected")}
"""What names hold that stand within a notice's own name: an approval's verdict, once it is no longer open."""


def test_every_notice_that_is_posted_has_a_template_and_every_template_is_posted():
    sources = [one for one in package_sources() if one.is_in("mediation/cases/", "mediation/supervision/")]
    assert set(posted(sources)) == set(load_notices())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('post({"notice": "sunset", "unit": "x"})', {"sunset"}),
        ('ACT = "sunset"\ndef f():\n    post({"notice": ACT})', {"sunset"}),
        ('def f(late):\n    one = "dusk" if late else "dawn"\n    post({"notice": one})', {"dusk", "dawn"}),
        (
            'A = "a"\ndef f(x):\n    one, whom = (A, x) if x else ("b", 1)\n    post({"notice": one})',
            {"a", "b"},
        ),
        (
            'def tell(hall, name):\n    post({"notice": name})\ntell(1, "rain")\nroom.tell(1, name="hail")',
            {"rain", "hail"},
        ),
        ('def go(came):\n    post({"notice": f"moon_{came}"})', {"moon_agreed", "moon_rejected"}),
        ('rows({"id": 1, "notice": row.notice})', set()),
    ],
)
def test_names_are_followed_to_where_they_are_written(text, found):
    assert set(posted([parse("mediation/cases/x.py", text)])) == found


def test_a_name_that_cannot_be_followed_is_told():
    with pytest.raises(AssertionError, match=r"x\.py:1"):
        set(posted([parse("mediation/cases/x.py", 'post({"notice": sky.name})')]))


def posted(sources: list[Source]) -> Iterator[str]:
    """The names of all notices that are left in the outbox: what stands first in a payload, under `notice`."""
    for source in sources:
        for scope in _scopes(source):
            for node in _own(scope):
                if isinstance(node, ast.Dict) and node.keys and _text(node.keys[0]) == "notice":
                    yield from _names(sources, source, scope, node.values[0])


def _scopes(source: Source) -> Iterator[ast.AST]:
    yield source.tree
    yield from (node for node in ast.walk(source.tree) if isinstance(node, ast.FunctionDef))


def _own(scope: ast.AST) -> Iterator[ast.AST]:
    """What stands in a scope, without the functions in it."""
    for node in ast.iter_child_nodes(scope):
        if not isinstance(node, ast.FunctionDef):
            yield node
            yield from _own(node)


def _names(sources: list[Source], source: Source, scope: ast.AST, value: ast.AST) -> Iterator[str]:
    """What an expression may come to."""
    if isinstance(value, ast.Constant):
        yield str(value.value)
    elif isinstance(value, ast.IfExp):
        yield from _names(sources, source, scope, value.body)
        yield from _names(sources, source, scope, value.orelse)
    elif isinstance(value, ast.JoinedStr):
        yield from _joined(value)
    else:
        found = list(_meant(sources, source, scope, value)) if isinstance(value, ast.Name) else []
        assert found, f"{source.path}:{value.lineno}: nobody can tell which notice {ast.unparse(value)} is"
        yield from found


def _meant(sources: list[Source], source: Source, scope: ast.AST, name: ast.Name) -> Iterator[str]:
    """A name's values: given in the scope or in the module, or by each call where it is an argument."""
    for where in dict.fromkeys((scope, source.tree)):
        for node in _own(where):
            if isinstance(node, ast.Assign):
                for value in _given(node.targets[0], node.value, name.id):
                    yield from _names(sources, source, where, value)
    if isinstance(scope, ast.FunctionDef) and name.id in (asked := [one.arg for one in scope.args.args]):
        for other in [source] if scope.name.startswith("_") else sources:
            for caller in _scopes(other):
                for call in _own(caller):
                    if isinstance(call, ast.Call) and _called(call) == scope.name:
                        yield from _argument(sources, other, caller, call, asked, name.id)


def _given(target: ast.expr, value: ast.expr, name: str) -> Iterator[ast.expr]:
    if isinstance(target, ast.Name) and target.id == name:
        yield value
    elif isinstance(target, ast.Tuple):
        tuples = [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]
        for one in tuples:
            for place, part in enumerate(target.elts):
                if isinstance(one, ast.Tuple) and isinstance(part, ast.Name) and part.id == name:
                    yield one.elts[place]


def _argument(
    sources: list[Source], source: Source, scope: ast.AST, call: ast.Call, asked: list[str], name: str
) -> Iterator[str]:
    named = {one.arg: one.value for one in call.keywords}
    place = asked.index(name)
    value = named.get(name) or (call.args[place] if place < len(call.args) else None)
    if value is not None:
        yield from _names(sources, source, scope, value)


def _joined(value: ast.JoinedStr) -> Iterator[str]:
    found = [""]
    for part in value.values:
        held = (
            part.value.id if isinstance(part, ast.FormattedValue) and isinstance(part.value, ast.Name) else ""
        )
        ends = HELD[held] if held else (_text(part),)
        found = [before + end for before in found for end in ends]
    yield from found


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _text(node: ast.AST | None) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else ""
