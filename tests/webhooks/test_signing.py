"""Signatures as Standard Webhooks has them: its own example, and what a receiver would compute."""

import base64
import hashlib
import hmac

import pytest

from mediation.webhooks.signing import new_secret, signed_headers


def test_signature_of_a_known_message_is_the_known_one():
    # The example that the libraries of Standard Webhooks are tested with.
    headers = signed_headers(
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_two_secrets_sign_side_by_side_the_newest_first():
    old, new = new_secret(), new_secret()
    both = signed_headers([new, old], "m", 1, b"{}")["webhook-signature"].split(" ")
    expected = [
        "v1," + base64.b64encode(hmac.new(_bytes(one), b"m.1.{}", hashlib.sha256).digest()).decode()
        for one in (new, old)
    ]
    assert both == expected


def test_secrets_are_256_bits_and_never_the_same():
    made = {new_secret() for _one in range(20)}
    assert len(made) == 20
    assert {len(_bytes(one)) for one in made} == {32}


@pytest.mark.parametrize("changed", [("n", 1, b"{}"), ("m", 2, b"{}"), ("m", 1, b"{ }")])
def test_id_moment_and_body_are_all_signed(changed):
    secret = new_secret()
    first = signed_headers([secret], "m", 1, b"{}")["webhook-signature"]
    assert signed_headers([secret], *changed)["webhook-signature"] != first


def _bytes(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix("whsec_"))
