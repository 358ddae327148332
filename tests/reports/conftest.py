"""The town, for figures that are counted in it."""

from tests.town import postgresql_founded, sqlite_founded, town

__all__ = ["postgresql_founded", "sqlite_founded", "town"]
