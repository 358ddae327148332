"""Webhooks over the API: for administrators of the system by a token of their own, and for no post."""

import json
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from mediation.accounts import keeping, tokens
from mediation.web.app import build_app
from tests.web.conftest import ADDRESS, Counter, error
from tests.webhooks.conftest import messages, receiver, switch_on

__all__ = ["receiver"]


class Chief(Counter):
    """Requests by the administrator of the system."""

    def token(self, actor: str) -> str:
        if actor != "chief":
            return super().token(actor)
        if actor not in self.tokens:
            now = self.instance.clock.now()
            with self.instance.database.writing() as session:
                account, _first = keeping.make_account(session, "chief", now, by="test", kind="system")
                self.tokens[actor] = tokens.issue(
                    session, self.instance.keyring, account, "", 30, now, by="test"
                )
        return self.tokens[actor]


@pytest.fixture
def desk(sqlite_town) -> Iterator[Chief]:
    switch_on(sqlite_town)
    with TestClient(build_app(sqlite_town.instance), base_url=ADDRESS) as client:
        yield Chief(sqlite_town.instance, client)


def added(desk, url, *kinds, unit="su"):
    words = {"address": url, "kinds": list(kinds or ["case.*"]), "unit": unit}
    answer = desk.post("chief", "/webhooks", words)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_webhook_is_added_listed_tested_rotated_and_removed(desk, receiver):
    made = added(desk, receiver.url)
    listed = desk.get("chief", "/webhooks")
    [line] = listed.json()["webhooks"]
    assert (listed.json()["enabled"], line["id"], line["added_by"]) == (True, made["id"], "chief")
    assert made["secret"] not in listed.text
    assert desk.post("chief", f"/webhooks/{made['id']}/test", None).json() == {"taken": True, "why": ""}
    newer = desk.post("chief", f"/webhooks/{made['id']}/rotate", {"hours": 1}).json()
    assert (newer["id"], newer["secret"] == made["secret"]) == (made["id"], False)
    assert desk.post("chief", f"/webhooks/{made['id']}/remove", None).json() == {"done": True}
    error(desk.post("chief", f"/webhooks/{made['id']}/remove", None), 404, "NotFound")
    error(desk.post("chief", f"/webhooks/{made['id']}/resume", None), 404, "NotFound")


def test_parked_message_is_listed_and_sent_again(desk, sqlite_town, receiver):
    receiver.answers = [(500, {}), (200, {})]
    switch_on(sqlite_town, attempts=1)
    made = added(desk, receiver.url, "case.register")
    sqlite_town.register()
    sqlite_town.instance.webhooks.deliver_waiting()
    [line] = desk.get("chief", "/webhooks/messages", state="parked").json()["messages"]
    assert (line["webhook"], line["why"]) == (made["id"], "http_500")
    again = f"/webhooks/messages/{line['id']}/again"
    assert desk.post("chief", again, None).json() == {"done": True}
    error(desk.post("chief", again, None), 404, "NotFound")
    sqlite_town.instance.webhooks.deliver_waiting()
    assert messages(sqlite_town) == [("sent", "", 1, 0)]
    assert desk.get("chief", "/webhooks/messages", webhook=made["id"]).json() == {"messages": []}
    assert len(desk.get("chief", "/webhooks/messages", state="sent").json()["messages"]) == 1


def test_token_of_a_post_is_never_good_for_webhooks(desk):
    error(desk.get("sulead", "/webhooks"), 403, "ScopeMissing")
    words = {"address": "https://hooks.example/", "kinds": ["case.*"], "unit": "su"}
    error(desk.post("sulead", "/webhooks", words), 403, "ScopeMissing")
    assert desk.client.get("/api/v1/webhooks").status_code == 401
    foreign = {"Authorization": "Bearer nothing"}
    assert desk.client.get("/api/v1/webhooks", headers=foreign).status_code == 401
    assert desk.instance.webhooks.lines() == []


def test_token_of_an_administrator_is_good_for_nothing_else(desk, sqlite_town):
    ref = sqlite_town.register()
    for path in ("/cases", f"/cases/{ref}", "/tasks", "/notices", "/supervision/items"):
        error(desk.get("chief", path), 401, "Unauthenticated")


def test_what_is_wrong_is_told_all_at_once_and_a_second_time_is_refused(desk):
    words = {"address": "http://169.254.169.254/", "kinds": ["case.nothing"], "unit": "nowhere"}
    sheet = error(desk.post("chief", "/webhooks", words), 422, "InputInvalid")
    assert [one["key"] for one in sheet["problems"]] == ["address", "kinds", "unit"]
    added(desk, "https://hooks.example/")
    again = {"address": "https://hooks.example/", "kinds": ["case.*"], "unit": "su"}
    error(desk.post("chief", "/webhooks", again), 422, "InputInvalid")


def test_where_the_site_has_not_switched_them_on_none_is_added(desk, sqlite_town):
    switch_on(sqlite_town, enabled=False)
    words = {"address": "https://hooks.example/", "kinds": ["case.*"], "unit": "su"}
    error(desk.post("chief", "/webhooks", words), 403, "NotPermitted")
    assert desk.get("chief", "/webhooks").json() == {"enabled": False, "webhooks": []}


def test_document_names_the_scope_of_every_operation(desk):
    document = json.loads(desk.client.get("/api/v1/openapi.json").content)
    found = {
        (path, method): operation["security"]
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if path.startswith("/api/v1/webhooks")
    }
    assert len(found) == 9
    assert {str(security) for security in found.values()} == {"[{'HTTPBearer': ['webhooks']}]"}


def test_kinds_are_told(desk):
    found = {one["kind"]: one["title"] for one in desk.get("chief", "/webhooks/kinds").json()["kinds"]}
    assert (found["case.accept"], found["supervision.strike_off"]) == ("受理", "销号")
