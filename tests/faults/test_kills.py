"""A few kills under load; `./run faults kills` does hundreds."""

import json

import pytest

from tests.faults.check_log import check, read_logs
from tests.faults.kills import PRESS, kill_under_load
from tests.jobs.conftest import sqlite_hosts, unused_port
from tests.town import sqlite_founded, sqlite_town

__all__ = ["sqlite_founded", "sqlite_hosts", "sqlite_town", "unused_port"]


@pytest.mark.slow
def test_what_was_acknowledged_is_there_once_after_servers_and_their_children_were_killed(
    sqlite_hosts, unused_port, tmp_path
):
    done = kill_under_load(
        sqlite_hosts, unused_port, tmp_path / "logs", kills=2, presses=1, clients=3, seed=1
    )
    assert done.found == []
    assert done.kills == {"serve": 2, PRESS: 1}
    assert done.acknowledged > 3


HEARD = {
    "what": "heard",
    "turn": "a/1",
    "body": "b1",
    "key": "k1",
    "path": "/cases/a/acts/keep",
    "status": 200,
    "again": False,
    "tag": None,
}
EVENTS = [("a", 1, "h1", "", "register", 1, "registered"), ("a", 2, "h2", "h1", "keep", 2, "received")]
TOLD = {"case": "a", "version": 2, "event_number": 2, "event_hash": "h2", "type": None}
ASKED = {"what": "asked", "turn": "a/1", "key": "k1", "path": "/cases/a/acts/keep", "writes": True}
GONE = {"what": "gone", "turn": "a/1", "key": "k1"}
OTHER = {**ASKED, "turn": "b/1", "key": "k2"}
DONE = {**HEARD, **TOLD, "turn": "b/1", "key": "k2", "version": 3, "event_number": 3, "event_hash": "h3"}
TWICE = {
    "audit_event": [*EVENTS, ("a", 3, "h3", "h2", "keep", 3, "received")],
    "dispute": [("a", 3, "received", True, 7)],
}
"""What a database has in which the act was done twice."""


def database(**changed):
    """The answers of a database with one case."""
    rows = {
        "audit_event": EVENTS,
        "dispute": [("a", 2, "received", True, 7)],
        "task": [(7, 1)],
        "document": [],
        **changed,
    }
    return lambda statement: next(found for name, found in rows.items() if f"FROM {name} " in f"{statement} ")


def log(*lines):
    asked = {"what": "asked", "turn": "a/0", "path": "/cases", "key": "k0"}
    return [{"at": float(at), **line} for at, line in enumerate((asked, *lines))]


def test_log_that_fits_is_in_order():
    lines = log({**HEARD, "what": "asked"}, {**HEARD, **TOLD})
    assert list(check(lines, database())) == []


@pytest.mark.parametrize(
    ("lines", "rows", "found"),
    [
        pytest.param(
            [{**HEARD, **TOLD, "event_hash": "other"}], {}, "acknowledged and is not there", id="lost"
        ),
        pytest.param([{**HEARD, **TOLD, "case": "b"}], {}, "case b was acknowledged", id="case lost"),
        pytest.param(
            [{**HEARD, **TOLD}, {**HEARD, **TOLD, "event_number": 1, "event_hash": "h1"}],
            {},
            "two answers",
            id="twice",
        ),
        pytest.param(
            [{**HEARD, **TOLD}, {**HEARD, **TOLD, "again": True, "body": "b2"}],
            {},
            "two answers",
            id="other bytes",
        ),
        pytest.param(
            [{**HEARD, **TOLD}, {**HEARD, **TOLD, "key": "k2"}], {}, "told the same event", id="shared"
        ),
        pytest.param(
            [
                {**HEARD, **TOLD},
                {"what": "asked", "turn": "b/1", "key": "k2", "path": "/cases/a"},
                {
                    **HEARD,
                    "turn": "b/1",
                    "key": "k2",
                    "path": "/cases/a",
                    "tag": '"1"',
                    **dict.fromkeys(TOLD),
                },
            ],
            {},
            "version 1 of a after 2",
            id="goes back",
        ),
        pytest.param(
            [{**HEARD, **TOLD}, {**HEARD, "status": 409, **dict.fromkeys(TOLD)}],
            {},
            "done, and refused with 409",
            id="refused after all",
        ),
        pytest.param(
            [ASKED, GONE, ASKED, {**HEARD, **TOLD, "version": 3, "event_number": 3, "event_hash": "h3"}],
            TWICE,
            "keep done 2 times, asked for with 1 keys",
            id="one key, two events",
        ),
        pytest.param(
            [ASKED, GONE, ASKED, {**HEARD, "status": 409, **dict.fromkeys(TOLD)}],
            {},
            "not refused; no answer, then refused: k1",
            id="done, answer lost, refused",
        ),
        pytest.param(
            [ASKED, GONE, ASKED, {**HEARD, "status": 422, **dict.fromkeys(TOLD)}, OTHER, {**OTHER, **DONE}],
            TWICE,
            "not refused; no answer, then refused: k1",
            id="done, answer lost, refused, and done by another",
        ),
        pytest.param([], {"task": []}, "has 0 turns", id="no turn"),
        pytest.param([], {"dispute": [("a", 3, "received", True, 7)]}, "by its chain [2]", id="row ahead"),
        pytest.param([], {"audit_event": EVENTS[1:]}, "a gap in its chain", id="gap"),
        pytest.param(
            [],
            {"audit_event": [EVENTS[0], ("a", 2, "h2", "h1", "keep", 3, "received")]},
            "left out",
            id="skipped",
        ),
        pytest.param([], {"document": [(7, "agreement", "", 2)]}, "2 papers agreement", id="paper twice"),
        pytest.param(
            [],
            {"dispute": [("a", 2, "received", True, 7), ("b", 1, "registered", True, 8)]},
            "2 cases came of 1 requests",
            id="case too many",
        ),
    ],
)
def test_checker_sees_what_does_not_fit(lines, rows, found):
    assert any(found in one for one in check(log(*lines), database(**rows)))


@pytest.mark.parametrize(
    ("lines", "rows"),
    [
        pytest.param([ASKED, GONE, ASKED, {**HEARD, **TOLD, "again": True}], {}, id="lost, told again"),
        pytest.param([ASKED, GONE], {}, id="never answered"),
        pytest.param([ASKED, GONE, OTHER, DONE], TWICE, id="lost, and done by another as well"),
        pytest.param(
            [
                ASKED,
                GONE,
                ASKED,
                {**HEARD, "status": 409, **dict.fromkeys(TOLD)},
                OTHER,
                {**HEARD, **TOLD, "key": "k2"},
            ],
            {},
            id="lost before it was done, refused as another had done it",
        ),
        pytest.param(
            [{"what": "given", "case": "a", "event_number": 2}, ASKED, {**DONE, "turn": "a/1", "key": "k1"}],
            TWICE,
            id="done once before the clients came",
        ),
        pytest.param(
            [ASKED, GONE, ASKED, {**HEARD, "status": 429, **dict.fromkeys(TOLD)}],
            {},
            id="lost, then asked too often",
        ),
    ],
)
def test_checker_minds_nothing_that_may_be(lines, rows):
    assert list(check(log(*lines), database(**rows))) == []


def test_line_that_was_cut_off_is_left_out(tmp_path):
    (tmp_path / "a.jsonl").write_text(json.dumps({"at": 1.0, "what": "gone"}) + '\n{"at": 2.0, "wh', "utf-8")
    assert [line["at"] for line in read_logs(tmp_path)] == [1.0]
