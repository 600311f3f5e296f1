"""Money back over HTTP: refunds, escrows, disputes and canceled events, worker and simulator."""

from typing import Any
from uuid import uuid4

import pytest

from app.worker.periodic import due_work
from tests.support.service import OTHER_TENANT, Service, token
from tests.support.waiting import eventually

REFUNDS = "/api/v1/refunds"
ALL = "payments:read payments:write refunds:write escrow:write"
SELLER = {"recipientType": "venue", "recipientId": "venue-1"}


def bearer(scope: str = ALL, **claims: Any) -> dict[str, str]:
    """A header with the scopes of money back."""
    return {"Authorization": f"Bearer {token(scope=scope, **claims)}"}


async def post(service: Service, path: str, body: Any, **headers: str) -> Any:
    """One POST with those scopes."""
    return await service.ask("POST", path, body, headers=bearer() | headers)


async def paid(service: Service, card: str = "pm_card_visa", **changes: Any) -> Any:
    """A payment that has succeeded."""
    payment = await service.payment(**changes)
    await service.pay(payment, card)
    return await service.until(f"/api/v1/payments/{payment['id']}", status="succeeded")


async def paid_out(service: Service, payment: Any) -> Any:
    """The payment once every transfer has arrived."""
    found: dict[str, Any] = {}

    async def arrived() -> bool:
        found.update(await service.get(f"/api/v1/payments/{payment['id']}"))
        return bool(found["transfers"]) and all(t["status"] == "paid" for t in found["transfers"])

    await eventually(arrived)
    return found


async def test_a_refund_reaches_buyer_and_payee(service: Service) -> None:
    """201 with Location; the payee's part is reversed; no cent is lost."""
    await service.payee()
    await service.start_worker()
    payment = await paid_out(service, await paid(service))
    reply = await post(
        service, REFUNDS, {"paymentId": payment["id"], "reason": "other", "amount": 4_000}
    )
    assert (reply.status, reply.body["status"]) == (201, "succeeded")
    assert reply.headers["Location"] == f"{REFUNDS}/{reply.body['id']}"

    async def reversed_too() -> bool:
        (reversal,) = (await service.get(reply.headers["Location"]))["reversals"]
        return bool((reversal["amount"], reversal["status"]) == (3_600, "succeeded"))

    await eventually(reversed_too)
    page = await service.get(f"{REFUNDS}?paymentId={payment['id']}")
    assert [one["id"] for one in page["data"]] == [reply.body["id"]]
    after = await service.get(f"/api/v1/payments/{payment['id']}")
    assert (after["amountRefunded"], after["amountRefundPending"]) == (4_000, 0)
    assert service.violations() == []


async def test_the_same_key_refunds_once(service: Service) -> None:
    """The answer is replayed; another body is refused; one refund at Stripe."""
    await service.payee()
    await service.start_worker()
    payment = await paid(service)
    body = {"paymentId": payment["id"], "reason": "other", "amount": 1}
    first = await post(service, REFUNDS, body, **{"Idempotency-Key": "r"})
    again = await post(service, REFUNDS, body, **{"Idempotency-Key": "r"})
    assert (again.status, again.body["id"]) == (201, first.body["id"])
    assert again.headers["Idempotent-Replayed"] == "true"
    other = await post(service, REFUNDS, body | {"amount": 2}, **{"Idempotency-Key": "r"})
    assert other.status == 422
    journal = await service.control("GET", "requests?method=POST&path=/v1/refunds")
    assert len(journal["requests"]) == 1


async def test_what_cannot_be_refunded_is_refused(service: Service) -> None:
    """More than remains, nothing captured, unknown, another tenant's, no scope: nothing changes."""
    await service.payee()
    await service.start_worker()
    payment, fresh = await paid(service), await service.payment(orderId="order-2")
    too_much = await post(
        service, REFUNDS, {"paymentId": payment["id"], "reason": "other", "amount": 10_001}
    )
    assert (too_much.status, too_much.code) == (409, "refund_exceeds_remaining")
    uncaptured = await post(service, REFUNDS, {"paymentId": fresh["id"], "reason": "other"})
    assert (uncaptured.status, uncaptured.code) == (409, "payment_not_refundable")
    assert (
        await post(service, REFUNDS, {"paymentId": str(uuid4()), "reason": "other"})
    ).status == 404
    body = {"paymentId": payment["id"], "reason": "other"}
    foreign = await service.ask("POST", REFUNDS, body, headers=bearer(tenant=OTHER_TENANT))
    assert foreign.status in {403, 404}
    unscoped = await service.ask("POST", REFUNDS, body, headers=bearer("payments:write"))
    assert unscoped.status == 403
    assert service.database.execute("SELECT count(*) FROM payments.payment_refunds") == [(0,)]


