"""Attacks on the pages: markup in what is said, forms from elsewhere, addresses that lead away, guessing, floods, stolen sessions."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from mediation.accounts.entering import FREE_FAILURES
from mediation.app import Instance
from mediation.intake.models import Application
from mediation.web.app import build_app
from mediation.web.policy import POLICY
from mediation.web.seats import place_of
from tests.web.conftest import ADDRESS, MEDIATOR, MORNING, REGISTRAR, party
from tests.web.pages.conftest import PASSWORD
from tests.web.pages.test_residents import answers, rows
from tests.web.pages.test_scope_matrix import ADMINISTRATORS, MADE_UP, STAFF, _kinds, everybody, pages
from tests.web.test_policy import _routes

__all__ = ["everybody"]

MARKUP = "\"'><b id=planted onclick=alert(1)>{{7*7}}</b></textarea></title><script>planted()</script>"
FOREIGN = "这次提交不是从本系统的页面发出的"
ELSEWHERE = (
    "//evil.example",
    "https://evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/%0d%0aSet-Cookie:%20planted=1",
    "/\r\nSet-Cookie: planted=1",
    "/\t/evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    " //evil.example",
)


# — markup —


class _Planted(HTMLParser):
    """Finds what no page of ours has: planted tags, scripts and styles in line, event handlers, addresses that run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        inline = (tag == "script" and "src" not in said) or tag in {"style", "iframe", "object", "base"}
        running = [name for name, value in attrs if name.startswith("on") or name == "style"]
        running += [name for name, value in attrs if (value or "").strip().lower().startswith("javascript:")]
        if inline or running or said.get("id") == "planted":
            self.found.append(self.get_starttag_text() or tag)


def planted(text: str) -> list[str]:
    parser = _Planted()
    parser.feed(text)
    return parser.found


def test_planted_markup_would_be_found():
    assert len(planted(f"<p title='{MARKUP}'>{MARKUP}</p>")) == 4
    assert planted('<a href=" javascript:x">') != []
    assert planted('<script src="/static/house.js"></script><p id="b">') == []


@pytest.fixture
def planted_case(counter):
    """A case of which every text is markup, brought as far as its texts go."""
    parties = [party(MARKUP, "applicant", "男", 1, address=MARKUP), party(MARKUP, "respondent", "女", 2)]
    ref = counter.register(title=MARKUP, narrative=MARKUP, claims=[MARKUP, MARKUP], parties=parties)
    counter.do(REGISTRAR, ref, "triage", tier="ordinary", opinion=MARKUP)
    counter.do(REGISTRAR, ref, "keep")
    counter.do(REGISTRAR, ref, "accept")
    recorder = {"person": "zhangxiaofeng", "role": "recorder"}
    counter.do(MEDIATOR, ref, "assign", mediators=[{"person": "yangmeixian"}, recorder])
    said = {
        "held_from": "2026-03-02T08:30",
        "place": MARKUP,
        "present": [1, 2],
        "body": [MARKUP],
        "result": "agreed",
    }
    counter.do(MEDIATOR, ref, "record_session", **said)
    counter.do(MEDIATOR, ref, "note_privately", party=1, body=MARKUP)
    clause = {"obligor": 2, "obligee": 1, "act": "do", "what": MARKUP, "due_on": "2026-03-20"}
    counter.do(MEDIATOR, ref, "draft_agreement", facts=MARKUP, matters=MARKUP, clauses=[clause])
    counter.do(MEDIATOR, ref, "ask_opinion", person="pulaoda", question=MARKUP)
    return ref


