"""A town that sends notices, and the servers that it sends them to."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mediation.sites.configuration import record, settings_in_force
from tests.notices.servers import Gateway, Post, gateway, mail_server
from tests.town import (
    Town,
    postgresql_founded,
    sqlite_founded,
    sqlite_town,
    town,
)

__all__ = ["postgresql_founded", "sqlite_founded", "sqlite_town", "town"]


@pytest.fixture
def sms_gateway() -> Iterator[Gateway]:
    with gateway() as found:
        yield found


@pytest.fixture
def mail() -> Iterator[Post]:
    with mail_server() as found:
        yield found


def switch(town: Town, **notices: Any) -> None:
    """Put the site's settings for notices in force, as `site apply` does."""
    instance = town.instance
    with instance.database.writing() as session:
        settings = settings_in_force(session).model_dump(mode="json")
        record(session, "site", "site", {**settings, "notices": notices}, town.clock.now())


def sms(url: str, **more: Any) -> dict[str, Any]:
    """A gateway's settings."""
    body = {"to": "{phone}", "content": "{text}", "msgid": "{id}"}
    return {"url": f"{url}/send", "body": body, **more}


def keep_secrets(town: Town, **secrets: str) -> None:
    path = town.instance.settings.secrets_file
    path.write_text(json.dumps(secrets), encoding="utf-8")
    path.chmod(0o600)


@pytest.fixture
def deliveries(town: Town) -> Callable[..., list[Any]]:
    """(reader, channel, state, why, attempts, repeats) of a case's deliveries, in order."""
    return lambda: delivered(town)


def delivered(town: Town, notice: str = "") -> list[tuple[Any, ...]]:
    rows = town.rows(
        "SELECT notice, reader, channel, state, why, attempts, repeats FROM delivery ORDER BY id"
    )
    return [tuple(row[1:]) for row in rows if not notice or row[0] == notice]
