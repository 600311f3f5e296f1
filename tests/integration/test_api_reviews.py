"""Fraud over HTTP: what is blocked, what waits for a person, and what their decision does."""

from typing import Any

import pytest

from tests.support.service import TENANT, Service, token
from tests.support.waiting import eventually

pytestmark = pytest.mark.asyncio


def reviewer() -> dict[str, str]:
    """Of a request by somebody who may decide."""
    return {"Authorization": f"Bearer {token(scope='reviews:write payments:read')}"}


def suspect(service: Service, weight: int) -> None:
    """Payments of customer `shady` weigh this much."""
    service.database.execute("SELECT ops.fraud_list_set(%s, 'block', 'customer', 'shady')", TENANT)
    service.database.execute(
        "SELECT ops.fraud_rule_set(%s, 'blocklist', p_weight => %s)", TENANT, weight
    )


async def review_of(service: Service, payment: Any, **wanted: str) -> Any:
    """The one review of a payment."""
    path = "/api/v1/reviews?" + "&".join(
        f"{key}={value}" for key, value in ({"paymentId": payment["id"]} | wanted).items()
    )
    reply = await service.ask("GET", path, headers=reviewer())
    assert reply.status == 200, reply.body
    (review,) = reply.body["data"]
    return review


async def decide(service: Service, review: Any, decision: str) -> Any:
    """A decision of the reviewer."""
    path = f"/api/v1/reviews/{review['id']}/{decision}"
    return await service.ask("POST", path, {"note": "looked into"}, headers=reviewer())


async def intents(service: Service) -> list[Any]:
    """Every payment intent asked of Stripe."""
    journal = await service.control("GET", "requests?method=POST&path=/v1/payment_intents")
    return list(journal["requests"])


async def test_blocked_payment_never_reaches_stripe(service: Service) -> None:
    """It is 403, under the same key again, kept as blocked, and Stripe was never asked."""
    await service.payee()
    suspect(service, 100)
    share = {"recipientType": "venue", "recipientId": "venue-1", "basisPoints": 9000}
    body = {
        "amount": 10_000,
        "currency": "usd",
        "orderId": "o",
        "splits": [share],
        "customerId": "shady",
    }
    for replayed in (None, "true"):
        headers = {"Idempotency-Key": "blocked"}
        reply = await service.ask("POST", "/api/v1/payments/intents", body, headers=headers)
        assert (reply.status, reply.code) == (403, "payment_blocked")
        assert reply.headers.get("Idempotent-Replayed") == replayed
    (payment,) = (await service.get("/api/v1/payments?customerId=shady"))["data"]
    assert payment["status"] == "blocked"
    assert payment["risk"] == {"decision": "block", "score": 100, "reasons": ["blocklist"]}
    assert await intents(service) == []
    assert service.violations() == []


async def test_approved_payment_is_captured_and_paid_out(service: Service) -> None:
    """A doubtful automatic payment is authorised, waits, and goes on once approved."""
    await service.payee()
    suspect(service, 50)
    payment = await service.payment(customerId="shady")
    await service.start_worker()
    await service.pay(payment)
    path = f"/api/v1/payments/{payment['id']}"
    held = await service.until(path, status="requires_capture")
    assert held["risk"]["decision"] == "review"
    assert held["captureMethod"] == "automatic"
    capture = await service.ask("POST", path + "/capture", {})
    assert (capture.status, capture.code) == (409, "invalid_state")
    approved = await decide(service, await review_of(service, payment, status="open"), "approve")
    assert (approved.status, approved.body["status"]) == (200, "approved")
    await service.until(path, status="succeeded", amountCaptured=10_000)
    await eventually(lambda: _paid(service, path))
    assert (await decide(service, approved.body, "approve")).code == "invalid_state"
    assert (await decide(service, approved.body, "reject")).code == "invalid_state"
    assert service.violations() == []


async def _paid(service: Service, path: str) -> bool:
    return [t["status"] for t in (await service.get(path))["transfers"]] == ["paid"]


async def test_rejected_payment_is_canceled(service: Service) -> None:
    """The hold on the buyer's card is let go, and nothing was ever taken."""
    await service.payee()
    suspect(service, 50)
    payment = await service.payment(customerId="shady")
    await service.start_worker()
    await service.pay(payment)
    path = f"/api/v1/payments/{payment['id']}"
    await service.until(path, status="requires_capture")
    rejected = await decide(service, await review_of(service, payment), "reject")
    assert (rejected.status, rejected.body["status"]) == (200, "rejected")
    await service.until(path, status="canceled", amountCaptured=0)
    assert service.violations() == []


async def test_customer_cancels_while_in_review(service: Service) -> None:
    """The review ends with the payment; nobody can decide it any more."""
    await service.payee()
    suspect(service, 50)
    payment = await service.payment(customerId="shady")
    review = await review_of(service, payment)
    reply = await service.ask("POST", f"/api/v1/payments/{payment['id']}/cancel", {})
    assert (reply.status, reply.body["status"]) == (200, "canceled")
    assert (await review_of(service, payment))["status"] == "canceled"
    assert (await decide(service, review, "approve")).code == "invalid_state"
    assert service.violations() == []


async def test_card_that_radar_suspects_is_held_until_stripe_approves(service: Service) -> None:
    """Stripe's review holds the transfers, and its approval lets them go."""
    await service.payee()
    payment = await service.payment()
    await service.pay(payment, card="pm_card_riskLevelElevated")
    worker = await service.start_worker()
    path = f"/api/v1/payments/{payment['id']}"
    await service.until(path, status="succeeded")
    await eventually(lambda: _in_review(service, payment))
    review = await review_of(service, payment, status="open")
    assert (review["source"], review["kind"]) == ("stripe", "fraud")
    await service.control("POST", f"reviews/{_stripe_review(service)}", {"reason": "approved"})
    await service.control("POST", "drain", {})
    await eventually(lambda: _paid(service, path))
    assert (await review_of(service, payment))["decidedBy"] == "stripe"
    assert service.violations() == []
    await worker.stop()


async def _in_review(service: Service, payment: Any) -> bool:
    path = f"/api/v1/reviews?paymentId={payment['id']}"
    reply = await service.ask("GET", path, headers=reviewer())
    return bool(reply.body["data"])


def _stripe_review(service: Service) -> str:
    rows = service.database.execute(
        "SELECT source_id FROM payments.reviews WHERE source = 'stripe'"
    )
    return str(rows[0][0])


async def test_early_fraud_warning_then_rejection_refunds(service: Service) -> None:
    """A bank's warning about a captured payment asks a person; a rejection refunds all of it."""
    await service.payee()
    await service.start_worker()
    payment = await service.paid()
    path = f"/api/v1/payments/{payment['id']}"
    charge = service.database.execute("SELECT latest_charge_id FROM payments.payment_intents")[0][0]
    await service.control("POST", f"charges/{charge}", {"fraud_warning": True})
    await service.control("POST", "drain", {})
    await eventually(lambda: _in_review(service, payment))
    review = await review_of(service, payment, status="open")
    assert review["reasons"] == ["early_fraud_warning"]
    assert (await decide(service, review, "reject")).status == 200
    await service.control("POST", "drain", {})
    await service.until(path, amountRefunded=10_000)
    assert service.violations() == []


async def test_queue_needs_its_own_scope(service: Service) -> None:
    """Who may read payments may not read what is suspected."""
    reply = await service.ask("GET", "/api/v1/reviews")
    assert (reply.status, reply.code) == (403, "insufficient_scope")
