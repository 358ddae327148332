"""A person's own notices over the API: listed by pages, opened, marked as read; nobody else's are there."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from mediation.web.app import build_app
from tests.town import Town
from tests.web.conftest import ADDRESS, Counter, error


@pytest.fixture
def desk(sqlite_town: Town) -> Iterator[Counter]:
    with TestClient(build_app(sqlite_town.instance), base_url=ADDRESS) as client:
        yield Counter(sqlite_town.instance, client)


@pytest.fixture
def told(sqlite_town: Town) -> list[str]:
    """Two cases escalated to su, and delivered."""
    refs = []
    for _case in range(2):
        refs.append(sqlite_town.bring("mediating"))
        sqlite_town.act("jiamed", refs[-1], "escalate", reason="跨嘎查")
    sqlite_town.instance.post_room.deliver_waiting()
    return refs


def test_own_notices_are_listed_by_pages_newest_first(desk, told):
    first = desk.get("sulead", "/notices", limit=1).json()
    second = desk.get("sulead", "/notices", limit=1, before=first["next"]).json()
    assert [one["case"] for page in (first, second) for one in page["notices"]] == told[::-1]
    assert desk.get("sulead", "/notices", before=second["next"]).json() == {"notices": [], "next": None}
    assert desk.get("jiamed", "/notices").json() == {"notices": [], "next": None}


def test_notice_is_opened_and_marked_as_read(desk, told):
    [first, _second] = desk.get("sulead", "/notices", unread=True).json()["notices"]
    letter = desk.get("sulead", f"/notices/{first['id']}").json()
    assert letter["body"].startswith("【示例】")
    assert {**letter, "body": ""} == {**first, "body": ""}
    assert desk.post("sulead", f"/notices/{first['id']}/read", {}).json() == {"read": True}
    assert len(desk.get("sulead", "/notices", unread=True).json()["notices"]) == 1
    assert desk.get("sulead", f"/notices/{first['id']}").json()["read_at"] is not None


def test_anybody_elses_notice_is_not_there(desk, told):
    [first, _second] = desk.get("sulead", "/notices").json()["notices"]
    error(desk.get("jiamed", f"/notices/{first['id']}"), 404, "NotFound")
    error(desk.post("sudis", f"/notices/{first['id']}/read", {}), 404, "NotFound")
    assert len(desk.get("sulead", "/notices", unread=True).json()["notices"]) == 2
    error(desk.get("sulead", "/notices", before="no-such-id"), 422, "InputInvalid")
    assert desk.client.get("/api/v1/notices").status_code == 401


def test_case_page_says_what_was_sent_to_whom(desk, told):
    shown = desk.get("jiamed", f"/cases/{told[0]}").json()["notices"]
    assert [(one["title"], one["to"], one["channel"], one["state"], one["address"]) for one in shown] == [
        ("上报", "苏度", "file", "sent", ""),
        ("上报", "苏长", "file", "sent", ""),
    ]
