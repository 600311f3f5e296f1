"""Payments over HTTP, against a real database and Stripe's simulator."""

import asyncio
from typing import Any

import pytest

from tests.support.service import OTHER_TENANT, Service, token

INTENTS = "/api/v1/payments/intents"
GOOD: dict[str, Any] = {"amount": 10_000, "currency": "usd", "orderId": "order-1"}


def counts(service: Service) -> tuple[Any, ...]:
    """Rows that a refused request must not have left."""
    return service.database.execute(
        "SELECT (SELECT count(*) FROM payments.payment_transactions),"
        " (SELECT count(*) FROM payments.stripe_operations),"
        " (SELECT count(*) FROM payments.idempotency_keys)"
    )[0]


async def test_a_payment_is_created_with_its_intent(service: Service) -> None:
    """201, Location, the client secret for its creator only, one intent at Stripe."""
    reply = await service.ask("POST", INTENTS, GOOD)
    assert reply.status == 201
    assert reply.headers["Location"] == f"/api/v1/payments/{reply.body['id']}"
    assert reply.body["clientSecret"].startswith(reply.body["stripePaymentIntentId"])
    assert reply.body["status"] == "requires_payment_method"
    read = await service.get(reply.headers["Location"])
    assert "clientSecret" not in read
    assert (read["amount"], read["currency"], read["amountCaptured"]) == (10_000, "usd", 0)
    assert service.violations() == []


async def test_headers_of_every_answer(service: Service) -> None:
    """No caching, no sniffing, no server name; the caller's request id comes back."""
    reply = await service.ask("GET", "/api/v1/payments", headers={"X-Request-Id": "mine-1"})
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["X-Request-Id"] == "mine-1"
    assert "Server" not in reply.headers


async def test_the_same_key_gives_the_same_answer(service: Service) -> None:
    """Marked as replayed; quoted or bare, the key is the same; one intent at Stripe (M08)."""
    first = await service.ask("POST", INTENTS, GOOD, headers={"Idempotency-Key": "k"})
    again = await service.ask("POST", INTENTS, GOOD, headers={"Idempotency-Key": '"k"'})
    assert (again.status, again.body) == (201, first.body)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    journal = await service.control("GET", "requests?path=/v1/payment_intents")
    assert len(journal["requests"]) == 1


async def test_the_same_key_for_another_body_is_refused(service: Service) -> None:
    """And changes nothing."""
    headers = {"Idempotency-Key": "k"}
    await service.ask("POST", INTENTS, GOOD, headers=headers)
    before = counts(service)
    reply = await service.ask("POST", INTENTS, GOOD | {"amount": 10_001}, headers=headers)
    assert (reply.status, reply.code) == (422, "idempotency_key_reused")
    assert counts(service) == before


async def test_keys_belong_to_tenant_and_subject(service: Service) -> None:
    """Another caller's same key is another request."""
    seen = set()
    for bearer in (token(), token(subject="other"), token(OTHER_TENANT)):
        headers = {"Idempotency-Key": "k", "Authorization": f"Bearer {bearer}"}
        reply = await service.ask("POST", INTENTS, GOOD, headers=headers)
        seen.add(reply.body["id"])
    assert len(seen) == 3


async def test_a_double_click_makes_one_payment(service: Service) -> None:
    """F82: one 201, the others 409 until it is done, then a replay."""
    headers = {"Idempotency-Key": "k"}
    replies = await asyncio.gather(
        *(service.ask("POST", INTENTS, GOOD, headers=headers) for _ in range(16))
    )
    assert {reply.status for reply in replies} <= {201, 409}
    assert len({reply.body["id"] for reply in replies if reply.status == 201}) == 1
    assert all(r.code == "idempotency_in_progress" for r in replies if r.status == 409)
    assert all(r.headers["Retry-After"] == "1" for r in replies if r.status == 409)
    assert counts(service) == (1, 1, 1)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount": 0}, "amount_invalid"),
        ({"amount": -1}, "amount_invalid"),
        ({"amount": 100_000_000}, "amount_invalid"),
        ({"currency": "zzz"}, "currency_unsupported"),
        (
            {"splits": [{"recipientType": "venue", "recipientId": "nobody", "basisPoints": 1}]},
            "payee_not_found",
        ),
        ({"amount": "10000"}, "validation_failed"),
        ({"surprise": 1}, "validation_failed"),
        ({"escrow": {"recipientType": "seller", "recipientId": "s"}}, "split_invalid"),
    ],
)
async def test_a_refused_request_changes_nothing(
    service: Service, change: dict[str, Any], code: str
) -> None:
    """422 with the code of the contract, no row, no call to Stripe."""
    reply = await service.ask("POST", INTENTS, GOOD | change)
    assert (reply.status, reply.code) == (422, code)
    assert reply.headers["Content-Type"].startswith("application/problem+json")
    assert counts(service) == (0, 0, 0)
    assert (await service.control("GET", "requests?method=POST"))["requests"] == []


