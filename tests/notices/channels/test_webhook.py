"""Group robots, against a server that listens; signatures are counted anew."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from mediation.clock import SetClock
from mediation.errors import SendingFailed, SendingRefused
from mediation.notices.channels import Message
from mediation.notices.channels.webhook import WebhookChannel
from mediation.notices.readers import Reader
from mediation.settings import embedded_settings
from mediation.sites.sending import WebhookSaid
from tests.notices.conftest import sms_gateway

__all__ = ["sms_gateway"]

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
MESSAGE = Message("m1", "overdue", "urgent", "办理超时", "第一段。\n第二段。", NOW)


@pytest.fixture
def open_channel(tmp_path, sms_gateway, monkeypatch):
    monkeypatch.setenv("MEDIATION_SECRET_ROBOT", f"{sms_gateway.url}/cgi-bin/send?key=k")
    monkeypatch.setenv("MEDIATION_SECRET_SIGN", "SECgeheim")

    def opened(style, **more):
        said = WebhookSaid.model_validate({"style": style, "units": {"su": "robot"}, **more})
        return WebhookChannel(said, embedded_settings(tmp_path), SetClock(NOW))

    return opened


def test_wecom_gets_a_text(open_channel, sms_gateway):
    open_channel("wecom").send("robot", MESSAGE)
    [taken] = sms_gateway.taken
    assert taken.path == "/cgi-bin/send?key=k"
    assert taken.said == {"msgtype": "text", "text": {"content": "办理超时\n第一段。\n第二段。"}}


def test_dingtalk_is_signed(open_channel, sms_gateway):
    open_channel("dingtalk", signing="sign").send("robot", MESSAGE)
    [taken] = sms_gateway.taken
    query = parse_qs(urlsplit(taken.path).query)
    stamp = str(int(NOW.timestamp() * 1000))
    whole = hmac.new(b"SECgeheim", f"{stamp}\nSECgeheim".encode(), hashlib.sha256).digest()
    assert query == {"key": ["k"], "timestamp": [stamp], "sign": [base64.b64encode(whole).decode()]}


def test_plain_is_signed_over_moment_and_body(open_channel, sms_gateway):
    open_channel("plain", signing="sign").send("robot", MESSAGE)
    [taken] = sms_gateway.taken
    stamp = taken.headers["X-Mediation-Timestamp"]
    whole = hmac.new(b"SECgeheim", stamp.encode() + b"." + taken.body, hashlib.sha256).hexdigest()
    assert taken.headers["X-Mediation-Signature"] == f"sha256={whole}"
    assert (taken.said["id"], taken.said["notice"], taken.headers["Idempotency-Key"]) == (
        "m1",
        "overdue",
        "m1",
    )


@pytest.mark.parametrize("answer", [{"errcode": 45009}, {}, []])
def test_robot_that_does_not_accept_is_asked_again(open_channel, sms_gateway, answer):
    sms_gateway.answers = [(200, answer)]
    with pytest.raises(SendingFailed):
        open_channel("wecom").send("robot", MESSAGE)


def test_unit_without_a_group_has_no_address(open_channel):
    channel = open_channel("wecom")
    addresses = [channel.address(Reader(f"unit:{unit}", "unit", unit=unit)) for unit in ("su", "jia")]
    assert addresses == ["robot", ""]


@pytest.mark.parametrize(
    ("status", "answer", "kind", "why"),
    [
        (200, {"errcode": 310000}, SendingFailed, "not_accepted"),
        (200, b"<html>", SendingFailed, "unanswered"),
        (0, {}, SendingFailed, "unanswered"),
        (302, {}, SendingFailed, "redirect"),
        (500, {}, SendingFailed, "http_500"),
        (429, {}, SendingFailed, "http_429"),
        (403, {}, SendingRefused, "http_403"),
    ],
)
def test_why_it_did_not_arrive_is_told_by_a_code(open_channel, sms_gateway, status, answer, kind, why):
    sms_gateway.answers = [(status, answer)]
    with pytest.raises(SendingFailed) as failed:
        open_channel("dingtalk", signing="sign").send("robot", MESSAGE)
    assert (type(failed.value), failed.value.why) == (kind, why)
    assert len(sms_gateway.taken) == 1


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("https://{}/send", "tls"),
        ("http://nobody.invalid/send", "unknown_host"),
        ("http://127.0.0.1:9/send", "unreachable"),
    ],
)
def test_who_is_not_reached_is_told_by_a_code(open_channel, sms_gateway, monkeypatch, address, why):
    monkeypatch.setenv("MEDIATION_SECRET_ROBOT", address.format(urlsplit(sms_gateway.url).netloc))
    with pytest.raises(SendingFailed) as failed:
        open_channel("wecom").send("robot", MESSAGE)
    assert (type(failed.value), failed.value.why, sms_gateway.taken) == (SendingFailed, why, [])


def test_robot_without_its_secret_is_not_tried_again(open_channel, monkeypatch):
    channel = open_channel("wecom")
    monkeypatch.delenv("MEDIATION_SECRET_ROBOT")
    with pytest.raises(SendingRefused) as refused:
        channel.send("robot", MESSAGE)
    assert refused.value.why == "no_secret"
