"""JSON that readers disagree about, text that deceives, card numbers where there must be none."""

import gzip
import json
from typing import Any

from tests.support.hostile.attack import GOOD, Attack, get

CARD = "4242424242424242"
TEXT = json.dumps(GOOD)
REFUNDS = "/api/v1/refunds"
ACCOUNT = {
    "recipientType": "artist",
    "recipientId": "artist-1",
    "email": "a@example.org",
    "country": "US",
}


def _json(name: str, body: bytes, code: str = "invalid_json", status: int = 400) -> Attack:
    return Attack(name, status, code, body=body)


def _field(name: str, code: str = "validation_failed", **fields: Any) -> Attack:
    return Attack(name, 422, code, body=GOOD | fields)


JSON = (
    _json("no end", b"{"),
    _json("no JSON", b"amount=1"),
    _json("two documents", TEXT.encode() * 2),
    _json("a trailing comma", TEXT[:-1].encode() + b",}"),
    _json("a comment", b"/**/" + TEXT.encode()),
    _json("single quotes", TEXT.replace('"', "'").encode()),
    _json("amount twice", TEXT[:-1].encode() + b',"amount":1}'),
    _json("a key twice, once escaped", TEXT[:-1].encode() + b',"\\u0061mount":1}'),
    _json("NaN", b'{"amount":NaN}'),
    _json("Infinity", b'{"amount":-Infinity}'),
    _json("a byte order mark", b"\xef\xbb\xbf" + TEXT.encode()),
    _json("UTF-16", TEXT.encode("utf-16")),
    _json("UTF-32", TEXT.encode("utf-32-le")),
    _json("Latin-1", '{"orderId":"é"}'.encode("latin-1")),
    _json("overlong UTF-8", b'{"orderId":"\xc0\xaf"}'),
    _json("a surrogate in UTF-8", b'{"orderId":"\xed\xa0\x80"}'),
    _json("half a surrogate pair", b'{"orderId":"\\ud83d"}'),
    _json("surrogates the wrong way round", b'{"orderId":"\\ude00\\ud83d"}'),
    _json("NUL escaped", b'{"orderId":"a\\u0000b"}'),
    _json("NUL raw", b'{"orderId":"a\x00b"}'),
    _json("NUL in a key", b'{"metadata":{"a\\u0000":"b"}}'),
    _json("a raw line break in text", b'{"orderId":"a\nb"}'),
    _json("ten thousand brackets", b"[" * 10_000),
    _json("a hundred objects deep", b'{"a":' * 100 + b"1" + b"}" * 100),
    _json("five thousand digits", b'{"amount":' + b"9" * 5_000 + b"}"),
    _json("hexadecimal", b'{"amount":0x10}'),
    _json("leading zero", b'{"amount":010}'),
    _json("a list", b"[]", "validation_failed", 422),
    _json("null", b"null", "validation_failed", 422),
    _json("text", b'"text"', "validation_failed", 422),
    _json("nothing", b"", "validation_failed", 422),
    Attack("65,537 bytes", 413, "payload_too_large", body=b" " * 65_537),
    Attack(
        "a length of a terabyte",
        413,
        "payload_too_large",
        body=b"",
        headers={"Content-Length": str(2**40)},
    ),
    *(
        Attack(
            f"as {kind or 'nothing'}",
            415,
            "unsupported_media_type",
            headers={"Content-Type": kind or None},
        )
        for kind in (
            "",
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/xml",
            "application/json; charset=utf-16",
            "application/json; charset=x",
            "application/jsonp",
        )
    ),
    Attack(
        "two content types",
        400,
        "malformed_request",
        headers={"Content-Type": ["application/json", "text/xml"]},
    ),
    Attack(
        "compressed",
        415,
        "unsupported_media_type",
        body=gzip.compress(TEXT.encode()),
        headers={"Content-Encoding": "gzip"},
    ),
    Attack(
        "compressed a little",
        415,
        "unsupported_media_type",
        headers={"Content-Encoding": ["identity", "br"]},
    ),
    Attack(
        "compressed on the way",
        415,
        "unsupported_media_type",
        body=b"2\r\n{}\r\n0\r\n\r\n",
        headers={"Content-Length": None, "Transfer-Encoding": "gzip, chunked"},
    ),
    Attack(
        "no JSON, and a query",
        400,
        "invalid_json",
        "/api/v1/payments/intents?a=1",
        body=b"{",
    ),
)

