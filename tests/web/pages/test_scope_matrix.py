"""Route × role × scope: every page, by every method, and every operation, asked by everybody, answers as the policy and the scope say."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from mediation.accounts import entering, queries
from mediation.accounts.tokens import SCOPE as WEBHOOKS
from mediation.app import Instance
from mediation.clock import local_day
from mediation.people import queries as people
from mediation.people.tokens import SCOPES
from mediation.web.policy import POLICY
from tests.web.conftest import OTHER_VILLAGE, REGISTRAR, new_key
from tests.web.operations import Operation, operations
from tests.web.pages.conftest import Browser
from tests.web.test_policy import _routes

FOREIGN = "这次提交不是从本系统的页面发出的"

STAFF = ("zhangxiaofeng", "yangmeixian", "pulaoda", "baijianguo", "pujiacai")
OUT_OF_SIGHT = ("zhangxiaofeng:registrar", "yangmeixian:mediator", "pulaoda:leader", "pujiacai:group")
"""Posts that do not see what the other village has; the dispatcher of the township does."""
ADMINISTRATORS = ("system", "security", "audit")
MADE_UP = {
    "ref": "x" * 26,
    "trigger": "amend",
    "form": "rights_notice",
    "number": "1",
    "party": "1",
    "message": "x" * 26,
    "application": "x" * 26,
    "paper": "x" * 26,
    "subject": "",
    "person": "nobody",
    "handover": "x" * 26,
    "kind": "appointment",
    "line": "1",
    "recusal": "x" * 26,
    "account": "x" * 26,
    "absence": "x" * 26,
    "document": "x" * 26,
    "export": "x" * 26,
    "link": "x" * 26,
    "name": "x",
    "act": "end",
    "secret": "x" * 43,
    "token": "x" * 26,
    "webhook": "x" * 26,
}
"""What an address is told by, where it is about nothing that there is. A route that asks for something else fails the tests."""
WORDS: Mapping[str, Mapping[str, Any]] = {
    "return_evidence": {"returned_to": "张喆"},
    "withdraw_evidence": {"reason": "不再需要"},
    "recuse": {"person": "yangmeixian", "kind": "own", "reason": "亲属"},
    "lift_recusal": {"reason": "已经更正"},
    "unmask": {"party": 1, "field": "phone", "reason": "contact"},
}
"""Of operations that judge their words before they look for the case: words that are right."""


def pages(application):
    """Every page that says who may, by each of its methods: its route, its rule, method and path."""
    for route in _routes(application):
        rule = POLICY.get(route.name)
        if rule is not None and rule.accounts and not route.path.startswith("/api/"):
            for method in sorted(route.methods - {"HEAD"}):
                yield route.name, rule, method, re.sub(r":\w+\}", "}", route.path)


@pytest.fixture
def everybody(at_desk, browser, account):
    """A browser of each kind of account, and of nobody."""
    found = {name: at_desk(name) for name in STAFF}
    for kind in ADMINISTRATORS:
        found[kind] = browser().log_in(account(f"{kind}-test", kind))
    return found


def _kinds(instance: Instance, who: str) -> frozenset[str]:
    """What the post counts as in which somebody begins the day."""
    day = local_day(instance.clock.now())
    with instance.database.reading() as session:
        account = queries.account_named(session, who)
        assert account is not None
        first = entering.posts_today(session, account, day)[0]
        return people.actor_of_post(session, first.id or 0, day).counts_as


def _status(one: Browser, path: str) -> int:
    return int(_answer(one, "GET", path).status_code)


def _answer(one: Browser, method: str, path: str) -> Any:
    return one.client.request(method, path, follow_redirects=False)


def test_whom_the_policy_leaves_out_is_refused_on_every_page(application, instance, everybody, browser):
    """Before anything else: what is posted has no token of the session's either, and that is not what is told."""
    nobody, wrong, asked = browser(), [], Counter()
    kinds = {who: _kinds(instance, who) for who in STAFF}
    for name, rule, method, pattern in pages(application):
        path = pattern.format(**MADE_UP)
        if rule.stage == "in" and _answer(nobody, method, path).status_code not in {303, 401}:
            wrong.append(("nobody", name))
        for who, one in everybody.items():
            kind = who if who in ADMINISTRATORS else "staff"
            if kind in rule.accounts and (not rule.posts or rule.posts & kinds.get(who, frozenset())):
                continue
            asked[method] += 1
            answer = _answer(one, method, path)
            if answer.status_code != 403 or FOREIGN in answer.text:
                wrong.append((who, name))
    assert wrong == []
    assert asked["GET"] > 150
    assert asked["POST"] > 150


