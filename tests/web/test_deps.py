"""Who acts, and on which version: tokens and If-Match."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import text

from mediation.people import queries as people
from mediation.people.tokens import SCOPES
from mediation.sites.configuration import record
from mediation.web.deps import Desk
from tests.web.conftest import MEDIATOR, OTHER_VILLAGE, REGISTRAR, dispute, error, new_key

OPEN_TO_ALL = {"/health", "/ready", "/metrics", "/api/v1/verify"}


def test_instance_is_a_desk(instance):
    wanted = [name for name in vars(Desk) if not name.startswith("_")] + list(Desk.__annotations__)
    assert [name for name in wanted if not hasattr(instance, name)] == []


def test_every_operation_but_these_wants_a_token(counter):
    document = counter.client.get("/api/v1/openapi.json").json()
    without = {
        path
        for path, operations in document["paths"].items()
        for operation in operations.values()
        if [list(one) for one in operation.get("security", [])] != [["HTTPBearer"]]
    }
    assert without == OPEN_TO_ALL
    for path, operations in document["paths"].items():
        for method in operations:
            if path not in OPEN_TO_ALL:
                asked = re.sub(r"\{\w+\}", "0" * 26, path)
                answered = counter.client.request(method, asked, json={} if method == "post" else None)
                error(answered, 401, "Unauthenticated")


@pytest.mark.parametrize(
    "value", ["", "Bearer", "Bearer ", "Bearer unknown", "Basic eDp5", "bearer \u00e9", "Bearer a b"]
)
def test_wrong_authorization_is_refused(counter, value):
    answered = counter.client.get("/api/v1/cases", headers={"Authorization": value.encode("latin-1")})
    error(answered, 401, "Unauthenticated")
    assert answered.headers["www-authenticate"] == 'Bearer realm="mediation"'


def test_unknown_act_wants_a_token_too(counter):
    error(counter.client.post("/api/v1/cases/x/acts/fly", json={}), 401, "Unauthenticated")


def test_revoked_token_is_refused_at_once(counter):
    token = counter.instance.issue_token(REGISTRAR, "收回", 30)
    headers = {"Authorization": f"Bearer {token}"}
    assert counter.client.get("/api/v1/cases", headers=headers).status_code == 200
    assert counter.instance.revoke_token(token) == 1
    error(counter.client.get("/api/v1/cases", headers=headers), 401, "Unauthenticated")


def test_expired_token_is_refused(counter, clock):
    token = counter.instance.issue_token(REGISTRAR, "三天", 3)
    headers = {"Authorization": f"Bearer {token}"}
    clock.advance(timedelta(days=3) - timedelta(seconds=1))
    assert counter.client.get("/api/v1/cases", headers=headers).status_code == 200
    clock.advance(timedelta(seconds=1))
    error(counter.client.get("/api/v1/cases", headers=headers), 401, "Unauthenticated")


def test_ended_post_is_refused_with_the_reason_even_for_a_kept_answer(counter):
    actor, key, words = "liangjing:registrar", new_key(), dispute()
    assert counter.post(actor, "/cases", words, key).status_code == 201
    _end(counter.instance, "2026-03-01")
    try:
        sheets = [
            error(counter.get(actor, "/cases"), 403, "NotPermitted"),
            error(counter.post(actor, "/cases", words, key), 403, "NotPermitted"),
        ]
    finally:
        _end(counter.instance, None)
    for sheet in sheets:
        assert sheet["detail"].startswith("梁静 的岗位 registrar（社区文书）在 2026-03-02 不在任期内")


def test_token_acts_as_its_own_post_only(counter):
    ref = counter.register(MEDIATOR)
    trail = counter.get(MEDIATOR, f"/cases/{ref}").json()["trail"]
    assert [one["actor"] for one in trail] == [MEDIATOR]
    for words in ({"actor": REGISTRAR}, {"post": 1}, {"as": REGISTRAR}):
        error(counter.post(MEDIATOR, "/cases", dispute(**words), new_key()), 422, "InputInvalid")
    path = f"/cases/{ref}/acts/triage?as={REGISTRAR}&actor={REGISTRAR}&post=1"
    error(counter.post("xiahaitao:officer", path, {"tier": "ordinary"}), 404, "NotFound")
    error(counter.post("gujingwei:adviser", "/cases", dispute(), new_key()), 403, "NotPermitted")


def test_if_match_of_the_present_version_lets_the_act_through(counter):
    ref = counter.register()
    shown = counter.get(REGISTRAR, f"/cases/{ref}")
    assert shown.headers["etag"] == '"1"'
    words = {"tier": "ordinary"}
    done = counter.post(REGISTRAR, f"/cases/{ref}/acts/triage", words, **{"If-Match": shown.headers["etag"]})
    assert (done.status_code, done.json()["version"]) == (200, 2)
    assert counter.get(REGISTRAR, f"/cases/{ref}").headers["etag"] == '"2"'


def test_if_match_of_an_older_version_is_a_conflict(counter):
    ref = counter.register()
    counter.do(REGISTRAR, ref, "triage", tier="ordinary")
    error(counter.post(REGISTRAR, f"/cases/{ref}/acts/keep", {}, **{"If-Match": '"1"'}), 409, "CaseChanged")
    assert counter.get(REGISTRAR, f"/cases/{ref}").json()["row"]["state"] == "triaged"


def test_if_match_star_takes_any_version(counter):
    ref = counter.register()
    path = f"/cases/{ref}/acts/triage"
    assert counter.post(REGISTRAR, path, {"tier": "ordinary"}, **{"If-Match": "*"}).status_code == 200


@pytest.mark.parametrize("value", ["1", 'W/"1"', '"x"', '"1", "2"', ""])
def test_if_match_of_the_wrong_form_is_refused(counter, value):
    ref = counter.register()
    answered = counter.post(
        REGISTRAR, f"/cases/{ref}/acts/triage", {"tier": "ordinary"}, **{"If-Match": value}
    )
    sheet = error(answered, 400, "InputInvalid")
    assert [problem["key"] for problem in sheet["problems"]] == ["If-Match"]


def test_other_village_is_not_found_whatever_is_asked(counter):
    ref = counter.register(title="斗牛场之争")
    number = counter.get(REGISTRAR, f"/cases/{ref}").json()["row"]["number"]
    issued = counter.post(REGISTRAR, f"/cases/{ref}/papers/rights_notice", {"subject": "party-1"})
    assert issued.status_code == 201
    for named in (ref, number):
        for path in ("", "/papers/rights_notice", "/papers/rights_notice/missing"):
            sheet = error(counter.get(OTHER_VILLAGE, f"/cases/{named}{path}"), 404, "NotFound")
            assert sheet["detail"] == f"没有找到 {named}，或者不在您的查看范围内。"
        for path in ("/acts/triage", "/acts/keep", "/papers/rights_notice"):
            words = {"tier": "ordinary"} if path == "/acts/triage" else {}
            error(counter.post(OTHER_VILLAGE, f"/cases/{named}{path}", words), 404, "NotFound")
    for query in ({}, {"view": "waiting"}, {"search": "斗牛场之争"}, {"search": "张喆"}):
        rows = counter.get(OTHER_VILLAGE, "/cases", **query).json()["cases"]
        assert [row for row in rows if row["id"] == ref] == []
    error(counter.get(OTHER_VILLAGE, "/cases", before=ref), 404, "NotFound")
    assert [row["id"] for row in counter.get(REGISTRAR, "/cases", search="斗牛场之争").json()["cases"]] == [
        ref
    ]


def test_token_is_refused_what_is_outside_its_scopes(counter):
    document = counter.client.get("/api/v1/openapi.json").json()
    tokens = {
        name: counter.instance.issue_token(REGISTRAR, name, 30, [one for one in SCOPES if one != name])
        for name in SCOPES
    }
    met = set()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if path in OPEN_TO_ALL:
                continue
            (scope,) = operation["security"][0]["HTTPBearer"]
            met.add(scope)
            answered = counter.client.request(
                method,
                re.sub(r"\{\w+\}", "0" * 26, path),
                json={} if method == "post" else None,
                headers={"Authorization": f"Bearer {tokens.get(scope, tokens['read'])}"},
            )
            error(answered, 403, "ScopeMissing")
            assert [(one["key"], one["message"]) for one in answered.json()["problems"]] == [("scope", scope)]
    assert answered.headers["www-authenticate"] == 'Bearer realm="mediation", error="insufficient_scope"'
    assert met == {*SCOPES, "webhooks"}


def test_token_of_one_scope_does_that_and_no_more(counter):
    token = counter.instance.issue_token(REGISTRAR, "报表", 30, ["read"])
    headers = {"Authorization": f"Bearer {token}"}
    assert counter.client.get("/api/v1/cases", headers=headers).status_code == 200
    error(
        counter.client.post("/api/v1/cases", json={}, headers={**headers, "Idempotency-Key": "k"}),
        403,
        "ScopeMissing",
    )


def _end(instance, day):
    """Let the post of a registrar end, or go on, as `site apply` would."""
    with instance.database.writing() as session:
        who = people.person(session, "liangjing")
        values = {"day": day, "person": who.id}
        session.connection().execute(
            text("UPDATE post SET valid_to = :day WHERE person_id = :person AND code = 'registrar'"), values
        )
        record(session, "units", "tree", people.fingerprint(session), instance.clock.now())