TEXTS = (
    _field("turned text", orderId="a\u202eb"),
    _field("an isolate", description="\u2066a\u2069"),
    _field("a mark of direction", orderId="a\u200fb"),
    _field("an escape sequence", orderId="\x1b[31mred"),
    _field("a line break in an id", orderId="a\r\nSet-Cookie: x=1"),
    _field("a C1 control", orderId="a\x9bb"),
    _field("turned text in a key", metadata={"a\u202e": "b"}),
    _field("an empty id", orderId=""),
    _field("201 characters", orderId="x" * 201),
    _field("a description of 501", description="x" * 501),
    _field("41 keys", metadata={f"k{i}": "v" for i in range(41)}),
    _field("a key of 41 characters", metadata={"k" * 41: "v"}),
    _field("a value of 501 characters", metadata={"k": "v" * 501}),
    _field("a nested value", metadata={"k": {"k": "v"}}),
    _field("51 shares", splits=[{"recipientType": "venue", "recipientId": "v", "amount": 1}] * 51),
    _field("an address without an at", receiptEmail="nobody"),
    _field("an address with a line break", receiptEmail="a@b.example\nBcc: c@d.example"),
    _field("an address of 300 characters", receiptEmail="a" * 300 + "@b.example"),
    _field(
        "holdUntil with an offset of a day",
        escrow={
            "recipientType": "venue",
            "recipientId": "venue-1",
            "holdUntil": "2026-12-01T00:00:00+24:00",
        },
    ),
    _field(
        "holdUntil on 30 February",
        escrow={
            "recipientType": "venue",
            "recipientId": "venue-1",
            "holdUntil": "2027-02-30T00:00:00Z",
        },
    ),
    _field(
        "holdUntil in Arabic digits",
        escrow={
            "recipientType": "venue",
            "recipientId": "venue-1",
            "holdUntil": "٢٠٢٧-01-01T00:00:00Z",
        },
    ),
    _field(
        "holdUntil before time began",
        escrow={
            "recipientType": "venue",
            "recipientId": "venue-1",
            "holdUntil": "0001-01-01T00:00:00+15:00",
        },
    ),
    *(
        get(name, 422, "validation_failed", f"/api/v1/payments?{query}")
        for name, query in {
            "a limit of zero": "limit=0",
            "a limit of 101": "limit=101",
            "a limit of 1e9": "limit=1e9",
            "a limit of 5.0": "limit=5.0",
            "a limit of +5": "limit=%2B5",
            "a limit of 1_0": "limit=1_0",
            "a limit in Arabic digits": "limit=%D9%A5",
            "bytes that are not UTF-8": "orderId=%ff",
            "a limit beyond all numbers": "limit=" + "9" * 400,
            "a limit below zero": "limit=-1",
            "a parameter twice": "limit=1&limit=2",
            "an unknown parameter": "sort=amount",
            "a status nobody knows": "status=paid",
            "NUL in the query": "orderId=a%00b",
            "turned text in the query": "orderId=%E2%80%AE",
            "a time without an offset": "createdAfter=2026-01-01T00:00:00",
            "a time with a far offset": "createdAfter=2026-01-01T00:00:00%2B99:00",
            "now": "createdAfter=now",
            "infinity": "createdBefore=infinity",
            "a cursor of 1,001 characters": "cursor=" + "a" * 1001,
        }.items()
    ),
    *(
        get(name, 400, "invalid_cursor", f"/api/v1/payments?cursor={cursor}")
        for name, cursor in {
            "a cursor of ours, changed": "MjAyNi0xMS0yM1QxODozMDowMC4wMDAwMDBaIHg",
            "SQL as a cursor": "'%20OR%20true--",
            "base64 that is not UTF-8": "____",
            "a cursor of a zone that is none": (
                "MjAyNi0wMS0wMlQwMzowNDowNSs5OTo5OSAwMTkyZjFjNC0wMDAwLTQwMDAtODAwMC0wMDAwMDAwMDAwMDA"
            ),
            "an infinite cursor": "aW5maW5pdHkgMDE5MmYxYzQtMDAwMC00MDAwLTgwMDAtMDAwMDAwMDAwMDAw",
        }.items()
    ),
    get(
        "a query where none is taken",
        422,
        "validation_failed",
        "/api/v1/payments/<paid>?expand=all",
    ),
    get("SQL in a filter", 200, "", "/api/v1/payments?orderId='%3B%20DROP%20TABLE%20x%3B--"),
)

