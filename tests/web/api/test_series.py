"""Series over the API: listed, shown, one act on all of one, carried out once for each key."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from mediation.web.app import build_app
from tests.cases.kinship.test_batch import three
from tests.town import Town
from tests.web.conftest import ADDRESS, Counter, error, new_key


@pytest.fixture
def desk(sqlite_town: Town) -> Iterator[Counter]:
    with TestClient(build_app(sqlite_town.instance), base_url=ADDRESS) as client:
        yield Counter(sqlite_town.instance, client)


def test_series_is_listed_shown_and_done_once_for_each_key(sqlite_town, desk):
    town = sqlite_town
    series, refs = three(town)
    listed = desk.client.get("/api/v1/series", headers=desk.as_("jiamed")).json()
    assert [(one["series"], one["cases"]) for one in listed["series"]] == [(series, 3)]
    shown = desk.client.get(f"/api/v1/series/{series}", headers=desk.as_("jiamed")).json()
    assert [one["id"] for one in shown["cases"]] == refs
    before = town.dump()
    where = f"/api/v1/series/{series}/acts/accept"
    tried = desk.client.post(where, params={"dry_run": True}, json={}, headers=desk.as_("jiamed"))
    assert (tried.json()["counts"], town.dump()) == ({"done": 2, "refused": 1}, before)
    key = new_key()
    done = desk.post("jiamed", f"/series/{series}/acts/accept", {}, key)
    assert [one["outcome"] for one in done.json()["cases"]] == ["done", "done", "refused"]
    assert done.json()["cases"][2]["reasons"] != []
    again = desk.post("jiamed", f"/series/{series}/acts/accept", {}, key)
    assert (again.content, again.headers["Idempotent-Replayed"]) == (done.content, "true")
    assert [town.case(ref).state for ref in refs] == ["accepted", "accepted", "received"]


def test_series_out_of_sight_is_not_there(sqlite_town, desk):
    series, _refs = three(sqlite_town)
    answer = desk.client.get(f"/api/v1/series/{series}", headers=desk.as_("yiwin"))
    assert error(answer, 404, "NotFound")["problems"] == []


def test_act_on_a_series_refuses_a_key_that_stands_twice(sqlite_town, desk):
    series, refs = three(sqlite_town)
    headers = desk.as_("jiamed", **{"Content-Type": "application/json"})
    before = [sqlite_town.case(ref).version for ref in refs]
    where = f"/api/v1/series/{series}/acts/suspend"
    answer = desk.client.post(where, content='{"reason": "a", "reason": "b"}', headers=headers)
    assert {"key": "reason", "message": "这个键写了两次"} in answer.json()["problems"]
    assert [sqlite_town.case(ref).version for ref in refs] == before
