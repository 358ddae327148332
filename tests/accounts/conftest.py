"""The town, for the tests of accounts; passwords are hashed cheaply, for there are many."""

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from mediation.accounts import passwords
from tests.town import postgresql_founded, sqlite_founded, sqlite_town, town

__all__ = ["postgresql_founded", "sqlite_founded", "sqlite_town", "town"]


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", lambda: quick)
    passwords.nobody_hash.cache_clear()
    yield
    passwords.nobody_hash.cache_clear()
