"""Hand-overs over the API: tried without writing, carried out once for each key, given back."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from mediation.cases import queries
from mediation.web.app import build_app
from tests.town import Town
from tests.web.conftest import ADDRESS, Counter, error, new_key

WORDS = {"from": "jiamed", "to": "jiamed2", "reason": "leave", "until": "2026-03-09"}


@pytest.fixture
def desk(sqlite_town: Town) -> Iterator[Counter]:
    """The town's API: nobody else's cases are handed over with the test's own."""
    with TestClient(build_app(sqlite_town.instance), base_url=ADDRESS) as client:
        yield Counter(sqlite_town.instance, client)


def presiding(town, ref):
    return [person.code for row, person, _post in town.of(ref, queries.mediators) if row.role == "presiding"]


def test_a_hand_over_is_tried_done_once_and_given_back(sqlite_town, desk):
    town = sqlite_town
    ref = town.bring("preparing")
    headers = desk.as_("jialead")
    desk.get("jialead", "/cases")  # the first use of a token is noted
    before = town.dump()
    tried = desk.client.post("/api/v1/hand-overs", params={"dry_run": True}, json=WORDS, headers=headers)
    assert (tried.json()["handover"], [one["case"] for one in tried.json()["cases"]]) == (None, [ref])
    assert town.dump() == before
    key = new_key()
    done = desk.post("jialead", "/hand-overs", WORDS, key)
    assert (done.status_code, done.json()["until"], presiding(town, ref)) == (200, "2026-03-09", ["jiamed2"])
    assert done.json()["counts"] == tried.json()["counts"]
    again = desk.post("jialead", "/hand-overs", WORDS, key)
    assert (again.content, again.headers["Idempotent-Replayed"]) == (done.content, "true")
    assert town.acts(ref).count("handed_over") == 1
    back = desk.post("jialead", f"/hand-overs/{done.json()['handover']}/back", {}, new_key())
    assert ([one["case"] for one in back.json()["cases"]], presiding(town, ref)) == ([ref], ["jiamed"])


def test_a_hand_over_is_refused_to_who_does_not_lead(sqlite_town, desk):
    sqlite_town.bring("preparing")
    error(desk.post("jiamed", "/hand-overs", WORDS), 403, "NotPermitted")


def test_a_hand_over_without_words_tells_what_is_missing(desk):
    sheet = error(desk.post("jialead", "/hand-overs", {}), 422, "InputInvalid")
    assert sorted(one["key"] for one in sheet["problems"]) == ["from", "reason", "to"]


def test_giving_back_what_never_was_is_not_found(desk):
    error(desk.post("jialead", f"/hand-overs/{'0' * 26}/back", {}, new_key()), 404, "NotFound")