CARDS = (
    _field("in orderId", "card_data_not_allowed", orderId=CARD),
    _field("in customerId, grouped", "card_data_not_allowed", customerId="4242 4242 4242 4242"),
    _field("in the description", "card_data_not_allowed", description=f"paid with {CARD} today"),
    _field("in metadata", "card_data_not_allowed", metadata={"pan": "5555-5555-5555-4444"}),
    _field("as a metadata key", "card_data_not_allowed", metadata={CARD: "x"}),
    _field("in device", "card_data_not_allowed", device={"fingerprint": f"x{CARD}"}),
    _field("as a number in an unknown field", "card_data_not_allowed", cardNumber=int(CARD)),
    _field("fullwidth", "card_data_not_allowed", orderId="４２４２４２４２４２４２４２４２"),  # noqa: RUF001 -- on purpose
    _field("with zero-width spaces", "card_data_not_allowed", orderId="\u200b".join(CARD)),
    _field("American Express", "card_data_not_allowed", orderId="3782 822463 10005"),
    _field(
        "in a split",
        "card_data_not_allowed",
        splits=[{"recipientType": "venue", "recipientId": CARD, "basisPoints": 1}],
    ),
    Attack(
        "escaped",
        422,
        "card_data_not_allowed",
        body=TEXT.replace("order-1", "".join(f"\\u{ord(c):04x}" for c in CARD)).encode(),
    ),
    Attack(
        "in a refund's note",
        422,
        "card_data_not_allowed",
        REFUNDS,
        {"paymentId": "<paid>", "reason": "other", "note": CARD},
    ),
    Attack(
        "in a reason",
        422,
        "card_data_not_allowed",
        "/api/v1/payments/<open>/cancel",
        {"reason": CARD},
    ),
    Attack(
        "in evidence",
        422,
        "card_data_not_allowed",
        "/api/v1/disputes/<dispute>/evidence",
        {"evidence": {"uncategorized_text": CARD}},
    ),
    Attack(
        "in a business name",
        422,
        "card_data_not_allowed",
        "/api/v1/connected-accounts",
        ACCOUNT | {"businessName": CARD},
    ),
    Attack(
        "in an e-mail",
        422,
        "card_data_not_allowed",
        "/api/v1/connected-accounts",
        ACCOUNT | {"email": f"{CARD}@example.org"},
    ),
    Attack(
        "in the path",
        422,
        "card_data_not_allowed",
        f"/api/v1/events/{CARD}/cancellation",
        {"reason": "x"},
    ),
    Attack("in a path we do not know", 404, "not_found", f"/api/v1/cards/{CARD}", None),
    get("in an id", 400, "invalid_path", f"/api/v1/payments/{CARD}"),
    get("in the query", 422, "card_data_not_allowed", f"/api/v1/payments?orderId={CARD}"),
    get("as a parameter", 422, "card_data_not_allowed", f"/api/v1/payments?{CARD}=1"),
    Attack("in Idempotency-Key", 422, "card_data_not_allowed", headers={"Idempotency-Key": CARD}),
    Attack("in X-Request-Id", 422, "card_data_not_allowed", headers={"X-Request-Id": CARD}),
)

ATTACKS = (*JSON, *TEXTS, *CARDS)
