"""What site.yaml may say of notices."""

import pytest
from pydantic import ValidationError

from mediation.sites.sending import Sending, is_near

SMS = {"url": "https://sms.example.invalid/send", "body": {"to": "{phone}"}}
MAIL = {"host": "mail.example.invalid", "sender": "a@example.invalid", "units": {"*": "b@example.invalid"}}


def judged(**channels):
    return Sending.model_validate({"channels": channels})


@pytest.mark.parametrize(
    ("channels", "where"),
    [
        ({"sms": {**SMS, "url": "http://sms.example.invalid"}}, "url"),
        ({"sms": {**SMS, "url": "https://a:b@sms.example.invalid"}}, "url"),
        ({"sms": {**SMS, "url": "ftp://sms.example.invalid"}}, "url"),
        ({"sms": {**SMS, "password": "x"}}, "password"),
        ({"sms": {**SMS, "body": {}}}, "body"),
        ({"email": {**MAIL, "security": "none"}}, "email"),
        ({"email": {**MAIL, "user": "u"}}, "email"),
        ({"email": {**MAIL, "sender": "nobody"}}, "sender"),
        ({"webhook": {"style": "dingtalk", "units": {"*": "robot"}}}, "webhook"),
        ({"webhook": {"style": "wecom", "units": {"*": "https://a"}}}, "*"),
        ({"pigeon": {}}, "pigeon"),
    ],
)
def test_what_is_unsafe_or_unknown_is_refused(channels, where):
    with pytest.raises(ValidationError) as caught:
        judged(**channels)
    assert [error["loc"][-1] for error in caught.value.errors()] == [where]


def test_hours_are_in_order():
    with pytest.raises(ValidationError):
        Sending.model_validate({"hours": {"begin": 9, "end": 9}})


def test_what_is_near_may_go_unencrypted():
    hosts = ["127.0.0.1", "localhost", "10.1.2.3", "192.168.0.1", "8.8.8.8", "example.invalid", "::1"]
    assert [is_near(host) for host in hosts] == [True, True, True, True, False, False, True]
    judged(
        sms={**SMS, "url": "http://10.1.2.3:8080/send"},
        email={**MAIL, "host": "10.0.0.1", "security": "none"},
    )
