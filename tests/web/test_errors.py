"""Every error has its status, and one form."""

import importlib
import json
import pkgutil

import pytest

import mediation
from mediation.errors import (
    FactsMissing,
    InputInvalid,
    KeyMissing,
    MediationError,
    NotFound,
    Problem,
    Reason,
    TransitionRefused,
)
from mediation.web.errors import MOST_PROBLEMS, STATUSES, TooBusy, Unauthenticated, answer, status_of
from tests.web.conftest import REGISTRAR, dispute, error, new_key

_NO_IMPORT = ("mediation.storage.migrations", "mediation.__main__")


def test_every_error_has_a_status_of_its_own():
    for module in pkgutil.walk_packages(mediation.__path__, "mediation."):
        if not module.name.startswith(_NO_IMPORT):
            importlib.import_module(module.name)
    assert {*_all_below(MediationError), MediationError} == set(STATUSES)


def _all_below(kind: type) -> set[type]:
    return {kind for below in kind.__subclasses__() for kind in (below, *_all_below(below))}


def test_error_without_status_takes_that_of_the_class_above():
    class Lost(NotFound):
        """没有了。"""

    assert status_of(Lost()) == 404


def test_answer_refused_lists_reasons():
    reason = Reason("both_consent", "还有一方没有同意调解", "人民调解法第十七条", "请先征得同意")
    sheet = json.loads(answer(TransitionRefused([reason])).body)
    assert sheet == {
        "type": "urn:mediation:TransitionRefused",
        "title": "现在不能办理",
        "status": 409,
        "detail": "现在还不能办理这项操作，原因如下：",
        "reasons": [
            {
                "guard": "both_consent",
                "message": "还有一方没有同意调解",
                "article": "人民调解法第十七条",
                "next_step": "请先征得同意",
            }
        ],
        "problems": [],
        "id": None,
    }


@pytest.mark.parametrize("kind", [InputInvalid, FactsMissing])
def test_answer_listed_lists_problems(kind):
    sheet = json.loads(answer(kind([Problem("应当是日期", key="due_on"), Problem("缺少", key="name")])).body)
    assert sheet["status"] == 422
    assert sheet["problems"] == [
        {"key": "due_on", "message": "应当是日期"},
        {"key": "name", "message": "缺少"},
    ]


def test_answer_with_endless_problems_is_cut_and_says_so():
    problems = [Problem("没有这个键", key=str(number)) for number in range(MOST_PROBLEMS + 3)]
    told = json.loads(answer(InputInvalid(problems)).body)["problems"]
    assert len(told) == MOST_PROBLEMS + 1
    assert told[-1] == {"key": "", "message": "另有 3 处，没有一一列出"}


def test_answer_our_fault_tells_no_particulars(caplog):
    response = answer(KeyMissing("找不到密钥文件 /srv/keys/master.key"))
    sheet = json.loads(response.body)
    assert (response.status_code, sheet["detail"]) == (503, "找不到或打不开密钥文件，资料不能读写。")
    assert len(sheet["id"]) == 26
    assert [sheet["id"] in record.getMessage() for record in caplog.records] == [True]
    assert "master.key" not in caplog.text


def test_answer_says_how_to_authenticate_and_when_to_come_again():
    assert answer(Unauthenticated()).headers["www-authenticate"] == 'Bearer realm="mediation"'
    assert answer(TooBusy()).headers["retry-after"] == "5"


def test_answer_with_lone_surrogate_is_still_json():
    response = answer(InputInvalid([Problem("没有这个键", key="\ud800")]))
    assert json.loads(response.body)["problems"] == [{"key": "\ud800", "message": "没有这个键"}]


def test_wrong_words_get_every_problem_at_once(counter):
    words = dispute(title="", narrative=7, parties=[], risky=True)
    del words["source"]
    sheet = error(counter.post(REGISTRAR, "/cases", words, new_key()), 422, "InputInvalid")
    assert sheet["problems"] == [
        {"key": "title", "message": "至少要有 1 个字；现在写的是 “”"},
        {"key": "source", "message": "缺少这一项"},
        {"key": "narrative", "message": "应当是文字；现在写的是 7"},
        {"key": "parties", "message": "至少要有 1 项"},
        {"key": "risky", "message": "没有这个键；请检查拼写"},
    ]


def test_wrong_codes_get_the_same_form(counter):
    words = dispute(source="nowhere")
    sheet = error(counter.post(REGISTRAR, "/cases", words, new_key()), 422, "InputInvalid")
    assert [problem["key"] for problem in sheet["problems"]] == ["source"]


@pytest.mark.parametrize(
    ("body", "status", "kind", "detail"),
    [
        (b"{", 400, "RequestMalformed", "请求体不是正确的 JSON。"),
        (b"[" * 50_000, 400, "RequestMalformed", "请求体读不出来，或不是正确的 JSON。"),
        (b"\xff", 400, "RequestMalformed", "请求体读不出来，或不是正确的 JSON。"),
        (
            b'{"amount_fen": ' + b"9" * 5_000 + b"}",
            400,
            "RequestMalformed",
            "请求体读不出来，或不是正确的 JSON。",
        ),
        (b"", 400, "RequestMalformed", "缺少请求体；没有要写的内容时写 {}。"),
        (b"[]", 422, "InputInvalid", None),
        (b'{"\\ud800": 1}', 422, "InputInvalid", None),
        (b'{"title": "\\ud800"}', 422, "InputInvalid", None),
        (b'{"occurred_at": "yesterday"}', 422, "InputInvalid", None),
        (b'{"occurred_at": NaN}', 422, "InputInvalid", None),
    ],
)
def test_body_that_is_not_what_it_should_be(counter, body, status, kind, detail):
    headers = counter.as_(REGISTRAR, **{"Idempotency-Key": new_key(), "Content-Type": "application/json"})
    sheet = error(counter.client.post("/api/v1/cases", content=body, headers=headers), status, kind)
    assert detail in {None, sheet["detail"]}
    assert not [one for one in sheet["problems"] if one["message"].startswith("Input ")]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded"])
def test_json_sent_as_something_else_is_refused(counter, kind):
    headers = counter.as_(REGISTRAR, **{"Idempotency-Key": new_key(), "Content-Type": kind})
    answered = counter.client.post("/api/v1/cases", content=json.dumps(dispute()), headers=headers)
    error(answered, 415, "NotJson")


def test_framework_errors_have_the_same_form(counter):
    error(counter.client.get("/api/nothing"), 404, "NoSuchAddress")
    answered = counter.client.delete("/health")
    error(answered, 405, "MethodNotAllowed")
    assert answered.headers["allow"] == "GET"


def test_unexpected_error_tells_an_id_and_logs_no_words(counter, caplog, monkeypatch):
    def fail(*_args: object, **_words: object) -> None:
        raise ValueError("张喆 13800000000")

    monkeypatch.setattr(counter.instance, "case", fail)
    sheet = error(counter.get(REGISTRAR, "/cases/x"), 500, "Unexpected")
    assert "ValueError" in caplog.text
    assert sheet["id"] in caplog.text
    assert "张喆" not in caplog.text + sheet["detail"]
    assert [record.exc_info for record in caplog.records if record.exc_info] == []
