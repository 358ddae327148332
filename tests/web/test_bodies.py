"""Bodies of requests in which a key stands twice."""

import json

import pytest

from tests.web.conftest import REGISTRAR, Counter, dispute, error, new_key

TWICE = "这个键写了两次"


def posted(counter: Counter, actor: str, path: str, body: str) -> dict[str, str]:
    """The problems for which a body is refused."""
    headers = counter.as_(actor, **{"Idempotency-Key": new_key(), "Content-Type": "application/json"})
    answered = counter.client.post(f"/api/v1{path}", content=body.encode(), headers=headers)
    return {one["key"]: one["message"] for one in error(answered, 422, "InputInvalid")["problems"]}


def also(body: str, words: str) -> str:
    """An object of JSON that says more at its end."""
    return f"{body[:-1]}, {words}}}"


def test_key_that_stands_twice_is_told_beside_all_else_that_is_wrong(counter):
    wrong = json.dumps(dispute(amount_fen=-1), ensure_ascii=False)
    assert posted(counter, REGISTRAR, "/cases", also(wrong, '"title": "两次", "wild": 1, "wild": 2')) == {
        "title": TWICE,
        "wild": TWICE,
        "amount_fen": "不能小于 0；现在写的是 -1",
    }
    within = json.dumps(dispute(), ensure_ascii=False).replace('"sex": "男"', '"sex": "男", "sex": "女"', 1)
    assert posted(counter, REGISTRAR, "/cases", within) == {"parties[0].sex": TWICE}


@pytest.mark.parametrize("body", ['{"title": "甲", "title": "乙"}', '{"title": null, "title": null}'])
def test_act_hears_neither_of_two_words_of_one_key(counter, body):
    ref = counter.register()
    before = counter.get(REGISTRAR, f"/cases/{ref}").json()
    assert posted(counter, REGISTRAR, f"/cases/{ref}/acts/amend", body) == {"title": TWICE}
    assert counter.get(REGISTRAR, f"/cases/{ref}").json() == before
