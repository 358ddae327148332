"""Listing, showing and registering cases."""

import pytest

from mediation.cases.queries import MOST_ROWS
from tests.web.conftest import MEDIATOR, OTHER_VILLAGE, REGISTRAR, dispute, error, new_key

VILLAGE_3 = "dongjie:registrar"


def pages(counter, actor, **query):
    """The ids of all cases, page by page."""
    found, before = [], ""
    while True:
        answered = counter.get(actor, "/cases", before=before, **query).json()
        found.append([row["id"] for row in answered["cases"]])
        before = answered["next"]
        if before is None:
            return found


def test_register_answers_where_the_case_is(counter):
    answered = counter.post(REGISTRAR, "/cases", dispute(), new_key())
    body = answered.json()
    assert sorted(body) == [
        "case",
        "event_hash",
        "event_number",
        "from_state",
        "number",
        "query_code",
        "state",
        "told",
        "trigger",
        "version",
        "warnings",
    ]
    assert answered.headers["location"] == f"/api/v1/cases/{body['case']}"
    assert answered.headers["etag"] == '"1"'
    shown = counter.client.get(answered.headers["location"], headers=counter.as_(REGISTRAR)).json()
    assert (shown["row"]["id"], shown["row"]["state"]) == (body["case"], "registered")
    assert shown["trail"][0]["hash"] == body["event_hash"]


def test_show_masks_numbers_and_names_the_version(counter):
    ref = counter.register()
    answered = counter.get(REGISTRAR, f"/cases/{ref}")
    people = dispute()["parties"]
    assert [person["id_number"] in answered.text for person in people] == [False, False]
    assert "13800000000" not in answered.text
    assert answered.headers["etag"] == f'"{answered.json()["row"]["version"]}"'


def test_show_by_number_finds_the_same_case(counter):
    ref = counter.register()
    number = counter.get(REGISTRAR, f"/cases/{ref}").json()["row"]["number"]
    assert counter.get(REGISTRAR, f"/cases/{number}").json()["row"]["id"] == ref


@pytest.mark.parametrize("ref", ["x", "%20", "x" * 100, "' OR 1=1 --", "張喆", "%F0%9F%98%80"])
def test_show_of_what_is_not_there_is_not_found(counter, ref):
    error(counter.get(REGISTRAR, f"/cases/{ref}"), 404, "NotFound")


@pytest.mark.parametrize("ref", ["%00", "a%0Ab", "x" * 101])
def test_show_with_control_characters_is_refused(counter, ref):
    error(counter.get(REGISTRAR, f"/cases/{ref}"), 422, "InputInvalid")


def test_list_goes_on_where_it_ended_newest_first(counter):
    made = [counter.register(VILLAGE_3, title=f"果园之争{number}") for number in range(5)]
    found = pages(counter, VILLAGE_3, limit=2)
    ids = [one for page in found for one in page]
    assert ids[:5] == made[::-1]
    assert len(ids) == len(set(ids))
    assert {len(page) for page in found[:-1]} == {2}
    searched = pages(counter, VILLAGE_3, limit=2, search="果园之争")
    assert [one for page in searched for one in page if one in made] == made[::-1]
    assert {len(page) for page in searched[:-1]} == {2}


def test_waiting_list_goes_on_where_it_ended_most_urgent_first(counter):
    for number in range(5):
        counter.register(VILLAGE_3, title=f"水塘之争{number}")
    whole = counter.get(VILLAGE_3, "/cases", view="waiting", limit=MOST_ROWS).json()["cases"]
    assert [row["due_at"] for row in whole] == sorted(row["due_at"] for row in whole)
    found = pages(counter, VILLAGE_3, view="waiting", limit=2)
    assert [one for page in found for one in page] == [row["id"] for row in whole]


def test_list_of_nothing_has_no_next(counter):
    answered = counter.get(VILLAGE_3, "/cases", search="无此事由")
    assert answered.json() == {"cases": [], "next": None}


@pytest.mark.parametrize(
    ("query", "key"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": MOST_ROWS + 1}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"view": "mine"}, "view"),
        ({"search": "争"}, "search"),
        ({"search": "争" * 101}, "search"),
        ({"before": "1"}, "before"),
        ({"before": "x" * 26 + "~yesterday"}, "before"),
        ({"before": "x" * 26 + "~2026-03-02T09:00"}, "before"),
    ],
)
def test_list_with_a_wrong_wish_is_refused(counter, query, key):
    sheet = error(counter.get(REGISTRAR, "/cases", **query), 422, "InputInvalid")
    assert [problem["key"] for problem in sheet["problems"]] == [key]


def test_private_notes_are_for_the_mediators_only(counter):
    ref = counter.register()
    counter.do(REGISTRAR, ref, "triage", tier="ordinary")
    counter.do(REGISTRAR, ref, "keep")
    counter.do(REGISTRAR, ref, "accept")
    counter.do(MEDIATOR, ref, "assign", mediators=[{"person": "yangmeixian"}])
    counter.do(MEDIATOR, ref, "note_privately", party=1, body="愿意让步三百元")
    notes = counter.get(MEDIATOR, f"/cases/{ref}").json()["private_notes"]
    assert [note["body"] for note in notes] == ["愿意让步三百元"]
    shown = counter.get(REGISTRAR, f"/cases/{ref}")
    assert (shown.json()["private_notes"], "三百元" in shown.text) == ([], False)


def test_tasks_of_the_actor_are_listed_and_of_nobody_else(counter):
    ref = counter.register()
    counter.do(REGISTRAR, ref, "promise", party=1, what="周五再去", due_on="2026-03-06")

    def listed(actor):
        rows = counter.get(actor, "/tasks", limit=200).json()["tasks"]
        return [(row["kind"], row["task"], row["light"]) for row in rows if row["case"] == ref]

    assert listed(REGISTRAR) == [("turn", 1, "green"), ("promise", 2, "green")]
    assert listed(OTHER_VILLAGE) == []


def test_suggestions_name_unit_and_mediators_with_reasons(counter):
    ref = counter.register()
    found = counter.get(REGISTRAR, f"/cases/{ref}/suggestions", language="yi", limit=2).json()
    assert found["unit"]["rule"]
    assert found["unit"]["why"]
    assert len([one for one in found["mediators"] if not one["barred"]]) == 2
    assert {part["name"] for part in found["mediators"][0]["parts"]} == {
        "expertise",
        "load",
        "distance",
        "language",
    }
    shown = counter.get(REGISTRAR, f"/cases/{ref}").json()["routing"]
    assert (shown["suggestion"]["rule"], shown["decisions"]) == (found["unit"]["rule"], [])


def test_suggestions_of_a_case_out_of_sight_and_for_no_language_are_refused(counter):
    ref = counter.register()
    error(counter.get(OTHER_VILLAGE, f"/cases/{ref}/suggestions"), 404, "NotFound")
    error(counter.get(REGISTRAR, f"/cases/{ref}/suggestions", language="martian"), 422, "InputInvalid")
