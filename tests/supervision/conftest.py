"""The town, for the tests of supervision: with the shipped ladder, which other tests do without."""

import pytest

from tests.supervision.desk import with_rules
from tests.town import postgresql_founded, sqlite_founded, sqlite_town, town

__all__ = ["postgresql_founded", "sqlite_founded", "sqlite_town", "town"]


@pytest.fixture(autouse=True)
def shipped_ladder(request: pytest.FixtureRequest) -> None:
    for name in ("town", "sqlite_town"):
        if name in request.fixturenames:
            with_rules(request.getfixturevalue(name))
