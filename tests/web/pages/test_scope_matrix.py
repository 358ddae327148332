"""Route × role × scope: every page and every reading operation, asked by everybody, answers as the policy and the scope say."""

import re

import pytest

from mediation.accounts import entering, queries
from mediation.app import Instance
from mediation.clock import local_day
from mediation.people import queries as people
from mediation.web.policy import POLICY
from tests.web.conftest import MEDIATOR, OTHER_VILLAGE, REGISTRAR
from tests.web.pages.conftest import Browser
from tests.web.test_policy import _routes

STAFF = ("zhangxiaofeng", "yangmeixian", "pulaoda", "baijianguo", "pujiacai")
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
}
STREAMS = {"static", "trust_file"}


def pages(application):
    """Every page that is asked for by GET and says who may: its route, its rule, its path with what it is told by."""
    for route in _routes(application):
        rule = POLICY.get(route.name)
        if rule is None or "GET" not in route.methods or route.name in STREAMS or not rule.accounts:
            continue
        names = set(re.findall(r"\{(\w+)", route.path))
        if names <= set(MADE_UP):
            yield route.name, rule, route.path


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
    return int(one.client.get(path, follow_redirects=False).status_code)


def test_whom_the_policy_leaves_out_is_refused_on_every_page(application, instance, everybody, browser):
    nobody, wrong, asked = browser(), [], 0
    kinds = {who: _kinds(instance, who) for who in STAFF}
    for name, rule, pattern in pages(application):
        path = re.sub(r":\w+\}", "}", pattern).format(**MADE_UP)
        if rule.stage == "in" and _status(nobody, path) not in {303, 401}:
            wrong.append(("nobody", name))
        for who, one in everybody.items():
            kind = who if who in ADMINISTRATORS else "staff"
            if kind in rule.accounts and (not rule.posts or rule.posts & kinds.get(who, frozenset())):
                continue
            asked += 1
            if _status(one, path) != 403:
                wrong.append((who, name))
    assert wrong == []
    assert asked > 150


def test_case_out_of_scope_is_not_there_on_any_page_or_operation(application, counter, everybody):
    ref = counter.register(OTHER_VILLAGE, title="外村的纠纷")
    wrong = []
    told = {**MADE_UP, "ref": ref}
    for name, rule, pattern in pages(application):
        if "{ref}" not in pattern or "staff" not in rule.accounts:
            continue
        path = pattern.format(**told)
        for who in ("zhangxiaofeng", "yangmeixian", "pulaoda"):
            status = _status(everybody[who], path)
            if status not in {403, 404} or (status == 403 and not rule.posts):
                wrong.append((who, name, status))
    for route in _routes(application):
        if route.path.startswith("/api/") and "GET" in route.methods and "{ref}" in route.path:
            path = re.sub(r":\w+\}", "}", route.path).removeprefix("/api/v1")
            names = dict.fromkeys(re.findall(r"\{(\w+)", path), "1")
            status = counter.get(MEDIATOR, path.format(**{**names, **told})).status_code
            if status != 404:
                wrong.append(("api", route.name, status))
    assert wrong == []


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
