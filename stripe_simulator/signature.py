"""The `Stripe-Signature` header."""

from __future__ import annotations

import hashlib
import hmac


def sign(payload: bytes, secrets: list[str], timestamp: int) -> str:
    """Return `t=…,v1=…` with one v1 for each secret; the timestamp is in Unix seconds."""
    signed = str(timestamp).encode() + b"." + payload
    parts = [f"t={timestamp}"]
    parts += [
        "v1=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets
    ]
    return ",".join(parts)
