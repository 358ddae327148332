"""The peers of `bench web` do what they are measured for."""

from collections import Counter
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from benchmarks.web_servers import bare_app, sqlmodel_app
from mediation.app import Instance
from mediation.web.app import build_app
from tests.town import Founded, Town

KEEP = "http://127.0.0.1"


def written(town: Town, act: Callable[[], None]) -> dict[str, list[tuple[object, ...]]]:
    """What an act writes: for each table the rows that are new or changed, by which of their columns hold something."""
    before = {name: Counter(rows) for name, rows in town.dump().items()}
    act()
    found = {name: list((Counter(rows) - before[name]).elements()) for name, rows in town.dump().items()}
    return {
        name: sorted(tuple(value is not None for value in row) for row in rows)
        for name, rows in found.items()
        if rows
    }


@pytest.fixture
def accepted(sqlite_founded: Founded, tmp_path) -> Callable[[str], tuple[dict, dict]]:
    """Accepts one case by an application; what was written, and the answer."""

    def accept(name: str) -> tuple[dict, dict]:
        with sqlite_founded.copied(tmp_path / name) as town:
            instance: Instance = town.instance
            token = instance.issue_token("jiawin", "测试", 30)
            town.bring("received")
            ref = town.bring("received")
            app = (
                build_app(instance)
                if name == "ours"
                else sqlmodel_app(instance.database, instance.keyring, town.clock)
            )
            told = {}
            if name == "ours":  # which writes down once an hour that a token was used
                TestClient(app, base_url=KEEP).get(
                    "/api/v1/cases", headers={"Authorization": f"Bearer {token}"}
                )

            def act() -> None:
                answer = TestClient(app, base_url=KEEP).post(
                    f"/api/v1/cases/{ref}/acts/accept", json={}, headers={"Authorization": f"Bearer {token}"}
                )
                assert answer.status_code == 200, answer.text
                told.update(answer.json())

            return written(town, act), told

    return accept


def test_sqlmodel_endpoint_writes_the_same_rows_as_the_act(accepted):
    ours, our_answer = accepted("ours")
    theirs, their_answer = accepted("sqlmodel")
    assert theirs == ours
    own = {"case", "event_hash"}
    assert {key: our_answer[key] for key in our_answer.keys() - own} == {
        key: their_answer[key] for key in their_answer.keys() - own
    }


def test_sqlmodel_endpoint_refuses_without_a_token_or_twice(sqlite_founded, tmp_path):
    with sqlite_founded.copied(tmp_path) as town:
        ref = town.bring("received")
        client = TestClient(sqlmodel_app(town.instance.database, town.instance.keyring, town.clock))
        token = town.instance.issue_token("jiawin", "测试", 30)
        statuses = [
            client.post(
                f"/api/v1/cases/{ref}/acts/accept", json={}, headers={"Authorization": said}
            ).status_code
            for said in ("Bearer x", f"Bearer {token}", f"Bearer {token}")
        ]
        assert (statuses, town.case(ref).state) == ([401, 200, 409], "accepted")


def test_bare_endpoint_answers_json():
    assert TestClient(bare_app()).get("/").json() == {"state": "accepted"}
