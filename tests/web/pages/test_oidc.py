"""Coming in by an identity provider: a small one on loopback, with keys of its own and real HTTP between."""

import base64
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

from mediation.accounts import keeping, oidc
from mediation.audit import queries as trail
from mediation.errors import InputInvalid
from mediation.settings import Oidc

CLIENT, SECRET, SUBJECT = "mediation", "s3cr3t/with+signs-and-long-enough-for-a-key", "248289761001"
KEY = RSAKey.generate_key(2048, {"kid": "one"})
STRANGE = RSAKey.generate_key(2048, {"kid": "one"})
CURVE = ECKey.generate_key("P-256", {"kid": "two"})


@dataclass
class Provider:
    """What the provider does next: whom it names, and how it signs."""

    now: Callable[[], Any]
    issuer: str = ""
    subject: str = SUBJECT
    key: Any = field(default_factory=lambda: KEY)
    alg: str = "RS256"
    changed: dict[str, Any] = field(default_factory=dict)
    described: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    redeemed: list[str] = field(default_factory=list)

    def authorize(self, address: str) -> dict[str, str]:
        """The person agrees: the query with which the browser is sent back."""
        asked = {key: values[0] for key, values in parse_qs(urlsplit(address).query).items()}
        assert (asked["response_type"], asked["client_id"], asked["scope"]) == ("code", CLIENT, "openid")
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def description(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            **self.described,
        }

    def token(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        asked = self.codes.pop(form.get("code", ""), None)
        pair = base64.b64encode(f"{CLIENT}:{quote(SECRET, safe='')}".encode()).decode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest())
        if (
            asked is None
            or authorization != f"Basic {pair}"
            or challenge.rstrip(b"=").decode() != asked["code_challenge"]
            or form["redirect_uri"] != asked["redirect_uri"]
        ):
            return None
        self.redeemed.append(form["code"])
        moment = int(self.now().timestamp())
        claims = {
            "iss": self.issuer,
            "sub": self.subject,
            "aud": CLIENT,
            "iat": moment,
            "exp": moment + 300,
            "nonce": asked["nonce"],
            **self.changed,
        }
        claims = {key: value for key, value in claims.items() if value is not None}
        kid = self.key.kid if not isinstance(self.key, OctKey) else "one"
        return {"id_token": jwt.encode({"alg": self.alg, "kid": kid}, claims, self.key, [self.alg])}


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            keys = KeySet([KEY, CURVE]).as_dict(private=False)
            known = {"/.well-known/openid-configuration": provider.description(), "/keys": keys}
            self._answer(known.get(self.path))

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            form = {key: value[0] for key, value in parse_qs(self.rfile.read(length).decode()).items()}
            self._answer(provider.token(form, self.headers.get("Authorization", "")))

        def _answer(self, body: Any) -> None:
            data = json.dumps(body or {"error": "invalid_grant"}).encode()
            self.send_response(200 if body else 400)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_words: Any) -> None:
            """Say nothing."""

    return Handler


@pytest.fixture
def provider(instance, clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """The provider, and an instance that knows it."""
    found = Provider(clock.now)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(found))
    found.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    secret = tmp_path / "oidc.secret"
    secret.touch(mode=0o600)
    secret.write_text(SECRET + "\n", encoding="utf-8")
    settings = replace(instance.settings, oidc=Oidc(found.issuer, CLIENT, secret))
    monkeypatch.setattr(instance, "settings", settings)
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def bound(instance, clock, account, provider) -> str:
    """An account to which the subject is bound."""
    name = account("taochunsheng")
    with instance.database.writing() as session:
        found = keeping.named(session, name)
        keeping.bind(session, found.public_id, f"{provider.issuer} {SUBJECT}", clock.now(), by="test")
    return name


