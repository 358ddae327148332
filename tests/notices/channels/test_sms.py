"""Text messages, against a gateway that listens."""

import time
from datetime import UTC, datetime

import pytest

from mediation.errors import SendingFailed, SendingRefused
from mediation.notices.channels import Message, calling
from mediation.notices.channels.sms import SmsChannel
from mediation.settings import embedded_settings
from mediation.sites.sending import SmsSaid
from tests.notices.conftest import sms, sms_gateway

__all__ = ["sms_gateway"]

MESSAGE = Message(
    "m1", "overdue", "normal", "主题", "第一段。\n第二段“{phone}”。", datetime(2026, 3, 2, tzinfo=UTC)
)


def channel(tmp_path, url, **more):
    return SmsChannel(SmsSaid.model_validate(sms(url, **more)), embedded_settings(tmp_path))


def test_body_is_filled_in_at_any_depth_and_words_are_not_read_again(tmp_path, sms_gateway):
    body = {"messages": [{"to": "{phone}", "text": "【示例】{text}", "n": 1, "other": "{unknown}"}]}
    channel(tmp_path, sms_gateway.url, body=body).send("13900000001", MESSAGE)
    [taken] = sms_gateway.taken
    text = "【示例】第一段。第二段“{phone}”。"
    assert taken.said == {"messages": [{"to": "13900000001", "text": text, "n": 1, "other": "{unknown}"}]}


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (500, SendingFailed),
        (503, SendingFailed),
        (429, SendingFailed),
        (302, SendingFailed),
        (400, SendingRefused),
        (404, SendingRefused),
    ],
)
def test_status_says_whether_it_is_tried_again(tmp_path, sms_gateway, status, error):
    sms_gateway.answers = [(status, {})]
    with pytest.raises(SendingFailed) as caught:
        channel(tmp_path, sms_gateway.url).send("13900000001", MESSAGE)
    assert type(caught.value) is error
    assert len(sms_gateway.taken) == 1


@pytest.mark.parametrize("answer", [{"code": 7}, {}, [], "0"])
def test_answer_must_say_that_it_was_accepted(tmp_path, sms_gateway, answer):
    sms_gateway.answers = [(200, answer)]
    with pytest.raises(SendingFailed):
        channel(tmp_path, sms_gateway.url, accept={"code": "0"}).send("13900000001", MESSAGE)


def test_answer_that_says_so_is_enough(tmp_path, sms_gateway):
    sms_gateway.answers = [(200, {"code": 0})]
    channel(tmp_path, sms_gateway.url, accept={"code": "0"}).send("13900000001", MESSAGE)


def test_nobody_listening_is_tried_again(tmp_path):
    with pytest.raises(SendingFailed) as caught:
        channel(tmp_path, "http://127.0.0.1:9").send("13900000001", MESSAGE)
    assert type(caught.value) is SendingFailed


def test_answer_that_drips_is_cut_off(tmp_path, sms_gateway, monkeypatch):
    monkeypatch.setattr(calling, "BUDGET", 0.5)
    sms_gateway.drip, sms_gateway.answers = 0.1, [(200, b"x" * 400)]
    began = time.monotonic()
    with pytest.raises(SendingFailed) as caught:
        channel(tmp_path, sms_gateway.url, accept={"code": "0"}).send("13900000001", MESSAGE)
    assert caught.value.why == "unanswered"
    assert time.monotonic() - began < 30  # forty seconds, if it were let finish


def test_secret_comes_from_a_file_that_nobody_else_can_read(tmp_path, sms_gateway, monkeypatch):
    settings = embedded_settings(tmp_path)
    settings.secrets_file.parent.mkdir(parents=True)
    with_secret = channel(tmp_path, sms_gateway.url, secret="sms", headers={"X-Key": "{secret}"})
    with pytest.raises(SendingRefused, match="MEDIATION_SECRET_SMS"):
        with_secret.send("1", MESSAGE)
    settings.secrets_file.write_text('{"sms": "geheim"}')
    settings.secrets_file.chmod(0o644)
    with pytest.raises(SendingRefused, match="chmod 600"):
        with_secret.send("1", MESSAGE)
    settings.secrets_file.chmod(0o600)
    settings.secrets_file.write_text('{"sms": "geheim", "sms": "anders"}')
    with pytest.raises(SendingRefused, match="里的 sms 写了两次"):
        with_secret.send("1", MESSAGE)
    settings.secrets_file.write_text('{"sms": "geheim"}')
    with_secret.send("1", MESSAGE)
    monkeypatch.setenv("MEDIATION_SECRET_SMS", "anders")
    with_secret.send("1", MESSAGE)
    assert [taken.headers["X-Key"] for taken in sms_gateway.taken] == ["geheim", "anders"]
