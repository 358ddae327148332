"""A request sent again is not carried out again: same key, same answer."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from mediation.web.deps import KEPT, forget_old_answers
from tests.web.conftest import MEDIATOR, OTHER_VILLAGE, REGISTRAR, dispute, error, new_key

AT_ONCE = 8


def test_register_again_gets_the_same_answer_and_no_second_case(counter):
    key, words = new_key(), dispute(title="晒场之争")
    first = counter.post(REGISTRAR, "/cases", words, key)
    again = counter.post(REGISTRAR, "/cases", words, key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert first.json()["query_code"]
    assert [answer.headers.get("idempotent-replayed") for answer in (first, again)] == [None, "true"]
    for name in ("location", "etag"):
        assert again.headers[name] == first.headers[name]
    found = counter.get(REGISTRAR, "/cases", search="晒场之争").json()["cases"]
    assert [row["id"] for row in found] == [first.json()["case"]]


def test_same_key_with_another_body_is_refused(counter):
    key = new_key()
    assert counter.post(REGISTRAR, "/cases", dispute(), key).status_code == 201
    error(counter.post(REGISTRAR, "/cases", dispute(title="另一件事"), key), 422, "KeyReused")
    assert counter.get(REGISTRAR, "/cases", search="另一件事").json()["cases"] == []


def test_register_without_key_is_refused(counter):
    sheet = error(counter.post(REGISTRAR, "/cases", dispute()), 400, "InputInvalid")
    assert sheet["problems"] == [{"key": "Idempotency-Key", "message": "缺少这一项"}]


@pytest.mark.parametrize("key", ["a b", "k" * 201, "\u00e9"])
def test_key_of_the_wrong_form_is_refused(counter, key):
    headers = counter.as_(REGISTRAR) | {"Idempotency-Key": key.encode("latin-1")}
    answered = counter.client.post("/api/v1/cases", json=dispute(), headers=headers)
    sheet = error(answered, 400, "InputInvalid")
    assert [problem["key"] for problem in sheet["problems"]] == ["Idempotency-Key"]


def test_another_post_with_the_same_key_gets_an_answer_of_its_own(counter):
    key, words = new_key(), dispute()
    ours = counter.post(REGISTRAR, "/cases", words, key)
    theirs = counter.post(OTHER_VILLAGE, "/cases", words, key)
    assert theirs.status_code == 201
    assert theirs.json()["case"] != ours.json()["case"]
    assert "idempotent-replayed" not in theirs.headers


def test_act_again_gets_the_same_answer_though_the_case_has_moved_on(counter):
    ref, key = counter.register(), new_key()
    first = counter.post(REGISTRAR, f"/cases/{ref}/acts/triage", {"tier": "ordinary"}, key)
    counter.do(REGISTRAR, ref, "keep")
    again = counter.post(REGISTRAR, f"/cases/{ref}/acts/triage", {"tier": "ordinary"}, key)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.content == first.content
    trail = counter.get(REGISTRAR, f"/cases/{ref}").json()["trail"]
    assert [one["act"] for one in trail] == ["register", "triage", "keep"]


def test_act_without_key_is_judged_again(counter):
    ref = counter.register()
    counter.do(REGISTRAR, ref, "triage", tier="ordinary")
    counter.do(REGISTRAR, ref, "keep")
    error(counter.post(REGISTRAR, f"/cases/{ref}/acts/keep", {}), 409, "TransitionNotAllowed")


def test_refusal_is_not_kept(counter):
    ref, key = counter.register(), new_key()
    error(counter.post(REGISTRAR, f"/cases/{ref}/acts/keep", {}, key), 409, "TransitionNotAllowed")
    counter.do(REGISTRAR, ref, "triage", tier="ordinary")
    answered = counter.post(REGISTRAR, f"/cases/{ref}/acts/keep", {}, key)
    assert (answered.status_code, answered.json()["state"]) == (200, "received")


def test_paper_again_is_printed_once(counter):
    ref, key = counter.register(), new_key()
    path = f"/cases/{ref}/papers/rights_notice"
    first = counter.post(REGISTRAR, path, {"subject": "party-1"}, key)
    again = counter.post(REGISTRAR, path, {"subject": "party-1"}, key)
    assert first.status_code == 201, first.text
    assert again.content == first.content
    papers = counter.get(REGISTRAR, f"/cases/{ref}").json()["papers"]
    assert [paper["id"] for paper in papers] == [first.json()["document"]]


def test_same_key_at_once_registers_once(counter, another_client):
    key, words, headers = new_key(), dispute(title="水碾之争"), counter.as_(REGISTRAR)

    def send(_number: int):
        return another_client().post("/api/v1/cases", json=words, headers={**headers, "Idempotency-Key": key})

    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(threads.map(send, range(AT_ONCE)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert len(counter.get(REGISTRAR, "/cases", search="水碾之争").json()["cases"]) == 1


def test_same_key_at_once_acts_once(counter, another_client):
    ref, key = counter.register(), new_key()
    headers = counter.as_(REGISTRAR, **{"Idempotency-Key": key})

    def send(_number: int):
        return another_client().post(
            f"/api/v1/cases/{ref}/acts/triage", json={"tier": "ordinary"}, headers=headers
        )

    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(threads.map(send, range(AT_ONCE)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    trail = counter.get(REGISTRAR, f"/cases/{ref}").json()["trail"]
    assert [one["act"] for one in trail] == ["register", "triage"]


@pytest.mark.parametrize(
    ("failure", "status", "title"),
    [
        (OperationalError("COMMIT", {}, Exception("disk full")), 503, "界桩之争"),
        (RuntimeError("the machine is on fire"), 500, "田埂之争"),
    ],
    ids=["store", "bug"],
)
def test_failed_commit_is_never_answered_as_done(counter, failure, status, title):
    key, words = new_key(), dispute(title=title)
    database = counter.instance.database

    def fail(_connection: object) -> None:
        raise failure

    counter.token(REGISTRAR)
    event.listen(database.writer, "commit", fail)
    try:
        answered = counter.post(REGISTRAR, "/cases", words, key)
    finally:
        event.remove(database.writer, "commit", fail)
    assert (answered.status_code, answered.headers["content-type"]) == (status, "application/problem+json")
    assert counter.get(REGISTRAR, "/cases", search=title).json()["cases"] == []
    again = counter.post(REGISTRAR, "/cases", words, key)
    assert (again.status_code, again.headers.get("idempotent-replayed")) == (201, None)
    ref = again.json()["case"]
    words = {"reason": "试毕", "asked_by": [1], "routes": ["court"]}
    assert counter.post(REGISTRAR, f"/cases/{ref}/acts/withdraw", words).status_code == 200


def test_answers_are_kept_for_a_week_and_then_forgotten(counter, clock):
    key, words = new_key(), dispute()
    first = counter.post(MEDIATOR, "/cases", words, key)
    clock.advance(KEPT)
    forget_old_answers(counter.instance)
    assert counter.post(MEDIATOR, "/cases", words, key).content == first.content
    clock.advance(timedelta(seconds=1))
    assert forget_old_answers(counter.instance) >= 1
    later = counter.post(MEDIATOR, "/cases", words, key)
    assert (later.status_code, later.json()["case"] == first.json()["case"]) == (201, False)


def test_kept_answer_is_not_in_clear_in_the_database(counter):
    key = new_key()
    code = counter.post(REGISTRAR, "/cases", dispute(), key).json()["query_code"]
    with counter.instance.database.reading() as session:
        raw = session.connection().exec_driver_sql("SELECT answer FROM idempotency_key").scalars().all()
    assert raw
    assert [code.encode() in bytes(one) for one in raw] == [False] * len(raw)