def test_case_out_of_scope_is_not_there_on_any_page(application, counter, everybody):
    told = {**MADE_UP, "ref": counter.register(OTHER_VILLAGE, title="外村的纠纷")}
    wrong = []
    for name, rule, method, pattern in pages(application):
        if method != "GET" or "{ref}" not in pattern or "staff" not in rule.accounts:
            continue
        path = pattern.format(**told)
        for who in ("zhangxiaofeng", "yangmeixian", "pulaoda"):
            status = _status(everybody[who], path)
            if status not in {403, 404} or (status == 403 and not rule.posts):
                wrong.append((who, name, status))
    assert wrong == []


@pytest.mark.parametrize("actor", [*OUT_OF_SIGHT, "baijianguo:dispatcher"])
def test_token_without_the_scope_of_an_operation_is_refused_whatever_it_is_asked(
    application, instance, counter, actor
):
    ref = counter.register(OTHER_VILLAGE, title="外村的纠纷")
    without = {
        scope: instance.issue_token(actor, "测试", 30, set(SCOPES) - {scope}) for scope in (*SCOPES, WEBHOOKS)
    }
    wrong = []
    for one in operations(application):
        answer = _asked(counter, one, without[one.scope], ref)
        refusal = answer.json()
        if (
            answer.status_code != 403
            or refusal["type"] != "urn:mediation:ScopeMissing"
            or f" {one.scope} " not in refusal["detail"]
        ):
            wrong.append((one.name, answer.status_code, answer.text))
    assert wrong == []


@pytest.mark.parametrize("actor", OUT_OF_SIGHT)
def test_scope_of_an_operation_is_enough_to_learn_that_what_is_out_of_sight_is_not_there(
    application, instance, counter, actor
):
    ref = counter.register(OTHER_VILLAGE, title="外村的纠纷")
    with_it = {scope: instance.issue_token(actor, "测试", 30, {scope}) for scope in SCOPES}
    wrong, asked = [], 0
    for one in operations(application):
        if one.scope != WEBHOOKS and "{" in one.path:
            asked += 1
            answer = _asked(counter, one, with_it[one.scope], ref)
            if answer.status_code != 404:
                wrong.append((one.name, answer.status_code, answer.text))
    assert wrong == []
    assert asked > 100


def _asked(counter: Any, one: Operation, token: str, ref: str) -> Any:
    """The answer to an operation with a token, on a case or on what there is not; there is nothing in its body."""
    path = one.path.format(
        **{**dict.fromkeys(re.findall(r"\{(\w+)", one.path), "x" * 26), **MADE_UP, "ref": ref}
    )
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": new_key()}
    told: dict[str, Any] = {} if one.method == "GET" else {"json": WORDS.get(one.name, {})}
    if one.name == "give_evidence":
        told = {"files": {"files": ("a.png", b"x", "image/png")}}
    return counter.client.request(one.method, path, headers=headers, **told)


def test_no_total_tells_of_a_case_out_of_scope(counter, everybody):
    paths = ("/cases", "/statistics", "/day", "/window", "/board", "/workflows", "/cases?search=外村")
    clerk = everybody["zhangxiaofeng"]

    def told():
        texts = [clerk.get(path).text for path in paths]
        plain = [re.sub(r'(form_token|once)" value="[^"]*"', "", text) for text in texts]
        api = [counter.get(REGISTRAR, path).text for path in ("/cases", "/tasks")]
        return plain + api

    before = told()
    counter.register(OTHER_VILLAGE, title="外村的纠纷")
    assert told() == before
