"""The town, for walkers."""

from tests.town import postgresql_founded, sqlite_founded, sqlite_town, town

__all__ = ["postgresql_founded", "sqlite_founded", "sqlite_town", "town"]
