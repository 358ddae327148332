"""The town, for stories of what goes wrong with a whole instance."""

from tests.town import postgresql_founded, sqlite_founded, sqlite_town, town

__all__ = ["postgresql_founded", "sqlite_founded", "sqlite_town", "town"]