def test_markup_in_what_was_said_stays_text_on_every_page(application, planted_case, everybody):
    told = {**MADE_UP, "ref": planted_case}
    wrong, seen, shown = [], 0, 0
    for name, rule, method, pattern in pages(application):
        if method != "GET" or "staff" not in rule.accounts:
            continue
        path = pattern.format(**told)
        for who in ("zhangxiaofeng", "yangmeixian", "pulaoda", "baijianguo"):
            one = everybody[who].get(f"{path}?search={MARKUP}" if name == "cases" else path)
            seen += one.status == 200
            shown += "planted()" in one.text
            wrong += [(name, who, found) for found in planted(one.text)]
    assert wrong == []
    assert seen > 40
    assert shown > 10


def test_markup_in_what_is_typed_stays_text_where_it_is_shown_again(browser, at_desk):
    one = browser()
    fields = dict.fromkeys(
        ("name", "phone", "by", "other", "place", "account", "wanted", "code", "remark", "to"), MARKUP
    )
    for path in ("/login", "/p/apply", "/p/follow", "/p/rate"):
        one.get(path)
        one.post(path, fields)
        assert (one.status >= 400, planted(one.text)) == (True, []), path
        assert "planted()" in one.text or path == "/p/follow", path
    clerk = at_desk("zhangxiaofeng").get("/register")
    clerk.post(
        "/register",
        {"title": MARKUP, "narrative": MARKUP, "parties.0.name": MARKUP, "parties.0.kind": MARKUP},
    )
    assert (clerk.status, planted(clerk.text), "planted()" in clerk.text) == (422, [], True)


@pytest.mark.parametrize(
    "path", ["/login", "/p", "/p/apply", "/p/verify", "/nowhere", "/cases", "/me", "/trust"]
)
def test_no_page_is_framed_and_each_says_where_scripts_may_come_from(at_desk, path):
    headers = at_desk("zhangxiaofeng").client.get(path).headers
    assert headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "form-action 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


# — forms from elsewhere —


def _posts(application) -> Iterator[tuple[str, str]]:
    for route in _routes(application):
        if "POST" in route.methods and route.name in POLICY and not route.path.startswith("/api/"):
            names = dict.fromkeys(re.findall(r"\{(\w+)", route.path), "x" * 26)
            yield route.name, re.sub(r":\w+\}", "}", route.path).format(**{**names, **MADE_UP, "number": "1"})


def test_every_posted_page_refuses_a_form_without_the_sessions_own_token(application, instance, everybody):
    """As somebody whom the policy lets in: it is the token that is missing, or another session's."""
    kinds = {who: _kinds(instance, who) for who in STAFF}
    other = everybody["pulaoda"].get("/me").hidden("/me/post")["form_token"]
    asked, wrong = set(), []
    for name, path in _posts(application):
        rule = POLICY[name]
        for who, one in everybody.items():
            kind = who if who in ADMINISTRATORS else "staff"
            may = kind in rule.accounts and (not rule.posts or rule.posts & kinds.get(who, frozenset()))
            if not may or who == "pulaoda":
                continue
            asked.add(name)
            for fields in ({}, {"form_token": ""}, {"form_token": other}):
                answer = one.client.post(path, data=fields, follow_redirects=False)
                if answer.status_code != 403 or FOREIGN not in answer.text:
                    wrong.append((name, who, sorted(fields), answer.status_code))
            break
    assert wrong == []
    open_to_all = {name for name, _path in _posts(application) if not POLICY[name].accounts}
    leaders_only = {"leader_decides"}
    assert {name for name, _path in _posts(application)} - asked - open_to_all - leaders_only == set()


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ],
)
def test_every_posted_page_refuses_a_form_from_elsewhere(application, at_desk, headers):
    """The open pages too, which have no session whose token they could want."""
    client = at_desk("zhangxiaofeng").client
    wrong = []
    for name, path in _posts(application):
        answer = client.post(path, data={}, headers=headers, follow_redirects=False)
        if answer.status_code != 403:
            wrong.append((name, answer.status_code))
    assert wrong == []


# — addresses that lead away —


