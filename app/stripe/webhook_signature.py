"""Whether a webhook comes from Stripe."""

import hmac
from collections.abc import Sequence

SIGNATURE_TOLERANCE_SECONDS = 300
MAX_SIGNATURE_CHARS = 4096


def verify_signature(header: str | None, body: bytes, secrets: Sequence[str], now: float) -> bool:
    """Whether a webhook was signed with one of our secrets within 300 seconds of now.

    Our own check: the SDK's accepts any time in the future and takes one secret.

    Args:
        header: Stripe-Signature.
        body: the raw body.
        secrets: every active secret of this endpoint.
        now: seconds since the epoch.
    """
    if not header or len(header) > MAX_SIGNATURE_CHARS or not header.isascii():
        return False
    parts = [part.strip().partition("=") for part in header.split(",")]
    times = [value for name, _, value in parts if name == "t"]
    given = [value.encode() for name, _, value in parts if name == "v1"]
    if len(times) != 1 or not times[0].isdigit() or len(times[0]) > len("99999999999"):
        return False
    if abs(now - int(times[0])) > SIGNATURE_TOLERANCE_SECONDS:
        return False
    signed = times[0].encode() + b"." + body
    for secret in secrets:
        expected = hmac.digest(secret.encode(), signed, "sha256").hex().encode()
        if any(hmac.compare_digest(expected, one) for one in given):
            return True
    return False
