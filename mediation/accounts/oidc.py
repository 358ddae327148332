"""Coming in by an identity provider: OpenID Connect Core 1.0, authorization code flow with PKCE (RFC 7636), state and nonce.

An extra, off unless the instance names issuer, client and secret. What the provider says is believed only of a subject that an
administrator has bound to an account; nothing is looked up by name or mail, and no account is made.
"""

import base64
import hashlib
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import ip_address
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from joserfc import jwt
from joserfc.errors import ClaimError, JoseError
from joserfc.jwk import KeySet

from mediation.accounts.keeping import is_subject
from mediation.crypto import Keyring
from mediation.errors import InputInvalid, MediationError, Problem, StorageError
from mediation.ids import new_token
from mediation.language import _
from mediation.settings import Oidc, Settings

MOST_MINUTES = 10
_ALGORITHMS = ["RS256", "PS256", "ES256"]
_KIND = "oidc login"
_SECONDS = 10
_MOST_ANSWER = 512 * 1024
_OK = 200
_LEEWAY = 60
_OTHERS = 0o077
_DENIED = "access_denied"
_CODES = frozenset(
    {
        "invalid_request",
        "invalid_client",
        "invalid_grant",
        "unauthorized_client",
        "unsupported_grant_type",
        "unsupported_response_type",
        "invalid_scope",
        "server_error",
        "temporarily_unavailable",
        "interaction_required",
        "login_required",
        "account_selection_required",
        "consent_required",
        _DENIED,
    }
)
"""Errors by which a provider says why (RFC 6749 §4.1.2.1 and §5.2; OpenID Connect Core 1.0, 3.1.2.6). No other is logged."""


class NotRecognized(MediationError):
    """统一身份认证没有通过，请再试一次，或者用登录名和密码登录。"""

    def __init__(self, why: str, message: str | None = None) -> None:
        self.why = why
        """For the log: what kind of thing was wrong, never what came of the person."""
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Begun:
    """A login under way: where to go, and what the browser keeps meanwhile, sealed."""

    address: str
    sealed: str


def settings_of(settings: Settings) -> Oidc | None:
    """The instance's provider; None if it has none. Raises InputInvalid with all that is wrong with what is set."""
    said = settings.oidc
    if said is None:
        return None
    problems = []
    if not said.issuer or not _is_safe(said.issuer):
        problems.append(Problem(_("统一身份认证的地址应当是 https://…"), key="MEDIATION_OIDC_ISSUER"))
    if not said.client_id:
        problems.append(Problem(_("缺少客户端编号"), key="MEDIATION_OIDC_CLIENT_ID"))
    fault = _secret_fault(said)
    if fault:
        problems.append(Problem(fault, key="MEDIATION_OIDC_SECRET_FILE"))
    if problems:
        raise InputInvalid(problems)
    return said


def set_out(said: Oidc, keyring: Keyring, back: str, to: str, now: datetime) -> Begun:
    """Begin a login that returns to `back` and goes on to `to`. Raises NotRecognized if the provider does not answer."""
    found = _discovered(said)
    kept = {"state": new_token(), "nonce": new_token(), "verifier": new_token() + new_token(), "to": to}
    challenge = base64.urlsafe_b64encode(hashlib.sha256(kept["verifier"].encode()).digest()).rstrip(b"=")
    query = {
        "response_type": "code",
        "client_id": said.client_id,
        "redirect_uri": back,
        "scope": "openid",
        "state": kept["state"],
        "nonce": kept["nonce"],
        "code_challenge": challenge.decode(),
        "code_challenge_method": "S256",
    }
    address = str(found["authorization_endpoint"])
    words = json.dumps({**kept, "until": (now + timedelta(minutes=MOST_MINUTES)).timestamp()})
    sealed = base64.urlsafe_b64encode(keyring.encrypt(words.encode(), _KIND)).decode()
    return Begun(f"{address}{'&' if '?' in address else '?'}{urlencode(query)}", sealed)


def finish(
    said: Oidc, keyring: Keyring, sealed: str, answer: Mapping[str, str], back: str, now: datetime
) -> tuple[str, str]:
    """The subject, as accounts are bound to it, and where to go on. Raises NotRecognized whatever is wrong."""
    kept = _opened(keyring, sealed, now)
    if answer.get("state") != kept["state"]:
        raise NotRecognized("answer: state of another login")
    if answer.get("iss", said.issuer) != said.issuer:  # RFC 9207
        raise NotRecognized("answer: another issuer")
    if not answer.get("code"):
        raise _refused_there(answer.get("error", ""))
    found = _discovered(said)
    given = _tokens(said, found, answer["code"], kept["verifier"], back)
    claims = _claims(said, _asked("keys", str(found["jwks_uri"])), given.get("id_token"), kept["nonce"], now)
    return subject_of(said, str(claims["sub"])), str(kept["to"])


def subject_of(said: Oidc, subject: str) -> str:
    """As it is kept with an account: a subject means nothing without its issuer."""
    return f"{said.issuer} {subject}"


