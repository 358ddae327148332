"""Verification is for anyone, within a cap, and tells no names."""

import os

import pytest

from mediation.crypto import sha256
from mediation.documents.verify import Report, SignerLine, Verdict
from mediation.web.api import verification
from mediation.web.api.verification import AT_ONCE, HELD_AT_ONCE, MOST_BYTES, _places, _room
from tests.web.conftest import MORNING, REGISTRAR, error


@pytest.mark.parametrize("pdf", [b"", b"no PDF", b"%PDF-1.7\n%%EOF"])
def test_what_is_no_paper_is_unreadable_never_an_error(counter, pdf):
    answered = counter.client.post("/api/v1/verify", content=pdf)
    body = answered.json()
    assert (answered.status_code, body["verdict"], body["valid"]) == (200, "unreadable", False)
    assert body["sha256"] == sha256(pdf)


def test_unsigned_paper_of_ours_is_incomplete_as_body_and_as_upload(counter):
    ref = counter.register()
    path = f"/cases/{ref}/papers/rights_notice"
    counter.post(REGISTRAR, path, {"subject": "party-1"})
    pdf = counter.get(REGISTRAR, path, subject="party-1").content
    raw = counter.client.post("/api/v1/verify", content=pdf, headers={"Content-Type": "application/pdf"})
    upload = counter.client.post("/api/v1/verify", files={"file": ("../../etc/passwd", pdf)})
    assert raw.json()["verdict"] == counter.instance.verify(pdf).verdict.value
    assert upload.content == raw.content
    assert [name for name in ("张喆", "李玥", ref) if name in raw.text] == []


@pytest.mark.parametrize(
    "form",
    [
        {"files": {"a": b"%PDF-", "b": b"%PDF-"}},
        {"files": {"file": b"%PDF-"}, "data": {"more": "words"}},
        {"content": b"--x\r\nbroken", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
        {"content": b"", "headers": {"Content-Type": "multipart/form-data"}},
    ],
    ids=["two", "field", "broken", "no boundary"],
)
def test_form_that_is_not_one_file_is_refused(counter, form):
    error(counter.client.post("/api/v1/verify", **form), 400, "RequestMalformed")


def test_file_over_the_cap_is_refused(counter):
    pieces = iter([bytes(MOST_BYTES // 4)] * 5)
    error(counter.client.post("/api/v1/verify", content=pieces), 413, "BodyTooLarge")


def test_too_many_at_once_are_asked_to_come_again(counter):
    for _turn in range(AT_ONCE):
        _places.acquire()
    try:
        answered = counter.client.post("/api/v1/verify", content=b"no PDF")
    finally:
        _places.release(AT_ONCE)
    error(answered, 503, "TooBusy")
    assert answered.headers["retry-after"] == "5"
    assert counter.client.post("/api/v1/verify", content=b"no PDF").status_code == 200


def test_body_is_refused_unread_when_as_many_are_held_as_there_is_room_for(counter, monkeypatch):
    async def read(_request):
        raise AssertionError

    for _turn in range(HELD_AT_ONCE):
        _room.acquire()
    try:
        with monkeypatch.context() as unread:
            unread.setattr(verification, "_read", read)
            error(counter.client.post("/api/v1/verify", content=b"no PDF"), 503, "TooBusy")
    finally:
        _room.release(HELD_AT_ONCE)
    assert counter.client.post("/api/v1/verify", content=b"no PDF").status_code == 200


def test_names_and_numbers_of_a_report_are_not_told(counter, monkeypatch):
    report = Report(
        Verdict.VALID,
        ("1 个签名全部有效。",),
        "ab",
        "d1",
        "〔2026〕示例一村人调字第1号",
        "agreement",
        (SignerLine("party-01", "张喆", MORNING, True),),
        ("seal",),
        ("cd",),
    )
    monkeypatch.setattr(counter.instance.residents, "judged", lambda _pdf: report)
    assert counter.client.post("/api/v1/verify", content=b"x").json() == {
        "verdict": "valid",
        "valid": True,
        "sentences": ["1 个签名全部有效。"],
        "sha256": "ab",
        "document": "d1",
        "form": "agreement",
        "signatures": [{"slot": "party-01", "at": "2026-03-02T01:00:00Z", "holds": True}],
        "empty_slots": ["seal"],
        "roots": ["cd"],
    }


def _die(_pdf):
    os._exit(9)


def test_file_that_kills_the_judge_is_unreadable_and_the_next_one_is_judged(counter, monkeypatch):
    monkeypatch.setattr("mediation.resident_desk.named_document", _die)
    answered = counter.client.post("/api/v1/verify", content=b"0")
    assert (answered.status_code, answered.json()["verdict"]) == (200, "unreadable")
    assert "没有核验完" in answered.json()["sentences"][0]
    monkeypatch.undo()
    assert "没有核验完" not in counter.client.post("/api/v1/verify", content=b"no PDF").json()["sentences"][0]
