"""OWASP API6 and money: amounts, currencies, shares, and what must not be taken or given twice."""

from typing import Any

from tests.support.hostile.attack import GOOD, Attack

V1 = "/api/v1"
VENUE = {"recipientType": "venue", "recipientId": "venue-1"}


def _amount(name: str, value: bytes, code: str = "validation_failed") -> Attack:
    body = b'{"amount":' + value + b',"currency":"usd","orderId":"o"}'
    return Attack(name, 422, code, body=body)


def _order(name: str, code: str, **fields: Any) -> Attack:
    return Attack(name, 422, code, body=GOOD | fields)


def _splits(name: str, *shares: dict[str, Any], code: str = "split_invalid") -> Attack:
    return _order(name, code, splits=[VENUE | share for share in shares])


def _post(name: str, status: int, code: str, path: str, **body: Any) -> Attack:
    return Attack(name, status, code, f"{V1}/{path}", body)


ATTACKS = (
    _amount("text", b'"10000"'),
    _amount("a fraction", b"100.5"),
    _amount("a whole fraction", b"100.0"),
    _amount("an exponent", b"1e4"),
    _amount("a large exponent", b"1e400"),
    _amount("true", b"true"),
    _amount("null", b"null"),
    _amount("a list", b"[10000]"),
    _amount("2^63", b"9223372036854775808"),
    _amount("-2^63", b"-9223372036854775808"),
    _amount("2^64 + 100", b"18446744073709551716"),
    _amount("a hundred digits", b"1" * 100),
    _amount("zero", b"0", "amount_invalid"),
    _amount("minus zero", b"-0", "amount_invalid"),
    _amount("below zero", b"-10000", "amount_invalid"),
    _amount("one cent", b"1", "amount_invalid"),
    _amount("2^63 - 1", b"9223372036854775807", "amount_invalid"),
    _amount("a cent more than Stripe takes", b"100000000", "amount_invalid"),
    _order("a currency of two letters", "validation_failed", currency="us"),
    _order("a currency with a line break", "validation_failed", currency="usd\n"),
    _order("a currency of Cyrillic letters", "validation_failed", currency="uѕd"),  # noqa: RUF001 -- on purpose
    _order("a currency nobody has", "currency_unsupported", currency="zzz"),
    _order("gold", "currency_unsupported", currency="xau"),
    _order("a fraction of a shilling", "amount_invalid", currency="ugx", amount=500_001),
    _splits("shares beyond the amount", {"amount": 10_001}),
    _splits("shares that overflow", {"amount": 2**63 - 1}, {"amount": 2**63 - 1}),
    _splits("a share below zero", {"amount": -1}),
    _splits("10,001 basis points", {"basisPoints": 10_001}, code="validation_failed"),
    _splits("basis points below zero", {"basisPoints": -1}, code="validation_failed"),
    _splits("two shares of 6,000", {"basisPoints": 6_000}, {"basisPoints": 6_000}),
    _splits("amount and basis points", {"amount": 1, "basisPoints": 1}, code="validation_failed"),
    _splits("a share without measure", {}, code="validation_failed"),
    _splits("basis points as a fraction", {"basisPoints": 0.5}, code="validation_failed"),
    _splits(
        "a payee without account", {"recipientId": "nobody", "amount": 1}, code="payee_not_found"
    ),
    _splits(
        "an unknown kind of payee",
        {"recipientType": "thief", "amount": 1},
        code="validation_failed",
    ),
    _order("a hold for nobody's share", "split_invalid", escrow=VENUE),
    _post(
        "refund a cent more",
        409,
        "refund_exceeds_remaining",
        "refunds",
        reason="other",
        paymentId="<paid>",
        amount=9_001,
    ),
    _post(
        "refund nothing",
        422,
        "amount_invalid",
        "refunds",
        reason="other",
        paymentId="<paid>",
        amount=0,
    ),
    _post(
        "refund below zero",
        422,
        "amount_invalid",
        "refunds",
        reason="other",
        paymentId="<paid>",
        amount=-1,
    ),
    _post(
        "refund what was never paid",
        409,
        "payment_not_refundable",
        "refunds",
        reason="other",
        paymentId="<open>",
    ),
    _post(
        "refund what nobody has", 404, "not_found", "refunds", reason="other", paymentId="<unknown>"
    ),
    _post("refund by a name", 422, "validation_failed", "refunds", paymentId="order-1"),
    _post("capture what was captured", 409, "invalid_state", "payments/<paid>/capture"),
    _post("cancel what was captured", 409, "invalid_state", "payments/<paid>/cancel"),
    _post("capture what was not authorised", 409, "invalid_state", "payments/<open>/capture"),
    _post(
        "release before the condition", 409, "invalid_state", "escrows/<escrow>/release", reason="x"
    ),
    _post(
        "release more than is held",
        422,
        "amount_invalid",
        "escrows/<escrow>/release",
        reason="x",
        amount=90_000,
    ),
    _post(
        "release to another",
        422,
        "validation_failed",
        "escrows/<escrow>/release",
        reason="x",
        to="acct_1",
    ),
    _post(
        "confirm what was not asked for",
        404,
        "not_found",
        "escrows/<escrow>/conditions/paid",
        evidence="x",
    ),
    _post("no evidence", 422, "validation_failed", "disputes/<dispute>/evidence", evidence={}),
    _post(
        "the same payee again",
        409,
        "account_exists",
        "connected-accounts",
        **VENUE,
        email="a@b.example",
        country="US",
    ),
    _post(
        "a payee in a country of three letters",
        422,
        "validation_failed",
        "connected-accounts",
        **VENUE,
        email="a@b.example",
        country="USA",
    ),
    _post(
        "the platform as payee",
        422,
        "validation_failed",
        "connected-accounts",
        recipientType="platform",
        recipientId="p",
        email="a@b.example",
        country="US",
    ),
    _post(
        "an account at an address of ours",
        422,
        "validation_failed",
        "connected-accounts",
        **VENUE,
        email="a@b.example",
        country="US",
        returnUrl="http://169.254.169.254/",
    ),
)
