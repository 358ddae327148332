"""The town, for commands that work on an instance."""

from tests.town import sqlite_founded, sqlite_town

__all__ = ["sqlite_founded", "sqlite_town"]