async def test_held_money_is_released_once_its_condition_is_met(service: Service) -> None:
    """Refused before, released after; the seller is paid once."""
    await service.payee()
    await service.start_worker()
    payment = await paid(service, escrow=SELLER | {"conditions": ["ticket_scanned"]})
    (escrow,) = payment["escrows"]
    url = f"/api/v1/escrows/{escrow['id']}"
    assert (escrow["status"], escrow["heldAmount"], payment["transfers"]) == ("held", 9_000, [])
    early = await post(service, f"{url}/release", {"reason": "early"})
    assert (early.status, early.code) == (409, "invalid_state")
    met = await post(service, f"{url}/conditions/ticket_scanned", {"evidence": "gate 4"})
    assert met.status == 200, met.body
    part = await post(service, f"{url}/release", {"reason": "scanned", "amount": 4_000})
    assert (part.status, part.body["status"]) == (200, "partially_released")
    rest = await post(service, f"{url}/release", {"reason": "scanned"})
    assert rest.body["status"] == "released"
    again = await post(service, f"{url}/release", {"reason": "scanned"})
    assert again.status == 409
    done = await paid_out(service, payment)
    assert sorted(t["amount"] for t in done["transfers"]) == [4_000, 5_000]
    assert service.violations() == []


async def test_a_sale_called_off_is_refunded_from_the_hold(service: Service) -> None:
    """The buyer has all of it back, and no transfer was ever made."""
    await service.payee()
    await service.start_worker()
    payment = await paid(service, escrow=SELLER)
    url = f"/api/v1/escrows/{payment['escrows'][0]['id']}"
    assert (await post(service, f"{url}/cancel", {"reason": "off"})).status == 200
    await service.until(url, status="canceled", heldAmount=0, refundedAmount=9_000)
    assert await service.transfers_at_stripe() == []
    assert service.violations() == []


async def test_a_dispute_freezes_its_payment(service: Service) -> None:
    """It is listed and shown, nothing is refunded meanwhile, and evidence is taken once."""
    await service.payee()
    await service.start_worker()
    payment = await paid(service, "pm_card_createDispute")
    found: list[Any] = []

    async def opened() -> bool:
        await service.control("POST", "drain", {})
        page = await service.get(f"/api/v1/disputes?paymentId={payment['id']}")
        found[:] = page["data"]
        return bool(found)

    await eventually(opened)
    url = f"/api/v1/disputes/{found[0]['id']}"
    assert (await service.get(url))["amount"] == 10_000
    refused = await post(service, REFUNDS, {"paymentId": payment["id"], "reason": "other"})
    assert (refused.status, refused.code) == (409, "payment_not_refundable")
    unknown = await post(service, f"{url}/evidence", {"evidence": {"colour": "red"}})
    assert (unknown.status, unknown.code) == (422, "validation_failed")
    assert (await service.ask("GET", "/api/v1/disputes?status=open")).code == "validation_failed"
    body = {"evidence": {"uncategorized_text": "winning_evidence"}}
    assert (await post(service, f"{url}/evidence", body)).status == 200
    assert (await post(service, f"{url}/evidence", body)).status == 409
    assert service.violations() == []


async def test_a_canceled_event_refunds_everybody(service: Service) -> None:
    """202 with the batch; its progress is read; each payment is refunded once."""
    await service.payee()
    await service.start_worker()
    payments = [await paid(service, orderId=f"order-{n}", eventId="gig") for n in range(3)]
    reply = await post(service, "/api/v1/events/gig/cancellation", {"reason": "storm"})
    assert (reply.status, reply.body["total"]) == (202, 3)
    await service.until(reply.headers["Location"], status="finished", succeeded=3, amount=30_000)
    for payment in payments:
        read = await service.get(f"/api/v1/payments/{payment['id']}")
        assert (read["amountRefunded"], len(read["refunds"])) == (10_000, 1)
    assert service.violations() == []


async def test_a_canceled_event_does_not_wait_for_the_poll(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The request wakes the worker: with a poll of an hour the refunds are made all the same."""
    monkeypatch.setattr(due_work, "EVERY_SECONDS", (3600.0, 3600.0))
    await service.payee()
    await service.start_worker()
    await paid_out(service, await paid(service, eventId="gig"))
    reply = await post(service, "/api/v1/events/gig/cancellation", {"reason": "storm"})
    await service.until(reply.headers["Location"], status="finished", succeeded=1)
    assert service.violations() == []


@pytest.mark.parametrize(
    "path", [REFUNDS, "/api/v1/escrows", "/api/v1/disputes", "/api/v1/refund-batches"]
)
async def test_what_is_not_there_is_not_found(service: Service, path: str) -> None:
    """404, whatever kind of thing it would be."""
    reply = await service.ask("GET", f"{path}/{uuid4()}")
    assert (reply.status, reply.code) == (404, "not_found")