def _opened(keyring: Keyring, sealed: str, now: datetime) -> dict[str, Any]:
    try:
        kept: dict[str, Any] = json.loads(keyring.decrypt(base64.urlsafe_b64decode(sealed), _KIND))
    except (ValueError, StorageError):
        raise NotRecognized("answer: no login begun in this browser") from None
    if now.timestamp() > kept["until"]:
        raise NotRecognized("answer: too late", _("登录用的时间太长，请再试一次。"))
    return kept


def _refused_there(error: str) -> NotRecognized:
    """The provider sends somebody back without a code: it says why by a word, which may be anybody's who knows our address."""
    message = _(
        "统一身份认证没有同意这次登录：您在那边选了拒绝，或者那边没有给您开通。可以再登录一次、选同意，或者用登录名和密码登录。"
    )
    why = error if error in _CODES else "no code"
    return NotRecognized(f"answer: {why}", message if error == _DENIED else None)


def _discovered(said: Oidc) -> dict[str, Any]:
    """The provider's own description (OpenID Connect Discovery 1.0); its issuer must be the one that is trusted."""
    found = _asked("discovery", said.issuer.rstrip("/") + "/.well-known/openid-configuration")
    if found.get("issuer") != said.issuer:
        raise NotRecognized("discovery: another issuer")
    for key in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        if not _is_safe(str(found.get(key, ""))):
            raise NotRecognized(f"discovery: {key} is not https")
    return found


def _tokens(said: Oidc, found: Mapping[str, Any], code: str, verifier: str, back: str) -> dict[str, Any]:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
    ways = found.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    secret, headers = _secret(said), {}
    if "client_secret_basic" in ways:
        pair = f"{quote(said.client_id, safe='')}:{quote(secret, safe='')}".encode()
        headers["Authorization"] = "Basic " + base64.b64encode(pair).decode()
    else:
        form |= {"client_id": said.client_id, "client_secret": secret}
    return _asked("token", str(found["token_endpoint"]), form, headers)


def _claims(said: Oidc, keys: Any, token: object, nonce: str, now: datetime) -> dict[str, Any]:
    """What a token says, if it was signed by the provider for this client and this login (OpenID Connect Core 3.1.3.7)."""
    rules = jwt.JWTClaimsRegistry(
        now=lambda: int(now.timestamp()),
        leeway=_LEEWAY,
        iss={"essential": True, "value": said.issuer},
        sub={"essential": True},
        aud={"essential": True, "value": said.client_id},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": nonce},
    )
    try:
        found = jwt.decode(str(token), KeySet.import_key_set(keys), algorithms=_ALGORITHMS)
        rules.validate(found.claims)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
        claim = f" {error.claim}" if isinstance(error, ClaimError) else ""
        raise NotRecognized(f"id_token: {type(error).__name__}{claim}") from None
    claims: dict[str, Any] = dict(found.claims)
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if (several or "azp" in claims) and claims.get("azp") != said.client_id:
        raise NotRecognized("id_token: azp")
    if not isinstance(claims["sub"], str) or not is_subject(claims["sub"]):
        raise NotRecognized("id_token: sub")
    return claims


def _asked(
    what: str, url: str, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """One JSON object from the provider; no redirect is followed. Raises NotRecognized, which names `what`."""
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    sent = {"Accept": "application/json", **(headers or {})}
    body = None
    if form is not None:
        body = urlencode(form).encode()
        sent["Content-Type"] = "application/x-www-form-urlencoded"
    connection = _connection(parts.scheme, parts.hostname or "", parts.port)
    try:
        connection.request("GET" if body is None else "POST", target, body=body, headers=sent)
        answer = connection.getresponse()
        status, read = answer.status, answer.read(_MOST_ANSWER)
    except (OSError, HTTPException, ValueError) as error:
        raise NotRecognized(f"{what}: {type(error).__name__}") from None
    finally:
        connection.close()
    content = _object(read)
    if status != _OK:
        code = content.get("error") if content else None
        raise NotRecognized(
            f"{what}: HTTP {status}" + (f" {code}" if isinstance(code, str) and code in _CODES else "")
        )
    if content is None:
        raise NotRecognized(f"{what}: no JSON object")
    return content


def _object(read: bytes) -> dict[str, Any] | None:
    try:
        content = json.loads(read)
    except ValueError:
        return None
    return content if isinstance(content, dict) else None


def _connection(scheme: str, host: str, port: int | None) -> HTTPConnection:
    if scheme == "https":
        return HTTPSConnection(host, port, timeout=_SECONDS, context=ssl.create_default_context())
    return HTTPConnection(host, port, timeout=_SECONDS)


def _is_safe(url: str) -> bool:
    """Encrypted, or on this very machine."""
    try:
        parts = urlsplit(url)
        if parts.scheme == "https":
            return bool(parts.hostname)
        return parts.scheme == "http" and ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def _secret_fault(said: Oidc) -> str:
    try:
        mode = said.secret_file.stat().st_mode if said.secret_file else None
    except OSError:
        mode = None
    if mode is None:
        return _("没有这个密钥文件")
    if mode & _OTHERS:
        return _("密钥文件只能由本人读写：chmod 600 {file}").format(file=said.secret_file)
    return "" if _secret(said) else _("密钥文件是空的")


def _secret(said: Oidc) -> str:
    assert said.secret_file is not None
    return said.secret_file.read_text(encoding="utf-8").strip()