def begun(one, to="/me"):
    """Where the provider is asked."""
    answer = one.client.get(f"/login/oidc?to={to}", follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def came_back(one, query):
    return one._took(one.client.get("/login/oidc/back", params=query))


def test_bound_subject_comes_in_as_its_account(instance, browser, provider, bound):
    one = browser()
    assert one.get("/login").says("用统一身份登录")
    came_back(one, provider.authorize(begun(one)))
    assert (one.status, one.address, one.says("陶春生")) == (200, "/me", True)
    assert provider.redeemed == ["code-0"]
    with instance.database.reading() as session:
        last = trail.events_of(session, "instance")[-1]
    assert (last.act, last.actor) == ("account.entered", bound)
    assert one.get("/cases").status == 200


def test_keys_of_a_curve_are_known_too(browser, provider, bound):
    provider.key, provider.alg = CURVE, "ES256"
    one = browser()
    assert came_back(one, provider.authorize(begun(one))).address == "/me"


def test_unknown_subject_gets_no_account_and_is_told_its_number(instance, browser, provider):
    provider.subject = "somebody-else"
    with instance.database.reading() as session:
        before = len(keeping.lines(session))
    one = browser()
    came_back(one, provider.authorize(begun(one)))
    assert (one.status, one.says("还没有绑定账号", "somebody-else")) == (401, True)
    assert one.get("/me").says("登录名")
    with instance.database.reading() as session:
        assert len(keeping.lines(session)) == before


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("key", STRANGE),
        ("alg", "HS256"),
        ("changed", {"aud": "another"}),
        ("changed", {"aud": [CLIENT, "another"]}),
        ("changed", {"iss": "https://another.example"}),
        ("changed", {"nonce": "of another login"}),
        ("changed", {"nonce": None}),
        ("changed", {"exp": 1}),
        ("changed", {"exp": None}),
        ("changed", {"sub": None}),
        ("changed", {"sub": ""}),
        ("described", {"issuer": "https://another.example"}),
        ("described", {"token_endpoint": "http://192.0.2.1/token"}),
    ],
)
def test_token_that_is_not_for_this_login_is_refused(browser, provider, bound, name, value):
    one = browser()
    query = provider.authorize(begun(one))
    setattr(provider, name, value)
    if value == "HS256":  # signed with what the client knows: not what the provider published
        provider.key = OctKey.import_key(SECRET)
    came_back(one, query)
    assert (one.status, one.says("没有通过")) == (401, True)
    assert one.get("/me").says("登录名")


def test_answer_of_another_browser_or_state_is_refused(browser, provider, bound):
    one, other = browser(), browser()
    query = provider.authorize(begun(one))
    assert came_back(other, query).status == 401
    assert came_back(one, {**query, "state": "made up"}).status == 401
    one = browser()
    query = provider.authorize(begun(one))
    assert came_back(one, {**query, "iss": "https://another.example"}).status == 401
    assert came_back(browser(), {"error": "access_denied"}).status == 401
    assert provider.redeemed == []


def test_code_works_once_and_only_within_minutes(browser, provider, bound, clock):
    one = browser()
    query = provider.authorize(begun(one))
    came_back(one, query)
    assert came_back(one, query).status == 401
    two = browser()
    query = provider.authorize(begun(two))
    clock.put(clock.now().replace(minute=59))
    assert came_back(two, query).says("登录用的时间太长")


def test_closed_account_stays_closed(instance, browser, provider, bound, clock):
    with instance.database.writing() as session:
        found = keeping.named(session, bound).public_id
        keeping.disable(session, found, clock.now(), by="test")
    one = browser()
    came_back(one, provider.authorize(begun(one)))
    assert (one.status, one.says("这个账号已停用")) == (401, True)
    with instance.database.writing() as session:
        keeping.enable(session, found, clock.now(), by="test")


def test_administrator_binds_and_takes_away(instance, browser, account, provider, clock):
    name, admin = account("liangjing"), browser().log_in(account("system-test", "system"))
    with instance.database.reading() as session:
        found = keeping.named(session, name).public_id
    path = f"/admin/accounts/{found}/bind"
    admin.get("/admin/accounts").post(path, {"subject": "subject-7"})
    assert admin.says("已绑定统一身份")
    other = f"/admin/accounts/{_id_of(instance, account('qianxiaoyun'))}/bind"
    assert admin.get("/admin/accounts").post(other, {"subject": "subject-7"}).status == 422
    provider.subject = "subject-7"
    one = browser()
    assert came_back(one, provider.authorize(begun(one))).address == "/me"
    assert admin.get("/admin/accounts").post(path, {"subject": ""}).says("已解除统一身份的绑定")
    again = browser()
    assert came_back(again, provider.authorize(begun(again))).status == 401
    with instance.database.reading() as session:
        acts = [one.act for one in trail.events_of(session, "instance")]
    tied = [act for act in acts if act in {"account.bound", "account.unbound"}]
    assert tied[-2:] == ["account.bound", "account.unbound"]


def test_without_a_provider_there_is_no_such_page(browser):
    one = browser().get("/login")
    assert not one.says("用统一身份登录")
    assert [one.get(path).status for path in ("/login/oidc", "/login/oidc/back")] == [404, 404]


def test_half_a_setting_is_refused_with_all_that_is_wrong(instance, tmp_path):
    open_to_all = tmp_path / "secret"
    open_to_all.write_text("x", encoding="utf-8")
    open_to_all.chmod(0o644)
    wrong = replace(instance.settings, oidc=Oidc("http://login.example", "", open_to_all))
    with pytest.raises(InputInvalid) as refused:
        oidc.settings_of(wrong)
    assert [one.key for one in refused.value.problems] == [
        "MEDIATION_OIDC_ISSUER",
        "MEDIATION_OIDC_CLIENT_ID",
        "MEDIATION_OIDC_SECRET_FILE",
    ]
    assert oidc.settings_of(replace(instance.settings, oidc=None)) is None


def _id_of(instance, name):
    with instance.database.reading() as session:
        return keeping.named(session, name).public_id
