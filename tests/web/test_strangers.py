"""The order in which a request to the API is judged: host, size, token, scope, shape, key, scope of the case, version, rules."""

import pytest

from mediation.accounts import keeping, tokens
from mediation.web.app import MOST_BYTES
from tests.web.conftest import MEDIATOR, OTHER_VILLAGE, REGISTRAR, error, new_key

JSON = {"Content-Type": "application/json"}
UNREADABLE = {
    "no JSON": (b"{", JSON, 400, "RequestMalformed"),
    "deep": (b"[" * 50_000, JSON, 400, "RequestMalformed"),
    "no UTF-8": (b'{"tier": "\xff"}', JSON, 400, "RequestMalformed"),
    "GBK": ('{"opinion": "普"}'.encode("gbk"), JSON, 400, "RequestMalformed"),
    "endless number": (b'{"tier": ' + b"9" * 5_000 + b"}", JSON, 400, "RequestMalformed"),
    "nothing": (b"", {}, 400, "RequestMalformed"),
    "text": (b"x", {"Content-Type": "text/plain"}, 415, "NotJson"),
    "form": (b"tier=ordinary", {"Content-Type": "application/x-www-form-urlencoded"}, 415, "NotJson"),
    "NUL": (b'{"tier": "ordinary", "opinion": "\\u0000"}', JSON, 422, "InputInvalid"),
    "infinite": (b'{"tier": 1e400}', JSON, 422, "InputInvalid"),
    "list": (b"[]", JSON, 422, "InputInvalid"),
    "far day": (
        b'{"tier": "ordinary", "occurred_at": "9999-12-31T23:59:59-14:00"}',
        JSON,
        422,
        "InputInvalid",
    ),
    "first day": (
        b'{"tier": "ordinary", "occurred_at": "0001-01-01T00:00:00+14:00"}',
        JSON,
        422,
        "InputInvalid",
    ),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_body_that_cannot_be_read_is_told_only_to_who_might_have_sent_a_good_one(counter, name):
    body, kind, status, sheet = UNREADABLE[name]
    ref = counter.register()
    path = f"/api/v1/cases/{ref}/acts/triage"
    reading = counter.instance.issue_token(REGISTRAR, "reads", 3, scopes=["read"])
    for token, wanted, type_ in (
        ("", 401, "Unauthenticated"),
        ("Bearer none", 401, "Unauthenticated"),
        ("Basic eDp5", 401, "Unauthenticated"),
        (f"Bearer {reading}", 403, "ScopeMissing"),
        (f"Bearer {counter.token(REGISTRAR)}", status, sheet),
    ):
        shown = {"Authorization": token} if token else {}
        error(counter.client.post(path, content=body, headers={**kind, **shown}), wanted, type_)
    assert counter.get(REGISTRAR, f"/cases/{ref}").json()["row"]["version"] == 1


def test_administrators_token_is_told_what_was_wrong_with_its_body(counter):
    now = counter.instance.clock.now()
    with counter.instance.database.writing() as session:
        account, _first = keeping.make_account(session, "chief-of-bodies", now, by="test", kind="system")
        token = tokens.issue(session, counter.instance.keyring, account, "", 30, now, by="test")
    for shown, status, kind in (
        ({"Authorization": f"Bearer {token}"}, 400, "RequestMalformed"),
        (counter.as_(REGISTRAR), 403, "ScopeMissing"),
        ({}, 401, "Unauthenticated"),
    ):
        answered = counter.client.post("/api/v1/webhooks", content=b"{", headers={**JSON, **shown})
        error(answered, status, kind)


def test_each_check_comes_before_the_next(counter):
    """Every request lacks one thing less than the one before."""
    key, ref = new_key(), counter.register()
    path, words = f"/api/v1/cases/{ref}/acts/triage", {"tier": "ordinary"}
    too_much = {"tier": "ordinary", "opinion": "x" * MOST_BYTES}
    stale = {"If-Match": '"9"'}

    def post(said, status, kind, actor="", **headers):
        shown = {**(counter.as_(actor) if actor else {}), **headers}
        return error(counter.client.post(path, json=said, headers=shown), status, kind)

    post(too_much, 421, "HostUnknown", Host="evil.example")
    post(too_much, 413, "BodyTooLarge")
    post({}, 401, "Unauthenticated", **{"If-Match": "x", "Idempotency-Key": ""})
    post({}, 400, "InputInvalid", OTHER_VILLAGE, **{"If-Match": "x", "Idempotency-Key": ""})
    post([], 422, "InputInvalid", OTHER_VILLAGE, **stale)
    post({}, 404, "NotFound", OTHER_VILLAGE, **stale)
    post({}, 409, "CaseChanged", REGISTRAR, **stale)
    post({}, 422, "InputInvalid", REGISTRAR)
    done = counter.post(REGISTRAR, f"/cases/{ref}/acts/triage", words, key, **{"If-Match": '"1"'})
    assert done.status_code == 200
    post(words, 409, "TransitionNotAllowed", REGISTRAR)
    again = counter.post(REGISTRAR, f"/cases/{ref}/acts/triage", words, key, **stale)
    assert (again.content, again.headers["Idempotent-Replayed"]) == (done.content, "true")
    post({"tier": "simple"}, 422, "KeyReused", REGISTRAR, **{"Idempotency-Key": key})


@pytest.mark.parametrize("version", ["7", 'W/"1"', '"-1"', '"9999999999"', '"1", "2"', "", '"1'])
def test_version_that_is_no_etag_is_refused(counter, version):
    ref = counter.register()
    answered = counter.post(
        REGISTRAR, f"/cases/{ref}/acts/triage", {"tier": "ordinary"}, **{"If-Match": version}
    )
    sheet = error(answered, 400, "InputInvalid")
    assert [one["key"] for one in sheet["problems"]] == ["If-Match"]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_other_methods_are_told_in_the_same_form(counter, method):
    answered = counter.client.request(method, "/api/v1/cases", headers=counter.as_(REGISTRAR))
    error(answered, 405, "MethodNotAllowed")
    assert set(answered.headers["allow"].split(", ")) >= {"GET"}


@pytest.mark.parametrize(
    "mark", ["x", "0" * 26, "0" * 26 + "~x", "~", "\0", "{id}~2026-01-01T00:00:00", "{id}~", "{id}'--"]
)
@pytest.mark.parametrize("view", ["all", "waiting"])
def test_page_mark_that_no_list_gave_is_refused(counter, view, mark):
    ref = counter.register(MEDIATOR)
    answered = counter.get(MEDIATOR, "/cases", view=view, before=mark.replace("{id}", ref))
    assert answered.headers["content-type"] == "application/problem+json"
    assert answered.status_code in {404, 422}


def test_mark_of_the_other_list_does_not_begin_the_list_anew(counter):
    refs = [counter.register(MEDIATOR) for _time in range(2)]
    given = counter.get(MEDIATOR, "/cases", limit=1).json()["next"]
    assert given == refs[-1]
    error(counter.get(MEDIATOR, "/cases", limit=1, before=given, view="waiting"), 422, "InputInvalid")


def test_mark_of_a_case_out_of_scope_is_not_there(counter):
    ref = counter.register(OTHER_VILLAGE)
    error(counter.get(MEDIATOR, "/cases", before=ref), 404, "NotFound")
    error(
        counter.get(MEDIATOR, "/cases", before=f"{ref}~2026-03-02T00:00:00+00:00", view="waiting"),
        404,
        "NotFound",
    )


@pytest.mark.parametrize("limit", ["0", "-1", "201", "1e9", "", "9" * 5_000, "0x10", "٣x"])
def test_limit_that_is_none_is_refused(counter, limit):
    error(counter.get(REGISTRAR, "/cases", limit=limit), 422, "InputInvalid")


def test_document_calls_nothing_null_that_stands_in_an_address_or_a_header(counter):
    paths = counter.client.get("/api/v1/openapi.json").json()["paths"]
    schemas = [
        parameter["schema"]
        for path in paths.values()
        for operation in path.values()
        for parameter in operation.get("parameters", ())
    ]
    assert len(schemas) > 100
    assert [one for one in schemas if "anyOf" in one or one.get("type") == "null"] == []
