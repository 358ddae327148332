"""The tests' town, for what the benchmarks measure."""

from tests.town import sqlite_founded

__all__ = ["sqlite_founded"]
