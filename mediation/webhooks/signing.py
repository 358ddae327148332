"""Signing as Standard Webhooks 1.0.0 has it: HMAC-SHA256 over `id.timestamp.body`, in base64, behind `v1,`.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import hmac
import os
from collections.abc import Sequence
from typing import Final

PREFIX: Final = "whsec_"
_BYTES = 32


def new_secret() -> str:
    """A secret of 256 bits as the receiver keeps it: `whsec_` and base64."""
    return PREFIX + base64.b64encode(os.urandom(_BYTES)).decode()


def signed_headers(secrets: Sequence[str], message: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers of one attempt. `timestamp`: seconds since 1970, of the attempt. One signature for each secret, the newest first."""
    content = f"{message}.{timestamp}.".encode() + body
    signatures = [
        "v1," + base64.b64encode(hmac.digest(_key(secret), content, "sha256")).decode() for secret in secrets
    ]
    return {
        "webhook-id": message,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }


def _key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
