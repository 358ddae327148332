"""A pytest plugin for runs over mutants: nothing made before the mutant came to life, few examples, the same each time."""

import sys
from types import ModuleType

import pytest
from hypothesis import HealthCheck, Phase, settings

EXAMPLES = 25
_PHASES = (Phase.explicit, Phase.generate)  # what fails is not made smaller


def pytest_configure() -> None:
    """Each mutant is a fork of a process in which the tests have run: what it keeps from then knows nothing of the mutant."""
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


def _forget(module: ModuleType) -> None:
    for held in list(vars(module).values()):
        for one in (held, *(vars(held).values() if isinstance(held, type) else ())):
            clear = getattr(one, "cache_clear", None)
            if callable(clear):
                clear()
