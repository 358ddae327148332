"""One instance of the example site for each store, founded once; every test brings its own cases and finds the clock set."""

import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import delete
from sqlmodel import col
from starlette.testclient import TestClient

from mediation.app import Instance
from mediation.clock import SetClock, local_moment
from mediation.codes.identity import sample_resident_number
from mediation.duty.models import Absence
from mediation.founding import found_instance
from mediation.settings import Settings
from mediation.web.app import build_app
from tests.town import sqlite_founded, sqlite_town

__all__ = ["sqlite_founded", "sqlite_town"]

ESHAN = Path(__file__).parents[2] / "examples" / "eshan"
MORNING = local_moment(date(2026, 3, 2), 9)  # a Monday
ADDRESS = "http://127.0.0.1:8080"

REGISTRAR = "zhangxiaofeng:registrar"
MEDIATOR = "yangmeixian:mediator"
OTHER_VILLAGE = "sunlei:registrar"

_keys = itertools.count(1)


@dataclass
class Counter:
    """Where requests are handed in: each as the post whose token it carries."""

    instance: Instance
    client: TestClient
    tokens: dict[str, str] = field(default_factory=dict)

    def token(self, actor: str) -> str:
        if actor not in self.tokens:
            self.tokens[actor] = self.instance.issue_token(actor, "测试", 30)
        return self.tokens[actor]

    def as_(self, actor: str, **more: str) -> dict[str, str]:
        """The headers of a request by the actor."""
        return {"Authorization": f"Bearer {self.token(actor)}", **more}

    def get(self, actor: str, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1{path}", params=query, headers=self.as_(actor))

    def post(self, actor: str, path: str, words: Any, key: str = "", **headers: str) -> Any:
        named = {"Idempotency-Key": key} if key else {}
        return self.client.post(f"/api/v1{path}", json=words, headers=self.as_(actor, **named, **headers))

    def register(self, actor: str = REGISTRAR, **changes: Any) -> str:
        """A new case's id."""
        answer = self.post(actor, "/cases", dispute(**changes), new_key())
        assert answer.status_code == 201, answer.text
        return str(answer.json()["case"])

    def do(self, actor: str, ref: str, trigger: str, **words: Any) -> dict[str, Any]:
        answer = self.post(actor, f"/cases/{ref}/acts/{trigger}", words)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


@pytest.fixture(scope="session")
def set_clock() -> SetClock:
    return SetClock(MORNING)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def instance(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, set_clock: SetClock
) -> Iterator[Instance]:
    data = tmp_path_factory.mktemp("instance") / "data"
    if request.param == "sqlite":
        url, drop = f"sqlite:///{data / 'mediation.db'}", lambda: None
    else:
        server = request.getfixturevalue("postgresql_server")
        url = server.create_database()
        drop = lambda: server.drop_database(url)  # noqa: E731
    settings = Settings(data=data, database_url=url, key_file=data / "keys" / "master.key")
    set_clock.put(MORNING)  # the store before has moved it, and nothing is sealed before its seal was cut
    found_instance(settings, ESHAN, set_clock)
    with Instance.open(settings, set_clock) as opened:
        yield opened
    drop()


@pytest.fixture
def clock(set_clock: SetClock) -> SetClock:
    """The instance's clock, at nine in the morning of Monday 2 March 2026."""
    set_clock.put(MORNING)
    return set_clock


@pytest.fixture(scope="session")
def application(instance: Instance) -> FastAPI:
    return build_app(instance)


@pytest.fixture(autouse=True)
def released(request: pytest.FixtureRequest) -> None:
    """The application outlives a test and the clock goes back after it: whom a flood left held would be held for ever."""
    if "application" in request.fixturenames:
        request.getfixturevalue("application").state.brakes._refused.clear()


@pytest.fixture(autouse=True)
def back_at_work(request: pytest.FixtureRequest) -> Iterator[None]:
    """The instance outlives a test: whom it sent on leave would be away in the next."""
    yield
    if "instance" in request.fixturenames:
        with request.getfixturevalue("instance").database.writing() as session:
            session.exec(delete(Absence).where(col(Absence.ended_at).is_(None)))


@pytest.fixture
def counter(instance: Instance, application: FastAPI, clock: SetClock) -> Counter:
    return Counter(instance, TestClient(application, base_url=ADDRESS))


@pytest.fixture
def another_client(application: FastAPI) -> Callable[[], TestClient]:
    """Makes a client for a thread of its own."""
    return lambda: TestClient(application, base_url=ADDRESS)


def new_key() -> str:
    return f"key-{next(_keys)}"


def party(name: str, role: str, sex: str, ordinal: int, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "role": role,
        "sex": sex,
        "ethnicity": "汉族",
        "address": "示例一村一组",
        "id_number": sample_resident_number(
            date(1970 + ordinal, 3, 5), 10 * ordinal + (1 if sex == "男" else 2)
        ),
        "phone": "13800000000",
        "consents": True,
        "rights_told": True,
        "electronic_agreed": True,
        **more,
    }


def dispute(**changes: Any) -> dict[str, Any]:
    return {
        "title": "张某与李某相邻排水纠纷",
        "source": "applied",
        "governance_category": "0201",
        "narrative": "雨水倒灌。",
        "claims": ["修复排水沟"],
        "parties": [party("张喆", "applicant", "男", 1), party("李玥", "respondent", "女", 2)],
        **changes,
    }


def error(answer: Any, status: int, kind: str) -> dict[str, Any]:
    """The problem sheet of an answer, after a look at its form."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), (
        answer.text
    )
    sheet = json.loads(answer.content)
    assert sorted(sheet) == ["detail", "id", "problems", "reasons", "status", "title", "type"]
    assert (sheet["status"], sheet["type"]) == (status, f"urn:mediation:{kind}")
    return dict(sheet)
