"""Group robots: 企业微信 and 钉钉 as their makers describe them, and a signed JSON of our own for any other receiver."""

import base64
import hmac
import json
from typing import Any
from urllib.parse import quote

from mediation.clock import Clock
from mediation.errors import SendingFailed
from mediation.language import _
from mediation.notices.channels.calling import post_json, unanswered
from mediation.notices.channels.interface import Message, Receipt
from mediation.notices.channels.passwords import secret_of
from mediation.notices.readers import Reader
from mediation.settings import Settings
from mediation.sites.sending import WebhookSaid

SIGNATURE, TIMESTAMP = "X-Mediation-Signature", "X-Mediation-Timestamp"


class WebhookChannel:
    """A message for a unit's group. The address is the name of the secret that is the robot's address."""

    code = "webhook"
    outward = True
    reaches = frozenset({"unit"})

    def __init__(self, said: WebhookSaid, settings: Settings, clock: Clock) -> None:
        self._said = said
        self._settings = settings
        self._clock = clock

    def address(self, reader: Reader) -> str:
        return self._said.units.get(reader.unit) or self._said.units.get("*", "")

    def send(self, address: str, message: Message) -> Receipt:
        url = secret_of(self._settings, address)
        if self._said.style == "plain":
            return self._send_plain(url, message)
        body = {"msgtype": "text", "text": {"content": f"{message.subject}\n{message.body}"}}
        if self._said.style == "dingtalk":
            url = f"{url}{'&' if '?' in url else '?'}{self._signed_query()}"
        answer = post_json(url, body, {"Idempotency-Key": message.id})
        if answer is None:
            raise unanswered()
        code = answer.get("errcode") if isinstance(answer, dict) else None
        if code != 0:
            told = _("群机器人没有接受：errcode {code}")
            raise SendingFailed(told.format(code=code), "not_accepted")
        return Receipt()

    def _send_plain(self, url: str, message: Message) -> Receipt:
        body: dict[str, Any] = {
            "id": message.id,
            "notice": message.notice,
            "urgency": message.urgency,
            "subject": message.subject,
            "text": message.body,
        }
        data = json.dumps(body, ensure_ascii=False, sort_keys=True).encode()
        stamp = str(self._milliseconds())
        headers = {
            "Idempotency-Key": message.id,
            TIMESTAMP: stamp,
            SIGNATURE: "sha256=" + hmac.digest(self._signing(), stamp.encode() + b"." + data, "sha256").hex(),
        }
        post_json(url, data, headers)
        return Receipt()

    def _signed_query(self) -> str:
        """As 钉钉 wants it: HMAC-SHA-256 over the moment, a line feed and the secret, keyed by the secret."""
        stamp, secret = self._milliseconds(), self._signing()
        signature = base64.b64encode(hmac.digest(secret, f"{stamp}\n".encode() + secret, "sha256"))
        return f"timestamp={stamp}&sign={quote(signature.decode(), safe='')}"

    def _signing(self) -> bytes:
        assert self._said.signing is not None  # the site's file was refused otherwise
        return secret_of(self._settings, self._said.signing).encode()

    def _milliseconds(self) -> int:
        return int(self._clock.now().timestamp() * 1000)