async def test_splits_beyond_the_amount_are_refused(service: Service) -> None:
    """split_invalid, and nothing happened."""
    await service.payee()
    before = counts(service)
    share = {"recipientType": "venue", "recipientId": "venue-1", "amount": 10_001}
    reply = await service.ask("POST", INTENTS, GOOD | {"splits": [share]})
    assert (reply.status, reply.code) == (422, "split_invalid")
    assert counts(service) == before


async def test_an_error_of_stripe_is_not_an_answer(service: Service) -> None:
    """A 500 may have taken effect: 202 with the state as it is, never failed."""
    fault = {"fault": "error_500_before", "match": {"path": "/v1/payment_intents"}, "times": 1}
    await service.control("POST", "faults", fault)
    reply = await service.ask("POST", INTENTS, GOOD)
    assert (reply.status, reply.body["status"]) == (202, "created")
    assert reply.headers["Location"] == f"/api/v1/payments/{reply.body['id']}"


@pytest.mark.parametrize("fault", ["lost_after", "truncate", "garbage", "bad_gateway_after"])
async def test_a_lost_answer_is_completed_by_the_worker(service: Service, fault: str) -> None:
    """F03, F12, F23: 202 now; the worker replays the key; one intent at Stripe; then a replay."""
    rule = {"fault": fault, "match": {"path": "/v1/payment_intents"}, "times": 1}
    await service.control("POST", "faults", rule)
    headers = {"Idempotency-Key": "k"}
    reply = await service.ask("POST", INTENTS, GOOD, headers=headers)
    assert reply.status == 202
    await service.start_worker()
    await service.until(f"/api/v1/payments/{reply.body['id']}", status="requires_payment_method")
    again = await service.ask("POST", INTENTS, GOOD, headers=headers)
    assert again.status == 201
    assert again.body["clientSecret"]
    executed = await service.control("GET", "requests?path=/v1/payment_intents&executed=true")
    assert len(executed["requests"]) == 1


async def test_manual_capture_in_part(service: Service) -> None:
    """Authorised, captured in part, settled from the captured amount."""
    await service.payee()
    payment = await service.payment(captureMethod="manual")
    await service.start_worker()
    await service.pay(payment)
    url = f"/api/v1/payments/{payment['id']}"
    await service.until(url, status="requires_capture")
    reply = await service.ask("POST", f"{url}/capture", {"amount": 5_000})
    assert reply.status in {200, 202}, reply.body
    settled = await service.until(url, status="succeeded", amountCaptured=5_000)
    assert {split["recipientType"]: split["amount"] for split in settled["splits"]} == {
        "venue": 4_500,
        "platform": 500,
    }
    assert service.violations() == []


async def test_cancel_releases_the_hold(service: Service) -> None:
    """And a second cancel, or a capture after it, is not possible."""
    payment = await service.payment(splits=[], captureMethod="manual")
    url = f"/api/v1/payments/{payment['id']}"
    reply = await service.ask("POST", f"{url}/cancel", {"reason": "requested_by_customer"})
    assert (reply.status, reply.body["status"]) == (200, "canceled")
    for verb in ("cancel", "capture"):
        refused = await service.ask("POST", f"{url}/{verb}", {})
        assert (refused.status, refused.code) == (409, "invalid_state")


async def test_lists_page_by_cursor(service: Service) -> None:
    """Every payment once, newest first, with a link to the next page."""
    made = [(await service.payment(splits=[], orderId=f"o{n}"))["id"] for n in range(3)]
    first = await service.ask("GET", "/api/v1/payments?limit=2")
    assert first.body["hasMore"] is True
    link = first.headers["Link"].partition(">")[0].removeprefix("<")
    second = await service.get(link)
    assert (second["hasMore"], second["nextCursor"]) == (False, None)
    read = [payment["id"] for payment in first.body["data"] + second["data"]]
    assert read == list(reversed(made))


async def test_lists_filter(service: Service) -> None:
    """By order, by status; a foreign cursor is refused."""
    await service.payment(splits=[], orderId="a")
    await service.payment(splits=[], orderId="b")
    assert len((await service.get("/api/v1/payments?orderId=a"))["data"]) == 1
    assert (await service.get("/api/v1/payments?status=succeeded"))["data"] == []
    reply = await service.ask("GET", "/api/v1/payments?cursor=nonsense")
    assert (reply.status, reply.code) == (400, "invalid_cursor")


async def test_another_tenant_sees_nothing(service: Service) -> None:
    """M18: a foreign id and a missing id give the same 404."""
    payment = await service.payment(splits=[])
    other = {"Authorization": f"Bearer {token(OTHER_TENANT)}"}
    replies = [
        await service.ask("GET", f"/api/v1/payments/{identity}", headers=other)
        for identity in (payment["id"], "00000000-0000-4000-8000-000000000000")
    ]
    for reply in replies:
        assert (reply.status, reply.code) == (404, "not_found")
    assert replies[0].body["title"] == replies[1].body["title"]
    assert replies[0].body.get("detail") == replies[1].body.get("detail")
    listed = await service.ask("GET", "/api/v1/payments", headers=other)
    assert listed.body["data"] == []