@pytest.mark.parametrize("address", ELSEWHERE)
def test_no_address_leads_elsewhere_or_into_the_headers(browser, account, address):
    account("zhangxiaofeng")
    one = browser()
    quoted = {"to": address, "back": address}
    answers_ = [
        one.client.get("/language/en", params=quoted, follow_redirects=False),
        one.client.get("/p/size", params={**quoted, "large": "1"}, follow_redirects=False),
    ]
    one.get("/login")
    fields = {"name": "zhangxiaofeng", "password": PASSWORD, "to": address}
    answers_.append(one.client.post("/login", data=fields, follow_redirects=False))
    answers_.append(one.client.get("/login", params=quoted, follow_redirects=False))
    for answer in answers_:
        assert answer.status_code == 303
        assert re.fullmatch(r"/(?![/\\])[^\s]*", answer.headers["location"]), answer.headers["location"]
        assert "planted" not in answer.headers.get("set-cookie", "")


def test_name_of_a_file_is_never_what_somebody_typed(counter, at_desk):
    ref = counter.register(title='x";filename=y.exe')
    clerk = at_desk("zhangxiaofeng")
    counter.post(REGISTRAR, f"/cases/{ref}/papers/rights_notice", {"subject": "party-1"})
    for form in ("rights_notice", 'x"y', "a%0d%0aSet-Cookie:planted=1", "..%2f..%2fetc"):
        answer = clerk.client.get(f"/cases/{ref}/papers/{form}?subject=party-1")
        said = answer.headers.get("content-disposition", 'inline; filename="x.pdf"')
        assert re.fullmatch(r'(inline|attachment); filename="[a-z_0-9.]+"', said), said
        assert "set-cookie" not in answer.headers or "planted" not in answer.headers["set-cookie"]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil.example", ""])
def test_page_asked_for_under_another_name_is_refused(browser, host):
    for path in ("/login", "/p/apply", "/cases"):
        answer = browser().client.get(path, headers={"Host": host}, follow_redirects=False)
        assert answer.status_code == 421
        assert "evil.example" not in answer.text + answer.headers.get("location", "")
    forwarded = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "Forwarded": "host=evil.example",
    }
    assert "evil.example" not in browser().client.get("/login", headers=forwarded).text


# — sessions —


def test_login_takes_no_session_that_somebody_else_has_set(browser, account):
    account("zhangxiaofeng")
    victim = browser()
    victim.client.cookies.set("sid", "planted-session")
    victim.log_in("zhangxiaofeng")
    kept = {cookie.value for cookie in victim.client.cookies.jar if cookie.name == "sid"} - {
        "planted-session"
    }
    assert len(kept) == 1
    thief = browser()
    thief.client.cookies.set("sid", "planted-session")
    assert thief.get("/cases").address == "/login"
    first = kept.pop()
    again = browser().log_in("zhangxiaofeng")
    assert again.client.cookies["sid"] != first


def test_cookies_under_tls_are_bound_to_the_host(application, account):
    account("zhangxiaofeng")
    with TestClient(application, base_url=ADDRESS.replace("http:", "https:")) as client:
        fields = {"name": "zhangxiaofeng", "password": PASSWORD}
        answer = client.post("/login", data=fields, follow_redirects=False)
        [session] = [said for said in answer.headers.get_list("set-cookie") if "sid=" in said]
        parts = {part.strip().lower() for part in session.split(";")[1:]}
        assert session.startswith("__Host-sid=")
        assert parts == {"httponly", "secure", "path=/", "samesite=lax"}
        assert client.get("/me", follow_redirects=False).status_code == 200
        plain = TestClient(
            application, base_url=ADDRESS, cookies={"sid": session.split(";")[0].partition("=")[2]}
        )
        assert "secure" not in plain.get("/login").headers.get("set-cookie", "").lower()


