"""What every request passes: host, headers, size, one line in the log."""

import logging
import re

import pytest

from mediation.people import queries as people
from mediation.web.app import MOST_BYTES
from mediation.web.gate import SAFE_HEADERS
from tests.web.conftest import REGISTRAR, dispute, error, new_key


def headers_of(answered):
    return {name: answered.headers.get(name) for name in SAFE_HEADERS}


def test_every_answer_has_safe_headers(counter, monkeypatch):
    ref = counter.register()
    counter.post(REGISTRAR, f"/cases/{ref}/papers/rights_notice", {"subject": "party-1"})
    answers = [
        counter.client.get("/health"),
        counter.client.get("/api/nothing"),
        counter.client.get("/api/v1/openapi.json"),
        counter.client.get("/api/v1/cases"),
        counter.client.get("/health", headers={"Host": "example.org"}),
        counter.client.get("/health", headers={"Content-Length": "9000000"}),
        counter.get(REGISTRAR, f"/cases/{ref}"),
        counter.get(REGISTRAR, f"/cases/{ref}/papers/rights_notice", subject="party-1"),
        counter.client.post("/api/v1/verify", content=b"no PDF"),
    ]
    monkeypatch.setattr(counter.instance, "case", None)
    answers.append(counter.get(REGISTRAR, f"/cases/{ref}"))
    statuses = [200, 404, 200, 401, 421, 413, 200, 200, 200, 500]
    assert [answered.status_code for answered in answers] == statuses
    for answered in answers:
        assert headers_of(answered) == dict(SAFE_HEADERS)
        assert "server" not in answered.headers
    assert SAFE_HEADERS["X-Content-Type-Options"] == "nosniff"
    assert SAFE_HEADERS["Cache-Control"] == "no-store"
    assert SAFE_HEADERS["Content-Security-Policy"].startswith("default-src 'none';")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8080", "LOCALHOST:1", "[::1]:8080", "[::1]"])
def test_loopback_host_is_let_in(counter, host):
    assert counter.client.get("/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["example.org", "127.0.0.1.example.org", "[::2]", "", "0.0.0.0"])  # noqa: S104
def test_other_host_is_turned_away(counter, host):
    error(counter.client.get("/health", headers={"Host": host}), 421, "HostUnknown")


def test_body_over_the_cap_is_refused_announced_or_not(counter):
    padding = b" " * (MOST_BYTES + 1)
    headers = counter.as_(REGISTRAR, **{"Idempotency-Key": new_key(), "Content-Type": "application/json"})
    path = "/api/v1/cases"
    error(counter.client.post(path, content=padding, headers=headers), 413, "BodyTooLarge")
    pieces = iter([padding[: MOST_BYTES // 2]] * 3)
    error(counter.client.post(path, content=pieces, headers=headers), 413, "BodyTooLarge")


def test_body_just_under_the_cap_is_read(counter):
    ref = counter.register()
    path = f"/cases/{ref}/acts/triage"
    words = {"tier": "ordinary", "opinion": "字" * (MOST_BYTES // 3 - 100)}
    sheet = error(counter.post(REGISTRAR, path, words), 422, "InputInvalid")
    assert [problem["key"] for problem in sheet["problems"]] == ["opinion"]


def test_signature_and_scan_may_be_larger(counter):
    ref = counter.register()
    drawing = "A" * 1_900_000
    words = {"slot": "party-01", "identity_check": "id_card_seen", "agrees": True, "drawing": drawing}
    error(counter.post(REGISTRAR, f"/cases/{ref}/acts/sign", words), 409, "TransitionNotAllowed")
    words = {"signed_on": "2026-03-02", "pages": [drawing] * 4}
    error(counter.post(REGISTRAR, f"/cases/{ref}/acts/attach_scan", words), 409, "TransitionNotAllowed")
    words = {"slot": "party-01", "drawing": "A" * (6 * MOST_BYTES)}
    error(counter.post(REGISTRAR, f"/cases/{ref}/acts/sign", words), 413, "BodyTooLarge")


def test_log_holds_the_route_and_nothing_that_was_said(counter, caplog, monkeypatch):
    caplog.set_level(logging.DEBUG)
    key = new_key()
    ref = counter.post(REGISTRAR, "/cases", dispute(), key).json()["case"]
    counter.post(REGISTRAR, "/cases", dispute(title=1), key)
    counter.post(REGISTRAR, "/cases", dispute(parties=[{"name": "张喆", "id_number": "1"}]), new_key())
    counter.get(REGISTRAR, "/cases", search="张喆")
    counter.get(REGISTRAR, f"/cases/{ref}")
    counter.get(REGISTRAR, "/cases/张喆")
    counter.post(REGISTRAR, f"/cases/{ref}/acts/triage", {"tier": "ordinary", "opinion": "李玥嗓门大"})
    counter.post(REGISTRAR, f"/cases/{ref}/acts/张喆", {})
    counter.client.get("/张喆")

    def fail(*_args: object, **_words: object) -> None:
        raise ValueError(dispute()["parties"][0]["id_number"])

    monkeypatch.setattr(counter.instance, "do", fail)
    counter.post(REGISTRAR, f"/cases/{ref}/acts/keep", {"remark": "李玥嗓门大"})
    ours = [record for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))]
    text = "\n".join(logging.Formatter().format(record) for record in ours)
    token = counter.token(REGISTRAR)
    said = ["张喆", "李玥", "雨水", "排水", "嗓门", "13800000000", "%E5", key, token, token[-6:]]
    said += [one["id_number"] for one in dispute()["parties"]]
    assert [word for word in said if word in text] == []
    lines = [record.getMessage() for record in ours if record.name == "mediation.web"]
    assert [
        re.sub(r" \d+ ms (post \d+|nobody)$", "", line) for line in lines if not line.startswith("error")
    ] == [
        "POST /api/v1/cases 201",
        "POST /api/v1/cases 422",
        "POST /api/v1/cases 422",
        "GET /api/v1/cases 200",
        "GET /api/v1/cases/{ref} 200",
        "GET /api/v1/cases/{ref} 404",
        "POST /api/v1/cases/{ref}/acts/triage 200",
        "POST /api/v1/cases/{ref}/acts/{trigger} 404",
        "GET - 404",
        "POST /api/v1/cases/{ref}/acts/keep 500",
    ]


def test_line_of_the_log_tells_by_id_who_was_refused(counter, caplog):
    caplog.set_level(logging.INFO, "mediation.web")
    ref = counter.register()
    caplog.clear()
    counter.post("shenyan:grid", f"/cases/{ref}/acts/triage", {"tier": "ordinary"})
    counter.client.get("/api/v1/cases")
    lines = [re.sub(r" \d+ ms", "", record.getMessage()) for record in caplog.records]
    with counter.instance.database.reading() as session:
        held = people.posts_of(session, people.person(session, "shenyan").id)
        [post] = [one.id for one in held if one.code == "grid"]
    assert lines == [
        f"POST /api/v1/cases/{{ref}}/acts/triage 404 post {post}",
        "GET /api/v1/cases 401 nobody",
    ]
