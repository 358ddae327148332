"""The register over the API: opened once for each key, handled, struck off by the supervisor; scope and refusals."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from mediation.supervision.hearing import SAID
from mediation.web.app import build_app
from tests.supervision.desk import day, with_rules
from tests.town import Town
from tests.web.conftest import ADDRESS, Counter, error, new_key

OPEN = {"unit": "jia", "subject": "台账不全", "problem": "抽查三件，两件没有记录。", "due_on": "2026-03-20"}


@pytest.fixture
def desk(sqlite_town: Town) -> Iterator[Counter]:
    with TestClient(build_app(sqlite_town.instance), base_url=ADDRESS) as client:
        yield Counter(sqlite_town.instance, client)


def test_item_goes_its_way_once_for_each_key(desk):
    key = new_key()
    opened = desk.post("sulead", "/supervision/items", OPEN, key)
    assert (opened.status_code, opened.json()["number"], opened.json()["state"]) == (
        201,
        "示例苏木督〔2026〕1号",
        "limited",
    )
    assert desk.post("sulead", "/supervision/items", OPEN, key).content == opened.content
    item = opened.json()["item"]
    [row] = desk.get("jialead", "/supervision/items").json()["items"]
    assert (row["id"], row["light"]) == (item, "green")
    report = {"account": "补齐了。"}
    assert desk.post("jialead", f"/supervision/items/{item}/acts/report", report).status_code == 200
    error(
        desk.post("jialead", f"/supervision/items/{item}/acts/strike_off", {"opinion": "x"}),
        403,
        "NotPermitted",
    )
    stale = {"If-Match": '"1"'}
    error(
        desk.post("sulead", f"/supervision/items/{item}/acts/strike_off", {"opinion": "x"}, **stale),
        409,
        "CaseChanged",
    )
    page = desk.get("sulead", f"/supervision/items/{item}")
    current = {"If-Match": page.headers["ETag"]}
    done = desk.post("sulead", f"/supervision/items/{item}/acts/strike_off", {"opinion": "属实"}, **current)
    assert done.json()["state"] == "struck_off"
    [paper] = page.json()["papers"]
    pdf = desk.get("jialead", f"/supervision/papers/{paper['id']}")
    assert (pdf.headers["content-type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")


def test_what_is_out_of_scope_is_not_found(desk):
    item = desk.post("sulead", "/supervision/items", OPEN, new_key()).json()["item"]
    [paper] = desk.get("sulead", f"/supervision/items/{item}").json()["papers"]
    assert desk.get("yimed", "/supervision/items").json() == {"items": [], "next": None}
    error(desk.get("yimed", f"/supervision/items/{item}"), 404, "NotFound")
    error(desk.get("yimed", f"/supervision/papers/{paper['id']}"), 404, "NotFound")
    error(
        desk.post("yimed", f"/supervision/items/{item}/acts/inspect", {"way": "open", "finding": "x"}),
        404,
        "NotFound",
    )


def test_words_that_are_wrong_are_told_with_their_keys(desk):
    sheet = error(
        desk.post("sulead", "/supervision/items", {"unit": "jia", "more": 1}, new_key()), 422, "InputInvalid"
    )
    assert sorted(one["key"] for one in sheet["problems"]) == ["more", "problem", "subject"]


def test_steps_of_a_case_are_told_with_their_papers(sqlite_town, desk):
    with_rules(sqlite_town)
    ref = sqlite_town.register()
    sqlite_town.clock.put(day(3, 4))
    sqlite_town.instance.run_deadlines()
    steps = desk.get("jiawin", f"/supervision/cases/{ref}/steps").json()["steps"]
    assert [(one["step"], one["state"]) for one in steps] == [("urging", "taken")]
    assert [paper["form"] for paper in steps[0]["papers"]] == ["urging_notice"]
    error(desk.get("yimed", f"/supervision/cases/{ref}/steps"), 404, "NotFound")


def test_week_is_made_by_the_units_own_people(desk):
    made = desk.post("sulead", "/supervision/weeks", {"unit": "su"})
    assert [paper["form"] for paper in made.json()["papers"]] == [
        "weekly_reminder",
        "dispatch_list",
        "weekly_summary",
        "weekly_bulletin",
    ]
    error(desk.post("jialead", "/supervision/weeks", {"unit": "su"}), 403, "NotPermitted")


def test_every_act_on_an_item_is_an_operation(desk):
    paths = desk.client.get("/api/v1/openapi.json").json()["paths"]
    acts = {
        path.rpartition("/")[2] for path in paths if path.startswith("/api/v1/supervision/items/{ref}/acts/")
    }
    assert acts == set(SAID)
