"""The town, and the counter of the API, for the tests of what went wrong elsewhere."""

from tests.town import postgresql_founded, sqlite_founded, sqlite_town, town
from tests.web.conftest import another_client, application, clock, counter, instance, set_clock

__all__ = [
    "another_client",
    "application",
    "clock",
    "counter",
    "instance",
    "postgresql_founded",
    "set_clock",
    "sqlite_founded",
    "sqlite_town",
    "town",
]
