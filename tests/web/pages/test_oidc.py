"""Coming in by an identity provider: a small one on loopback, with keys of its own and real HTTP between."""

import base64
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

from mediation.accounts import keeping, oidc
from mediation.audit import queries as trail
from mediation.clock import SampleClock, SystemClock
from mediation.errors import InputInvalid
from mediation.settings import Oidc
from mediation.web.pages import oidc as pages

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
    secret: str = SECRET
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
        pair = base64.b64encode(f"{CLIENT}:{quote(self.secret, safe='')}".encode()).decode()
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


def logged(caplog):
    return [record.getMessage() for record in caplog.records if record.name == "mediation.accounts"]


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
    ("name", "value", "why"),
    [
        ("key", STRANGE, "id_token: BadSignatureError"),
        ("alg", "HS256", "id_token: UnsupportedAlgorithmError"),
        ("changed", {"aud": "another"}, "id_token: InvalidClaimError aud"),
        ("changed", {"aud": [CLIENT, "another"]}, "id_token: azp"),
        ("changed", {"iss": "https://another.example"}, "id_token: InvalidClaimError iss"),
        ("changed", {"nonce": "of another login"}, "id_token: InvalidClaimError nonce"),
        ("changed", {"nonce": None}, "id_token: MissingClaimError nonce"),
        ("changed", {"exp": 1}, "id_token: ExpiredTokenError exp"),
        ("changed", {"iat": 4_000_000_000}, "id_token: InvalidClaimError iat"),
        ("changed", {"exp": None}, "id_token: MissingClaimError exp"),
        ("changed", {"sub": None}, "id_token: MissingClaimError sub"),
        ("changed", {"sub": ""}, "id_token: InvalidClaimError sub"),
        ("changed", {"sub": "x" * 256}, "id_token: sub"),
        ("changed", {"sub": "某人"}, "id_token: sub"),
        ("described", {"issuer": "https://another.example"}, "discovery: another issuer"),
        ("described", {"token_endpoint": "http://192.0.2.1/token"}, "discovery: token_endpoint is not https"),
        ("described", {"jwks_uri": "https://127.0.0.1:1/keys"}, "keys: ConnectionRefusedError"),
        ("secret", "changed at the provider", "token: HTTP 400 invalid_grant"),
    ],
)
def test_token_that_is_not_for_this_login_is_refused(browser, provider, bound, caplog, name, value, why):
    one = browser()
    query = provider.authorize(begun(one))
    setattr(provider, name, value)
    if value == "HS256":  # signed with what the client knows: not what the provider published
        provider.key = OctKey.import_key(SECRET)
    came_back(one, query)
    assert (one.status, one.says("没有通过")) == (401, True)
    assert logged(caplog) == [f"login refused: provider, {why}"]
    assert one.get("/me").says("登录名")


def test_answer_of_another_browser_or_state_is_refused(browser, provider, bound, caplog):
    one, other = browser(), browser()
    query = provider.authorize(begun(one))
    assert came_back(other, query).status == 401
    assert came_back(one, {**query, "state": "made up"}).status == 401
    one = browser()
    query = provider.authorize(begun(one))
    assert came_back(one, {**query, "iss": "https://another.example"}).status == 401
    assert came_back(browser(), {"error": "access_denied"}).status == 401
    assert provider.redeemed == []
    assert [one.removeprefix("login refused: provider, answer: ") for one in logged(caplog)] == [
        "no login begun in this browser",
        "state of another login",
        "another issuer",
        "no login begun in this browser",
    ]


@pytest.mark.parametrize(
    ("error", "why", "said"),
    [
        ("access_denied", "access_denied", "您在那边选了拒绝"),
        ("server_error", "server_error", "没有通过"),
        ("x\nlogin refused: 13800000000", "no code", "没有通过"),
    ],
)
def test_person_who_refused_there_is_told_so_and_no_strange_word_is_logged(
    browser, provider, caplog, error, why, said
):
    one = browser()
    state = provider.authorize(begun(one))["state"]
    came_back(one, {"state": state, "error": error})
    assert (one.status, one.says(said)) == (401, True)
    assert logged(caplog) == [f"login refused: provider, answer: {why}"]


def test_provider_that_does_not_answer_is_logged(browser, provider, instance, monkeypatch, caplog):
    gone = replace(instance.settings.oidc, issuer="http://127.0.0.1:1")
    monkeypatch.setattr(instance, "settings", replace(instance.settings, oidc=gone))
    assert browser().get("/login/oidc").status == 401
    assert logged(caplog) == ["login refused: provider, discovery: ConnectionRefusedError"]


def test_logins_that_succeed_keep_nobody_behind_the_same_address_out(browser, provider, bound, clock):
    clock.advance(timedelta(days=50))  # into a window of its own
    for _time in range(61):
        one = browser()
        assert came_back(one, provider.authorize(begun(one))).address == "/me"
    statuses = [browser().get("/login/oidc/back").status for _time in range(61)]
    assert statuses == [401] * 60 + [429]
    for path in ("/login/oidc?to=/cases", "/login/oidc/back"):
        one = browser().get(path)
        assert (one.status, one.says("试的次数太多了")) == (429, True)
        assert 'name="password"' in one.text
    assert one.log_in(bound).get("/me").says("陶春生")


def test_provider_is_not_called_without_end_and_who_is_there_comes_back(
    browser, provider, bound, clock, monkeypatch
):
    clock.advance(timedelta(days=60))
    monkeypatch.setitem(pages._MOST, pages._BEGUN, 3)
    one = browser()
    addresses = [begun(one) for _time in range(3)]
    assert browser().get("/login/oidc").status == 429
    assert came_back(one, provider.authorize(addresses[-1])).address == "/me"


def test_sample_believes_a_provider_that_lives_today(browser, provider, bound, instance, monkeypatch):
    monkeypatch.setattr(instance, "clock", SampleClock(instance.clock.now()))
    provider.now = SystemClock().now
    one = browser()
    assert came_back(one, provider.authorize(begun(one))).says("陶春生")


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


@pytest.mark.parametrize("subject", ["x" * 256, "a b\nc", "某人"])
def test_subject_that_no_provider_can_name_is_not_bound(instance, browser, account, provider, subject):
    found = _id_of(instance, account("liangjing"))
    admin = browser().log_in(account("system-test", "system")).get("/admin/accounts")
    admin.post(f"/admin/accounts/{found}/bind", {"subject": subject})
    assert (admin.status, admin.says("统一身份编号最多 255 个字符")) == (422, True)
    with instance.database.reading() as session:
        assert keeping.found(session, found).oidc_subject is None


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
