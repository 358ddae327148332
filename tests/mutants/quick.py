"""A pytest plugin for runs over mutants: nothing made before the mutant came to life, few examples, the same each time.

Each mutant is a fork of a process in which the tests have run once. What that process keeps must not hide the mutant; what
is dear and knows nothing of any mutant (an empty database, the founded town) is kept for all of them.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings

EXAMPLES = 25
_PHASES = (Phase.explicit, Phase.generate)  # what fails is not made smaller
_KEPT: dict[str, Any] = {}
_OPEN = ExitStack()  # never closed: the forks need what it holds


def pytest_configure() -> None:
    """Forget the tests' modules, which hold what they made when they were read, and all that the program's caches hold."""
    settings.register_profile(
        "mutants",
        database=None,
        deadline=None,
        derandomize=True,
        max_examples=EXAMPLES,
        phases=_PHASES,
        suppress_health_check=tuple(HealthCheck),
    )
    settings.load_profile("mutants")
    for name, module in list(sys.modules.items()):
        if name.startswith("tests.") and name.rpartition(".")[2].startswith("test_"):
            del sys.modules[name]
        elif name.startswith("mediation."):
            _forget(module)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that ask for more examples than that get no more: a mutant that survives costs all of them."""
    for item in items:
        test = getattr(item, "obj", None)
        asked = getattr(test, "_hypothesis_internal_use_settings", None)
        if asked is not None and asked.max_examples > EXAMPLES:
            test._hypothesis_internal_use_settings = settings(asked, max_examples=EXAMPLES, phases=_PHASES)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Make the empty database and the founded town on SQLite once."""
    for plugin in session.config.pluginmanager.get_plugins():
        if hasattr(plugin, "_migrate") and not hasattr(plugin._migrate, "once"):
            plugin._migrate = _migrating_once(plugin._migrate)
    town = sys.modules.get("tests.town")
    if town is not None and not hasattr(town.founded_town, "once"):
        town.founded_town = _founding_once(town.founded_town)


def _forget(module: ModuleType) -> None:
    for held in list(vars(module).values()):
        for one in (held, *(vars(held).values() if isinstance(held, type) else ())):
            clear = getattr(one, "cache_clear", None)
            if callable(clear):
                clear()


def _migrating_once(migrate: Callable[..., None]) -> Callable[..., None]:
    def once(url: str, keyring: Any) -> None:
        path = Path(url.removeprefix("sqlite:///"))
        if "empty" not in _KEPT:
            migrate(url, keyring)
            _KEPT["empty"] = shutil.copy(path, Path(tempfile.mkdtemp(dir=_temporary())) / "empty.db")
        else:
            shutil.copy(_KEPT["empty"], path)

    once.once = True  # type: ignore[attr-defined]  # a mark of our own
    return once


def _founding_once(found: Callable[..., Any]) -> Callable[..., Any]:
    @contextmanager
    def once(_folder: Path, _url: str, server: Any = None) -> Iterator[Any]:
        assert server is None, "mutants are run on SQLite only"
        if "town" not in _KEPT:
            folder = Path(tempfile.mkdtemp(dir=_temporary()))
            url = f"sqlite:///{folder / 'data' / 'mediation.db'}"
            _KEPT["town"] = _OPEN.enter_context(found(folder, url))
        yield _KEPT["town"]

    once.once = True  # type: ignore[attr-defined]  # a mark of our own
    return once


def _temporary() -> str | None:
    return os.environ.get("PYTEST_DEBUG_TEMPROOT")
