"""Request bodies: JSON and documents, read strictly."""

from typing import Any

import pytest

from app.errors import Problem
from app.http.input.body import fingerprint, parse_json, validate, wire
from app.http.requests import AccountCreate, Capture, IntentCreate, PaymentList

GOOD = {"amount": 1000, "currency": "USD", "orderId": "order-1"}


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"nope",
        b'{"a":1}x',
        b'{"a":1,"a":2}',
        b'{"a":{"b":1,"b":1}}',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":"\\u0000"}',
        b'{"a":["\\ud800"]}',
        b'{"\\udfff":1}',
        b'{"a":"\x00"}',
        b'{"a":"\xff"}',
        b"\xef\xbb\xbf{}",
        b"[" * 60_000,
        b"[" * 17 + b"]" * 17,
        b'{"a":' * 17 + b"1" + b"}" * 17,
        b"[" * 900 + b"]" * 900,
        b'{"a":' + b"9" * 5000 + b"}",
    ],
)
def test_json_that_readers_disagree_about_is_refused(raw: bytes) -> None:
    """Always invalid_json, never a crash."""
    with pytest.raises(Problem) as caught:
        parse_json(raw)
    assert caught.value.code == "invalid_json"


def test_json_that_is_fine_is_read() -> None:
    """Escapes, surrogate pairs, an empty body."""
    assert parse_json(b'{"a":"\\u00e9\\ud83d\\ude00"}') == {"a": "é😀"}
    assert parse_json(b"") == {}


def pointers(value: Any, model: Any = IntentCreate) -> set[str]:
    """Where a document is wrong."""
    with pytest.raises(Problem) as caught:
        validate(model, value)
    assert caught.value.code == "validation_failed"
    return {error["pointer"] for error in caught.value.errors}


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"amount": "1000"}, "/amount"),
        ({"amount": 10.0}, "/amount"),
        ({"amount": True}, "/amount"),
        ({"amount": 2**63}, "/amount"),
        ({"amount": None}, "/amount"),
        ({"currency": "US"}, "/currency"),
        ({"currency": "usd\n"}, "/currency"),
        ({"orderId": ""}, "/orderId"),
        ({"orderId": "x" * 201}, "/orderId"),
        ({"order_id": "x"}, "/order_id"),
        ({"tenantId": "x"}, "/tenantId"),
        ({"captureMethod": "later"}, "/captureMethod"),
        ({"receiptEmail": "nobody"}, "/receiptEmail"),
        ({"metadata": {"operation_id": "x"}}, "/metadata"),
        ({"metadata": {"a[b]": "x"}}, "/metadata"),
        ({"metadata": {"k" * 41: "x"}}, "/metadata"),
        ({"metadata": {"k": "x" * 501}}, "/metadata/k"),
        ({"metadata": {str(i): "x" for i in range(41)}}, "/metadata"),
        ({"metadata": {"k": 1}}, "/metadata/k"),
        ({"device": {"ip": 1}}, "/device/ip"),
        ({"device": []}, "/device"),
        ({"splits": {}}, "/splits"),
        ({"splits": [{"recipientType": "venue", "recipientId": "v"}]}, "/splits/0"),
        (
            {"splits": [{"recipientType": "venue", "recipientId": "v", "basisPoints": 10001}]},
            "/splits/0/basisPoints",
        ),
        (
            {"splits": [{"recipientType": "god", "recipientId": "v", "amount": 1}]},
            "/splits/0/recipientType",
        ),
        ({"escrow": {"recipientType": "seller"}}, "/escrow/recipientId"),
        ({"escrow": {"recipientType": "platform", "recipientId": "p"}}, "/escrow/recipientType"),
    ],
)
def test_a_wrong_field_is_pointed_to(change: dict[str, Any], pointer: str) -> None:
    """Shape and bounds; what is allowed is decided in SQL."""
    assert pointers(GOOD | change) == {pointer}


@pytest.mark.parametrize("value", [None, [], "x", 1])
def test_a_document_is_an_object(value: Any) -> None:
    """Anything else points to the whole."""
    assert pointers(value) == {""}


def test_all_faults_are_told_at_once() -> None:
    """Missing, wrong and unknown together."""
    assert pointers({"amount": "1", "x": 1}) == {"/amount", "/currency", "/orderId", "/x"}


def test_told_faults_are_bounded_and_keys_are_not_repeated() -> None:
    """Thousands of unknown fields do not make an answer of megabytes."""
    with pytest.raises(Problem) as caught:
        validate(IntentCreate, GOOD | {f"x{i}": 1 for i in range(5000)})
    assert len(caught.value.errors) == 50


def test_country_is_upper_case() -> None:
    """The wire form is ISO 3166-1 alpha-2."""
    account = {"recipientType": "venue", "recipientId": "v", "email": "a@b", "country": "us"}
    assert pointers(account, AccountCreate) == {"/country"}


def test_the_wire_form_is_canonical() -> None:
    """Lower case currency, defaults filled in, null as absent."""
    sent = wire(validate(IntentCreate, GOOD | {"eventId": None}))
    assert sent == {
        "amount": 1000,
        "currency": "usd",
        "orderId": "order-1",
        "captureMethod": "automatic",
    }


def test_equal_requests_have_equal_fingerprints() -> None:
    """However they were spelt; another payment's id makes another request."""
    one = wire(validate(IntentCreate, GOOD))
    other = wire(validate(IntentCreate, {"orderId": "order-1", "currency": "usd", "amount": 1000}))
    assert fingerprint("POST /x", {}, one) == fingerprint("POST /x", {}, other)
    assert fingerprint("POST /x", {}, one) != fingerprint("POST /y", {}, one)
    assert fingerprint("POST /x", {"id": 1}, one) != fingerprint("POST /x", {"id": 2}, one)
    assert fingerprint("P", {}, wire(Capture(amount=1))) != fingerprint("P", {}, wire(Capture()))


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "101"},
        {"limit": "x"},
        {"cursor": ""},
        {"status": "nice"},
        {"createdAfter": "yesterday"},
        {"createdAfter": "2026-01-01T00:00:00"},
        {"orderId": "a\x00"},
        {"page": "2"},
    ],
)
def test_a_wrong_query_is_refused(query: dict[str, str]) -> None:
    """Lists are as strict as bodies."""
    assert pointers(query, PaymentList)