def test_every_cookie_set_over_tls_goes_back_over_tls_only(application):
    with TestClient(application, base_url=ADDRESS.replace("http:", "https:")) as client:
        for path in ("/language/en", "/p/size?large=1"):
            [said] = client.get(path, follow_redirects=False).headers.get_list("set-cookie")
            parts = [part.strip().lower() for part in said.split(";")[1:]]
            assert [parts.count(one) for one in ("secure", "httponly", "samesite=lax")] == [1, 1, 1], said
    with TestClient(application, base_url=ADDRESS) as client:
        assert (
            "secure" not in client.get("/language/en", follow_redirects=False).headers["set-cookie"].lower()
        )


# — guessing, over two processes —


@pytest.fixture
def two(instance, application, clock):
    """Clients of two servers over one database: each has an instance of its own, as two processes have."""
    with Instance.open(instance.settings, clock) as second:
        yield [TestClient(app, base_url=ADDRESS) for app in (application, build_app(second))]


def test_account_is_locked_whichever_server_was_asked(two, account, clock):
    clock.put(MORNING + timedelta(days=50))
    name = account("sunlei")
    for at in range(FREE_FAILURES):
        answer = two[at % 2].post("/login", data={"name": name, "password": "x"})
        assert answer.status_code == 401
    for client in two:
        answer = client.post("/login", data={"name": name, "password": PASSWORD})
        assert (answer.status_code, "分钟后再登录" in answer.text) == (401, True)
    clock.advance(timedelta(minutes=16))
    assert two[1].post("/login", data={"name": name, "password": PASSWORD}).status_code == 200


@pytest.mark.parametrize(
    ("path", "fields", "most", "refused"),
    [
        ("/login", {"name": "nobody", "password": "x"}, 60, 401),
        ("/p/follow", {"code": "00000-00000"}, 20, 404),
        ("/p/rate", {"code": "00000-00000", "satisfaction": "3", "remark": ""}, 20, 404),
    ],
)
def test_guesses_are_counted_over_both_servers(two, clock, path, fields, most, refused):
    clock.put(MORNING + timedelta(days=60 + most, hours=len(path)))
    seen = [two[at % 2].post(path, data=fields).status_code for at in range(most + 2)]
    assert seen == [refused] * most + [429] * 2


def test_links_cannot_be_told_from_one_another_by_guessing(browser):
    one = browser()
    told = {one.get(f"/p/s/{letter * 43}").text for letter in "AbZ0_"}
    assert (one.status, len({re.sub(r"/p/s/\w+", "", text) for text in told})) == (404, 1)


# — floods —


def test_flood_of_applications_fills_nothing_and_keeps_nobody_out(application, instance, at_desk, clock):
    """Two hundred posts from ten addresses after five hundred from everywhere: a neighbour still applies, the staff go on working."""
    clock.put(MORNING + timedelta(days=90))
    before = {row.public_id for row in rows(instance, Application)}
    clerk = at_desk("zhangxiaofeng")

    def post(place: str, **changes: str) -> int:
        client = TestClient(application, base_url=ADDRESS, client=(place, 40_000))
        return int(client.post("/p/apply", data=answers(**changes)).status_code)

    seen = [post(f"10.0.{at % 26}.1") for at in range(26 * 20)]
    assert seen.count(200) == 500
    assert set(seen) == {200, 429}
    again = [post(f"10.1.{at % 10}.1") for at in range(200)]
    assert (again.count(200), again.count(429)) == (20, 180)
    trapped = [post(f"10.2.{at}.1", website="http://spam.example") for at in range(20)]
    assert trapped == [200] * 20
    assert clerk.get("/cases").status == 200
    assert clerk.get("/applications").status == 200
    assert post("10.3.0.1") == 200
    assert sum(row.public_id not in before for row in rows(instance, Application)) == 500 + 20 + 1


@pytest.mark.parametrize(
    ("client", "place"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("somewhere", "somewhere"),
    ],
)
def test_place_of_a_request_is_one_customers(client, place):
    assert place_of(Request({"type": "http", "client": (client, 1), "headers": []})) == place
