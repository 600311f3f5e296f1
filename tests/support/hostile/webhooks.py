"""OWASP API10: events that Stripe did not send, or that were sent to somebody else."""

import json
import time

import stripe

from tests.support.hostile.attack import Attack, Header
from tests.support.service import CONNECT_SECRET, PLATFORM_SECRET

PLATFORM, CONNECT = "/webhooks/stripe", "/webhooks/stripe/connect"
BODY = json.dumps(
    {
        "id": "evt_forged",
        "object": "event",
        "type": "payment_intent.succeeded",
        "data": {"object": {"id": "pi_1", "object": "payment_intent", "amount": 1}},
    }
).encode()


def _sign(body: bytes = BODY, secret: str = PLATFORM_SECRET, shift: int = 0) -> str:
    signed: str = stripe.WebhookSignature.generate_signature_header(
        body.decode("latin-1"), secret, int(time.time()) + shift
    )
    return signed


GOOD = _sign()
T, V1 = GOOD.split(",")
HEX = V1.removeprefix("v1=")

SIGNATURES: dict[str, Header] = {
    "none": None,
    "empty": "",
    "only a time": T,
    "only a signature": V1,
    "nothing between the commas": ",,,",
    "of another secret": _sign(secret="whsec_another_secret_0000"),
    "of the other endpoint": _sign(secret=CONNECT_SECRET),
    "of another body": _sign(BODY + b" "),
    "an hour old": _sign(shift=-3_600),
    "an hour ahead": _sign(shift=3_600),
    "301 seconds old": _sign(shift=-301),
    "the time changed": GOOD.replace("t=1", "t=2", 1),
    "two times": f"{T},{T},{V1}",
    "a time below zero": f"t=-1,{V1}",
    "a time with an exponent": f"t=1e9,{V1}",
    "a time of Arabic digits": f"t=١٧٦٣٩٣٧٧٥٩,{V1}",
    "a time of 400 digits": "t=" + "9" * 400 + f",{V1}",
    "scheme v0": f"{T},v0={HEX}",
    "scheme V1": f"{T},V1={HEX}",
    "cut": f"{T},v1={HEX[:-1]}",
    "in capitals": f"{T},v1={HEX.upper()}",
    "a digest that is empty": f"{T},v1=",
    "five thousand characters": f"{T}," + ",".join(["v1=" + "0" * 64] * 75),
    "bytes that are not ASCII": b"t=1,v1=\xff\xfe",
}

ATTACKS = (
    *(
        Attack(
            f"a signature: {name}",
            400,
            "invalid_signature",
            PLATFORM,
            BODY,
            headers={"Stripe-Signature": header, "Authorization": None},
        )
        for name, header in SIGNATURES.items()
    ),
    Attack("a bearer token instead", 400, "invalid_signature", PLATFORM, BODY),
    Attack(
        "platform's event at Connect's endpoint",
        400,
        "invalid_signature",
        CONNECT,
        BODY,
        headers={"Stripe-Signature": GOOD},
    ),
    Attack(
        "256 KiB and one",
        413,
        "payload_too_large",
        PLATFORM,
        b" " * (256 * 1024 + 1),
        headers={"Stripe-Signature": GOOD},
    ),
    Attack(
        "compressed",
        415,
        "unsupported_media_type",
        PLATFORM,
        BODY,
        headers={"Stripe-Signature": GOOD, "Content-Encoding": "gzip"},
    ),
    Attack("read by GET", 405, "method_not_allowed", PLATFORM, None, method="GET"),
    Attack("an endpoint nobody made", 404, "not_found", f"{PLATFORM}/acct_1", BODY),
)
