"""The table article → guard → its tests, made from the registry and the test files: `python -m tests.workflow.guards_table`.

A guard's tests are named test_<guard>_passes… and test_<guard>_refuses….
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from mediation.workflow.engine import guards_on
from mediation.workflow.guards import GUARDS, Guard
from mediation.workflow.loader import load_definitions

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "guards.md"
_TESTS = Path(__file__).parent / "guards"
_HEAD = """# The gates of the law, and the rules of the house

Every guard, what it rests on, the definitions that use it, and the tests that show it passing and refusing. A guard is a
pure function of the facts of a case ([mediation/workflow/facts.py](../mediation/workflow/facts.py)); it answers nothing, or
sentences that say why not. What begins with 办理规则 is a rule of this program, with 部署单位规定 a rule that each site sets
by its local law; neither is presented as national law.

Made from the code by `python -m tests.workflow.guards_table`; do not edit.

| Rests on | Guard | Demands | Used by | Passing tests | Refusing tests |
|---|---|---|---|---|---|
"""


def page() -> str:
    """The whole page, the same every time."""
    tests = dict(_tests())
    users = _users()
    rows = [_row(guard, tests, users) for guard in sorted(GUARDS.values(), key=_order)]
    return _HEAD + "".join(rows)


def tests_of(guard: str, kind: str) -> list[str]:
    """The names of a guard's tests that begin with this kind: passes or refuses."""
    return [name for name in dict(_tests()) if name.startswith(f"test_{guard}_{kind}")]


def _order(guard: Guard) -> tuple[bool, bool, str, str]:
    """Laws first, then what sites set, then rules of the house."""
    return (
        guard.article.startswith("办理规则"),
        guard.article.startswith("部署单位规定"),
        guard.article,
        guard.name,
    )


def _row(guard: Guard, tests: dict[str, str], users: dict[str, list[str]]) -> str:
    cells = [
        guard.article,
        f"`{guard.name}`",
        guard.about,
        "、".join(users.get(guard.name, [])),
        *(
            "<br>".join(f"[{name}](../{tests[name]})" for name in tests_of(guard.name, kind))
            for kind in ("passes", "refuses")
        ),
    ]
    return "| " + " | ".join(cells) + " |\n"


def _tests() -> Iterator[tuple[str, str]]:
    for path in sorted(_TESTS.glob("test_*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield node.name, path.relative_to(ROOT).as_posix()


def _users() -> dict[str, list[str]]:
    users: dict[str, list[str]] = {}
    definitions = load_definitions()
    for name in definitions.names:
        for guard in {guard for edge in definitions.newest(name).edges for guard in guards_on(edge)}:
            users.setdefault(guard, []).append(name)
    return users


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
