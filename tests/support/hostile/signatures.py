"""Requests to /internal that no service signed, or signed for something else, or sent before."""

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from http_message_signatures import HTTPMessageSigner, HTTPSignatureKeyResolver, algorithms

from app.http.auth.signatures import COVERED, Message
from tests.support.hostile.attack import SCOPES, Attack, Header, bearer
from tests.support.service import OTHER_TENANT

PATH = "/internal/v1/distributions"
URL = f"http://payments.example{PATH}"
SECRET = "0123456789abcdef0123456789abcdef"
RETIRED = "fedcba9876543210fedcba9876543210"
KEYS = f"orders:{SECRET},old/retired:{RETIRED}"
DOCUMENT = {
    "orderId": "order-1",
    "paymentIntentId": "pi_nobody_has",
    "chargeId": "ch_nobody_has",
    "totalAmount": 1_000,
    "transfers": [
        {
            "stripeAccountId": "acct_1",
            "amount": 1_000,
            "recipientType": "venue",
            "recipientId": "venue-1",
        }
    ],
}
BODY = json.dumps(DOCUMENT).encode()


class _Secret(HTTPSignatureKeyResolver):
    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def resolve_public_key(self, key_id: str) -> bytes:
        return self._secret

    def resolve_private_key(self, key_id: str) -> bytes:
        return self._secret


def _signed(
    *,
    secret: str = SECRET,
    url: str = URL,
    method: str = "POST",
    body: bytes = BODY,
    covered: tuple[str, ...] = COVERED,
    **options: Any,
) -> dict[str, Header]:
    """Headers of a request; good ones unless told otherwise."""
    message = Message(method, url, {"Authorization": str(bearer()["Authorization"])})
    signer = HTTPMessageSigner(
        signature_algorithm=algorithms.HMAC_SHA256, key_resolver=_Secret(secret)
    )
    given = {"key_id": "orders", "nonce": f"nonce-{time.monotonic_ns()}", "label": "sig1"} | options
    signer.sign(message, covered_component_ids=covered, body=body, **given)
    return dict(message.headers)


def _attack(name: str, code: str, headers: Mapping[str, Header], status: int = 401) -> Attack:
    return Attack(name, status, code, PATH, BODY, headers=headers)


def _ago(seconds: int) -> datetime:
    return datetime.now(UTC) - timedelta(seconds=seconds)


def attacks() -> tuple[Attack, ...]:
    """Made when they are sent: a signature is old after five minutes."""
    good, again, required = _signed(), _signed(), "signature_required"
    forged = {
        "another secret": _signed(secret="x" * 32),
        "an unknown key": _signed(key_id="nobody"),
        "a key that was withdrawn": _signed(secret=RETIRED, key_id="old"),
        "an hour old": _signed(created=_ago(3_600)),
        "an hour ahead": _signed(created=_ago(-3_600)),
        "expired by its own word": _signed(created=_ago(20), expires=_ago(10)),
        "a short nonce": _signed(nonce="short"),
        "a nonce of 300 characters": _signed(nonce="n" * 300),
        "another body": _signed(body=BODY.replace(b"1000", b"9000")),
        "another path": _signed(url=f"{URL}/1"),
        "another host": _signed(url=URL.replace("payments", "evil")),
        "another query": _signed(url=f"{URL}?a=1"),
        "another method": _signed(method="GET"),
        "another token under it": good | bearer(SCOPES, OTHER_TENANT),
        "no digest": good | {"Content-Digest": None},
        "a digest of nothing": good | {"Content-Digest": "sha-256=:AAAA:"},
        "a digest nobody uses": good | {"Content-Digest": "md5=:AAAA:"},
        "a signature of nothing": good | {"Signature": "sig1=::"},
        "another label": good | {"Signature": str(good["Signature"]).replace("sig1", "sig2")},
        "two signatures": good | {"Signature": [str(good["Signature"])] * 2},
        "an input that is no list": good | {"Signature-Input": "sig1"},
        "3,000 characters": good | {"Signature": f"sig1=:{'A' * 3_000}:"},
    }
    return (
        _attack("none", required, {}),
        _attack("only an input", required, good | {"Signature": None}),
        _attack("only a signature", required, good | {"Signature-Input": None}),
        _attack("no token under a good one", "unauthenticated", good | {"Authorization": None}),
        *(_attack(name, "signature_invalid", headers) for name, headers in forged.items()),
        *(
            _attack(
                f"without {one} in it",
                "signature_invalid",
                _signed(covered=tuple(c for c in COVERED if c != one)),
            )
            for one in COVERED
            if one != "content-digest"  # the library adds it where there is a body
        ),
        _attack("a good one for what nobody has", "not_found", _signed(), 404),
        Attack(
            "sent twice",
            409,
            "replayed_request",
            PATH,
            BODY,
            headers=again,
            first=Attack("sent once", 404, "not_found", PATH, BODY, headers=again),
        ),
        Attack("read without", 401, required, f"{PATH}/<unknown>", None, method="GET"),
    )
