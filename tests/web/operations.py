"""Every operation of the API and what it needs, in docs/operations.md: `python -m tests.web.operations` writes it anew."""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from mediation.app import Instance
from mediation.cases.office import Office
from mediation.founding import found_instance
from mediation.settings import embedded_settings
from mediation.web.app import build_app
from mediation.web.token_scopes import needed_scope

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "operations.md"
_API = "/api/v1"
_ACTS = f"{_API}/cases/{{ref}}/acts/"
_OPEN = frozenset({f"{_API}/openapi.json", f"{_API}/verify"})
"""For anybody, without a token."""
_HEAD = """# What each operation of the API needs

Written by `python -m tests.web.operations` from the operations, the table of scopes (`mediation/web/token_scopes.py`) and the newest versions of the definitions that are
shipped; not edited by hand. What a page needs stands in `mediation/web/policy.py`. `tests/web/pages/test_scope_matrix.py` asks every operation by posts of five kinds: without the scope
it is refused (403), and of what is out of sight it says that it is not there (404).

**scope**: what the token must be good for ([api.md](api.md)). **posts**: the kinds of post that may do the act in some state, by the definitions; what else the actor must be
to the case, and in which state, stands in [matrix/](matrix). No posts: any post, as far as it sees ([scope.md](scope.md)) and as the operation itself judges.

| method | address | scope | posts |
|---|---|---|---|
"""


@dataclass(frozen=True)
class Operation:
    """One operation: the name of its route, how it is asked for, what the token must be good for, who may by the definitions."""

    name: str
    method: str
    path: str
    scope: str
    posts: tuple[str, ...] = ()


def routes_of(router: Any) -> Iterator[APIRoute]:
    """All routes of an application, those of its branches as well."""
    for route in router.routes:
        inner = getattr(route, "original_router", None) or getattr(route, "router", None)
        if isinstance(route, APIRoute):
            yield route
        elif inner is not None:
            yield from routes_of(inner)


def operations(application: FastAPI) -> list[Operation]:
    """Every operation that wants a token, in order of address."""
    posts = _posts(application.state.desk.office)
    found = [
        Operation(
            route.name,
            method,
            route.path,
            needed_scope(method, route.path),
            posts.get(route.path.removeprefix(_ACTS), ()),
        )
        for route in routes_of(application)
        if route.path.startswith(_API) and route.path not in _OPEN
        for method in sorted(route.methods - {"HEAD"})
    ]
    return sorted(found, key=lambda one: (one.path, one.method))


def _posts(office: Office) -> Mapping[str, tuple[str, ...]]:
    """Act → the kinds of post that may do it, by the newest version of each definition."""
    newest = {name: engine.definition for (name, _version), engine in sorted(office.engines.items())}
    found: dict[str, set[str]] = {}
    for definition in newest.values():
        for edge in definition.edges:
            by = edge.by or definition.triggers[edge.trigger].by
            found.setdefault(edge.trigger, set()).update(by.posts)
    return {act: tuple(sorted(posts)) for act, posts in found.items()}


def text_of(found: list[Operation]) -> str:
    """The page."""
    rows = (
        f"| `{one.method}` | `{one.path}` | `{one.scope}` | {', '.join(f'`{post}`' for post in one.posts)} |\n"
        for one in found
    )
    return _HEAD + "".join(rows)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = embedded_settings(Path(folder) / "data")
        found_instance(settings, ROOT / "examples" / "eshan")
        with Instance.open(settings) as instance:
            PAGE.write_text(text_of(operations(build_app(instance))), "utf-8")


if __name__ == "__main__":
    main()
